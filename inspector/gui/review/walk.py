"""A reviewer's walk through a queue: what is shown, what was said, what is written. Lives on the GUI thread.

A judgement is on the disk before the next part is shown. What could not be written stays in hand, with its part.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.domain.ids import new_id
from inspector.domain.review import QueueKind, Review, Standing
from inspector.gui.review.reader import Loaded, Reader, load_again, load_direct, load_part
from inspector.gui.review.words import withdrawn_words, written_words
from inspector.gui.review.writing import Writer, Written
from inspector.review.queues import Queue, QueueRequest, build_queue

if TYPE_CHECKING:
    from inspector.domain.records import Inspection
    from inspector.domain.review import Judgement
    from inspector.gui.work import Worker
    from inspector.outputs.reviews import ReviewLog
    from inspector.review.population import PolicyOf
    from inspector.review.queues import Entry

#: How long the answer to a blind judgement is shown before the next part comes.
ANSWER_S = 3.0
#: Stands for the reviewer while none is named: queues can be looked at, nothing can be judged.
NOBODY = "(nobody)"
_AHEAD = 3


class Walk(QObject):
    """See the module.

    Args:
        work: The worker that writes.
        policy_of: What each version of a recipe kept of its pictures.
    """

    changed = Signal()  #: something else is to be shown
    message = Signal(str, str, bool)  #: words, a verdict's colour or "", and whether writing can be tried again
    judged = Signal(object)  #: Written
    withdrawn = Signal(object)  #: the Review that stands no more
    name_wanted = Signal()  #: somebody without a name wants to judge

    def __init__(self, work: Worker, policy_of: PolicyOf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work, self._policy_of = work, policy_of
        self.reader = Reader(self)
        self.reader.loaded.connect(self._on_loaded)
        self.reader.failed.connect(self._on_failed)
        self.log: ReviewLog | None = None
        self.reviewer = ""
        self.queue: Queue | None = None  #: None while it is read
        self.kind = QueueKind.FAILURES
        self.place = 0
        self.done: dict[str, Review] = {}  #: what this reviewer said here, by the inspection's id
        self.answer: Written | None = None  #: of the blind judgement that is shown beside the verdict
        self.direct: Loaded | None = None  #: a part that was looked up, in front of the queue
        self.room = 8  #: how many stills the page has room for
        self._passed: dict[str, str] = {}  # why parts of this queue could not be shown
        self._entries: dict[str, Loaded] = {}  # parts that were shown, without their pixels
        self._in_hand: tuple[Review, Loaded] | None = None
        self._undo: list[Review] = []
        self._number = 0
        self._back = False
        self._answer_until_s = 0.0
        self._writer = Writer(work)

    # --- what is shown ------------------------------------------------------------------------------------------------

    @property
    def ids(self) -> tuple[str, ...]:
        """The parts of the queue."""
        return self.queue.ids if self.queue is not None else ()

    @property
    def current(self) -> Loaded | None:
        """The part that is shown; None while it is read, and at the end."""
        if self.direct is not None:
            return self.direct
        return self.reader.get(self.ids[self.place]) if self.place < len(self.ids) else None

    @property
    def ended(self) -> bool:
        """True where the queue is empty or walked through."""
        return self.queue is not None and self.direct is None and self.place >= len(self.ids)

    @property
    def writing(self) -> bool:
        """True while a judgement is on its way to the disk, and until that is known here."""
        return self._writer.writing

    @property
    def can_judge(self) -> bool:
        """True where a part with pixels waits for a judgement."""
        found = self.current
        return found is not None and found.image is not None and self.answer is None and not self.writing

    @property
    def can_undo(self) -> bool:
        """True where there is a judgement of this reviewer that can be withdrawn here."""
        return not self.writing and (self._own_of_direct() is not None if self.direct else bool(self._undo))

    @property
    def passed_over(self) -> int:
        """How many parts of the queue could not be shown."""
        return len(self._passed)

    @property
    def own(self) -> Review | None:
        """What this reviewer says at present of the part that is shown."""
        if self.direct is not None:
            return self._own_of_direct()
        return self.done.get(self.ids[self.place]) if self.place < len(self.ids) else None

    @property
    def inspection(self) -> Inspection | None:
        """The record of the part that is shown; None where there is none, or it must not be seen yet."""
        if self.answer is not None:
            return self.answer.inspection
        found = self.current
        return found.entry.inspection if found is not None and found.entry is not None else None

    @property
    def others(self) -> tuple[Review, ...] | None:
        """What colleagues say at present of the part that is shown; None while a second opinion must not see it."""
        if self.answer is not None:
            return self.answer.others
        if self.queue is not None and self.queue.request.second_opinion and self.direct is None and self.own is None:
            return None
        entry = self.current.entry if self.current is not None else None
        standing = entry.standing.reviews if entry is not None and entry.standing is not None else ()
        return tuple(one for one in standing if one.reviewer != self.reviewer)

    @property
    def withheld(self) -> bool:
        """True where the verdict of the part that is shown must not be seen yet."""
        found = self.current
        return self.answer is None and found is not None and found.entry is not None and found.entry.inspection is None

    def stills(self) -> tuple[str, ...]:
        """Return the parts of the filmstrip: the one before, the one that is shown, and what comes."""
        first = max(0, min(self.place - 1, len(self.ids) - self.room))
        return self.ids[first : first + self.room]

    # --- what is walked -----------------------------------------------------------------------------------------------

    def open(self, log: ReviewLog | None, request: QueueRequest) -> None:
        """Read a queue and show its first part; without a log there is none."""
        self._number += 1
        number = self._number
        self.log, self.kind, self.queue = log, request.kind, None
        self.place, self.answer, self.direct, self._passed = 0, None, None, {}
        self.done, self._entries, self._undo = {}, {}, []
        self.reader.begin(None)
        self.changed.emit()
        if log is None:
            return

        def done(found: Queue) -> None:
            if number == self._number:
                self.queue = found
                self.reader.begin(lambda one: self._load(log, request, one))
                if found.notes:
                    self.message.emit(" ".join(found.notes), "", False)
                self._want()
                self.changed.emit()

        def failed(error: Exception) -> None:
            if number == self._number:
                self.message.emit(str(error), "fail", False)

        self._work.do(lambda: build_queue(log, request, self._policy_of), done, failed)

    def skip(self) -> None:
        """Go on: from the answer to a blind judgement, or to the next part."""
        if self.writing:
            return
        self._drop()
        if self.direct is not None:
            self.leave()
        elif self.answer is not None:
            self._go_on()
        elif self.place < len(self.ids):
            self._go(self.place + 1)

    def back(self) -> None:
        """Show the part before."""
        if self.direct is not None:
            self.leave()
        elif self.place > 0 and not self.writing:
            self._drop()
            self._go(self.place - 1, back=True)

    def jump(self, inspection_id: str) -> None:
        """Show a part of the queue."""
        if inspection_id in self.ids and not self.writing:
            self._drop()
            self.direct = None
            self._go(self.ids.index(inspection_id))

    def look(self, inspection_id: str) -> None:
        """Show any part of the log, in front of the queue."""
        log, number = self.log, self._number
        if log is None or self.writing:
            return

        def done(found: Loaded) -> None:
            if number == self._number:
                self._drop()
                self.direct, self.answer = found, None
                self.message.emit("Looked up. Back (left arrow) leads to the queue again.", "", False)
                self.changed.emit()

        self._work.do(lambda: load_direct(log, inspection_id), done, self._complain)

    def leave(self) -> None:
        """Leave the part that was looked up."""
        if self.direct is not None and not self.writing:
            self._drop()
            self.direct = None
            self.message.emit("", "", False)
            self.changed.emit()

    def set_room(self, room: int) -> None:
        """Say how many stills the page has room for."""
        if room != self.room:
            self.room = room
            self._want()
            self.changed.emit()

    def poll(self) -> None:
        """Take what the reader has finished, and let an answer go whose time is over."""
        self.reader.poll()
        if self.answer is not None and time.perf_counter() >= self._answer_until_s:
            self._go_on()

    def release(self) -> None:
        """End the reader; a judgement that is on its way to the disk is waited for."""
        self.reader.close()
        self._writer.wait()

    # --- what is said -------------------------------------------------------------------------------------------------

    def judge(self, judgement: Judgement, defect_type: str = "", note: str = "") -> None:
        """Write a judgement of the part that is shown; then the next part comes."""
        found = self.current
        if not self.can_judge or found is None or found.entry is None:
            return
        if not self.reviewer:
            self.name_wanted.emit()
            return
        review = Review(
            id=new_id(),
            inspection_id=found.inspection_id,
            time_utc=datetime.now(UTC),
            reviewer=self.reviewer,
            judgement=judgement,
            defect_type=defect_type,
            note=note,
            queue=found.entry.queue,
            blind=found.entry.blind,
        )
        self._write(review, found)

    def again(self) -> None:
        """Write once more what could not be written."""
        if self._in_hand is not None and not self.writing:
            self._write(*self._in_hand)

    def undo(self) -> None:
        """Withdraw the last judgement, and show its part again."""
        log = self.log
        if log is None or not self.can_undo:
            return
        own = self._own_of_direct() or self._undo[-1]
        self._drop()
        self._writer.withdraw(log, own, self._on_withdrawn, self._complain)
        self.changed.emit()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _load(self, log: ReviewLog, request: QueueRequest, inspection_id: str) -> Loaded:
        """On the reader's thread: a part that was shown before is not looked up again."""
        known = self._entries.get(inspection_id)
        return load_part(log, request, inspection_id) if known is None else load_again(known)

    def _want(self) -> None:
        """Say what is to be read next: the part that is shown, those that come, the one before."""
        ahead = self.ids[self.place : self.place + 1 + _AHEAD]
        self.reader.want([*ahead, *self.ids[max(0, self.place - 1) : self.place]], self.stills())

    def _go(self, place: int, *, back: bool = False) -> None:
        self.place, self.answer, self._back = place, None, back
        self._pass_over()
        self._want()
        self.changed.emit()

    def _go_on(self) -> None:
        """Go to the next part that is not judged."""
        place = self.place + 1
        while place < len(self.ids) and self.ids[place] in self.done:
            place += 1
        self._go(place)

    def _pass_over(self) -> None:
        """Go past parts that cannot be shown, and note why."""
        while 0 <= self.place < len(self.ids):
            found = self.reader.get(self.ids[self.place])
            if found is None or found.skipped is None:
                return
            if found.inspection_id not in self._passed:
                self._passed[found.inspection_id] = found.skipped.why
                self.message.emit(f"A part was passed over: {found.skipped.why}.", "review", False)
            if self._back and self.place == 0:
                self._back = False
            self.place += -1 if self._back else 1

    def _on_loaded(self, found: Loaded) -> None:
        if self.place < len(self.ids) and found.inspection_id == self.ids[self.place]:
            self._pass_over()
            self._want()
            self.changed.emit()

    def _on_failed(self, inspection_id: str, words: str) -> None:
        if self.place < len(self.ids) and inspection_id == self.ids[self.place]:
            self.message.emit(words, "fail", False)

    def _drop(self) -> None:
        """Give up what could not be written: the reviewer went elsewhere."""
        if self._in_hand is not None:
            self._in_hand = None
            self.message.emit("The judgement that could not be written was given up.", "review", False)

    def _write(self, review: Review, found: Loaded) -> None:
        log = self.log
        assert log is not None
        self._in_hand = (review, found)
        self.message.emit("Writing…", "", False)
        self._writer.commit(log, review, found, lambda one: self._on_written(one, found), self._on_unwritten)
        self.changed.emit()

    def _on_written(self, written: Written, found: Loaded) -> None:
        review = written.review
        self._in_hand = None
        words = written_words(review, written.inspection, written.meanwhile)
        self.message.emit(words, "review" if written.meanwhile else "", False)
        if self.direct is not None:
            standing = Standing(inspection_id=review.inspection_id, reviews=(*written.others, review))
            assert self.direct.entry is not None
            self.direct = replace(self.direct, entry=replace(self.direct.entry, standing=standing))
        else:
            self.done[review.inspection_id] = review
            self._undo.append(review)
            self._remember(found, written)
            if found.entry is not None and found.entry.inspection is None:
                self.answer, self._answer_until_s = written, time.perf_counter() + ANSWER_S
                self._want()
            else:
                self._go_on()
        self.judged.emit(written)
        self.changed.emit()

    def _remember(self, found: Loaded, written: Written) -> None:
        """Keep the part with all that may be seen of it from now on; it is not blind any more."""
        assert found.entry is not None
        standing = Standing(inspection_id=found.inspection_id, reviews=written.others)
        entry: Entry = replace(found.entry, blind=False, inspection=written.inspection, standing=standing)
        shown = replace(found, entry=entry, prediction=written.prediction)
        self._entries[found.inspection_id] = replace(shown, image=None)
        self.reader.put(shown)

    def _on_unwritten(self, error: Exception) -> None:
        self.message.emit(f"Not recorded: {error}", "fail", True)
        self.changed.emit()

    def _on_withdrawn(self, own: Review) -> None:
        if self.direct is not None:
            self.look(own.inspection_id)
        else:
            self._undo.remove(own)
            self.done.pop(own.inspection_id, None)
            self._go(self.ids.index(own.inspection_id))
        self.message.emit(withdrawn_words(own), "", False)
        self.withdrawn.emit(own)

    def _own_of_direct(self) -> Review | None:
        entry = self.direct.entry if self.direct is not None else None
        return entry.standing.of(self.reviewer) if entry is not None and entry.standing is not None else None

    def _complain(self, error: Exception) -> None:
        self.message.emit(str(error), "fail", False)
        self.changed.emit()
