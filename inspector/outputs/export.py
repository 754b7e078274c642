"""The log for others: CSV, JSON lines, and a summary."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, TextIO

from inspector.domain.cells import safe_cell
from inspector.outputs.counted import Counted
from inspector.outputs.rows import inspection_to_json, time_text
from inspector.outputs.schema import inspections

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspector.domain.records import Inspection
    from inspector.outputs.base import LogQuery, ResultLog

#: Columns of the CSV, in this order.
COLUMNS = (*(column.name for column in inspections.columns if column.name != "class_names"), "views")


def export_jsonl(rows: Iterable[Inspection], file: TextIO) -> int:
    """Write one JSON object per line (see `inspection_to_json`) and return how many."""
    count = 0
    for inspection in rows:
        file.write(json.dumps(inspection_to_json(inspection), ensure_ascii=False) + "\n")
        count += 1
    return count


def export_csv(rows: Iterable[Inspection], file: TextIO) -> int:
    """Write a CSV with a header (columns: `COLUMNS`) and return the number of rows.

    ``probabilities`` is JSON, and so are ``views``, which are empty where the part has one view. A text that a
    spreadsheet would take for a formula gets an apostrophe before it.
    """
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    count = 0
    for inspection in rows:
        row = inspection_to_json(inspection)
        row["views"] = json.dumps(row["views"], ensure_ascii=False) if row["views"] else ""
        row["probabilities"] = json.dumps(row["probabilities"], ensure_ascii=False)
        writer.writerow([safe_cell(row[name]) for name in COLUMNS])
        count += 1
    return count


class LogSummary(Counted):
    """The counts of a query, with the time of its newest part."""

    newest_utc: str | None


def summary(log: ResultLog, query: LogQuery) -> LogSummary:
    """Return the counts of a query, with the time of its newest part.

    Raises:
        LogError: If the log cannot be read.
    """
    newest, tally = log.recent(query, 1), log.tally(query)
    newest_utc = time_text(newest[0].time_utc) if newest else None
    return LogSummary(**dict(Counted.of(tally)), newest_utc=newest_utc)
