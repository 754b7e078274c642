"""The figures as tables of cells, and as CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from inspector.domain.cells import safe_cell
from inspector.files import atomic_text_file
from inspector.outputs.rows import time_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from inspector.statistics.figures import ProcessFigures

GROUP_COLUMNS = (
    *("group", "from_utc", "inspected", "pass", "fail", "review", "error", "yield", "yield_low_95", "yield_high_95"),
    *("not_passed", "lower_limit", "upper_limit", "rules"),
    *("scored", "score_median", "score_p99", "drift_at_least", "p50_ms", "p99_ms"),
)
PARETO_COLUMNS = ("verdict", "reason", "parts", "share", "together")


def group_rows(figures: ProcessFigures) -> list[list[object]]:
    """Return a row for each group, in the order of `GROUP_COLUMNS`; None where something is not known."""
    rows: list[list[object]] = []
    for place, group in enumerate(figures.groups):
        tally, rate = group.tally, group.tally.first_pass_yield
        point = figures.chart.points[place] if figures.chart else None
        drift = figures.drift.groups[place] if figures.drift else None
        latency = figures.latency[place]
        rows.append(
            [
                *(group.name, time_text(group.first)),
                *(tally.inspected, tally.passed, tally.failed, tally.review, tally.error, rate.value, *rate.interval),
                *((point.share, point.lower, point.upper, " ".join(map(str, point.rules))) if point else [None] * 4),
                *((drift.parts, drift.median, drift.p99, drift.at_least) if drift else [None] * 4),
                *((latency.p50_ms, latency.p99_ms) if latency else [None] * 2),
            ]
        )
    return rows


def pareto_rows(figures: ProcessFigures) -> list[list[object]]:
    """Return a row for each kind of reason, in the order of `PARETO_COLUMNS`."""
    return [[bar.verdict.value, bar.kind, bar.parts, bar.share, bar.together] for bar in figures.pareto]


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write a table and return how many rows it has.

    Raises:
        FileError: If the file cannot be written; an older one is as it was.
    """
    count = 0
    with atomic_text_file(path, encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([safe_cell(cell) for cell in row])
            count += 1
    return count
