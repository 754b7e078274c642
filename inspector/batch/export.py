"""A batch's results for spreadsheets: CSV, and Excel with a summary. Both are generators that say how far they are."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.batch.rows import OUTSIDE_WORDS
from inspector.batch.summary import assessment, evidence, facts, kinds, label_words, rates, warnings
from inspector.domain.cells import safe_cell
from inspector.domain.confusion import escapes_of
from inspector.domain.errors import InspectorError
from inspector.domain.policy import ERROR, FAILED, PASSED, REVIEW, VERDICT_NAMES
from inspector.files import FileError, atomic_file, atomic_text_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from inspector.batch.record import RunRecord
    from inspector.batch.table import BatchTable

COLUMNS = (
    "path",
    "verdict",
    "p_defective",
    "strangeness",
    "strange_from",
    "heat_outside",
    "class",
    "label",
    "defect_type",
    "category",
    "assessment",
    "reason",
    "size_bytes",
    "modified_utc",
    "model_sha256",
)
_SCORES = frozenset({"p_defective", "strangeness", "strange_from"})
_EXCEL_ROWS = 1_048_576
_SAY_EVERY_ROWS = 1000
_WIDTHS = (48, 10, 12, 12, 12, 12, 14, 11, 16, 14, 12, 48, 12, 22, 20)


class ExportError(InspectorError):
    """Results cannot be exported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far an export is: so many of so many rows or pictures."""

    done: int
    total: int


def export_csv(table: BatchTable, path: Path, *, indexes: NDArray[np.intp] | None = None) -> Iterator[Step]:
    """Write rows as CSV (columns: `COLUMNS`), in UTF-8 with the mark that Excel knows it by; no cell is a formula.

    Args:
        path: The file; an older one is replaced, when the new one is whole.
        indexes: Which rows, in this order; None for all, by path.

    Raises:
        ExportError: If it cannot be written; an older file is as it was.
    """
    chosen = table.select() if indexes is None else indexes
    with _errors(), atomic_text_file(path, encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for done, index in enumerate(chosen.tolist(), 1):
            writer.writerow([safe_cell(cell) for cell in _cells(table, index)])
            if done % _SAY_EVERY_ROWS == 0:
                yield Step(done=done, total=len(chosen))
    yield Step(done=len(chosen), total=len(chosen))


def export_excel(
    table: BatchTable, path: Path, record: RunRecord | None, *, indexes: NDArray[np.intp] | None = None
) -> Iterator[Step]:
    """Write rows as an Excel file: a sheet with the summary of these rows, and one with the rows.

    Args:
        path: As for `export_csv`.
        record: The batch's; None where there is none.
        indexes: As for `export_csv`.

    Raises:
        ExportError: If it cannot be written, or there are more rows than a sheet holds.
    """
    import xlsxwriter  # only where such a file is wanted
    from xlsxwriter.exceptions import XlsxWriterException

    chosen = table.select() if indexes is None else indexes
    if len(chosen) >= _EXCEL_ROWS:
        raise ExportError(
            f"{len(chosen)} rows are more than the {_EXCEL_ROWS - 1} of an Excel sheet",
            "Filter the rows, or export CSV.",
        )
    plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with _errors(), atomic_file(path) as file:
        book = xlsxwriter.Workbook(file, plain)
        try:
            _summary_sheet(book, table, record, chosen)
            yield from _rows_sheet(book, table, chosen)
        finally:  # its own temporary files go with it
            try:
                book.close()
            except XlsxWriterException as error:
                raise OSError(str(error)) from error
    yield Step(done=len(chosen), total=len(chosen))


# --- inside -----------------------------------------------------------------------------------------------------------


def _cells(table: BatchTable, index: int) -> tuple[str | int | float, ...]:
    p, time_ns = float(table.p_defective[index]), int(table.contents.mtimes_ns[index])
    strangeness, strange_from = float(table.strangeness[index]), float(table.strange_from[index])
    return (
        table.path(index),
        VERDICT_NAMES[table.verdicts[index]],
        *("" if np.isnan(value) else value for value in (p, strangeness, strange_from)),
        OUTSIDE_WORDS[True] if table.heat_outside[index] else "",
        table.class_name(index),
        label_words(int(table.labels[index])),
        table.defect(index),
        table.category(index),
        assessment(table, index),
        table.reason(index),
        int(table.contents.sizes[index]) if time_ns >= 0 else "",
        f"{datetime.fromtimestamp(time_ns / 1e9, UTC):%Y-%m-%dT%H:%M:%SZ}" if time_ns >= 0 else "",
        table.model,
    )


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except FileError as error:
        raise ExportError(error.what, f"{error.next_step} Or choose another name.") from error


def _summary_sheet(book: Any, table: BatchTable, record: RunRecord | None, chosen: NDArray[np.intp]) -> None:  # noqa: ANN401 - the library has no types
    sheet = book.add_worksheet("Summary")
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 42)
    sheet.set_column(1, 6, 16)
    confusion = table.confusion(chosen)
    lines: list[tuple[Any, ...]] = [*facts(table, record), ("Rows in this file", len(chosen)), ()]
    lines.append(("Parts", "passed", "review", "failed", "error", "all"))
    lines += [
        (name, counts.passed, counts.review, counts.failed, counts.error, counts.inspected)
        for name, counts in (*kinds(confusion), *((f"– {name}", tally) for name, tally in confusion.types.items()))
    ]
    lines += [(), ("Rate", "rate", "parts", "of", "95 % from", "95 % to")]
    named = [*rates(confusion), *((f"Escapes: {name}", escapes_of(counts)) for name, counts in confusion.types.items())]
    lines += [(name, rate.value, rate.count, rate.total, *rate.interval) for name, rate in named]
    lines += [(), (evidence(confusion) or "There are no labelled defective parts, so nothing is said of escapes.",)]
    lines += [(warning,) for warning in warnings(table, record, chosen)]
    percent = book.add_format({"num_format": "0.0%"})
    heads = {"Parts", "Rate"}
    for row, cells in enumerate(lines):
        for column, cell in enumerate(cells):
            if cell is None:
                sheet.write_string(row, column, "–")
            elif isinstance(cell, str):
                sheet.write_string(row, column, cell, bold if cells[0] in heads else None)
            else:
                sheet.write_number(row, column, cell, percent if isinstance(cell, float) else None)


def _rows_sheet(book: Any, table: BatchTable, chosen: NDArray[np.intp]) -> Iterator[Step]:  # noqa: ANN401
    sheet = book.add_worksheet("Pictures")
    head = book.add_format({"bold": True, "bottom": 1})
    colours = {FAILED: "C43D16", PASSED: "0F7A52", REVIEW: "A86F00", ERROR: "6941B8"}
    inks = {code: book.add_format({"bold": True, "font_color": f"#{ink}"}) for code, ink in colours.items()}
    score = book.add_format({"num_format": "0.0000"})
    for column, (name, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, head)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(chosen), len(COLUMNS) - 1)
    for row, index in enumerate(chosen.tolist(), 1):
        for column, cell in enumerate(_cells(table, index)):
            if isinstance(cell, str):
                ink = inks[int(table.verdicts[index])] if column == 1 else None
                if cell:
                    sheet.write_string(row, column, cell, ink)
            else:
                sheet.write_number(row, column, cell, score if COLUMNS[column] in _SCORES else None)
        if row % _SAY_EVERY_ROWS == 0:
            yield Step(done=row, total=len(chosen))
