"""Where the time of the last parts went, stage by stage."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspector.engine.status import PartInspected

#: Over how many parts the figures go.
STAGE_PARTS = 500


class Stage(Enum):
    """What a part goes through, in this order; the values are columns of the log."""

    TRIGGER = "trigger_ms"  #: captured → the trigger has decided
    WAIT = "wait_ms"  #: → taken up by the inspection
    QUALITY = "quality_ms"
    PREPROCESS = "preprocess_ms"
    INFERENCE = "inference_ms"
    DECISION = "decision_ms"
    ARCHIVE = "archive_ms"
    COMMIT = "commit_ms"
    VERDICT = "verdict_ms"  #: trigger → committed: what the line waits for


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFigure:
    """One stage over the last parts that went through it.

    Args:
        parts: How many parts the figures are of.
        p50_ms: Median of their times.
        p99_ms: 99th percentile of their times, nearest rank.
    """

    stage: Stage
    parts: int
    p50_ms: float
    p99_ms: float


class StageTimes:
    """Keeps the times of the last `STAGE_PARTS` parts. Its owner, the board, takes care of the threads."""

    def __init__(self) -> None:
        self._rows: deque[tuple[float | None, ...]] = deque(maxlen=STAGE_PARTS)

    def add(self, event: PartInspected) -> None:
        """Add a committed part."""
        times = event.inspection.latencies
        self._rows.append(
            (
                times.trigger_ms,
                times.wait_ms,
                times.quality_ms,
                times.preprocess_ms,
                times.inference_ms,
                times.decision_ms,
                times.archive_ms,
                event.commit_ms,
                event.committed_ms,
            )
        )

    def clear(self) -> None:
        """Forget everything."""
        self._rows.clear()

    def rows(self) -> list[tuple[float | None, ...]]:
        """Return a copy: for each part a time for every `Stage`, in its order; None where it did not run."""
        return list(self._rows)


def figures_of(rows: Iterable[tuple[float | None, ...]]) -> tuple[StageFigure, ...]:
    """Return the figures of `StageTimes.rows` in the order of `Stage`, without stages that no part went through."""
    figures = []
    for stage, times in zip(Stage, zip(*rows, strict=True), strict=False):
        ordered = sorted(time for time in times if time is not None)
        if ordered:
            figures.append(
                StageFigure(
                    stage=stage, parts=len(ordered), p50_ms=quantile(ordered, 0.50), p99_ms=quantile(ordered, 0.99)
                )
            )
    return tuple(figures)


def quantile(ordered: list[float], fraction: float) -> float:
    """Nearest-rank quantile of sorted values, of which there is at least one."""
    return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]
