"""Kept pictures arrive in a folder or an object store, by their hash, and the database notes once where each is."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest

from inspector.cli import main
from inspector.domain.config import ArchiveConfig, KeepPolicy
from inspector.domain.picture_place import checked_picture_place
from inspector.domain.records import ArchivedPicture, Inspection, Verdict
from inspector.files import Disk, write_bytes
from inspector.fleet import picture_place
from inspector.fleet.faults import FleetError
from inspector.fleet.picture_place import PicturePlace
from inspector.fleet.pusher import Forwarder
from inspector.fleet.status import faults_of, summary_of
from inspector.outputs.archive import PictureArchive
from inspector.outputs.outbox import PICTURES, Outbox
from tests.conftest import ROOT
from tests.fleet.stations import FleetBench
from tests.object_store import ObjectStore, reach, running_store
from tests.outputs.samples import inspection
from tests.waits import until


class Pictures:
    """A station that keeps pictures, and a folder that takes them."""

    def __init__(self, bench: FleetBench, place: Path) -> None:
        self.bench, self.place = bench, place
        place.mkdir()
        bench.set(pictures_to=str(place))
        self.outbox = Outbox(bench.home.log, PICTURES)
        self.outbox.subscribe()
        self._number = 0

    def keep(self, count: int, verdict: Verdict = Verdict.FAIL, *, size: int = 500) -> list[Inspection]:
        parts = []
        for _ in range(count):
            self._number += 1
            part = inspection(1000 + self._number, verdict)
            folder = self.bench.home.archive / "2026" / "01" / "31" / verdict.value.lower()
            path, heatmap = folder / f"{part.id}.png", folder / f"{part.id}.defect.heatmap.png"
            content = f"{self._number}".encode() * size
            write_bytes(path, content)
            write_bytes(heatmap, b"heat" + content[:9])
            sha256 = hashlib.sha256(content).hexdigest()
            part = replace(part, picture=ArchivedPicture(path=path, sha256=sha256, heatmap_path=heatmap))
            self.bench.log.append(part)
            parts.append(part)
        return parts

    def noted(self) -> dict[str, tuple[object, ...]]:
        rows = self.bench.rows("SELECT id, address, sha256, size_bytes, heatmap_address, why FROM inspector.pictures")
        return {str(row[0]): row[1:] for row in rows}

    def files(self) -> list[Path]:
        return sorted(path for path in self.place.rglob("*") if path.is_file())

    def is_whole(self, part: Inspection) -> bool:
        address, sha256, size, _, why = self.noted()[part.id]
        content = Path(str(address)).read_bytes()
        assert part.picture is not None
        return (hashlib.sha256(content).hexdigest(), len(content), why) == (part.picture.sha256, size, "") and (
            sha256 == part.picture.sha256
        )


class Broken(Disk):
    """A disk that refuses what is written."""

    def __init__(self, code: int) -> None:
        self._code = code

    def flush(self, file: BinaryIO) -> None:
        raise OSError(self._code, os.strerror(self._code))


@pytest.fixture
def pictures(bench: FleetBench, tmp_path: Path) -> Pictures:
    return Pictures(bench, tmp_path / "share")


@pytest.fixture(scope="module")
def store() -> Iterator[ObjectStore]:
    with running_store() as server:
        yield server


def test_pictures_arrive_by_station_and_day_and_are_noted_once(pictures: Pictures) -> None:
    bench = pictures.bench
    bench.add(3)  # nothing was kept of them
    parts = pictures.keep(40)
    assert bench.send() == 43
    assert set(pictures.noted()) == {part.id for part in parts}
    assert all(pictures.is_whole(part) for part in parts)
    assert len(pictures.files()) == 80  # each with its heatmap
    folder = pictures.files()[0].relative_to(pictures.place)
    assert folder.parts[0].startswith("Press 1-")
    assert folder.parts[1:4] == (f"{parts[0].time_utc:%Y}", f"{parts[0].time_utc:%m}", f"{parts[0].time_utc:%d}")
    heatmap = Path(str(pictures.noted()[parts[0].id][3]))
    assert heatmap.read_bytes().startswith(b"heat")
    status = bench.status().pictures
    assert status is not None
    assert (status.waiting, status.sent, status.lost, status.error, status.place) == (0, 40, 0, "", str(pictures.place))
    # sent again, nothing is doubled
    pictures.outbox.add_all()
    before = pictures.noted()
    assert bench.send() == 43
    assert pictures.noted() == before
    assert len(pictures.files()) == 80


def test_rows_do_not_wait_for_pictures_and_these_wait_for_their_place(pictures: Pictures) -> None:
    bench = pictures.bench
    shutil.rmtree(pictures.place)
    parts = pictures.keep(3)
    with pytest.raises(FleetError, match=r"the folder .*share for kept pictures is not there\. Connect its drive"):
        bench.send()
    assert len(bench.ids()) == 3
    status = bench.status()
    assert status.waiting == 0
    assert status.pictures is not None
    assert status.pictures.waiting == 3
    (fault,) = faults_of(status.model_copy(update={"running": True}))
    assert fault.startswith("Kept pictures are not being sent: the folder")
    assert fault.endswith("it goes on trying. 3 pictures wait.")
    assert "3 pictures wait." in summary_of(status.model_copy(update={"running": True}))
    assert not pictures.noted()
    pictures.place.mkdir()
    assert bench.send() == 0
    assert all(pictures.is_whole(part) for part in parts)


def test_a_database_that_is_away_loses_no_picture(pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    (part,) = pictures.keep(1)

    def away(*_: object) -> None:
        raise FleetError("the database is not reached", "Wait.")

    with monkeypatch.context() as broken:
        broken.setattr("inspector.fleet.database.FleetDatabase.note_pictures", away)
        with pytest.raises(FleetError):
            pictures.bench.send()
    assert pictures.files()
    assert pictures.outbox.waiting_pictures(9) == 1
    pictures.bench.send()
    assert pictures.is_whole(part)
    assert len(pictures.files()) == 2


def test_what_comes_back_otherwise_is_not_noted(pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    (part,) = pictures.keep(1)
    with monkeypatch.context() as broken:
        broken.setattr(picture_place, "write_bytes", lambda path, content: write_bytes(path, content[:-1]))
        with pytest.raises(FleetError, match=r"is not what was written: 499 bytes came back of 500"):
            pictures.bench.send()
    assert not pictures.noted()
    pictures.bench.send()
    assert pictures.is_whole(part)


def test_a_full_disk_and_a_read_only_share_are_said(pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures.keep(1)
    for code, words in ((28, "the disk is full"), (30, "its disk can only be read")):
        disk = Broken(code)
        with monkeypatch.context() as broken:
            broken.setattr(picture_place, "write_bytes", partial(write_bytes, disk=disk))
            with pytest.raises(FleetError, match=words):
                pictures.bench.send()
        assert not [path for path in pictures.files() if path.suffix == ".png"]


def test_what_was_removed_or_altered_at_the_station_is_said(pictures: Pictures) -> None:
    gone, altered, there = pictures.keep(3)
    assert gone.picture is not None
    assert altered.picture is not None
    content = gone.picture.path.read_bytes()
    gone.picture.path.unlink()
    altered.picture.path.write_bytes(b"another")
    pictures.bench.send()
    noted = pictures.noted()
    assert noted[gone.id] == (None, None, None, None, "it was removed at the station before it was sent")
    assert str(noted[altered.id][-1]).endswith("not the one that was kept (another SHA-256)")
    assert pictures.is_whole(there)
    status = pictures.bench.status()
    (fault,) = faults_of(status.model_copy(update={"running": True}))
    assert fault.startswith("2 kept pictures of the last days will never be sent")
    # somebody puts it back
    gone.picture.path.write_bytes(content)
    pictures.bench.send()
    assert pictures.is_whole(gone)
    assert [row.row_id for row in pictures.outbox.set_aside()] == [altered.id]


def test_an_archive_that_is_away_is_not_a_lost_picture(pictures: Pictures) -> None:
    (part,) = pictures.keep(1)
    archive = pictures.bench.home.archive
    archive.rename(archive.with_name("unplugged"))
    with pytest.raises(FleetError, match="of kept pictures is not there"):
        pictures.bench.send()
    archive.with_name("unplugged").rename(archive)
    pictures.bench.send()
    assert pictures.is_whole(part)


def test_the_archive_keeps_what_waits_until_its_size_demands_it(pictures: Pictures) -> None:
    old = pictures.keep(2)
    pictures.bench.send()
    new = pictures.keep(2)
    for age, part in enumerate((*old, *new)):
        assert part.picture is not None
        os.utime(part.picture.path, (age, age))

    def left(**limits: float) -> list[Inspection]:
        archive = PictureArchive(pictures.bench.home.archive, ArchiveConfig(keep=KeepPolicy.ALL, **limits))  # type: ignore[arg-type]
        archive.prune([], pictures.bench.log.unsent_pictures)
        return [part for part in (*old, *new) if part.picture is not None and part.picture.path.exists()]

    assert left(max_age_days=1) == new
    assert left(max_size_gb=5e-7, max_age_days=1) == new[1:]
    pictures.bench.send()
    assert pictures.noted()[new[0].id][-1] == "it was removed at the station before it was sent"


def test_pictures_arrive_in_an_object_store(
    pictures: Pictures, store: ObjectStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reach(store, monkeypatch, tmp_path / "cache")
    pictures.bench.set(pictures_to="s3://nobody-has-it/kept")
    (part,) = pictures.keep(1)
    with pytest.raises(FleetError, match="cannot be written: there is no such bucket"):
        pictures.bench.send()
    bucket = store.bucket("fleet")
    pictures.bench.set(pictures_to=f"{bucket}/kept pictures")
    pictures.bench.send()
    address, sha256, size, heatmap, _ = pictures.noted()[part.id]
    assert str(address).startswith("s3://fleet/kept pictures/Press 1-")
    content = store.files().cat_file(str(address))
    assert (hashlib.sha256(content).hexdigest(), len(content)) == (sha256, size)
    assert store.files().cat_file(str(heatmap)).startswith(b"heat")


def test_killed_at_any_moment_it_loses_and_doubles_no_picture(pictures: Pictures) -> None:
    parts = pictures.keep(90, size=20_000)
    command = (sys.executable, "-m", "inspector", "forward", "--home", str(pictures.bench.home.root))
    for kill in range(3):
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(lambda least=15 * (kill + 1): len(pictures.files()) > least)  # type: ignore[misc]
        process.send_signal(signal.SIGKILL)
        process.wait()
    pictures.bench.send()
    assert set(pictures.noted()) == {part.id for part in parts}
    assert all(pictures.is_whole(part) for part in parts)
    assert len([path for path in pictures.files() if path.suffix == ".png"]) == 180


def test_while_it_runs_it_sends_what_is_kept_and_follows_the_settings(pictures: Pictures, tmp_path: Path) -> None:
    bench = pictures.bench
    bench.set(pictures_to="")
    stop = threading.Event()
    forwarder = Forwarder(bench.home.root, bench.home.log, bench.settings)
    thread = threading.Thread(target=forwarder.run, args=(stop,))
    thread.start()
    try:
        (first,) = pictures.keep(1)
        until(lambda: len(bench.ids()) == 1)
        assert not pictures.noted()
        bench.set(pictures_to=str(pictures.place))
        until(lambda: first.id in pictures.noted())
        (second,) = pictures.keep(1)
        until(lambda: second.id in pictures.noted())
    finally:
        stop.set()
        thread.join()
    assert pictures.is_whole(second)


def test_the_commands(pictures: Pictures, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = ["--home", str(pictures.bench.home.root)]
    assert main(["fleet", "pictures", "share", *home]) == 1
    assert "share is no whole path" in capsys.readouterr().err
    assert main(["fleet", "pictures", "s3://key:geheim@bucket/x", *home]) == 1
    assert "geheim" not in capsys.readouterr().err
    assert main(["fleet", "pictures", str(pictures.place), *home]) == 0
    assert "are sent to" in capsys.readouterr().out
    (part,) = pictures.keep(1)
    assert part.picture is not None
    part.picture.path.unlink()
    assert main(["forward", "--once", *home]) == 0
    assert main(["fleet", "status", *home]) == 0
    words = capsys.readouterr().out
    assert f"Kept pictures: to {pictures.place}; 0 wait" in words
    assert f"picture of part {part.id} not sent: it was removed at the station" in words
    pictures.keep(2)
    assert main(["fleet", "pictures", "off", *home]) == 0
    assert "2 pictures that waited will not be sent" in capsys.readouterr().out
    assert not pictures.outbox.is_subscribed()
    pictures.bench.set(forward_to="")
    assert main(["fleet", "pictures", str(pictures.place), *home]) == 1
    assert "no database is set" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "/mnt/share", "D:\\pictures", "s3://bucket/folder", "abfs://c@a.dfs.core/x"])
def test_places_that_can_be(text: str) -> None:
    assert checked_picture_place(text) == text


def test_a_place_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FleetError, match="the library for gs:// is not installed"):
        PicturePlace("gs://bucket/x").put("a.png", b"x")
