"""The archive at its edges: what is kept exactly, under which name, what goes when, and what every failure says."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from inspector.domain.causes import cause_of
from inspector.domain.config import ArchiveConfig, KeepPolicy, PictureFormat
from inspector.domain.errors import ArchiveError
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
from inspector.pictures import encode_picture, read_picture
from tests.disks import BadDisk
from tests.outputs.test_archive import PREDICTION

if TYPE_CHECKING:
    from collections.abc import Sequence


ALL = ArchiveConfig(keep=KeepPolicy.ALL)
NOISE = np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)


def part(
    image: np.ndarray = NOISE, *, at: datetime = datetime(2026, 1, 31, tzinfo=UTC), region: Box | None = None
) -> Part:
    picture = Frame(
        image=image.copy(), sequence=0, time_s=0.0, origin=Origin(captured_at=at, captured_s=0.0, source="s")
    )
    return Part(frame=picture, region=region, triggered_s=0.0, trigger="manual")


def keep(
    archive: PictureArchive,
    name: str = "1",
    verdict: Verdict = Verdict.FAIL,
    *,
    what: Part | None = None,
    prediction: Prediction | None = None,
) -> ArchivedPicture | None:
    decision = Decision(verdict=verdict, reason="r", p_defective=0.9, thresholds=Thresholds(fail_at=0.5))
    return archive.keep(inspection_id=name, part=what or part(), prediction=prediction, decision=decision)


def with_maps(*values: float) -> Prediction:
    """A prediction whose heatmap has these cells."""
    maps = np.array([[[9.0] * len(values)], [list(values)]], np.float32)
    return Prediction(
        classes=PREDICTION.classes,
        probabilities=PREDICTION.probabilities,
        maps=maps,
        preprocess_ms=0.0,
        inference_ms=0.0,
    )


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_picture_lies_under_its_day_in_utc(tmp_path: Path) -> None:
    late = datetime(2026, 1, 31, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
    kept = keep(PictureArchive(tmp_path, ALL), "a.b", Verdict.PASS, what=part(at=late), prediction=PREDICTION)
    folder = tmp_path / "2026/02/01/pass"
    assert kept is not None
    assert files(folder) == ["a.b.grad-cam.heatmap.png", kept.path.name]
    assert kept.heatmap_path == folder / "a.b.grad-cam.heatmap.png"
    assert kept.sha256 == hashlib.sha256(kept.path.read_bytes()).hexdigest()


def test_without_a_prediction_there_is_no_heatmap(tmp_path: Path) -> None:
    kept = keep(PictureArchive(tmp_path, ALL))
    assert kept is not None
    assert kept.heatmap_path is None
    assert files(tmp_path) == ["2026/01/31/fail/1.png"]


@pytest.mark.parametrize(
    ("cells", "shares"),
    [
        ((0.0, 0.5, 1.0), [0, 0.5, 1]),
        ((0.0, 0.0, 4.0), [0, 0, 1]),
        ((0.0, 0.0, 0.0), [0, 0, 0]),
        ((0.25, 0.0, 0.125), [1, 0, 0.5]),
    ],
)
def test_a_kept_heatmap_is_on_the_scale_that_is_the_same_for_all(
    tmp_path: Path, cells: Sequence[float], shares: list[float]
) -> None:
    prediction = with_maps(*cells)
    kept = keep(PictureArchive(tmp_path, ALL), prediction=prediction)
    assert kept is not None
    assert kept.heatmap_path is not None
    heatmap = read_picture(kept.heatmap_path)
    assert heatmap.dtype == np.uint8
    # Grad-CAM alone says where, and P(defective) how much
    hottest = 255 * np.sqrt(prediction.p_defective)
    np.testing.assert_array_equal(heatmap, np.rint(hottest * np.array([shares])))


@pytest.mark.parametrize(("side", "suffix"), [(16383, ".webp"), (16384, ".png")])
@pytest.mark.parametrize("turned", [False, True])
def test_what_is_too_large_for_webp_is_png(tmp_path: Path, side: int, suffix: str, turned: bool) -> None:
    wide = np.zeros((1, side), np.uint8)
    archive = PictureArchive(tmp_path, ArchiveConfig(keep=KeepPolicy.ALL, format=PictureFormat.WEBP))
    kept = keep(archive, what=part(wide.T if turned else wide))
    assert kept is not None
    assert kept.path.suffix == suffix


def test_the_quality_of_webp_is_the_wanted_one(tmp_path: Path) -> None:
    for quality in (10, 95):
        config = ArchiveConfig(keep=KeepPolicy.ALL, format=PictureFormat.WEBP, webp_quality=quality)
        kept = keep(PictureArchive(tmp_path, config), f"{quality}")
        assert kept is not None
        assert kept.path.read_bytes() == encode_picture(NOISE, ".webp", quality=quality)


def test_png_is_the_original(tmp_path: Path) -> None:
    region = Box(x=5, y=6, width=20, height=10)
    kept = keep(PictureArchive(tmp_path, ALL), what=part(region=region))
    assert kept is not None
    assert kept.path.suffix == ".png"
    np.testing.assert_array_equal(read_picture(kept.path), NOISE[6:16, 5:25])


@pytest.mark.parametrize("one_in", [1, 2, 10])
def test_one_in_n_passes_are_those_that_are_drawn(tmp_path: Path, one_in: int) -> None:
    archive = PictureArchive(tmp_path, ArchiveConfig(keep=KeepPolicy.ONE_IN_N, one_in=one_in))
    small = part(np.full((4, 4), 100, np.uint8))
    names = [f"{number}" for number in range(40)]
    kept = [name for name in names if keep(archive, name, Verdict.PASS, what=small)]
    assert kept == [name for name in names if is_kept_pass(name, one_in)]
    assert all(keep(archive, name, Verdict.REVIEW, what=small) for name in names)


@pytest.mark.parametrize("format_", list(PictureFormat))
@pytest.mark.parametrize(
    ("number", "next_step"),
    [
        (
            errno.ENOSPC,
            "Free space on the disk, or set a limit in Settings, Archive; inspection goes on without pictures.",
        ),
        (errno.EIO, "Check the archive's folder in Settings, Archive; inspection goes on without pictures."),
    ],
)
def test_a_picture_that_cannot_be_kept_says_why_and_leaves_nothing(
    tmp_path: Path, format_: PictureFormat, number: int, next_step: str
) -> None:
    disk = BadDisk(number, at="rename", writes=1)  # the picture fits, the heatmap does not
    archive = PictureArchive(tmp_path, ArchiveConfig(keep=KeepPolicy.ALL, format=format_), disk=disk)
    with pytest.raises(ArchiveError) as caught:
        keep(archive, prediction=PREDICTION)
    heatmap = tmp_path / "2026/01/31/fail/1.grad-cam.heatmap.png"
    assert (
        caught.value.what
        == f"the picture cannot be kept: {heatmap} cannot be written: {cause_of(OSError(number, os.strerror(number)))}"
    )
    assert caught.value.next_step == next_step
    assert files(tmp_path) == []


def test_a_region_outside_the_picture_is_said_as_it_is(tmp_path: Path) -> None:
    outside = part(region=Box(x=900, y=0, width=5, height=5))
    with pytest.raises(ArchiveError) as caught:
        keep(PictureArchive(tmp_path, ALL), what=outside)
    assert caught.value.what == "the region 5×5 at 900, 0 is outside the 60×40 picture"
    assert caught.value.next_step.startswith("Set the region of interest inside the picture")


class Shelf:
    """Pictures of the same size, of known ages and verdicts."""

    def __init__(self, folder: Path, *verdicts: Verdict, prediction: Prediction | None = None) -> None:
        self.folder = folder
        self.paths: list[Path] = []
        for number, verdict in enumerate(verdicts):
            kept = keep(
                PictureArchive(folder, ALL),
                f"{number}",
                verdict,
                what=part(np.full((8, 8), 9, np.uint8)),
                prediction=prediction,
            )
            assert kept is not None
            self.paths.append(kept.path)
            self.age(number, hours=len(verdicts) - number)
        self.size = self.paths[0].stat().st_size

    def age(self, number: int, *, hours: float) -> None:
        then = time.time() - 3600 * hours
        os.utime(self.paths[number], (then, then))

    @property
    def left(self) -> list[int]:
        return [number for number, path in enumerate(self.paths) if path.exists()]

    def prune(self, protected: Sequence[int] = (), **limits: float) -> int:
        config = ArchiveConfig(keep=KeepPolicy.ALL, **({"max_size_gb": 0.0, "max_age_days": 0} | limits))  # type: ignore[arg-type]
        return PictureArchive(self.folder, config).prune([str(self.paths[number]) for number in protected])


P, F = Verdict.PASS, Verdict.FAIL


@pytest.mark.parametrize(("room", "left"), [(3.0, [0, 1, 2]), (2.99, [0, 2]), (2.0, [0, 2]), (1.0, [2]), (0.5, [])])
def test_as_many_stay_as_fit_exactly(tmp_path: Path, room: float, left: list[int]) -> None:
    shelf = Shelf(tmp_path, F, P, F)
    assert shelf.prune(max_size_gb=room * shelf.size / 1e9) == 3 - len(left)
    assert shelf.left == left


def test_what_is_protected_takes_its_room_but_never_goes(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, F, P, F, P)
    assert shelf.prune([0, 1], max_size_gb=2.5 * shelf.size / 1e9) == 2
    assert shelf.left == [0, 1]


class Clock(datetime):
    """A clock that can be set."""

    ahead = timedelta(0)

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # only told apart by the set time
        assert tz is UTC
        return datetime.now(UTC) + cls.ahead


def test_a_clock_that_jumps_ahead_makes_no_picture_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path, P, F)
    monkeypatch.setattr("inspector.outputs.archive.datetime", Clock)
    archive = PictureArchive(tmp_path, ArchiveConfig(keep=KeepPolicy.ALL, max_size_gb=0.0, max_age_days=2))
    monkeypatch.setattr(Clock, "ahead", timedelta(days=400))
    assert archive.prune([]) == 0
    shelf.age(0, hours=49)
    monkeypatch.setattr(Clock, "ahead", timedelta(0))
    assert archive.prune([]) == 1
    assert shelf.left == [1]


def test_without_limits_nothing_goes(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, F, P)
    for number in (0, 1):
        shelf.age(number, hours=24 * 10_000)
    assert shelf.prune() == 0
    assert shelf.left == [0, 1]


def test_what_waits_to_be_sent_is_asked_where_some_must_go_and_of_those_that_may(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, F, P, F)
    asked: list[frozenset[str]] = []

    def unsent(among: frozenset[str]) -> frozenset[str]:
        asked.append(among)
        return frozenset({str(shelf.paths[1])})

    def prune(room: float) -> int:
        config = ArchiveConfig(keep=KeepPolicy.ALL, max_size_gb=room * shelf.size / 1e9, max_age_days=1)
        return PictureArchive(tmp_path, config).prune([str(shelf.paths[0])], unsent)

    assert prune(3) == 0
    assert asked == []
    assert prune(2) == 1
    assert asked == [{str(path) for path in shelf.paths[1:]}]
    assert shelf.left == [0, 1]
    assert prune(1) == 1
    assert shelf.left == [0]


def test_by_age_whatever_fits(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, F, P, F, P)
    for number, hours in enumerate((47.9, 47.9, 48.1, 48.1)):
        shelf.age(number, hours=hours)
    assert shelf.prune(max_age_days=2, max_size_gb=1.0) == 2
    assert shelf.left == [0, 1]


def test_a_heatmap_goes_with_its_picture_and_takes_no_room(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, F, P, prediction=PREDICTION)
    (tmp_path / "2026/01/31/fail/notes.txt").write_text("by hand")
    assert shelf.prune(max_size_gb=1.5 * shelf.size / 1e9) == 1
    assert files(tmp_path / "2026/01/31") == ["fail/0.grad-cam.heatmap.png", "fail/0.png", "fail/notes.txt"]
    (tmp_path / "2026/01/31/fail/0.grad-cam.heatmap.png").unlink()
    assert shelf.prune(max_size_gb=0.5 * shelf.size / 1e9) == 1  # without its heatmap too
    assert files(tmp_path / "2026/01/31") == ["fail/notes.txt"]


def test_webp_goes_too_and_what_somebody_else_removes_meanwhile_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = ArchiveConfig(keep=KeepPolicy.ALL, format=PictureFormat.WEBP)
    kept = [keep(PictureArchive(tmp_path, config), f"{number}") for number in range(3)]
    paths = [picture.path for picture in kept if picture is not None]
    real = PictureArchive._scan

    def scanned(archive: PictureArchive) -> object:
        removed = real(archive)
        paths[1].unlink()
        return removed

    (tmp_path / "2026/01/31/fail/broken.png").symlink_to(tmp_path / "nowhere")
    monkeypatch.setattr(PictureArchive, "_scan", scanned)
    assert PictureArchive(tmp_path, ArchiveConfig(keep=KeepPolicy.ALL, max_size_gb=1e-9)).prune([]) == 3
    assert files(tmp_path) == []


def test_leftovers_are_looked_for_once(tmp_path: Path) -> None:
    archive = PictureArchive(tmp_path, ArchiveConfig(keep=KeepPolicy.ALL, max_size_gb=0.0))
    kept = keep(archive)
    assert kept is not None
    left = [kept.path.with_name(f".{number:032x}.part") for number in range(2)]
    left[0].write_bytes(b"half a picture")
    os.utime(left[0], (0, 0))
    assert archive.prune([]) == 0
    assert not left[0].exists()
    left[1].write_bytes(b"half a picture")
    os.utime(left[1], (0, 0))
    archive.prune([])
    assert left[1].exists()


def test_an_archive_is_looked_at_without_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = PictureArchive(tmp_path / "not" / "made", ArchiveConfig(keep=KeepPolicy.ALL))
    archive.check()
    assert not (tmp_path / "not").exists()
    room = SimpleNamespace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: room)
    archive.check()
    room.free -= 1
    with pytest.raises(ArchiveError, match="the disk is full.*Free space on the disk, or set a limit"):
        archive.check()
    room.free += 1
    archive.check()
    monkeypatch.setattr(os, "access", lambda folder, mode: False)
    with pytest.raises(ArchiveError, match="this user may not.*Allow this user to write there"):
        archive.check()
    read_only = SimpleNamespace(f_flag=1)
    monkeypatch.setattr(os, "statvfs", lambda folder: read_only, raising=False)
    monkeypatch.setattr(os, "ST_RDONLY", 1, raising=False)
    with pytest.raises(ArchiveError, match="its disk can only be read.*Allow this user to write there"):
        archive.check()
    PictureArchive(tmp_path, ArchiveConfig(keep=KeepPolicy.NONE)).check()


def test_an_archive_that_refused_a_picture_is_well_when_as_much_can_be_written(tmp_path: Path) -> None:
    disk = BadDisk(errno.EROFS, at="flush")
    archive = PictureArchive(tmp_path, ArchiveConfig(keep=KeepPolicy.ALL), disk=disk)
    with pytest.raises(ArchiveError, match="the picture cannot be kept.*its disk can only be read.*Allow this user"):
        keep(archive)
    for _ in range(2):
        with pytest.raises(ArchiveError, match="pictures cannot be kept.*its disk can only be read"):
            archive.check()
    disk.mend()
    archive.check()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    archive.check()
    assert disk.done == ["flush", "rename", "flush_folder"]  # once: while all is well nothing is written


def test_on_a_disk_that_lets_nothing_be_taken_away_the_reason_is_the_disk_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlink(path: Path, *, missing_ok: bool = False) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    archive = PictureArchive(tmp_path, ArchiveConfig(keep=KeepPolicy.ALL), disk=BadDisk(errno.EROFS, at="flush"))
    monkeypatch.setattr(Path, "unlink", unlink)
    with pytest.raises(ArchiveError, match="the picture cannot be kept.*its disk can only be read.*Allow this user"):
        keep(archive)
