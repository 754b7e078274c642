"""A walk whose wishes are answered when a test says so, by a record in memory."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from inspector.domain.records import ArchivedPicture, Inspection, Verdict
from inspector.domain.review import Judgement, QueueKind, Review, Standing, standings
from inspector.review.part import ReviewPart
from inspector.review.queues import Entry, Queue, QueueRequest, Skipped
from inspector.review.walk import Walk
from inspector.review.wishes import (
    Commit,
    LookedUp,
    LookUp,
    PartRead,
    QueueRead,
    ReadPart,
    ReadQueue,
    WalkEvent,
    Wish,
    WishOutcome,
    Withdraw,
    Withdrawn,
    Written,
)
from tests.outputs.samples import START, inspection
from tests.review.parts import said

VERDICTS = {
    QueueKind.FAILURES: {Verdict.FAIL},
    QueueKind.REVIEWS: {Verdict.REVIEW},
    QueueKind.ERRORS: {Verdict.ERROR},
    QueueKind.AUDIT: {Verdict.PASS, Verdict.FAIL},
}


class MemoryRecord:
    """Parts and what was said of them.

    Args:
        verdicts: Of the parts; their ids are “p0”, “p1”, …
    """

    def __init__(self, verdicts: Sequence[Verdict]) -> None:
        kept = ArchivedPicture(path=Path("kept.png"), sha256="", heatmap_path=None)
        parts = [replace(inspection(n, verdict), id=f"p{n}", picture=kept) for n, verdict in enumerate(verdicts)]
        self.parts: dict[str, Inspection] = {part.id: part for part in parts}
        self.rows: list[Review] = []
        self.lost: set[str] = set()  #: parts whose picture is gone

    def standing(self, part: str) -> Standing:
        rows = [row for row in self.rows if row.inspection_id == part]
        return standings(rows).get(part, Standing(inspection_id=part, reviews=()))

    def answer(self, wish: Wish) -> WishOutcome:
        match wish:
            case ReadQueue():
                return QueueRead(wish=wish, queue=self._first(wish))
            case ReadPart():
                return PartRead(wish=wish, part=self._part(wish))
            case LookUp():
                entry = self.entry(wish.inspection_id, wish.queue)
                return LookedUp(wish=wish, part=ReviewPart(inspection_id=wish.inspection_id, entry=entry))
            case Commit():
                return self._commit(wish)
            case Withdraw():
                self.rows.append(wish.withdrawal)
                return Withdrawn(wish=wish)

    def _first(self, wish: ReadQueue) -> Queue:
        asked = self.queue(wish.request)
        others = (self.queue(replace(wish.request, kind=kind)) for kind in wish.instead)
        return asked if asked.ids else next((queue for queue in others if queue.ids), asked)

    def queue(self, request: QueueRequest) -> Queue:
        kind = request.kind
        ids = [part for part, row in self.parts.items() if row.decision.verdict in VERDICTS[kind]]
        waiting = tuple(part for part in ids if not self._why_not(part, request))
        return Queue(request=request, ids=waiting, judged=0, by_others=0, without_picture=0)

    def entry(self, part: str, queue: QueueKind, *, blind: bool = False) -> Entry:
        row, hidden = self.parts[part], queue is QueueKind.AUDIT
        return Entry(
            inspection_id=part,
            time_utc=row.time_utc,
            recipe=row.recipe,
            lot=row.lot,
            part_number=row.part_number,
            part_serial=row.part_serial,
            queue=queue,
            blind=blind,
            picture=Path("kept.png"),
            inspection=None if hidden else row,
            standing=None if hidden else self.standing(part),
        )

    def _why_not(self, part: str, request: QueueRequest) -> str:
        audit = request.kind is QueueKind.AUDIT
        rows = self.standing(part).reviews
        if any(row.reviewer == request.reviewer and (not audit or row.queue is QueueKind.AUDIT) for row in rows):
            return "you have judged it meanwhile"
        if not request.second_opinion and any(
            row.reviewer != request.reviewer and (row.blind or not audit) for row in rows
        ):
            return "somebody else has judged it meanwhile"
        return ""

    def _part(self, wish: ReadPart) -> ReviewPart:
        part, request = wish.inspection_id, wish.request
        if wish.entry is not None:
            return ReviewPart(inspection_id=part, entry=wish.entry)
        why = "its picture has been removed since" if part in self.lost else self._why_not(part, request)
        if why:
            return ReviewPart(inspection_id=part, entry=None, skipped=Skipped(inspection_id=part, why=why, lost=True))
        audit = request.kind is QueueKind.AUDIT
        before = any(row.inspection_id == part and row.reviewer == request.reviewer for row in self.rows)
        return ReviewPart(inspection_id=part, entry=self.entry(part, request.kind, blind=audit and not before))

    def _commit(self, wish: Commit) -> Written:
        review, entry = wish.review, wish.part.entry
        assert entry is not None
        if review not in self.rows:  # the record does not double what is written again
            self.rows.append(review)
        rows = self.standing(review.inspection_id).reviews
        others = tuple(row for row in rows if row.reviewer != review.reviewer)
        known = entry.standing.reviews if entry.standing is not None else ()
        meanwhile = tuple(row for row in others if row not in known) if entry.inspection is not None else ()
        row = self.parts[review.inspection_id]
        return Written(wish=wish, inspection=row, others=others, prediction=None, meanwhile=meanwhile)


class WalkBench:
    """A walk, its port, and the record: every wish waits in `wishes` until it is answered or failed."""

    def __init__(self, *verdicts: Verdict, reviewer: str = "Ada") -> None:
        self.record = MemoryRecord(verdicts)
        self.wishes: list[Wish] = []
        self.events: list[WalkEvent] = []
        self.shown = 0  #: how often something else was to be shown
        self.time_s = 0.0
        ids = itertools.count()
        self.walk = Walk(self, now=lambda: START, elapsed_s=lambda: self.time_s, make_id=lambda: f"r{next(ids)}")
        self.walk.reviewer = reviewer

    # --- the walk's port ----------------------------------------------------------------------------------------------

    def carry_out(self, wish: Wish) -> None:
        self.wishes.append(wish)

    def show(self) -> None:
        self.shown += 1

    def tell(self, event: WalkEvent) -> None:
        self.events.append(event)

    # --- what a test does ---------------------------------------------------------------------------------------------

    def open(self, kind: QueueKind, *instead: QueueKind, second_opinion: bool = False) -> None:
        reviewer = self.walk.reviewer or "(nobody)"
        self.walk.open(QueueRequest(kind=kind, reviewer=reviewer, second_opinion=second_opinion), instead)

    def answer(self) -> None:
        """Fulfil the oldest wish."""
        self.walk.take(self.record.answer(self.wishes.pop(0)))

    def fail(self, words: str = "the disk is full") -> None:
        """Refuse the oldest wish."""
        self.walk.fail(self.wishes.pop(0), words)

    def settle(self) -> None:
        """Fulfil every wish, and read all parts that are wanted."""
        while self.wishes or self.walk.wanted():
            if self.wishes:
                self.answer()
            else:
                self.walk.take(self.record.answer(self.walk.wanted()[0]))

    def opened(self, kind: QueueKind, *, second_opinion: bool = False) -> WalkBench:
        self.open(kind, second_opinion=second_opinion)
        self.settle()
        return self

    def judged(self, *judgements: Judgement) -> WalkBench:
        for judgement in judgements:
            self.walk.judge(judgement)
            self.settle()
        return self

    def colleague_says(self, part: str, judgement: Judgement, by: str = "Bob") -> Review:
        review = said(part, judgement, by=by)
        self.record.rows.append(review)
        return review

    @property
    def shown_part(self) -> str:
        """The part that is shown; empty where there is none."""
        return self.walk.current.inspection_id if self.walk.current is not None else ""

    @property
    def on_disk(self) -> list[tuple[str, Judgement | None]]:
        """What was written: of which part, and what."""
        return [(row.inspection_id, row.judgement) for row in self.record.rows]


def failures(count: int = 3) -> WalkBench:
    """A walk through so many failures."""
    return WalkBench(*[Verdict.FAIL] * count).opened(QueueKind.FAILURES)


def audit(count: int = 3) -> WalkBench:
    """A blind audit of so many passes."""
    return WalkBench(*[Verdict.PASS] * count).opened(QueueKind.AUDIT)
