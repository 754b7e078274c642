"""What stands around the pages: all of it, less in a kiosk, and nothing but what is wrong in the operator view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtGui import QKeySequence, QShortcut

from inspector.gui.kiosk import fill_screen
from inspector.gui.operator.sizes import Sizes
from inspector.gui.theme import TEXT_PX, font

if TYPE_CHECKING:
    from inspector.gui.alarm_bar import AlarmBar
    from inspector.gui.bars import FooterBar, HeaderBar
    from inspector.gui.kiosk import Kiosk
    from inspector.gui.live.page import LivePage
    from inspector.gui.operator.page import OperatorPage
    from inspector.gui.page_bar import PageBar
    from inspector.gui.people.person_button import PersonButton
    from inspector.gui.station.verdict_now import VerdictNow
    from inspector.gui.widgets.banners import BannerArea

_USUAL = Sizes(small=TEXT_PX, text=TEXT_PX, advice=TEXT_PX, figure=TEXT_PX)


class Surrounded(Protocol):
    """What a window has around its pages."""

    header: HeaderBar
    footer: FooterBar
    bar: PageBar
    alarm: AlarmBar
    banners: BannerArea
    person: PersonButton
    kiosk: Kiosk
    live: LivePage
    verdict_now: VerdictNow

    def show_page(self, name: str) -> None:
        """Show a page by its name."""

    @property
    def operator(self) -> OperatorPage:
        """The operator view."""


class Surroundings:
    """Belongs to the window, on the GUI thread."""

    def __init__(self, window: Surrounded) -> None:
        self._window = window
        self._before = "live"  # the page to which F12 goes back
        window.bar.shown.connect(lambda _: self.arrange())
        window.verdict_now.changed.connect(self._on_verdict)
        window.header.face.clicked.connect(self.toggle_operator_view)
        QShortcut(QKeySequence("F12"), window.bar.window(), self.toggle_operator_view).setAutoRepeat(False)
        self._on_verdict()

    def adopt(self, page: OperatorPage) -> OperatorPage:
        """Follow the operator view that has been made, and return it."""
        page.leave_wanted.connect(self.toggle_operator_view)
        page.resized.connect(self.arrange)
        return page

    def toggle_operator_view(self) -> None:
        """Show the operator view, or the page before it; a kiosk goes on to Live."""
        window = self._window
        if window.bar.current == "operator":
            window.show_page("live" if window.kiosk.shut else self._before)
        else:
            self._before = window.bar.current
            window.show_page("operator")

    def follow_kiosk(self) -> None:
        """Fill the screen with the operator view where the kiosk is shut, or show everything again."""
        window, shut = self._window, self._window.kiosk.shut
        whole = window.bar.window()
        window.person.in_kiosk = window.live.view.in_kiosk = shut
        if shut:
            window.bar.show_at_once("operator")
            fill_screen(whole)
        whole.setAcceptDrops(not shut)
        window.live.open_button.setVisible(not shut)
        self.arrange()

    def arrange(self) -> None:
        """Show what belongs around the page that is shown, as large as it belongs there."""
        window = self._window
        view = window.operator if window.bar.current == "operator" else None
        window.bar.setVisible(view is None and not window.kiosk.shut)
        window.header.setVisible(view is None)
        window.footer.setVisible(view is None)
        sizes = _USUAL if view is None else view.sizes
        window.footer.language.set_quiet(quiet=view is None)
        if view is None:
            window.header.add(window.person)
            window.footer.add(window.footer.language)
            for button in (window.person, window.footer.language):
                button.setFont(font(TEXT_PX))
        else:
            view.name_leaving("Live" if window.kiosk.shut else "All pages")
            view.add(window.footer.language)
            view.add(window.person)
        window.alarm.set_sizes(words_px=sizes.text, button_px=sizes.text)
        window.banners.set_size(sizes.text)

    def _on_verdict(self) -> None:
        now = self._window.verdict_now
        self._window.header.face.show_face(now.face, old=now.old, caption=now.caption)
