"""``python -m tests.bench.kill9``: kill -9 at random moments during ``inspector run --json``.

After every kill: each part that was printed is in the log, the log opens, and the counters agree with the rows. One
round in five is killed at a moment counted from the program's start instead of from its first part, so that the start
(making the log, loading the model) is hit too.
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
from typing import TYPE_CHECKING

from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
_LATEST_S = 2.5
_EARLY_ONE_IN = 5


def main(argv: Sequence[str] | None = None) -> int:
    """Kill and compare; 1 where a part is lost or a counter wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    figures = measure(arguments.rounds, arguments.seed)
    print(json.dumps(figures) if arguments.json else "\n".join(f"{key:38}{value}" for key, value in figures.items()))
    return 1 if figures["printed_but_not_logged"] or figures["rounds_with_wrong_counters"] else 0


def measure(rounds: int, seed: int) -> dict[str, int]:
    """Run and kill, always on the same log; return what was counted."""
    rng = random.Random(seed)
    printed: set[str] = set()
    logged: set[str] = set()
    disagree = silent = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            early = number % _EARLY_ONE_IN == _EARLY_ONE_IN - 1
            ids = one_round(Path(folder), moment_s=rng.uniform(0.0, _LATEST_S), seed=number, early=early)
            printed |= ids
            silent += not ids
            with closing(SqliteResultLog(Path(folder) / "results.sqlite3")) as log:
                rows = list(log.rows(LogQuery()))
                tally = log.tally(LogQuery())
            logged = {row.id for row in rows}
            verdicts = Counter(row.decision.verdict.value for row in rows)
            counted = (tally.passed, tally.failed, tally.review, tally.error)
            disagree += counted != tuple(verdicts[name] for name in ("PASS", "FAIL", "REVIEW", "ERROR"))
            if printed - logged:
                break
    return {
        "rounds": number + 1,
        "printed": len(printed),
        "logged": len(logged),
        "printed_but_not_logged": len(printed - logged),
        "rounds_with_wrong_counters": disagree,
        "rounds_killed_before_the_first_part": silent,
    }


def one_round(home: Path, *, moment_s: float, seed: int, early: bool = False) -> set[str]:
    """Run the line, kill it `moment_s` after its first part (early: its start); return the ids printed as whole lines."""
    command = [sys.executable, "-m", "inspector", "run", "--source", "demo:", "--json", "--as-fast-as-possible"]
    with subprocess.Popen(
        [*command, "--seed", str(seed), "--home", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        first = "" if early else process.stdout.readline()
        timer = threading.Timer(moment_s, process.send_signal, [signal.SIGKILL])
        timer.start()
        rest = process.stdout.read()
        process.wait()
        timer.cancel()
        timer.join()
    if process.returncode != -signal.SIGKILL:
        msg = f"the line ended by itself with code {process.returncode}"
        raise RuntimeError(msg)
    whole = [line for line in (first + rest).split("\n")[:-1] if line]
    return {json.loads(line)["id"] for line in whole}


if __name__ == "__main__":
    raise SystemExit(main())
