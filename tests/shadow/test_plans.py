"""A comparison of a million parts: what SQLite plans is asked, not how long it takes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, event

from inspector.domain.records import Verdict
from tests.regression.station import GREEN, PLAIN
from tests.shadow.stations import ShadowStation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def station(tmp_path: Path) -> ShadowStation:
    station = ShadowStation(tmp_path)
    station.parts((PLAIN, Verdict.PASS, None))  # the log is there
    return station


def plans_of(ask: Callable[[], object]) -> list[str]:
    """Ask, and return the steps of every statement that reads what was judged or inspected."""
    steps: list[str] = []

    def explain(_: object, cursor: sqlite3.Cursor, statement: str, values: tuple[object, ...], *__: object) -> None:
        if statement.startswith("SELECT") and ("shadow_judgements" in statement or "inspections" in statement):
            with closing(cursor.connection.cursor()) as other:
                steps.extend(row[3] for row in other.execute(f"EXPLAIN QUERY PLAN {statement}", values))

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        ask()
    finally:
        event.remove(Engine, "before_cursor_execute", explain)
    return steps


def test_the_table_and_the_differences_are_one_walk_over_an_index(station: ShadowStation) -> None:
    shadow, _ = station.begin()
    station.hand_over((PLAIN, Verdict.PASS), (GREEN, Verdict.FAIL))
    station.judge()
    pair = "SEARCH shadow_judgements USING COVERING INDEX ix_shadow_judgements_pair (shadow=?)"
    assert plans_of(lambda: station.log.table(shadow.id)) == [pair]
    assert plans_of(lambda: station.log.differences(shadow.id)) == [pair, "USE TEMP B-TREE FOR ORDER BY"]


def test_the_parts_that_were_inspected_meanwhile_are_found_by_their_time(station: ShadowStation) -> None:
    shadow, _ = station.begin()
    assert plans_of(lambda: station.log.inspected(shadow)) == [
        "SEARCH inspections USING INDEX ix_inspections_time (time_utc>?)"
    ]
