"""Buttons that need more than who acts may do: they look so, say why, and pressed they offer to sign in.

The check itself is where something is carried out (`PeopleDesk.allows`); this only says it beforehand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent
from PySide6.QtWidgets import QToolTip

from inspector.gui.language.spoken import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QAbstractButton

    from inspector.gui.station.people_desk import PeopleDesk
    from inspector.people.roles import Permission

_PRESSES = frozenset(
    {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.TouchBegin, QEvent.Type.Shortcut}
)
_KEYS = frozenset({Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Select})


class ButtonLock(QObject):
    """Belongs to its button.

    Args:
        button: Does what is not everybody's.
        permission: What it needs.
        desk: Tells who acts, and offers to sign in.
    """

    def __init__(self, button: QAbstractButton, permission: Permission, desk: PeopleDesk) -> None:
        super().__init__(button)
        self._button, self._permission, self._desk = button, permission, desk
        button.installEventFilter(self)
        desk.changed.connect(lambda _: self._show())
        desk.fault.connect(lambda _: self._show())
        self._show()

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        """Take what would press the button."""
        why = self._desk.why_not(self._permission)
        if not why:
            return False
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), say(f"{why}. Press to sign in."), self._button)
            return True
        pressed = event.type() in _PRESSES
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            pressed = event.key() in _KEYS
        if pressed:
            self._desk.allows(self._permission)
        return pressed

    def _show(self) -> None:
        why = self._desk.why_not(self._permission)
        locked = "true" if why else "false"
        if self._button.property("locked") != locked:
            self._button.setProperty("locked", locked)
            self._button.setAccessibleDescription(say(f"{why}. Press to sign in.") if why else "")
            self._button.style().unpolish(self._button)
            self._button.style().polish(self._button)


def while_refused(desk: PeopleDesk, permission: Permission, show: Callable[[str], None]) -> None:
    """Show why something is not allowed, now and whenever that changes; empty where it is."""

    def tell(_: object = None) -> None:
        show(desk.why_not(permission))

    desk.changed.connect(tell)
    desk.fault.connect(tell)
    tell()


def lock(desk: PeopleDesk, permission: Permission, *buttons: QAbstractButton) -> None:
    """Lock buttons of a page against those who may not press them."""
    for button in buttons:
        ButtonLock(button, permission, desk)
