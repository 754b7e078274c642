"""``python -m tests.bench.unseen --data FOLDER --weights FILE``: how many defects of a type that was never shown pass.

As `trainer fit --method head --unseen yes` measures it, without export and report: for each seed of the split every defect type in
turn is kept from a training, and all its parts are judged by that model, without the guard and with it at its usual rate.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tests.bench.common import last
from trainer.evaluation import Unseen
from trainer.examine import examine
from trainer.frozen import freezer
from trainer.methods import Context, plan_of, train_plan
from trainer.protocol import Command, TrainRequest
from trainer.split import split
from trainer.unseen import measure_unseen


def unseen_of(data: Path, weights: Path, seed: int) -> Unseen:
    """Leave out each type of a set in turn."""
    request = TrainRequest(data=str(data), out="model", method="head", seed=seed, weights=str(weights), unseen="yes")
    dataset, _, clusters = last(examine(request))
    dataset = split(dataset, request, clusters)
    context = Context(request=request, weights=weights, command=lambda: Command.RUN, freezer=freezer(request.precision))
    trained = last(train_plan(plan_of(request, "head"), dataset, context))
    measured = last(measure_unseen(trained, dataset, context))
    assert isinstance(measured, Unseen)
    return measured


def main() -> None:
    """Measure, and print a line for each type, and for all of a seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parsed = parser.parse_args()
    for seed in parsed.seeds:
        measured = unseen_of(parsed.data, parsed.weights, seed)
        for each in measured.types:
            print(json.dumps({"set": parsed.data.name, "seed": seed, **each.model_dump()}), flush=True)
        told = {
            "parts": sum(each.parts for each in measured.types),
            "passed": sum(each.passed for each in measured.types),
            "passed_with_guard": measured.passed_with_guard,
            "good": measured.good,
            "mean_good_to_review": measured.mean_good_to_review,
            "notes": measured.notes,
        }
        print(json.dumps({"set": parsed.data.name, "seed": seed, "type": "all", **told}), flush=True)


if __name__ == "__main__":
    main()
