"""A line for a path, with a button that asks for it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QWidget

#: Files of a network's weights, and all for those that are called otherwise.
WEIGHTS = "Weights of a network (*.pth *.pt *.safetensors *.npz);;All files (*)"


class PathField(QWidget):
    """A line for a path, with a button that asks for it.

    Args:
        name: For screen readers.
        empty: Words in the empty field.
        ask: "folder", "file" (one that is there) or "save" (one that need not be).
        kinds: Which files are offered, in Qt's words; empty for all.
    """

    settled = Signal()  #: a path was chosen, or typed and confirmed or left

    def __init__(self, name: str, empty: str, ask: str, parent: QWidget | None = None, kinds: str = "") -> None:
        super().__init__(parent)
        self._ask, self._name, self._kinds = ask, name, kinds
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)  # a form would stretch it
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
            chosen, _ = QFileDialog.getOpenFileName(self, self._name, before, self._kinds)
        else:
            chosen, _ = QFileDialog.getSaveFileName(self, self._name, before)
        if chosen:
            self.choose(chosen)
