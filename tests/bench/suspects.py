"""``python -m tests.bench.suspects --weights FILE --data FOLDER …``: turned labels, and how soon the list names them.

Some labels of each set are turned over at random, training, validation and test alike; then ``head`` is trained as with
any labels, and its list of suspects is looked at. Processor time of the list is compared with that of the whole training.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tests.bench.common import last
from trainer.dataset import GOOD, hashed, read_dataset
from trainer.frozen import freezer
from trainer.gate import make
from trainer.methods import Context, plan_of, train_plan
from trainer.protocol import Command, TrainRequest
from trainer.split import split
from trainer.suspects import find_suspects

if TYPE_CHECKING:
    from trainer.dataset import Dataset


def turned(dataset: Dataset, share: float, seed: int) -> tuple[Dataset, set[str]]:
    """Turn labels over; return the set, and the names of the pictures."""
    rng = np.random.default_rng([seed, 991])
    count = round(share * len(dataset.samples))
    chosen = set(rng.choice(len(dataset.samples), count, replace=False).tolist())
    kinds = sorted({sample.defect for sample in dataset.samples if sample.defective})
    samples = tuple(
        replace(sample, defect=GOOD if sample.defective else str(rng.choice(kinds)), mask=None)
        if index in chosen
        else sample
        for index, sample in enumerate(dataset.samples)
    )
    return replace(dataset, samples=samples), {dataset.samples[index].name for index in chosen}


def row(name: str, dataset: Dataset, request: TrainRequest, weights: Path, share: float) -> dict[str, object]:
    """Train on turned labels, and look where they stand in the list."""
    wrong, names = turned(dataset, share, request.seed)
    wrong = split(wrong, request)
    context = Context(
        request=request, weights=weights, command=lambda: Command.RUN, freezer=freezer("auto"), checkpoints=None
    )
    began_s = time.process_time()
    trained = last(train_plan(plan_of(request, "head"), wrong, context))
    with tempfile.TemporaryDirectory() as folder:
        made, _ = last(make(trained, wrong, context, Path(folder)))
        trained_s = time.process_time() - began_s
        began_s = time.process_time()
        ranking = last(find_suspects(made.trained, wrong, {}, context))
    listed_s = time.process_time() - began_s
    first = ranking.rows[: -(-len(ranking.rows) // 10)]
    called = [each for each in ranking.rows if each.wrong]
    return {
        "set": name,
        "size": request.input_size,
        "draw": request.seed,
        "turned": len(names),
        "in the first tenth": sum(each.name in names for each in first),
        "share": round(sum(each.name in names for each in first) / max(1, len(names)), 3),
        "look wrong": len(called),
        "of them turned": sum(each.name in names for each in called),
        "list, s": round(listed_s, 1),
        "training, s": round(trained_s, 1),
    }


def main() -> None:
    """Measure, and print a line for each draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="ResNet-50 weights")
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="folders of labelled pictures")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--share", type=float, default=0.05, help="of the labels that are turned over")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parsed = parser.parse_args()
    for folder in parsed.data:
        dataset = hashed(read_dataset(folder))
        for seed in parsed.seeds:
            request = TrainRequest(
                data=str(folder), out="unused", seed=seed, method="head", input_size=parsed.size, unseen="no"
            )
            print(json.dumps(row(folder.name, dataset, request, parsed.weights, parsed.share)), flush=True)


if __name__ == "__main__":
    main()
