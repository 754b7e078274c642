"""The log's file is taken away, exchanged or held while a station writes it: said at once, and no told row is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from inspector.domain.errors import LogError
from inspector.outputs.base import LogQuery
from inspector.outputs.log_file import FileIdentity, LogFile, LogIdentity, log_identity
from inspector.outputs.result_log import SqliteResultLog
from tests.outputs.samples import inspection


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteResultLog]:
    opened = SqliteResultLog(tmp_path / "log.sqlite3")
    opened.append(inspection(1))
    opened.append(inspection(2))
    yield opened
    opened.close()


def numbers(log: SqliteResultLog) -> list[int]:
    return [row.part_number for row in log.rows(LogQuery())]


def on_disk(path: Path) -> list[int]:
    with closing(SqliteResultLog(path, read_only=True)) as reader:
        return numbers(reader)


@pytest.mark.parametrize("suffixes", [("",), ("", "-wal", "-shm"), ("-wal",)])
def test_a_deleted_log_is_noticed_before_a_part_is_told_and_comes_back_whole(
    log: SqliteResultLog, suffixes: tuple[str, ...]
) -> None:
    for suffix in suffixes:
        log.path.with_name(log.path.name + suffix).unlink()
    third = inspection(3)
    with pytest.raises(LogError, match="was deleted while the station was writing it"):
        log.append(third)
    log.append(third)
    log.append(inspection(4))
    assert on_disk(log.path) == numbers(log) == [1, 2, 3, 4]
    log.check()
    log.close()
    assert on_disk(log.path) == [1, 2, 3, 4]
    assert sorted(path.name for path in log.path.parent.iterdir() if "saved" in path.name) == []


def test_a_deleted_log_is_noticed_without_a_part(log: SqliteResultLog) -> None:
    log.check()
    log.path.unlink()
    with pytest.raises(LogError, match="was deleted"):
        log.check()
    log.check()
    assert on_disk(log.path) == [1, 2]
    (said,) = log.remarks
    assert said.startswith(f"The log {log.path} was deleted while the station was writing it. Nothing is lost: ")


def test_the_whole_folder_is_deleted(tmp_path: Path) -> None:
    import shutil

    with closing(SqliteResultLog(tmp_path / "data" / "line 1" / "log.sqlite3")) as log:
        log.append(inspection(1))
        shutil.rmtree(tmp_path / "data")
        with pytest.raises(LogError, match="was deleted"):
            log.append(inspection(2))
        log.append(inspection(2))
        assert on_disk(log.path) == [1, 2]


def test_another_log_in_its_place_is_written_and_the_rows_of_the_old_one_are_saved_beside_it(
    log: SqliteResultLog, tmp_path: Path
) -> None:
    other = tmp_path / "other.sqlite3"
    with closing(SqliteResultLog(other)) as restored:
        restored.append(inspection(9))
    other.replace(log.path)
    with pytest.raises(LogError, match="was replaced by another file"):
        log.append(inspection(10))
    log.append(inspection(10))
    assert on_disk(log.path) == numbers(log) == [9, 10]
    (saved,) = tmp_path.glob("log.replaced-*.sqlite3")
    assert on_disk(saved) == [1, 2]
    (said,) = log.remarks
    assert said.endswith(f"The parts of before are not in it; they were saved as {saved}")


def test_a_file_that_is_no_log_in_its_place_is_left_alone_and_nothing_is_told(
    log: SqliteResultLog, tmp_path: Path
) -> None:
    words = tmp_path / "notes.txt"
    words.write_text("no database at all, but a text of some length\n" * 100)
    words.replace(log.path)
    with pytest.raises(LogError, match="was replaced by another file"):
        log.append(inspection(3))
    for _ in range(3):
        with pytest.raises(LogError, match="it is no result log"):
            log.append(inspection(3))
    assert log.path.read_text().startswith("no database at all")
    assert len(list(tmp_path.glob("log.replaced-*.sqlite3"))) == 1
    log.path.unlink()
    log.append(inspection(3))
    assert on_disk(log.path) == [3]


def test_on_another_disk_no_log_is_begun_and_on_one_that_came_back_it_is(
    log: SqliteResultLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted = [log.path.parent.resolve()]
    monkeypatch.setattr("inspector.outputs.disk_place.os.path.ismount", lambda path: path in mounted)
    file = LogFile(log.path)
    opened = log_identity(log.path)
    assert opened.database is not None
    elsewhere = LogIdentity(database=FileIdentity(opened.database.device + 1, 1), ahead=None)
    monkeypatch.setattr(file, "opened", elsewhere)  # the disk has another number now
    with closing(sqlite3.connect(log.path)) as source:
        there = mounted.pop(0)
        with pytest.raises(LogError, match="the disk of the log"):
            file.save(source)
        assert file.saved is None
        mounted.append(there)
        saved = file.save(source)
    assert on_disk(saved) == [1, 2]


def test_rows_that_cannot_be_saved_are_tried_again(log: SqliteResultLog) -> None:
    log.path.unlink()
    in_the_way = log.path.with_name(log.path.name + ".saved")
    in_the_way.mkdir()
    with pytest.raises(LogError, match="was deleted"):
        log.append(inspection(3))
    with pytest.raises(LogError, match="whose file is gone, cannot be saved"):
        log.append(inspection(3))
    in_the_way.rmdir()
    log.append(inspection(3))
    assert on_disk(log.path) == [1, 2, 3]


def test_a_log_that_another_program_holds_is_said_in_less_than_a_second(log: SqliteResultLog) -> None:
    with closing(sqlite3.connect(log.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        for call in (log.check, lambda: log.append(inspection(3))):
            with pytest.raises(LogError, match="another program holds it") as told:
                call()
            assert "Close the program that holds the file" in str(told.value)
        assert log._writer is not None  # SQLite's own wait is 0.3 s; the rest is the machine's
        assert log._writer.exec_driver_sql("PRAGMA busy_timeout").scalar() == 300
        log._writer.rollback()
        other.rollback()
    log.check()
    log.append(inspection(3))
    assert numbers(log) == [1, 2, 3]
