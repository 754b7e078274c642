"""One reviewer at work on a queue: the next part, a judgement that is on the disk before the next is shown, undo."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.domain.errors import LogError, ReviewError
from inspector.domain.ids import new_id
from inspector.domain.review import Judgement, QueueKind, Review
from inspector.review.queues import Entry, Skipped, load_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.records import Inspection
    from inspector.outputs.reviews import ReviewLog
    from inspector.review.queues import Queue


def _now() -> datetime:
    return datetime.now(UTC)


class ReviewDesk:
    """Owned by the page or command that reviews; called by one thread at a time, which may wait for the disk.

    Args:
        log: The record.
        queue: The parts to be judged.
        clock: The time, UTC.
    """

    def __init__(self, log: ReviewLog, queue: Queue, *, clock: Callable[[], datetime] = _now) -> None:
        self._log = log
        self._clock = clock
        self._ids = list(queue.ids)
        self._place = 0
        self._revealed: set[str] = set()
        self._done: list[tuple[Entry, Review]] = []
        self.queue = queue
        self.entry: Entry | None = None  #: the part that is before the reviewer; None at the end
        self.skipped: list[Skipped] = []  #: what could not be shown
        self.in_hand: Review | None = None  #: said, but not yet on the disk
        self.fault: LogError | None = None  #: why the next part cannot be shown although some wait; see `reload`
        self.reload()

    @property
    def remaining(self) -> int:
        """How many parts wait, the one before the reviewer included."""
        return len(self._ids) - self._place

    @property
    def judged(self) -> int:
        """How many were judged here, withdrawn ones left out."""
        return len(self._done)

    def judge(self, judgement: Judgement, *, defect_type: str = "", note: str = "") -> Review:
        """Commit a judgement of the part before the reviewer, and only then go on to the next.

        Returns:
            The review as it was committed.

        Raises:
            ReviewError: If there is no part, or an earlier judgement is still in hand.
            LogError: If it could not be written: it stays in hand (`in_hand`), the part stays; see `retry`.
        """
        entry = self._entry()
        self._refuse_in_hand()
        review = Review(
            id=new_id(),
            inspection_id=entry.inspection_id,
            time_utc=self._clock(),
            reviewer=self.queue.request.reviewer,
            judgement=judgement,
            defect_type=defect_type,
            note=note,
            queue=entry.queue,
            blind=entry.blind and entry.inspection_id not in self._revealed,
        )
        return self._commit(entry, review)

    def retry(self) -> Review:
        """Write once more what is in hand.

        Raises:
            ReviewError: If nothing is in hand.
            LogError: If it could still not be written; it stays in hand.
        """
        if self.in_hand is None:
            raise ReviewError("nothing is in hand", "Judge the part.")
        return self._commit(self._entry(), self.in_hand)

    def drop(self) -> None:
        """Give up what is in hand; the part waits to be judged."""
        self.in_hand = None

    def skip(self, why: str = "left for later") -> None:
        """Go on without a judgement; nothing is recorded.

        Raises:
            ReviewError: If there is no part, or a judgement is in hand.
        """
        entry = self._entry()
        self._refuse_in_hand()
        self.skipped.append(Skipped(inspection_id=entry.inspection_id, why=why, lost=False))
        self._advance()

    def reload(self) -> None:
        """Look once more for the part that is next, after a fault of the log or another program's judgement."""
        self.entry, self.fault = None, None
        try:
            self._show()
        except LogError as error:
            self.fault = error

    def undo(self) -> Review:
        """Withdraw the last judgement that was made here; its part is before the reviewer again.

        Returns:
            The withdrawal as it was committed.

        Raises:
            ReviewError: If there is none, or a judgement is in hand.
            LogError: If it could not be written; nothing has changed then.
        """
        self._refuse_in_hand()
        if not self._done:
            raise ReviewError("there is no judgement to withdraw", "Older ones are withdrawn from a part's history.")
        entry, last = self._done[-1]
        withdrawal = withdraw(self._log, last, self.queue.request.reviewer, self._clock())
        self._done.pop()
        self._place = self._ids.index(entry.inspection_id)
        self.entry, self.fault = entry, None
        return withdrawal

    def reveal(self, inspection_id: str) -> Inspection | None:
        """Return the record of a part that was judged here, verdict included; from now on it is not blind any more.

        Raises:
            ReviewError: If it was not judged here.
            LogError: If the log cannot be read.
        """
        if all(entry.inspection_id != inspection_id for entry, _ in self._done):
            raise ReviewError("the verdict is shown after the judgement", "Judge the part first.")
        self._revealed.add(inspection_id)
        return self._log.inspection(inspection_id)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _commit(self, entry: Entry, review: Review) -> Review:
        self.in_hand = review
        self._log.add(review)
        self.in_hand = None
        self._done.append((entry, review))
        self._advance()
        return review

    def _entry(self) -> Entry:
        if self.entry is None:
            raise ReviewError("there is no part to be judged", "The queue is at its end; ask for it again.")
        return self.entry

    def _refuse_in_hand(self) -> None:
        if self.in_hand is not None:
            raise ReviewError("the last judgement is not on the disk yet", "Try to write it again, or drop it.")

    def _advance(self) -> None:
        self._place += 1
        self.reload()

    def _show(self) -> None:
        """Put the next part that can be shown before the reviewer."""
        while self._place < len(self._ids):
            found = load_entry(self._log, self.queue.request, self._ids[self._place])
            if isinstance(found, Entry):
                self.entry = found
                return
            self.skipped.append(found)
            self._place += 1


def withdraw(log: ReviewLog, review: Review, reviewer: str, now: datetime) -> Review:
    """Commit the withdrawal of a judgement and return it.

    Raises:
        ReviewError: See `ReviewLog.add`.
        LogError: If it could not be written.
    """
    withdrawal = Review(
        id=new_id(),
        inspection_id=review.inspection_id,
        time_utc=now,
        reviewer=reviewer,
        judgement=None,
        queue=QueueKind.DIRECT,
        undoes=review.id,
    )
    log.add(withdrawal)
    return withdrawal
