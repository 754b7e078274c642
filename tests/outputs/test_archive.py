"""Kept pictures: which, how, and what happens when the disk is full."""

from __future__ import annotations

import errno
import hashlib
import os
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from inspector.domain.classes import Classes
from inspector.domain.config import ArchiveConfig, KeepPolicy, PictureFormat
from inspector.domain.errors import ArchiveError
from inspector.domain.ids import new_id
from inspector.domain.records import (
    ArchivedPicture,
    Box,
    Decision,
    Frame,
    Origin,
    Part,
    Prediction,
    Thresholds,
    Verdict,
)
from inspector.domain.sampling import is_kept_pass
from inspector.outputs.archive import PictureArchive
from inspector.pictures import read_picture
from tests.disks import BadDisk

RNG = np.random.default_rng(0)


def part(image: np.ndarray | None = None, region: Box | None = None) -> Part:
    pixels = RNG.integers(0, 255, (40, 60, 3), dtype=np.uint8) if image is None else image
    frame = Frame(
        image=pixels,
        sequence=0,
        time_s=0.0,
        origin=Origin(captured_at=datetime(2026, 1, 31, tzinfo=UTC), captured_s=0.0, source="s"),
    )
    return Part(frame=frame, region=region, triggered_s=0.0, trigger="manual")


PREDICTION = Prediction(
    classes=Classes(("good", "defective"), "good"),
    probabilities=np.array([0.1, 0.9], np.float32),
    maps=np.array([np.zeros((2, 2)), [[0.0, 0.5], [1.0, 2.0]]], np.float32),
    preprocess_ms=0.0,
    inference_ms=0.0,
)


def decision(verdict: Verdict) -> Decision:
    return Decision(verdict=verdict, reason="r", p_defective=0.9, thresholds=Thresholds(fail_at=0.5))


def keep(archive: PictureArchive, verdict: Verdict, wanted: Part | None = None) -> ArchivedPicture | None:
    return archive.keep(
        inspection_id=new_id(), part=wanted or part(), prediction=PREDICTION, decision=decision(verdict)
    )


@pytest.mark.parametrize(
    ("policy", "kept"),
    [
        (KeepPolicy.ALL, [1, 1, 1, 1, 1, 1]),
        (KeepPolicy.FAILURES, [0, 1, 1, 1, 0, 0]),
        (KeepPolicy.ONE_IN_N, [0, 1, 1, 1, 1, 0]),
        (KeepPolicy.NONE, [0, 0, 0, 0, 0, 0]),
    ],
)
def test_the_policy_says_what_is_kept(tmp_path: Path, policy: KeepPolicy, kept: list[int]) -> None:
    archive = PictureArchive(tmp_path, ArchiveConfig(keep=policy, one_in=2))
    verdicts = [Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR, Verdict.PASS, Verdict.PASS]
    kept_pictures = [
        archive.keep(inspection_id=f"part {number}", part=part(), prediction=PREDICTION, decision=decision(verdict))
        for number, verdict in enumerate(verdicts)
    ]
    assert [int(picture is not None) for picture in kept_pictures] == kept


def test_one_in_n_is_a_random_sample_that_restarts_and_turns_do_not_bias(tmp_path: Path) -> None:
    ids = [f"{number:05}" for number in range(20_000)]
    kept = [number for number, inspection_id in enumerate(ids) if is_kept_pass(inspection_id, 10)]
    assert 1850 <= len(kept) <= 2150  # 2000, three and a half standard deviations
    by_nest = np.bincount([number % 10 for number in kept], minlength=10)
    assert by_nest.min() > 140  # every tenth would leave nine nests out
    assert {number for number, inspection_id in enumerate(ids) if is_kept_pass(inspection_id, 20)} < set(kept)
    archive = PictureArchive(tmp_path, ArchiveConfig(keep=KeepPolicy.ONE_IN_N, one_in=10))
    for number in (kept[0], kept[0]):  # the second as after a restart
        picture = archive.keep(inspection_id=ids[number], part=part(), prediction=None, decision=decision(Verdict.PASS))
        assert picture is not None


def test_the_original_pixels_and_the_heatmap_come_back(tmp_path: Path) -> None:
    cut = part(region=Box(x=5, y=6, width=20, height=10))
    picture = PictureArchive(tmp_path, ArchiveConfig()).keep(
        inspection_id="abc", part=cut, prediction=PREDICTION, decision=decision(Verdict.FAIL)
    )
    assert picture is not None
    assert picture.path == tmp_path / "2026/01/31/fail/abc.png"
    assert picture.sha256 == hashlib.sha256(picture.path.read_bytes()).hexdigest()
    np.testing.assert_array_equal(read_picture(picture.path), cut.pixels())
    assert picture.heatmap_path is not None
    kept = read_picture(picture.heatmap_path)
    # not stretched: full heat is 255, and this part's hottest place is as hot as it is sure to be defective
    np.testing.assert_allclose(kept, 255 * np.sqrt(PREDICTION.p_defective) * np.array([[0, 0.25], [0.5, 1]]), atol=0.51)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_sixteen_bit_stays_lossless_under_webp(tmp_path: Path, dtype: type) -> None:
    pixels = RNG.integers(0, 255, (20, 20), dtype=dtype)
    archive = PictureArchive(tmp_path, ArchiveConfig(format=PictureFormat.WEBP))
    picture = archive.keep(inspection_id="a", part=part(pixels), prediction=None, decision=decision(Verdict.FAIL))
    assert picture is not None
    assert picture.path.suffix == (".webp" if dtype is np.uint8 else ".png")
    if dtype is np.uint16:
        np.testing.assert_array_equal(read_picture(picture.path), pixels)


def test_a_full_disk_is_an_error_and_nothing_half_written_remains(tmp_path: Path) -> None:
    disk = BadDisk(errno.ENOSPC, at="rename", writes=1)  # the picture fits, the heatmap does not
    archive = PictureArchive(tmp_path, ArchiveConfig(), disk=disk)
    with pytest.raises(ArchiveError, match=r"the disk is full.*Free space"):
        keep(archive, Verdict.FAIL)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    disk.mend()
    assert keep(archive, Verdict.FAIL) is not None


def test_nothing_is_kept_where_the_disk_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounted = [tmp_path.resolve()]
    monkeypatch.setattr("inspector.outputs.disk_place.os.path.ismount", lambda path: path in mounted)
    archive = PictureArchive(tmp_path / "pictures", ArchiveConfig())
    archive.check()
    mounted.clear()
    for act in (archive.check, lambda: keep(archive, Verdict.FAIL)):
        with pytest.raises(ArchiveError, match=r"the disk of .+pictures is gone\. Connect it again"):
            act()
    assert list(tmp_path.iterdir()) == []
    mounted.append(tmp_path.resolve())
    archive.check()
    assert keep(archive, Verdict.FAIL) is not None


@pytest.mark.parametrize(("number", "is_said"), [(errno.EROFS, True), (errno.EIO, True), (errno.EPERM, False)])
def test_a_disk_that_has_given_up_is_said_before_a_picture_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, is_said: bool
) -> None:
    def refuse(path: Path) -> None:
        assert path == tmp_path
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("inspector.outputs.disk_place.os.utime", refuse)
    archive = PictureArchive(tmp_path, ArchiveConfig())
    with pytest.raises(ArchiveError, match="pictures cannot be kept") if is_said else nullcontext():
        archive.check()


def test_what_a_killed_station_left_half_written_goes_at_the_first_tidying(tmp_path: Path) -> None:
    archive = PictureArchive(tmp_path, ArchiveConfig())
    kept = keep(archive, Verdict.FAIL)
    assert kept is not None
    left = kept.path.with_name(f".{'0' * 32}.part")
    left.write_bytes(b"half a picture")
    os.utime(left, (0, 0))
    assert archive.prune([]) == 0
    assert (left.exists(), kept.path.exists()) == (False, True)


def test_oldest_passes_go_first_and_protected_failures_never(tmp_path: Path) -> None:
    archive = PictureArchive(tmp_path, ArchiveConfig(keep=KeepPolicy.ALL, max_size_gb=1e-9))
    kept = {}
    for age, verdict in enumerate((Verdict.FAIL, Verdict.PASS, Verdict.PASS, Verdict.FAIL)):
        picture = archive.keep(inspection_id=f"{age}", part=part(), prediction=None, decision=decision(verdict))
        assert picture is not None
        then = time.time() - 1000 + age
        os.utime(picture.path, (then, then))
        kept[age] = picture.path
    assert archive.prune([str(kept[0])]) == 3
    assert [age for age, path in kept.items() if path.exists()] == [0]


def test_passes_go_before_older_failures_and_only_as_many_as_must(tmp_path: Path) -> None:
    pixels = np.full((40, 60, 3), 128, np.uint8)
    kept = {}
    for age, verdict in enumerate((Verdict.FAIL, Verdict.PASS, Verdict.REVIEW, Verdict.PASS, Verdict.PASS)):
        picture = PictureArchive(tmp_path, ArchiveConfig(keep=KeepPolicy.ALL)).keep(
            inspection_id=f"{age}", part=part(pixels), prediction=None, decision=decision(verdict)
        )
        assert picture is not None
        then = time.time() - 1000 + age
        os.utime(picture.path, (then, then))
        kept[age] = picture.path
    size_gb = kept[0].stat().st_size / 1e9

    def left(pictures: float) -> list[int]:
        PictureArchive(tmp_path, ArchiveConfig(keep=KeepPolicy.ALL, max_size_gb=pictures * size_gb)).prune([])
        return [age for age, path in kept.items() if path.exists()]

    assert left(3.5) == [0, 2, 4]  # the oldest two passes
    assert left(1.5) == [2]  # the last pass, then the oldest failure


def test_old_pictures_go_by_age(tmp_path: Path) -> None:
    archive = PictureArchive(tmp_path, ArchiveConfig(keep=KeepPolicy.ALL, max_size_gb=0, max_age_days=10))
    for number, days in enumerate((1, 11)):
        picture = archive.keep(
            inspection_id=f"{number}", part=part(), prediction=PREDICTION, decision=decision(Verdict.PASS)
        )
        assert picture is not None
        then = time.time() - days * 86400
        os.utime(picture.path, (then, then))
    assert archive.prune([]) == 1
    assert sorted(path.name for path in tmp_path.rglob("*.png")) == ["0.grad-cam.heatmap.png", "0.png"]
