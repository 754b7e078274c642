"""What makes the line too slow, as the times of its stages and the processor show it, and what helps."""

from __future__ import annotations

import os
import time
from enum import Enum
from typing import TYPE_CHECKING

import psutil

from inspector.engine.stages import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.engine.board import Board

_PARTS = 10
#: From this share of the whole processor on, other programs are the cause.
_TAKEN_BY_OTHERS = 0.5
_SHARE_OVER_S = 1.0
#: A part waits for at most so many before it; who waits longer than they take waits for the processor.
_QUEUE = 8
_SLOW_THE_LINE = "Slow the line"
_UNKNOWN = f"{_SLOW_THE_LINE} or use a faster device."


class Trouble(Enum):
    """In which way the line is too slow."""

    LATE = "verdicts take too long"
    SPARSE = "too few pictures arrive"
    SKIPPED = "pictures arrive and are not looked at"
    MEMORY = "there is not enough memory"


_TROUBLES = {
    Trouble.SPARSE: "Too few pictures arrive: check the camera's rate, its cable and the network.",
    Trouble.SKIPPED: "Pictures come faster than they are looked at: take smaller ones, or fewer a second.",
    Trouble.MEMORY: "Close other programs, or use a smaller model.",
}
_OTHERS = "Other programs take most of the processor: end them."
#: Stages by what helps; how long a part waits follows from them.
_HELPS = (
    (
        (Stage.TRIGGER, Stage.QUALITY, Stage.PREPROCESS),
        "Preparing the picture takes most of it",
        "choose a smaller region or smaller pictures",
    ),
    ((Stage.INFERENCE,), "The model takes most of it", "use a faster device or precision"),
    (
        (Stage.ARCHIVE, Stage.COMMIT),
        "Writing to the disk takes most of it",
        "keep fewer pictures, or use a faster disk",
    ),
    ((Stage.DECISION,), "Waiting for the processor takes most of it", "end other programs, or use a faster computer"),
)
_PROCESSOR = _HELPS[-1]
_PLACES = {stage: place for place, stage in enumerate(Stage)}


class Slowness:
    """Knows what helps. The watch looks, any thread may ask.

    Args:
        board: Holds the times of the last parts.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._own = psutil.Process()
        self._others = 0.0
        self._seen = self._read()

    def look(self) -> None:
        """Look once what other programs take of the processor; what is younger than a second is no figure."""
        before, now = self._seen, self._read()
        if now[0] - before[0] >= _SHARE_OVER_S:
            whole_s = (now[0] - before[0]) * (os.cpu_count() or 1)
            self._others = max(0.0, (now[1] - before[1]) - (now[2] - before[2])) / whole_s
            self._seen = now

    def advice(self, trouble: Trouble) -> str:
        """Return what the operator can do first, what takes the time, and what helps for good."""
        if trouble is Trouble.MEMORY:
            return _TROUBLES[trouble]
        if self._others >= _TAKEN_BY_OTHERS:
            return f"{_SLOW_THE_LINE}. {_OTHERS}"
        if trouble is not Trouble.LATE:
            return f"{_SLOW_THE_LINE}. {_TROUBLES[trouble]}"
        return what_takes_the_time(self._board.times(_PARTS))

    def _read(self) -> tuple[float, float, float]:
        """Return the time, and how long the processor has worked for all and for this program, in seconds."""
        times, own = psutil.cpu_times(), self._own.cpu_times()
        idle = times.idle + getattr(times, "iowait", 0.0)
        return time.perf_counter(), sum(times[:8]) - idle, own.user + own.system


def what_takes_the_time(rows: Sequence[tuple[float | None, ...]]) -> str:
    """Return which stage takes most of a part's time, and what helps.

    Args:
        rows: Of the last parts, as `StageTimes.rows` returns them.
    """
    if not rows:
        return _UNKNOWN
    spent_ms = [sum(_mean(rows, stage) for stage in stages) for stages, _, _ in _HELPS]
    waits_ms, most_ms = _mean(rows, Stage.WAIT), max(spent_ms)
    if not 2 * (sum(spent_ms) + waits_ms) > _mean(rows, Stage.VERDICT):
        return _UNKNOWN  # most of it went between the stages, or nobody looked at the parts
    _, takes, helps = _HELPS[spent_ms.index(most_ms)]
    if waits_ms > _QUEUE * sum(spent_ms):
        (_, takes, helps), most_ms = _PROCESSOR, waits_ms
    return f"{_SLOW_THE_LINE}. {takes} ({most_ms / 1000:.2f} s a part): {helps}."


def _mean(rows: Sequence[tuple[float | None, ...]], stage: Stage) -> float:
    return sum(row[_PLACES[stage]] or 0.0 for row in rows) / len(rows)
