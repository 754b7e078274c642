"""What one reviewer has said in one sitting: what stands of it, and what is withdrawn next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.review import QueueKind

if TYPE_CHECKING:
    from inspector.domain.review import Review


class Sitting:
    """The judgements that were made while one queue was walked, oldest first."""

    def __init__(self) -> None:
        self._said: list[Review] = []

    @property
    def last_walked(self) -> Review | None:
        """The last judgement that stands of a part of the queue, not of one that was looked up."""
        return next((review for review in reversed(self._said) if review.queue is not QueueKind.DIRECT), None)

    def add(self, review: Review) -> None:
        """Take a judgement that is on the disk."""
        self._said.append(review)

    def withdraw(self, review_id: str) -> None:
        """Let a judgement go that is withdrawn; the one before it stands again."""
        self._said = [review for review in self._said if review.id != review_id]

    def standing(self, kind: QueueKind) -> dict[str, Review]:
        """Return what stands of each part, by the inspection's id.

        Args:
            kind: The queue. In a blind audit only its own judgements count, not those of parts that were looked up.
        """
        blind = kind is QueueKind.AUDIT
        return {review.inspection_id: review for review in self._said if not blind or review.queue is QueueKind.AUDIT}
