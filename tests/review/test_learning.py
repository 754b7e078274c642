"""What is to be learned follows from the reviews, and is copied before the archive drops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inspector.domain.errors import LearningError
from inspector.domain.records import Verdict
from inspector.domain.review import Judgement, QueueKind
from inspector.outputs.reviews import ReviewLog
from inspector.paths import Home
from inspector.pictures import read_picture
from inspector.review.learning import LearningSet
from inspector.review.lesson import LessonCounts, Why
from tests.review.parts import fill, said

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.domain.records import Inspection

P, F, R, E = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR
GOOD, BAD = Judgement.GOOD, Judgement.DEFECTIVE


@pytest.fixture
def made(tmp_path: Path) -> tuple[ReviewLog, list[Inspection], LearningSet]:
    path, parts = fill(tmp_path, [P, P, F, F, R, R, E])
    return ReviewLog(path), parts, LearningSet(Home(root=tmp_path).learning, "R")


Made = tuple[ReviewLog, "list[Inspection]", LearningSet]


def why(learning: LearningSet) -> dict[str, str]:
    return {lesson.inspection_id: lesson.why for lesson in learning.lessons()}


def test_disagreements_are_learned_and_confirmed_ones_on_wish(made: Made) -> None:
    log, parts, learning = made
    for part, judgement in zip(parts, (BAD, GOOD, GOOD, BAD, GOOD, BAD, BAD), strict=True):
        log.add(said(part.id, judgement, defect_type="crack" if judgement is BAD else ""))
    assert learning.update(log).added == 4
    assert why(learning) == {parts[place].id: "disagreement" for place in (0, 2, 4)} | {parts[5].id: "decided"}
    assert learning.update(log, confirmed=True).added == 1
    assert why(learning)[parts[3].id] == "confirmed"
    assert learning.update(log).dropped == 0  # what was taken stays
    assert LessonCounts.of(learning.lessons()) == LessonCounts(to_learn=5, for_test=0, good=2, defective=3)


def test_a_lesson_says_where_it_comes_from_and_its_picture_outlives_the_archive(made: Made) -> None:
    log, parts, learning = made
    judged = said(parts[0].id, BAD, by="Ünal", defect_type="crack")
    log.add(judged)
    (lesson,) = learning.update(log).lessons
    assert learning.lessons() == (lesson,)
    archived = parts[0].picture
    assert archived is not None
    assert (lesson.inspection_id, lesson.verdict, lesson.p_defective) == (parts[0].id, "PASS", "0.250000")
    assert (lesson.model, lesson.model_sha256, lesson.sha256) == ("m", "a" * 64, archived.sha256)
    assert (lesson.reviewers, lesson.review_ids, lesson.source) == ("Ünal", judged.id, "demo:")
    assert (lesson.label, lesson.defect_type, lesson.split) == ("defective", "crack", "")
    before = read_picture(archived.path)
    archived.path.unlink()
    assert learning.update(log).lost == ()
    assert (read_picture(learning.pictures / lesson.picture) == before).all()


def test_what_was_judged_blind_is_for_the_test_only_whatever_was_found(made: Made) -> None:
    log, parts, learning = made
    for part, judgement in zip(parts[:4], (BAD, GOOD, GOOD, BAD), strict=True):
        log.add(said(part.id, judgement, blind=True, queue=QueueKind.AUDIT))
    log.add(said(parts[0].id, BAD, by="Bob"))  # not blind, of the same part
    learning.update(log)
    assert {lesson.why for lesson in learning.lessons()} == {Why.AUDIT.value}
    assert {lesson.inspection_id: lesson.split for lesson in learning.lessons()} == {
        part.id: "test" for part in parts[:4]
    }


def test_a_withdrawn_or_contradicted_judgement_takes_the_picture_out(made: Made) -> None:
    log, parts, learning = made
    first = said(parts[0].id, BAD)
    log.add(first)
    log.add(said(parts[2].id, GOOD))
    log.add(said(parts[4].id, Judgement.UNSURE))
    assert learning.update(log).added == 2
    log.add(said(parts[0].id, None, undoes=first.id))
    log.add(said(parts[2].id, BAD, by="Bob"))
    assert learning.update(log).dropped == 2
    assert learning.lessons() == ()


def test_a_picture_that_is_gone_or_altered_is_told(made: Made) -> None:
    log, parts, learning = made
    assert parts[0].picture is not None
    assert parts[2].picture is not None
    parts[0].picture.path.unlink()
    parts[2].picture.path.write_bytes(b"other")
    log.add(said(parts[0].id, BAD))
    log.add(said(parts[2].id, GOOD))
    update = learning.update(log)
    assert (set(update.lost), update.lessons) == ({parts[0].id, parts[2].id}, ())


def test_parts_of_another_log_stay(made: Made, tmp_path: Path) -> None:
    log, parts, learning = made
    log.add(said(parts[0].id, BAD))
    learning.update(log)
    (tmp_path / "other").mkdir()
    path, _ = fill(tmp_path / "other", [P])
    assert len(learning.update(ReviewLog(path)).lessons) == 1


def test_what_is_no_set_is_refused(tmp_path: Path) -> None:
    for name in ("", "..", "a/b", "a\\b"):
        with pytest.raises(LearningError, match="no name of a recipe"):
            LearningSet(tmp_path, name)
    learning = LearningSet(tmp_path, "R")
    (tmp_path / "R").mkdir()
    (tmp_path / "R" / "learning.csv").write_text("a,b\n1,2\n")
    with pytest.raises(LearningError, match="cannot be read"):
        learning.lessons()


def test_a_set_that_cannot_be_written_says_what_to_do(made: Made) -> None:
    _, _, learning = made
    learning.folder.parent.mkdir(parents=True, exist_ok=True)
    learning.folder.symlink_to(learning.folder.parent / "a disk that is not there")
    with pytest.raises(LearningError) as caught:
        learning.leave_out(["x"])
    assert str(learning.folder) in caught.value.what
    assert caught.value.next_step


def test_what_is_left_out_by_hand_stays_out_until_it_is_taken_back(made: Made) -> None:
    log, parts, learning = made
    for part, judgement in zip(parts[:3], (BAD, GOOD, GOOD), strict=True):
        log.add(said(part.id, judgement))
    learning.update(log)
    assert learning.left_out() == frozenset()
    learning.leave_out([parts[0].id])
    assert learning.left_out() == {parts[0].id}
    assert learning.update(log).dropped == 1
    assert why(learning) == {parts[2].id: "disagreement"}
    assert len(log.history(parts[0].id)) == 1  # what was said stays
    learning.take_back([parts[0].id])
    assert learning.update(log).added == 1
    assert set(why(learning)) == {parts[0].id, parts[2].id}


def test_a_list_of_what_is_left_out_that_cannot_be_read_is_said(made: Made) -> None:
    _, _, learning = made
    learning.leave_out(["x"])
    (learning.folder / "left-out.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(LearningError, match="cannot be read"):
        learning.left_out()
