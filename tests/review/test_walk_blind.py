"""What a walk withholds, and parts that are looked up in front of the queue."""

from __future__ import annotations

import pytest

from inspector.domain.records import Verdict
from inspector.domain.review import Judgement, QueueKind
from inspector.review.walk import ANSWER_S
from inspector.review.wishes import (
    Notice,
    PartRead,
    WishFailed,
    Written,
)
from tests.review.walks import WalkBench, audit, failures

P, F, R = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW
GOOD, BAD, UNSURE = Judgement.GOOD, Judgement.DEFECTIVE, Judgement.UNSURE
FAILURES, REVIEWS, AUDIT = QueueKind.FAILURES, QueueKind.REVIEWS, QueueKind.AUDIT


# --- blind ------------------------------------------------------------------------------------------------------------


def test_a_blind_part_shows_nothing_until_it_is_judged_then_its_answer_for_a_moment() -> None:
    bench = audit()
    walk = bench.walk
    assert (walk.withheld, walk.inspection, walk.others) == (True, None, ())
    walk.judge(BAD)
    assert (walk.withheld, walk.inspection) == (True, None)
    bench.answer()
    assert bench.record.rows[0].blind
    assert isinstance(walk.answer, Written)
    assert (bench.shown_part, walk.inspection, walk.withheld) == ("p0", bench.record.parts["p0"], False)
    walk.judge(GOOD)  # not meant for this part any more
    assert bench.wishes == []
    bench.time_s = ANSWER_S - 0.01
    walk.tick()
    assert bench.shown_part == "p0"
    bench.time_s = ANSWER_S
    walk.tick()
    assert (bench.shown_part, walk.inspection, walk.withheld) == ("p1", None, True)


def test_an_answer_can_be_left_early_and_does_not_go_while_something_is_written() -> None:
    bench = audit(4)
    bench.judged(BAD)
    bench.walk.skip()
    assert bench.shown_part == "p1"
    bench.judged(BAD)
    bench.walk.undo()
    bench.time_s = 2 * ANSWER_S
    bench.walk.tick()
    assert bench.shown_part == "p1"
    bench.settle()
    assert (bench.shown_part, bench.walk.answer) == ("p1", None)


def test_a_judgement_that_is_changed_after_the_verdict_was_shown_is_not_blind() -> None:
    bench = audit().judged(BAD)
    bench.walk.undo()
    bench.settle()
    assert (bench.shown_part, bench.walk.inspection) == ("p0", bench.record.parts["p0"])  # it has been seen
    bench.judged(GOOD)
    assert [row.blind for row in bench.record.rows] == [True, False, False]
    assert bench.shown_part == "p1"  # nothing is to be answered


def test_a_part_that_is_read_again_stays_seen() -> None:
    bench = audit()
    late = bench.walk.reading_of("p0")
    bench.judged(BAD)
    bench.walk.take(bench.record.answer(late))  # was wished before the part was judged, and withholds the verdict
    bench.walk.undo()
    bench.settle()
    assert bench.walk.inspection == bench.record.parts["p0"]
    again = bench.walk.reading_of("p0")
    assert again.entry is not None
    assert not again.entry.blind


def test_a_thumbnail_that_comes_late_hides_nothing_again() -> None:
    bench = audit()
    late = bench.record.answer(bench.walk.reading_of("p0"))
    assert isinstance(late, PartRead)
    bench.judged(BAD)
    bench.walk.note(late)
    known = bench.walk.known("p0")
    assert known is not None
    assert known.entry is not None
    assert known.entry.inspection == bench.record.parts["p0"]


def test_a_judgement_of_a_part_that_was_looked_up_does_not_count_in_the_audit() -> None:
    bench = audit()
    bench.walk.look("p0")
    bench.settle()
    bench.judged(BAD)
    bench.walk.leave()
    assert (bench.walk.done, bench.walk.own) == ({}, None)
    bench.judged(BAD)
    assert [(row.queue, row.blind) for row in bench.record.rows] == [(QueueKind.DIRECT, False), (AUDIT, False)]


def test_who_has_looked_a_verdict_up_does_not_judge_blind() -> None:
    bench = audit()
    bench.walk.look("p0")
    bench.settle()
    assert bench.walk.inspection == bench.record.parts["p0"]
    bench.walk.leave()
    assert bench.walk.withheld
    bench.judged(BAD)
    assert [(row.queue, row.blind) for row in bench.record.rows] == [(AUDIT, False)]


def test_a_second_opinion_does_not_see_the_first() -> None:
    bench = WalkBench(F, F)
    theirs = bench.colleague_says("p0", BAD)
    bench.opened(FAILURES)
    assert bench.walk.ids == ("p1",)
    bench.opened(FAILURES, second_opinion=True)
    assert (bench.shown_part, bench.walk.others) == ("p0", None)
    bench.judged(GOOD)
    bench.walk.back()
    assert bench.walk.others == (theirs,)


# --- looked up --------------------------------------------------------------------------------------------------------


def test_a_part_that_is_looked_up_stands_in_front_of_the_queue() -> None:
    bench = failures().judged(GOOD)
    walk = bench.walk
    walk.look("p0")
    bench.settle()
    assert bench.events[-1] is Notice.LOOKED_UP
    assert (bench.shown_part, walk.own) == ("p0", bench.record.rows[0])
    bench.judged(UNSURE)
    assert bench.shown_part == "p0"
    assert walk.own == bench.record.rows[1]
    assert bench.record.rows[1].queue is QueueKind.DIRECT
    walk.undo()
    bench.settle()
    assert (bench.shown_part, walk.own) == ("p0", bench.record.rows[0])
    assert bench.events.count(Notice.LOOKED_UP) == 1
    walk.back()
    assert (bench.shown_part, bench.events[-1]) == ("p1", Notice.LEFT)
    walk.leave()
    assert bench.events.count(Notice.LEFT) == 1


def test_what_is_withdrawn_where_it_was_looked_up_is_not_done_in_the_queue() -> None:
    bench = failures().judged(GOOD)
    bench.walk.look("p0")
    bench.settle()
    bench.walk.undo()
    bench.settle()
    bench.walk.leave()
    assert (bench.walk.done, bench.walk.can_undo) == ({}, False)


def test_a_part_of_the_queue_that_was_judged_where_it_was_looked_up_is_done() -> None:
    bench = failures()
    bench.walk.look("p1")
    bench.settle()
    bench.judged(BAD)
    bench.walk.leave()
    assert set(bench.walk.done) == {"p1"}
    assert not bench.walk.can_undo  # only where it is looked up
    bench.judged(GOOD)
    assert bench.shown_part == "p2"


def test_a_part_that_was_judged_where_it_was_looked_up_needs_no_word_when_its_turn_comes() -> None:
    bench = WalkBench(F, F, F)
    bench.open(FAILURES)
    bench.answer()
    bench.walk.look("p1")  # before it is read ahead
    bench.answer()
    bench.walk.judge(BAD)
    bench.answer()
    bench.walk.leave()
    bench.walk.skip()
    bench.settle()
    assert (bench.shown_part, bench.walk.passed_over) == ("p2", {})


@pytest.mark.parametrize("way", ["look", "skip", "judge", "open", "back"])
def test_only_the_newest_wish_to_look_up_counts(way: str) -> None:
    bench = failures(4)
    bench.walk.skip()
    bench.walk.look("p3")
    late = bench.wishes.pop()
    {
        "look": lambda: bench.walk.look("p2"),
        "skip": bench.walk.skip,
        "judge": lambda: bench.walk.judge(GOOD),
        "open": lambda: bench.open(FAILURES),
        "back": bench.walk.back,
    }[way]()
    bench.settle()
    before = (bench.shown_part, len(bench.events))
    bench.walk.take(bench.record.answer(late))
    bench.walk.fail(late, "gone")
    assert (bench.shown_part, len(bench.events)) == before
    assert (bench.walk.looked_up is not None) == (way == "look")


def test_a_part_that_cannot_be_looked_up_is_told() -> None:
    bench = failures()
    bench.walk.look("p2")
    bench.fail("there is no inspection p2")
    assert bench.events == [WishFailed(words="there is no inspection p2")]
    assert bench.shown_part == "p0"
