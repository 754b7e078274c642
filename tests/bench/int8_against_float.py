"""``python -m tests.bench.int8_against_float``: models on an int8 trunk against models in float, same splits and seeds.

For every set, method and seed two models are trained on one split: one learns from the quantised trunk (`auto`), one in
float. On the test part, which chose nothing: F1 of both, and of the exported int8 model the verdicts that differ from
those of the network as it was trained (its own layers in float32 on the very features it learnt from). The speed is that
of the frozen part alone, int8 against bf16 (or fp32 where the processor has no bf16), taking turns in one run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.pictures import read_picture
from inspector.vision.preprocess import fit
from tests.bench.common import inputs, last, standard_error
from tests.bench.store import Store
from trainer.checks import Expected, check
from trainer.dataset import TEST, TRAIN, Dataset, hashed, labels, read_dataset
from trainer.frozen import freezer
from trainer.gate import Made, expected_of, make
from trainer.judge import judge
from trainer.methods import Context, plan_of, train_plan
from trainer.metrics import figures
from trainer.protocol import Command, TrainRequest
from trainer.split import split

if TYPE_CHECKING:
    pass

SETS, METHODS = ("bottle", "magnetic_tile", "deeppcb"), ("head", "layer4")
_BATCH, _ROUNDS = 8, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One pair of models."""

    data: str
    method: str
    seed: int
    size: int
    f1_int8: float
    f1_float: float
    auroc_int8: float
    auroc_float: float
    used: str  #: what the line will use by default of the first model
    flips: int
    pictures: int
    largest_difference: float
    least_map_correlation: float | None
    fp32_passed: bool
    speed: float  #: pictures per second of the frozen part, int8 over float

    @property
    def gap(self) -> float:
        """F1 of the int8 model less that of the float model."""
        return self.f1_int8 - self.f1_float


def measure(root: Path, weights: Path, data: str, method: str, seed: int, size: int) -> Row:
    """Train the pair and judge the test part."""
    request = TrainRequest.model_validate(
        {"data": str(root / data), "out": "unused", "weights": str(weights), "method": method, "seed": seed}
    )
    dataset = split(hashed(read_dataset(root / data)), request)
    with tempfile.TemporaryDirectory() as folder:
        fast = _made(request, dataset, weights, Path(folder) / "int8", size)
        slow = _made(request.model_copy(update={"precision": "float"}), dataset, weights, Path(folder) / "float", size)
        if "int8" not in fast.checks:
            sys.exit(f"{data}, {method}, seed {seed}: no int8 model, as there is no VNNI here")
        found = {name: _judged(made, dataset) for name, made in (("int8", fast), ("float", slow))}
        tested = dataset.of(TEST)
        expected = last(expected_of(fast.trained, tested))
        scores, maps, _ = found["int8"]
        said = Expected(scores=scores, maps=maps, strangeness=expected.strangeness)  # the scores alone are compared
        compared = check(expected, tested, said, fast.draft.fields.thresholds)
        return Row(
            data=data,
            method=method,
            seed=seed,
            size=size,
            f1_int8=float(found["int8"][2]["f1"]),
            f1_float=float(found["float"][2]["f1"]),
            auroc_int8=float(found["int8"][2]["auroc"]),
            auroc_float=float(found["float"][2]["auroc"]),
            used=fast.precision,
            flips=compared.flips,
            pictures=compared.pictures,
            largest_difference=compared.largest_difference,
            least_map_correlation=compared.least_map_correlation,
            fp32_passed=fast.checks["fp32"].passed,
            speed=_speed(fast, dataset) if fast.trained.frozen.int8 is not None else 1.0,
        )


def _made(request: TrainRequest, dataset: Dataset, weights: Path, folder: Path, size: int) -> Made:
    folder.mkdir()
    context = Context(request=request, weights=weights, command=lambda: Command.RUN, freezer=freezer(request.precision))
    plan = plan_of(request, request.method, size=size)  # type: ignore[arg-type]
    trained = last(train_plan(plan, dataset, context))
    made: Made = last(make(trained, dataset, context, folder))[0]
    return made


def _judged(made: Made, dataset: Dataset) -> tuple[Any, list[Any], dict[str, Any]]:
    classifier = made.draft.classifier(made.precision)
    tested = dataset.of(TEST)
    found = last(judge(classifier, tested, "testing"))
    classifier.close()
    threshold = made.draft.fields.thresholds.fail_at
    said = figures(found.scores(), labels(tested), threshold).model_dump(mode="json")
    return found.scores(), [found.maps[one.name] for one in tested], said


def _speed(made: Made, dataset: Dataset) -> float:
    part = made.trained.frozen
    assert part.in_float is not None
    some = dataset.of(TRAIN)[:_BATCH]
    pictures = np.stack([fit(read_picture(one.path), made.trained.preprocessing) for one in some])
    spent: dict[str, list[float]] = {"int8": [], "float": []}
    for _ in range(_ROUNDS):
        for name, extractor in (("int8", part.extractor), ("float", part.in_float)):
            began = time.perf_counter()
            extractor(pictures)
            spent[name].append(time.perf_counter() - began)
    return statistics.median(spent["float"]) / statistics.median(spent["int8"])


def _summary(rows: list[Row]) -> dict[str, Any]:
    gaps = [row.gap for row in rows]
    areas = [row.auroc_int8 - row.auroc_float for row in rows]
    return {
        "pairs": len(rows),
        "refused": sum(row.used != "int8" for row in rows),
        "f1_int8": statistics.mean(row.f1_int8 for row in rows),
        "f1_float": statistics.mean(row.f1_float for row in rows),
        "f1_difference": statistics.mean(gaps),
        "standard_error": standard_error(gaps) if len(gaps) > 1 else None,
        "auroc_difference": statistics.mean(areas),
        "auroc_standard_error": standard_error(areas) if len(areas) > 1 else None,
        "flips": sum(row.flips for row in rows),
        "pictures": sum(row.pictures for row in rows),
        "speed": statistics.median(row.speed for row in rows),
    }


def _line(row: Row) -> str:
    maps = "–" if row.least_map_correlation is None else f"{row.least_map_correlation:.3f}"
    return (
        f"{row.data:14}{row.method:8}{row.seed:>4}  {row.f1_int8:.3f}  {row.f1_float:.3f} {row.gap:+.3f}  {row.used:5}"
        f"{row.flips:>3} of {row.pictures:<4}{row.largest_difference:8.4f}  {maps:>6}  "
        f"{'yes' if row.fp32_passed else 'no':4} {row.speed:5.2f}"
    )


def main() -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0], help="splits and trainings (default: 0)")
    parser.add_argument("--size", type=int, default=224, help="side of the input, pixels")
    parser.add_argument("--results", type=Path, help="JSON lines; pairs that stand there are not trained again")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    root, weights = inputs(parser)
    rows: list[Row] = []
    store = Store(arguments.results, ("data", "method", "seed", "size"))
    if not arguments.json:
        print("set           method  seed  F1int8 F1flt    gap  used  flips      dP max   maps   fp32 speed")
    for data in arguments.sets:
        for method in arguments.methods:
            for seed in arguments.seeds:
                known = store.get(data, method, seed, arguments.size)
                if known is None:
                    known = asdict(measure(root, weights, data, method, seed, arguments.size))
                    store.put(known)
                rows.append(Row(**known))
                if not arguments.json:
                    print(_line(rows[-1]), flush=True)
    summary = _summary(rows)
    if arguments.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "summary": summary}))
        return 0
    errors = [
        "" if one is None else f" (standard error {one:.4f})"
        for one in (summary["standard_error"], summary["auroc_standard_error"])
    ]
    print(
        f"F1 int8 {summary['f1_int8']:.4f}, float {summary['f1_float']:.4f}, difference {summary['f1_difference']:+.4f}"
        f"{errors[0]}, AUROC {summary['auroc_difference']:+.4f}{errors[1]} over {summary['pairs']} pairs, "
        f"{summary['refused']} of whose int8 models the gate refused; "
        f"flips {summary['flips']} of {summary['pictures']}; the frozen part is {summary['speed']:.2f} x as fast in int8"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
