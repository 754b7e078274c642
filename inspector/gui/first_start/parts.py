"""Small parts that the steps share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.gui.widgets.basics import label

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLayout


class ChoiceButton(QPushButton):
    """One of several ways, as a large button that stays pressed."""

    def __init__(self, words: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setToolTip(tip)
        self.setAccessibleDescription(tip)


def asked(layout: QVBoxLayout, words: str, field: QWidget, hint: str = "") -> None:
    """Add a field under its words, with a hint under it."""
    heading = label(words)
    heading.setBuddy(field)
    layout.addWidget(heading)
    layout.addWidget(field)
    if hint:
        said = label(hint, "muted")
        said.setWordWrap(True)
        layout.addWidget(said)


def row_of(layout: QVBoxLayout, *widgets: QWidget) -> QLayout:
    """Add widgets side by side, equally wide."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget, 1)
    layout.addLayout(row)
    return row
