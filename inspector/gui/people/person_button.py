"""Who is signed in, in the header of every page; pressed, it signs in, out, or sets the own PIN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QMenu, QPushButton

from inspector.gui.language.spoken import say
from inspector.people.roles import Permission

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from inspector.gui.station.people_desk import PeopleDesk

_LONGEST = 14
#: Left and right of the text: padding and border of the style sheet.
_AROUND_PX = 28


class PersonButton(QPushButton):
    """See the module. Where users are off it is not there.

    Args:
        desk: Tells who acts.
    """

    sign_in_wanted = Signal()
    own_secret_wanted = Signal()
    kiosk_end_wanted = Signal()

    def __init__(self, desk: PeopleDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.in_kiosk = False  #: nothing but Live is shown
        self.setProperty("kind", "chip")
        self.clicked.connect(self._pressed)
        for signal in (desk.changed, desk.book_changed, desk.fault):
            signal.connect(lambda _: self.show_state())
        self.show_state()

    def show_state(self) -> None:
        """Say who acts."""
        desk, actor = self._desk, self._desk.actor
        self.setVisible(desk.on)
        name = actor.name if len(actor.name) <= _LONGEST else f"{actor.name[: _LONGEST - 1]}…"
        self.setText(say(f"{name} · {actor.role.value}" if desk.signed_in else "Operator"))
        self._make_room()
        tip = f"{actor.name} is signed in as {actor.role.words}" if desk.signed_in else "Nobody is signed in"
        self.setToolTip(say(desk.words or tip))
        self.setAccessibleName(say(f"{tip}; press to change it"))

    def _make_room(self) -> None:
        """In the header the size hint is that of the plain font, and the style sheet draws a bolder one."""
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        self.setMinimumWidth(QFontMetrics(font).horizontalAdvance(self.text()) + _AROUND_PX)

    def _pressed(self) -> None:
        if not self._desk.signed_in:
            self.sign_in_wanted.emit()
            return
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.addAction(say("Sign out"), self._desk.sign_out)
        menu.addAction(say("Sign in as somebody else…"), self.sign_in_wanted.emit)
        menu.addAction(say("Set your PIN or password…"), self.own_secret_wanted.emit)
        if self.in_kiosk and not self._desk.why_not(Permission.KIOSK):
            menu.addSeparator()
            menu.addAction(say("Leave the kiosk"), self.kiosk_end_wanted.emit)
        menu.popup(self.mapToGlobal(QPoint(self.width() - menu.sizeHint().width(), self.height())))
