"""The top of the page Operating point: which labelled parts are looked at, and what can be done with the point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.inputs import ChoiceBox
from inspector.operating_point.words import before_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.operating_point.parts import LabelledParts
    from inspector.operating_point.sources import ScoreSource
    from inspector.recipes.versions import RecipeVersion


class SourceBar(QWidget):
    """See the module; emits wishes."""

    chosen = Signal()  #: another source, by hand
    use_wanted = Signal()  #: the thresholds that are set are to be used
    take_back_wanted = Signal()  #: the last change is to be undone

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        row = QHBoxLayout()
        row.setSpacing(12)
        self.source = ChoiceBox(frame)
        self.source.setAccessibleName("Scores from")
        self.source.setToolTip("Which labelled parts to choose by")
        self.source.setMinimumWidth(330)
        self.source.activated.connect(lambda _: self.chosen.emit())
        row.addWidget(self.source)
        self.words = label("", "muted")
        self.words.setWordWrap(True)
        row.addWidget(self.words, 1)
        self.back_button = QPushButton("Take back", frame)
        self.back_button.clicked.connect(self.take_back_wanted)
        row.addWidget(self.back_button)
        self.use_button = QPushButton("Use these thresholds…", frame)
        self.use_button.setProperty("kind", "primary")
        self.use_button.setToolTip("Save them as the recipe's next version, with your reason, and work at them at once")
        self.use_button.clicked.connect(self.use_wanted)
        row.addWidget(self.use_button)
        layout.addLayout(row)
        self.warning = label("", "fault")
        self.warning.setWordWrap(True)
        layout.addWidget(self.warning)
        self.guard = label("", "muted")
        self.guard.setWordWrap(True)
        self.guard.hide()
        layout.addWidget(self.guard)

    @property
    def key(self) -> str:
        """The key of the source that is chosen; empty before there is one."""
        return str(self.source.currentData() or "")

    def show_sources(self, sources: Sequence[ScoreSource], key: str) -> None:
        """Set the sources to choose from, and the one that is shown; nothing is emitted."""
        self.source.clear()
        for source in sources:
            self.source.addItem(source.words, source.key)
        self.source.setCurrentIndex(max(0, self.source.findData(key)))

    def show_guard(self, words: str) -> None:
        """Say whether unlike parts are held back; empty for nothing."""
        self.guard.setText(words)
        self.guard.setVisible(bool(words))

    def show_parts(self, parts: LabelledParts | None) -> None:
        """Say what is known of the parts; None where there are none."""
        if parts is None:
            self.words.setText("")
            self.warning.hide()
            return
        self.words.setText(f"{parts.good:,} good, {parts.defective:,} defective; {parts.how}. {' '.join(parts.notes)}")
        self.warning.setText(" ".join(parts.warnings))
        self.warning.setVisible(bool(parts.warnings))

    def allow(self, *, use: bool, undoable: RecipeVersion | None) -> None:
        """Say what can be done.

        Args:
            use: Whether the thresholds that are set are others than those in force.
            undoable: The version whose change can be taken back; None where there is none.
        """
        self.use_button.setEnabled(use)
        self.back_button.setVisible(undoable is not None)
        if undoable is not None and undoable.change is not None:
            self.back_button.setText(f"Take back version {undoable.version}")
            self.back_button.setToolTip(
                f"Back to {before_in_words(undoable.change)}, as a new version. "
                f"{undoable.change.author} changed it: {undoable.change.reason}"
            )
