"""Runs cases one after the other, and makes the tables of what came of them."""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.programs import interrupted_by_signals
from tests.faults.cases import CASES
from tests.faults.rig import Case, Face, Findings, Rig, SkippedError

if TYPE_CHECKING:
    from collections.abc import Sequence

_OFTEN = 200
_ROUNDS = 3
_ROUNDS_AGAIN = 10  #: where it is repeated: what starts and ends a case costs more than a round
_SCREEN = "1280x800x24"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Of one case in one face.

    Args:
        skipped: Why it was not tried; empty where it was.
    """

    case: Case
    face: Face
    findings: Findings
    skipped: str = ""


@contextmanager
def display() -> Iterator[str]:
    """A display of one's own; empty where there is no Xvfb."""
    if not shutil.which("Xvfb"):
        yield ""
        return
    with subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", _SCREEN],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        try:
            yield f":{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def run(case: Case, face: Face, seed: int, screen: str = "", rounds: int = _ROUNDS) -> Result:
    """Run one case in a fresh folder."""
    if face is Face.WINDOW and not screen:
        return Result(case=case, face=face, findings=Findings(), skipped="there is no Xvfb")
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        rig = Rig(Path(folder) / "rig", face=face, seed=seed, display=screen, live=case.live, rounds=rounds)
        skipped = ""
        try:
            case.run(rig)
        except SkippedError as error:
            skipped = str(error)
        except AssertionError as error:
            rig.findings.broken.append(str(error))
        finally:
            rig.close()
    return Result(case=case, face=face, findings=rig.findings, skipped=skipped)


def lines_of(result: Result) -> list[str]:
    """What is told of a case as soon as it has ended."""
    findings = result.findings
    name = f"{result.case.name} ({result.face.value})"
    if result.skipped:
        return [f"skipped  {name}: {result.skipped}"]
    figures = f"lost {findings.lost}, wrong {findings.wrong}, twice {findings.twice}, unsaid {findings.unsaid}"
    times = [
        f"{word} {max(of):.2f} s" for word, of in (("shown", findings.shown_s), ("healed", findings.healed_s)) if of
    ]
    first = (
        f"{'held    ' if findings.held else 'BROKEN  '} {name}: {findings.tries} tried, {', '.join([figures, *times])}"
    )
    return [first, *(f"         {words}" for words in findings.broken)]


def table_of(results: Sequence[Result]) -> list[str]:
    """The table of docs/promises.md: a row for each promise."""
    rows = [
        "| promise | cases | tried | rows lost | wrong PASS | twice | unsaid | longest to show | longest to heal | broken |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for promise in sorted({number for result in results for number in result.case.promises}):
        of = [result for result in results if promise in result.case.promises and not result.skipped]
        shown = [s for result in of for s in result.findings.shown_s]
        healed = [s for result in of for s in result.findings.healed_s]
        cells = [
            str(promise),
            str(len({(result.case.name, result.face) for result in of})),
            str(sum(result.findings.tries for result in of)),
            *(
                str(sum(getattr(result.findings, name) for result in of))
                for name in ("lost", "wrong", "twice", "unsaid")
            ),
            *(f"{max(times):.1f} s" if times else "–" for times in (shown, healed)),
            str(sum(not result.findings.held for result in of)),
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def chosen(names: Sequence[str], faces: Sequence[Face], *, short: bool) -> list[tuple[Case, Face]]:
    """The cases to run, each with its face; a case's whole name means that case alone."""
    whole = {case.name for case in CASES}.intersection(names)
    return [
        (case, face)
        for case in CASES
        for face in case.faces
        if face in faces
        and (not names or any(name == case.name if name in whole else name in case.name for name in names))
        and (not short or (case.short and face is Face.HEADLESS))
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only cases whose name holds one of these")
    parser.add_argument(
        "--minutes", type=float, default=0.0, help="repeat what is repeated for so long, after all others"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--face", choices=[face.value for face in Face], help="only so")
    parser.add_argument("--short", action="store_true", help="only what `make test` runs")
    parser.add_argument("--list", action="store_true", help="only say what there is")
    asked = parser.parse_args(argv)
    wanted = chosen(asked.names, [Face(asked.face)] if asked.face else list(Face), short=asked.short)
    if asked.list:
        for case, face in wanted:
            print(f"{case.name} ({face.value}; promises {', '.join(map(str, case.promises))}): {case.holds}")
        return 0
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup no station would hear it
    results: list[Result] = []
    with interrupted_by_signals(), display() as screen:
        for case, face in wanted:
            _tell(results, run(case, face, asked.seed, screen))
        end_s, number = time.monotonic() + 60.0 * asked.minutes, 1
        again = [(case, face) for case, face in wanted if case.again]
        while again and time.monotonic() < end_s:
            number += 1
            for case, face in again:
                if _tried(results, case) < _OFTEN and time.monotonic() < end_s:
                    _tell(results, run(case, face, asked.seed + 1000 * number, screen, _ROUNDS_AGAIN))
            again = [(case, face) for case, face in again if _tried(results, case) < _OFTEN]
    print("\n".join(["", *table_of(results)]))
    return 0 if all(result.findings.held for result in results) else 1


def _tell(results: list[Result], result: Result) -> None:
    results.append(result)
    print("\n".join(lines_of(result)), flush=True)


def _tried(results: Sequence[Result], case: Case) -> int:
    return sum(result.findings.tries for result in results if result.case is case)


if __name__ == "__main__":
    sys.exit(main())
