"""A walk as a state machine: every step, with wishes that are fulfilled, refused, or come too late."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inspector.domain.records import Verdict
from inspector.domain.review import Judgement, QueueKind
from inspector.review.wishes import (
    Commit,
    LookedUp,
    LookUp,
    Notice,
    PartRead,
    PassedOver,
    ReadQueue,
    WishFailed,
    Withdraw,
    Withdrawn,
    Written,
)
from tests.review.walks import WalkBench, failures

P, F, R = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW
GOOD, BAD, UNSURE = Judgement.GOOD, Judgement.DEFECTIVE, Judgement.UNSURE
FAILURES, REVIEWS, AUDIT = QueueKind.FAILURES, QueueKind.REVIEWS, QueueKind.AUDIT


# --- reading ----------------------------------------------------------------------------------------------------------


def test_a_queue_is_read_then_its_first_part_and_those_ahead() -> None:
    bench = WalkBench(*[F] * 6)
    bench.open(FAILURES)
    assert [type(wish) for wish in bench.wishes] == [ReadQueue]
    assert (bench.walk.queue, bench.walk.ended, bench.walk.current) == (None, False, None)
    bench.answer()
    assert [wish.inspection_id for wish in bench.walk.wanted()] == ["p0", "p1", "p2", "p3"]
    bench.walk.take(bench.record.answer(bench.walk.wanted()[0]))
    assert bench.shown_part == "p0"
    assert [wish.inspection_id for wish in bench.walk.wanted()] == ["p1", "p2", "p3"]
    bench.settle()
    bench.walk.jump("p5")
    assert [wish.inspection_id for wish in bench.walk.wanted()] == ["p5", "p4"]  # and the one before


@pytest.mark.parametrize(
    ("verdicts", "kind", "parts"), [([P, R], REVIEWS, ("p1",)), ([F, R], FAILURES, ("p0",)), ([P], FAILURES, ())]
)
def test_an_empty_queue_gives_way_to_the_first_that_holds_something(
    verdicts: list[Verdict], kind: QueueKind, parts: tuple[str, ...]
) -> None:
    bench = WalkBench(*verdicts)
    bench.open(FAILURES, QueueKind.ERRORS, REVIEWS)
    bench.settle()
    assert (bench.walk.kind, bench.walk.ids) == (kind, parts)
    bench.open(FAILURES)
    bench.settle()
    assert bench.walk.kind is FAILURES


def test_what_was_wished_for_another_queue_is_not_taken() -> None:
    bench = WalkBench(F, F)
    bench.open(FAILURES)
    stale_queue = bench.wishes[0]
    bench.answer()
    stale_parts = bench.walk.wanted()
    bench.open(AUDIT)
    bench.walk.take(bench.record.answer(stale_queue))
    assert bench.walk.queue is None
    bench.answer()
    for wish in stale_parts:  # with their verdicts, which a blind audit must not show
        read = bench.record.answer(wish)
        assert isinstance(read, PartRead)
        bench.walk.take(read)
        bench.walk.note(read)
    assert (bench.walk.current, bench.walk.known("p0"), bench.walk.inspection) == (None, None, None)
    for stale in (stale_queue, *stale_parts):
        bench.walk.fail(stale, "the log is gone")
    assert bench.events == []
    bench.settle()
    assert (bench.shown_part, bench.walk.withheld, bench.walk.inspection) == ("p0", True, None)


def test_a_part_that_cannot_be_read_is_told_where_it_is_wanted_now_and_asked_for_no_more() -> None:
    bench = WalkBench(F, F)
    bench.open(FAILURES)
    bench.answer()
    first, second = bench.walk.wanted()
    shown = bench.shown
    bench.walk.fail(second, "no")
    assert bench.events == []
    bench.walk.fail(first, "the log cannot be read")
    assert bench.events == [WishFailed(words="the log cannot be read")]
    assert bench.shown == shown  # or it would be read again, and fail again, without an end


def test_a_queue_that_cannot_be_read_is_told() -> None:
    bench = WalkBench(F)
    bench.open(FAILURES)
    bench.fail("the log cannot be read")
    assert bench.events == [WishFailed(words="the log cannot be read")]
    assert bench.walk.queue is None


def test_a_thumbnail_tells_what_is_known_of_a_part() -> None:
    bench = WalkBench(*[F] * 9)
    bench.open(FAILURES)
    bench.answer()
    far = bench.record.answer(bench.walk.reading_of("p8"))
    assert isinstance(far, PartRead)
    bench.walk.note(far)
    known = bench.walk.known("p8")
    assert known is not None
    assert known.entry is not None
    assert bench.walk.at_hand("p8") is None  # only its thumbnail was read


# --- judging ----------------------------------------------------------------------------------------------------------


def test_a_judgement_is_on_the_disk_before_the_next_part_is_shown() -> None:
    bench = failures()
    bench.walk.judge(BAD, "scratch", "at the rim")
    assert [type(wish) for wish in bench.wishes] == [Commit]
    assert bench.events == [Notice.WRITING]
    assert (bench.shown_part, bench.walk.writing, bench.walk.can_judge) == ("p0", True, False)
    bench.answer()
    assert bench.shown_part == "p1"
    assert not bench.walk.writing
    (row,) = bench.record.rows
    assert (row.inspection_id, row.judgement, row.defect_type, row.note) == ("p0", BAD, "scratch", "at the rim")
    assert (row.reviewer, row.queue, row.blind) == ("Ada", FAILURES, False)
    assert isinstance(bench.events[-1], Written)
    assert bench.walk.done == {"p0": row}


def test_while_a_judgement_is_written_nothing_else_can_be_said_or_shown() -> None:
    bench = failures()
    walk = bench.walk
    walk.jump("p1")
    walk.judge(GOOD)
    for act in (walk.skip, walk.back, walk.undo, walk.again, walk.leave, lambda: walk.jump("p2")):
        act()
    walk.judge(BAD)
    walk.look("p0")
    walk.withdraw(bench.colleague_says("p2", BAD))
    assert (bench.shown_part, len(bench.wishes)) == ("p1", 1)
    bench.answer()
    assert bench.shown_part == "p2"
    assert [row.inspection_id for row in bench.record.rows if row.reviewer == "Ada"] == ["p1"]


def test_what_cannot_be_written_stays_in_hand_with_its_part() -> None:
    bench = failures()
    bench.walk.judge(GOOD)
    commit = bench.wishes[0]
    bench.fail()
    assert bench.events[-1] == WishFailed(words="the disk is full", in_hand=True)
    assert (bench.shown_part, bench.walk.writing, bench.walk.done) == ("p0", False, {})
    bench.walk.again()
    bench.walk.again()  # it is on its way
    assert [wish is commit for wish in bench.wishes] == [True]  # the very same row, so that it is never doubled
    bench.answer()
    assert (bench.shown_part, bench.on_disk) == ("p1", [("p0", GOOD)])
    bench.walk.again()
    assert bench.wishes == []


def test_another_judgement_takes_the_place_of_what_is_in_hand() -> None:
    bench = failures()
    bench.walk.judge(GOOD)
    bench.fail()
    bench.walk.judge(BAD)
    bench.settle()
    assert bench.on_disk == [("p0", BAD)]
    assert Notice.GIVEN_UP not in bench.events


@pytest.mark.parametrize("way", ["skip", "jump", "open", "look", "withdraw"])
def test_who_goes_elsewhere_gives_up_what_is_in_hand_and_is_told(way: str) -> None:
    bench = failures().judged(BAD)
    bench.walk.judge(GOOD)
    bench.fail()
    {
        "skip": bench.walk.skip,
        "jump": lambda: bench.walk.jump("p0"),
        "open": lambda: bench.open(REVIEWS),
        "look": lambda: bench.walk.look("p0"),
        "withdraw": bench.walk.undo,
    }[way]()
    bench.settle()
    assert bench.events.count(Notice.GIVEN_UP) == 1
    bench.walk.again()
    assert bench.wishes == []
    assert ("p1", GOOD) not in bench.on_disk


def test_a_judgement_that_is_on_its_way_when_another_queue_is_opened_belongs_to_the_old_one() -> None:
    bench = WalkBench(P, P, R, R).opened(AUDIT)
    bench.walk.judge(GOOD)
    bench.open(REVIEWS)
    bench.answer()  # the judgement
    assert isinstance(bench.events[-1], Written)
    bench.settle()
    assert (bench.shown_part, bench.walk.place, bench.walk.answer, bench.walk.done) == ("p2", 0, None, {})
    assert not bench.walk.can_undo
    assert bench.on_disk == [("p0", GOOD)]


def test_a_judgement_that_fails_after_another_queue_was_opened_can_be_written_again() -> None:
    bench = WalkBench(F, F, R).opened(FAILURES)
    bench.walk.judge(GOOD)
    bench.open(REVIEWS)
    bench.fail()
    assert bench.events[-1] == WishFailed(words="the disk is full", in_hand=True)
    bench.walk.again()
    bench.settle()
    assert bench.on_disk == [("p0", GOOD)]
    assert (bench.shown_part, bench.walk.done) == ("p2", {})


def test_nobody_judges_without_a_name() -> None:
    bench = WalkBench(F, reviewer="").opened(FAILURES)
    bench.walk.judge(GOOD)
    assert (bench.events, bench.wishes) == ([Notice.NAME_MISSING], [])


def test_what_a_colleague_says_meanwhile_is_told() -> None:
    bench = failures()
    theirs = bench.colleague_says("p0", BAD)
    bench.judged(GOOD)
    written = bench.events[-1]
    assert isinstance(written, Written)
    assert written.meanwhile == (theirs,)
    bench.walk.back()
    assert bench.walk.others == (theirs,)


# --- going ------------------------------------------------------------------------------------------------------------


def test_the_next_part_is_the_next_that_is_not_judged() -> None:
    bench = failures(4)
    bench.walk.jump("p1")
    bench.judged(GOOD)
    bench.walk.jump("p0")
    bench.judged(GOOD)
    assert bench.shown_part == "p2"
    bench.walk.back()
    assert (bench.shown_part, bench.walk.own) == ("p1", bench.walk.done["p1"])
    bench.judged(BAD)  # said anew
    assert bench.shown_part == "p2"
    bench.judged(GOOD, GOOD)
    assert bench.walk.ended
    assert bench.shown_part == ""


@pytest.mark.parametrize(
    ("lost", "path", "shown"),
    [
        ({"p0"}, "", "p1"),
        ({"p1"}, ">", "p2"),
        ({"p1"}, "><", "p0"),  # back past it
        ({"p0"}, "<", "p1"),  # back past the first turns round
        ({"p0", "p1"}, "><<", "p2"),
        ({"p3"}, ">>>", ""),
        ({"p0", "p1", "p2", "p3"}, "", ""),
    ],
)
def test_parts_that_cannot_be_shown_are_passed_over(lost: set[str], path: str, shown: str) -> None:
    bench = WalkBench(*[F] * 4)
    bench.record.lost = lost
    bench.opened(FAILURES)
    for step in path:
        (bench.walk.skip if step == ">" else bench.walk.back)()
        bench.settle()
    assert bench.shown_part == shown
    told = [event for event in bench.events if isinstance(event, PassedOver)]
    assert told == [PassedOver(why="its picture has been removed since")] * len(bench.walk.passed_over)  # each once
    assert set(bench.walk.passed_over) <= lost
    assert bench.on_disk == []


def test_a_part_whose_picture_is_unreadable_is_shown_but_not_judged() -> None:
    bench = failures(1)
    part = bench.walk.current
    assert part is not None
    assert part.can_be_judged
    bench.walk.look("p0")
    wish = bench.wishes.pop()
    assert isinstance(wish, LookUp)
    bench.walk.take(LookedUp(wish=wish, part=replace(part, fault="it is torn")))
    assert (bench.walk.can_judge, bench.walk.current is not None) == (False, True)
    bench.walk.judge(GOOD)
    assert bench.wishes == []


@pytest.mark.parametrize(
    ("place", "room", "stills"),
    [
        (0, 3, ("p0", "p1", "p2")),
        (1, 3, ("p0", "p1", "p2")),
        (3, 3, ("p2", "p3", "p4")),
        (5, 3, ("p3", "p4", "p5")),
        (2, 9, ("p0", "p1", "p2", "p3", "p4", "p5")),
    ],
)
def test_the_strip_shows_the_part_before_and_what_comes(place: int, room: int, stills: tuple[str, ...]) -> None:
    bench = failures(6)
    shown = bench.shown
    bench.walk.set_room(room)
    bench.walk.set_room(room)
    assert bench.shown == shown + 1
    bench.walk.jump(f"p{place}")
    assert bench.walk.stills() == stills


# --- undo -------------------------------------------------------------------------------------------------------------


def test_undo_withdraws_the_last_and_shows_its_part_again() -> None:
    bench = failures().judged(GOOD, BAD)
    assert bench.walk.can_undo
    bench.walk.undo()
    (wish,) = bench.wishes
    assert isinstance(wish, Withdraw)
    assert bench.shown_part == "p2"  # until it is on the disk
    bench.settle()
    assert (bench.shown_part, set(bench.walk.done)) == ("p1", {"p0"})
    assert isinstance(bench.events[-1], Withdrawn)
    assert bench.record.rows[-1].undoes == bench.record.rows[1].id
    bench.walk.undo()
    bench.settle()
    assert (bench.shown_part, bench.walk.done, bench.walk.can_undo) == ("p0", {}, False)
    bench.walk.undo()
    assert bench.wishes == []


def test_what_cannot_be_withdrawn_stands() -> None:
    bench = failures().judged(GOOD)
    bench.walk.undo()
    bench.fail()
    assert bench.events[-1] == WishFailed(words="the disk is full")
    assert (bench.shown_part, set(bench.walk.done), bench.walk.can_undo) == ("p1", {"p0"}, True)


def test_the_judgement_before_stands_again() -> None:
    bench = failures().judged(GOOD)
    bench.walk.back()
    bench.judged(BAD)
    bench.walk.undo()
    bench.settle()
    own = bench.walk.own
    assert own is not None
    assert (bench.shown_part, own.judgement) == ("p0", GOOD)
    assert bench.record.standing("p0").of("Ada") == own
    bench.walk.undo()
    bench.settle()
    assert (bench.walk.own, bench.record.standing("p0").reviews) == (None, ())
