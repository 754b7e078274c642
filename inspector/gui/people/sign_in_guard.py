"""Opens the sign-in wherever something is wanted that needs it, and notes that a hand is at the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from inspector.gui.people.secret_dialog import SecretDialog
from inspector.gui.people.sign_in import SignInDialog
from inspector.gui.widgets.hands import HandWatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from inspector.gui.station.people_desk import PeopleDesk
    from inspector.people.roles import Permission, Role


class SignInGuard(QObject):
    """Belongs to the window.

    Args:
        desk: Says what was refused, and lets people in.
        window: The dialogs stand over it.
    """

    def __init__(self, desk: PeopleDesk, window: QWidget) -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        self._before = ""
        self.dialog: SignInDialog | None = None  #: the last one
        self.own: SecretDialog | None = None  #: that asked for the own password
        desk.refused.connect(self._on_refused)
        self._hands = HandWatch(self)
        self._hands.touched.connect(desk.touched)

    def ask(self, why: str = "", permission: Permission | None = None) -> None:
        """Ask who is there, over whatever is shown."""
        if self.dialog is not None and self.dialog.isVisible():
            return
        above = QApplication.activeModalWidget() or self._window
        dialog = self.dialog = SignInDialog(
            self._desk, why=why, permission=permission, before=self._before, parent=above
        )
        dialog.accepted.connect(self._remember)
        dialog.open()

    def ask_own(self) -> None:
        """Ask whoever is signed in for another password."""
        name = self._desk.actor.name

        def carry(
            _: str, __: Role, secret: bytearray, done: Callable[[], None], failed: Callable[[Exception], None]
        ) -> None:
            self._desk.set_secret(name, secret, done, failed)

        words = "It counts from the next time on. Nobody can look it up; an administrator can set another one."
        self.own = SecretDialog(f"{name}: PIN or password", words, "Set it", carry=carry, parent=self._window)
        self.own.open()

    def release(self) -> None:
        """Hear of no more hands."""
        self._hands.release()

    def _on_refused(self, permission: Permission, why: str) -> None:
        self.ask(why, permission)

    def _remember(self) -> None:
        self._before = self._desk.actor.name
