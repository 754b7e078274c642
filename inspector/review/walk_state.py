"""What a walk shows at one moment: the part, what was said of it, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.review import QueueKind
from inspector.review.part import PartShelf
from inspector.review.sitting import Sitting
from inspector.review.wishes import ReadPart

if TYPE_CHECKING:
    from inspector.domain.records import Inspection
    from inspector.domain.review import Review
    from inspector.review.part import ReviewPart
    from inspector.review.queues import Entry, Queue
    from inspector.review.wishes import Commit, LookUp, ReadQueue, Withdraw, Written

_AHEAD = 3


class WalkState:
    """What a page may show of a walk; only the walk itself changes it (`inspector.review.walk`)."""

    def __init__(self) -> None:
        self.reviewer = ""
        self.kind = QueueKind.FAILURES
        self.queue: Queue | None = None  #: None while it is read
        self.place = 0
        self.answer: Written | None = None  #: of the blind judgement that is shown beside the verdict
        self.looked_up: ReviewPart | None = None  #: a part that was looked up, in front of the queue
        self.room = 8  #: how many stills the page has room for
        self.passed_over: dict[str, str] = {}  #: why parts of this queue could not be shown, by the inspection's id
        self._generation = 0
        self._places: dict[str, int] = {}  # of the queue's parts
        self._sitting = Sitting()
        self._shelf = PartShelf()
        self._judged: dict[str, Entry] = {}  # parts that were judged here, with all that may be seen of them now
        self._seen: set[str] = set()  # parts whose verdict was looked up; who judges them now is not blind
        self._in_hand: Commit | None = None
        self._writing: Commit | Withdraw | None = None
        self._sought: LookUp | None = None
        self._backwards = False
        self._answer_until_s = 0.0

    # --- what is shown ------------------------------------------------------------------------------------------------

    @property
    def ids(self) -> tuple[str, ...]:
        """The parts of the queue."""
        return self.queue.ids if self.queue is not None else ()

    @property
    def current(self) -> ReviewPart | None:
        """The part that is shown; None while it is read, and at the end."""
        if self.looked_up is not None:
            return self.looked_up
        return self._shelf.get(self.ids[self.place]) if self.place < len(self.ids) else None

    @property
    def ended(self) -> bool:
        """True where the queue is empty or walked through."""
        return self.queue is not None and self.looked_up is None and self.place >= len(self.ids)

    @property
    def writing(self) -> bool:
        """True while a judgement or its withdrawal is on its way to the disk, and until that is known here."""
        return self._writing is not None

    @property
    def can_judge(self) -> bool:
        """True where a part that can be seen waits for a judgement."""
        part = self.current
        return part is not None and part.can_be_judged and self.answer is None and not self.writing

    @property
    def can_undo(self) -> bool:
        """True where there is a judgement of this reviewer that can be withdrawn here."""
        return not self.writing and self._undone_next() is not None

    @property
    def done(self) -> dict[str, Review]:
        """What this reviewer has said in this walk of the queue's parts, by the inspection's id."""
        return {part: review for part, review in self._sitting.standing(self.kind).items() if part in self._places}

    @property
    def own(self) -> Review | None:
        """What this reviewer says at present of the part that is shown."""
        if self.looked_up is not None:
            return self._own_of_looked_up()
        return self.done.get(self.ids[self.place]) if self.place < len(self.ids) else None

    @property
    def inspection(self) -> Inspection | None:
        """The record of the part that is shown; None where there is none, or it must not be seen yet."""
        if self.answer is not None:
            return self.answer.inspection
        part = self.current
        return part.entry.inspection if part is not None and part.entry is not None else None

    @property
    def others(self) -> tuple[Review, ...] | None:
        """What colleagues say at present of the part that is shown; None while a second opinion must not see it."""
        if self.answer is not None:
            return self.answer.others
        if self.queue is not None and self.queue.request.second_opinion and self.looked_up is None and self.own is None:
            return None
        entry = self.current.entry if self.current is not None else None
        standing = entry.standing.reviews if entry is not None and entry.standing is not None else ()
        return tuple(review for review in standing if review.reviewer != self.reviewer)

    @property
    def withheld(self) -> bool:
        """True where the verdict of the part that is shown must not be seen yet."""
        part = self.current
        return self.answer is None and part is not None and part.entry is not None and part.entry.inspection is None

    def known(self, inspection_id: str) -> ReviewPart | None:
        """Return what is known of a part that was read, without its pixels."""
        return self._shelf.known(inspection_id)

    def at_hand(self, inspection_id: str) -> ReviewPart | None:
        """Return a part with its pixels, where they are at hand."""
        return self._shelf.peek(inspection_id)

    def stills(self) -> tuple[str, ...]:
        """Return the parts of the filmstrip: the one before, the one that is shown, and what comes."""
        first = max(0, min(self.place - 1, len(self.ids) - self.room))
        return self.ids[first : first + self.room]

    def wanted(self) -> tuple[ReadPart, ...]:
        """Return what is to be read now: the part that is shown, those that come, the one before."""
        ahead = self.ids[self.place : self.place + 1 + _AHEAD]
        parts = (*ahead, *self.ids[max(0, self.place - 1) : self.place])
        return tuple(self.reading_of(part) for part in parts if part not in self._shelf)

    def reading_of(self, inspection_id: str) -> ReadPart:
        """Return the wish to read a part of the queue, which has been read itself."""
        assert self.queue is not None
        return ReadPart(
            generation=self._generation,
            request=self.queue.request,
            inspection_id=inspection_id,
            entry=self._judged.get(inspection_id),
        )

    # --- inside -------------------------------------------------------------------------------------------------------

    def _is_new(self, wish: ReadQueue | ReadPart | Commit | Withdraw) -> bool:
        """Say whether a wish is of the queue that is walked now."""
        return wish.generation == self._generation

    def _is_at_place(self, inspection_id: str) -> bool:
        return self._places.get(inspection_id) == self.place

    def _undone_next(self) -> Review | None:
        return self._own_of_looked_up() if self.looked_up is not None else self._sitting.last_walked

    def _own_of_looked_up(self) -> Review | None:
        entry = self.looked_up.entry if self.looked_up is not None else None
        return entry.standing.of(self.reviewer) if entry is not None and entry.standing is not None else None
