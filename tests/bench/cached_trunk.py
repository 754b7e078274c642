"""``python -m tests.bench.cached_trunk``: cached activations against the plain loop, on two sets, five seeds.

Plain: every step reads and augments its pictures (on all cores) and runs the whole network in torch, all in float32.
Cached: four views per picture, the frozen part once as the trainer does it (`--precision auto`: quantised first, where the
processor is made for it, and the plain views in float too; `float`: bf16 where there is that), the epochs in bf16 where the
processor multiplies that fast. Same splits, seeds, trained layers, steps and schedule; testing does not count.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import torch

from inspector.pictures import read_picture
from inspector.vision.network import InspectionNetwork
from inspector.vision.preprocess import Preprocessing
from tests.bench.common import inputs, last, standard_error
from trainer.augment import STANDARD, views
from trainer.cache import Extractor, Plain, activations, fill
from trainer.dataset import TEST, TRAIN, VAL, Dataset, Sample, hashed, labels, read_dataset
from trainer.fit import Activations, FitSettings, fit
from trainer.frozen import freezer
from trainer.metrics import figures
from trainer.networks import TrainedTail, backbone
from trainer.protocol import Command, TrainRequest
from trainer.split import split
from trainer.steps import fast_bf16, probabilities
from trainer.thresholds import choose_thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

CUT, SIZE, EPOCHS, VIEWS = "layer3", 224, 16, 4


class EveryTime:
    """In the place of kept activations: reads, augments and computes a batch when it is asked for, in torch, float32."""

    def __init__(self, extractor: Extractor, samples: list[Sample], seed: int, pool: ThreadPoolExecutor) -> None:
        cells = SIZE // 16
        self.shape = (len(samples), EPOCHS, 1024, cells, cells)
        self._extractor, self._samples, self._seed, self._pool = extractor, samples, seed, pool

    def __getitem__(self, chosen: tuple[NDArray[np.int64], NDArray[np.int64]]) -> NDArray[np.float32]:
        """(n,) pictures and (n,) views → (n, C, h, w)."""
        return self._extractor(np.stack(list(self._pool.map(self._view, *chosen))))

    def _view(self, picture: int, view: int) -> NDArray[np.uint8]:
        rng = np.random.default_rng([self._seed, picture, view])
        seen = views(read_picture(self._samples[picture].path), Preprocessing(input_size=SIZE), STANDARD, 2, rng)
        return np.asarray(seen[1])


def plain(dataset: Dataset, weights: Path, seed: int) -> tuple[dict[str, Any], dict[str, float]]:
    """Train as anybody would; returns the test figures and seconds."""
    network = backbone(weights, "average", seed)
    normalised = Plain(Preprocessing(input_size=SIZE))

    def eager(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        with torch.inference_mode():
            return network.until(CUT, torch.from_numpy(normalised(pictures))).numpy()

    samples = dataset.of(TRAIN)
    with (
        ThreadPoolExecutor() as pool,
        mock.patch("trainer.fit.fast_bf16", return_value=False),  # everything in float32
    ):
        training = Activations(EveryTime(eager, samples, seed, pool), labels(samples))  # type: ignore[arg-type]
        return _learnt(network, dataset, training, eager, seed, {}, mixed=False)


def cached(dataset: Dataset, weights: Path, seed: int, precision: str) -> tuple[dict[str, Any], dict[str, float]]:
    """Train as the trainer does; returns the test figures and seconds."""
    network = backbone(weights, "average", seed)
    preprocessing = Preprocessing(input_size=SIZE)
    seconds: dict[str, float] = {}
    with timed(seconds, "quantising"):
        part = last(freezer(precision).of(network, CUT, preprocessing, dataset.of(TRAIN)))
    samples = dataset.of(TRAIN)
    with activations(CUT, SIZE, len(samples), VIEWS + part.ways) as room:
        with timed(seconds, "features"):
            last(fill(room, part.extractor, samples, preprocessing, STANDARD, seed, TRAIN, also=part.in_float))
        training = Activations(room, labels(samples))
        return _learnt(network, dataset, training, part.extractor, seed, seconds, mixed=fast_bf16())


def _learnt(
    network: InspectionNetwork,
    dataset: Dataset,
    training: Activations,
    extractor: Extractor,
    seed: int,
    seconds: dict[str, float],
    *,
    mixed: bool,
) -> tuple[dict[str, Any], dict[str, float]]:
    """Train layer4 and the head, validate, choose the threshold, test; the seconds of the test do not count."""
    preprocessing = Preprocessing(input_size=SIZE)
    tail = TrainedTail(network, CUT)
    settings = FitSettings(epochs=EPOCHS, patience=EPOCHS, batch=10, rate=5e-4)
    val, test = (dataset.of(name) for name in (VAL, TEST))
    with activations(CUT, SIZE, len(val), 1) as val_room, activations(CUT, SIZE, len(test), 1) as test_room:
        with timed(seconds, "features"):
            last(fill(val_room, extractor, val, preprocessing, STANDARD, seed, VAL))
        with timed(seconds, "epochs"):
            validation = Activations(val_room, labels(val))
            fitted = last(
                fit(tail, tail.groups(), training, validation, settings, seed=seed, command=lambda: Command.RUN)
            )
        last(fill(test_room, extractor, test, preprocessing, STANDARD, seed, TEST))
        threshold = choose_thresholds(fitted.scores, validation.labels).fail_at
        scores = probabilities(tail, test_room[:, 0], "cpu", mixed=mixed)
    return figures(scores, labels(test), threshold).model_dump(mode="json"), seconds


@contextmanager
def timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    """Add what the block takes."""
    began = time.perf_counter()
    yield
    seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - began


def main() -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", default=["bottle", "magnetic_tile"])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--precision", choices=("auto", "float"), default="auto", help="of the cached trunk")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    root, weights = inputs(parser)
    sets: dict[str, Any] = {}
    for name in arguments.sets:
        known = hashed(read_dataset(root / name))
        rows: dict[str, list[tuple[dict[str, Any], dict[str, float]]]] = {"plain": [], "cached": []}
        for seed in range(arguments.seeds):
            dataset = split(known, TrainRequest(data="-", out="-", seed=seed, test_fraction=0.3))
            rows["plain"].append(plain(dataset, weights, seed))
            rows["cached"].append(cached(dataset, weights, seed, arguments.precision))
            if not arguments.json:
                spent = {kind: f"{sum(found[-1][1].values()):.0f} s" for kind, found in rows.items()}
                print(f"{name}, seed {seed}: {spent}", flush=True)
        sets[name] = {"pictures": len(known.samples), "learnt_from": len(dataset.of(TRAIN)), **_compared(rows)}
        if not arguments.json:
            _print(name, sets[name], arguments.seeds)
    if arguments.json:
        print(json.dumps({"seeds": arguments.seeds, "sets": sets}))
    return 0


def _compared(rows: dict[str, list[tuple[dict[str, Any], dict[str, float]]]]) -> dict[str, Any]:
    stages = {
        kind: {name: statistics.mean(one[name] for _, one in found) for name in found[0][1]}
        for kind, found in rows.items()
    }
    seconds = {kind: sum(found.values()) for kind, found in stages.items()}
    answer: dict[str, Any] = {"stages": stages, "seconds": seconds, "ratio": seconds["plain"] / seconds["cached"]}
    for name in ("f1", "auroc"):
        values = {kind: [float(one[name]) for one, _ in found] for kind, found in rows.items()}
        gaps = [b - a for a, b in zip(values["plain"], values["cached"], strict=True)]
        means = {kind: statistics.mean(one) for kind, one in values.items()}
        answer[name] = {**means, "difference": statistics.mean(gaps), "standard_error": standard_error(gaps)}
    return answer


def _print(data: str, found: dict[str, Any], seeds: int) -> None:
    for name in ("f1", "auroc"):
        row = found[name]
        print(
            f"{data}, {name}: plain {row['plain']:.4f}, cached {row['cached']:.4f}, difference {row['difference']:+.4f} "
            f"(standard error {row['standard_error']:.4f}, {seeds} seeds)"
        )
    plain, cached = found["seconds"]["plain"], found["seconds"]["cached"]
    stages = ", ".join(f"{name} {value:.1f} s" for name, value in found["stages"]["cached"].items())
    rate = found["learnt_from"] * EPOCHS
    print(
        f"{data}, {found['pictures']} pictures, {found['learnt_from']} learnt from, {EPOCHS} epochs: plain {plain:.0f} s "
        f"({rate / found['stages']['plain']['epochs']:.0f} pictures/s), cached {cached:.0f} s ({stages}; "
        f"{rate / found['stages']['cached']['epochs']:.0f} pictures/s in the epochs), {found['ratio']:.1f} x",
        flush=True,
    )


if __name__ == "__main__":
    raise SystemExit(main())
