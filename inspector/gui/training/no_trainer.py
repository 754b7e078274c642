"""What stands in the place of the Training page in a package without the trainer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.later import Page

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

_WORDS = """\
This package has no trainer: it is the “station-only” one. It runs, promotes and takes back models as ever.

To train here, install the full package of the same version; data, recipes and models stay as they are.

Or train on a computer that has the full package, and copy the model’s folder into {models}; “Model and thresholds” \
then lists it."""


class NoTrainer(Page):
    """See the module.

    Args:
        models: The station's folder of models.
    """

    def __init__(self, models: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        layout.addWidget(label("TRAINING", "heading"))
        words = label(_WORDS.format(models=models))
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(words)
        outer.addWidget(frame)
        outer.addStretch(1)

    def train_on(self, data: str, parent: str = "") -> None:
        """The page has said already that nothing is trained here."""
