"""Exports: what a spreadsheet finds, that nothing is a formula, and that nothing half-written stays."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from inspector.batch import BatchTable, Filter, Step, export_csv, export_excel, read_table
from inspector.batch.export import COLUMNS, ExportError
from inspector.batch.summary import evidence, rate_words, rates, summary_lines
from tests.batch.samples import MODEL, R, rows_of, table_of, write_results

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ROWS = (
    R("=1+2.png", "FAIL", 0.9, reason="@SUM(A1)"),
    R("dent/-part é.png", "PASS", 0.2, mtime_ns=1_700_000_000_000_000_000),
    R("good/1.png", "FAIL", 0.75),
    R("good/2.png", "ERROR", None, reason="not a picture"),
)


@pytest.fixture
def table(tmp_path: Path) -> BatchTable:
    return table_of(tmp_path, *ROWS)


def run(steps: Iterator[Step]) -> None:
    last = list(steps)[-1]
    assert last.done == last.total


def test_csv_holds_labels_and_assessments_and_no_formula(table: BatchTable, tmp_path: Path) -> None:
    run(export_csv(table, tmp_path / "out" / "rows.csv"))
    data = (tmp_path / "out" / "rows.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    assert tuple(rows[0]) == COLUMNS
    by_path = {row["path"]: row for row in rows}
    assert list(by_path) == ["'=1+2.png", "dent/-part é.png", "good/1.png", "good/2.png"]
    assert by_path["'=1+2.png"]["reason"] == "'@SUM(A1)"
    dent = by_path["dent/-part é.png"]
    assert (dent["label"], dent["defect_type"], dent["assessment"]) == ("defective", "dent", "escape")
    assert (dent["modified_utc"], dent["p_defective"]) == ("2023-11-14T22:13:20Z", "0.2")
    assert (by_path["good/1.png"]["assessment"], by_path["good/2.png"]["p_defective"]) == ("overkill", "")
    assert dent["model_sha256"] == MODEL
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["rows.csv"]


def sheets(path: Path) -> dict[str, list[list[str | float]]]:
    """The cells of every sheet, as text or number; in this file texts stand in the cells."""
    with zipfile.ZipFile(path) as file:
        book = ET.fromstring(file.read("xl/workbook.xml"))  # noqa: S314 - our own file
        names = [sheet.get("name") for sheet in book.iter(f"{SHEET}sheet")]
        rows_of = {}
        for number, name in enumerate(names, 1):
            root = ET.fromstring(file.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314
            assert not list(root.iter(f"{SHEET}f")), "a formula"
            rows_of[str(name)] = [
                [
                    "".join(cell.itertext())
                    if cell.get("t") == "inlineStr"
                    else float(cell.findtext(f"{SHEET}v") or "nan")
                    for cell in row
                ]
                for row in root.iter(f"{SHEET}row")
            ]
        assert b"frozen" in file.read("xl/worksheets/sheet2.xml")
        assert b"autoFilter" in file.read("xl/worksheets/sheet2.xml")
    return rows_of


def test_excel_has_a_summary_and_the_rows_without_a_formula(table: BatchTable, tmp_path: Path) -> None:
    run(export_excel(table, tmp_path / "rows.xlsx", None))
    rows_of = sheets(tmp_path / "rows.xlsx")
    assert list(rows_of) == ["Summary", "Pictures"]
    rows = rows_of["Pictures"]
    assert rows[0] == list(COLUMNS)
    assert [row[0] for row in rows[1:]] == [row.path for row in ROWS]
    assert rows[2][1:3] == ["PASS", 0.2]
    summary = {str(row[0]): row[1:] for row in rows_of["Summary"] if row}
    assert summary["good"] == [0, 0, 1, 1, 2]
    assert summary["defective"] == [1, 0, 0, 0, 1]
    escapes = summary["Escapes: defective parts that passed"]
    assert escapes[:3] == [1, 1, 1]
    assert escapes[3:] == pytest.approx([0.2065, 1], abs=1e-3)
    assert summary["Rows in this file"] == [4]


def test_only_the_chosen_rows_are_written(table: BatchTable, tmp_path: Path) -> None:
    chosen = table.select(Filter(wrong=True))
    run(export_csv(table, tmp_path / "rows.csv", indexes=chosen))
    assert len((tmp_path / "rows.csv").read_text(encoding="utf-8").splitlines()) == 3
    run(export_excel(table, tmp_path / "rows.xlsx", None, indexes=chosen))
    assert len(sheets(tmp_path / "rows.xlsx")["Pictures"]) == 3


def test_an_empty_table_is_exported_too(tmp_path: Path) -> None:
    empty = read_table(write_results(tmp_path / "results.csv", ()))
    run(export_csv(empty, tmp_path / "rows.csv"))
    run(export_excel(empty, tmp_path / "rows.xlsx", None))
    assert sheets(tmp_path / "rows.xlsx")["Pictures"] == [list(COLUMNS)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_that_is_left_leaves_the_old_file(tmp_path: Path, kind: str) -> None:
    table = table_of(tmp_path / "in", *(R(f"{number}.png") for number in range(2500)))
    target = tmp_path / "out" / f"rows.{kind}"
    target.parent.mkdir()
    target.write_bytes(b"old")
    steps = export_csv(table, target) if kind == "csv" else export_excel(table, target, None)
    step = next(steps)
    assert (step.done, step.total) == (1000, 2500)
    steps.close()  # type: ignore[attr-defined]
    assert target.read_bytes() == b"old"
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_an_export_that_cannot_be_written_is_explained(table: BatchTable, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    for steps in (
        export_csv(table, tmp_path / "file" / "rows.csv"),
        export_excel(table, tmp_path / "file" / "rows.xlsx", None),
    ):
        with pytest.raises(ExportError, match="cannot be written"):
            run(steps)


def test_more_rows_than_a_sheet_holds_are_refused(table: BatchTable, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="1048576 rows are more than the 1048575"):
        run(export_excel(table, tmp_path / "rows.xlsx", None, indexes=np.zeros(1_048_576, np.intp)))


def test_figures_in_words(tmp_path: Path) -> None:
    rows = rows_of(tmp_path / "in", *(R(f"good/{n}.png") for n in range(3)), R("dent/1.png", "FAIL", 0.9))
    confusion = table_of(tmp_path, *rows).confusion()
    words = {name: rate_words(rate) for name, rate in rates(confusion)}
    assert words["Overkill: good parts that failed"] == "0.0 % (0 of 3; 95 %: 0.0 to 56.1 %)"
    assert evidence(confusion).startswith("1 defective part with a verdict, 0 passed")
    assert "takes 299 defective parts" in evidence(confusion)
    unlabelled = table_of(tmp_path / "b", R("1.png"))
    assert evidence(unlabelled.confusion()) == ""
    assert list(dict(rates(unlabelled.confusion()))) == ["Review load: pictures to be looked at (REVIEW, ERROR)"]
    assert any(line.startswith("no label") for line in summary_lines(unlabelled, None))
