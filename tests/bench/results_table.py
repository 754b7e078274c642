"""``python -m tests.bench.results_table``: the table of a batch with 100,000 rows.

A results.csv is made up, and a process of its own reads it, filters it, sorts it, counts it and exports it. Reported, best
of several turns: seconds by the clock and by the processor's time, how far the memory of the process rises when the table
is read and sorted by everything, and what an Excel export adds at most.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from inspector.batch import BatchTable, Filter, ResultReader, Sort, SortKey, export_csv, export_excel, flips
from inspector.batch.rows import HEADER
from inspector.domain.policy import FAILED
from inspector.domain.records import Thresholds

ROWS = 100_000
TURNS = 5
MB = 1e6


def make_up(path: Path, rows: int) -> Path:
    """Write results of two categories with five defect types, as long as real ones."""
    chance = random.Random(1)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(rows):
            good, p = number % 2 == 0, chance.random()
            folder = f"line {1 + 2 * number // rows}/test/{'good' if good else f'scratch {number % 5}'}"
            verdict = "FAIL" if p >= 0.5 else "PASS"
            reason = f"defective: P(defective) {p:.3f} ≥ 0.5" if p >= 0.5 else ""
            scores = json.dumps({"good": round(1 - p, 6), "defective": round(p, 6)})
            name = "defective" if p >= 0.5 else "good"
            size, stamp = 1_000_000 + number, 1_700_000_000_000_000_000 + number
            path_ = f"{folder}/part {number:06}.png"
            writer.writerow([path_, size, stamp, verdict, f"{p:.6f}", name, scores, reason, "", "a" * 64, *[""] * 4])
    return path


def measure(path: Path) -> dict[str, Any]:
    """Read and ask the table, in this process."""
    process = psutil.Process()
    held = process.memory_info().rss
    table = ResultReader(path).read()
    asked: dict[str, Callable[[BatchTable], object]] = {
        "filter_verdict": lambda one: one.select(Filter(verdicts=frozenset({FAILED}))),
        "filter_text": lambda one: one.select(Filter(text="scratch 3")),
        "filter_wrong": lambda one: one.select(Filter(wrong=True)),
        **{f"sort_{key.value}": partial(_sorted, Sort(key=key)) for key in SortKey},
        "confusion": lambda one: one.confusion(thresholds=Thresholds(fail_at=0.4)),
        "flips": lambda one: flips(one, one),
    }
    first = _ms(table.select)  # the order of the paths is found out once
    times = {name: min(_ms(partial(what, table)) for _ in range(TURNS)) for name, what in asked.items()}
    held_mb = (process.memory_info().rss - held) / MB
    reads = [_both(lambda: ResultReader(path).read()) for _ in range(TURNS)]
    peak = process.memory_info().rss
    exports = {}
    for name, steps in (
        ("csv", lambda: export_csv(table, path.with_suffix(".out.csv"))),
        ("excel", lambda: export_excel(table, path.with_suffix(".xlsx"), None)),
    ):
        begun = time.perf_counter()
        for _ in steps():
            peak = max(peak, process.memory_info().rss)
        exports[name] = time.perf_counter() - begun
    return {
        "rows": len(table),
        "read_s": min(clock for clock, _ in reads),
        "read_processor_s": min(used for _, used in reads),
        "held_mb": held_mb,
        "first_order_ms": first,
        "ms": times,
        "export_s": exports,
        "peak_above_held_mb": (peak - held) / MB - held_mb,
    }


def _sorted(order: Sort, table: BatchTable) -> object:
    return table.select(None, order)


def _both(work: Callable[[], object]) -> tuple[float, float]:
    clock, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - used


def _ms(work: Callable[[], object]) -> float:
    return 1000 * _both(work)[0]


def main() -> None:
    """Make the file up and measure in a fresh process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--file", type=Path, help="measure this results.csv, in this process")
    arguments = parser.parse_args()
    if arguments.file:
        print(json.dumps(measure(arguments.file)))
        return
    with tempfile.TemporaryDirectory() as place:
        path = make_up(Path(place) / "results.csv", arguments.rows)
        command = [sys.executable, "-m", "tests.bench.results_table", "--file", str(path)]
        found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    if arguments.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{found['rows']:,} rows: read in {found['read_s']:.2f} s (processor {found['read_processor_s']:.2f} s)")
    print(f"memory {found['held_mb']:.0f} MB, exports add {found['peak_above_held_mb']:.0f} MB at most")
    print(
        f"first order {found['first_order_ms']:.0f} ms; " + ", ".join(f"{k} {v:.1f} ms" for k, v in found["ms"].items())
    )
    print(", ".join(f"{name} {value:.1f} s" for name, value in found["export_s"].items()))


if __name__ == "__main__":
    main()
