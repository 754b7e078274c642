"""``python -m tests.bench.kill9``: kill -9 at random moments during ``inspector run --json``.

After every kill: each part that was printed is in the log, the log opens, and the counters agree with the rows.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path

from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Kill and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    lost = disagree = printed_in_all = silent = 0
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        printed: set[str] = set()
        for number in range(arguments.rounds):
            ids = one_round(home, moment_s=rng.uniform(0.0, 2.5), seed=number)
            printed |= ids
            silent += not ids
            with closing(SqliteResultLog(home / "results.sqlite3")) as log:
                rows = list(log.rows(LogQuery()))
                tally = log.tally(LogQuery())
            lost = len(printed - {row.id for row in rows})
            verdicts = Counter(row.decision.verdict.value for row in rows)
            same = (tally.passed, tally.failed, tally.review, tally.error) == tuple(
                verdicts[name] for name in ("PASS", "FAIL", "REVIEW", "ERROR")
            )
            disagree += not same
            printed_in_all = len(printed)
    figures = {
        "rounds": arguments.rounds,
        "printed": printed_in_all,
        "logged": len(rows),
        "printed_but_not_logged": lost,
        "rounds_with_wrong_counters": disagree,
        "rounds_killed_before_the_first_part": silent,
    }
    print(json.dumps(figures) if arguments.json else "\n".join(f"{key:38}{value}" for key, value in figures.items()))
    return 1 if lost or disagree else 0


def one_round(home: Path, *, moment_s: float, seed: int) -> set[str]:
    """Run the line and kill it `moment_s` after its first part; return the ids that were printed as whole lines."""
    command = [sys.executable, "-m", "inspector", "run", "--source", "demo:", "--json", "--as-fast-as-possible"]
    process = subprocess.Popen(
        [*command, "--seed", str(seed), "--home", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    timer = threading.Timer(moment_s, process.send_signal, [signal.SIGKILL])
    timer.start()
    rest = process.stdout.read()
    process.wait()
    timer.cancel()
    whole = [line for line in (first + rest).split("\n")[:-1] if line]
    return {json.loads(line)["id"] for line in whole}


if __name__ == "__main__":
    raise SystemExit(main())
