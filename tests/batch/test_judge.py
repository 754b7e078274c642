"""One batch of files to one table of rows: whatever is wrong with a file stays that file's."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from inspector.batch import Job, judge, judge_files
from inspector.batch.judge import judge_changed
from inspector.domain.errors import ClassifierError, InspectorError, ModelChangedError
from inspector.domain.picture_range import PictureRange
from inspector.pictures import decode_reduced, read_picture, write_picture
from inspector.pictures.content import digest_of
from tests.engine.fakes import FakeClassifier

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from inspector.domain.records import Image, Prediction

NAMES = [f"{number}.png" for number in range(5)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, name in enumerate(NAMES):
        write_picture(tmp_path / "in" / name, np.full((8 + number, 8), 60, np.uint8))
    return tmp_path / "in"


class Recording(FakeClassifier):
    """Remembers the groups that it was asked to judge."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[list[tuple[int, ...]]] = []

    def predict_batch(self, images: Sequence[Image]) -> list[Prediction]:
        self.groups.append([image.shape for image in images])
        return super().predict_batch(images)


def test_a_damaged_file_in_the_middle_is_its_own_error(folder: Path) -> None:
    (folder / NAMES[2]).write_bytes(b"not a picture")
    rows = judge_files(NAMES, Job(folder=folder), FakeClassifier())
    assert [row.verdict for row in rows] == ["PASS", "PASS", "ERROR", "PASS", "PASS"]
    assert "is not a picture" in rows[2].reason
    assert (rows[2].p_defective, rows[2].class_name, rows[2].size) == ("", "", "13")


def test_a_file_deleted_since_the_listing_is_its_own_error(folder: Path) -> None:
    (folder / NAMES[1]).unlink()
    rows = judge_files(NAMES, Job(folder=folder), FakeClassifier())
    assert [row.verdict for row in rows] == ["PASS", "ERROR", "PASS", "PASS", "PASS"]
    assert "it is not there" in rows[1].reason
    assert (rows[1].size, rows[1].mtime_ns) == ("-1", "-1")


def test_a_surprise_of_the_decoder_is_its_own_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(data: bytes, name: str, **options: Any) -> tuple[Image, int]:
        if name.endswith(NAMES[3]):
            raise RuntimeError("a codec's bug")
        return decode_reduced(data, name, **options)

    monkeypatch.setattr(judge, "decode_reduced", decode)
    rows = judge_files(NAMES, Job(folder=folder), FakeClassifier())
    assert [row.verdict for row in rows] == ["PASS", "PASS", "PASS", "ERROR", "PASS"]
    assert rows[3].reason == "unexpected RuntimeError: a codec's bug"


def test_a_picture_that_the_network_cannot_take_does_not_spoil_its_group(folder: Path) -> None:
    class Picky(FakeClassifier):
        def predict(self, image: Image) -> Prediction:
            if image.shape[0] == 12:
                raise ClassifierError("it is 12 pixels high")
            return super().predict(image)

    rows = judge_files(NAMES, Job(folder=folder), Picky())
    assert [row.verdict for row in rows] == ["PASS", "PASS", "PASS", "PASS", "ERROR"]
    assert rows[4].reason == "it is 12 pixels high"


def test_a_classifier_that_returns_too_few_gives_no_picture_anothers_verdict(folder: Path) -> None:
    class Short(FakeClassifier):
        def predict_batch(self, images: Sequence[Image]) -> list[Prediction]:
            return super().predict_batch(images)[1:]

    write_picture(folder / NAMES[0], np.full((8, 8), 200, np.uint8))
    rows = judge_files(NAMES, Job(folder=folder), Short())
    assert [row.verdict for row in rows] == ["FAIL", "PASS", "PASS", "PASS", "PASS"]


def test_a_model_that_has_changed_is_no_picture_s_fault(folder: Path) -> None:
    class Changed(FakeClassifier):
        def predict_batch(self, images: Sequence[Image]) -> list[Prediction]:
            raise ModelChangedError("its heatmap differs", "Restore it.")

    classifier = Changed()
    with pytest.raises(ModelChangedError, match="its heatmap differs"):
        judge_files(NAMES, Job(folder=folder), classifier)
    assert classifier.calls == 0  # no picture was judged by it, alone neither


def test_huge_pictures_are_judged_in_smaller_groups(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "_MOST_BYTES", 2 * 8 * 8)
    classifier = Recording()
    rows = judge_files(NAMES, Job(folder=folder), classifier)
    assert [len(group) for group in classifier.groups] == [2, 2, 1]
    assert [row.path for row in rows] == NAMES


def test_rows_can_come_from_another_machine(folder: Path) -> None:
    job = Job(folder=folder, input_size=64)
    assert pickle.loads(pickle.dumps(job)) == job  # noqa: S301
    rows = judge_files(NAMES, job, FakeClassifier())
    assert pickle.loads(pickle.dumps(rows)) == rows  # noqa: S301


def test_a_large_jpeg_is_decoded_at_reduced_size_but_drawn_on_in_full(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.jpg", np.full((320, 240, 3), 60, np.uint8))
    classifier = Recording()
    judge_files(["a.jpg"], Job(folder=tmp_path, input_size=60), classifier)
    judge_files(["a.jpg"], Job(folder=tmp_path, input_size=61), classifier)
    rows = judge_files(
        ["a.jpg"], Job(folder=tmp_path, input_size=60, overlays=tmp_path / "out" / "overlays"), classifier
    )
    assert classifier.groups == [[(160, 120, 3)], [(320, 240, 3)], [(320, 240, 3)]]
    assert read_picture(tmp_path / "out" / rows[0].overlay).shape == (320, 240, 3)


def test_near_an_operating_point_a_reduced_picture_is_judged_again_from_all_its_pixels(tmp_path: Path) -> None:
    class Unsure(Recording):
        """0.45 for what is decoded at reduced size, 0.55 for all pixels; sure of bright pictures."""

        def predict(self, image: Image) -> Prediction:
            sure = super().predict(image)
            if sure.p_defective > 0.5:
                return sure
            p = 0.55 if image.shape[0] == 320 else 0.45
            return replace(sure, probabilities=np.array([1 - p, p], np.float32))

    write_picture(tmp_path / "unsure.jpg", np.full((320, 240, 3), 60, np.uint8))
    write_picture(tmp_path / "sure.jpg", np.full((320, 240, 3), 200, np.uint8))
    classifier = Unsure()
    rows = judge_files(["unsure.jpg", "sure.jpg"], Job(folder=tmp_path, input_size=60), classifier)
    assert [(row.verdict, row.p_defective) for row in rows] == [("FAIL", "0.550000"), ("FAIL", "0.900000")]
    assert classifier.groups == [[(160, 120, 3), (160, 120, 3)], [(320, 240, 3)]]


def test_an_overlay_that_cannot_be_written_ends_the_batch(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"in the way")
    with pytest.raises(InspectorError, match=r"the overlay .* cannot be written"):
        judge_files(NAMES, Job(folder=folder, overlays=tmp_path / "out" / "overlays"), FakeClassifier())


def test_black_pictures_are_errors_also_at_reduced_size(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "black.jpg"), np.zeros((400, 400, 3), np.uint8))
    (row,) = judge_files(["black.jpg"], Job(folder=tmp_path, input_size=64), FakeClassifier())
    assert (row.verdict, row.reason.startswith("bad image: black")) == ("ERROR", True)


def test_a_picture_that_is_unlike_the_training_pictures_has_a_remark_and_its_verdict(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.jpg", np.full((320, 240, 3), 60, np.uint8))
    write_picture(tmp_path / "b.png", np.full((80, 60), 60, np.uint8))
    classifier = Recording()
    classifier.identity = replace(
        classifier.identity,
        pictures=PictureRange(width_px=(240, 240), height_px=(320, 320), bits=(8,), coloured=(False,)),
    )
    first, second = judge_files(["a.jpg", "b.png"], Job(folder=tmp_path, input_size=60), classifier)
    assert classifier.groups == [[(160, 120, 3), (80, 60)]]
    assert (first.verdict, first.reason) == ("PASS", "")  # its size is that before it was reduced
    assert (second.verdict, second.reason) == (
        "PASS",
        "unlike the training pictures: 60 × 80 pixels (they have 240 × 320)",
    )


def test_a_row_says_what_was_judged_and_a_file_that_still_holds_it_is_not_judged(folder: Path) -> None:
    path, other = folder / NAMES[0], folder / NAMES[1]
    classifier = Recording()
    first, second = judge_files(NAMES[:2], Job(folder=folder), classifier)
    assert first.content == digest_of(path.read_bytes())
    assert first.ctime_ns == ""  # the file has just been written: its times may not tell of the next change
    write_picture(other, np.full((9, 8), 200, np.uint8))
    os.utime(path, (1, 1))
    again = judge_changed(
        list(zip(NAMES, [first.content, second.content], strict=False)), Job(folder=folder), classifier
    )
    assert again[0] is None
    assert again[1] is not None
    assert (again[1].path, again[1].verdict) == (NAMES[1], "FAIL")
    assert classifier.groups == [[(8, 8), (9, 8)], [(9, 8)]]


def test_a_second_look_says_what_it_looked_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture that is overwritten between the two looks: the row is that of the second content."""
    path = folder / "large.jpg"
    write_picture(path, np.full((320, 320, 3), 130, np.uint8))

    def decode(data: bytes, name: str, **options: Any) -> tuple[Image, int]:
        decoded = decode_reduced(data, name, **options)
        if decoded[1] > 1:
            write_picture(path, np.full((320, 320, 3), 200, np.uint8))
        return decoded

    monkeypatch.setattr(judge, "decode_reduced", decode)
    monkeypatch.setattr(judge, "near_threshold", lambda *_: True)
    (row,) = judge_files(["large.jpg"], Job(folder=folder, input_size=64), FakeClassifier())
    assert row.verdict == "FAIL"
    assert row.content == digest_of(path.read_bytes())
