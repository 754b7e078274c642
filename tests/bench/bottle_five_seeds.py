"""``python -m tests.bench.bottle_five_seeds``: the head method on MVTec AD bottle, on a held-out part, five seeds.

Each seed makes its own split, fit and threshold; the figures are those of the test part, which chose nothing.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from tests.conftest import find_test_data
from trainer.evaluation import ConfusionCounts
from trainer.loop import train
from trainer.protocol import Result, TrainRequest

FIGURES = ("accuracy", "precision", "recall", "f1", "auroc")


def main() -> int:
    """Train five times and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of MVTec AD bottle (default: in $INSPECTOR_TEST_DATA)")
    parser.add_argument("--weights", type=Path, help="backbone weights (default: beside the pictures)")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    root = find_test_data()
    if root is None and (arguments.data is None or arguments.weights is None):
        print("name --data and --weights, or set INSPECTOR_TEST_DATA", file=sys.stderr)
        return 2
    data = arguments.data or Path(root or ".") / "bottle"
    weights = arguments.weights or Path(root or ".").parent / "weights" / "resnet50-imagenet-pqf.npz"
    results = [_one(data, weights, seed) for seed in range(arguments.seeds)]
    confusion = ConfusionCounts.sum(result.test.confusion for result in results).model_dump()
    rows = {name: [float(getattr(result.test, name)) for result in results] for name in FIGURES}
    summary = {
        name: {"mean": statistics.mean(values), "sd": statistics.stdev(values) if len(values) > 1 else 0.0}
        for name, values in rows.items()
    }
    if arguments.json:
        print(json.dumps({"seeds": arguments.seeds, "by_seed": rows, "summary": summary, "confusion_sum": confusion}))
        return 0
    print("seed      " + "".join(f"{name:>11}" for name in FIGURES))
    for seed in range(arguments.seeds):
        print(f"{seed:<10}" + "".join(f"{rows[name][seed]:11.4f}" for name in FIGURES))
    for what in ("mean", "sd"):
        print(f"{what:<10}" + "".join(f"{summary[name][what]:11.4f}" for name in FIGURES))
    print("confusion over all seeds: " + ", ".join(f"{count} {key}" for key, count in confusion.items()))
    return 0


def _one(data: Path, weights: Path, seed: int) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        request = TrainRequest(
            data=str(data),
            out=f"{folder}/bottle",
            weights=str(weights),
            seed=seed,
            method="head",
            test_fraction=0.3,
            unseen="no",
        )
        *_, last = train(request)
    assert isinstance(last, Result)
    return last


if __name__ == "__main__":
    raise SystemExit(main())
