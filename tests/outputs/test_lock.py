"""One station for a log, by whatever name it is reached, and whatever became of the lock file."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from inspector.domain.errors import LogError
from inspector.domain.tally import Tally
from inspector.outputs.base import LogQuery
from inspector.outputs.lock import FileLock, lock_path
from inspector.outputs.result_log import SqliteResultLog
from tests.outputs.samples import inspection
from tests.waits import WAIT_S

ROOT = Path(__file__).resolve().parents[2]
OPEN = """
import pathlib, sys
from inspector.domain.errors import LogError
from inspector.outputs.result_log import SqliteResultLog
try:
    SqliteResultLog(pathlib.Path(sys.argv[1])).close()
except LogError as error:
    sys.exit(str(error))
"""


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteResultLog]:
    with closing(SqliteResultLog(tmp_path / "log.sqlite3")) as log:
        log.append(inspection(1))
        yield log


def second_station(path: Path) -> str:
    """Open a log in another program, and return what it said."""
    done = subprocess.run(
        [sys.executable, "-c", OPEN, str(path)], capture_output=True, text=True, timeout=WAIT_S, cwd=ROOT, check=False
    )
    return done.stderr


@pytest.mark.parametrize("by", ["its name", "a symbolic link", "a hard link", "a linked folder"])
@pytest.mark.parametrize("removed", [False, True], ids=["with its lock file", "without its lock file"])
def test_a_second_station_is_refused(log: SqliteResultLog, tmp_path: Path, by: str, removed: bool) -> None:
    path = log.path
    if by == "a symbolic link":
        path = tmp_path / "link.sqlite3"
        path.symlink_to(log.path)
    elif by == "a hard link":
        path = tmp_path / "other" / "log.sqlite3"
        path.parent.mkdir()
        os.link(log.path, path)
    elif by == "a linked folder":
        (tmp_path / "folder").symlink_to(tmp_path, target_is_directory=True)
        path = tmp_path / "folder" / "log.sqlite3"
    if removed:
        lock_path(log.path).unlink()
    assert "in use by another station" in second_station(path)
    log.append(inspection(2))
    assert log.tally(LogQuery()) == Tally(passed=2)


def test_it_is_free_once_the_first_is_closed(log: SqliteResultLog, tmp_path: Path) -> None:
    path = tmp_path / "link.sqlite3"
    path.symlink_to(log.path)
    log.close()
    assert second_station(path) == ""


def test_the_file_that_is_opened_in_the_place_of_a_lost_one_is_held_too(log: SqliteResultLog, tmp_path: Path) -> None:
    log.path.unlink()
    with pytest.raises(LogError, match="was deleted"):
        log.check()
    log.check()
    lock_path(log.path).unlink()
    link = tmp_path / "link.sqlite3"
    link.symlink_to(log.path)
    assert "in use by another station" in second_station(link)


def test_another_stations_log_that_is_put_in_its_place_is_not_written(log: SqliteResultLog, tmp_path: Path) -> None:
    with closing(SqliteResultLog(tmp_path / "other.sqlite3")) as other:
        other.append(inspection(7))
        log.path.unlink()
        os.link(other.path, log.path)
        with pytest.raises(LogError, match="replaced by another file"):
            log.append(inspection(2))
        for _ in range(2):
            with pytest.raises(LogError, match="in use by another station"):
                log.append(inspection(2))
        assert other.tally(LogQuery()) == Tally(passed=1)
    log.append(inspection(2))
    assert log.tally(LogQuery()) == Tally(passed=2)


def test_the_lock_on_the_file_leaves_sqlites_own_locks_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE numbers (number)")
        lock = FileLock(path)
        with closing(sqlite3.connect(path, timeout=0)) as other:
            other.execute("INSERT INTO numbers VALUES (1)")
            other.commit()
        with pytest.raises(LogError, match="in use by another station"):
            FileLock(path)
        lock.release()
        lock.release()
        FileLock(path).release()
        assert database.execute("SELECT number FROM numbers").fetchall() == [(1,)]
