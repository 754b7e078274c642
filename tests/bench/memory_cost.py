"""``python -m tests.bench.memory_cost --model BUNDLE``: what the memory of good costs a model's graphs.

Each graph runs as it is and without its third output, in turns, on one thread. Processor time is compared: it says the same
on a machine that others use. ``--against BUNDLE`` compares with another model's graphs, as they are, instead.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov

from inspector.vision.bundle import Bundle
from inspector.vision.graph import GRAPH_FILE, INT8_GRAPH_FILE
from inspector.vision.graphs import fold_constants, take_bytes
from inspector.vision.openvino_core import openvino_core

_WARM_UP = 5


def request_of(bundle: Bundle, file: str, *, memory: bool) -> Any:
    """Compile a graph with or without the memory, for one thread."""
    size = bundle.manifest.preprocessing.input_size
    model = openvino_core().read_model(bundle.folder / file)
    model.reshape([1, 3, size, size])
    if not memory:
        model = ov.Model(model.get_results()[:2], model.get_parameters(), "without memory")
    fold_constants(model)
    config = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    return (
        openvino_core()
        .compile_model(take_bytes(model, bundle.manifest.preprocessing), "CPU", config)
        .create_infer_request()
    )


def cost(bundle: Bundle, file: str, rounds: int, against: Bundle | None = None) -> dict[str, Any]:
    """Return milliseconds of processor time with and without, medians, and the median of their ratios.

    Args:
        against: A model of the same input size, whose graph is compared with instead; both as they are.
    """
    size = bundle.manifest.preprocessing.input_size
    picture = np.random.default_rng(0).integers(0, 256, (1, size, size, 3), np.uint8)
    other = request_of(against or bundle, file, memory=against is not None)
    requests = [other, request_of(bundle, file, memory=True)]
    rows: list[list[float]] = []
    for _ in range(_WARM_UP + rounds):
        row = []
        for request in requests:
            began = time.process_time()
            request.infer([picture])
            row.append(1e3 * (time.process_time() - began))
        rows.append(row)
    measured = rows[_WARM_UP:]
    first, second = ("without_ms", "with_ms") if against is None else ("against_ms", "model_ms")
    return {
        "graph": file,
        first: round(statistics.median(row[0] for row in measured), 2),
        second: round(statistics.median(row[1] for row in measured), 2),
        "ratio": round(statistics.median(row[1] / row[0] for row in measured), 3),
    }


def main() -> None:
    """Measure, and print a line for each graph."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="a bundle with a memory of good")
    parser.add_argument("--against", type=Path, help="another bundle, to compare with")
    parser.add_argument("--rounds", type=int, default=100)
    parsed = parser.parse_args()
    bundle = Bundle.load(parsed.model)
    against = None if parsed.against is None else Bundle.load(parsed.against)
    if against is None and bundle.manifest.memory is None:
        sys.exit(f"{parsed.model} has no memory of good")
    if against is None and bundle.manifest.training.get("method") == "good-only":
        sys.exit(f"in {parsed.model} the memory judges: there is no graph without it")
    for file in (GRAPH_FILE, INT8_GRAPH_FILE):
        if all(file in each.manifest.files for each in (bundle, against or bundle)):
            print(json.dumps(cost(bundle, file, parsed.rounds, against)), flush=True)


if __name__ == "__main__":
    main()
