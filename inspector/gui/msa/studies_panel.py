"""The first step: which study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from inspector.gui.widgets.basics import label

if TYPE_CHECKING:
    from collections.abc import Sequence


class StudiesPanel(QWidget):
    """See the module; what is wished, it emits."""

    new_wanted = Signal()
    open_wanted = Signal(str)  #: name of the study

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.words = label("", "muted")
        self.words.setWordWrap(True)
        layout.addWidget(self.words)
        self.studies = QListWidget(self)
        self.studies.setAccessibleName("Studies")
        self.studies.itemActivated.connect(lambda _: self._open())
        self.studies.itemSelectionChanged.connect(self._offer)
        layout.addWidget(self.studies, 1)
        row = QHBoxLayout()
        self.new_button = QPushButton("New study…", self)
        self.new_button.setProperty("kind", "primary")
        self.new_button.clicked.connect(self.new_wanted)
        self.open_button = QPushButton("Open", self)
        self.open_button.clicked.connect(self._open)
        for button in (self.new_button, self.open_button):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        layout.addLayout(row)
        self.show_studies(())

    def show_studies(self, names: Sequence[str]) -> None:
        """List the studies, the newest first."""
        self.studies.clear()
        for name in names:
            self.studies.addItem(QListWidgetItem(name))
        self.studies.setVisible(bool(names))
        self.words.setText(
            "People and the station judge the same parts, several times and blind. The result says how often they are "
            "right, and how well they agree with one another and with themselves."
            + ("" if names else " There is no study yet.")
        )
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        if names:
            self.studies.setCurrentRow(0)
        self._offer()

    def _offer(self) -> None:
        self.open_button.setEnabled(bool(self.studies.selectedItems()))

    def _open(self) -> None:
        if items := self.studies.selectedItems():
            self.open_wanted.emit(items[0].text())
