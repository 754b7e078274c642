"""In a log of millions of rows a report of a lot or a day walks its own parts: what SQLite plans is asked, not the time.

How long it takes with a million rows: ``python -m tests.bench.large_report``.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from inspector.domain.records import Verdict
from inspector.domain.review import Judgement
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.paths import Home
from inspector.reports.files import write_report
from inspector.reports.span import ReportMaker, ReportSpan
from tests.outputs.samples import START, inspection
from tests.review.parts import said

if TYPE_CHECKING:
    from pathlib import Path


#: Indexes that hold rejected parts, or passes with a kept picture, alone.
_SMALL = ("COVERING INDEX ix_inspections_rejected", "COVERING INDEX ix_inspections_kept_passes")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(root=tmp_path / "home")
    parts = [inspection(n, Verdict.FAIL if n % 2 else Verdict.PASS, lot=f"L{n % 2}") for n in range(8)]
    with closing(SqliteResultLog(made.log)) as log:
        for part in parts:
            log.append(part)
    ReviewLog(made.log).add(said(parts[1].id, Judgement.DEFECTIVE))
    return made


@pytest.mark.parametrize(
    "span",
    [ReportSpan(lot="L1"), ReportSpan(lot="L1", recipe="R"), ReportSpan(since=START, until=START.replace(hour=23))],
)
def test_no_statement_of_a_report_walks_the_whole_log(home: Home, span: ReportSpan) -> None:
    steps: list[str] = []

    def explain(_: object, cursor: sqlite3.Cursor, statement: str, values: tuple[object, ...], *__: object) -> None:
        if "inspections" in statement and statement.lstrip().startswith("SELECT"):
            with closing(cursor.connection.cursor()) as other:
                steps.extend(row[3] for row in other.execute(f"EXPLAIN QUERY PLAN {statement}", values))

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        write_report(span, home.log, home, ReportMaker(station="Cell 4", by="Ada", shift_starts=(6,)), checks=False)
    finally:
        event.remove(Engine, "before_cursor_execute", explain)
    walked = [step for step in steps if step.startswith("SCAN") and "inspections" in step]
    assert [step for step in walked if not step.endswith(_SMALL)] == []
    assert any("SEARCH inspections" in step for step in steps)
