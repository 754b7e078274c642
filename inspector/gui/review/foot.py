"""The foot of a dialog with a long computation: how far it is, in a bar and in words, and the buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton

from inspector.gui.widgets.basics import label

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QDialog


class Foot(QHBoxLayout):
    """Owned by its dialog.

    Args:
        dialog: Has it below all else.
        called: What is computed, as “the search”.
    """

    def __init__(self, dialog: QDialog, called: str) -> None:
        super().__init__()
        self._dialog = dialog
        self.setSpacing(10)
        self.progress = QProgressBar(dialog)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(10)
        self.progress.setAccessibleName(f"Progress of {called}")
        self.addWidget(self.progress, 1)
        self.stage = label("", "muted")
        self.addWidget(self.stage, 1)  # holds the buttons to the right when the progress is gone

    def button(self, words: str, do: Callable[[], object], tip: str = "") -> QPushButton:
        """Add a button; Enter in a field presses none."""
        made = QPushButton(words, self._dialog)
        made.setToolTip(tip)
        made.clicked.connect(lambda _=False: do())
        made.setAutoDefault(False)
        self.addWidget(made)
        return made

    def show_progress(self, done: int, total: int, words: str) -> None:
        """Say how far it is; a total of 0 while that is not known."""
        self.progress.show()
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self.stage.setText(words)

    def show_end(self, words: str) -> None:
        """It does not compute, or no more."""
        self.progress.hide()
        self.stage.setText(words)
