"""``python -m tests.bench.batch_memory``: a batch of 100,000 pictures, interrupted once and resumed.

The pictures are hard links to a few hundred small files; the command runs as a process of its own with a small model
of eight by eight pixel cells (speed is not the point here). Printed: private memory when 10 %, 50 % and 100 % of the
rows are there, how long the second start takes until its first new row, and that every file has exactly one row.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil

from tests.bundles import make_bundle
from tests.conftest import ROOT

ORIGINALS = 300
SIDE = 48
LOOK_EVERY_S = 0.1


def make_pictures(folder: Path, count: int) -> None:
    """Write small pictures and links to them."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(count):
        path = folder / f"part {number}.jpg"
        if number < ORIGINALS:
            cv2.imwrite(str(path), rng.integers(60, 160, (SIDE, SIDE, 3), dtype=np.uint8))
        else:
            os.link(folder / f"part {number % ORIGINALS}.jpg", path)


def lines_of(path: Path, known: tuple[int, int]) -> tuple[int, int]:
    """Count the lines of a growing file on from (bytes, lines)."""
    if not path.exists():
        return known
    with path.open("rb") as file:
        file.seek(known[0])
        new = file.read()
    return known[0] + len(new), known[1] + new.count(b"\n")


def follow(process: subprocess.Popen[str], results: Path, marks: dict[str, int], stop_at: int | None) -> dict[str, Any]:
    """Watch the rows grow; note the memory at the marks; interrupt at a number of rows."""
    begun_s = time.perf_counter()
    watched, known, found = psutil.Process(process.pid), (0, 0), dict[str, Any]()
    before = lines_of(results, (0, 0))[1]
    peak = 0.0
    while process.poll() is None:
        known = lines_of(results, known)
        try:
            mb = watched.memory_full_info().uss / 1e6
        except psutil.Error:  # it has just ended
            break
        peak = max(peak, mb)
        if "first_row_s" not in found and known[1] > max(before, 1):
            found["first_row_s"] = time.perf_counter() - begun_s
        for name, mark in marks.items():
            if name not in found and known[1] > mark:
                found[name] = mb
        if stop_at is not None and known[1] > stop_at:
            process.send_signal(signal.SIGINT)
            stop_at = None
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_EVERY_S)
    output, _ = process.communicate(timeout=60)
    return found | {"peak_mb": peak, "exit_code": process.returncode, "said": json.loads(output)}


def measure(count: int) -> dict[str, Any]:
    """Run, interrupt at 60 %, resume."""
    with tempfile.TemporaryDirectory() as root:
        place = Path(root)
        make_bundle(place / "home" / "models" / "tiny", input_size=32)
        make_pictures(place / "pictures", count)
        results = place / "out" / "results.csv"
        command = [sys.executable, "-m", "inspector", "batch", str(place / "pictures"), "--model", "tiny"]
        command += ["--home", str(place / "home"), "--out", str(place / "out"), "--device", "cpu", "--json"]

        def start() -> subprocess.Popen[str]:
            return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)

        marks = {"mb_at_1": count // 100, "mb_at_10": count // 10, "mb_at_50": count // 2}
        first = follow(start(), results, marks, stop_at=count * 6 // 10)
        second = follow(start(), results, {"mb_at_99": count * 99 // 100}, stop_at=None)
        with results.open(newline="", encoding="utf-8-sig") as file:
            names = [row["path"] for row in csv.DictReader(file)]
    in_order = names == [f"part {number}.jpg" for number in range(count)]
    return {"pictures": count, "first_run": first, "second_run": second, "one_row_each_in_order": in_order}


def main() -> int:
    """Measure and print; 1 where a row is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found = measure(arguments.count)
    if arguments.json:
        print(json.dumps(found))
    else:
        first, second = found["first_run"], found["second_run"]
        print(
            f"{found['pictures']} pictures; private memory at 1 %: {first['mb_at_1']:.0f} MB, at 10 %: "
            f"{first['mb_at_10']:.0f} MB, at 50 %: {first['mb_at_50']:.0f} MB; interrupted at "
            f"{first['said']['judged']} (exit code {first['exit_code']}); resumed: first new row after "
            f"{second['first_row_s']:.1f} s, at 99 %: {second['mb_at_99']:.0f} MB, peak of both runs "
            f"{max(first['peak_mb'], second['peak_mb']):.0f} MB; one row for each file, in order: "
            f"{'yes' if found['one_row_each_in_order'] else 'NO'}"
        )
    return 0 if found["one_row_each_in_order"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
