"""A backup: all of a station as it is at one moment, whole or not there."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from inspector.backup.content import BackupChoice
from inspector.backup.manifest import MANIFEST, SUFFIX, BackupError
from inspector.backup.write import keep_newest, name_for
from inspector.files import FileError
from inspector.outputs.result_log import SqliteResultLog
from inspector.signing import KEY_FILE
from tests.backup.stations import SmallStation, restored, small_station
from tests.disks import BadDisk
from tests.logs import told
from tests.outputs.samples import inspection
from tests.waits import until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def station(tmp_path: Path) -> SmallStation:
    return small_station(tmp_path / "home")


def test_what_is_backed_up_comes_back(station: SmallStation, tmp_path: Path) -> None:
    done = restored(station.backed_up(tmp_path / f"a{SUFFIX}"), tmp_path / "other")
    other = SmallStation(tmp_path / "other")
    kept = {
        name: content for name, content in station.files().items() if not name.startswith(("cache", "logs", "train"))
    }
    assert other.files() == kept
    assert other.count() == 3
    assert (done.header.station, done.aside) == ("Line 3", None)
    if os.name == "posix":
        modes = {stat.S_IMODE(path.stat().st_mode) for path in other.root.rglob("*.json")}
        assert (modes, stat.S_IMODE(other.root.stat().st_mode)) == ({0o600}, 0o700)


def test_files_keep_the_time_at_which_they_were_written(station: SmallStation, tmp_path: Path) -> None:
    old = 1_700_000_000.25
    names = [name for name in station.files() if name.startswith("recipes")]
    for name in names:
        os.utime(station.root / name, (old, old))
    restored(station.backed_up(tmp_path / f"a{SUFFIX}"), tmp_path / "other")
    assert names
    assert {(tmp_path / "other" / name).stat().st_mtime for name in names} == {old}


def test_pictures_and_keys_are_a_choice(station: SmallStation, tmp_path: Path) -> None:
    path = station.backed_up(tmp_path / f"a{SUFFIX}", BackupChoice())
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    assert not [name for name in names if "pictures" in name or "learning" in name or "passwords" in name]
    assert {"home/settings.json", "home/users.json", "home/models/flange/graph.bin", "log/results.sqlite3"} < set(names)
    assert names[-1] == MANIFEST
    assert path.stat().st_mode & 0o077 == 0 or os.name != "posix"
    remarks = restored(path, tmp_path / "other").remarks
    assert any("Passwords" in remark for remark in remarks)
    not_there = next(remark for remark in remarks if "Kept pictures are not in the backup" in remark)
    assert str(station.home.archive) in not_there
    assert f"looked for at {tmp_path / 'other' / 'pictures'}, and nowhere else" in not_there


def test_a_damaged_key_of_the_station_stops_no_backup(station: SmallStation, tmp_path: Path) -> None:
    (station.root / KEY_FILE).write_bytes(b"no key")
    with told("inspector.backup.write") as said:
        path = station.backed_up(tmp_path / f"a{SUFFIX}", BackupChoice())
    assert "its public half is not in the backup" in said[0]
    restored(path, tmp_path / "other")
    assert SmallStation(tmp_path / "other").count() == 3


def test_a_station_goes_on_inspecting_meanwhile(station: SmallStation, tmp_path: Path) -> None:
    """Every part that was committed before the backup began is in it, and what is in it is one moment."""
    stop, written = threading.Event(), [3]

    def inspect() -> None:
        with closing(SqliteResultLog(station.home.log)) as log:
            while not stop.is_set():
                log.append(inspection(written[0]))
                written[0] += 1

    thread = threading.Thread(target=inspect)
    thread.start()
    try:
        for number in range(3):
            wanted = written[0] + 5
            until(partial(lambda least: written[0] > least, wanted))
            before = written[0]
            path = station.backed_up(tmp_path / f"{number}{SUFFIX}")
            after = written[0]
            restored(path, tmp_path / f"other-{number}")
            # one that has just been committed may not have been counted here yet
            assert before <= SmallStation(tmp_path / f"other-{number}").count() <= after + 1
    finally:
        stop.set()
        thread.join()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_kill_9_in_the_middle_leaves_nothing_that_looks_whole(station: SmallStation, tmp_path: Path) -> None:
    with (station.root / "models" / "flange" / "large.bin").open("wb") as file:
        file.truncate(3_000_000_000)  # a file with a hole: it takes the disk nothing, and reading it takes seconds
    out = tmp_path / "out"
    command = [sys.executable, "-m", "inspector", "backup", str(out / f"a{SUFFIX}"), "--home", str(station.root)]
    if shutil.disk_usage(tmp_path).free < 8_000_000_000:
        pytest.skip("too little room for a backup that takes a while")
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    until(lambda: any(path.stat().st_size > 10_000_000 for path in out.glob(".*.part")) or process.poll() is not None)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.returncode == -signal.SIGKILL
    assert list(out.glob(f"*{SUFFIX}")) == []
    for path in out.iterdir():
        path.unlink()
    (station.root / "models" / "flange" / "large.bin").unlink()
    assert restored(station.backed_up(out / f"a{SUFFIX}"), tmp_path / "other").files
    assert station.count() == 3


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_disk_that_is_full_is_said_and_an_older_backup_stays(
    station: SmallStation, tmp_path: Path, number: int
) -> None:
    path = station.backed_up(tmp_path / "out" / f"a{SUFFIX}")
    before = path.read_bytes()
    with pytest.raises(FileError, match=rf"a{SUFFIX} cannot be written: .*Free space|Check"):
        station.backed_up(path, disk=BadDisk(number, at="flush"))
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert path.read_bytes() == before


def test_too_little_room_is_said_before_anything_is_written(
    station: SmallStation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(BackupError, match=r"no room for the backup in .*0\.00 GB are free\. Free space"):
        station.backed_up(tmp_path / "out" / f"a{SUFFIX}")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_damaged_log_is_said(station: SmallStation, tmp_path: Path) -> None:
    with closing(sqlite3.connect(station.home.log)) as log:
        log.execute("PRAGMA journal_mode=DELETE")
    content = bytearray(station.home.log.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    station.home.log.write_bytes(content)
    with pytest.raises(BackupError, match=r"the log .* (is damaged|cannot be read).*Start the station"):
        station.backed_up(tmp_path / "out" / f"a{SUFFIX}")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_station_that_has_inspected_nothing_has_a_backup_too(tmp_path: Path) -> None:
    station = SmallStation(tmp_path / "home")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.json").write_text("{}")
    restored(station.backed_up(tmp_path / f"a{SUFFIX}"), tmp_path / "other")
    assert SmallStation(tmp_path / "other").files() == {"settings.json": b"{}"}


def test_the_older_ones_of_this_station_are_removed_and_no_other_file(tmp_path: Path) -> None:
    ours = [name_for("Line 3", datetime(2026, 1, day, tzinfo=UTC)) for day in range(1, 6)]
    others = [name_for("Line 33", datetime(2026, 1, 1, tzinfo=UTC)), "Line-3-notes.txt", f"Line-3-mine{SUFFIX}"]
    for name in (*ours, *others):
        (tmp_path / name).touch()
    assert [path.name for path in keep_newest(tmp_path, "Line 3", 2)] == ours[:3]
    assert {path.name for path in tmp_path.iterdir()} == {*ours[3:], *others}
