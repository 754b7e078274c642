"""Labels that look wrong, judged: the walk, and the file that a training takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.domain.errors import ReviewError
from inspector.domain.review import Judgement
from inspector.review.labels import LabelAnswers, LabelWalk, read_answers, write_answers
from trainer.corrections import read_corrections
from trainer.evaluation import Suspect

LABELS = ("good", "broken", "good", "defective")


def suspects(labels: tuple[str, ...] = LABELS) -> list[Suspect]:
    return [
        Suspect(
            rank=number + 1,
            name=f"{label}/{number}.png",
            sha256=f"{number:064x}",
            part="train",
            label=label,
            wrong=True,
            against=0.9,
            p_defective=0.5,
            strangeness=None,
            evidence="labelled so",
        )
        for number, label in enumerate(labels)
    ]


def say(walk: LabelWalk, judgement: Judgement | None, by: str = "Ada", defect_type: str = "") -> LabelAnswers:
    answers = walk.judge(judgement, by=by, time_utc="2026-01-02T03:04:05+00:00", defect_type=defect_type)
    assert answers is not None
    return answers


def judge(walk: LabelWalk, judgement: Judgement | None, by: str = "Ada", defect_type: str = "") -> None:
    say(walk, judgement, by, defect_type)
    walk.written()


def test_each_answer_leads_to_the_next_picture_and_says_whether_the_label_is_right() -> None:
    walk = LabelWalk(suspects(), LabelAnswers())
    for judgement, kind in ((None, ""), (Judgement.GOOD, ""), (Judgement.DEFECTIVE, "scratch"), (None, "")):
        judge(walk, judgement, defect_type=kind)
    assert walk.current is None
    said = list(walk.answers.said.values())
    assert [answer.judgement.value for answer in said] == ["good", "good", "defective", "defective"]
    assert [answer.right for answer in said] == [True, False, False, True]


@pytest.mark.parametrize(
    ("label", "judgement", "kind", "right"),
    [
        ("broken", Judgement.DEFECTIVE, "", True),
        ("broken", Judgement.DEFECTIVE, "broken", True),
        ("broken", Judgement.DEFECTIVE, "scratch", False),
        ("good", Judgement.GOOD, "", True),
        ("good", Judgement.UNSURE, "", False),
        ("broken", Judgement.GOOD, "", False),
    ],
)
def test_the_same_class_and_type_is_what_the_label_says(
    label: str, judgement: Judgement, kind: str, right: bool
) -> None:
    walk = LabelWalk(suspects((label,)), LabelAnswers())
    judge(walk, judgement, defect_type=kind)
    last = walk.answers.last
    assert last is not None
    assert last.right is right


def test_nothing_is_said_before_it_is_on_the_disk_and_a_failure_can_be_tried_again() -> None:
    walk = LabelWalk(suspects(), LabelAnswers())
    answers = say(walk, Judgement.GOOD)
    assert (walk.place, walk.answers.said, walk.writing) == (0, {}, True)
    assert walk.judge(Judgement.GOOD, by="Ada", time_utc="") is None
    walk.skip()
    assert walk.place == 0
    walk.failed()
    assert (walk.place, walk.answers.said, walk.writing) == (0, {}, False)
    assert walk.again() == answers
    walk.written()
    assert (walk.place, walk.answers) == (1, answers)
    say(walk, None)
    walk.failed()
    walk.skip()  # who goes elsewhere gives it up
    assert walk.again() is None
    assert not walk.writing


def test_undo_takes_back_the_last_answer_of_the_same_person_and_shows_it_again() -> None:
    walk = LabelWalk(suspects(), LabelAnswers())
    judge(walk, None)
    judge(walk, Judgement.GOOD)
    assert not walk.can_undo("Bob")
    assert walk.undo("Bob") is None
    assert walk.undo("Ada") is not None
    walk.written()
    assert (walk.place, len(walk.answers.said)) == (1, 1)


def test_skipped_pictures_stay_open_and_are_first_the_next_time() -> None:
    walk = LabelWalk(suspects(), LabelAnswers())
    walk.skip()
    judge(walk, None)
    assert walk.place == 2
    walk.jump(walk.suspects[3].sha256)
    judge(walk, Judgement.UNSURE)
    assert walk.current is None
    again = LabelWalk(suspects(), walk.answers)
    assert again.place == 0
    judge(again, None)
    assert again.place == 2  # past what is judged
    again.back()
    assert again.own is not None


def test_the_trainer_reads_what_was_said_and_who_is_unsure_changes_nothing(tmp_path: Path) -> None:
    file, rows = tmp_path / "run" / "labels.csv", suspects()
    walk = LabelWalk(rows, read_answers(file, tmp_path / "none.csv", rows))
    for judgement, kind in (
        (Judgement.DEFECTIVE, "=scratch"),
        (Judgement.GOOD, ""),
        (Judgement.UNSURE, ""),
        (None, ""),
    ):
        judge(walk, judgement, defect_type=kind)
    write_answers(file, walk.answers)
    assert read_answers(file, tmp_path / "none.csv", rows) == walk.answers
    read = read_corrections(file)
    assert [(own.sha256, own.defect, own.by) for own in read] == [
        (rows[0].sha256, "=scratch", "Ada"),
        (rows[1].sha256, "good", "Ada"),
        (rows[3].sha256, "defective", "Ada"),
    ]


def test_what_the_training_itself_was_told_goes_on_to_the_next(tmp_path: Path) -> None:
    first, before, rows = tmp_path / "first.csv", tmp_path / "before.csv", suspects()
    walk = LabelWalk(rows, LabelAnswers())
    judge(walk, Judgement.GOOD)
    write_answers(before, walk.answers)
    later = rows[1:]  # the first is no suspect any more: it was judged
    answers = read_answers(first, before, later)
    assert (answers.said, len(answers.others)) == ({}, 1)
    walk = LabelWalk(later, answers)
    judge(walk, Judgement.GOOD)
    write_answers(first, walk.answers)
    assert {own.sha256 for own in read_corrections(first)} == {rows[0].sha256, rows[1].sha256}


def test_a_file_that_is_no_such_table_is_said(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ReviewError, match="cannot be read"):
        read_answers(file, file, suspects())
