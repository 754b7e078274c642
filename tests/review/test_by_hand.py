"""Pictures to be learned that were judged outside the record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from inspector.domain.errors import LearningError
from inspector.domain.review import Judgement
from inspector.outputs.reviews import ReviewLog
from inspector.pictures import Place, StorePath
from inspector.pictures.content import KnownContent, Stamp, digest_of
from inspector.review.by_hand import HandJudgement, learn_by_hand
from inspector.review.hand_picture import HandPicture
from inspector.review.learning import LearningSet
from inspector.review.lesson import Why
from inspector.review.manifest import training_manifest
from tests.batch.store_batches import MEMORY
from tests.gui.conftest import picture
from tests.review.test_learning import Made, made  # noqa: F401 - a fixture


def judged(file: Place, content: KnownContent | None = None) -> HandPicture:
    return HandPicture(file=file, verdict="PASS", p_defective=0.2, judged=content)


def said(*files: Path | HandPicture, judgement: Judgement | None = Judgement.DEFECTIVE) -> HandJudgement:
    given = [file if isinstance(file, HandPicture) else judged(file) for file in files]
    return HandJudgement(
        pictures=given,
        judgement=judgement,
        defect_type="dent" if judgement is Judgement.DEFECTIVE else "",
        by="Ada",
        model="tiny",
        recipe_version=3,
        source="batch",
    )


@pytest.fixture
def alone(tmp_path: Path) -> LearningSet:
    return LearningSet(tmp_path / "learning", "Test")


def test_what_was_said_last_of_a_content_counts_and_can_be_taken_back(alone: LearningSet, tmp_path: Path) -> None:
    file = picture(tmp_path / "a.png", bad=True)
    learn_by_hand(alone, said(file))
    copy = tmp_path / "copy.png"
    copy.write_bytes(file.read_bytes())
    learn_by_hand(alone, said(copy, judgement=Judgement.GOOD))
    (lesson,) = alone.lessons()
    assert (lesson.label, lesson.defect_type, lesson.reviewers, lesson.why) == ("good", "", "Ada", Why.BY_HAND.value)
    assert (alone.pictures / lesson.picture).read_bytes() == file.read_bytes()
    learn_by_hand(alone, said(file, judgement=None))
    assert alone.lessons() == ()


def test_it_is_trained_with_and_what_is_removed_in_review_is_not(alone: LearningSet, tmp_path: Path) -> None:
    learn_by_hand(alone, said(picture(tmp_path / "a.png", bad=True)))
    learn_by_hand(alone, said(picture(tmp_path / "b.png", bad=False), judgement=Judgement.GOOD))
    manifest = training_manifest(alone, None)
    assert (manifest.learned, manifest.labels.good, manifest.labels.defective) == (2, 1, 1)
    alone.leave_out([alone.lessons()[0].inspection_id])
    assert [lesson.label for lesson in alone.lessons()] == ["good"]
    learn_by_hand(alone, said(tmp_path / "a.png"))  # said anew: it is wanted again
    assert len(alone.lessons()) == 2


def test_an_update_from_the_record_leaves_it(made: Made, tmp_path: Path) -> None:  # noqa: F811
    log, _, learning = made
    assert isinstance(log, ReviewLog)
    learn_by_hand(learning, said(picture(tmp_path / "hand.png", bad=True)))
    update = learning.update(log)
    assert [lesson.why for lesson in update.lessons] == [Why.BY_HAND.value]
    assert update.lessons == learning.lessons()
    assert (update.added, update.dropped) == (0, 0)


def test_what_was_judged_blind_stays_for_the_test(alone: LearningSet, tmp_path: Path) -> None:
    learn_by_hand(alone, said(picture(tmp_path / "a.png", bad=True)))
    (by_hand,) = alone.by_hand()
    blind = replace(by_hand, split="test", why=Why.AUDIT.value, inspection_id="1", reviewed_utc="2020-01-01T00:00:00Z")
    alone._write([blind])
    assert alone.lessons() == (blind,)


def test_a_picture_that_is_gone_is_said(alone: LearningSet, tmp_path: Path) -> None:
    with pytest.raises(LearningError, match="cannot be read"):
        learn_by_hand(alone, said(tmp_path / "gone.png"))
    assert alone.lessons() == ()


def test_several_are_taken_at_once_and_taken_back_at_once(alone: LearningSet, tmp_path: Path) -> None:
    files = [picture(tmp_path / f"{name}.png", bad=bad) for name, bad in (("a", True), ("b", False))]
    learn_by_hand(alone, said(*files))
    assert [(Path(lesson.archived).name, lesson.label, lesson.defect_type) for lesson in alone.lessons()] == [
        ("a.png", "defective", "dent"), ("b.png", "defective", "dent"),
    ]  # fmt: skip
    assert len({lesson.inspection_id for lesson in alone.lessons()}) == 2
    learn_by_hand(alone, said(*files, judgement=None))
    assert alone.lessons() == ()


def test_of_several_those_that_can_be_read_are_taken_and_the_others_named(alone: LearningSet, tmp_path: Path) -> None:
    there, changed = picture(tmp_path / "a.png", bad=True), picture(tmp_path / "b.png", bad=False)
    before = KnownContent(Stamp.of(there.stat()), digest_of(there.read_bytes()))
    with pytest.raises(LearningError, match=r"^2 of 3 pictures were not taken\. The first: .*gone\.png cannot be read"):
        learn_by_hand(alone, said(tmp_path / "gone.png", judged(there, before), judged(changed, before)))
    assert [Path(lesson.archived).name for lesson in alone.lessons()] == ["a.png"]
    with pytest.raises(LearningError, match=r"b\.png has changed since it was judged"):
        learn_by_hand(alone, said(judged(changed, before)))


def test_pictures_of_an_object_store_are_taken_like_files(
    alone: LearningSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name, bad in (("a.png", True), ("b.png", False)):
        MEMORY.pipe(f"/said/{name}", picture(tmp_path / name, bad=bad).read_bytes())
    dented, fine = StorePath("memory://said", "a.png"), StorePath("memory://said", "b.png")
    before = KnownContent(dented.stamp(), digest_of((tmp_path / "a.png").read_bytes()))
    learn_by_hand(alone, said(judged(dented, before)))
    learn_by_hand(alone, said(judged(fine), judgement=Judgement.GOOD))
    assert [(lesson.archived, lesson.label) for lesson in alone.lessons()] == [
        ("memory://said/a.png", "defective"), ("memory://said/b.png", "good"),
    ]  # fmt: skip
    assert (alone.pictures / alone.lessons()[0].picture).read_bytes() == (tmp_path / "a.png").read_bytes()
    MEMORY.pipe("/said/a.png", (tmp_path / "b.png").read_bytes())
    with pytest.raises(LearningError, match=r"memory://said/a\.png has changed since it was judged"):
        learn_by_hand(alone, said(judged(dented, before)))
    MEMORY.rm("/said", recursive=True)
    with pytest.raises(LearningError, match="memory://said cannot be read: it is not there. Check the address"):
        learn_by_hand(alone, said(judged(dented, before)))
    assert len(alone.lessons()) == 2
