"""What holds of a walk whatever the reviewer, a colleague, the disk and the threads do, in whatever order."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from inspector.domain.records import Verdict
from inspector.domain.review import Judgement, QueueKind
from inspector.review.wishes import Commit, Notice, PartRead, WishOutcome, Withdraw
from tests.review.walks import WalkBench

KINDS = st.sampled_from([QueueKind.FAILURES, QueueKind.REVIEWS, QueueKind.AUDIT])
JUDGEMENTS = st.sampled_from(list(Judgement))
VERDICTS = st.lists(st.sampled_from([Verdict.PASS, Verdict.FAIL, Verdict.REVIEW]), min_size=1, max_size=6)
PARTS = st.integers(0, 5)


class Walking(RuleBasedStateMachine):
    """Wishes to one worker are answered in their order, parts in any order and as late as may be."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = WalkBench()
        self.reads: list[WishOutcome] = []  # parts that were read, and may be long out of date when they are taken
        self.said: set[str] = set()  # ids of the judgements that were accepted
        self.in_hand: set[str] = set()
        self.given_up: set[str] = set()
        self.told = 0  # events that were taken into account
        self.seen: set[str] = set()  # parts whose verdict was shown because they were judged or looked up
        self.pinned = ""  # the part that is shown while something is written

    @initialize(verdicts=VERDICTS, kind=KINDS)
    def begin(self, verdicts: list[Verdict], kind: QueueKind) -> None:
        self.bench = WalkBench(*verdicts)
        self.bench.open(kind)

    # --- the reviewer -------------------------------------------------------------------------------------------------

    @rule(kind=KINDS, second=st.booleans())
    def open(self, kind: QueueKind, second: bool) -> None:
        self.bench.open(kind, second_opinion=second)
        self.pinned = ""

    @rule(judgement=JUDGEMENTS)
    def judge(self, judgement: Judgement) -> None:
        part, allowed = self.bench.shown_part, self.bench.walk.can_judge
        before = len(self.bench.wishes)
        self.bench.walk.judge(judgement)
        new = self.bench.wishes[before:]
        assert len(new) == allowed
        if allowed:
            (wish,) = new
            assert isinstance(wish, Commit)
            assert wish.review.inspection_id == part
            assert wish.review.judgement is judgement
            assert not (wish.review.blind and part in self.seen)
            self.said.add(wish.review.id)
            self.given_up |= self.in_hand  # another judgement of the same part takes its place
            self.in_hand, self.pinned = set(), part

    @rule()
    def undo(self) -> None:
        part, allowed, before = self.bench.shown_part, self.bench.walk.can_undo, len(self.bench.wishes)
        self.bench.walk.undo()
        assert len(self.bench.wishes) == before + allowed
        if allowed:
            self.pinned = part

    @rule(way=st.sampled_from(["skip", "back", "leave", "again", "tick"]))
    def go(self, way: str) -> None:
        getattr(self.bench.walk, way)()

    @rule(part=PARTS)
    def jump(self, part: int) -> None:
        self.bench.walk.jump(f"p{part}")

    @rule(part=PARTS)
    def look(self, part: int) -> None:
        if f"p{part}" in self.bench.record.parts:
            self.bench.walk.look(f"p{part}")

    @rule(seconds=st.sampled_from([1.0, 5.0]))
    def wait(self, seconds: float) -> None:
        self.bench.time_s += seconds

    # --- the others, the disk, the threads ----------------------------------------------------------------------------

    @rule(part=PARTS, judgement=JUDGEMENTS)
    def a_colleague_judges(self, part: int, judgement: Judgement) -> None:
        if f"p{part}" in self.bench.record.parts:
            self.bench.colleague_says(f"p{part}", judgement)

    @rule(part=PARTS)
    def a_picture_is_lost(self, part: int) -> None:
        self.bench.record.lost.add(f"p{part}")

    @rule()
    def ask_for_parts(self) -> None:
        self.reads += [self.bench.record.answer(wish) for wish in self.bench.walk.wanted()]

    @precondition(lambda self: self.reads)
    @rule(data=st.data(), noted=st.booleans())
    def take_a_part(self, data: st.DataObject, noted: bool) -> None:
        read = self.reads.pop(data.draw(st.integers(0, len(self.reads) - 1)))
        assert isinstance(read, PartRead)
        (self.bench.walk.note if noted else self.bench.walk.take)(read)

    @precondition(lambda self: self.bench.wishes)
    @rule()
    def fulfil(self) -> None:
        if isinstance(self.bench.wishes[0], Commit | Withdraw):
            self.in_hand, self.pinned = set(), ""
        self.bench.answer()

    @precondition(lambda self: self.bench.wishes)
    @rule(written=st.booleans())
    def refuse(self, written: bool) -> None:
        """A wish fails. A judgement may be on the disk nevertheless, as where a share fails just after."""
        wish = self.bench.wishes[0]
        if isinstance(wish, Commit):
            self.in_hand = {wish.review.id}
            if written:
                self.bench.record.answer(wish)
        if isinstance(wish, Commit | Withdraw):
            self.pinned = ""
        self.bench.fail()

    # --- what holds ---------------------------------------------------------------------------------------------------

    @invariant()
    def a_part_stays_until_its_judgement_is_known(self) -> None:
        if self.bench.walk.writing and self.pinned:
            assert self.bench.shown_part == self.pinned

    @invariant()
    def nothing_that_was_said_gets_lost(self) -> None:
        """Every judgement is on the disk, on its way, in hand, or was given up, and the reviewer was told so."""
        for event in self.bench.events[self.told :]:
            if event is Notice.GIVEN_UP:
                self.given_up |= self.in_hand
                self.in_hand = set()
        self.told = len(self.bench.events)
        on_disk = {row.id for row in self.bench.record.rows}
        on_its_way = {wish.review.id for wish in self.bench.wishes if isinstance(wish, Commit)}
        assert self.said - on_disk - on_its_way - self.in_hand <= self.given_up

    @invariant()
    def no_row_is_doubled(self) -> None:
        ids = [row.id for row in self.bench.record.rows]
        assert len(ids) == len(set(ids))
        undone = [row.undoes for row in self.bench.record.rows if row.undoes]
        assert len(undone) == len(set(undone))

    @invariant()
    def what_is_withheld_cannot_be_seen(self) -> None:
        walk = self.bench.walk
        if walk.withheld:
            assert walk.inspection is None
            assert not walk.others
        elif walk.looked_up is not None or walk.answer is not None:
            self.seen.add(self.bench.shown_part)
        elif walk.kind is QueueKind.AUDIT and walk.inspection is not None:
            own = [row for row in self.bench.record.rows if row.reviewer == walk.reviewer]
            assert self.bench.shown_part in {row.inspection_id for row in own}

    @invariant()
    def one_thing_is_written_at_a_time(self) -> None:
        writing = [wish for wish in self.bench.wishes if isinstance(wish, Commit | Withdraw)]
        assert len(writing) == self.bench.walk.writing

    @invariant()
    def what_is_shown_as_said_is_on_the_disk(self) -> None:
        rows = {row.id for row in self.bench.record.rows}
        assert all(review.id in rows for review in self.bench.walk.done.values())


Walking.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestWalking = Walking.TestCase
