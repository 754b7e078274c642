"""``python -m tests.bench.graph_profile``: where the time of a bundle's graph goes, beside that of its convolutions alone.

Both graphs are run by one core, one picture or four to a call, with OpenVINO's own timers on, in turns; of every node the
median over the rounds is taken. Reported are microseconds per picture by kind of node, for the whole graph and for the
graph of `inspector.vision.benchmark.limit`, and the share of the one in the other: what the graph could at most reach of
the limit, and which part of it costs the rest. A fused node (convolution with activation, addition or requantisation)
counts as the convolution. Convolutions are told apart by kernel and by how they change the number of channels: the
residual additions, which the limit does not have, are fused into the 1×1 that widen fourfold.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov

from inspector.vision.benchmark.graphs import reader
from inspector.vision.benchmark.limit import convolution_limit
from inspector.vision.benchmark.throughput import hint
from inspector.vision.bundle import Bundle
from inspector.vision.openvino_core import openvino_core
from tests.conftest import ROOT

_SLOWEST = 12


class Profiled:
    """A compiled graph with timers, on one core."""

    def __init__(self, core: Any, model: Any, precision: str) -> None:
        config = {
            "PERF_COUNT": "YES",
            "NUM_STREAMS": "1",
            "INFERENCE_NUM_THREADS": "1",
            "INFERENCE_PRECISION_HINT": hint(core, precision),
        }
        compiled = core.compile_model(model, "CPU", config)
        self._request = compiled.create_infer_request()
        shape, kind = compiled.inputs[0].shape, compiled.inputs[0].element_type
        noise = np.random.default_rng(0).random(list(shape), np.float32)
        self._request.set_input_tensor(0, ov.Tensor((255 * noise).astype(np.uint8) if kind == ov.Type.u8 else noise))
        self._times: dict[str, list[float]] = defaultdict(list)
        self._kinds: dict[str, tuple[str, str]] = {}
        self._shapes = {
            node.get_friendly_name(): list(node.input(1).get_partial_shape().to_shape())
            for node in compiled.get_runtime_model().get_ops()
            if node.get_rt_info()["layerType"].astype(str) == "Convolution"
        }
        self._request.infer()

    def run(self) -> None:
        """Run once and keep the times."""
        self._request.infer()
        for node in self._request.profiling_info:
            microseconds = node.real_time.total_seconds() * 1e6
            if microseconds > 0.0:
                self._times[node.node_name].append(microseconds)
                self._kinds[node.node_name] = (self._kind(node.node_name, node.node_type), node.exec_type)

    def _kind(self, name: str, kind: str) -> str:
        if name not in self._shapes:
            return kind
        outputs, inputs, side, _ = self._shapes[name][-4:]
        if side > 1:
            return f"{side}×{side}"
        return f"1×1, channels ×{outputs // inputs}" if outputs > inputs else "1×1, channels not more"

    def nodes(self, batch: int) -> list[tuple[str, str, str, float]]:
        """Name, kind, kernel and microseconds per picture, the slowest first."""
        rows = [(n, *self._kinds[n], statistics.median(times) / batch) for n, times in self._times.items()]
        return sorted(rows, key=lambda row: -row[3])


def by_kind(nodes: list[tuple[str, str, str, float]]) -> dict[str, float]:
    """Microseconds per picture by kind of node."""
    found: dict[str, float] = defaultdict(float)
    for _, kind, _, microseconds in nodes:
        found[kind] += microseconds
    return dict(sorted(found.items(), key=lambda one: -one[1]))


def main() -> int:
    """Profile and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "demo")
    parser.add_argument("--precision", choices=("fp32", "bf16", "int8"), default="int8")
    parser.add_argument("--batch", type=int, default=4, help="pictures per call")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    bundle, core = Bundle.load(arguments.model), openvino_core()
    size, int8 = bundle.manifest.preprocessing.input_size, arguments.precision == "int8"
    graph = Profiled(core, reader(core, bundle, arguments.precision)(arguments.batch), arguments.precision)
    limit = Profiled(core, convolution_limit(size, arguments.batch, int8=int8), arguments.precision)
    for _ in range(arguments.rounds):
        graph.run()
        limit.run()
    nodes = {"graph": graph.nodes(arguments.batch), "convolutions": limit.nodes(arguments.batch)}
    kinds = {name: by_kind(rows) for name, rows in nodes.items()}
    total = {name: sum(rows.values()) for name, rows in kinds.items()}
    share = total["convolutions"] / total["graph"]
    if arguments.json:
        slowest = {name: rows[:_SLOWEST] for name, rows in nodes.items()}
        print(json.dumps({"kinds_us": kinds, "total_us": total, "share": share, "slowest": slowest}))
        return 0
    print(f"{'µs a picture':28}" + "".join(f"{name:>16}" for name in kinds))
    for kind in sorted(
        {kind for rows in kinds.values() for kind in rows}, key=lambda one: -kinds["graph"].get(one, 0.0)
    ):
        print(f"{kind:28}" + "".join(f"{rows.get(kind, 0.0):16.0f}" for rows in kinds.values()))
    print(f"{'together':28}" + "".join(f"{one:16.0f}" for one in total.values()) + f"\nof the limit: {share:.2f}")
    for name, rows in nodes.items():
        print(f"\nslowest nodes, {name}")
        for node, kind, kernel, microseconds in rows[:_SLOWEST]:
            print(f"{microseconds:8.0f} µs  {kind:24}{kernel:32}{node}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
