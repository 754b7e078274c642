"""The audit trail in the log: it only grows, loses nothing, and answers of a million events from an index."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from inspector.domain.errors import LogError
from inspector.domain.records import Verdict
from inspector.domain.review import Judgement
from inspector.outputs.chain import install
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.outputs.trail_log import TrailLog, TrailQuery, take_up, waiting_rows
from inspector.outputs.trail_rows import change_words, json_of
from inspector.trail.actor import Doer
from inspector.trail.event import TrailEvent, TrailKind, happened
from inspector.trail.waiting import FOLDER, note, waiting
from tests.review.parts import fill, said

if TYPE_CHECKING:
    from pathlib import Path

ADA, BEN = Doer(name="Ada", role="engineer"), Doer(name="Ben", role="operator")
MILLION = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
INSERT INTO audit_events (id, time_utc, who, role, kind, object, before, after, reason)
SELECT printf('e%07d', i), strftime('%Y-%m-%dT%H:%M:%S', 1700000000 + i, 'unixepoch') || '.000000Z',
       'person ' || (i % 40), '', CASE i % 1000 WHEN 0 THEN 'promotion' ELSE 'settings' END, 'recipe ' || (i % 7),
       '{}', '{"i": ' || i || '}', '' FROM n
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "log.sqlite3"
    SqliteResultLog(path).close()
    return path


def event(number: int = 0, *, by: Doer = ADA, kind: TrailKind = TrailKind.RECIPE, reason: str = "") -> TrailEvent:
    return happened(kind, f"recipe {number}", before={"a": number}, after={"a": number + 1}, reason=reason, by=by)


def test_events_come_back_in_their_order_and_are_not_doubled(path: Path) -> None:
    log, events = TrailLog(path), [event(number) for number in range(5)]
    log.add(events[:3])
    log.add(events)  # as after an unclear failure

    assert [row.event for row in log.rows(TrailQuery())] == events
    assert [row.number for row in log.rows(TrailQuery())] == [1, 2, 3, 4, 5]
    newest = log.read(TrailQuery(), limit=2)
    assert [row.event for row in newest] == [events[4], events[3]]
    assert [row.event for row in log.read(TrailQuery(), limit=9, before=newest[-1])] == events[2::-1]


def test_events_are_asked_for_by_who_what_when_and_on_what(path: Path) -> None:
    log = TrailLog(path)
    first, second = event(1), event(2, by=BEN, kind=TrailKind.PROMOTION, reason="Fewer 100% escapes")
    log.add([first, second])

    def asked(query: TrailQuery) -> list[TrailEvent]:
        assert log.count(query) == len(list(log.rows(query)))
        return [row.event for row in log.rows(query)]

    assert log.people() == ["Ada", "Ben"]
    assert asked(TrailQuery(who="Ben")) == [second]
    assert asked(TrailQuery(kinds=frozenset({TrailKind.RECIPE}))) == [first]
    assert asked(TrailQuery(words="recipe")) == [first, second]
    assert asked(TrailQuery(words="FEWER recipe 2")) == [second]
    assert asked(TrailQuery(words="100%")) == [second]
    assert asked(TrailQuery(words="_")) == []
    zone = timezone(timedelta(hours=13))
    assert asked(TrailQuery(since=first.time.astimezone(zone), until=second.time.astimezone(zone))) == [first]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_events SET who = 'nobody'",
        "DELETE FROM audit_events",
        "INSERT OR REPLACE INTO audit_events SELECT * FROM audit_events",
        "REPLACE INTO audit_events SELECT number + 9, id, time_utc, 'x', role, kind, '', '', '', '' FROM audit_events",
    ],
)
def test_an_event_is_never_changed_or_deleted(path: Path, change: str) -> None:
    TrailLog(path).add([event()])
    with closing(sqlite3.connect(path)) as log:
        install(log)
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            log.execute(change)


def test_what_waits_goes_into_the_log_beside_its_station(tmp_path: Path, path: Path) -> None:
    note(tmp_path, first := event(1))
    with closing(SqliteResultLog(path)):
        assert take_up(tmp_path, path) == 0
    assert [row.event for row in TrailLog(path).rows(TrailQuery())] == [first]
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_where_there_is_no_log_events_wait_and_are_read_all_the_same(tmp_path: Path) -> None:
    note(tmp_path, first := event(1), second := event(2, by=BEN))

    assert take_up(tmp_path, tmp_path / "none.sqlite3") == 2
    assert [row.event for row in waiting_rows(tmp_path, TrailQuery())] == [first, second]
    assert [row.event for row in waiting_rows(tmp_path, TrailQuery(who="Ben", words="RECIPE"))] == [second]


def test_where_the_log_cannot_be_written_events_wait_until_it_can(tmp_path: Path, path: Path) -> None:
    note(tmp_path, event())
    with closing(sqlite3.connect(path)) as full:
        full.execute(
            "CREATE TRIGGER full BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
        full.commit()
        assert take_up(tmp_path, path) == 1
        assert len(waiting(tmp_path)) == 1
        full.execute("DROP TRIGGER full")
        full.commit()
    assert take_up(tmp_path, path) == 0
    assert TrailLog(path).count(TrailQuery()) == 1


def test_a_log_of_before_is_not_brought_up_to_date_on_the_way(tmp_path: Path, path: Path) -> None:
    note(tmp_path, event())
    with closing(sqlite3.connect(path)) as old:
        old.execute("UPDATE alembic_version SET version_num = '0009'")
        old.commit()
    assert take_up(tmp_path, path) == 1
    with pytest.raises(LogError, match="older than"):
        TrailLog(path)


def test_events_stay_in_the_order_of_their_commits_when_the_clock_is_set_back(path: Path) -> None:
    now = event(1)
    earlier = event(2).model_copy(update={"time": datetime(2001, 1, 1, tzinfo=UTC)})
    TrailLog(path).add([now])
    TrailLog(path).add([earlier])

    assert [row.event for row in TrailLog(path).rows(TrailQuery())] == [now, earlier]


def test_a_clock_that_jumps_and_a_record_that_is_mended_are_in_the_trail(path: Path) -> None:
    with closing(SqliteResultLog(path)) as log:
        log.note_event("clock", "the clock was set back by 2 h")

    (row,) = TrailLog(path).rows(TrailQuery())
    assert (row.event.kind, row.event.who) == (TrailKind.CLOCK, "station")
    assert row.event.reason == "the clock was set back by 2 h"


def test_a_review_that_is_taken_back_is_in_the_trail_with_the_very_commit(tmp_path: Path) -> None:
    path, (part,) = fill(tmp_path, [Verdict.FAIL])
    log = ReviewLog(path)
    review = said(part.id, Judgement.GOOD, by="Ada")
    log.add(review)
    log.add(said(part.id, None, by="Ada", undoes=review.id))

    rows = list(TrailLog(path).rows(TrailQuery(kinds=frozenset({TrailKind.TAKE_BACK}))))
    assert [(row.event.who, row.event.on) for row in rows] == [("Ada", part.id)]
    assert rows[0].event.after == {"review": review.id}


def test_damaged_rows_are_told_as_such_and_hide_no_other(path: Path) -> None:
    TrailLog(path).add([event(1), event(2), event(3)])
    with closing(sqlite3.connect(path)) as log:
        log.execute("DROP TRIGGER audit_events_no_update")
        log.execute("UPDATE audit_events SET before = '{' WHERE number = 1")
        log.execute("UPDATE audit_events SET kind = 'unheard of', time_utc = 'yesterday' WHERE number = 2")
        log.execute("UPDATE audit_events SET who = CAST(x'fffe41' AS TEXT) WHERE number = 3")
        log.commit()

    first, second, third = TrailLog(path).rows(TrailQuery())
    assert (first.event.reason, bool(first.fault)) == ("This row of the trail is damaged.", True)
    assert second.event.after["kind"] == "unheard of"
    assert (third.event.who, third.fault) == ("\ufffd\ufffdA", "")


def test_a_million_events_are_read_by_their_indexes(path: Path) -> None:
    with closing(sqlite3.connect(path)) as log:
        log.execute("PRAGMA synchronous=OFF")
        log.execute("DROP TRIGGER audit_events_chained")
        log.execute(MILLION)
        log.commit()
        plans = {
            name: [step[3] for step in log.execute(f"EXPLAIN QUERY PLAN {statement} ORDER BY number DESC LIMIT 200")]
            for name, statement in {
                "all": "SELECT * FROM audit_events",
                "next": "SELECT * FROM audit_events WHERE number < 500000",
                "who": "SELECT * FROM audit_events WHERE who = 'person 3'",
                "kind": "SELECT * FROM audit_events WHERE kind IN ('promotion')",
            }.items()
        }
    log_of_million = TrailLog(path)
    page = log_of_million.read(TrailQuery(), limit=200)
    rare = log_of_million.read(TrailQuery(kinds=frozenset({TrailKind.PROMOTION})), limit=200)

    assert [row.number for row in page] == list(range(1_000_000, 999_800, -1))
    assert rare[0].event.after == {"i": 1_000_000}
    assert len(log_of_million.people()) == 40
    assert log_of_million.count(TrailQuery(who="person 3")) == 25_000
    assert not [step for steps in plans.values() for step in steps if "TEMP B-TREE" in step]
    assert "ix_audit_events_who" in plans["who"][0]
    assert "ix_audit_events_kind" in plans["kind"][0]


def test_a_change_in_words_and_as_json(path: Path) -> None:
    told = happened(
        TrailKind.SETTINGS, "settings", before={"a": 1, "b": None}, after={"a": 2, "b": "x", "c": None}, by=ADA
    )
    TrailLog(path).add([told])
    (row,) = TrailLog(path).rows(TrailQuery())

    assert change_words(told) == "a 1 → 2; b – → x"
    assert json_of(row)["after"] == {"a": 2, "b": "x", "c": None}
