"""What the log answers: the order of rows, the limits of a query, numbers of lots, keys of files, and words of errors."""

from __future__ import annotations

import os
import socket
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from inspector.domain.errors import LogError
from inspector.domain.records import ArchivedPicture, Latencies, Verdict
from inspector.domain.tally import Tally
from inspector.outputs.base import LogQuery, YieldPoint
from inspector.outputs.lock import StationLock
from inspector.outputs.log_words import said_of
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.schema import HEAD
from tests.outputs.by_hand import by_hand
from tests.outputs.samples import START, inspection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inspector.domain.records import Inspection


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteResultLog]:
    with closing(SqliteResultLog(tmp_path / "log.sqlite3")) as log:
        yield log


def filled(log: SqliteResultLog, *parts: Inspection) -> tuple[Inspection, ...]:
    for part in parts:
        log.append(part)
    return parts


def test_rows_are_in_the_order_in_which_they_were_recorded_whatever_the_clock_said(log: SqliteResultLog) -> None:
    late, early = inspection(9), inspection(1)
    same = [replace(inspection(5), id=f"same {name}") for name in "ba"]
    order = [late, *same, early]
    filled(log, *order)
    for query in (LogQuery(), LogQuery(since=START), LogQuery(recipe="R", lot="L1")):
        assert list(log.rows(query)) == order
        assert log.recent(query, 10) == order[::-1]
        assert log.recent(query, 2) == [early, same[1]]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        (LogQuery(), [1, 2, 3, 4]),
        (LogQuery(since=START + timedelta(seconds=2)), [2, 3, 4]),
        (LogQuery(until=START + timedelta(seconds=2)), [1]),
        (LogQuery(since=START + timedelta(seconds=2), until=START + timedelta(seconds=4)), [2, 3]),
        (LogQuery(recipe="S"), [3]),
        (LogQuery(recipe=""), []),
        (LogQuery(lot="L2"), [4]),
        (LogQuery(lot=""), []),
        (LogQuery(recipe="R", lot="L1"), [1, 2]),
        (LogQuery(verdicts=frozenset({Verdict.FAIL, Verdict.ERROR})), [2, 3]),
        (LogQuery(verdicts=frozenset()), []),
    ],
)
def test_every_reader_restricts_by_the_whole_query(log: SqliteResultLog, query: LogQuery, numbers: list[int]) -> None:
    parts = filled(
        log,
        inspection(1),
        inspection(2, Verdict.FAIL),
        inspection(3, Verdict.ERROR, recipe="S"),
        inspection(4, Verdict.REVIEW, lot="L2"),
    )
    wanted = [part for part in parts if part.part_number in numbers]
    assert list(log.rows(query)) == wanted
    assert log.recent(query, 9) == wanted[::-1]
    tally = Tally()
    for part in wanted:
        tally = tally.plus(part.decision.verdict)
    assert log.tally(query) == tally
    points = log.yield_over_time(query, 3600)
    assert points == ([YieldPoint(start=START, tally=tally)] if wanted else [])


def test_more_rows_than_are_read_at_once_come_all_and_in_order(log: SqliteResultLog) -> None:
    filled(log, *(inspection(number) for number in range(1203)))
    assert [part.part_number for part in log.rows(LogQuery())] == list(range(1203))


def test_yield_over_time_has_every_verdict_and_starts_at_whole_buckets(log: SqliteResultLog) -> None:
    for second, verdict in ((-1, Verdict.ERROR), (0, Verdict.PASS), (9, Verdict.PASS), (10, Verdict.REVIEW)):
        log.append(inspection(second, verdict))
    start = datetime(2026, 1, 31, 11, 59, 50, tzinfo=UTC)
    assert log.yield_over_time(LogQuery(), 10) == [
        YieldPoint(start=start, tally=Tally(error=1)),
        YieldPoint(start=start + timedelta(seconds=10), tally=Tally(passed=2)),
        YieldPoint(start=start + timedelta(seconds=20), tally=Tally(review=1)),
    ]


def test_the_last_part_number_is_that_of_the_recipe_and_the_lot(log: SqliteResultLog) -> None:
    filled(log, inspection(9, recipe="S"), inspection(8, lot="L2"), inspection(3), inspection(2))
    numbers = {(recipe, lot): log.last_part_number(recipe=recipe, lot=lot) for recipe in "RS" for lot in ("L1", "L2")}
    assert numbers == {("R", "L1"): 3, ("R", "L2"): 8, ("S", "L1"): 9, ("S", "L2"): 0}


def test_the_keys_of_a_source_s_files_as_they_were_written(log: SqliteResultLog) -> None:
    filled(
        log,
        inspection(9, source="folder:/a", key="x"),
        inspection(2, source="folder:/a"),
        inspection(3, source="folder:/b", key="y"),
        inspection(4, source="folder:/a", key="z"),
    )
    assert log.file_keys("folder:/a") == ("x", "z")


def test_pictures_of_parts_that_did_not_pass_are_protected(log: SqliteResultLog) -> None:
    def with_picture(part: Inspection) -> Inspection:
        path = Path(f"/a/{part.part_number}.png")
        return replace(part, picture=ArchivedPicture(path=path, sha256="", heatmap_path=None))

    filled(
        log,
        with_picture(inspection(1, Verdict.PASS)),
        *(with_picture(inspection(n, verdict)) for n, verdict in ((2, Verdict.FAIL), (3, Verdict.REVIEW))),
        with_picture(inspection(4, Verdict.ERROR)),
        inspection(5, Verdict.FAIL),
    )
    assert sorted(log.failure_pictures()) == [str(Path(f"/a/{number}.png")) for number in (2, 3, 4)]


def test_a_commit_s_time_belongs_to_its_part_and_is_written_once(log: SqliteResultLog) -> None:
    parts = filled(log, inspection(1), inspection(2))
    log.note_commit(parts[0].id, 1.5)
    log.note_commit(parts[1].id, 2.5)
    third = inspection(3)
    log.append(third)
    with by_hand(log.path) as other:
        other.execute("UPDATE commit_times SET commit_ms = 9.5")
        other.commit()
    log.append(inspection(4))
    times = [row.latencies.commit_ms for row in log.rows(LogQuery())]
    assert times == [9.5, 9.5, None, None]  # what was written is not written again


def test_what_is_repeated_with_other_times_is_another_row(log: SqliteResultLog) -> None:
    part = inspection(1)
    log.append(part)
    with pytest.raises(LogError, match="cannot be written: another row of the same id"):
        log.append(replace(part, latencies=Latencies(total_ms=1.0)))
    log.append(inspection(2))  # the writer is free again
    assert log.tally(LogQuery()) == Tally(passed=2)


CALLS: dict[str, Callable[[SqliteResultLog], object]] = {
    "tally": lambda log: log.tally(LogQuery()),
    "recent": lambda log: log.recent(LogQuery(), 1),
    "rows": lambda log: list(log.rows(LogQuery())),
    "yield_over_time": lambda log: log.yield_over_time(LogQuery(), 60),
    "last_part_number": lambda log: log.last_part_number(recipe="R", lot="L"),
    "file_keys": lambda log: log.file_keys("s"),
    "failure_pictures": lambda log: log.failure_pictures(),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_log_that_cannot_be_read_says_so_and_what_to_do(
    log: SqliteResultLog, call: Callable[[SqliteResultLog], object]
) -> None:
    with closing(sqlite3.connect(log.path)) as other:
        other.execute("DROP TABLE reviews")
        other.execute("DROP TABLE inspections")
        other.commit()
    damage = b"x" * 100
    log.path.with_name("log.sqlite3-wal").write_bytes(b"")
    data = bytearray(log.path.read_bytes())
    data[:100] = damage
    log._engine.dispose()  # type: ignore[union-attr]
    log.path.write_bytes(data)
    with pytest.raises(LogError) as caught:
        call(log)
    assert caught.value.what == f"the log {log.path} cannot be read: it is no result log"
    assert caught.value.next_step == "Choose another file for the log; this one is left as it is."


@pytest.mark.parametrize("call", [*CALLS.values(), lambda log: log.append(inspection(1))], ids=[*CALLS, "append"])
def test_a_log_that_is_closed_says_so(log: SqliteResultLog, call: Callable[[SqliteResultLog], object]) -> None:
    log.close()
    log.close()
    with pytest.raises(LogError) as caught:
        call(log)
    assert caught.value.what.startswith(f"the log {log.path} is closed")
    assert caught.value.next_step == "Open it again."


def test_a_reader_writes_nothing(log: SqliteResultLog) -> None:
    with closing(SqliteResultLog(log.path, read_only=True)) as reader, pytest.raises(LogError) as caught:
        reader.append(inspection(1))
    assert caught.value.what == f"the log {log.path} is closed or read-only"
    assert log.tally(LogQuery()) == Tally()


@pytest.mark.parametrize(
    ("cause", "words", "next_step"),
    [
        (
            "database is locked",
            "another program holds it",
            "Close the program that holds the file; the station goes on trying.",
        ),
        (
            "attempt to write a readonly database",
            "it can only be read",
            "Give this user the right to write the file and its folder.",
        ),
        ("database or disk is full", "the disk is full", "Free space on the disk; the station goes on trying."),
        (
            "file is not a database",
            "it is no result log",
            "Choose another file for the log; this one is left as it is.",
        ),
        (
            "database disk image is malformed",
            "a part of it is damaged",
            "Restore a copy, or start a new log; keep the damaged file.",
        ),
        (
            "unable to open database file",
            "the file or its folder is not there, or this user may not",
            "Check the path and its permissions.",
        ),
        (
            "something else",
            "the database refuses it",
            "Check the file, its folder and the disk; the program's log says more.",
        ),
    ],
)
def test_what_an_error_of_the_database_means_and_what_to_do(cause: str, words: str, next_step: str) -> None:
    said = said_of(sqlite3.OperationalError(cause))
    assert (said.words, said.next_step) == (words, next_step)


def test_what_is_refused_at_the_opening_says_what_to_do(tmp_path: Path) -> None:
    def refused(path: Path, *, read_only: bool = False) -> tuple[str, str]:
        with pytest.raises(LogError) as caught:
            SqliteResultLog(path, read_only=read_only)
        return caught.value.what, caught.value.next_step

    path, absent = tmp_path / "log.sqlite3", tmp_path / "absent.sqlite3"
    assert refused(absent, read_only=True) == (
        f"there is no result log {absent}",
        "Check the path, or inspect a part first.",
    )
    SqliteResultLog(path).close()
    for version, what, next_step in (
        ("9999", f"newer than {HEAD}, which this program knows", "Update the program, or choose another log."),
        ("0003", f"older than {HEAD}", "Open it in a station once."),
    ):
        with closing(sqlite3.connect(path)) as raw:
            raw.execute("UPDATE alembic_version SET version_num = ?", (version,))
            raw.commit()
        assert refused(path, read_only=True) == (f"the log {path} has schema {version}, {what}", next_step)
    with closing(sqlite3.connect(absent)) as raw:
        raw.execute("CREATE TABLE recipes (id INTEGER)")
        raw.execute("CREATE TABLE batches (id INTEGER)")
        raw.commit()
    assert refused(absent) == (
        f"{absent} is a database, but not a result log (its tables: batches, recipes)",
        "Choose another file for the log.",
    )


def test_one_station_holds_a_log_and_is_named(tmp_path: Path) -> None:
    log, path = tmp_path / "log.sqlite3", tmp_path / "log.sqlite3.lock"
    path.write_bytes(b'{"pid": 1, "host": "somebody with a very long name", "left": "behind"}')
    lock = StationLock(log)
    lock.name_holder()
    with pytest.raises(LogError) as caught:
        StationLock(log)
    holder = f"(process {os.getpid()} on {socket.gethostname()})"
    assert caught.value.what == f"the log {tmp_path / 'log.sqlite3'} is in use by another station {holder}"
    assert caught.value.next_step == (
        "Close the other station, or give this one its own log (--log FILE, or Settings, Log)."
    )
    path.write_bytes(b"[]")
    with pytest.raises(LogError) as caught:
        StationLock(log)
    assert caught.value.what == f"the log {tmp_path / 'log.sqlite3'} is in use by another station"
    lock.release()
    lock.release()
    StationLock(log).release()
    with pytest.raises(LogError) as caught:
        StationLock(tmp_path / "absent" / "x")
    assert caught.value.what.startswith(f"the lock file {tmp_path / 'absent' / 'x.lock'} cannot be made: ")
    assert caught.value.next_step == "Choose a folder for the log that can be written to."
