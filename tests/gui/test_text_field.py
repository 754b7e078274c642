"""A line for a text of the record drops what a scanner sends beside it, and is no longer than the record takes."""

from __future__ import annotations

import unicodedata

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from inspector.domain.text import LOT, REASON
from inspector.gui.widgets.text_field import TextField

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # tips, where there is no display


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("\x1d0104012345\t17", "010401234517"),
        ("L 12\u202e\u200b", "L 12"),
        (unicodedata.normalize("NFD", "Prüfling"), "Prüfling"),
        ("A" * 200, "A" * 60),
    ],
)
def test_what_is_pasted_is_what_is_recorded(qtbot: QtBot, pasted: str, kept: str) -> None:
    field = TextField(LOT)
    qtbot.addWidget(field)
    QGuiApplication.clipboard().setText(pasted)
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == kept == LOT.checked(field.text())


def test_the_words_of_several_lines_stay_apart_and_what_is_cut_is_said(qtbot: QtBot) -> None:
    field = TextField(REASON)
    qtbot.addWidget(field)
    field.show()
    for pasted, kept, said in (
        ("finds 🙂 more\nsmall\tdefects\r\nthan before", "finds 🙂 more small defects than before", ""),
        ("x" * 5000, "x" * 300, "At most 300 characters; what came after them is left out."),
    ):
        field.clear()
        QGuiApplication.clipboard().setText(pasted)
        qtbot.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        assert (field.text(), REASON.checked(field.text())) == (kept, kept)
        assert QToolTip.text() == said


def test_the_cursor_stays_where_the_hand_types(qtbot: QtBot) -> None:
    field = TextField(LOT)
    qtbot.addWidget(field)
    qtbot.keyClicks(field, "AC")
    field.setCursorPosition(1)
    QGuiApplication.clipboard().setText("\x1dB")
    qtbot.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == "ABC"
    qtbot.keyClicks(field, "x")
    assert field.text() == "ABxC"
