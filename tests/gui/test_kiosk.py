"""The kiosk: nothing but the operator view and Live, and no way out without an engineer; and what the window keeps of a password."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from inspector.engine.status import RunState
from inspector.gui.widgets.secret_field import SecretField
from tests.gui.conftest import Station as Window
from tests.gui.signing_in import dialog_of, press, sign_in
from tests.people.hands import BOSS, BOSS_PIN, Station

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from inspector.paths import Home

PIN = BOSS_PIN.decode()

# --- the kiosk ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def kiosk(qtbot: QtBot, home: Home, users: Station) -> Iterator[Window]:
    opened = Window(qtbot, home, kiosk=True)
    yield opened
    opened.close()


def test_a_kiosk_shows_the_operator_view_and_nothing_leads_out(kiosk: Window) -> None:
    window = kiosk.window
    assert not window.bar.isVisible()
    assert not window.live.open_button.isVisible()
    assert not window.acceptDrops()
    for key in ("Ctrl+,", "Ctrl+2", "Ctrl+O", "F1", "F11", "Ctrl+Q"):
        QTest.keySequence(window, key)
        if window.signing.dialog is not None:
            window.signing.dialog.reject()
    window.header.section_wanted.emit("Source")
    dialog_of(kiosk).reject()
    window.close()
    dialog_of(kiosk).reject()
    assert window.isVisible()
    assert window.bar.current == "operator"
    assert window.manual is None


def test_a_stopped_line_offers_no_drop_in_a_kiosk(kiosk: Window) -> None:
    view = kiosk.window.live.view
    kiosk.until(lambda: view.words_when_empty == "Press Start to start the line")
    sign_in(kiosk, "Ada", "480271")
    kiosk.window.kiosk.leave()
    assert "drop a picture here" in view.words_when_empty
    kiosk.session.people.sign_out()
    assert "drop" not in view.words_when_empty


def test_an_operator_does_not_leave_the_kiosk_and_an_engineer_does_until_signed_out(kiosk: Window) -> None:
    sign_in(kiosk, "Pim", "480271")
    kiosk.window.kiosk.leave()
    assert kiosk.window.kiosk.shut
    dialog_of(kiosk).reject()
    kiosk.session.people.sign_out()
    sign_in(kiosk, "Ada", "480271")
    kiosk.window.show_page("settings")
    assert (kiosk.window.bar.current, kiosk.window.bar.isVisible()) == ("settings", True)
    kiosk.session.people.sign_out()
    assert (kiosk.window.bar.current, kiosk.window.bar.isVisible()) == ("operator", False)


def test_the_line_is_run_in_a_kiosk(kiosk: Window) -> None:
    press(kiosk, kiosk.window.operator.run_button)
    kiosk.until_status(lambda now: now.state is RunState.RUNNING)
    assert kiosk.window.kiosk.shut


# --- passwords ----------------------------------------------------------------------------------------------------------


def test_a_field_keeps_nothing_once_it_is_taken_or_hidden(qtbot: QtBot) -> None:
    field = SecretField("PIN")
    qtbot.addWidget(field)
    field.show()
    QTest.keyClicks(field, "a")
    field.press("ñ7")  # as an input method composes it
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    QTest.keyClicks(field, "b")
    assert field.take() == bytearray(b"ab")
    assert field.length == 0
    QTest.keyClicks(field, "hidden")
    field.hide()
    assert field.take() == bytearray()


def test_no_object_of_the_window_and_no_file_holds_a_password(qtbot: QtBot, users: Station, home: Home) -> None:
    window = Window(qtbot, home)
    sign_in(window, BOSS, PIN)
    sign_out = window.session.people.sign_out
    sign_out()
    press(window, window.window.person)
    dialog = dialog_of(window)
    QTest.keyClicks(dialog.secret, "wrong-8261")
    QTest.keyClick(dialog.secret, Qt.Key.Key_Return)
    window.until(lambda: bool(dialog.message.text()))
    secrets = [BOSS_PIN, b"wrong-8261"]
    kept = [held for held in gc.get_objects() if type(held) is bytearray and any(one in held for one in secrets)]
    assert kept == []
    files = b"".join(path.read_bytes() for path in home.root.rglob("*") if path.is_file())
    assert [one for one in secrets if one in files] == []
    window.close()
