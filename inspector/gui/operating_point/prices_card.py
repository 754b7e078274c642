"""What errors cost and how many parts are defective at the line, as the user says; remembered for each recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QVBoxLayout, QWidget

from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.inputs import NumberBox
from inspector.operating_point.prices import RecipePrices

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Field, words, factor to what is shown, decimals, largest, unit, tip.
_FIELDS = (
    ("escape", "Escape", 1.0, 2, 1e9, "", "What a defective part costs that reaches the customer, in your own unit"),
    ("false_reject", "False reject", 1.0, 2, 1e9, "", "What a good part costs that is rejected"),
    ("review", "Review", 1.0, 2, 1e9, "", "What it costs that somebody looks at a part (REVIEW or ERROR)"),
    (
        "defective_share", "Defective share", 100.0, 3, 100.0, " %",
        "Which share of the line's parts is defective, as you assume; that of labelled pictures is seldom it",
    ),
    (
        "claim", "Escape limit", 100.0, 3, 99.0, " %",
        "The escape rate that is to be shown, and that “Within the limit” keeps on these parts",
    ),
)  # fmt: skip


class PricesCard(QWidget):
    """See the module."""

    changed = Signal(object)  #: RecipePrices, by hand

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        layout.addWidget(label("PRICES AND ASSUMPTIONS", "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        layout.addLayout(grid)
        self.spins: dict[str, QDoubleSpinBox] = {}
        self._filling = False
        for place, (key, words, _, decimals, most, unit, tip) in enumerate(_FIELDS):
            row, column = divmod(place, 3)
            name = label(words, "muted")
            spin = number_box(decimals, 0.0 if key != "claim" else 0.001, most, unit)
            spin.setAccessibleName(words)
            spin.setToolTip(tip)
            name.setBuddy(spin)
            spin.valueChanged.connect(self._typed)
            grid.addWidget(name, 2 * row, column)
            grid.addWidget(spin, 2 * row + 1, column)
            grid.setColumnStretch(column, 1)
            self.spins[key] = spin
        self.show_prices(RecipePrices())

    def show_prices(self, prices: RecipePrices) -> None:
        """Set the fields."""
        self._filling = True
        values: Mapping[str, float] = prices.model_dump()
        for key, _, factor, *_ in _FIELDS:
            self.spins[key].setValue(factor * values[key])
        self._filling = False

    def prices(self) -> RecipePrices:
        """Return what is set."""
        return RecipePrices(**{key: self.spins[key].value() / factor for key, _, factor, *_ in _FIELDS})

    def _typed(self) -> None:
        if not self._filling:
            self.changed.emit(self.prices())


def number_box(decimals: int, least: float, most: float, unit: str = "") -> QDoubleSpinBox:
    """Return a field for a number in steps of its size."""
    spin = NumberBox()
    spin.setDecimals(decimals)
    spin.setRange(least, most)
    spin.setSuffix(unit)
    spin.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    return spin
