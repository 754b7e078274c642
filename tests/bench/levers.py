"""``python -m tests.bench.levers``: what each lever of the method ``layer4`` brings, one changed at a time.

Every set is split as a training splits it, once per seed; each variant learns on the same pictures from the same cached
activations. Reported is the difference to the base (the method's defaults at 224 pixels with average pooling), over sets and
seeds: of the validation loss and AUROC, by which defaults may be chosen, and of the AUROC on the held-out pictures, which
is shown and chooses nothing.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import roc_auc_score

from inspector.vision.preprocess import Preprocessing
from tests.bench.common import inputs, last, standard_error
from tests.bench.store import Store
from trainer.augment import STANDARD
from trainer.cache import activations, fill
from trainer.dataset import TEST, TRAIN, VAL, Dataset, hashed, labels, read_dataset
from trainer.fit import Activations, FitSettings, fit
from trainer.frozen import freeze
from trainer.networks import TrainedTail, backbone
from trainer.protocol import Command, TrainRequest
from trainer.split import split
from trainer.steps import fast_bf16, probabilities, weighted_log_loss

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trainer.protocol import PoolingName

CUT = "layer3"
SETS = ("bottle", "magnetic_tile", "deeppcb")
MOST_VIEWS = 8
TESTED_VIEWS = 4
DEFAULT = FitSettings(epochs=16, patience=6, rate=5e-4)
FIGURES = ("validation_loss", "validation_auroc", "test_auroc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way of training.

    Args:
        size: Side of the input, pixels.
        pooling: Between the last map and the verdict.
        views: Of each picture that is learnt from.
        settings: Of the fit.
        averaged_views: Score the mean over so many views of a picture; the line would take so many times as long.
    """

    size: int = 224
    pooling: PoolingName = "average"
    views: int = 4
    settings: FitSettings = DEFAULT
    averaged_views: int = 1


BASE = Variant()
VARIANTS: dict[str, Variant] = {
    "base": BASE,
    "mix pooling": replace(BASE, pooling="mix"),
    "448 px": replace(BASE, size=448),
    "448 px, mix pooling": replace(BASE, size=448, pooling="mix"),
    "1 view": replace(BASE, views=1),
    "2 views": replace(BASE, views=2),
    "8 views": replace(BASE, views=8),
    "8 epochs": replace(BASE, settings=replace(BASE.settings, epochs=8)),
    "32 epochs": replace(BASE, settings=replace(BASE.settings, epochs=32)),
    "no warm-up": replace(BASE, settings=replace(BASE.settings, warm_up=0.0)),
    "no averaging of weights": replace(BASE, settings=replace(BASE.settings, averaging=0.0)),
    # longer than the default's 0.9 changes nothing here: the decay rises with the steps, 0.9 is reached after 80
    "shorter averaging of weights": replace(BASE, settings=replace(BASE.settings, averaging=0.7)),
    "mixup": replace(BASE, settings=replace(BASE.settings, mixing="mixup")),
    "four views averaged when judging": replace(BASE, averaged_views=TESTED_VIEWS),
}


@dataclass(frozen=True, slots=True)
class Rooms:
    """Activations of one set at one size: training views, validation and test views, (N, V, C, h, w) float16."""

    train: NDArray[np.float16]
    val: NDArray[np.float16]
    test: NDArray[np.float16]


def measure(dataset: Dataset, rooms: Rooms, variant: Variant, weights: Path, seed: int) -> dict[str, float]:
    """Train one variant and return its figures."""
    network = backbone(weights, variant.pooling, seed)
    tail = TrainedTail(network, CUT)
    truth = {part: labels(dataset.of(part)) for part in (TRAIN, VAL, TEST)}
    settings = replace(variant.settings, batch=min(32, max(2, len(truth[TRAIN]) // 6)))
    training = Activations(rooms.train[:, : variant.views], truth[TRAIN])
    validation = Activations(rooms.val[:, :1], truth[VAL])
    last(fit(tail, tail.groups(), training, validation, settings, seed=seed, command=lambda: Command.RUN))
    scores = {
        part: np.mean(
            [probabilities(tail, room[:, view], "cpu", mixed=fast_bf16()) for view in range(variant.averaged_views)],
            axis=0,
        )
        for part, room in ((VAL, rooms.val), (TEST, rooms.test))
    }
    return {
        "validation_loss": weighted_log_loss(scores[VAL], truth[VAL]),
        "validation_auroc": float(roc_auc_score(truth[VAL], scores[VAL])),
        "test_auroc": float(roc_auc_score(truth[TEST], scores[TEST])),
    }


def one_set(root: Path, name: str, seed: int, weights: Path, wanted: Sequence[str], most: int) -> dict[str, Any]:
    """Measure all variants on one split of one set."""
    dataset = split(_some(hashed(read_dataset(root / name)), most, seed), TrainRequest(data="-", out="-", seed=seed))
    found: dict[str, Any] = {}
    for size in sorted({VARIANTS[one].size for one in wanted}):
        preprocessing = Preprocessing(input_size=size)
        network = backbone(weights, "average", seed)
        extractor = freeze(network, CUT, preprocessing, ()).extractor
        counts = {TRAIN: MOST_VIEWS if size == BASE.size else BASE.views, VAL: TESTED_VIEWS, TEST: TESTED_VIEWS}
        rooms = []
        contexts = []
        for part, count in counts.items():
            samples = dataset.of(part)
            context = activations(CUT, size, len(samples), count)
            room = context.__enter__()
            contexts.append(context)
            last(fill(room, extractor, samples, preprocessing, STANDARD, seed, part))
            rooms.append(room)
        for variant in wanted:
            if VARIANTS[variant].size == size:
                began_s = time.perf_counter()
                found[variant] = measure(dataset, Rooms(*rooms), VARIANTS[variant], weights, seed)
                found[variant]["seconds"] = time.perf_counter() - began_s
        for context in contexts:
            context.__exit__(None, None, None)
    return found


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--variants", nargs="+", choices=sorted(VARIANTS), default=list(VARIANTS))
    parser.add_argument("--pictures", type=int, default=150, help="at most so many of each set, of both classes alike")
    parser.add_argument("--results", type=Path, help="JSON lines; what stands there is not trained again")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    root, weights = inputs(parser)
    wanted = list(dict.fromkeys(["base", *arguments.variants]))
    store = Store(arguments.results, ("set", "seed", "pictures", "variant"))
    runs = []
    for seed in arguments.seeds:
        for name in arguments.sets:
            known = {one: store.get(name, seed, arguments.pictures, one) for one in wanted}
            missing = [one for one, row in known.items() if row is None]
            made = one_set(root, name, seed, weights, missing, arguments.pictures) if missing else {}
            for variant, figures in made.items():
                key = {"set": name, "seed": seed, "pictures": arguments.pictures, "variant": variant}
                known[variant] = {**key, "figures": figures}
                store.put({**key, "figures": figures})
            found = {variant: row["figures"] for variant, row in known.items() if row is not None}
            runs.append({"set": name, "seed": seed, "variants": found})
            print(f"{name}, seed {seed}: " + ", ".join(_words(v, f) for v, f in found.items()), flush=True)
    if arguments.json:
        print(json.dumps({"runs": runs, "differences": {v: _differences(runs, v) for v in wanted[1:]}}))
        return 0
    print(f"\n{'against the base':36}" + "".join(f"{name.replace('_', ' '):>28}" for name in FIGURES))
    for variant in wanted[1:]:
        row = _differences(runs, variant)
        print(f"{variant:36}" + "".join(f"{row[n][0]:+16.4f} (± {row[n][1]:.4f})" for n in FIGURES))
    print("± is the standard error over sets and seeds; a smaller loss and a larger AUROC are better")
    print(f"\n{'validation loss, by set':36}" + "".join(f"{name:>16}" for name in arguments.sets))
    for variant in wanted:
        means = [_mean_loss([one for one in runs if one["set"] == name], variant) for name in arguments.sets]
        print(f"{variant:36}" + "".join(f"{value:{'16.3f' if variant == 'base' else '+16.3f'}}" for value in means))
    return 0


def _mean_loss(runs: Sequence[dict[str, Any]], variant: str) -> float:
    """Mean over the seeds: of the base the loss, of another variant the change."""
    found = [one["variants"] for one in runs]
    base = 0.0 if variant == "base" else 1.0
    name = "validation_loss"
    return statistics.mean(float(one[variant][name]) - base * float(one["base"][name]) for one in found)


def _differences(runs: Sequence[dict[str, Any]], variant: str) -> dict[str, tuple[float, float]]:
    found = {}
    for name in FIGURES:
        gaps = [one["variants"][variant][name] - one["variants"]["base"][name] for one in runs]
        found[name] = (statistics.mean(gaps), standard_error(gaps))
    return found


def _words(variant: str, found: dict[str, float]) -> str:
    return f"{variant} {found['validation_loss']:.3f}/{found['test_auroc']:.3f}"


def _some(dataset: Dataset, most: int, seed: int) -> Dataset:
    """Return at most so many pictures, both classes in equal parts as far as there are enough."""
    rng = np.random.default_rng([seed, 3])
    chosen: list[int] = []
    for defective in (False, True):
        numbers = [i for i, sample in enumerate(dataset.samples) if sample.defective is defective]
        chosen += rng.permutation(numbers)[: most // 2].tolist()
    return replace(dataset, samples=tuple(dataset.samples[number] for number in sorted(chosen)))


if __name__ == "__main__":
    raise SystemExit(main())
