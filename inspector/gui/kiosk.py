"""The kiosk: nothing but the operator view and Live is shown, and no way leads out of it without an engineer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from inspector.people.roles import Permission

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from inspector.gui.station.people_desk import PeopleDesk


class Kiosk(QObject):
    """Whether the window is a kiosk now. Once an engineer has left it, it comes back when nobody is signed in any more.

    Args:
        desk: Tells who acts.
        wanted: Whether the window was started as a kiosk.
    """

    changed = Signal(bool)  #: shut, or left

    def __init__(self, desk: PeopleDesk, *, wanted: bool, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self.wanted = desk, wanted
        self.shut = wanted  #: nothing but the operator view and Live is to be had
        desk.changed.connect(lambda _: self._on_people())

    def holds(self) -> bool:
        """Return whether something other than that must not be done; then it offers to sign in. An engineer leaves."""
        if self.shut:
            self.leave()
        return self.shut

    def leave(self) -> None:
        """Leave the kiosk, as an engineer may."""
        if self.shut and self._desk.allows(Permission.KIOSK):
            self.shut = False
            self.changed.emit(False)

    def _on_people(self) -> None:
        if self.wanted and not self.shut and self._desk.why_not(Permission.KIOSK):
            self.shut = True
            self.changed.emit(True)


def fill_screen(window: QWidget) -> None:
    """Fill the screen with a window; a kiosk may have no window manager that would."""
    window.setGeometry(window.screen().geometry())
    window.setWindowState(window.windowState() | Qt.WindowState.WindowFullScreen)
