"""What the tests of users in the window share: a hand that signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from inspector.engine.status import RunState

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from inspector.gui.people.sign_in import SignInDialog
    from tests.gui.conftest import Station as Window


def dialog_of(window: Window) -> SignInDialog:
    """The sign-in that is open."""
    signing = window.window.signing
    window.until(lambda: signing.dialog is not None and signing.dialog.isVisible())
    assert signing.dialog is not None
    return signing.dialog


def choose(dialog: SignInDialog, name: str) -> None:
    names = [dialog.names.item(row).text().partition("  ·  ")[0] for row in range(dialog.names.count())]
    dialog.names.setCurrentRow(names.index(name))


def sign_in(window: Window, name: str, pin: str) -> None:
    press(window, window.window.person)
    dialog = dialog_of(window)
    choose(dialog, name)
    QTest.keyClicks(dialog.secret, pin)
    QTest.keyClick(dialog.secret, Qt.Key.Key_Return)
    window.until(lambda: not dialog.isVisible())


def press(window: Window, button: QWidget) -> None:
    window.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def start(window: Window) -> None:
    press(window, window.window.live.run_button)
    window.until_status(lambda now: now.state is RunState.RUNNING)
