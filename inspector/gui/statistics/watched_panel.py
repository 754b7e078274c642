"""Beside the chart of lamp, lens and fixture: which measure is shown, a picture of the reference, and one of now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from inspector.gui.statistics.chart import LineChart, Series
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.fitted_picture import FittedPicture
from inspector.gui.widgets.inputs import ChoiceBox
from inspector.statistics.watched import OF_A_POINT, in_words, words_of_view

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from inspector.gui.statistics.store import WatchedAnswer
    from inspector.statistics.watched import WatchedMeasure, WatchedView

_WIDTH_PX = 380
NO_REFERENCE = (
    "No reference has been taken. A line that runs takes one from its first good parts, where the recipe watches lamp, "
    "lens and fixture."
)


class WatchedPanel(QWidget):
    """See the module."""

    chosen = Signal()  #: another measure

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answer: WatchedAnswer | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        self.measure = ChoiceBox(self)
        self.measure.setAccessibleName("Measure")
        self.measure.currentIndexChanged.connect(lambda _: self.chosen.emit())
        layout.addWidget(self.measure)
        self.good, self.found = FittedPicture("Good part of the reference", self), FittedPicture("Part as found", self)
        self.good_words, self.found_words = label("Good part", "muted", self), label("Part as found", "muted", self)
        beside = QGridLayout()
        for column, (picture, words) in enumerate(((self.good, self.good_words), (self.found, self.found_words))):
            beside.addWidget(words, 0, column)
            beside.addWidget(picture, 1, column)
            beside.setColumnStretch(column, 1)
        beside.setRowStretch(1, 1)
        layout.addLayout(beside, 1)
        self.setFixedWidth(_WIDTH_PX)

    def show_answer(self, answer: WatchedAnswer) -> None:
        """Offer the measures of an answer, and show its pictures; the measure that was chosen stays."""
        before = self.measure.currentText()
        self._answer = answer
        self.measure.blockSignals(True)
        self.measure.clear()
        for view in answer.views:
            for each in view.measures:
                self.measure.addItem(_title(each, view, len(answer.views)), (view, each))
        chosen = self.measure.findText(before)
        self.measure.setCurrentIndex(chosen if chosen >= 0 else self._furthest())
        self.measure.blockSignals(False)
        self._show_pictures(answer.good, answer.now)

    @property
    def shown(self) -> tuple[WatchedView, WatchedMeasure] | None:
        """What is chosen; None where there is nothing to choose."""
        data = self.measure.currentData()
        return None if data is None else (data[0], data[1])

    def words(self) -> str:
        """What is to be said above the chart."""
        if self._answer is None or not self._answer.views:
            return NO_REFERENCE
        shown = self.shown
        return " ".join(words_of_view(view) for view in ([shown[0]] if shown else self._answer.views))

    def _furthest(self) -> int:
        """Return the place of the measure whose newest point lies furthest from its reference."""

        def away(place: int) -> float:
            each: WatchedMeasure = self.measure.itemData(place)[1]
            reach = max(each.band[1] - each.middle, each.middle - each.band[0], 1e-9)
            return abs(each.points[-1].value - each.middle) / reach if each.points else 0.0

        return max(range(self.measure.count()), key=away, default=-1)

    def _show_pictures(self, good: QImage | None, now: QImage | None) -> None:
        for picture, words, image in ((self.good, self.good_words, good), (self.found, self.found_words, now)):
            picture.show_image(image)
            words.setVisible(image is not None)


def chart_of(measure: WatchedMeasure) -> LineChart:
    """Return the chart of a measure: medians of consecutive parts, the reference's, and how far the mean may lie."""
    count = len(measure.points)
    low, high = measure.band
    outside = {n: "outside" for n, point in enumerate(measure.points) if not low <= point.value <= high}
    return LineChart(
        names=[f"{point.first.astimezone():%m-%d %H:%M:%S}" for point in measure.points],
        series=[
            Series(words=f"{OF_A_POINT} parts", values=[point.value for point in measure.points], colour="accent"),
            Series(words=f"limits of {OF_A_POINT} parts", values=[high] * count, colour="text", dashed=True),
            Series(
                words=f"reference, {in_words(measure.measure, measure.middle)}",
                values=[measure.middle] * count,
                colour="muted",
                dashed=True,
            ),
            Series(words="", values=[low] * count, colour="text", dashed=True),
        ],
        marked=outside,
        unit=measure.measure.value,
    )


def _title(measure: WatchedMeasure, view: WatchedView, views: int) -> str:
    name = measure.measure.value.capitalize()
    return name if views == 1 else f"{name}, view {view.place + 1}"
