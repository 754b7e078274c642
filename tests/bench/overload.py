"""``python -m tests.bench.overload``: the real engine on the demo line, at 1 to 30 times the load that it is made for.

Each run is calm, then loaded, then calm again. What is loaded: the ``belt`` runs so many times as fast; the ``cpu`` is
shared with so many processes that do nothing else; the ``network`` takes so many thirds of a second for each verdict, at
four pictures per second. It is known which part passed when, so that rows are compared with what really passed.

A part is unsaid where it has no row, and neither while it passed nor within a second afterwards was it said that parts can
pass unseen or uninspected. A verdict is wrong where it is PASS, and the part is defective or not whole in its picture.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from inspector import assembly
from inspector.domain.records import Verdict
from inspector.engine.engine import Engine
from inspector.engine.pace import DEADLINE_S
from inspector.engine.status import EngineStatus, Pace, PartInspected, RunState, SourceState
from inspector.paths import Home
from inspector.settings import Settings
from inspector.sources.demo_scene import FPS, WIDTH_PX
from tests.bench.overload_belt import Belt, Passage, Phase, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.domain.records import Frame, Image, PartTruth, Prediction
    from inspector.vision.classifier import Classifier

_LOADS = (1, 3, 10, 30)
_KINDS = ("belt", "cpu", "network")
_NETWORK_S = 1 / 3
_NETWORK_FPS = 4.0
_SAID_WITHIN_S = 1.0


class SlowNetwork:
    """A classifier that takes longer while it is told to.

    Args:
        inner: Judges.
    """

    def __init__(self, inner: Classifier) -> None:
        self._inner = inner
        self._never = threading.Event()
        self.identity, self.classes, self.thresholds = inner.identity, inner.classes, inner.thresholds
        self.takes_s = 0.0

    def predict(self, image: Image) -> Prediction:
        self._never.wait(self.takes_s)
        return self._inner.predict(image)

    def predict_batch(self, images: Sequence[Image]) -> list[Prediction]:
        return [self.predict(image) for image in images]

    def self_test(self) -> Iterator[None]:
        return self._inner.self_test()

    def close(self) -> None:
        self._inner.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was told of a part, and when."""

    told_s: float
    verdict: Verdict
    reason: str
    truth: PartTruth | None


class Witness:
    """Keeps rows and what was said of the line, each with its time."""

    def __init__(self, belt: Belt) -> None:
        self._belt = belt
        self.rows: list[Row] = []
        self.said: list[tuple[float, str]] = []

    def on_part(self, event: PartInspected) -> None:
        truths, part = self._belt.truths[event.captured_s], event.part
        if part is None:  # the row does not say where in the picture it is: the nearest to the line that has none yet
            middle, known = WIDTH_PX / 2, {row.truth.part for row in self.rows if row.truth is not None}
            truths = tuple(truth for truth in truths if truth.part not in known) or truths
        else:
            middle = part.region.centre[0] if part.region is not None else WIDTH_PX / 2
        truth = min(truths, key=lambda there: abs(there.part_box.centre[0] - middle), default=None)
        decision = event.inspection.decision
        self.rows.append(
            Row(
                told_s=time.perf_counter(),
                verdict=decision.verdict,
                reason=decision.reason,
                truth=truth,
            )
        )

    def on_status(self, status: EngineStatus) -> None:
        words = status.fault or status.log_fault or status.unseen
        if status.pace is Pace.TOO_SLOW:
            words = words or status.pace_message
        if status.state is not RunState.RUNNING or status.source_state is not SourceState.LIVE:
            words = words or f"{status.state.value}, {status.source_state.value}"
        if not self.said or self.said[-1][1] != words:
            self.said.append((time.perf_counter(), words))

    def on_frame(self, frame: Frame) -> None:
        """Not needed."""

    def first_said_s(self, from_s: float) -> float | None:
        """When it was first said from a time on that something is wrong; that time where it was said then already."""
        ends = [when_s for when_s, _ in self.said[1:]] + [float("inf")]
        for (since_s, words), end_s in zip(self.said, ends, strict=True):
            if words and end_s > from_s:
                return max(since_s, from_s)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One run.

    Args:
        presented: Parts that really passed.
        wrong: PASS of a defective part, or of one that was not whole in its picture.
        twice: Parts with more than one row.
        unsaid: Parts without a row, of which nothing was said.
        oldest_pass_s: Longest time from a part's middle on the line to its PASS.
        said_after_s: Longest time from the moment at which a part had no verdict within a second until it was said.
        healed_s: How long after the load the line was well again; None where it was not.
    """

    kind: str
    load: int
    presented: int
    rows: int
    passed: int
    failed: int
    error: int
    without_row: int
    wrong: int
    twice: int
    unsaid: int
    oldest_pass_s: float
    said_after_s: float
    healed_s: float | None


def compare(kind: str, load: int, witness: Witness, passages: list[Passage], load_ends_s: float) -> Figures:
    """Compare what was told with what passed."""
    by_part: dict[int, list[Row]] = {}
    for row in witness.rows:
        if row.truth is not None:
            by_part.setdefault(row.truth.part, []).append(row)
    verdicts = Counter(row.verdict for row in witness.rows)
    passes = [row for row in witness.rows if row.verdict is Verdict.PASS]
    wrong = [row for row in passes if row.truth is None or row.truth.defect or not whole(row.truth)]
    crossed_s = {passage.part: passage.crossed_s for passage in passages}
    ages = [row.told_s - crossed_s[row.truth.part] for row in passes if row.truth and row.truth.part in crossed_s]
    for part, rows in by_part.items():
        if len(rows) > 1:
            told = "; ".join(f"{row.verdict.value} {row.reason[:70]} at {row.told_s:.2f}" for row in rows)
            print(f"two rows of part {part}: {told}", file=sys.stderr)
    missing = [passage for passage in passages if passage.part not in by_part]
    unsaid = 0
    for passage in missing:
        said_s = witness.first_said_s(passage.entered_s)
        if said_s is None or said_s > passage.left_s + _SAID_WITHIN_S:
            unsaid += 1
    said_after_s = 0.0
    for passage in passages:
        due_s = passage.crossed_s + DEADLINE_S
        if not any(row.told_s <= due_s for row in by_part.get(passage.part, ())):
            said_after_s = max(said_after_s, (witness.first_said_s(passage.entered_s) or float("inf")) - due_s)
    well = [when_s for when_s, words in witness.said if not words]
    broken_at_the_end = bool(witness.said[-1][1])
    return Figures(
        kind=kind,
        load=load,
        presented=len(passages),
        rows=len(witness.rows),
        passed=verdicts[Verdict.PASS],
        failed=verdicts[Verdict.FAIL] + verdicts[Verdict.REVIEW],
        error=verdicts[Verdict.ERROR],
        without_row=len(missing),
        wrong=len(wrong),
        twice=sum(len(rows) > 1 for rows in by_part.values()),
        unsaid=unsaid,
        oldest_pass_s=round(max(ages, default=0.0), 2),
        said_after_s=round(said_after_s, 2),
        healed_s=None if broken_at_the_end or not well else round(max(0.0, well[-1] - load_ends_s), 1),
    )


def phases_of(kind: str, load: int, seconds: float, calm_s: float) -> tuple[Phase, ...]:
    """Calm, loaded, calm."""
    if kind == "belt":
        middle = Phase(seconds=seconds, belt=load)
    else:
        middle = Phase(seconds=seconds, fps=_NETWORK_FPS if kind == "network" and load > 1 else FPS)
    return Phase(seconds=calm_s), middle, Phase(seconds=calm_s)


def measure(kind: str, load: int, seconds: float, calm_s: float, seed: int, defect_rate: float) -> Figures:
    """Run the line once."""
    phases = phases_of(kind, load, seconds, calm_s)
    belt = Belt(phases, seed=seed, defect_rate=defect_rate)
    witness, engine = Witness(belt), Engine()
    networks: list[SlowNetwork] = []
    busy: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory() as folder:
        where = assembly.places(Home(root=Path(folder)), Settings())
        log = assembly.open_log(where.log)
        job = assembly.build_job(assembly.demo_recipe(), Settings(), where, log)

        def load_network() -> SlowNetwork:
            networks.append(SlowNetwork(job.load_classifier()))
            return networks[-1]

        engine.subscribe(witness)
        try:
            engine.start(replace(job, open_source=lambda: belt, load_classifier=load_network))
            engine.wait_ended(calm_s)
            if kind == "cpu" and load > 1:
                busy += [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(load)]
            for network in networks:
                network.takes_s = load * _NETWORK_S if kind == "network" and load > 1 else 0.0
            engine.wait_ended(seconds)
            load_ends_s = time.perf_counter()
            for network in networks:
                network.takes_s = 0.0
            end(busy)
            engine.wait_ended(calm_s + 60.0)
        finally:
            end(busy)
            engine.stop(10.0)
            log.close()
    said = [
        (when_s, words) for when_s, words in witness.said if when_s <= belt.began_s + sum(p.seconds for p in phases)
    ]
    witness.said = said
    return compare(kind, load, witness, belt.passages(), load_ends_s)


def end(processes: list[subprocess.Popen[bytes]]) -> None:
    """End processes that this one has started."""
    for process in processes:
        process.kill()
        process.wait()
    processes.clear()


def main() -> int:
    """Run and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loads", type=int, nargs="+", default=_LOADS)
    parser.add_argument("--kinds", nargs="+", default=_KINDS, choices=_KINDS)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long the load lasts")
    parser.add_argument("--calm", type=float, default=15.0, help="seconds before and after it")
    parser.add_argument("--seed", type=int, default=4242)
    parser.add_argument("--defect-rate", type=float, default=0.3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    measured = []
    names = [field.name for field in fields(Figures)]
    if not arguments.json:
        print("  ".join(names))
    for kind in arguments.kinds:
        for load in arguments.loads:
            figures = measure(kind, load, arguments.seconds, arguments.calm, arguments.seed, arguments.defect_rate)
            measured.append(figures)
            row = [f"{getattr(figures, name)!s:>{len(name)}}" for name in names]
            print(json.dumps(asdict(figures)) if arguments.json else "  ".join(row), flush=True)
    return 0 if all(figures.wrong == figures.twice == figures.unsaid == 0 for figures in measured) else 1


if __name__ == "__main__":
    raise SystemExit(main())
