"""``python -m tests.bench.ranks --seeds 0 1 2``: trainings of two ranks beside one process that has both threads.

For each set and seed the same setting of `layer4` is trained twice, in turns: by one process with two threads, and by
two ranks with one thread each. The test part is judged by both, in float; nothing is chosen by it. Beside them a head,
which must be the same to the last bit. The spread of the seeds says how much a difference between the two is worth.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from tests.bench.common import inputs, last
from trainer.candidates import loss_on_validation
from trainer.dataset import TEST, Dataset, labels
from trainer.examine import examine
from trainer.frozen import freezer
from trainer.gate import expected_of
from trainer.launch import joined
from trainer.methods import Context, plan_of, train_plan
from trainer.protocol import Command, MethodName, TrainRequest
from trainer.ranks import Ranks
from trainer.split import split

SETS = ("bottle", "magnetic_tile")


def trained(
    method: MethodName, dataset: Dataset, request: TrainRequest, ranks: Ranks | None
) -> tuple[dict[str, float], bytes]:
    """Train one setting; its figures, and the head's weights."""
    context = Context(
        request=request,
        weights=Path(request.weights),
        command=lambda: Command.RUN,
        freezer=freezer(request.precision),
        ranks=ranks,
    )
    began_s = time.perf_counter()
    made = last(train_plan(plan_of(request, method), dataset, context))
    seconds = time.perf_counter() - began_s
    tested = dataset.of(TEST)
    scores = last(expected_of(made, tested)).scores
    figures = {
        "seconds": round(seconds, 1),
        "validation_loss": round(loss_on_validation(made), 4),
        "test_auroc": round(float(roc_auc_score(labels(tested), scores)), 4),
    }
    return figures, made.network.head.weight.detach().numpy().tobytes()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--views", type=int, default=2)
    parser.add_argument("--sets", nargs="+", default=list(SETS))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    root, weights = inputs(parser)
    rows = []
    for name in asked.sets:
        for seed in asked.seeds:
            request = TrainRequest(
                data=str(root / name),
                out="unused",
                weights=str(weights),
                seed=seed,
                input_size=asked.size,
                epochs=asked.epochs,
                views=asked.views,
            )
            whole, _, clusters = last(examine(request))
            dataset = split(whole, request, clusters)
            row: dict[str, object] = {"set": name, "seed": seed}
            heads = set()
            ways = (1, 2) if seed % 2 == 0 else (2, 1)
            for devices in ways:
                torch.set_num_threads(2)
                ranks = joined(devices)
                try:
                    row[f"layer4 by {devices}"], _ = trained("layer4", dataset, request, ranks)
                    head, content = trained("head", dataset, request, ranks)
                    row[f"head by {devices}"] = head
                    heads.add(content)
                finally:
                    if ranks is not None:
                        ranks.close()
            row["same head"] = len(heads) == 1
            rows.append(row)
            print(json.dumps(row), flush=True)
    if not asked.json:
        for line in summary(rows, asked.sets):
            print(line)


def summary(rows: list[dict[str, object]], sets: list[str]) -> list[str]:
    """Return a line for each set."""
    lines = []
    for name in sets:
        mine = [row for row in rows if row["set"] == name]
        figures = {way: [row[f"layer4 by {way}"] for row in mine] for way in (1, 2)}

        def of(way: int, figure: str, figures: dict[int, list[object]] = figures) -> list[float]:
            return [float(each[figure]) for each in figures[way] if isinstance(each, dict)]

        ratio = statistics.median(a / b for a, b in zip(of(1, "seconds"), of(2, "seconds"), strict=True))
        parts = [f"{name}: one process takes {ratio:.2f} times as long as two ranks (median)"]
        for figure in ("validation_loss", "test_auroc"):
            one, two = np.array(of(1, figure)), np.array(of(2, figure))
            parts.append(
                f"{figure} {one.mean():.4f} (sd of seeds {one.std(ddof=1):.4f}) and {two.mean():.4f}, apart by at most "
                f"{np.abs(one - two).max():.4f}"
            )
        parts.append(f"the same head in {sum(bool(row['same head']) for row in mine)} of {len(mine)}")
        lines.append("; ".join(parts))
    return lines


if __name__ == "__main__":
    main()
