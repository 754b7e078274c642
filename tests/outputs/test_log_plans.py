"""In a log of millions of rows every answer comes from an index: what SQLite plans is asked, not how long it takes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from inspector.domain.records import Verdict
from inspector.domain.review import QueueKind
from inspector.domain.tally import Tally
from inspector.outputs.base import LogQuery
from inspector.outputs.chain import install
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.review.queues import QueueRequest, build_queue
from tests.outputs.samples import START, inspection, take_back_to_0004

BAD = frozenset({Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR})
FAILURES = QueueRequest(kind=QueueKind.FAILURES, reviewer="Ada")
REJECTED = "USING COVERING INDEX ix_inspections_rejected"
KEPT = "USING COVERING INDEX ix_inspections_kept_passes"
QUARTER = START.replace(minute=15)
TIME = "USING COVERING INDEX ix_inspections_verdict_time (verdict=? AND time_utc>?)"


def plans_of(log: SqliteResultLog | ReviewLog, ask: Callable[[], object]) -> list[str]:
    """Ask, and return the steps of every statement that reads inspections."""
    steps: list[str] = []

    def explain(_: object, cursor: sqlite3.Cursor, statement: str, values: tuple[object, ...], *__: object) -> None:
        if "inspections" in statement:
            with closing(cursor.connection.cursor()) as other:
                steps.extend(row[3] for row in other.execute(f"EXPLAIN QUERY PLAN {statement}", values))

    engine = log._engine
    assert engine is not None
    event.listen(engine, "before_cursor_execute", explain)
    ask()
    event.remove(engine, "before_cursor_execute", explain)
    return [step for step in steps if "inspections" in step]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "log.sqlite3"
    with closing(SqliteResultLog(path)) as log:
        for number in range(6):
            log.append(inspection(number, Verdict.FAIL if number % 2 else Verdict.PASS))
    return path


@pytest.mark.parametrize("query", [LogQuery(), LogQuery(since=START), LogQuery(recipe="R", lot="L1")])
def test_a_queue_of_failures_reads_their_index_alone(path: Path, query: LogQuery) -> None:
    log = ReviewLog(path)
    steps = plans_of(log, lambda: build_queue(log, replace(FAILURES, query=query), lambda _name, _version: None))
    assert len(steps) == 1
    assert REJECTED in steps[0]


@pytest.mark.parametrize("query", [LogQuery(), LogQuery(recipe="R"), LogQuery(lot=""), LogQuery(since=QUARTER)])
def test_a_blind_audit_of_all_parts_reads_the_indexes_of_what_was_kept_alone(path: Path, query: LogQuery) -> None:
    log = ReviewLog(path)
    steps = plans_of(log, lambda: list(log.counted_parts(query)))
    edge = [step for step in steps if "USING INDEX ix_inspections_time (time_utc>? AND time_utc<?)" in step]
    assert len(edge) == (query.since is not None)  # the quarter of an hour that is not meant whole
    assert [step for step in steps if step not in edge] == [
        next(step for step in steps if REJECTED in step),
        next(step for step in steps if KEPT in step),
    ]


def test_a_blind_audit_of_a_named_lot_walks_that_lot(path: Path) -> None:
    log = ReviewLog(path)
    steps = plans_of(log, lambda: list(log.counted_parts(LogQuery(recipe="R", lot="L1"))))
    assert [step for step in steps if "ix_inspections_recipe_lot (recipe=? AND lot=?)" in step] == steps


def test_the_archives_list_reads_the_index_of_failures_alone(path: Path) -> None:
    with closing(SqliteResultLog(path)) as log:
        steps = plans_of(log, log.failure_pictures)
    assert len(steps) == 2
    assert REJECTED in steps[0]
    assert "sqlite_autoindex_inspections_1 (id=?)" in steps[1]  # one part's row for each view that was kept


def test_what_the_window_asks_at_its_start_comes_from_indexes(path: Path) -> None:
    with closing(SqliteResultLog(path)) as log:
        shift = log.recorded_since(START)
        assert shift == LogQuery(since=START)
        assert any(TIME in step for step in plans_of(log, lambda: log.tally(shift)))
        asked = [
            plans_of(log, lambda: log.tally(shift)),
            plans_of(log, lambda: log.tally(replace(shift, recipe="R"))),
            plans_of(log, lambda: log.tally(LogQuery(recipe="R", lot="L1"))),
            plans_of(log, lambda: log.recent(replace(shift, verdicts=BAD, recipe="R"), 50)),
            plans_of(log, lambda: log.yield_over_time(replace(shift, recipe="R"), 60)),
            plans_of(log, lambda: log.recorded_since(START)),
            plans_of(log, lambda: log.last_part_number(recipe="R", lot="L1")),
        ]
    steps = [step for plan in asked for step in plan]
    assert not [step for step in steps if step.startswith("SCAN")]
    assert all(
        "COVERING INDEX" in step or "INTEGER PRIMARY KEY (rowid=?)" in step or step == "SEARCH inspections"
        for step in steps
    ), steps


def test_a_lot_is_counted_without_its_rows(path: Path) -> None:
    with closing(SqliteResultLog(path)) as log:
        steps = plans_of(log, lambda: log.tally(LogQuery(recipe="R", lot="L1")))
        assert all(REJECTED in step for step in steps)  # verdicts that are none
        assert log.tally(LogQuery(recipe="R", lot="L1")) == Tally(passed=3, failed=3)


def test_the_counts_are_those_of_the_rows_also_after_a_commit_that_failed(path: Path) -> None:
    part = inspection(7)
    with closing(SqliteResultLog(path)) as log:
        log.append(part)
        log.append(part)  # repeated after an unclear failure
        log.append(inspection(8, Verdict.ERROR, lot="L2"))
        for query in (LogQuery(), LogQuery(recipe="R"), LogQuery(lot="L2"), LogQuery(lot="L1", verdicts=BAD)):
            counted = Tally()
            for row in log.rows(query):
                counted = counted.plus(row.decision.verdict)
            assert log.tally(query) == counted


def test_a_log_of_before_is_counted_once_when_it_is_brought_up_to_date(path: Path) -> None:
    with closing(sqlite3.connect(path)) as old:
        take_back_to_0004(old)
        old.commit()
    with closing(SqliteResultLog(path)) as log:
        log.append(inspection(9))
        assert log.tally(LogQuery(recipe="R", lot="L1")) == Tally(passed=4, failed=3)
        assert log.tally(LogQuery(lot="none")) == Tally()


def test_what_befell_the_record_is_never_changed(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        install(raw)
        raw.execute("INSERT INTO events VALUES (9, '', 'clock', 0, 'words')")
        for change in (
            "UPDATE events SET words = ''",
            "DELETE FROM events",
            "INSERT OR REPLACE INTO events VALUES (9, '', 'clock', 0, 'others')",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="never changed or deleted"):
                raw.execute(change)


def test_a_shift_is_what_was_recorded_in_it_also_where_the_clock_jumped(tmp_path: Path) -> None:
    morning = START.replace(hour=6)

    def at(number: int, hours: float) -> None:
        log.append(replace(inspection(number), time_utc=morning + timedelta(hours=hours)))

    with closing(SqliteResultLog(tmp_path / "log.sqlite3")) as log:
        at(1, -1)
        at(2, 1)
        at(3, 26)  # the clock was a day ahead for one part
        at(4, 1.1)
        assert [part.part_number for part in log.rows(log.recorded_since(morning))] == [2, 3, 4]
        assert log.tally(log.recorded_since(morning)) == Tally(passed=3)
        at(5, 25)  # the next day
        assert [part.part_number for part in log.rows(log.recorded_since(morning + timedelta(days=1)))] == [5]
        at(6, 23.5)  # the clock goes back over the beginning of the shift, and over it again
        at(7, 24.5)
        assert [part.part_number for part in log.rows(log.recorded_since(morning + timedelta(days=1)))] == [7]
        assert log.tally(LogQuery()) == Tally(passed=7)


def test_reviews_find_their_parts_by_id_and_walk_no_recipe(path: Path) -> None:
    log = ReviewLog(path)
    steps = plans_of(log, lambda: log.standings(LogQuery(recipe="R")))
    assert len(steps) == 1
    assert "(id=?)" in steps[0]


def test_parts_without_a_picture_are_counted_in_the_database(path: Path) -> None:
    log = ReviewLog(path)
    parts = list(log.counted_parts(LogQuery(recipe="R")))
    assert {(part.verdict, part.picture, count) for part, count in parts} == {
        (Verdict.PASS, None, 3),
        (Verdict.FAIL, None, 3),
    }


def test_a_part_is_looked_up_by_what_the_line_calls_it_without_a_look_at_others(path: Path) -> None:
    with closing(SqliteResultLog(path)) as log:
        wanted = [replace(inspection(7), part_serial="S-7"), replace(inspection(8), trigger_id="S-7")]
        for part in [*wanted, replace(inspection(9), trigger_id="S-70", part_serial="s-7")]:
            log.append(part)
        query = LogQuery(part="S-7")
        for ask in (lambda: log.recent(query, 5), lambda: log.tally(query), lambda: list(log.rows(query))):
            steps = plans_of(log, ask)
            assert any("ix_inspections_trigger_id (trigger_id=?)" in step for step in steps), steps
            assert any("ix_inspections_part_serial (part_serial=?)" in step for step in steps), steps
            assert not any(step.startswith("SCAN") for step in steps), steps
        assert [part.id for part in log.rows(query)] == [part.id for part in wanted]
        assert log.tally(query) == Tally(passed=2)
        assert log.tally(LogQuery(part="S-7", recipe="R", lot="L1", since=START)) == Tally(passed=2)
        assert log.recent(LogQuery(part="S"), 5) == []
