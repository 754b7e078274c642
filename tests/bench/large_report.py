"""``python -m tests.bench.large_report``: how long the report of a lot and of a period takes in a log of a million rows.

The log is that of `tests.bench.large_log`: a part a second until now, made by SQL, not chained. A lot is a shift of it
(28,800 parts), the period a day, and then the whole log. Each report is written as the command writes it: page, figures,
table of parts, PDF. The check of the chain is timed by `tests.bench.chain`, and left out here.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.gui.paper import print_pdf, without_window
from inspector.outputs.chain import install
from inspector.outputs.roll_up import fill
from inspector.paths import Home
from inspector.reports.files import write_report
from inspector.reports.span import ReportMaker, ReportSpan
from tests.bench.large_log import build

if TYPE_CHECKING:
    from collections.abc import Sequence

LOT, _SHIFT_ROWS = "L-4711", 28_800


def with_lot(path: Path) -> None:
    """Give a shift in the middle of the log a lot; rows cannot be altered, so this is done without the triggers."""
    with closing(sqlite3.connect(path)) as log:
        install(log)
        made = log.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in made:
            log.execute(f'DROP TRIGGER "{name}"')
        (middle,) = log.execute("SELECT max(rowid) / 2 FROM inspections").fetchone()
        span = (middle, middle + _SHIFT_ROWS)
        log.execute("UPDATE inspections SET lot = ? WHERE rowid >= ? AND rowid < ?", (LOT, *span))
        log.execute("DELETE FROM counts")
        counted = "SELECT recipe, lot, verdict, count(*) FROM inspections GROUP BY recipe, lot, verdict"
        log.execute(f"INSERT INTO counts {counted}")
        fill(log.execute)
        for _, trigger in made:
            log.execute(trigger)
        log.commit()


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--log", type=Path, help="keep the log there, or take the one that is there")
    arguments = parser.parse_args(argv)
    maker, now = ReportMaker(station="Bench", by="Bench", shift_starts=(6, 14, 22)), datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        path, home = arguments.log or Path(folder) / "log.sqlite3", Home(root=Path(folder) / "home")
        if not path.exists():
            build(path, arguments.rows, arguments.rows // 50)
            with_lot(path)
        spans = {
            "a lot": ReportSpan(lot=LOT),
            "a day": ReportSpan(since=now - timedelta(days=1), until=now + timedelta(hours=1)),
            "the whole log": ReportSpan(),
        }
        print(f"{path.stat().st_size / 1e6:.0f} MB")
        print(f"{'report of':16}{'parts':>12}{'seconds':>10}{'CPU s':>8}{'sheets':>8}")
        for name, span in spans.items():
            begun_s, cpu_s = time.perf_counter(), time.process_time()
            written = write_report(span, path, home, maker, checks=False)
            with without_window():
                sheets = print_pdf(written.html, written.pdf, title=name, foot=name)
            took_s, cpu_s = time.perf_counter() - begun_s, time.process_time() - cpu_s
            print(f"{name:16}{written.report.inspected:12,}{took_s:10.1f}{cpu_s:8.1f}{sheets:8}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
