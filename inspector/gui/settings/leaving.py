"""What is asked where changes that are not applied would be lost: by another page, another recipe, the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout

from inspector.gui.widgets.basics import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget


class LeaveQuestion(QDialog):
    """Stay, discard or apply; Esc and Return stay.

    Args:
        sections: Names of the sections with changes.
        faulty: Something cannot be used, so that it cannot be applied.
    """

    discard_wanted = Signal()
    apply_wanted = Signal()

    def __init__(self, sections: Sequence[str], *, faulty: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = "Go on without applying?"
        self.setWindowTitle(title)
        self.setMinimumSize(520, 240)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(label(title, "title"))
        words = f"Not applied yet: {', '.join(sections)}."
        if faulty:
            words += " A field that is marked in red cannot be used: stay to correct it, or discard the changes."
        self.words = label(words)
        self.words.setWordWrap(True)
        layout.addWidget(self.words)
        layout.addStretch(1)
        row = QHBoxLayout()
        self.discard_button = QPushButton("Discard the changes", self)
        row.addWidget(self.discard_button)
        row.addStretch(1)
        self.stay_button = QPushButton("Stay", self)
        row.addWidget(self.stay_button)
        self.apply_button = QPushButton("Apply and go on", self)
        self.apply_button.setProperty("kind", "primary")
        self.apply_button.setEnabled(not faulty)
        row.addWidget(self.apply_button)
        layout.addLayout(row)
        self.stay_button.setDefault(True)
        self.stay_button.setFocus()
        self.stay_button.clicked.connect(self.reject)
        for button, wanted in ((self.discard_button, self.discard_wanted), (self.apply_button, self.apply_wanted)):
            button.setAutoDefault(False)
            button.clicked.connect(self.accept)
            button.clicked.connect(wanted)
