"""``python -m tests.bench.regression``: ratios of speed against limits that are checked in; ends with 1 below one.

Three ratios of the shipped int8 model are held. All three take turns within one run, and each is the median of the
rounds' own ratios, so that neither the machine nor what else it does changes them much; larger is better:

- ``graph_against_limit``: the graph over its convolutions alone, both with ready input.
- ``line_against_graph``: the station's classifier (resizing, verdict and heatmap) over the graph alone: what resizing
  and Python leave of it.
- ``heatmap_against_verdict``: the graph over the same graph without its heatmaps; 0.97 is a cost of 3 %.

A measurement below a limit is repeated with three times as many rounds, and only the second one counts.

One more ratio is told with the processor's class, and never held: the classifier over eager torch with
pytorch-grad-cam. It was 15 on a quiet processor with VNNI, 91 on the same one beside eight busy loops, where torch's
threads wait for one another, and 45 with AMX. Each class has what it reached at least when nothing else ran.

The limits stand in ``regression.json`` beside this file, each with the lowest value that was measured when it was set:
on a quiet machine, beside eight busy loops and without VNNI; see ``docs/figures.md``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.sources.demo_scene import DemoScene
from inspector.vision.benchmark.contenders import Entrant, build
from inspector.vision.benchmark.graphs import pair_of, reader
from inspector.vision.benchmark.records import Kind
from inspector.vision.benchmark.throughput import GraphRunner
from inspector.vision.benchmark.turns import ContenderSeat, GraphSeat, Seat, take_turns
from inspector.vision.bundle import Bundle
from inspector.vision.openvino_core import openvino_core
from inspector.vision.processor import ProcessorClass, this_processor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from inspector.domain.records import Image

ROOT = Path(__file__).resolve().parents[2]
LIMITS_FILE = Path(__file__).with_name("regression.json")
ROUNDS, AGAIN, SLICE_S, PICTURES, BATCH = 7, 3, 0.3, 32, 8
TORCH_ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A ratio's limit.

    Args:
        least: What the ratio must reach.
        lowest: The lowest that was measured when the limit was set.
    """

    least: float
    lowest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is checked in.

    Args:
        held: Limits by the ratio's name.
        against_torch: What the ratio to torch reached at least on a quiet machine, by the processor's class.
    """

    held: Mapping[str, Limit]
    against_torch: Mapping[ProcessorClass, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Seconds per picture of those who took turns, one per round.

    Args:
        line: The station's classifier.
        graph: Its graph alone.
        convolutions: The graph's convolutions alone.
        verdict: The graph without heatmaps.
    """

    line: Sequence[float]
    graph: Sequence[float]
    convolutions: Sequence[float]
    verdict: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """What is held; larger is better. See the module's text."""

    graph_against_limit: float
    line_against_graph: float
    heatmap_against_verdict: float


def read_limits(path: Path = LIMITS_FILE) -> Limits:
    """Read what is checked in."""
    text = json.loads(path.read_text(encoding="utf-8"))
    return Limits(
        held={name: Limit(**values) for name, values in text["held"].items()},
        against_torch={ProcessorClass(name): value for name, value in text["against_torch"].items()},
    )


def ratio(base: Sequence[float], times_s: Sequence[float]) -> float:
    """Return how many times as fast somebody was as the base: the median of the rounds' own ratios."""
    return statistics.median(before / after for before, after in zip(base, times_s, strict=True))


def ratios_of(times: Times) -> Ratios:
    """Return the ratios of a run."""
    return Ratios(
        graph_against_limit=ratio(times.convolutions, times.graph),
        line_against_graph=ratio(times.graph, times.line),
        heatmap_against_verdict=ratio(times.verdict, times.graph),
    )


def below(ratios: Ratios, held: Mapping[str, Limit]) -> list[str]:
    """Say which ratios do not reach their limits."""
    values = {field.name: float(getattr(ratios, field.name)) for field in fields(ratios)}
    return [
        f"{name} is {value:.2f}, the limit is {held[name].least:.2f} (the lowest was {held[name].lowest:.2f} when it was set)"
        for name, value in values.items()
        if not value >= held[name].least
    ]


def judge(measure: Callable[[int], Ratios], held: Mapping[str, Limit]) -> tuple[Ratios, list[str]]:
    """Measure, and once more where something is below its limit; return the ratios and what is below for good.

    Args:
        measure: Takes the number of rounds.
        held: Limits by name.
    """
    ratios = measure(ROUNDS)
    failed = below(ratios, held)
    if failed:
        print("measured again with more rounds: " + "; ".join(failed), file=sys.stderr, flush=True)
        ratios = measure(AGAIN * ROUNDS)
        failed = below(ratios, held)
    return ratios, failed


def in_words(against_torch: float, kind: ProcessorClass, limits: Mapping[ProcessorClass, float]) -> str:
    """Say how the ratio to torch compares with what processors of this class reached."""
    reached = limits.get(kind)
    if reached is None:
        return f"{against_torch:.2f} on a processor of the class {kind}, of which none was measured"
    beside = "as before" if against_torch >= reached else "LESS than before"
    return f"{against_torch:.2f} on a processor of the class {kind}, {beside}: {reached:.2f} on a quiet one; not held"


class Bench:
    """The shipped model and the demo line's pictures."""

    def __init__(self) -> None:
        self._bundle = Bundle.load(ROOT / "models" / "demo")
        scene = DemoScene(seed=1, defect_rate=0.3)
        self._images: list[Image] = [scene.part(number).bgr for number in range(1, PICTURES + 1)]

    def _seat(self, entry: Entrant) -> ContenderSeat:
        seat = ContenderSeat(name="", entry=entry, contender=build(entry, self._bundle), images=self._images)
        seat.warm_up()
        return seat

    def times(self, rounds: int) -> Times:
        """Let line, graph, convolutions and the graph without heatmaps take turns."""
        core = openvino_core()
        line = self._seat(Entrant(kind=Kind.LINE, batch=BATCH, precision="int8"))
        try:
            pair = pair_of(self._bundle, "int8", alone=False)
            schedule = pair.graph.runner.schedule
            verdict = reader(core, self._bundle, "int8", maps=False)(schedule.batch)
            alone = GraphSeat(name="verdict alone", runner=GraphRunner(core, verdict, "int8", schedule))
            seats: list[Seat] = [line, pair.graph, pair.limit, alone]
            take_turns(seats, rounds=rounds, slice_s=SLICE_S)
        finally:
            line.contender.close()
        return Times(
            line=line.times_s, graph=pair.graph.times_s, convolutions=pair.limit.times_s, verdict=alone.times_s
        )

    def against_torch(self) -> float:
        """Let line and eager torch with pytorch-grad-cam take turns."""
        line = self._seat(Entrant(kind=Kind.LINE, batch=BATCH, precision="int8"))
        torch = self._seat(Entrant(kind=Kind.GRAD_CAM, batch=BATCH))
        try:
            take_turns([line, torch], rounds=TORCH_ROUNDS, slice_s=SLICE_S)
        finally:
            for seat in (line, torch):
                seat.contender.close()
        return ratio(torch.times_s, line.times_s)


def main() -> int:
    """Measure, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--without-torch", action="store_true", help="measure only what is held")
    arguments = parser.parse_args()
    limits, kind, bench = read_limits(), this_processor().kind, Bench()
    ratios, failed = judge(lambda rounds: ratios_of(bench.times(rounds)), limits.held)
    values = {field.name: float(getattr(ratios, field.name)) for field in fields(ratios)}
    if not arguments.json:
        for name, value in values.items():
            print(f"{name:26}{value:7.2f}, at least {limits.held[name].least:.2f}", flush=True)
    for line in failed:
        print(f"slower than it was: {line}", file=sys.stderr, flush=True)
    against_torch = None if arguments.without_torch else bench.against_torch()
    if arguments.json:
        least = {name: limit.least for name, limit in limits.held.items()}
        answer = {"ratios": values, "least": least, "processor": kind, "line_against_grad_cam": against_torch}
        print(json.dumps(answer))
    elif against_torch is not None:
        print(f"{'line_against_grad_cam':26}{in_words(against_torch, kind, limits.against_torch)}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
