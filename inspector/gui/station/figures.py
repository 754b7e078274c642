"""The figures of recipe, shift, lot and last hour: counted in the log, and kept up with every part."""

from __future__ import annotations

from collections import deque
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
#: So many of the newest parts are known by name: while the log is counted, some are recorded and some are told of.
_NEWEST = 100
#: So often it is counted once more, where a part was recorded meanwhile.
_TRIES = 5


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
        self._told: deque[Inspection] = deque(maxlen=_NEWEST)  # the newest parts that were told here
        self._times_told = 0  # parts that were told here in all
        self._counted_ahead: frozenset[str] = frozenset()  # ids of parts that were counted in the log, and not told yet
        self.has_trend = False  #: there was a part in the last hour

    def use_log(self, log: SqliteResultLog | None) -> None:
        """Count in this log from now on; None while there is none."""
        self._log = log
        self._told.clear()
        self._counted_ahead = frozenset()

    def use_recipe(self, recipe: str, lot: str) -> None:
        """Count for this recipe from now on: what was counted for the one before goes at once."""
        self._recipe, self.has_trend = recipe, False
        self._counted(_none_of(lot))
        self.trend_changed.emit(None)

    def refresh_counts(self, *, lot: str, shift_starts: Sequence[int]) -> None:
        """Count the shift, the recipe in it, and the recipe's lot."""
        log, recipe, told_before = self._log, self._recipe, self._times_told
        if log is None:
            return

        def count() -> Counts:
            begun = shift_start(datetime.now().astimezone(), shift_starts)
            shift = log.recorded_since(begun)
            return Counts(
                recipe=log.tally(replace(shift, recipe=recipe)),
                shift=log.tally(shift),
                lot=log.tally(LogQuery(recipe=recipe, lot=lot)),
                shift_from=begun,
                lot_name=lot,
            )

        def read() -> tuple[Counts, list[str]]:
            newest = _newest(log)
            for _ in range(_TRIES):
                counts, before, newest = count(), newest, _newest(log)
                if newest == before:
                    break
            return counts, newest

        def done(answer: tuple[Counts, list[str]]) -> None:
            counts, newest = answer
            if recipe != self._recipe or log is not self._log:
                return
            told = list(self._told)
            since = told[max(0, len(told) - (self._times_told - told_before)) :]
            self._counted_ahead = frozenset(newest).difference(part.id for part in told)
            self._counted(self._plus(counts, [part for part in since if part.id not in newest], lot))

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
        self._told.extend(inspections)
        self._times_told += len(inspections)
        new = [inspection for inspection in inspections if inspection.id not in self._counted_ahead]
        self._counted(self._plus(self._counts, new, lot))

    def _plus(self, counts: Counts, inspections: Sequence[Inspection], lot: str) -> Counts:
        recipe, shift, of_lot = counts.recipe, counts.shift, counts.lot
        for inspection in inspections:
            verdict = inspection.decision.verdict
            shift = shift.plus(verdict)
            if inspection.recipe == self._recipe:
                recipe = recipe.plus(verdict)
                of_lot = of_lot.plus(verdict) if inspection.lot == lot else of_lot
        return replace(counts, recipe=recipe, shift=shift, lot=of_lot)

    def shift_is_over(self, shift_starts: Sequence[int]) -> bool:
        """True where another shift has begun since the parts were counted."""
        return shift_start(datetime.now().astimezone(), shift_starts) != self._counts.shift_from

    def _counted(self, counts: Counts) -> None:
        self._counts = counts
        self.counts_changed.emit(counts)

    def _failed(self, error: Exception) -> None:
        self.failed.emit(str(error))


def _newest(log: SqliteResultLog) -> list[str]:
    """Return the ids of the newest parts of a log: twice as many as are told here, as some may not be told yet."""
    return [part.id for part in log.recent(LogQuery(), 2 * _NEWEST)]


def _none_of(lot: str) -> Counts:
    """Return counts of nothing, until the log has been read."""
    now = datetime.now().astimezone()
    return Counts(recipe=Tally(), shift=Tally(), lot=Tally(), shift_from=now, lot_name=lot, read=False)
