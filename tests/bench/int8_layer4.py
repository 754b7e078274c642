"""``python -m tests.bench.int8_layer4``: is a retrained layer4 better left in bf16, or quantised and its head fitted again?

The method `layer4` learns on an int8 trunk; its layer4 then runs in bf16. Here, for every set and seed, the trained layer4 is
quantised as well, with the same pictures that calibrated the trunk, and the last layer is

- left as it is ("int8"), or
- fitted again, by logistic regression on the pooled features that the int8 graph gives of the views that were learnt from
  ("int8, head refitted"); its penalty is chosen by the class-weighted loss on the validation pictures.

Or layer4 and the head are fine-tuned as they compute in int8 ("int8, fine-tuned", `tests.bench.int8_tuned`).

Reported are that loss, by which a choice may be made, AUROC and verdicts of the test part that differ from the model as trained
(at its operating point), and pictures per second of the two graphs, in turns: what there would be to gain. The fine-tuned model
is another one: its exported graph is compared with itself as it was tuned, at an operating point of its own, and its F1 stands
beside that of the model as trained.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import roc_auc_score

from inspector.domain.policy import rejected
from inspector.vision.benchmark.graphs import reader
from inspector.vision.benchmark.machine import cores
from inspector.vision.benchmark.throughput import GraphRunner, schedules
from inspector.vision.network import InspectionNetwork
from inspector.vision.openvino_core import openvino_core
from tests.bench.common import inputs, last, standard_error
from tests.bench.int8_tuned import as_exported, as_tuned, tune
from tests.bench.store import Store
from trainer.augment import PRESETS
from trainer.cache import activations, fill
from trainer.dataset import TEST, TRAIN, VAL, Dataset, hashed, labels, read_dataset
from trainer.frozen import Freezer, Frozen, freezer
from trainer.gate import Made, expected_of, make
from trainer.head import STRENGTHS, Head, fit_rows
from trainer.methods import Context, plan_of, train_plan
from trainer.metrics import figures
from trainer.protocol import Command, TrainRequest
from trainer.split import split
from trainer.steps import weighted_log_loss
from trainer.thresholds import choose_thresholds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SETS = ("bottle", "magnetic_tile", "deeppcb")
TRAINED, QUANTISED, REFITTED, TUNED = "bf16, as trained", "int8", "int8, head refitted", "int8, fine-tuned"
_ROUNDS, _TURN_S = 9, 0.4


def measure(root: Path, name: str, seed: int, weights: Path) -> dict[str, Any]:
    """Train once, quantise layer4, fit the head again; return the figures of the three and the speed."""
    request = TrainRequest.model_validate(
        {"data": str(root / name), "out": "unused", "weights": str(weights), "method": "layer4", "seed": seed}
    )
    dataset = split(hashed(read_dataset(root / name)), request)
    context = Context(request=request, weights=weights, command=lambda: Command.RUN, freezer=freezer(request.precision))
    with tempfile.TemporaryDirectory() as folder:
        made: Made = last(
            make(last(train_plan(plan_of(request, "layer4"), dataset, context)), dataset, context, Path(folder))
        )[0]
        trained = made.trained
        network = trained.network
        if trained.frozen.int8 is None or not isinstance(network, InspectionNetwork):
            raise SystemExit(f"{name}, seed {seed}: the int8 model did not pass, or there is no VNNI here")
        whole = last(Freezer(int8=True).of(network, "layer4", trained.preprocessing, dataset.of(TRAIN)))
        tuned, graph = tune(trained, dataset, context)
        speed = _speed(made, graph)
    pooled = {part: _pooled(made, whole, dataset, part, context) for part in (TRAIN, VAL, TEST)}
    truth = {part: labels(dataset.of(part)) for part in pooled}
    before = Head(network.head.weight.detach().numpy(), network.head.bias.detach().numpy())
    tried = [fit_rows(pooled[TRAIN], truth[TRAIN], strength) for strength in STRENGTHS]
    losses = [weighted_log_loss(one.p_defective(pooled[VAL][:, 0]), truth[VAL]) for one in tried]
    heads = {QUANTISED: before, REFITTED: tried[int(np.argmin(losses))]}
    scores = {TRAINED: {part: last(expected_of(trained, dataset.of(part))).scores for part in (VAL, TEST)}}
    scores |= {way: {part: head.p_defective(pooled[part][:, 0]) for part in (VAL, TEST)} for way, head in heads.items()}
    fail_at = made.draft.fields.thresholds.fail_at
    as_trained = rejected(scores[TRAINED][TEST], fail_at)
    scores[TUNED] = {part: as_exported(graph, trained, dataset.of(part)) for part in (VAL, TEST)}
    itself = {part: as_tuned(tuned, trained, dataset.of(part)) for part in (VAL, TEST)}
    its_own = choose_thresholds(itself[VAL], truth[VAL]).fail_at
    flips = {way: int((rejected(found[TEST], fail_at) != as_trained).sum()) for way, found in scores.items()}
    flips[TUNED] = int((rejected(scores[TUNED][TEST], its_own) != rejected(itself[TEST], its_own)).sum())
    return {
        "speed": speed,
        "f1": {
            TRAINED: figures(scores[TRAINED][TEST], truth[TEST], fail_at).f1,
            TUNED: figures(scores[TUNED][TEST], truth[TEST], its_own).f1,
        },
        "largest_difference": float(np.abs(scores[TUNED][TEST] - itself[TEST]).max()),
        "pictures": len(as_trained),
        "ways": {
            way: {
                "validation_loss": weighted_log_loss(found[VAL], truth[VAL]),
                "test_auroc": float(roc_auc_score(truth[TEST], found[TEST])),
                "flips": flips[way],
            }
            for way, found in scores.items()
        },
    }


def _pooled(made: Made, whole: Frozen, dataset: Dataset, part: str, context: Context) -> NDArray[np.float32]:
    """Return (N, V, 2048): the averaged last map of every view, as the int8 graph gives it."""
    trained, samples = made.trained, dataset.of(part)
    views = trained.plan.views if part == TRAIN else 1
    augmentation = PRESETS[context.request.preset].scaled(trained.plan.strength)
    with activations("layer4", trained.plan.size, len(samples), views) as room:
        last(fill(room, whole.extractor, samples, trained.preprocessing, augmentation, context.request.seed, part))
        found: NDArray[np.float32] = room.mean(axis=(3, 4), dtype=np.float32)
    return found


def _speed(made: Made, graph: Any) -> float:
    """Pictures per second with layer4 in int8 over those with layer4 in bf16."""
    core = openvino_core()

    def quantised(batch: int) -> Any:
        model, size = graph.clone(), made.trained.plan.size
        model.reshape([batch, 3, size, size])
        return model

    runners = [
        GraphRunner.fastest(core, of, "int8", schedules(cores()))
        for of in (quantised, reader(core, made.draft.bundle, "int8"))
    ]
    ratios = []
    for _ in range(_ROUNDS):
        fast, slow = (one.rate(_TURN_S) for one in runners)
        ratios.append(fast / slow)
    return statistics.median(ratios)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--results", type=Path, help="JSON lines; what stands there is not trained again")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    root, weights = inputs(parser)
    store, rows = Store(arguments.results, ("set", "seed")), []
    for name in arguments.sets:
        for seed in arguments.seeds:
            row = store.get(name, seed)
            if row is None:
                row = {"set": name, "seed": seed, **measure(root, name, seed, weights)}
                store.put(row)
            rows.append(row)
            print(_words(row), flush=True)
    summary = _summary(rows)
    print(json.dumps({"rows": rows, "summary": summary}) if arguments.json else json.dumps(summary, indent=1))
    return 0


def _words(row: dict[str, Any]) -> str:
    told = "; ".join(
        f"{way}: loss {one['validation_loss']:.3f}, AUROC {one['test_auroc']:.3f}, flips {one['flips']} of {row['pictures']}"
        for way, one in row["ways"].items()
    )
    return f"{row['set']}, seed {row['seed']}: {told}; speed {row['speed']:.2f}"


def _summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    def gaps(way: str, figure: str) -> list[float]:
        return [row["ways"][way][figure] - row["ways"][TRAINED][figure] for row in rows]

    return {
        "speed": statistics.median(row["speed"] for row in rows),
        "pictures": sum(row["pictures"] for row in rows),
        "ways": {
            way: {
                "flips": sum(row["ways"][way]["flips"] for row in rows),
                **{
                    figure: {
                        "difference": statistics.mean(gaps(way, figure)),
                        "standard_error": standard_error(gaps(way, figure)),
                    }
                    for figure in ("validation_loss", "test_auroc")
                },
            }
            for way in (QUANTISED, REFITTED, TUNED)
        },
        "f1": {way: statistics.mean(row["f1"][way] for row in rows) for way in (TRAINED, TUNED)},
        "largest_difference": max(row["largest_difference"] for row in rows),
    }


if __name__ == "__main__":
    raise SystemExit(main())
