"""A line for a text of the record drops what a scanner sends beside it, and is no longer than the record takes."""

from __future__ import annotations

import unicodedata

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from inspector.domain.text import LOT
from inspector.gui.widgets.text_field import TextField


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
