"""The main window: header, page bar, pages, banners, status line."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from inspector.engine.status import EngineStatus
from inspector.gui import theme
from inspector.gui.alarm_bar import AlarmBar
from inspector.gui.bars import FooterBar, HeaderBar
from inspector.gui.fault_banners import FaultBanners
from inspector.gui.faults import FaultCatcher
from inspector.gui.kiosk import Kiosk
from inspector.gui.language.spoken import say
from inspector.gui.line_guard import LineGuard
from inspector.gui.page_bar import PageBar
from inspector.gui.people.person_button import PersonButton
from inspector.gui.people.sign_in_guard import SignInGuard
from inspector.gui.station.verdict_now import VerdictNow
from inspector.gui.surroundings import Surroundings
from inspector.gui.widgets.banners import BannerArea
from inspector.gui.widgets.basics import seen
from inspector.gui.widgets.dropped import dropped_paths, holds_files
from inspector.gui.widgets.focus import FocusKeeper
from inspector.gui.widgets.later import LaterPage, soon
from inspector.gui.window_state import read_geometry, write_geometry
from inspector.people.roles import Permission
from inspector.pictures import PICTURE_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent, QScreen, QShowEvent

    from inspector.gui.batch.page import BatchPage
    from inspector.gui.first_start.dialog import FirstStart
    from inspector.gui.good_parts.dialog import GoodPartsDialog
    from inspector.gui.manual import ManualDialog
    from inspector.gui.operating_point.page import OperatingPointPage
    from inspector.gui.operator.page import OperatorPage
    from inspector.gui.pages import Pages
    from inspector.gui.review.page import ReviewPage
    from inspector.gui.settings.page import SettingsPage
    from inspector.gui.station.session import Session
    from inspector.gui.training.no_trainer import NoTrainer
    from inspector.gui.training.page import TrainingPage
    from inspector.recipes.recipe import Recipe
    from inspector.settings import Settings

#: The window is gone within this time, whatever hangs.
CLOSE_WITHIN_S = 1.9


class MainWindow(QMainWindow):
    """See the module.

    Args:
        session: Tells what is so at the station, and does what is asked.
        state_path: Where size and place of the window are remembered.
        program_log: Where what breaks is written.
        kiosk: Nothing but the operator view and Live is shown until an engineer leaves it.
    """

    painted = Signal()  #: once, after the first paint
    closed = Signal()  #: everything has ended

    def __init__(
        self, session: Session, *, pages: Pages, state_path: Path, program_log: Path, kiosk: bool = False
    ) -> None:
        super().__init__()
        self.kiosk = Kiosk(session.people, wanted=kiosk, parent=self)
        self._session, self._pages, self._state_path, self._painted = session, pages, state_path, False
        self._ended: Callable[[], bool] | None = None
        self.first_start: FirstStart | None = None
        self.good_parts: GoodPartsDialog | None = None
        self.manual: ManualDialog | None = None
        self.setWindowTitle("Inspector")
        self.setAcceptDrops(True)
        self.setMinimumSize(1024, 700)
        self.live = pages.live()
        self.verdict_now = VerdictNow(session)
        self._operator = LaterPage(lambda: self.around.adopt(pages.operator(self.verdict_now)))
        self._batch = LaterPage(pages.batch)
        self._review = LaterPage(self._make_review)
        self._operating = LaterPage(pages.operating)
        self._statistics = LaterPage(pages.statistics)
        self._settings = LaterPage(self._make_settings)
        self._training: TrainingPage | NoTrainer | None = None
        self.guard = LineGuard(session, self)
        self._build()
        self.faults = FaultBanners(session, self.banners, self.header, self._show_section)
        self._connect()
        self.catcher = FaultCatcher(self, session.stop, self.leave, program_log)
        self._restore()
        self.around = Surroundings(self)
        self._on_kiosk()
        self._focus = FocusKeeper(self, self.bar.rest)
        self.bar.rest()

    # --- building -----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        middle = QWidget(self)
        self.setCentralWidget(middle)
        middle.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # a click on a button, or beside the fields, leaves the field
        outer = QVBoxLayout(middle)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.header = HeaderBar(middle)
        outer.addWidget(self.header)
        self.person = PersonButton(self._session.people, self.header)
        self.header.add(self.person)
        self.signing = SignInGuard(self._session.people, self)
        body = QHBoxLayout()
        body.setSpacing(0)
        self.bar = PageBar(middle)
        body.addWidget(self.bar)
        right = QVBoxLayout()
        right.setSpacing(0)
        self.alarm, self.banners = AlarmBar(self._session, middle), BannerArea(middle)
        self.banners.setContentsMargins(10, 10, 10, 0)
        right.addWidget(self.alarm)
        right.addWidget(self.banners)
        right.addWidget(self.bar.stack, 1)
        body.addLayout(right, 1)
        outer.addLayout(body, 1)
        self.footer = FooterBar(middle)
        outer.addWidget(self.footer)
        pages: tuple[tuple[str, str, QWidget], ...] = (
            ("live", "Live", self.live),
            ("batch", "Batch", self._batch),
            ("review", "Review", self._review),
            ("operating", "Operating\npoint", self._operating),
            ("statistics", "Statistics", self._statistics),
            ("settings", "Settings", self._settings),
            ("operator", "Operator\nview", self._operator),
        )
        for name, words, page in pages:
            self.bar.add(name, words, page)
        self.show_page("live")

    def show_page(self, name: str) -> None:
        """Show a page by its name, as in `PageBar`: "live", …; a kiosk has two of them."""
        if name in {"live", "operator"} or not self.kiosk.holds():
            self.bar.show_page(name)

    @property
    def operator(self) -> OperatorPage:
        """The operator view; made when it is first asked for."""
        return self._operator.page()

    @property
    def batch(self) -> BatchPage:
        """The Batch page; made when it is first asked for."""
        return self._batch.page()

    @property
    def settings(self) -> SettingsPage:
        """The Settings page; made when it is first asked for."""
        return self._settings.page()

    @property
    def training(self) -> TrainingPage | NoTrainer:
        """The room for trainings, a section of the Settings page; without a trainer it says so."""
        self._settings.page()
        assert self._training is not None
        return self._training

    @property
    def operating(self) -> OperatingPointPage:
        """The Operating point page; made when it is first asked for."""
        return self._operating.page()

    @property
    def review(self) -> ReviewPage:
        """The Review page; made when it is first asked for."""
        return self._review.page()

    def _make_settings(self) -> SettingsPage:
        self._training = self._pages.training()
        page = self._pages.settings(self._training)
        page.log_wanted.connect(self._session.open_log)
        set_up = partial(self.guard.before_setting_up, self.set_up)
        people, show = self._session.people, partial(self.guard.before_showing, self.show_good_parts)
        page.set_up_wanted.connect(lambda: people.when_allowed(Permission.SETTINGS, lambda: self._when_left(set_up)))
        page.good_parts_wanted.connect(lambda: people.when_allowed(Permission.TRAINING, lambda: self._when_left(show)))
        page.apply_wanted.connect(self.guard.before_applying)
        return page

    def _make_review(self) -> ReviewPage:
        page = self._pages.review()
        page.archive_wanted.connect(partial(self._show_section, "Archive"))
        return page

    def _when_left(self, go: Callable[[], None]) -> None:
        """Do what takes the place of what is set on a page; the page may ask first."""
        if self.bar.may_leave(go):
            go()

    def _show_section(self, name: str) -> None:
        if not self.kiosk.holds():
            self.show_page("settings")
            self.settings.show_section(name)

    def _train_with(self, data: str, parent: str) -> None:
        self._show_section("Training")
        self.training.train_on(data, parent)

    def _connect(self) -> None:
        session = self._session
        session.status_changed.connect(self._on_status)
        session.recipes_changed.connect(self.header.show_recipes)
        self.header.recipe_wanted.connect(lambda entry: self._when_left(partial(self.guard.choose_recipe, entry)))
        self.header.lot.wanted.connect(session.set_lot)
        self.header.lot.entered.connect(self.bar.rest)
        self.header.section_wanted.connect(self._show_section)
        session.lot_changed.connect(self.header.lot.show_lot)
        self.footer.stages_wanted.connect(self._show_stages)
        session.recipe_changed.connect(self._on_recipe)
        session.settings_changed.connect(self._on_settings)
        session.polled.connect(self._on_poll)
        session.training_wanted.connect(self._train_with)
        self.live.open_button.clicked.connect(self.open_pictures)
        self.person.sign_in_wanted.connect(self.signing.ask)
        self.person.kiosk_end_wanted.connect(self.kiosk.leave)
        self.person.own_secret_wanted.connect(self.signing.ask_own)
        self.kiosk.changed.connect(lambda _: self._on_kiosk())
        for key, action in (
            ("Ctrl+,", lambda: self.show_page("settings")),
            ("Ctrl+O", self.open_pictures),
            ("F1", self.show_manual),
            ("F11", self.toggle_full_screen),
            ("Ctrl+Q", self.close),
        ):
            QShortcut(QKeySequence(key), self, lambda action=action: self.kiosk.holds() or action())
        QGuiApplication.styleHints().colorSchemeChanged.connect(lambda _: self._recolour())
        self._on_settings(session.settings)
        self._on_status(EngineStatus())

    # --- hand ---------------------------------------------------------------------------------------------------------

    def open_pictures(self) -> None:
        """Ask for pictures, and inspect them on the spot."""
        shown = say(f"Pictures ({' '.join(f'*{suffix}' for suffix in sorted(PICTURE_SUFFIXES))})")
        names, _ = QFileDialog.getOpenFileNames(self, say("Try pictures (not counted)"), filter=shown)
        if names:
            self.show_page("live")
            self._session.try_pictures([Path(name) for name in names])

    def set_up(self) -> None:
        """Ask where pictures come from, what judges them and where the record goes, as at the first start."""
        self.first_start = self._pages.first_start(self)
        self.first_start.train_wanted.connect(partial(self._show_section, "Training"))
        self.first_start.show_wanted.connect(self.show_good_parts)
        self.first_start.open()

    def show_good_parts(self) -> None:
        """Learn the good parts of the recipe in force, then inspect with what was learnt."""
        self.good_parts = self._pages.good_parts(self)
        self.good_parts.inspect_wanted.connect(lambda: self.show_page("live"))
        self.good_parts.open()

    def show_manual(self) -> None:
        """Open the manual, or bring it to the front."""
        from inspector.gui.manual import ManualDialog  # when it is wanted

        if self.manual is None:
            self.manual = ManualDialog(parent=self)
        self.manual.show()
        self.manual.raise_()

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back."""
        (self.showNormal if self.isFullScreen() else self.showFullScreen)()

    def come_to_front(self) -> None:
        """Show the window before all others, also one that was minimised."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if holds_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Inspect what is dropped, on the spot."""
        if paths := dropped_paths(event):
            event.acceptProposedAction()
            self.show_page("live")
            self._session.try_pictures(paths)

    # --- events -------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Keep the pace of the screen that the window is on."""
        super().showEvent(event)
        if (handle := self.windowHandle()) is not None:
            handle.screenChanged.connect(self._on_screen, Qt.ConnectionType.UniqueConnection)
            self._on_screen(handle.screen())

    def _on_screen(self, screen: QScreen) -> None:
        self._session.set_pace(screen.refreshRate())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say once that the window is up."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            soon(self, 0, self.painted.emit)

    def _on_status(self, status: EngineStatus) -> None:
        self.header.show_status(status)
        self.footer.show_status(status)
        if self.footer.panel.isVisible():
            self._show_stages()
        self.faults.show_status(status)

    def _show_stages(self) -> None:
        self.footer.show_stages(self._session.stages())

    def _on_recipe(self, recipe: Recipe) -> None:
        self.header.show_recipe(recipe)
        self._on_status(self._session.status())

    def _on_settings(self, settings: Settings) -> None:
        self.header.show_station(settings.station)
        self.live.opacity.setValue(round(100 * settings.heatmap_opacity))
        self._recolour()

    def _on_poll(self) -> None:
        self._session.watch(window=seen(self), live=seen(self.live))
        self.bar.poll()
        self.footer.tick()

    def _recolour(self) -> None:
        """Follow the settings or the system."""
        if theme.follow(self._session.settings.appearance):
            self.bar.recolour()
            self.update()

    # --- state --------------------------------------------------------------------------------------------------------

    def _restore(self) -> None:
        """Take the size and place of the last time; the file is a few bytes and read before the window is up."""
        self.resize(1280, 800)
        self.restoreGeometry(QByteArray(read_geometry(self._state_path)))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask where the line runs or something is not applied; at the end of the session nobody could answer."""
        ending = isinstance(app := QGuiApplication.instance(), QGuiApplication) and app.isSavingSession()
        event.setAccepted(ending or self._ended is not None)
        if ending:
            self.leave()
        elif self._ended is None and not self.kiosk.holds():
            self._when_left(partial(self.guard.before_leaving, self.leave))

    def _on_kiosk(self) -> None:
        """Show nothing but the operator view and Live, or all pages again."""
        if self.kiosk.shut:
            self._close_dialogs()
        self.around.follow_kiosk()

    def _close_dialogs(self) -> None:
        for dialog in filter(QDialog.isVisible, self.findChildren(QDialog)):
            dialog.done(QDialog.DialogCode.Rejected)  # it lets its camera go

    def leave(self) -> None:
        """Close without a question: hide at once, end threads and log beside it; be gone within two seconds."""
        if self._ended is not None:
            return
        self.header.lot.finish()
        self._close_dialogs()
        self.hide()
        geometry = bytes(self.saveGeometry().data())
        remember = partial(write_geometry, self._state_path, geometry)
        ended = self._ended = self._session.shut_down(None if self.kiosk.wanted else remember)
        deadline = time.perf_counter() + CLOSE_WITHIN_S

        def check() -> None:
            if ended() or time.perf_counter() > deadline:
                timer.stop()
                self.catcher.release()
                self.live.release()
                self.signing.release()
                self.bar.release()
                self.closed.emit()

        timer = QTimer(self, interval=20)
        timer.timeout.connect(check)
        timer.start()
