"""What the Review page says, and what its judgements can name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from inspector.domain.classes import Classes
from inspector.domain.records import Verdict
from inspector.domain.review import Judgement, Review, Standing
from inspector.gui.review.figures import types_of
from inspector.gui.review.words import agrees, answer, clock, others_words, still_words, walked_words
from tests.outputs.samples import START, inspection

GOOD, BAD, UNSURE = Judgement.GOOD, Judgement.DEFECTIVE, Judgement.UNSURE


def review(judgement: Judgement, *, by: str = "Anna", kind: str = "") -> Review:
    return Review(
        id=f"{by}-{kind}", inspection_id="i", time_utc=START, reviewer=by, judgement=judgement, defect_type=kind
    )


@pytest.mark.parametrize(
    ("judgement", "verdict", "agreed", "words"),
    [
        (GOOD, Verdict.PASS, True, "Part 7: good, as the line said (PASS)."),
        (BAD, Verdict.PASS, False, "Part 7: defective, against PASS: an escape."),
        (GOOD, Verdict.FAIL, False, "Part 7: good, against FAIL: a false reject."),
        (BAD, Verdict.FAIL, True, "Part 7: defective, as the line said (FAIL)."),
        (UNSURE, Verdict.PASS, None, "Part 7: unsure; the line said PASS."),
        (GOOD, Verdict.REVIEW, None, "Part 7: good; the line said REVIEW."),
        (BAD, Verdict.ERROR, None, "Part 7: defective; the line said ERROR."),
    ],
)
def test_a_judgement_beside_the_verdict(
    judgement: Judgement, verdict: Verdict, agreed: bool | None, words: str
) -> None:
    assert agrees(judgement, verdict) is agreed
    assert answer(review(judgement), inspection(7, verdict)) == words


def test_what_others_say_and_that_they_contradict_one_another() -> None:
    assert others_words([]) == ""
    said = others_words([review(GOOD), review(BAD, by="Ben", kind="dent")])
    assert said.startswith("Anna: good, ")
    assert "Ben: defective, dent, " in said
    assert said.endswith("They contradict one another.")


def test_a_time_of_today_needs_no_day() -> None:
    now = datetime(2026, 1, 31, 12, 0, 5, tzinfo=UTC)
    assert clock(now, now) == f"{now.astimezone():%H:%M:%S}"
    assert clock(now - timedelta(days=2), now) == f"{(now - timedelta(days=2)).astimezone():%Y-%m-%d %H:%M}"


def test_types_are_the_models_then_those_that_were_named_most() -> None:
    standings = [
        Standing(inspection_id=str(number), reviews=(review(BAD, kind=kind),))
        for number, kind in enumerate(["glue", "chip", "chip", "dent", ""])
    ]
    assert types_of(Classes(("good", "dent", "scratch"), "good"), standings) == ("dent", "scratch", "chip", "glue")
    assert types_of(Classes(("good", "defective"), "good"), []) == ()
    assert types_of(Classes(("crack", "good"), "good"), []) == ("crack",)
    assert types_of(None, standings[:1]) == ("glue",)


def test_the_end_of_a_queue_tells_skipped_from_passed_over() -> None:
    assert walked_words(judged=3, passed_over=0, skipped=0) == "The end of this queue: 3 judged."
    words = walked_words(judged=1, passed_over=2, skipped=4)
    assert words.startswith("The end of this queue: 1 judged, 2 passed over.\n4 skipped")


def test_a_still_of_what_is_not_read_says_nothing() -> None:
    assert (still_words("i", None, judged=None).words, still_words("i", None, judged=None).done) == ("", False)
