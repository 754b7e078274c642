"""``python -m tests.bench.cached_trunk``: cached activations against the plain loop, on two sets, five seeds.

Plain: every epoch augments every picture anew and runs the whole network in torch, float32. Cached: four views per
picture, the frozen part once as the trainer does it (`--precision auto`: quantised first, where the processor is made for
it, and the plain views in float too; `float`: bf16 where there is that). Same splits, seeds and trained layers.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from inspector.vision.preprocess import Preprocessing
from tests.bench.common import inputs, last, standard_error
from trainer.augment import STANDARD
from trainer.cache import Extractor, activations, fill
from trainer.dataset import TEST, TRAIN, VAL, Dataset, hashed, labels, read_dataset
from trainer.fit import Part, Settings, fit
from trainer.frozen import freezer
from trainer.metrics import choose_threshold, figures
from trainer.networks import Tail, backbone
from trainer.protocol import Command, TrainRequest
from trainer.split import split
from trainer.steps import fast_bf16, probabilities

if TYPE_CHECKING:
    from numpy.typing import NDArray

CUT, SIZE, EPOCHS = "layer3", 224, 16


def once(dataset: Dataset, weights: Path, seed: int, *, cached: bool, precision: str) -> tuple[dict[str, Any], float]:
    """Train once; returns the test figures and the seconds of the training."""
    network = backbone(weights, "average", seed)

    def eager(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            return network.until(CUT, torch.from_numpy(pictures)).numpy()

    began = time.perf_counter()
    preprocessing = Preprocessing(input_size=SIZE)
    extractor: Extractor = eager
    also: Extractor | None = None
    if cached:
        part = last(freezer(precision).of(network, CUT, preprocessing, dataset.of(TRAIN)))
        extractor, also = part.extractor, part.in_float
    parts: dict[str, Part] = {}
    views = {TRAIN: 4 if cached else EPOCHS, VAL: 1, TEST: 1}
    rooms = {}
    for name, count in views.items():
        samples = dataset.of(name)
        twice = also if name == TRAIN else None
        rooms[name] = activations(CUT, SIZE, len(samples), count + (twice is not None))
        room = rooms[name].__enter__()
        last(fill(room, extractor, samples, preprocessing, STANDARD, seed, name, also=twice))
        parts[name] = Part(room, labels(samples))
    tail = Tail(network, CUT)
    settings = Settings(epochs=EPOCHS, patience=EPOCHS, batch=10, rate=5e-4)
    fitted = last(fit(tail, tail.groups(), parts[TRAIN], parts[VAL], settings, seed=seed, command=lambda: Command.RUN))
    took = time.perf_counter() - began
    threshold, _ = choose_threshold(fitted.scores, parts[VAL].labels)
    scores = probabilities(tail, parts[TEST].room[:, 0], "cpu", mixed=fast_bf16())
    for one in rooms.values():
        one.__exit__(None, None, None)
    return dict(figures(scores, parts[TEST].labels, threshold)), took


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
        plain = hashed(read_dataset(root / name))
        rows: dict[str, list[tuple[dict[str, Any], float]]] = {"plain": [], "cached": []}
        for seed in range(arguments.seeds):
            dataset = split(plain, TrainRequest(data="-", out="-", seed=seed, test_fraction=0.3))
            for kind, found in rows.items():
                found.append(once(dataset, weights, seed, cached=kind == "cached", precision=arguments.precision))
        sets[name] = {"pictures": len(plain.samples), **_compared(rows)}
        if not arguments.json:
            _print(name, sets[name], arguments.seeds)
    if arguments.json:
        print(json.dumps({"seeds": arguments.seeds, "sets": sets}))
    return 0


def _compared(rows: dict[str, list[tuple[dict[str, Any], float]]]) -> dict[str, Any]:
    seconds = {kind: _seconds(found) for kind, found in rows.items()}
    answer: dict[str, Any] = {"seconds": seconds, "ratio": seconds["plain"] / seconds["cached"]}
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
    print(
        f"{data}, {found['pictures']} pictures: plain {plain:.0f} s, cached {cached:.0f} s, {found['ratio']:.1f} x",
        flush=True,
    )


def _seconds(found: list[tuple[dict[str, Any], float]]) -> float:
    return statistics.mean(seconds for _, seconds in found)


if __name__ == "__main__":
    raise SystemExit(main())
