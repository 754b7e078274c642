"""``python -m tests.bench.roll_up``: what statistics of a log of millions of rows take.

First some rows are made by SQL in a temporary folder, and rolled up as the migration does it, which is timed. Then comes the
roll-up that ten million parts leave, one a second until now, quarter by quarter, with five lots a day, 2 % failures of three
kinds, two models one after the other; the statistics read nothing else. Every reading is timed twice.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.outputs.chain import install
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.roll_up import QUARTER_S, SCORE, TIME, fill
from inspector.outputs.roll_up_reads import RollUpLog, RollUpQuery
from inspector.outputs.rows import to_row
from inspector.statistics.figures import figures_of
from inspector.statistics.groups import GroupBy
from tests.outputs.samples import inspection

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :rows)"
_SHIFTS = (6, 14, 22)
_FAILED = "n * 7919 % 50 = 0"
#: What differs between the rows; every other column is the sample's.
_COLUMNS = {
    "id": "printf('%08x-0000-7000-8000-%012x', n, n)",
    "time_utc": "strftime('%Y-%m-%dT%H:%M:%S', :end - (:rows - n), 'unixepoch') || '.000000Z'",
    "lot": "'L' || ((:end - (:rows - n)) / 17280)",
    "part_number": "n",
    "verdict": f"CASE WHEN {_FAILED} THEN 'FAIL' ELSE 'PASS' END",
    "reason": f"CASE WHEN {_FAILED} THEN printf('type %c: P(defective) 0.9', 97 + n / 50 % 3) ELSE '' END",
    "p_defective": f"CASE WHEN {_FAILED} THEN 0.9 + n % 90 / 1000.0 ELSE 0.0001 + n * 31 % 97 / 300.0 END",
    "model_sha256": "CASE WHEN n < :rows / 2 THEN printf('%064d', 1) ELSE printf('%064d', 2) END",
    "total_ms": "8.0 + n * 17 % 40",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """What one reading took, in seconds, and how many groups it gave.

    Args:
        first_s: Passed at the first time.
        again_s: Passed at the second time.
        cpu_s: Processor time of that.
        groups: How many it gave.
    """

    first_s: float
    again_s: float
    cpu_s: float
    groups: int


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows that are rolled up")
    parser.add_argument("--parts", type=int, default=10_000_000, help="parts whose roll-up is read")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.sqlite3"
        rolled_up_s = build(path, arguments.rows)
        leave(path, arguments.parts)
        readings = {by.value: _timed(path, by) for by in GroupBy}
        with closing(sqlite3.connect(path)) as log:
            kept = {
                table: log.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - names of the schema
                for table in ("roll_up_keys", "roll_up_counts", "roll_up_bins")
            }
    if arguments.json:
        told = {name: asdict(reading) for name, reading in readings.items()}
        print(json.dumps({"rows": kept, "rolled_up_s": rolled_up_s, "readings": told}))
        return 0
    print(", ".join(f"{count:,} rows of {table}" for table, count in kept.items()))
    print(f"{arguments.rows:,} rows rolled up in {rolled_up_s:.1f} s of processor time")
    print(f"{'all figures by':16}{'first s':>9}{'again s':>9}{'CPU s':>9}{'groups':>9}")
    for name, reading in readings.items():
        print(f"{name:16}{reading.first_s:9.3f}{reading.again_s:9.3f}{reading.cpu_s:9.3f}{reading.groups:9,}")
    return 0


def build(path: Path, rows: int) -> float:
    """Make the log without its further indexes, and return how long the roll-up took, in seconds."""
    SqliteResultLog(path).close()
    sample = to_row(inspection(1, recipe="Flange", lot=""))
    columns = [_COLUMNS.get(name, f":{name}") for name in sample]
    with closing(sqlite3.connect(path)) as log:
        install(log)
        log.execute("PRAGMA synchronous=OFF")
        made = log.execute("SELECT type, name FROM sqlite_master WHERE tbl_name='inspections' AND sql IS NOT NULL")
        for kind, name in [row for row in made if row[0] in ("index", "trigger")]:
            log.execute(f"DROP {kind} {name}")
        quoted = ", ".join(f'"{name}"' for name in sample)
        parts = f"INSERT INTO inspections ({quoted}) SELECT {', '.join(columns)} FROM numbers"  # noqa: S608 - names
        log.execute(f"{_NUMBERS} {parts}", sample | {"rows": rows, "end": int(time.time())})
        begun_s = time.process_time()
        fill(log.execute)
        took_s = time.process_time() - begun_s
        log.commit()
    return took_s


def leave(path: Path, parts: int) -> None:
    """Put in the log's roll-up what so many parts leave there."""
    newest = int(time.time()) // QUARTER_S
    quarters = range(newest - parts // QUARTER_S, newest)
    scores = ",".join(
        f"{place}:{count}" for place, count in zip(range(-19, 5), [1] * 4 + [43] * 18 + [53] * 2, strict=True)
    )
    times = ",".join(f"{place}:75" for place in range(18, 30))
    keys: dict[tuple[str, str], int] = {}
    counts, bins = [], []
    for place, quarter in enumerate(quarters):
        lot, model = f"L{quarter * QUARTER_S // 17280}", "12"[place > len(quarters) / 2] * 64
        key = keys.setdefault((lot, model), len(keys) + 1)
        counts += [
            (quarter, key, "PASS", "", 880),
            (quarter, key, "FAIL", "type a", 9),
            (quarter, key, "FAIL", "type b", 6),
        ]
        counts += [(quarter, key, "FAIL", "type c", 3), (quarter, key, "ERROR", "bad image: black", 2)]
        bins += [(quarter, key, SCORE, scores), (quarter, key, TIME, times)]
    with closing(sqlite3.connect(path)) as log:
        for table in ("roll_up_bins", "roll_up_counts", "roll_up_keys"):
            log.execute(f"DELETE FROM {table}")  # noqa: S608 - names of the schema
        named = [(key, "Flange", lot, "flange", model) for (lot, model), key in keys.items()]
        log.executemany("INSERT INTO roll_up_keys VALUES (?, ?, ?, ?, ?)", named)
        log.executemany("INSERT INTO roll_up_counts VALUES (?, ?, ?, ?, ?)", counts)
        log.executemany("INSERT INTO roll_up_bins VALUES (?, ?, ?, ?)", bins)
        log.commit()


def _timed(path: Path, by: GroupBy) -> Timed:
    took = []
    for _ in range(2):
        begun_s, cpu_s = time.perf_counter(), time.process_time()
        figures = figures_of(RollUpLog(path), RollUpQuery(), by, shift_starts=_SHIFTS)
        took.append((time.perf_counter() - begun_s, time.process_time() - cpu_s))
    (first_s, _), (again_s, cpu_s) = took
    return Timed(first_s=first_s, again_s=again_s, cpu_s=cpu_s, groups=len(figures.groups))


if __name__ == "__main__":
    sys.exit(main())
