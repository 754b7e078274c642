"""Parts without a kept picture are counted in the commit of their row: the same as the rows themselves say."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from inspector.domain.records import ArchivedPicture, Verdict
from inspector.outputs import salvage
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.review_reads import PartRow
from inspector.outputs.reviews import ReviewLog
from tests.outputs.samples import START, inspection, take_back_to_0011

SPANS: list[dict[str, Any]] = [
    {},
    {"since": START},
    {"since": START + timedelta(minutes=7)},
    {"until": START + timedelta(minutes=45)},
    {"since": START + timedelta(minutes=7, seconds=1), "until": START + timedelta(minutes=52)},
    {"since": START + timedelta(minutes=16), "until": START + timedelta(minutes=29)},  # in one quarter
    {"since": START + timedelta(minutes=14), "until": START + timedelta(minutes=31)},
    {"after": 40, "before": 110},
]
WHOSE: list[dict[str, Any]] = [{}, {"recipe": "R"}, {"recipe": "R", "lot": "L1"}, {"lot": ""}, {"recipe": "nobody's"}]


def fill(path: Path) -> None:
    """150 parts of an hour: some of another recipe, version, lot; every third with its picture."""
    rng = random.Random(4)
    with closing(SqliteResultLog(path)) as log:
        for number in range(150):
            part = inspection(
                number,
                rng.choice([Verdict.PASS, Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR]),
                recipe=rng.choice(["R", "Q"]),
                lot=rng.choice(["L1", ""]),
            )
            kept = ArchivedPicture(path=Path(f"/kept/{number}.png"), sha256="c" * 64, heatmap_path=None)
            log.append(
                replace(
                    part,
                    time_utc=START + timedelta(seconds=rng.uniform(0, 3600)),
                    recipe_version=rng.choice([2, 3]),
                    picture=kept if number % 3 == 0 else None,
                    image_not_saved="the disk is full" if number % 7 == 1 and number % 3 else "",
                )
            )


def by_rows(log: ReviewLog, query: LogQuery) -> Counter[PartRow]:
    """What the rows say, one by one; the id of a part without a picture says nothing."""
    return Counter(part if part.picture is not None else part._replace(id="") for part in log.parts(query))


def by_counts(log: ReviewLog, query: LogQuery) -> Counter[PartRow]:
    counted: Counter[PartRow] = Counter()
    for part, count in log.counted_parts(query):
        counted[part] += count
    return counted


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "log.sqlite3"
    fill(path)
    return path


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("whose", WHOSE)
def test_a_blind_audit_hears_the_same_of_the_counts_as_of_the_rows(
    path: Path, span: dict[str, Any], whose: dict[str, Any]
) -> None:
    log = ReviewLog(path, read_only=True)
    query = replace(LogQuery(), **span, **whose)
    rows = by_rows(log, query)
    assert by_counts(log, query) == rows
    assert bool(rows) is (whose.get("recipe") != "nobody's")
    kept = {part.id for part in rows if part.picture is not None}
    ids, without = log.pictured(query)
    assert set(ids) == kept
    assert without == sum(rows.values()) - len(kept)


def test_a_log_of_before_is_counted_when_it_is_brought_up_to_date(path: Path) -> None:
    before = by_rows(ReviewLog(path), LogQuery())
    with closing(sqlite3.connect(path)) as old:
        take_back_to_0011(old)
        old.commit()
    log = ReviewLog(path)
    assert by_counts(log, LogQuery()) == before
    with closing(SqliteResultLog(path)) as station:
        station.append(inspection(1))
    assert by_counts(log, LogQuery()) == by_rows(log, LogQuery())


def test_a_salvaged_log_counts_its_rows_anew(path: Path) -> None:
    with closing(sqlite3.connect(path)) as log:
        log.execute("UPDATE roll_up_unkept SET parts = 7")
        log.commit()
    salvage.salvage(path)
    log_now = ReviewLog(path)
    assert by_counts(log_now, LogQuery()) == by_rows(log_now, LogQuery())
