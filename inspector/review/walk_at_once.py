"""A walk whose wishes are carried out at once, by the thread that waits: for the command line, which shows nothing."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError
from inspector.review.carry_out import carry_out
from inspector.review.walk import Walk
from inspector.review.wishes import Withdrawn, Written

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.review import Review
    from inspector.outputs.reviews import ReviewLog
    from inspector.review.population import PolicyOf
    from inspector.review.wishes import WalkEvent, Wish


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class WalkAtOnce:
    """Owns a walk and is its port. Pictures are not read: whoever judges has seen them elsewhere.

    Args:
        log: The record of inspections and reviews.
        policy_of: What each version of a recipe kept of its pictures.
        reviewer: Name of who judges.
        now: Returns the time, UTC.
    """

    def __init__(
        self, log: ReviewLog, policy_of: PolicyOf, reviewer: str, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self.log = log  #: the record
        self._policy_of = policy_of
        self._wishes: deque[Wish] = deque()
        self.committed: list[Review] = []  #: every judgement and withdrawal that is on the disk, in order
        self.walk = Walk(self, now=now, elapsed_s=lambda: 0.0)
        self.walk.reviewer = reviewer

    def settle(self) -> None:
        """Carry out what was wished, until a part is shown or there is none.

        Raises:
            LogError: If the log cannot be read or written; what was to be written stays in hand.
            ReviewError: If a wish does not fit the record.
        """
        while self._wishes or (self.walk.current is None and self.walk.wanted()):
            wish = self._wishes.popleft() if self._wishes else self.walk.wanted()[0]
            try:
                outcome = carry_out(wish, self.log, self._policy_of, pictures=False)
            except InspectorError as error:
                self.walk.fail(wish, str(error))
                raise
            self.walk.take(outcome)

    # --- the walk's port ----------------------------------------------------------------------------------------------

    def carry_out(self, wish: Wish) -> None:
        """Keep a wish until `settle`."""
        self._wishes.append(wish)

    def show(self) -> None:
        """Nothing is shown."""

    def tell(self, event: WalkEvent) -> None:
        """Keep what is on the disk."""
        if isinstance(event, Written):
            self.committed.append(event.review)
        elif isinstance(event, Withdrawn):
            self.committed.append(event.wish.withdrawal)
