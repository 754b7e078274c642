"""CSV, JSON lines, summary."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from inspector.domain.cells import plain_cell, safe_cell
from inspector.domain.classes import Classes
from inspector.domain.records import Verdict
from inspector.outputs.base import LogQuery
from inspector.outputs.export import COLUMNS, export_csv, export_jsonl, summary
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.rows import inspection_to_json
from tests.outputs.samples import inspection

if TYPE_CHECKING:
    from pathlib import Path


def test_json_lines_are_the_documented_objects() -> None:
    rows = [replace(inspection(1), lot="Ü"), inspection(2, Verdict.ERROR)]
    text = io.StringIO()
    assert export_jsonl(rows, text) == 2
    assert [json.loads(line) for line in text.getvalue().splitlines()] == [inspection_to_json(row) for row in rows]
    assert "Ü" in text.getvalue()
    assert text.getvalue().endswith("}\n")


def test_csv_has_a_row_for_each_part_and_no_formula() -> None:
    odd = Classes(("gut", "Riß"), "gut")
    rows = [
        replace(inspection(1), lot="=1+1", source_path='a "b"\nc', classes=odd),
        inspection(2, Verdict.FAIL),
        inspection(3, Verdict.ERROR),
    ]
    text = io.StringIO()
    assert export_csv(rows, text) == 3
    read = list(csv.DictReader(io.StringIO(text.getvalue())))
    assert tuple(read[0]) == COLUMNS
    assert "class_names" not in COLUMNS
    wanted = [inspection_to_json(row) for row in rows]
    for row in wanted:
        row["probabilities"] = json.dumps(row["probabilities"], ensure_ascii=False)
        row["views"] = ""
    wanted[0]["lot"] = "'=1+1"
    as_text = [{name: "" if row[name] is None else str(row[name]) for name in COLUMNS} for row in wanted]
    assert read == as_text
    assert read[0]["probabilities"] == '{"gut": 0.75, "Riß": 0.25}'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_looks_like_a_formula_gets_an_apostrophe(start: str) -> None:
    assert safe_cell(f"{start}1") == f"'{start}1"
    assert safe_cell(f"1{start}") == f"1{start}"
    for text in (f"{start}1", f"'{start}1", f"''{start}", "'quoted'", "'"):
        assert plain_cell(safe_cell(text)) == text


def test_a_cell_that_is_no_text_stays() -> None:
    assert [safe_cell(cell) for cell in (-1.5, None, 7, "")] == [-1.5, None, 7, ""]


def test_the_summary_counts(tmp_path: Path) -> None:
    counts = {"inspected": 0, "pass": 0, "fail": 0, "review": 0, "error": 0}
    with closing(SqliteResultLog(tmp_path / "log.sqlite3")) as log:
        nothing = counts | {"yield": None, "yield_interval_95": None, "newest_utc": None}
        assert summary(log, LogQuery()).model_dump() == nothing
        verdicts = [Verdict.PASS] * 6 + [Verdict.FAIL] * 3 + [Verdict.REVIEW] * 2 + [Verdict.ERROR]
        for number, verdict in enumerate(verdicts):
            log.append(inspection(number, verdict))
        log.append(inspection(99, lot="other"))
        told = summary(log, LogQuery(lot="L1")).model_dump()
    low, high = told.pop("yield_interval_95")
    assert (low, high) == (pytest.approx(0.2538, abs=1e-4), pytest.approx(0.7462, abs=1e-4))  # Wilson, 6 of 12
    counts = {"inspected": 12, "pass": 6, "fail": 3, "review": 2, "error": 1}
    assert told == counts | {"yield": 0.5, "newest_utc": "2026-01-31T12:00:11.000000Z"}
