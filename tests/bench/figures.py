"""``python -m tests.bench.figures``: every figure of docs/figures.md with its target, in one table.

Runs ``inspector bench`` and the benchmarks beside this file one after another, keeps each one's JSON in
``build/bench/NAME.json``, and writes ``build/bench/bench.md`` (and ``figures.json``): figure, target, measured, command.
``--parts`` chooses; what is not chosen is taken from an earlier run where its JSON is still there. A benchmark that
fails, or whose pictures are absent, is a row that says so; the exit code is 1 where one failed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.vision.benchmark.machine import describe_machine
from inspector.vision.benchmark.tables import table
from tests.bench.figure_rows import ROWS, STEPS, Step
from tests.conftest import find_test_data

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
PARTS = tuple(dict.fromkeys(step.part for step in STEPS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a benchmark gave.

    Args:
        answer: Its JSON; None where there is none.
        reason: Why there is none; or what it complained of.
        failed: Whether it was run and failed.
    """

    answer: Any
    reason: str = ""
    failed: bool = False


def run_step(step: Step, folder: Path, *, seconds: float) -> Outcome:
    """Run one benchmark and keep its JSON.

    Args:
        step: Which.
        folder: Where its JSON goes.
        seconds: It is ended after so long.
    """
    if step.needs_pictures and find_test_data() is None:
        return Outcome(answer=None, reason="its pictures are absent (INSPECTOR_TEST_DATA)")
    kept = folder / f"{step.name}.json"
    kept.unlink(missing_ok=True)
    command = [sys.executable, "-m", *step.arguments, "--json"]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, cwd=ROOT, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return Outcome(answer=None, reason=f"not done after {seconds:.0f} s", failed=True)
    try:
        answer = _last_object(done.stdout.decode())
    except ValueError:
        return Outcome(answer=None, reason=f"ended with code {done.returncode} and no JSON", failed=True)
    write(kept, json.dumps(answer, indent=2, ensure_ascii=False) + "\n")
    bad = done.returncode != 0
    return Outcome(answer=answer, reason=f"ended with code {done.returncode}" if bad else "", failed=bad)


def _last_object(text: str) -> Any:
    """The JSON object that is all of a text, or its last line."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads((text.strip().splitlines() or [""])[-1])


def kept_outcome(step: Step, folder: Path) -> Outcome:
    """What an earlier run left."""
    try:
        return Outcome(answer=json.loads((folder / f"{step.name}.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return Outcome(answer=None, reason="not chosen")


def cells(outcomes: Mapping[str, Outcome]) -> list[list[str]]:
    """The table's rows.

    Args:
        outcomes: By the step's name.
    """
    commands = {step.name: step.command for step in STEPS}
    return [[row.what, row.target, _value(row.read, outcomes[row.step]), f"`{commands[row.step]}`"] for row in ROWS]


def _value(read: Callable[[Any], str], outcome: Outcome) -> str:
    if outcome.answer is None:
        return f"– ({outcome.reason})"
    try:
        value = read(outcome.answer)
    except (LookupError, TypeError, ValueError, StopIteration) as error:
        return f"– (not in its JSON: {error!r})"
    return f"{value} ({outcome.reason})" if outcome.reason else value


def page(outcomes: Mapping[str, Outcome]) -> str:
    """The Markdown page."""
    machine = describe_machine()
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    where = f"{machine.processor}, {machine.cores} cores, {machine.system}. {versions}."
    return f"# Figures\n\n{where}\n\n{table(('figure', 'target', 'measured', 'command'), cells(outcomes))}\n"


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def main(argv: Sequence[str] | None = None) -> int:
    """Run what is chosen and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--steps", nargs="+", choices=[step.name for step in STEPS], help="these alone")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench")
    parser.add_argument("--minutes", type=float, default=120.0, help="at most, for each")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    arguments.out.mkdir(parents=True, exist_ok=True)
    outcomes: dict[str, Outcome] = {}
    for step in STEPS:
        chosen = step.name in arguments.steps if arguments.steps else step.part in arguments.parts
        if not chosen:
            outcomes[step.name] = kept_outcome(step, arguments.out)
            continue
        print(f"== {step.name}: {step.command}", file=sys.stderr, flush=True)
        began = time.perf_counter()
        outcomes[step.name] = run_step(step, arguments.out, seconds=60 * arguments.minutes)
        print(f"   {time.perf_counter() - began:.0f} s {outcomes[step.name].reason}", file=sys.stderr, flush=True)
    text = page(outcomes)
    write(arguments.out / "bench.md", text)
    found = {"machine": asdict(describe_machine()), "rows": cells(outcomes)}
    write(arguments.out / "figures.json", json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    print(json.dumps(found, ensure_ascii=False) if arguments.json else text)
    return 1 if any(outcome.failed for outcome in outcomes.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
