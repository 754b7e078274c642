"""``python -m tests.bench.regression``: ratios of speed against limits that are checked in; ends with 1 below one.

Four ratios of the shipped int8 model, larger is better, all measured in turn within one run (medians of the rounds'
own ratios), so that neither the machine nor what else it does changes them much:

- ``line_against_grad_cam``: pictures per second of the station's classifier (verdict and heatmap, resizing included)
  over those of eager torch with pytorch-grad-cam.
- ``graph_against_limit``: the graph over its convolutions alone, both with ready input.
- ``line_against_graph``: the classifier over the graph: what resizing and Python leave of it.
- ``heatmap_against_verdict``: the graph over the same graph without its heatmaps; 0.97 is a cost of 3 %.

The limits stand in ``regression.json`` beside this file, each with the lowest value of several runs on two cores that a
dozen other processes wanted too. They are 40 to 75 % of it, which such noise has not reached, and a lost precision or
a backward pass does. The ratio to torch is far higher on a busy machine, where torch's threads wait for one another. A
measurement below a limit is repeated with three times as many rounds, and only the second one counts.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import openvino as ov

from inspector.sources.demo_scene import DemoScene
from inspector.vision.benchmark.contenders import Entry, build
from inspector.vision.benchmark.graphs import pair_of, reader
from inspector.vision.benchmark.records import Kind
from inspector.vision.benchmark.throughput import GraphRunner
from inspector.vision.benchmark.turns import ContenderSeat, GraphSeat, Seat, take_turns
from inspector.vision.bundle import Bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
LIMITS_FILE = Path(__file__).with_name("regression.json")
ROUNDS, AGAIN, SLICE_S, PICTURES, BATCH = 7, 3, 0.3, 32, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A ratio's limit.

    Args:
        least: What the ratio must reach.
        measured: What it was when the limit was set.
    """

    least: float
    measured: float


def read_limits(path: Path = LIMITS_FILE) -> dict[str, Limit]:
    """Read the limits by the ratio's name."""
    return {name: Limit(**values) for name, values in json.loads(path.read_text(encoding="utf-8")).items()}


def below(found: Mapping[str, float], limits: Mapping[str, Limit]) -> list[str]:
    """Say which ratios are below their limit; every limit must have its ratio."""
    return [
        f"{name} is {found[name]:.2f}, the limit is {limit.least:.2f} (it was {limit.measured:.2f} when that was set)"
        for name, limit in limits.items()
        if not found[name] >= limit.least
    ]


def judge(
    measure: Callable[[int], dict[str, float]], limits: Mapping[str, Limit]
) -> tuple[dict[str, float], list[str]]:
    """Measure, and once more where something is below its limit; return the ratios and what is below for good.

    Args:
        measure: Takes the number of rounds.
        limits: By name.
    """
    found = measure(ROUNDS)
    failed = below(found, limits)
    if failed:
        print("measured again with more rounds: " + "; ".join(failed), file=sys.stderr, flush=True)
        found = measure(AGAIN * ROUNDS)
        failed = below(found, limits)
    return found, failed


def measure_ratios(rounds: int) -> dict[str, float]:
    """Measure the four ratios."""
    bundle, core = Bundle.load(ROOT / "models" / "demo"), ov.Core()
    scene = DemoScene(seed=1, defect_rate=0.3)
    images = [scene.part(number).bgr for number in range(1, PICTURES + 1)]
    entries = {
        "line": Entry(kind=Kind.LINE, batch=BATCH, precision="int8"),
        "grad-cam": Entry(kind=Kind.GRAD_CAM, batch=BATCH),
    }
    judges = {
        name: ContenderSeat(name=name, entry=entry, contender=build(entry, bundle), images=images)
        for name, entry in entries.items()
    }
    try:
        for seat in judges.values():
            seat.warm_up()
        pair = pair_of(bundle, "int8", alone=False)
        schedule = pair.graph.runner.schedule
        verdict = reader(core, bundle, "int8", maps=False)(schedule.batch)
        alone = GraphSeat(name="verdict alone", runner=GraphRunner(core, verdict, "int8", schedule))
        seats: list[Seat] = [*judges.values(), pair.graph, pair.limit, alone]
        take_turns(seats, rounds=rounds, slice_s=SLICE_S)
    finally:
        for seat in judges.values():
            seat.contender.close()
    line, graph = judges["line"].times_s, pair.graph.times_s
    return {
        "line_against_grad_cam": _ratio(judges["grad-cam"].times_s, line),
        "graph_against_limit": _ratio(pair.limit.times_s, graph),
        "line_against_graph": _ratio(graph, line),
        "heatmap_against_verdict": _ratio(alone.times_s, graph),
    }


def _ratio(base: Sequence[float], times_s: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(base, times_s, strict=True))


def main() -> int:
    """Measure, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    limits = read_limits()
    found, failed = judge(measure_ratios, limits)
    if arguments.json:
        print(json.dumps({"ratios": found, "least": {name: one.least for name, one in limits.items()}}))
    else:
        for name, value in found.items():
            print(f"{name:26}{value:7.2f}, at least {limits[name].least:.2f}")
    for line in failed:
        print(f"slower than it was: {line}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
