"""The files of a report, in a folder of their own: the page, the figures as JSON, the parts as a table."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.domain.cells import BOM
from inspector.domain.records import Verdict
from inspector.files import atomic_text_file, write_text
from inspector.outputs.export import export_csv
from inspector.outputs.lot_reads import recipes_of_lot
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.trail_log import take_up
from inspector.reports.findings import check_chain
from inspector.reports.page import report_page
from inspector.reports.pictures import kept_pictures
from inspector.reports.report import InspectionReport, report_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from inspector.domain.records import Inspection
    from inspector.outputs.base import LogQuery
    from inspector.paths import Home
    from inspector.reports.span import ReportMaker, ReportSpan

PAGE, PDF, FIGURES, PARTS = "report.html", "report.pdf", "report.json", "parts.csv"
#: Of more parts, the table holds those that did not pass: a year's would be larger than what opens it takes.
MOST_ROWS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFiles:
    """A report that was written.

    Args:
        folder: With its files.
        report: Its figures.
        html: The page.
    """

    folder: Path
    report: InspectionReport
    html: str

    @property
    def page(self) -> Path:
        """The file of the page."""
        return self.folder / PAGE

    @property
    def pdf(self) -> Path:
        """Where the printed page goes, see `inspector.gui.paper`."""
        return self.folder / PDF


def write_report(
    span: ReportSpan,
    log: Path,
    home: Home,
    maker: ReportMaker,
    *,
    checks: bool,
    folder: Path | None = None,
    told: Callable[[str, int, int], None] | None = None,
) -> ReportFiles:
    """Write a report; an older one stays.

    Args:
        span: What it is about.
        log: The result log; a station may write it.
        home: The data folder, whose waiting events are taken up first.
        maker: Who asks which station.
        checks: Whether it is looked at that the record is as it was written: that takes minutes with millions of rows.
        folder: In which the report has a folder of its own; None for that of the data folder.
        told: Is told how far the check is: what, how many, of about how many.

    Raises:
        LotError: If there is no such lot.
        LogError: If the log cannot be read.
        FileError: If a file cannot be written.
    """
    take_up(home.root, log)
    now, span = datetime.now(UTC).astimezone(), span.whole()
    chain = check_chain(log, home.root, told) if checks else None
    report, figures = report_of(
        span,
        log,
        home.recipes,
        maker,
        chain=chain,
        now=now,
    )
    name = re.sub(r"[^\w.+-]+", "_", span.lot or span.words).strip("._")[:60] or "report"
    folder = (folder or home.reports) / f"{name} {now:%Y-%m-%d %H%M%S}"
    kept = {part.id: shown for part in report.failures if (shown := kept_pictures(part.picture, part.heatmap))}
    html = report_page(report, figures, kept)
    with atomic_text_file(folder / PARTS, newline="") as file, closing(_reader(log)) as reader:
        file.write(BOM)
        export_csv(_rows(reader, log, span.query, every=report.inspected <= MOST_ROWS), file)
    write_text(folder / FIGURES, report.model_dump_json(indent=2) + "\n")
    write_text(folder / PAGE, html)
    return ReportFiles(folder=folder, report=report, html=html)


def _reader(log: Path) -> SqliteResultLog:
    return SqliteResultLog(log, read_only=True)


def _rows(reader: SqliteResultLog, log: Path, query: LogQuery, *, every: bool) -> Iterator[Inspection]:
    if not every:
        query = replace(query, verdicts=frozenset(Verdict) - {Verdict.PASS})
    if query.lot is None or query.recipe is not None:
        yield from reader.rows(query)
        return
    for recipe in recipes_of_lot(log, query.lot):  # the record's index begins with the recipe
        yield from reader.rows(replace(query, recipe=recipe))
