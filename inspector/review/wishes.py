"""What a walk wishes to be done, what comes of each wish, what a walk tells, and whom it asks and tells."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from inspector.domain.records import Inspection, Prediction
    from inspector.domain.review import QueueKind, Review
    from inspector.review.part import ReviewPart
    from inspector.review.queues import Entry, Queue, QueueRequest


# --- wishes -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadQueue:
    """Read a queue.

    Args:
        generation: Number of the queue that was opened when this was wished.
        request: Which parts, and for whom.
        instead: The queues of which the first that holds something is read where the one asked for holds nothing.
    """

    generation: int
    request: QueueRequest
    instead: tuple[QueueKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadPart:
    """Read a part of a queue.

    Args:
        generation: Number of the queue that was open when this was wished.
        request: As `Queue.request`.
        inspection_id: Id of the part's inspection.
        entry: What is known of a part that was judged in this walk: only its pixels are to be read; None else.
    """

    generation: int
    request: QueueRequest
    inspection_id: str
    entry: Entry | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LookUp:
    """Read any part of the log.

    Args:
        inspection_id: Id of the part's inspection.
        queue: Where it came before the reviewer's eyes.
    """

    inspection_id: str
    queue: QueueKind


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Commit:
    """Write a judgement.

    Args:
        generation: Number of the queue that was open when this was wished.
        review: The row that is to be added.
        part: The judged part, as it was shown.
    """

    generation: int
    review: Review
    part: ReviewPart


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Withdraw:
    """Write the withdrawal of a judgement.

    Args:
        generation: Number of the queue that was open when this was wished.
        review: The judgement that is to stand no more.
        withdrawal: The row that says so.
    """

    generation: int
    review: Review
    withdrawal: Review


Wish = ReadQueue | ReadPart | LookUp | Commit | Withdraw


# --- what comes of them -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QueueRead:
    """A queue has been read."""

    wish: ReadQueue
    queue: Queue


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartRead:
    """A part of a queue has been read."""

    wish: ReadPart
    part: ReviewPart


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LookedUp:
    """A part has been looked up."""

    wish: LookUp
    part: ReviewPart


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Written:
    """A judgement is on the disk; with it comes what may be shown of its part from now on.

    Args:
        wish: The wish that is fulfilled.
        inspection: What the line recorded, verdict included.
        others: What colleagues say of the part at present.
        prediction: With the heatmap, where one was kept and pictures are read.
        meanwhile: What colleagues have said since the part was shown.
    """

    wish: Commit
    inspection: Inspection
    others: tuple[Review, ...]
    prediction: Prediction | None
    meanwhile: tuple[Review, ...]

    @property
    def review(self) -> Review:
        """The judgement as it was committed."""
        return self.wish.review


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Withdrawn:
    """A withdrawal is on the disk."""

    wish: Withdraw

    @property
    def review(self) -> Review:
        """The judgement that stands no more."""
        return self.wish.review


WishOutcome = QueueRead | PartRead | LookedUp | Written | Withdrawn


# --- what a walk tells ------------------------------------------------------------------------------------------------


class Notice(Enum):
    """What has happened, where no more is to be said of it."""

    WRITING = auto()  #: a judgement is on its way to the disk
    LOOKED_UP = auto()  #: a part that was looked up is shown in front of the queue
    LEFT = auto()  #: the queue is shown again
    GIVEN_UP = auto()  #: the reviewer went elsewhere, and with that gave up what could not be written
    NAME_MISSING = auto()  #: somebody without a name wants to judge


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNotes:
    """What the reviewer has to know of a queue that was opened.

    Args:
        notes: What is left out and why, as sentences.
    """

    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A part could not be shown.

    Args:
        why: What keeps it from being shown, in words.
    """

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WishFailed:
    """Something could not be done.

    Args:
        words: What, and what to do about it.
        in_hand: It is a judgement that could not be written; it stays in hand and can be written again.
    """

    words: str
    in_hand: bool = False


WalkEvent = Notice | QueueNotes | PassedOver | WishFailed | Written | Withdrawn


class WalkPort(Protocol):
    """The program around a walk: it carries wishes out, and shows what has changed."""

    def carry_out(self, wish: Wish) -> None:
        """Begin to do what is wished; what comes of it is given to the walk later, not before this returns."""
        ...

    def show(self) -> None:
        """Something else is to be shown, and other parts are to be read ahead."""
        ...

    def tell(self, event: WalkEvent) -> None:
        """Something has happened."""
        ...
