"""The log for others: CSV, JSON lines, and a summary."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any, TextIO

from inspector.outputs.rows import inspection_to_json
from inspector.outputs.schema import inspections

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspector.domain.records import Inspection
    from inspector.domain.tally import Tally
    from inspector.outputs.base import LogQuery, ResultLog

#: Columns of the CSV, in this order.
COLUMNS = tuple(column.name for column in inspections.columns if column.name != "class_names")


def export_jsonl(rows: Iterable[Inspection], file: TextIO) -> int:
    """Write one JSON object per line (see `inspection_to_json`) and return how many."""
    count = 0
    for inspection in rows:
        file.write(json.dumps(inspection_to_json(inspection), ensure_ascii=False) + "\n")
        count += 1
    return count


def export_csv(rows: Iterable[Inspection], file: TextIO) -> int:
    """Write a CSV with a header (columns: `COLUMNS`) and return the number of rows.

    ``probabilities`` is JSON. A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    count = 0
    for inspection in rows:
        row = inspection_to_json(inspection)
        row["probabilities"] = json.dumps(row["probabilities"], ensure_ascii=False)
        writer.writerow([safe_cell(row[name]) for name in COLUMNS])
        count += 1
    return count


def tally_to_json(tally: Tally) -> dict[str, Any]:
    """Return counts, yield, and the yield's 95 % Wilson interval (None before the first part)."""
    passed = tally.first_pass_yield
    return {
        "inspected": tally.inspected,
        "pass": tally.passed,
        "fail": tally.failed,
        "review": tally.review,
        "error": tally.error,
        "yield": passed.value,
        "yield_interval_95": list(passed.interval) if passed.total else None,
    }


def summary(log: ResultLog, query: LogQuery) -> dict[str, Any]:
    """Return the counts of a query as `tally_to_json` does, and the times of its newest part.

    Raises:
        LogError: If the log cannot be read.
    """
    newest = log.recent(query, 1)
    counts = tally_to_json(log.tally(query))
    counts["newest_utc"] = inspection_to_json(newest[0])["time_utc"] if newest else None
    return counts


def safe_cell(value: Any) -> Any:  # noqa: ANN401 - any cell
    """Return a cell that no spreadsheet takes for a formula: such a text gets an apostrophe before it."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value
