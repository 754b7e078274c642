"""One picture to be learned: every column of its row, which reviews count, and which parts are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from inspector.domain.records import ArchivedPicture, Inspection, Verdict
from inspector.domain.review import Judgement, QueueKind, Review
from inspector.review.lesson import Lesson, LessonCounts, lesson_of
from tests.outputs.samples import START, inspection
from tests.review.parts import said

P, F, R, E = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR
GOOD, BAD, UNSURE = Judgement.GOOD, Judgement.DEFECTIVE, Judgement.UNSURE
PICTURE = ArchivedPicture(path=Path("/a/pass/p.webp"), sha256="c" * 64, heatmap_path=None)


def part(verdict: Verdict = P) -> Inspection:
    whole = inspection(7, verdict, source="folder:/f")
    return replace(whole, id="p", picture=PICTURE, source_path="/f/a\nb.png")


def of(*rows: Review, verdict: Verdict = P, confirmed: bool = False) -> Lesson | None:
    return lesson_of(part(verdict), rows, confirmed=confirmed)


def test_every_column_is_what_it_is_called() -> None:
    first = replace(said("p", BAD, by="Ünal", defect_type="crack"), time_utc=START + timedelta(hours=2))
    second = replace(said("p", BAD, by="Bob", defect_type="scratch"), time_utc=START + timedelta(hours=1))
    unsure = replace(said("p", UNSURE, by="Eve"), time_utc=START + timedelta(hours=3))
    assert of(first, second, unsure) == Lesson(
        picture="p.webp",
        sha256="c" * 64,
        label="defective",
        defect_type="scratch",
        split="",
        why="disagreement",
        inspection_id="p",
        time_utc="2026-01-31T12:00:07.000000Z",
        verdict="PASS",
        p_defective="0.250000",
        model="m",
        model_sha256="a" * 64,
        recipe="R",
        recipe_version="2",
        source="folder:/f /f/a b.png",
        archived=str(PICTURE.path),
        reviewers="Ünal; Bob",
        reviewed_utc="2026-01-31T14:00:00.000000Z",
        review_ids=f"{first.id}; {second.id}",
    )


def test_what_is_not_known_is_empty() -> None:
    bare = replace(part(F), model=None, source_path=None, source="camera:0")
    bare = replace(bare, decision=replace(bare.decision, p_defective=None))
    lesson = lesson_of(bare, [said("p", GOOD)], confirmed=False)
    assert lesson is not None
    assert (lesson.p_defective, lesson.model, lesson.model_sha256, lesson.source) == ("", "", "", "camera:0")
    assert (lesson.label, lesson.defect_type) == ("good", "")


@pytest.mark.parametrize(
    ("verdict", "judgement", "why"),
    [
        (P, BAD, "disagreement"),
        (P, GOOD, None),
        (F, GOOD, "disagreement"),
        (F, BAD, "confirmed"),
        (R, GOOD, "disagreement"),
        (R, BAD, "decided"),
        (E, GOOD, None),
        (E, BAD, None),
    ],
)
def test_why_a_part_is_learned(verdict: Verdict, judgement: Judgement, why: str | None) -> None:
    seen = said("p", judgement)
    wished, unwished = of(seen, verdict=verdict, confirmed=True), of(seen, verdict=verdict)
    assert (wished.why if wished else None) == why
    assert (unwished.why if unwished else None) == (None if why == "confirmed" else why)
    blind = of(said("p", judgement, blind=True, queue=QueueKind.AUDIT), verdict=verdict)
    assert (blind.why if blind else None) == (None if verdict is E else "audit")
    if blind is not None:
        assert (blind.split, blind.for_test) == ("test", True)
    if wished is not None:
        assert (wished.split, wished.for_test) == ("", False)


def test_what_was_ever_judged_blind_is_tested_with_whoever_judges_it_later() -> None:
    blind = said("p", BAD, by="Ada", blind=True, queue=QueueKind.AUDIT)
    lesson = of(blind, said("p", None, undoes=blind.id), said("p", BAD, by="Bob"))
    assert lesson is not None
    assert (lesson.why, lesson.reviewers) == ("audit", "Bob")


def test_what_is_unsure_contradicted_withdrawn_or_without_a_picture_is_no_lesson() -> None:
    bad = said("p", BAD)
    assert of() is None
    assert of(said("p", UNSURE)) is None
    assert of(bad, said("p", GOOD, by="Bob")) is None
    assert of(bad, said("p", None, undoes=bad.id)) is None
    assert lesson_of(replace(part(), picture=None), [bad], confirmed=True) is None


def test_bytes_of_names_that_are_no_text_are_spelled_out() -> None:
    odd = replace(part(), source_path="/f/\udcff.png", picture=replace(PICTURE, path=Path("/a/\udcff.png")))
    lesson = lesson_of(odd, [said("p", BAD, by="a\nb")], confirmed=False)
    assert lesson is not None
    assert lesson.source == "folder:/f /f/\\udcff.png"
    assert lesson.archived == str(Path("/a/\\udcff.png"))
    assert lesson.reviewers == "a b"


def test_lessons_are_counted() -> None:
    lesson = of(said("p", BAD))
    assert lesson is not None
    good, tested = replace(lesson, label="good"), replace(lesson, split="test")
    assert LessonCounts.of([lesson, lesson, lesson, good, tested]) == LessonCounts(
        to_learn=4, for_test=1, good=1, defective=4
    )
    assert LessonCounts.of([]) == LessonCounts(to_learn=0, for_test=0, good=0, defective=0)
