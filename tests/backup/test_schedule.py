"""A running station backs itself up when it is due, at low priority, and says how it went."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspector.backup.keeper import BackupKeeper
from inspector.backup.manifest import SUFFIX
from inspector.backup.state import note_failed, read_state
from inspector.cli import main
from inspector.domain.backup import BackupEvery, is_due
from inspector.outputs.result_log import SqliteResultLog
from inspector.settings import Settings
from tests.backup.stations import SmallStation, small_station
from tests.waits import until

NOW = datetime(2026, 3, 18, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "hour", "last", "now", "due"),
    [
        (BackupEvery.NEVER, 2, None, NOW, False),
        (BackupEvery.DAILY, 2, None, NOW, True),
        (BackupEvery.DAILY, 2, NOW - timedelta(hours=7), NOW, False),  # at 3 today
        (BackupEvery.DAILY, 2, NOW - timedelta(hours=9), NOW, True),  # at 1 today
        (BackupEvery.DAILY, 12, NOW - timedelta(hours=9), NOW, False),  # after noon of yesterday; not noon yet
        (BackupEvery.DAILY, 12, NOW - timedelta(hours=23), NOW, True),
        (BackupEvery.WEEKLY, 2, NOW - timedelta(days=3), NOW, False),
        (BackupEvery.WEEKLY, 2, NOW - timedelta(days=6), NOW, False),
        (BackupEvery.WEEKLY, 2, NOW - timedelta(days=7), NOW, True),
        (BackupEvery.WEEKLY, 2, NOW + timedelta(days=300), NOW, True),  # made by a clock that was wrong
    ],
)
def test_when_one_is_due(every: BackupEvery, hour: int, last: datetime | None, now: datetime, *, due: bool) -> None:
    assert is_due(every, hour, last, now) is due


@pytest.fixture
def station(tmp_path: Path) -> SmallStation:
    return small_station(tmp_path / "home")


def _keeper(station: SmallStation, settings: Settings, command: tuple[str, ...] | None = None) -> BackupKeeper:
    return BackupKeeper(station.root, settings=lambda: settings, log=lambda: station.home.log, command=command)


def test_a_station_that_inspects_is_backed_up(station: SmallStation, tmp_path: Path) -> None:
    settings = Settings(station="Line 3", backup_to=str(tmp_path / "out"), backup_hour=0, backup_keep=1)
    keeper = _keeper(station, settings)
    with closing(SqliteResultLog(station.home.log)):  # the line has it
        keeper.start()
        try:
            until(lambda: read_state(station.root).made is not None)
        finally:
            keeper.stop()
    (made,) = (tmp_path / "out").glob(f"*{SUFFIX}")
    state = read_state(station.root)
    assert (state.file, state.size_bytes, state.fault) == (str(made), made.stat().st_size, "")
    assert str(made) in state.words


def test_nothing_is_made_where_no_folder_is_named(station: SmallStation, tmp_path: Path) -> None:
    started = tmp_path / "started"
    command = (sys.executable, "-c", f"open({str(started)!r}, 'w')")
    keeper = _keeper(station, Settings(), command)
    keeper.start()
    keeper.stop()
    assert not started.exists()


def test_one_that_is_killed_is_said(station: SmallStation, tmp_path: Path) -> None:
    settings = Settings(backup_to=str(tmp_path / "out"))
    keeper = _keeper(station, settings, (sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"))
    keeper.start()
    try:
        until(lambda: read_state(station.root).fault)
    finally:
        keeper.stop()
    assert "ended with code" in read_state(station.root).words


def test_a_failure_keeps_what_is_known_of_the_last_one(
    station: SmallStation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, arguments = tmp_path / "out", ["--scheduled", "--home", str(station.root)]
    assert main(["backup", str(out), *arguments]) == 0
    made = read_state(station.root).made
    (tmp_path / "file").touch()
    assert main(["backup", str(tmp_path / "file" / "folder"), *arguments]) == 1
    state = read_state(station.root)
    assert (state.made, "cannot be made" in state.fault or "cannot be written" in state.fault) == (made, True)
    assert state.words.startswith("It failed at ")
    capsys.readouterr()
    note_failed(station.root, "again", NOW)
    assert read_state(station.root).made == made


def test_the_command_says_what_it_made(
    station: SmallStation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", str(tmp_path / "out"), "--keep", "1", "--home", str(station.root), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert Path(answer["file"]).name.startswith("Line-3-")
    assert (answer["removed"], answer["left_out"]) == (0, 0)
    assert main(["backup", str(tmp_path / "one"), "--home", str(tmp_path / "nowhere")]) == 1
    assert "there is no data folder" in capsys.readouterr().err
    assert main(["backup", str(tmp_path / "a.b"), "--keep", "1", "--home", str(station.root)]) == 1
    assert "is no folder" in capsys.readouterr().err
    assert main(["backup", str(tmp_path / "named"), "--home", str(station.root)]) == 0
