"""Kept pictures after a restore into another data folder: found by whoever reads the log, and the rows as they were."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from inspector.backup.manifest import SUFFIX
from inspector.domain.records import ArchivedPicture, Verdict, ViewRecord
from inspector.outputs.base import LogQuery
from inspector.outputs.kept_places import KeptPlaces
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.proof.check import RecordCheck
from tests.backup.stations import SmallStation, restored, small_station
from tests.outputs.samples import inspection
from tests.waits import until

INSIDE = "2026/01/31/fail"


def kept(station: SmallStation, name: str) -> ArchivedPicture:
    folder = station.home.archive / INSIDE
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.png").write_bytes(name.encode())
    (folder / f"{name}.heat.png").write_bytes(b"heat")
    digest = hashlib.sha256(name.encode()).hexdigest()
    return ArchivedPicture(path=folder / f"{name}.png", sha256=digest, heatmap_path=folder / f"{name}.heat.png")


@pytest.fixture
def moved(tmp_path: Path) -> SmallStation:
    """A station with a failed part of two views, restored into another folder; the old one is gone."""
    old = small_station(tmp_path / "old", parts=1)
    shutil.rmtree(old.home.archive)
    part = inspection(7, Verdict.FAIL)
    views = tuple(
        ViewRecord(
            name=name,
            source="demo:",
            decision=part.decision,
            model=part.model,
            picture=kept(old, name),
            image_not_saved="",
        )
        for name in ("main", "side")
    )
    with closing(SqliteResultLog(old.home.log)) as log:
        log.append(replace(part, picture=views[0].picture, views=views))
    file = old.backed_up(tmp_path / f"a{SUFFIX}")
    shutil.rmtree(old.root)
    restored(file, tmp_path / "elsewhere" / "new")
    return SmallStation(tmp_path / "elsewhere" / "new")


def test_pictures_are_found_in_the_folder_of_now_by_all_who_read_the_log(moved: SmallStation) -> None:
    there = moved.home.archive / INSIDE
    pictures = [there / "main.png", there / "side.png"]
    with closing(SqliteResultLog(moved.home.log)) as log:
        part = log.recent(LogQuery(), 1)[0]
        assert part.picture is not None
        assert (part.picture.path, part.picture.heatmap_path) == (pictures[0], there / "main.heat.png")
        assert [view.picture and view.picture.path for view in part.views] == pictures
        assert set(log.failure_pictures()) == {str(picture) for picture in pictures}  # the archive protects them
    reviews = ReviewLog(moved.home.log, read_only=True)
    assert [row.picture for row, _ in reviews.counted_parts(LogQuery()) if row.picture] == [str(pictures[0])]
    assert [row.picture for row in reviews.parts(LogQuery()) if row.picture] == [str(pictures[0])]
    again = reviews.inspection(part.id)
    assert again is not None
    assert again.picture == part.picture


def test_the_restored_record_is_as_it_was_written_with_its_pictures(moved: SmallStation) -> None:
    check = RecordCheck(moved.home.log)
    list(check.steps())
    assert check.report.changes == []
    assert check.report.pictures == 2


def test_an_archive_elsewhere_is_left_alone_and_one_of_another_system_is_found(tmp_path: Path) -> None:
    places, share = KeptPlaces(tmp_path / "results.sqlite3"), f"/share/{INSIDE}/a.png"
    assert places.of(share) == share
    there = tmp_path / "pictures" / INSIDE
    there.mkdir(parents=True)
    until(lambda: places.of(share) == str(there / "a.png"))  # it is looked for again after a while
    assert places.of(r"C:\Station\pictures\2026\01\31\fail\b.png") == str(there / "b.png")
    assert places.of(str(tmp_path / "pictures" / INSIDE / "c.png")) == str(there / "c.png")
