"""Thresholds and guard rate as numbers, the switches of review band and guard, and suggestions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.records import Thresholds
from inspector.domain.statistics import logits
from inspector.domain.strangeness import DEFAULT_RATE, RATES
from inspector.gui.operating_point.prices_card import number_box
from inspector.gui.operating_point.score_axis import p_of_logit
from inspector.gui.widgets.basics import label

if TYPE_CHECKING:
    from inspector.operating_point.guarding import Guarding

IN_FORCE = "force"
#: A review band that is switched on begins this far below the fail threshold, in logits.
_BAND = 1.0
_SUGGESTIONS = (
    ("cost", "Least cost", "The thresholds at which these parts cost least, by your prices and the assumed share"),
    ("escapes", "Within the limit", "The highest thresholds at which these parts keep the escape limit"),
    ("f1", "Best F1", "One threshold, where precision and recall of these parts are balanced best"),
    (IN_FORCE, "As in force", "Back to the thresholds that the recipe works at"),
)


class PointControls(QWidget):
    """See the module."""

    changed = Signal(object)  #: Thresholds, by hand
    suggested = Signal(str)  #: "cost", "escapes", "f1" or `IN_FORCE`

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._point = Thresholds(fail_at=0.5)
        self._guarding: Guarding | None = None
        self._filling = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.band = QCheckBox("Review from", self)
        self.band.setToolTip("Parts between the two thresholds go to REVIEW; without, they pass or fail")
        self.band.toggled.connect(self._switch_band)
        self.review_box = self._box("Review from")
        self.fail_box = self._box("Fail from")
        name = label("Fail from")
        name.setBuddy(self.fail_box)
        for widget in (self.band, self.review_box, name, self.fail_box):
            row.addWidget(widget)
        row.addStretch(1)
        for part in self._guard():
            row.addWidget(part)
        outer.addLayout(row)
        row = QHBoxLayout()
        row.setSpacing(8)
        self._suggest = label("SUGGEST", "heading")
        row.addWidget(self._suggest)
        self.suggestions: dict[str, QPushButton] = {}
        for key, words, tip in _SUGGESTIONS:
            button = QPushButton(words, self)
            button.setToolTip(tip)
            button.clicked.connect(lambda _=False, key=key: self.suggested.emit(key))
            if key == IN_FORCE:
                row.addStretch(1)
                button.setProperty("kind", "quiet")
            row.addWidget(button)
            self.suggestions[key] = button
        outer.addLayout(row)

    def _guard(self) -> tuple[QWidget, ...]:
        self.guard = QCheckBox("Guard at", self)
        self.guard.setToolTip(
            "Parts that would pass, but look unlike good parts, go to REVIEW; without, what the model has never seen "
            "can pass"
        )
        self.guard.toggled.connect(self._switch_guard)
        self.rate_box = number_box(3, 100 * RATES[0], 100 * RATES[1], " %")
        self.rate_box.setFixedWidth(98)
        self.rate_box.setAccessibleName("Guard rate")
        self.rate_box.setToolTip("How many good parts may go to REVIEW for it; a lower rate lets stranger parts pass")
        self.rate_box.valueChanged.connect(lambda _: self._rate_typed())
        self._of = label("of good parts", "muted")
        self._of.setBuddy(self.rate_box)
        return self.guard, self.rate_box, self._of

    def _box(self, words: str) -> QDoubleSpinBox:
        box = number_box(6, 0.0, 1.0)
        box.setFixedWidth(98)
        box.setAccessibleName(words)
        box.setToolTip("P(defective), 0 to 1")
        box.valueChanged.connect(lambda _: self._typed())
        return box

    def show_point(self, point: Thresholds) -> None:
        """Set the thresholds."""
        self._point = point
        self._filling = True
        self.fail_box.setValue(point.fail_at)
        self.band.setChecked(point.review_from is not None)
        self.review_box.setEnabled(point.review_from is not None)
        self.review_box.setSpecialValueText("off" if point.review_from is None else "")
        self.review_box.setValue(point.review_from or 0.0)
        self._show_guard(point)
        self._filling = False

    def show_guarding(self, guarding: Guarding | None) -> None:
        """Say how the guard is set; None where it is not known, as without a model."""
        self._guarding = guarding

    def _show_guard(self, point: Thresholds) -> None:
        guarding = self._guarding
        can = guarding is not None and guarding.scale is not None
        for widget in (self.guard, self.rate_box, self._of):
            widget.setVisible(can)
        if guarding is None:
            return
        on = point.strange_from is not None
        self.guard.setChecked(on)
        self.rate_box.setEnabled(on)
        if on:
            self.rate_box.setValue(100 * guarding.rate_of(point))

    def show_suggestions(self, *, shown: bool) -> None:
        """Show the ways to a better point, or hide them where there are no parts to find it by."""
        self._suggest.setVisible(shown)
        for key, button in self.suggestions.items():
            button.setVisible(shown or key == IN_FORCE)

    def allow(self, *, both: bool, moved: bool) -> None:
        """Say whether there are parts of both classes, and whether the point is another than that in force."""
        for key, button in self.suggestions.items():
            button.setEnabled(moved if key == IN_FORCE else both)

    def _typed(self) -> None:
        if self._filling:
            return
        fail = self.fail_box.value()
        review = min(self.review_box.value(), fail) if self.band.isChecked() else None
        self.changed.emit(replace(self._point, fail_at=fail, review_from=review))

    def _rate_typed(self) -> None:
        if not self._filling and self._guarding is not None:
            self.changed.emit(self._guarding.at(self._point, float(f"{self.rate_box.value() / 100:.4g}")))

    def _switch_guard(self, on: bool) -> None:  # noqa: FBT001 - a signal's value
        if not self._filling and self._guarding is not None:
            rate = (self._guarding.rate or DEFAULT_RATE) if on else 0.0
            self.changed.emit(self._guarding.at(self._point, rate))

    def _switch_band(self, on: bool) -> None:  # noqa: FBT001 - a signal's value
        if self._filling:
            return
        fail = self._point.fail_at
        review = min(fail, p_of_logit(float(logits([fail])[0]) - _BAND)) if on else None
        self.changed.emit(replace(self._point, review_from=review))
