"""``python -m tests.bench.large_log``: what a log of millions of rows costs the review queue, the archive and the start.

The log is made by SQL in a temporary folder: a part a second until now, one lot, 100,000 failures with kept pictures, of
which a fifth is judged; its rows are rolled up, and not chained. Every reading is timed twice: with the file out of the
system's cache, and again.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.records import Verdict
from inspector.domain.review import QueueKind
from inspector.outputs import unkept
from inspector.outputs.base import LogQuery
from inspector.outputs.chain import install
from inspector.outputs.export import summary
from inspector.outputs.lot_reads import recorded_lots
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.outputs.roll_up import fill
from inspector.outputs.roll_up_reads import RollUpLog, RollUpQuery
from inspector.outputs.rows import to_row
from inspector.review.population import population
from inspector.review.queues import QueueRequest, build_queue
from inspector.statistics.figures import figures_of
from inspector.statistics.groups import GroupBy
from tests.outputs.samples import inspection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SHIFT, _HOUR = timedelta(hours=8), timedelta(hours=1)
_SHIFTS = (6, 14, 22)
_BAD = frozenset({Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR})
_EVICT = "import os, sys; os.posix_fadvise(os.open(sys.argv[1], os.O_RDONLY), 0, 0, os.POSIX_FADV_DONTNEED)"
_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :rows)"
#: What differs between the rows; every other column is the sample's.
_COLUMNS = {
    "id": "printf('%08x-0000-7000-8000-%012x', n, n)",
    "time_utc": "strftime('%Y-%m-%dT%H:%M:%S', :end - (:rows - n), 'unixepoch') || '.000000Z'",
    "part_number": "n",
    "verdict": "CASE WHEN n % :every = 0 THEN 'FAIL' ELSE 'PASS' END",
    "picture_path": "CASE WHEN n % :every = 0 THEN printf('/data/archive/2026/01/31/fail/%08x.png', n) END",
    "part_serial": "printf('S%09d', n)",
    "picture_sha256": "CASE WHEN n % :every = 0 THEN printf('%064x', n) END",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one reading took, in seconds.

    Args:
        first_s: With the log out of the system's cache.
        again_s: Once more, at once.
        cpu_s: Processor time of that.
        count: How many it gave.
    """

    first_s: float
    again_s: float
    cpu_s: float
    count: int


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--failures", type=int, default=100_000)
    parser.add_argument("--log", type=Path, help="keep the log there, or take the one that is there")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.log or Path(folder) / "log.sqlite3"
        begun_s = time.perf_counter()
        if not path.exists():
            build(path, arguments.rows, arguments.failures)
        built_s = time.perf_counter() - begun_s
        figures = measure(path)
        size_mb = path.stat().st_size / 1e6
    if arguments.json:
        readings = {name: asdict(reading) for name, reading in figures.items()}
        print(json.dumps({"built_s": built_s, "size_mb": size_mb, "readings": readings}))
        return 0
    print(f"{size_mb:.0f} MB, made in {built_s:.0f} s")
    print(f"{'reading':26}{'first s':>9}{'again s':>9}{'CPU s':>9}{'count':>12}")
    for name, reading in figures.items():
        print(f"{name:26}{reading.first_s:9.3f}{reading.again_s:9.3f}{reading.cpu_s:9.3f}{reading.count:12,}")
    return 0


def build(path: Path, rows: int, failures: int) -> None:
    """Make the log; its indexes, triggers and roll-up are made at the end."""
    SqliteResultLog(path).close()
    sample = to_row(inspection(1, recipe="Demo line", lot=""))
    values = {"rows": rows, "every": rows // failures, "end": int(time.time())}
    columns = [_COLUMNS.get(name, f":{name}") for name in sample]
    with closing(sqlite3.connect(path)) as log:
        install(log)
        log.execute("PRAGMA journal_mode=OFF")
        log.execute("PRAGMA synchronous=OFF")
        made = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
        later = [row for row in log.execute(made).fetchall() if not row[1].startswith("ix_roll_up")]
        for kind, name, _ in later:
            log.execute(f"DROP {kind} {name}")
        quoted = ", ".join(f'"{name}"' for name in sample)
        parts = f"INSERT INTO inspections ({quoted}) SELECT {', '.join(columns)} FROM numbers"  # noqa: S608 - names
        log.execute(f"{_NUMBERS} {parts}", sample | values)
        said = f"n, printf('%08x', n), {_COLUMNS['id']}, {_COLUMNS['time_utc']}, 'Ada', 'defective', '', '', 'failures'"
        judged = f"INSERT INTO reviews SELECT {said}, 0, NULL FROM numbers WHERE n % (5 * :every) = 0"  # noqa: S608
        log.execute(f"{_NUMBERS} {judged}", values)
        counted = "SELECT recipe, lot, verdict, count(*) FROM inspections GROUP BY recipe, lot, verdict"
        log.execute(f"INSERT INTO counts {counted}")
        fill(log.execute)
        unkept.fill(log.execute)
        for _, _, made_by in later:
            log.execute(made_by)
        log.commit()
        log.execute("PRAGMA journal_mode=WAL")


def measure(path: Path) -> dict[str, Reading]:
    """Time the readings."""
    since = datetime.now(UTC) - _SHIFT
    request = QueueRequest(kind=QueueKind.FAILURES, reviewer="Bo")
    whole, rolled, serial = LogQuery(recipe="Demo line"), RollUpLog(path), "S000004711"
    with closing(SqliteResultLog(path)) as log:
        reviews = ReviewLog(path)
        readings: dict[str, Callable[[], int]] = {
            "review queue failures": lambda: len(build_queue(reviews, request, lambda _name, _version: None).ids),
            "blind audit, all parts": lambda: population(reviews.counted_parts(whole), lambda *_: None).outside,
            "reviews of the recipe": lambda: len(reviews.standings(whole)),
            "the archive's list": lambda: len(log.failure_pictures()),
            "counts of the shift": lambda: log.tally(log.recorded_since(since)).inspected,
            "counts of the lot": lambda: log.tally(LogQuery(recipe="Demo line", lot="")).inspected,
            "last failures": lambda: len(log.recent(replace(log.recorded_since(since), verdicts=_BAD), 50)),
            "summary of the whole log": lambda: summary(log, LogQuery()).inspected,
            "summary of a day": lambda: summary(log, LogQuery(since=datetime.now(UTC) - 3 * _SHIFT)).inspected,
            "part by its serial": lambda: len(log.recent(LogQuery(part=serial), 50)),
            "lots": lambda: len(recorded_lots(path)),
            "statistics by shift": lambda: len(
                figures_of(rolled, RollUpQuery(), GroupBy.SHIFT, shift_starts=_SHIFTS).groups
            ),
            "statistics by lot": lambda: len(
                figures_of(rolled, RollUpQuery(), GroupBy.LOT, shift_starts=_SHIFTS).groups
            ),
            "trend of an hour": lambda: len(log.yield_over_time(LogQuery(since=datetime.now(UTC) - _HOUR), 60)),
        }
        return {name: _timed(path, read) for name, read in readings.items()}


def _timed(path: Path, read: Callable[[], int]) -> Reading:
    _forget(path)
    begun_s = time.perf_counter()
    read()
    first_s = time.perf_counter() - begun_s
    begun_s, cpu_s = time.perf_counter(), time.process_time()
    count = read()
    return Reading(
        first_s=first_s, again_s=time.perf_counter() - begun_s, cpu_s=time.process_time() - cpu_s, count=count
    )


def _forget(path: Path) -> None:
    """Take the file out of the system's cache, where the system lets us."""
    if not hasattr(os, "posix_fadvise"):
        return
    # a descriptor of its own would take SQLite's locks away when it is closed
    subprocess.run([sys.executable, "-c", _EVICT, str(path)], check=True)


if __name__ == "__main__":
    sys.exit(main())
