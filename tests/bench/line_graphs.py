"""``python -m tests.bench.line_graphs``: loading a model with and without the cache, and batches in streams.

Loading: verified bundle to compiled graph, read and compiled against taken from the cache (checked against its SHA-256), in
turns. Streams: pictures per second of one after the other, of eight in one tensor, and of one per stream, in turns.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import openvino as ov

from inspector.paths import shipped_models_dir
from inspector.vision.bundle import Bundle
from inspector.vision.graphs import Graphs, Way
from inspector.vision.openvino_core import openvino_core
from tests.bench.heatmap_cost import Contender, graph

if TYPE_CHECKING:
    from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    """Time one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def loading(bundle: Bundle, way: Way, rounds: int) -> dict[str, Any]:
    """Compile anew and from a kept blob, in turns."""
    graphs = Graphs(bundle, "CPU", None)
    blob = graphs.compile(way).export_model().getvalue()
    digest = hashlib.sha256(blob).digest()

    def anew() -> None:
        Graphs(bundle, "CPU", None).compile(way)

    def kept() -> None:
        assert hashlib.sha256(blob).digest() == digest
        config = {"PERFORMANCE_HINT": "LATENCY"}
        openvino_core().import_model(ov.Tensor(np.frombuffer(blob, np.uint8)), "CPU", config)

    pairs = [(seconds(anew), seconds(kept)) for _ in range(rounds)]
    return {
        "model": bundle.manifest.name,
        "graph": way.file,
        "rest": way.hint,
        "megabytes": len(blob) / 1e6,
        "compiled_s": statistics.median(pair[0] for pair in pairs),
        "from_cache_s": statistics.median(pair[1] for pair in pairs),
        "ratio": statistics.median(pair[0] / pair[1] for pair in pairs),
    }


class Tensor8:
    """Eight pictures in one tensor."""

    def __init__(self, graphs: Graphs, model: Any, hint: Any) -> None:
        model.reshape([8, *tuple(model.input(0).shape)[1:]])
        config = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": hint}
        compiled = graphs.core.compile_model(model, "CPU", config)
        self._request = compiled.create_infer_request()
        self._pictures = np.random.default_rng(0).integers(0, 256, tuple(compiled.input(0).shape), np.uint8)
        self.seconds(8)

    def seconds(self, count: int) -> float:
        """Judge; returns the seconds per picture."""
        began = time.perf_counter()
        for _ in range(count // 8):
            self._request.infer([self._pictures], share_inputs=True, share_outputs=True)
        return (time.perf_counter() - began) / (count // 8 * 8)


def streams(bundle: Bundle, precision: Any, rounds: int) -> dict[str, Any]:
    """One after the other, eight in one tensor, one per stream."""
    graphs, size = Graphs(bundle, "CPU", None), bundle.manifest.preprocessing.input_size
    ways: dict[str, Contender | Tensor8] = {
        "one": Contender(graphs, *graph(graphs, bundle, precision, size, maps=True), streams=False),
        "eight": Tensor8(graphs, *graph(graphs, bundle, precision, size, maps=True)),
        "streams": Contender(graphs, *graph(graphs, bundle, precision, size, maps=True), streams=True),
    }
    spent = [{name: way.seconds(24) for name, way in ways.items()} for _ in range(rounds)]
    return {
        "model": bundle.manifest.name,
        "size": size,
        "precision": precision,
        **{f"{name}_per_s": 1.0 / statistics.median(one[name] for one in spent) for name in ways},
        "streams_to_one": statistics.median(one["one"] / one["streams"] for one in spent),
        "streams_to_eight": statistics.median(one["eight"] / one["streams"] for one in spent),
    }


def main() -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=shipped_models_dir() / "demo", help="folder of a bundle")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    bundle = Bundle.load(arguments.model)
    possible = Graphs(bundle, "CPU", None).possible
    ways = [Graphs(bundle, "CPU", None).ways(precision).usual for precision in possible]
    loads = [loading(bundle, way, arguments.rounds) for way in ways]
    batches = [streams(bundle, precision, arguments.rounds) for precision in possible]
    if arguments.json:
        print(json.dumps({"loading": loads, "streams": batches}, indent=2))
        return 0
    for row in loads:
        print(
            f"{row['model']} {row['graph']:15} {row['rest']:5} compiled {row['compiled_s']:.2f} s, "
            f"from cache {row['from_cache_s']:.2f} s ({row['megabytes']:.0f} MB): {row['ratio']:.1f}×"
        )
    for row in batches:
        print(
            f"{row['model']} {row['size']} {row['precision']:5} one {row['one_per_s']:.1f}/s, eight in one tensor "
            f"{row['eight_per_s']:.1f}/s, streams {row['streams_per_s']:.1f}/s: {row['streams_to_one']:.2f}× one, "
            f"{row['streams_to_eight']:.2f}× eight"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
