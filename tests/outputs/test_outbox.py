"""The outbox: in the commit of the row, only where somebody takes it, and each taker has a mark of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest

from inspector.domain.errors import LogError
from inspector.domain.records import Inspection
from inspector.domain.review import Judgement
from inspector.outputs import outbox as module
from inspector.outputs.base import LogQuery
from inspector.outputs.outbox import Outbox, RowKind
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.outputs.schema import HEAD
from tests.outputs.by_hand import by_hand
from tests.outputs.damaged import pages_of, spoil
from tests.outputs.samples import inspection, take_back_to_0006
from tests.review.parts import said
from tests.waits import WAIT_S


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite3"


@pytest.fixture
def log(path: Path) -> Iterator[SqliteResultLog]:
    with closing(SqliteResultLog(path)) as log:
        yield log


def add(log: SqliteResultLog, count: int, *, first: int = 1) -> list[Inspection]:
    parts = [inspection(number) for number in range(first, first + count)]
    for part in parts:
        log.append(part)
    return parts


def entries(path: Path) -> int:
    with closing(sqlite3.connect(path)) as log:
        return int(log.execute("SELECT count(*) FROM outbox").fetchone()[0])


def test_without_a_taker_nothing_is_noted(log: SqliteResultLog, path: Path) -> None:
    add(log, 3)
    assert entries(path) == 0
    box = Outbox(path, "a")
    assert not box.is_subscribed()
    assert (box.waiting(), box.read(10)) == (0, [])


def test_a_connection_that_is_held_sees_what_others_commit_and_says_that_they_did(
    log: SqliteResultLog, path: Path
) -> None:
    box = Outbox(path, "a")
    box.subscribe()
    with box.held():
        before = box.version()
        assert box.read(10) == []
        assert box.version() == before
        first = add(log, 1)
        assert box.version() != before
        assert [row.row_id for row in box.read(10)] == [first[0].id]
        box.take(1)
        second = add(log, 1, first=2)
        assert [row.row_id for row in box.read(10)] == [second[0].id]
    assert [row.row_id for row in box.read(10)] == [second[0].id]


def test_parts_and_reviews_come_in_the_order_of_their_commits_with_their_columns(
    log: SqliteResultLog, path: Path
) -> None:
    box = Outbox(path, "a")
    add(log, 1)
    box.subscribe()
    box.subscribe()
    first, second = add(log, 2, first=2)
    judged = said(first.id, Judgement.DEFECTIVE, defect_type="crack")
    ReviewLog(path).add(judged)
    assert box.waiting() == 3
    rows = box.read(10)
    assert [(row.seq, row.kind, row.row_id) for row in rows] == [
        (1, RowKind.PART, first.id),
        (2, RowKind.PART, second.id),
        (3, RowKind.REVIEW, judged.id),
    ]
    assert rows[0].values is not None
    assert rows[0].values["part_number"] == 2
    assert rows[2].values is not None
    assert (rows[2].values["judgement"], rows[2].values["blind"]) == ("defective", False)
    assert box.read(1) == rows[:1]


def test_a_part_that_is_not_committed_is_not_noted(log: SqliteResultLog, path: Path) -> None:
    box = Outbox(path, "a")
    box.subscribe()
    (part,) = add(log, 1)
    log.append(part)  # as after an unclear failure
    assert box.waiting() == 1


def test_what_all_have_taken_is_removed_and_no_number_comes_twice(log: SqliteResultLog, path: Path) -> None:
    quick, slow = Outbox(path, "quick"), Outbox(path, "slow")
    quick.subscribe()
    add(log, 2)
    slow.subscribe()
    add(log, 2, first=3)
    quick.take(4)
    assert (quick.waiting(), slow.waiting(), entries(path)) == (0, 2, 2)
    quick.take(2)  # a mark never goes back
    assert quick.waiting() == 0
    slow.take(4)
    assert entries(path) == 1
    (part,) = add(log, 1, first=5)
    assert [(row.seq, row.row_id) for row in quick.read(10)] == [(5, part.id)]


def test_one_that_takes_no_longer_holds_nothing_back(
    log: SqliteResultLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_REMOVED_AT_ONCE", 2)
    stays, goes = Outbox(path, "stays"), Outbox(path, "goes")
    stays.subscribe()
    goes.subscribe()
    add(log, 7)
    stays.take(5)
    assert entries(path) == 7
    goes.unsubscribe()
    goes.unsubscribe()
    assert (stays.waiting(), entries(path)) == (2, 2)
    stays.unsubscribe()
    assert entries(path) == 0
    add(log, 1, first=8)
    assert entries(path) == 0


def test_what_can_never_be_taken_is_set_aside_and_can_be_tried_again(log: SqliteResultLog, path: Path) -> None:
    box, other = Outbox(path, "a"), Outbox(path, "b")
    box.subscribe()
    other.subscribe()
    first, second, _ = add(log, 3)
    rows = box.read(10)
    box.take(3, [(rows[0], "it holds a NUL"), (rows[1], "it is too long")])
    assert [(row.row_id, row.why) for row in box.set_aside()] == [
        (first.id, "it holds a NUL"),
        (second.id, "it is too long"),
    ]
    assert box.waiting() == 0
    assert other.set_aside() == []
    again = box.read_set_aside()
    assert [row.row_id for row in again] == [first.id, second.id]
    assert again[0].values == rows[0].values
    box.take_back(again[:1], [(again[1], "it is still too long")])
    assert [(row.row_id, row.why) for row in box.set_aside()] == [(second.id, "it is still too long")]


def test_a_text_that_is_none_is_read_all_the_same(log: SqliteResultLog, path: Path) -> None:
    box = Outbox(path, "a")
    box.subscribe()
    add(log, 2)
    with by_hand(path) as spoilt:
        spoilt.execute("UPDATE inspections SET lot = CAST(x'4cff' AS TEXT) WHERE part_number = 1")
        spoilt.commit()
    values = [row.values for row in box.read(10)]
    assert [value["lot"] for value in values if value is not None] == ["L\udcff", "L1"]


def test_without_a_log_or_with_one_of_another_version_it_says_what_to_do(path: Path) -> None:
    with pytest.raises(LogError, match="there is no result log"):
        Outbox(path, "a").subscribe()
    SqliteResultLog(path).close()
    with closing(sqlite3.connect(path)) as old:
        take_back_to_0006(old)
        old.commit()
    with pytest.raises(LogError, match=f"schema 0006, this program knows {HEAD}"):
        Outbox(path, "a").waiting()


@pytest.mark.parametrize(
    ("lost", "waits"),
    [
        ("root of ix_inspections_time", [3, 4, 5, 6, 7]),
        ("root of outbox", [1, 2, 3, 4, 5, 6, 7]),
        ("root of outbox_consumers", []),
    ],
)
def test_a_damaged_log_that_is_saved_passes_on_what_waited(path: Path, lost: str, waits: list[int]) -> None:
    box = Outbox(path, "a")
    with closing(SqliteResultLog(path)) as log:
        box.subscribe()
        add(log, 7)
        box.take(2)
    spoil(path, pages_of(path)[lost], "blank", 0)
    with closing(SqliteResultLog(path)) as log:
        assert log.wait_looked_through(WAIT_S)
        with suppress(LogError):  # says once that the log is damaged
            log.check()
        log.check()
        assert log.tally(LogQuery()).inspected == 7
        assert [row.values["part_number"] for row in box.read(10) if row.values] == waits
        add(log, 1, first=8)
        assert box.waiting() == (len(waits) + 1 if waits else 0)


def test_reading_and_taking_beside_a_line_hold_no_commit_up(log: SqliteResultLog, path: Path) -> None:
    box = Outbox(path, "a")
    box.subscribe()
    parts: list[str] = []
    rows: list[str] = []
    with ThreadPoolExecutor(1) as line:
        done = line.submit(lambda: parts.extend(part.id for part in add(log, 300)))
        while not done.done() or box.waiting():
            taken = box.read(20)
            if taken:
                box.take(taken[-1].seq)
            rows += [row.row_id for row in taken]
        done.result()
    assert rows == parts
