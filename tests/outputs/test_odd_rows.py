"""A row that holds no verdict, time or JSON: it is counted and named, and every reader serves the others."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from inspector.domain.records import Verdict
from inspector.domain.review import Judgement, QueueKind
from inspector.domain.tally import Tally
from inspector.outputs.base import LogQuery
from inspector.outputs.export import export_csv, export_jsonl, summary
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.review.queues import QueueRequest, build_queue
from tests.outputs.by_hand import by_hand
from tests.outputs.samples import START, inspection
from tests.review.parts import said
from tests.waits import WAIT_S

ODD = {
    "verdict": ("'FAIM'", "its verdict is “FAIM”"),
    "time_utc": ("'yesterday'", "its time is “yesterday”"),
    "probabilities": ("'[0.75, '", "the column probabilities of the part"),
    "class_names": ("'{}'", "the column class_names of the part"),
    "part_number": ("'seven'", "its part_number is “seven”"),
    "recipe": ("x'00'", "its recipe is b'\\x00'"),
    "p_defective": ("9e999", "its p_defective is inf"),
    "good_class": ("'none of them'", "the good class 'none of them' is not among the classes"),
}


@pytest.fixture(params=ODD, ids=str)
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str, str]:
    """A log of six failures, of which the third has an odd value in one column."""
    path = tmp_path / "log.sqlite3"
    with closing(SqliteResultLog(path)) as log:
        for number in range(1, 7):
            log.append(inspection(number, Verdict.FAIL))
    value, words = ODD[request.param]
    with by_hand(path) as raw:
        raw.execute(f"UPDATE inspections SET {request.param} = {value} WHERE rowid = 3")  # noqa: S608 - as above
        raw.commit()
    return path, request.param, words


def test_every_reader_serves_the_others_and_names_it(odd: tuple[Path, str, str]) -> None:
    path, column, words = odd
    with closing(SqliteResultLog(path, read_only=True)) as log:
        assert [part.part_number for part in log.rows(LogQuery())] == [1, 2, 4, 5, 6]
        assert [part.part_number for part in log.recent(LogQuery(), 4)] == [6, 5, 4, 2]
        (row,) = log.unreadable.rows
        assert (row.table, row.number) == ("inspections", 3)
        assert words in row.why
        assert "1 row of the log cannot be read and is left out (row 3 of the parts: " in log.unreadable.words()
        for export in (export_csv, export_jsonl):
            text = io.StringIO()
            assert export(log.rows(LogQuery()), text) == 5
        assert all(json.loads(line)["verdict"] == "FAIL" for line in text.getvalue().splitlines())
        assert summary(log, LogQuery()).inspected == 6  # counted when it was recorded
        since = log.tally(LogQuery(since=START))
        assert since == (Tally(failed=5) if column == "verdict" else Tally(failed=6))
        assert sum(point.tally.inspected for point in log.yield_over_time(LogQuery(), 60)) >= 5
        assert log.last_part_number(recipe="R", lot="L1") == 6
        assert log.unreadable.count == 1


def test_the_readers_of_reviews_serve_the_others(odd: tuple[Path, str, str]) -> None:
    path, column, _ = odd
    log = ReviewLog(path)
    ids = {row.id for row in log.parts(LogQuery())}
    assert len(log.inspections(sorted(ids))) == 5
    request = QueueRequest(kind=QueueKind.FAILURES, reviewer="Ada")
    queue = build_queue(log, request, lambda _name, _version: None)
    assert queue.without_picture == (5 if column == "verdict" else 6)


def test_a_station_finds_it_at_its_start_and_goes_on(odd: tuple[Path, str, str]) -> None:
    path, _, words = odd
    with closing(SqliteResultLog(path)) as log:
        assert log.wait_looked_through(WAIT_S)
        log.check()
        log.append(inspection(7))
        assert words in log.remarks[-1]
    assert list(path.parent.glob("log.damaged-*")) == []


def test_a_review_that_is_none_is_left_out_and_named(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    with closing(SqliteResultLog(path)) as record:
        part = inspection(1, Verdict.FAIL)
        record.append(part)
    log = ReviewLog(path)
    log.add(said(part.id, Judgement.GOOD))
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DROP TRIGGER reviews_no_update")
        raw.execute("UPDATE reviews SET time_utc = 'never'")
        raw.commit()
    assert log.history(part.id) == log.rows(LogQuery()) == []
    assert log.standings_of([part.id]) == {}
    assert "row 1 of the reviews: its time is “never”" in log.unreadable.words()


def test_a_text_that_is_no_text_is_shown_with_a_sign(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    with closing(SqliteResultLog(path)) as log:
        log.append(inspection(1))
        log.append(inspection(2))
    with by_hand(path) as raw:
        raw.execute("UPDATE inspections SET station = CAST(x'53ff' AS TEXT) WHERE rowid = 1")
        raw.commit()
    with closing(SqliteResultLog(path, read_only=True)) as log:
        assert [part.station for part in log.rows(LogQuery())] == ["S�", "S"]
        assert log.tally(LogQuery()) == Tally(passed=2)
