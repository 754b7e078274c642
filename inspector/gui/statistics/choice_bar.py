"""Which parts the page is about, and what one group of them is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from inspector.domain.shifts import shift_start
from inspector.gui.widgets.inputs import ChoiceBox
from inspector.outputs.roll_up_reads import RollUpQuery
from inspector.statistics.groups import NO_LOT, NO_MODEL, NO_NEST, GroupBy, by_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from inspector.outputs.roll_up_reads import RollUpKey

_SHIFT = 0
#: Words, and how many days back, today included; `_SHIFT` for the shift that runs, None for no limit.
_PERIODS: tuple[tuple[str, int | None], ...] = (
    ("This shift", _SHIFT),
    ("Today", 1),
    ("Last 7 days", 7),
    ("Last 30 days", 30),
    ("Last 365 days", 365),
    ("All", None),
)
_FIRST_PERIOD = "Last 7 days"
_HASH_SHOWN = 8


def _now() -> datetime:
    return datetime.now().astimezone()


class ChoiceBar(QWidget):
    """See the module.

    Args:
        now: The time with its zone.
    """

    changed = Signal()  #: by hand

    def __init__(self, parent: QWidget | None = None, *, now: Callable[[], datetime] = _now) -> None:
        super().__init__(parent)
        self._now = now
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.period = self._choice("When the parts were inspected", 11)
        for words, days in _PERIODS:
            self.period.addItem(words, days)
        self.period.setCurrentText(_FIRST_PERIOD)
        self.by = self._choice("What one group of parts is", 9)
        for by in GroupBy:
            self.by.addItem(f"By {by.value.lower()}", by)
        self.recipe = self._choice("Recipe", 14)
        self.lot = self._choice("Lot", 12)
        self.model = self._choice("Model", 14)
        self.nest = self._choice("Tool or nest", 10)
        for choice in (self.period, self.by, self.recipe, self.lot, self.model, self.nest):
            row.addWidget(choice)
        row.addStretch(1)
        self.show_keys(())

    def _choice(self, name: str, letters: int) -> QComboBox:
        choice = ChoiceBox(self)
        choice.setAccessibleName(name)
        choice.setToolTip(name)
        choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        choice.setMinimumContentsLength(letters)
        choice.activated.connect(lambda _: self.changed.emit())
        return choice

    def show_keys(self, keys: Sequence[RollUpKey]) -> None:
        """Offer what the record has; what is chosen stays chosen."""
        recipe = self.recipe.currentData()
        meant = [key for key in keys if recipe in (None, key.recipe)]
        _offer(self.recipe, "Every recipe", {key.recipe: key.recipe for key in keys}.items())
        _offer(self.lot, "Every lot", {key.lot: key.lot or NO_LOT for key in reversed(meant)}.items())
        models = {key.model_sha256: key.model_name for key in meant}
        names = list(models.values())
        _offer(
            self.model,
            "Every model",
            [
                (sha256, f"{name} ({sha256[:_HASH_SHOWN]})" if names.count(name) > 1 else name or NO_MODEL)
                for sha256, name in models.items()
            ],
        )

        nests = sorted({key.nest for key in meant}, key=lambda nest: (not nest, by_number(nest)))
        _offer(self.nest, "Every nest", ((nest, nest or NO_NEST) for nest in nests))
        self.nest.setVisible(any(nests))

    def query(self, shift_starts: Sequence[int]) -> RollUpQuery:
        """Return which parts are meant."""
        days, now = self.period.currentData(), self._now()
        since = None
        if days == _SHIFT:
            since = shift_start(now, shift_starts).astimezone(UTC)
        elif days is not None:
            day = (now - timedelta(days=days - 1)).date()
            since = datetime(day.year, day.month, day.day).astimezone().astimezone(UTC)
        return RollUpQuery(
            since=since,
            recipe=self.recipe.currentData(),
            lot=self.lot.currentData(),
            model_sha256=self.model.currentData(),
            nest=self.nest.currentData(),
        )

    @property
    def group_by(self) -> GroupBy:
        """What one group is."""
        by: GroupBy = GroupBy(self.by.currentData())
        return by


def _offer(box: QComboBox, every: str, choices: Iterable[tuple[str, str]]) -> None:
    chosen = box.currentData()
    box.clear()
    box.addItem(every, None)
    for value, words in choices:
        box.addItem(words, value)
    box.setCurrentIndex(max(0, next((n for n in range(1, box.count()) if box.itemData(n) == chosen), 0)))
