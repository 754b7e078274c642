"""The figures of recipe, shift, lot and last hour: counted in the log, and kept up with every part."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.domain.shifts import shift_start
from inspector.domain.tally import Tally
from inspector.gui.station.events import Counts
from inspector.outputs.base import LogQuery, YieldPoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.records import Inspection
    from inspector.gui.work import Worker
    from inspector.outputs.result_log import SqliteResultLog

_TREND = timedelta(hours=1)
_TREND_POINTS = 60
_SOON = timedelta(minutes=1)


class ShiftFigures(QObject):
    """Owned by the session, on the GUI thread.

    Args:
        work: Reads the log.
    """

    counts_changed = Signal(object)  #: Counts
    trend_changed = Signal(object)  #: list of YieldPoint; None until the log was read
    failed = Signal(str)  #: why the log could not be read

    def __init__(self, work: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._log: SqliteResultLog | None = None
        self._counts = _none_of("")
        self._recipe = ""
        self.has_trend = False  #: there was a part in the last hour

    def use_log(self, log: SqliteResultLog | None) -> None:
        """Count in this log from now on; None while there is none."""
        self._log = log

    def use_recipe(self, recipe: str, lot: str) -> None:
        """Count for this recipe from now on: what was counted for the one before goes at once."""
        self._recipe, self.has_trend = recipe, False
        self._counted(_none_of(lot))
        self.trend_changed.emit(None)

    def refresh_counts(self, *, lot: str, shift_starts: Sequence[int]) -> None:
        """Count the shift, the recipe in it, and the recipe's lot."""
        log, recipe = self._log, self._recipe
        if log is None:
            return

        def read() -> Counts:
            begun = shift_start(datetime.now().astimezone(), shift_starts)
            shift = log.recorded_since(begun)
            return Counts(
                recipe=log.tally(replace(shift, recipe=recipe)),
                shift=log.tally(shift),
                lot=log.tally(LogQuery(recipe=recipe, lot=lot)),
                shift_from=begun,
                lot_name=lot,
            )

        def done(counts: Counts) -> None:
            if recipe == self._recipe:
                self._counted(counts)

        self._work.do(read, done, self._failed)

    def refresh_trend(self) -> None:
        """Read the yield of the recipe in the last hour."""
        log, recipe = self._log, self._recipe
        if log is None:
            return
        since = datetime.now(UTC) - _TREND

        def read() -> list[YieldPoint]:
            # a part with a time to come, of before the clock was put right, would stretch the chart
            query = LogQuery(since=since, until=since + _TREND + _SOON, recipe=recipe)
            return log.yield_over_time(query, _TREND_POINTS)

        def done(points: list[YieldPoint]) -> None:
            if recipe == self._recipe:
                self.has_trend = bool(points)
                self.trend_changed.emit(points)

        self._work.do(read, done, self._failed)

    def add(self, inspections: Sequence[Inspection], *, lot: str) -> None:
        """Count parts that were inspected just now; ``lot`` is the one that is counted."""
        recipe, shift, of_lot = self._counts.recipe, self._counts.shift, self._counts.lot
        for inspection in inspections:
            verdict = inspection.decision.verdict
            shift = shift.plus(verdict)
            if inspection.recipe == self._recipe:
                recipe = recipe.plus(verdict)
                of_lot = of_lot.plus(verdict) if inspection.lot == lot else of_lot
        self._counted(replace(self._counts, recipe=recipe, shift=shift, lot=of_lot))

    def shift_is_over(self, shift_starts: Sequence[int]) -> bool:
        """True where another shift has begun since the parts were counted."""
        return shift_start(datetime.now().astimezone(), shift_starts) != self._counts.shift_from

    def _counted(self, counts: Counts) -> None:
        self._counts = counts
        self.counts_changed.emit(counts)

    def _failed(self, error: Exception) -> None:
        self.failed.emit(str(error))


def _none_of(lot: str) -> Counts:
    """Return counts of nothing, until the log has been read."""
    now = datetime.now().astimezone()
    return Counts(recipe=Tally(), shift=Tally(), lot=Tally(), shift_from=now, lot_name=lot, read=False)
