"""Beside the results of a batch: the chosen picture, and what the figures of the run, or of two runs, say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from inspector.gui.batch.comparison_card import ComparisonCard
from inspector.gui.batch.confusion_table import ConfusionTable
from inspector.gui.batch.description import describe
from inspector.gui.batch.picture_card import PictureCard, PictureMode
from inspector.gui.batch.words import named, words_without_labels

if TYPE_CHECKING:
    from inspector.gui.batch.picture_reader import PictureReader
    from inspector.gui.batch.rows import Rows
    from inspector.gui.batch.store import Reading


class RunDetails(QWidget):
    """See the module.

    Args:
        pictures: Reads the chosen picture and computes its heatmaps.
    """

    def __init__(self, pictures: PictureReader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._run_id = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.picture = PictureCard(self)
        column.addWidget(self.picture, 1)
        self.confusion = ConfusionTable(self)
        column.addWidget(self.confusion)
        self.comparison = ComparisonCard(self)
        column.addWidget(self.comparison)
        self.picture.mode_changed.connect(lambda _: pictures.want_heatmap(heatmap=self._with_heatmap))
        pictures.read.connect(self.picture.show_picture)

    def show_reading(self, reading: Reading | None) -> None:
        """Show the figures that were read; None for no run."""
        comparison = reading.comparison if reading is not None else None
        self.setVisible(reading is not None)
        self.comparison.setVisible(comparison is not None)
        self.confusion.setVisible(reading is not None and comparison is None)
        if reading is None or reading.run is None:
            return
        if comparison is not None and reading.other is not None:
            self.comparison.show_comparison(comparison, (named(reading.run), named(reading.other)))
        else:
            self.confusion.show_confusion(reading.confusion, words_without_labels(reading.run))
            self.confusion.show_evidence(reading.evidence, reading.warnings)

    def show_picture(self, reading: Reading | None, rows: Rows | None, place: int) -> None:
        """Show the picture at a place of the rows; nothing for -1."""
        if place < 0 or reading is None or reading.run is None or rows is None:
            self.picture.show_description(None)
            self._pictures.want(None, heatmap=False)
            return
        if reading.run.id != self._run_id and reading.run.record.judge is not None:
            self._run_id = reading.run.id
            self.picture.kind_button.choose(reading.run.record.judge.heatmap)
        description, wish = describe(reading, rows, place)
        self.picture.show_description(description)
        self._pictures.want(wish, heatmap=self._with_heatmap)

    @property
    def _with_heatmap(self) -> bool:
        return self.picture.mode is not PictureMode.ORIGINAL
