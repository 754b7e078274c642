"""``python -m tests.bench.heatmap_cost``: what the heatmap costs on top of the verdict.

The bundle's graph with both outputs against the same graph cut down to the probabilities, compiled alike, in turns within
one run; in streams as for batches, and one picture at a time as for the line. The cost is the median over the rounds, by the clock and by the processor's time: on a
machine that others use as well the clock says little.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov

from inspector.paths import shipped_models_dir
from inspector.vision.bundle import Bundle
from inspector.vision.graph import PROBABILITIES_OUTPUT
from inspector.vision.graphs import Graphs, take_bytes

_TYPES = {"f32": ov.Type.f32, "bf16": ov.Type.bf16, "f16": ov.Type.f16}


def graph(graphs: Graphs, bundle: Bundle, precision: Any, size: int, *, maps: bool) -> tuple[Any, Any]:
    """Read the graph of a precision at a size; returns it and its hint."""
    way = graphs.ways(precision).usual
    model = graphs.core.read_model(bundle.folder / way.file)
    model.reshape([1, 3, size, size])
    if not maps:
        model = ov.Model([model.output(PROBABILITIES_OUTPUT)], model.get_parameters())
    return take_bytes(model, bundle.manifest.preprocessing), _TYPES[way.hint]


class Contender:
    """A compiled graph and a picture; judges it some times."""

    def __init__(self, graphs: Graphs, model: Any, hint: Any, *, streams: bool) -> None:
        config = {"PERFORMANCE_HINT": "THROUGHPUT" if streams else "LATENCY", "INFERENCE_PRECISION_HINT": hint}
        compiled = graphs.core.compile_model(model, "CPU", config)
        self._queue = ov.AsyncInferQueue(compiled, 0 if streams else 1)
        self._picture = np.random.default_rng(0).integers(0, 256, tuple(compiled.input(0).shape), np.uint8)
        self.seconds(2)

    def seconds(self, count: int) -> float:
        """Judge; returns the seconds per picture."""
        return self.both_seconds(count)[0]

    def both_seconds(self, count: int) -> tuple[float, float]:
        """Judge; returns the seconds per picture by the clock, and those of all processors together."""
        began, spent = time.perf_counter(), time.process_time()
        for _ in range(count):
            self._queue.start_async([self._picture], share_inputs=True)
        self._queue.wait_all()
        return (time.perf_counter() - began) / count, (time.process_time() - spent) / count


def compare(bundle: Bundle, precision: Any, size: int, *, streams: bool, rounds: int) -> dict[str, Any]:
    """Measure one row."""
    graphs = Graphs(bundle, "CPU", None)
    both, verdict = (
        Contender(graphs, *graph(graphs, bundle, precision, size, maps=maps), streams=streams) for maps in (True, False)
    )
    count = max(4, int(0.25 / both.seconds(4)))
    pairs = [(both.both_seconds(count), verdict.both_seconds(count)) for _ in range(rounds)]
    return {
        "model": bundle.manifest.name,
        "precision": precision,
        "size": size,
        "mode": "streams" if streams else "latency",
        "verdict_and_maps_per_s": 1.0 / statistics.median(pair[0][0] for pair in pairs),
        "verdict_per_s": 1.0 / statistics.median(pair[1][0] for pair in pairs),
        "cost": statistics.median(with_maps[0] / without[0] for with_maps, without in pairs) - 1.0,
        "processor_cost": statistics.median(with_maps[1] / without[1] for with_maps, without in pairs) - 1.0,
    }


def main() -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=shipped_models_dir() / "demo", help="folder of a bundle")
    parser.add_argument("--sizes", type=int, nargs="*", help="sides of the input (default: the bundle's)")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    bundle = Bundle.load(arguments.model)
    rows = [
        compare(bundle, precision, size, streams=streams, rounds=arguments.rounds)
        for size in arguments.sizes or [bundle.manifest.preprocessing.input_size]
        for precision in Graphs(bundle, "CPU", None).possible
        for streams in (True, False)
    ]
    if arguments.json:
        print(json.dumps({"rows": rows}, indent=2))
        return 0
    for row in rows:
        print(
            f"{row['model']} {row['size']:4} {row['precision']:5} {row['mode']:8}"
            f"{row['verdict_and_maps_per_s']:8.1f}/s with maps {row['verdict_per_s']:8.1f}/s without: {row['cost']:+.1%}, "
            f"processor {row['processor_cost']:+.1%}"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
