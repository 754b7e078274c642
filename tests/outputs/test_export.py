"""CSV, JSON lines, summary."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from inspector.domain.records import Verdict
from inspector.outputs.base import LogQuery
from inspector.outputs.export import COLUMNS, export_csv, export_jsonl, summary
from inspector.outputs.result_log import SqliteResultLog
from tests.outputs.samples import inspection

if TYPE_CHECKING:
    from pathlib import Path


def test_json_lines_have_the_ids_and_numbers() -> None:
    rows = [inspection(1), inspection(2, Verdict.ERROR)]
    text = io.StringIO()
    assert export_jsonl(rows, text) == 2
    first, second = (json.loads(line) for line in text.getvalue().splitlines())
    assert (first["id"], first["verdict"], first["probabilities"]) == (
        rows[0].id,
        "PASS",
        {"good": 0.75, "defective": 0.25},
    )
    assert (second["verdict"], second["p_defective"], second["probabilities"]) == ("ERROR", None, {})


def test_csv_has_a_row_for_each_part_and_no_formula() -> None:
    rows = [replace(inspection(1), lot="=1+1", source_path='a "b"\nc'), inspection(2, Verdict.FAIL)]
    text = io.StringIO()
    assert export_csv(rows, text) == 2
    read = list(csv.DictReader(io.StringIO(text.getvalue())))
    assert tuple(read[0]) == COLUMNS
    assert [row["id"] for row in read] == [row.id for row in rows]
    assert (read[0]["lot"], read[0]["source_path"], read[1]["verdict"]) == ("'=1+1", 'a "b"\nc', "FAIL")


def test_the_summary_counts(tmp_path: Path) -> None:
    with closing(SqliteResultLog(tmp_path / "log.sqlite3")) as log:
        assert summary(log, LogQuery())["yield"] is None
        for number in range(4):
            log.append(inspection(number, Verdict.FAIL if number == 3 else Verdict.PASS))
        found = summary(log, LogQuery())
    assert (found["inspected"], found["pass"], found["fail"], found["yield"]) == (4, 3, 1, 0.75)
    low, high = found["yield_interval_95"]
    assert 0.30 < low < 0.31
    assert 0.95 < high < 0.96
