"""``python -m tests.bench.review_commits``: does a reviewer who writes beside the line make its commits slower?

Blocks of commits alone and beside a reviewer take turns, on one log. The line commits as many parts per second as asked
for; the reviewer is another process, and judges several times as fast as a person. Ratios are of the same run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from tests.outputs.samples import inspection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
_REVIEWER = """
import pathlib, sys, threading
from inspector.domain.review import Judgement
from inspector.outputs.reviews import ReviewLog
from tests.review.parts import said
log, part, per_second = ReviewLog(pathlib.Path(sys.argv[1])), sys.argv[2], float(sys.argv[3])
pause = threading.Event()
while True:
    log.add(said(part, Judgement.GOOD))
    print(flush=True)
    pause.wait(1 / per_second)
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=6, help="of each kind")
    parser.add_argument("--parts", type=int, default=150, help="commits in a block")
    parser.add_argument("--per-second", type=float, default=20.0, help="parts of the line per second")
    parser.add_argument("--judgements-per-second", type=float, default=5.0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    figures = measure(arguments.blocks, arguments.parts, arguments.per_second, arguments.judgements_per_second)
    print(json.dumps(figures) if arguments.json else "\n".join(f"{key:34}{value}" for key, value in figures.items()))
    return 0


def measure(blocks: int, parts: int, per_second: float, judgements_per_second: float) -> dict[str, float]:
    """Take turns and return the figures."""
    alone: list[float] = []
    beside: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.sqlite3"
        with closing(SqliteResultLog(path)) as log:
            first = inspection(0)
            log.append(first)
            for number in range(blocks):
                alone += _commits(log, number * parts, parts, per_second)
                with _reviewer(path, first.id, judgements_per_second):
                    beside += _commits(log, number * parts, parts, per_second)
        judged = len(ReviewLog(path).history(first.id))
    (p50, p99), (beside_p50, beside_p99) = (np.percentile(ms, (50, 99)) for ms in (alone, beside))
    return {
        "commits of each kind": len(alone),
        "judgements meanwhile": judged,
        "p50 alone, ms": round(float(p50), 3),
        "p50 beside a reviewer, ms": round(float(beside_p50), 3),
        "p50 ratio": round(float(beside_p50 / p50), 3),
        "p99 alone, ms": round(float(p99), 3),
        "p99 beside a reviewer, ms": round(float(beside_p99), 3),
        "p99 ratio": round(float(beside_p99 / p99), 3),
        "largest alone, ms": round(max(alone), 3),
        "largest beside, ms": round(max(beside), 3),
    }


def _commits(log: SqliteResultLog, first: int, count: int, per_second: float) -> list[float]:
    pause = threading.Event()
    spent_ms = []
    for number in range(first, first + count):
        part = inspection(number)
        started_s = time.perf_counter()
        log.append(part)
        spent_ms.append(1000 * (time.perf_counter() - started_s))
        pause.wait(max(0.0, 1 / per_second - (time.perf_counter() - started_s)))
    return spent_ms


@contextmanager
def _reviewer(path: Path, part: str, per_second: float) -> Iterator[None]:
    """Have a reviewer write, from the first judgement to the end of the block."""
    command = [sys.executable, "-c", _REVIEWER, str(path), part, str(per_second)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield
        process.kill()
        process.communicate(timeout=20)


if __name__ == "__main__":
    sys.exit(main())
