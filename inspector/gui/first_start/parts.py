"""Small parts that the steps share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

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


class PathField(QWidget):
    """A line for a path, with a button that asks for it.

    Args:
        name: For screen readers.
        empty: Words in the empty field.
        ask: "folder", "file" (one that is there) or "save" (one that need not be).
    """

    settled = Signal()  #: a path was chosen, or typed and confirmed or left

    def __init__(self, name: str, empty: str, ask: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ask, self._name = ask, name
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.line = QLineEdit(self)
        self.line.setAccessibleName(name)
        self.line.setPlaceholderText(empty)
        self.line.editingFinished.connect(self.settled)
        row.addWidget(self.line, 1)
        self.button = QPushButton("Browse…", self)
        self.button.setAccessibleName(f"Browse for {name.lower()}")
        self.button.clicked.connect(self._browse)
        row.addWidget(self.button)

    def text(self) -> str:
        """Return what stands there."""
        return self.line.text().strip()

    def choose(self, path: str) -> None:
        """Take a path, as if it had been browsed for."""
        self.line.setText(path)
        self.settled.emit()

    def _browse(self) -> None:
        before = self.text()
        if self._ask == "folder":
            chosen = QFileDialog.getExistingDirectory(self, self._name, before)
        elif self._ask == "file":
            chosen, _ = QFileDialog.getOpenFileName(self, self._name, before)
        else:
            chosen, _ = QFileDialog.getSaveFileName(self, self._name, before)
        if chosen:
            self.choose(chosen)


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
