"""A judgement on its way to the disk, and what may be shown of its part afterwards."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from inspector.outputs.kept import kept_prediction
from inspector.review.desk import withdraw

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.records import Inspection, Prediction
    from inspector.domain.review import Review
    from inspector.gui.review.reader import Loaded
    from inspector.gui.work import Worker
    from inspector.outputs.reviews import ReviewLog

_Value = TypeVar("_Value")
_WITHIN_S = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A judgement that is on the disk, and what may be shown of its part now.

    Args:
        review: As it was committed.
        inspection: The whole record.
        others: What colleagues say of the part at present.
        prediction: With the heatmap.
        meanwhile: What colleagues have said since the part was shown.
    """

    review: Review
    inspection: Inspection
    others: tuple[Review, ...]
    prediction: Prediction | None
    meanwhile: tuple[Review, ...]


def commit(log: ReviewLog, review: Review, found: Loaded) -> Written:
    """Write a judgement, and read what may be shown afterwards; called on the worker.

    Args:
        log: The record.
        review: The judgement.
        found: Its part, as it was shown.

    Raises:
        LogError: If it could not be written; it can be tried again with the same judgement.
        ReviewError: If it does not fit the record.
    """
    assert found.entry is not None
    log.add(review)
    inspection = found.entry.inspection or log.inspection(review.inspection_id)
    assert inspection is not None  # its row is there: the judgement would have been refused
    others = tuple(one for one in log.standing(review.inspection_id).reviews if one.reviewer != review.reviewer)
    known = found.entry.standing.reviews if found.entry.standing is not None else ()
    blind = found.entry.inspection is None
    return Written(
        review=review,
        inspection=inspection,
        others=others,
        prediction=kept_prediction(inspection) if blind else found.prediction,
        meanwhile=() if blind else tuple(one for one in others if one not in known),
    )


class Writer:
    """Writes on the worker, one thing at a time. Owned by the walk, on the GUI thread.

    Args:
        work: The worker.
    """

    def __init__(self, work: Worker) -> None:
        self._work = work
        self.writing = False  #: until the GUI thread has heard how it ended
        self._ended = threading.Event()  # nothing is on its way; set by the worker
        self._ended.set()

    def commit(
        self,
        log: ReviewLog,
        review: Review,
        found: Loaded,
        done: Callable[[Written], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Write a judgement; see `commit`."""
        self._do(lambda: commit(log, review, found), done, failed)

    def withdraw(
        self, log: ReviewLog, own: Review, done: Callable[[Review], None], failed: Callable[[Exception], None]
    ) -> None:
        """Withdraw a judgement; ``done`` gets the one that stands no more."""
        self._do(lambda: withdraw(log, own, own.reviewer, datetime.now(UTC)), lambda _: done(own), failed)

    def wait(self, within_s: float = _WITHIN_S) -> bool:
        """Wait for what is on its way to the disk; False where it is not there yet."""
        return self._ended.wait(within_s)

    def _do(
        self, task: Callable[[], _Value], done: Callable[[_Value], None], failed: Callable[[Exception], None]
    ) -> None:
        self.writing = True
        self._ended.clear()

        def write() -> _Value:
            try:
                return task()
            finally:
                self._ended.set()

        def ended(value: _Value) -> None:
            self.writing = False
            done(value)

        def ended_badly(error: Exception) -> None:
            self.writing = False
            failed(error)

        self._work.do(write, ended, ended_badly)
