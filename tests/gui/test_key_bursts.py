"""A scanner that types, and hands that type: real keys, sent to the window as the system sends them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from inspector.gui.widgets.key_bursts import KeyBursts
from tests.waits import WAIT_MS

#: No processor is so slow that a burst of this test comes apart, none so fast that its typing is a burst.
GAP_MS = 2000


class Desk(QWidget):
    """A field, a button that the focus may rest on, and the shortcuts that the Live page has."""

    def __init__(self, qtbot: QtBot, gap_ms: int) -> None:
        super().__init__()
        qtbot.addWidget(self)
        self._qtbot = qtbot
        self.field, self.rest = QLineEdit(self), QPushButton("Rest", self)
        self.field.move(0, 0)
        self.rest.move(0, 40)
        self.pressed: list[str] = []
        for key in ("H", "Space", "5"):
            QShortcut(QKeySequence(key), self, lambda key=key: self.pressed.append(key))
        self.entered: list[str] = []
        self.field.returnPressed.connect(lambda: self.entered.append(self.field.text()))
        self.show()
        qtbot.waitExposed(self, timeout=WAIT_MS)
        self.activateWindow()
        qtbot.waitUntil(lambda: QGuiApplication.focusWindow() is self.windowHandle(), timeout=WAIT_MS)
        self.codes: list[str] = []
        self.torn = 0
        self.wanted = ""
        self.bursts = KeyBursts(gap_ms, lambda text: text.startswith(self.wanted), self)
        self.bursts.code.connect(self.codes.append)
        self.bursts.torn.connect(self._on_torn)
        self.rest.setFocus()

    def _on_torn(self) -> None:
        self.torn += 1

    def type(self, text: str, end: Qt.Key | None = Qt.Key.Key_Return) -> None:
        """Send keys one right after the other, as a scanner does."""
        for letter in text:
            QTest.keyClick(self.windowHandle(), letter)  # type: ignore[call-overload]
        if end is not None:
            QTest.keyClick(self.windowHandle(), end)

    def key(
        self,
        letter: str,
        at_ms: int,
        key: Qt.Key | None = None,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        """Send a key with a time of its own, as one that waited in the system's queue."""
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            number = key if key is not None else Qt.Key(ord(letter.upper()))
            event = QKeyEvent(kind, number, modifiers, letter)
            event.ignore()
            event.setTimestamp(at_ms)
            QApplication.sendEvent(self.windowHandle(), event)

    def keys(self, text: str, at_ms: int, apart_ms: int) -> int:
        for letter in text:
            self.key(letter, at_ms)
            at_ms += apart_ms
        return at_ms

    def until(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition, timeout=WAIT_MS)


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    made = Desk(qtbot, GAP_MS)
    yield made
    made.bursts.release()


@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab])
def test_a_burst_is_a_code_as_a_whole_and_no_key_of_it_does_anything(desk: Desk, end: Qt.Key) -> None:
    desk.type("HS 5-0001h", end)
    desk.type("HS 5-0002h", end)
    assert desk.codes == ["HS 5-0001h", "HS 5-0002h"]
    assert (desk.pressed, desk.torn) == ([], 0)
    assert desk.rest.hasFocus()


def test_in_a_field_a_burst_is_a_code_and_nothing_of_it_is_in_the_field(desk: Desk) -> None:
    desk.field.setFocus()
    desk.field.setText("L-")
    desk.type("SN-0001")
    assert (desk.codes, desk.field.text(), desk.entered) == (["SN-0001"], "L-", [])


def test_in_a_field_a_burst_that_is_no_code_is_in_the_field_as_a_whole(desk: Desk) -> None:
    desk.wanted = "SN-"
    desk.field.setFocus()
    desk.type("LOT 17")
    assert (desk.codes, desk.field.text(), desk.entered) == ([], "LOT 17", ["LOT 17"])
    desk.type("SN-0001")
    assert (desk.codes, desk.field.text()) == (["SN-0001"], "LOT 17")


def test_what_a_hand_types_is_in_the_field_in_its_order(qtbot: QtBot) -> None:
    desk = Desk(qtbot, 5)
    desk.field.setFocus()
    at_ms = desk.keys("abc", 1000, 80)
    desk.key("", at_ms, Qt.Key.Key_Backspace)
    at_ms = desk.keys("5d h", at_ms + 80, 80)
    desk.key("\r", at_ms, Qt.Key.Key_Return)
    assert (desk.field.text(), desk.entered, desk.codes, desk.pressed) == ("ab5d h", ["ab5d h"], [], [])
    desk.bursts.release()


def test_a_single_key_is_still_a_shortcut_and_a_letter_comes_without_a_further_key(qtbot: QtBot) -> None:
    desk = Desk(qtbot, 5)
    desk.type("h", None)
    desk.until(lambda: desk.pressed == ["H"])
    desk.type(" ", None)
    desk.until(lambda: desk.pressed == ["H", "Space"])
    desk.field.setFocus()
    desk.type("h", None)
    desk.until(lambda: desk.field.text() == "h")
    assert desk.pressed == ["H", "Space"]
    desk.bursts.release()


def test_half_a_burst_is_no_code_wherever_it_breaks(qtbot: QtBot) -> None:
    """All of it is in the field, where one has the focus; else nothing of it does anything."""
    for at in range(1, 10):
        for focus in ("field", "rest"):
            desk = Desk(qtbot, 50)
            getattr(desk, focus).setFocus()
            at_ms = desk.keys("h5 SN0001h"[:at], 1000, 5)
            at_ms = desk.keys("h5 SN0001h"[at:], at_ms + 100, 5)
            desk.key("\r", at_ms, Qt.Key.Key_Return)
            assert desk.codes == []
            assert desk.field.text() == ("h5 SN0001h" if focus == "field" else "")
            assert len(desk.pressed) <= (at if focus == "rest" and at < 4 else 0)
            desk.bursts.release()
            desk.close()


def test_a_window_that_was_busy_takes_a_burst_as_one_by_the_times_of_its_keys(qtbot: QtBot) -> None:
    desk = Desk(qtbot, 50)
    desk.field.setFocus()
    at_ms = desk.keys("SN-0", 1000, 10)
    QTest.qWait(0)
    at_ms = desk.keys("001", at_ms, 10)
    desk.key("\r", at_ms, Qt.Key.Key_Return)
    assert (desk.codes, desk.field.text()) == (["SN-0001"], "")
    desk.bursts.release()


def test_a_burst_without_an_end_is_said_and_presses_nothing(qtbot: QtBot) -> None:
    desk = Desk(qtbot, 300)
    desk.keys("HHHH5 ", 1000, 5)
    desk.until(lambda: desk.torn == 1)
    assert (desk.codes, desk.pressed) == ([], [])
    desk.bursts.release()


def test_shift_and_the_group_separator_are_part_of_a_code_and_other_keys_end_a_burst(desk: Desk) -> None:
    window = desk.windowHandle()
    QTest.keyPress(window, Qt.Key.Key_Shift)
    desk.type("ABCD", None)
    QTest.keyRelease(window, Qt.Key.Key_Shift)
    QTest.keyClick(window, Qt.Key.Key_Return)
    at_ms = desk.keys("AB", 1000, 10)
    desk.key("\x1d", at_ms, Qt.Key.Key_BracketRight, Qt.KeyboardModifier.ControlModifier)
    at_ms = desk.keys("21", at_ms + 10, 10)
    desk.key("\r", at_ms, Qt.Key.Key_Return)
    assert desk.codes == ["ABCD", "AB\x1d21"]
    desk.field.setFocus()
    desk.type("abcd", None)
    QTest.keyClick(window, Qt.Key.Key_Left)
    desk.type("e", None)
    QTest.keyClick(window, Qt.Key.Key_Home)
    assert (desk.field.text(), desk.codes) == ("abced", ["ABCD", "AB\x1d21"])


def test_three_letters_and_enter_are_typed(desk: Desk) -> None:
    desk.field.setFocus()
    desk.type("abc")
    assert (desk.codes, desk.entered) == ([], ["abc"])


def test_without_it_keys_are_what_they_were(desk: Desk) -> None:
    desk.bursts.release()
    desk.field.setFocus()
    desk.type("SN-0001")
    assert (desk.codes, desk.entered) == ([], ["SN-0001"])
