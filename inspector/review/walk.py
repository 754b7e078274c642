"""A reviewer's walk through a queue, as a state machine: what is shown, what was said, what is being written.

It touches neither disk nor screen. What it needs it asks of its port as a wish (`inspector.review.wishes`); what comes
of the wish is given to `take` or `fail`. A judgement is on the disk before the next part is shown. What could not be
written stays in hand, with its part.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from inspector.domain.ids import new_id
from inspector.domain.review import QueueKind, Review, Standing
from inspector.review.sitting import Sitting
from inspector.review.walk_state import WalkState
from inspector.review.wishes import (
    Commit,
    LookedUp,
    LookUp,
    Notice,
    PartRead,
    PassedOver,
    QueueNotes,
    QueueRead,
    ReadPart,
    ReadQueue,
    WishFailed,
    Withdraw,
    Withdrawn,
    Written,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from inspector.domain.review import Judgement
    from inspector.review.queues import QueueRequest
    from inspector.review.wishes import WalkPort, Wish, WishOutcome

#: How long the answer to a blind judgement is shown before the next part comes.
ANSWER_S = 3.0


class Walk(WalkState):
    """See the module. Used by one thread.

    Args:
        port: The program around it.
        now: Returns the time, UTC.
        elapsed_s: A clock that is never put back, for how long an answer is shown.
        make_id: Makes the ids of judgements.
    """

    def __init__(
        self,
        port: WalkPort,
        *,
        now: Callable[[], datetime],
        elapsed_s: Callable[[], float],
        make_id: Callable[[], str] = new_id,
    ) -> None:
        super().__init__()
        self._port, self._now, self._elapsed_s, self._make_id = port, now, elapsed_s, make_id

    # --- where the reviewer goes --------------------------------------------------------------------------------------

    def open(self, request: QueueRequest, instead: tuple[QueueKind, ...] = ()) -> None:
        """Walk another queue from its beginning.

        Args:
            request: Which parts, and for whom.
            instead: Where it holds nothing, the first of these queues that holds something is walked.
        """
        if not self.writing:
            self._turn_away()
        self._generation += 1
        self.kind, self.queue, self._places = request.kind, None, {}
        self.place, self.answer, self.looked_up, self.passed_over = 0, None, None, {}
        self._sitting, self._judged, self._sought = Sitting(), {}, None
        self._shelf.clear()
        self._port.carry_out(ReadQueue(generation=self._generation, request=request, instead=instead))
        self._port.show()

    def skip(self) -> None:
        """Go on: from the answer to a blind judgement, or to the next part."""
        if self.writing:
            return
        self._turn_away()
        if self.looked_up is not None:
            self.leave()
        elif self.answer is not None:
            self._go_on()
        elif self.place < len(self.ids):
            self._go(self.place + 1)

    def back(self) -> None:
        """Show the part before."""
        if self.looked_up is not None:
            self.leave()
        elif self.place > 0 and not self.writing:
            self._turn_away()
            self._go(self.place - 1, backwards=True)

    def jump(self, inspection_id: str) -> None:
        """Show a part of the queue."""
        if inspection_id in self._places and not self.writing:
            self._turn_away()
            self.looked_up = None
            self._go(self._places[inspection_id])

    def look(self, inspection_id: str, came_from: QueueKind = QueueKind.DIRECT) -> None:
        """Show any part of the log, in front of the queue.

        Args:
            inspection_id: Id of the part's inspection.
            came_from: Where it came before the reviewer's eyes.
        """
        if not self.writing:
            self._sought = LookUp(inspection_id=inspection_id, queue=came_from)
            self._port.carry_out(self._sought)

    def leave(self) -> None:
        """Leave the part that was looked up."""
        if self.looked_up is not None and not self.writing:
            self._turn_away()
            self.looked_up = None
            self._port.tell(Notice.LEFT)
            self._port.show()

    def set_room(self, room: int) -> None:
        """Say how many stills the page has room for."""
        if room != self.room:
            self.room = room
            self._port.show()

    def tick(self) -> None:
        """Let an answer go whose time is over; called from time to time."""
        if self.answer is not None and not self.writing and self._elapsed_s() >= self._answer_until_s:
            self._go_on()

    # --- what the reviewer says ---------------------------------------------------------------------------------------

    def judge(self, judgement: Judgement, defect_type: str = "", note: str = "") -> None:
        """Write a judgement of the part that is shown; then the next part comes."""
        part = self.current
        if not self.can_judge or part is None or part.entry is None:
            return
        if not self.reviewer:
            self._port.tell(Notice.NAME_MISSING)
            return
        review = Review(
            id=self._make_id(),
            inspection_id=part.inspection_id,
            time_utc=self._now(),
            reviewer=self.reviewer,
            judgement=judgement,
            defect_type=defect_type,
            note=note,
            queue=part.entry.queue,
            blind=part.entry.blind and part.inspection_id not in self._seen,
        )
        self._write(Commit(generation=self._generation, review=review, part=part))

    def again(self) -> None:
        """Write once more what could not be written."""
        if self._in_hand is not None and not self.writing:
            self._write(self._in_hand)

    def undo(self) -> None:
        """Withdraw the last judgement, and show its part again."""
        last = self._undone_next()
        if last is not None:
            self.withdraw(last)

    def withdraw(self, review: Review) -> None:
        """Withdraw a judgement, which may be older than this walk."""
        if not self.writing:
            self._turn_away()
            withdrawal = Review(
                id=self._make_id(),
                inspection_id=review.inspection_id,
                time_utc=self._now(),
                reviewer=self.reviewer,
                judgement=None,
                queue=QueueKind.DIRECT,
                undoes=review.id,
            )
            self._write(Withdraw(generation=self._generation, review=review, withdrawal=withdrawal))

    # --- what comes of wishes -----------------------------------------------------------------------------------------

    def take(self, outcome: WishOutcome) -> None:
        """Take what came of a wish."""
        match outcome:
            case QueueRead():
                self._take_queue(outcome)
            case PartRead():
                self._take_part(outcome)
            case LookedUp():
                self._take_looked_up(outcome)
            case Written():
                self._take_written(outcome)
            case Withdrawn():
                self._take_withdrawn(outcome)

    def fail(self, wish: Wish, words: str) -> None:
        """Take that a wish could not be fulfilled.

        Args:
            wish: As the port was given it.
            words: Why, and what to do about it.
        """
        match wish:
            case ReadQueue():
                matters = self._is_new(wish)
            case ReadPart():
                matters = self._is_new(wish) and self._is_at_place(wish.inspection_id)
            case LookUp():
                matters = wish is self._sought
            case Commit() | Withdraw():
                matters, self._writing = True, None
        if matters:
            self._port.tell(WishFailed(words=words, in_hand=isinstance(wish, Commit)))
        if isinstance(wish, Commit | Withdraw):
            self._port.show()  # after a part that cannot be read not: it would be read again at once

    def note(self, read: PartRead) -> None:
        """Take what is known of a part that was read for its thumbnail only."""
        if self._is_new(read.wish) and read.part.inspection_id not in self._judged:
            self._shelf.note(read.part)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _take_queue(self, outcome: QueueRead) -> None:
        if self._is_new(outcome.wish):
            self.queue, self.kind = outcome.queue, outcome.queue.request.kind
            self._places = {part: place for place, part in enumerate(outcome.queue.ids)}
            if outcome.queue.notes:
                self._port.tell(QueueNotes(notes=outcome.queue.notes))
            self._port.show()

    def _take_part(self, outcome: PartRead) -> None:
        wish, part = outcome.wish, outcome.part
        if not self._is_new(wish) or wish.entry is not self._judged.get(wish.inspection_id):
            return  # of another queue; or it was judged meanwhile, and more may be seen of it now
        self._shelf.put(part)
        if self._is_at_place(part.inspection_id):
            self._pass_over()
            self._port.show()

    def _take_looked_up(self, outcome: LookedUp) -> None:
        if outcome.wish is not self._sought:
            return
        self._turn_away()
        before = self.looked_up
        self.looked_up, self.answer = outcome.part, None
        self._seen.add(outcome.part.inspection_id)
        if before is None or before.inspection_id != outcome.part.inspection_id:
            self._port.tell(Notice.LOOKED_UP)
        self._port.show()

    def _take_written(self, outcome: Written) -> None:
        self._writing = self._in_hand = None
        if self._is_new(outcome.wish):
            self._sitting.add(outcome.review)
            self._port.tell(outcome)
            self._show_written(outcome)
        else:
            self._port.tell(outcome)
        self._port.show()

    def _show_written(self, outcome: Written) -> None:
        """Show what may be seen of a part that has been judged, or the next part."""
        part, review = outcome.wish.part, outcome.review
        assert part.entry is not None
        if self.looked_up is not None:
            standing = Standing(inspection_id=review.inspection_id, reviews=(*outcome.others, review))
            self.looked_up = replace(part, entry=replace(part.entry, standing=standing))
            return
        standing = Standing(inspection_id=review.inspection_id, reviews=outcome.others)
        entry = replace(part.entry, blind=False, inspection=outcome.inspection, standing=standing)
        self._judged[review.inspection_id] = entry
        self._shelf.put(replace(part, entry=entry, prediction=outcome.prediction))
        if part.entry.inspection is None:
            self.answer, self._answer_until_s = outcome, self._elapsed_s() + ANSWER_S
        else:
            self._go_on()

    def _take_withdrawn(self, outcome: Withdrawn) -> None:
        self._writing = None
        if self._is_new(outcome.wish):
            self._sitting.withdraw(outcome.review.id)
            if self.looked_up is not None:
                self.look(outcome.review.inspection_id)
            elif outcome.review.inspection_id in self._places:
                self._go(self._places[outcome.review.inspection_id])
        self._port.tell(outcome)
        self._port.show()

    def _write(self, wish: Commit | Withdraw) -> None:
        self._writing, self._sought = wish, None
        if isinstance(wish, Commit):
            self._in_hand = wish
            self._port.tell(Notice.WRITING)
        self._port.carry_out(wish)
        self._port.show()

    def _turn_away(self) -> None:
        """The reviewer goes elsewhere: what was looked for is not wanted, what could not be written is given up."""
        self._sought = None
        if self._in_hand is not None:
            self._in_hand = None
            self._port.tell(Notice.GIVEN_UP)

    def _go(self, place: int, *, backwards: bool = False) -> None:
        self.place, self.answer, self._backwards = place, None, backwards
        self._pass_over()
        self._port.show()

    def _go_on(self) -> None:
        """Go to the next part that is not judged."""
        place, done = self.place + 1, self.done
        while place < len(self.ids) and self.ids[place] in done:
            place += 1
        self._go(place)

    def _pass_over(self) -> None:
        """Go past parts that cannot be shown, and note why."""
        while self.place < len(self.ids):
            part = self._shelf.get(self.ids[self.place])
            if part is None or part.skipped is None:
                return
            if part.inspection_id not in self.passed_over and part.inspection_id not in self.done:
                self.passed_over[part.inspection_id] = part.skipped.why
                self._port.tell(PassedOver(why=part.skipped.why))
            if self._backwards and self.place == 0:
                self._backwards = False
            self.place += -1 if self._backwards else 1
