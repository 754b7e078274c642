"""``python -m tests.bench.few --weights FILE --data FOLDER …``: what the memory, few defects and a head tell of the rest.

For each set and draw some good and some defective pictures are learnt from; all others are judged, by the thresholds in
force and the guard at its usual rate. Features are computed once, as the int8 graph of the line computes them, 224 px.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from inspector.domain.policy import FAILED, PASSED, REVIEW, verdicts_of
from inspector.domain.records import Thresholds
from inspector.domain.strangeness import DEFAULT_RATE, GoodScale
from inspector.vision.graph import JOINED_BACKBONE
from inspector.vision.preprocess import Preprocessing, fit
from tests.bench.strangeness import flat, maps_of
from trainer.cache import OpenVinoExtractor
from trainer.calibration import calibrated, temperature
from trainer.dataset import Dataset, hashed, read_dataset
from trainer.few import few_thresholds, learn_few
from trainer.frozen import freeze
from trainer.good_only import THRESHOLDS, p_defective, steepness
from trainer.head import cross_validate, fit_rows
from trainer.memory import memory_of
from trainer.networks import backbone, judged_by
from trainer.protocol import TrainRequest
from trainer.thresholds import operating_point

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.vision.memory import MemoryOfGood
    from trainer.head import Columns

_FOLDS, _LEAVE_ONE_OUT_BELOW = 5, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A set as the frozen part sees it: (N, R, 1536) pooled features, as int8 and in float, by which of them a head may
    judge, and (N, h·w, 128) cells.
    """

    dataset: Dataset
    pooled: NDArray[np.float32]
    cells: NDArray[np.float16]
    choices: tuple[Columns, ...]


def raw(memory: MemoryOfGood, cells: NDArray[np.float16]) -> NDArray[np.float64]:
    """Return the distance of each picture's strangest cell."""
    maps = maps_of(memory, cells.astype(np.float32))
    return np.asarray(maps.max(axis=(1, 2)) * float(memory.scale), np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """Good pictures of a draw, and how strange every picture of the set is to a memory of them.

    Args:
        good: The places of the pictures learnt from.
        strangeness: (N,) in units of the limit; a picture learnt from is measured against a memory without it.
        scale: Of those.
    """

    good: NDArray[np.intp]
    strangeness: NDArray[np.float64]
    scale: GoodScale


def remembered(seen: Seen, count: int, seed: int) -> Remembered:
    """Draw good pictures and remember them."""
    bad = np.array([sample.defective for sample in seen.dataset.samples])
    good = np.random.default_rng([seed, count]).permutation(np.flatnonzero(~bad))[:count]
    folds = np.arange(count) % (count if count < _LEAVE_ONE_OUT_BELOW else _FOLDS)
    samples = [replace(seen.dataset.samples[at], fold=int(fold)) for at, fold in zip(good, folds, strict=True)]
    memory, _ = memory_of(seen.cells[good].astype(np.float32), samples, seed)
    strangeness = raw(memory, seen.cells)
    for fold in np.unique(folds):
        inside = folds == fold
        others = [sample for sample, out in zip(samples, inside, strict=True) if not out]
        without, _ = memory_of(seen.cells[good[~inside]].astype(np.float32), others, seed)
        strangeness[good[inside]] = raw(without, seen.cells[good[inside]])
    unit = GoodScale.of(strangeness[good].tolist()).limit(DEFAULT_RATE)
    strangeness /= unit
    return Remembered(good=good, strangeness=strangeness, scale=GoodScale.of(strangeness[good].tolist()))


def rest_judged(seen: Seen, memory: Remembered, defective: int, seed: int) -> dict[str, list[float]]:
    """Learn of one draw and judge the rest: for each method AUROC, defects passed, to review, good failed, to review."""
    bad = np.array([sample.defective for sample in seen.dataset.samples])
    bads = np.random.default_rng([seed, defective, 7]).permutation(np.flatnonzero(bad))
    learnt = np.r_[memory.good, bads[:defective]]
    rest = np.setdiff1d(np.arange(len(bad)), learnt)
    strange, strange_rest = memory.strangeness[learnt], memory.strangeness[rest]
    good = len(memory.good)
    truth, truth_rest = bad[learnt].astype(np.int64), bad[rest].astype(np.int64)
    folds = np.r_[np.arange(good) % _FOLDS, np.arange(defective) % _FOLDS]
    request = TrainRequest(data="data", out="model")

    def told(scores: NDArray[np.float64], points: Thresholds, *, guarded: bool = True) -> list[float]:
        limits = replace(points, strange_from=1.0 if guarded else None)
        codes = verdicts_of(scores, limits, strange_rest)
        counts = [((codes == code) & (truth_rest == kind)).sum() for kind, code in
                  ((1, PASSED), (1, REVIEW), (0, FAILED), (0, REVIEW))]  # fmt: skip
        return [float(roc_auc_score(truth_rest, scores)), *map(float, counts)]

    steep = steepness(memory.scale)
    answers = {"good-only": told(p_defective(strange_rest.tolist(), steep), THRESHOLDS)}
    ways = range(seen.pooled.shape[1])
    few = learn_few(strange, seen.pooled[learnt], truth, folds, ways, seen.choices)
    margins = np.zeros(len(rest))
    if few.head is not None:
        logits = seen.pooled[rest, 0] @ few.head.weight.T + few.head.bias
        margins = np.asarray(logits[:, 1] - logits[:, 0], np.float64)
    scores = 1 / (1 + np.exp(-few.shares.log_odds(strange_rest, margins)))
    answers["few"] = told(scores, few_thresholds(few, truth, request))
    answers["part of the head in few"] = [few.shares.part_of_head]
    if defective >= 2:
        features = seen.pooled[learnt]
        best = min(cross_validate(features, truth, folds, seen.choices), key=lambda tried: tried.loss)
        warmth = max(0.5, temperature(best.scores, truth))
        points = operating_point(calibrated(best.scores, warmth), truth, request)
        alone = calibrated(
            fit_rows(features, truth, best.strength, best.columns).p_defective(seen.pooled[rest, 0]), warmth
        )
        answers["head"] = told(alone, points, guarded=False)
        answers["head with the guard"] = told(alone, points)
    return answers


def described(folder: Path, weights: Path) -> Seen:
    """Compute what the frozen part says of a set."""
    dataset = hashed(read_dataset(folder, least=0))
    preprocessing = Preprocessing(input_size=224)
    calibrating = [sample for sample in dataset.samples if not sample.defective][:24]
    network = backbone(weights, "generalised-mean", 0, JOINED_BACKBONE)
    frozen = freeze(network, network.last, preprocessing, calibrating)
    assert isinstance(frozen.extractor, OpenVinoExtractor)
    extractors = [frozen.extractor, *([frozen.in_float] if frozen.in_float is not None else [])]
    pooled, cells = [], []
    for first in range(0, len(dataset.samples), 8):
        pictures = np.stack([fit(s.picture(), preprocessing) for s in dataset.samples[first : first + 8]])
        _, described = frozen.extractor.seen(pictures)
        with torch.inference_mode():
            each = [network.pooling(torch.from_numpy(see(pictures))).numpy() for see in extractors]
        pooled.append(np.stack(each, axis=1))
        cells.append(flat(described).astype(np.float16))
    rows = np.concatenate(pooled)
    return Seen(dataset=dataset, pooled=rows, cells=np.concatenate(cells), choices=judged_by(network))


def main() -> None:
    """Measure, and print a line for each number of pictures: means over the draws."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--good", type=int, nargs="+", default=[6, 20])
    parser.add_argument("--defective", type=int, nargs="+", default=[1, 2, 6, 12, 20])
    parser.add_argument("--draws", type=int, default=3)
    parsed = parser.parse_args()
    for folder in parsed.data:
        seen = described(folder, parsed.weights)
        total = sum(sample.defective for sample in seen.dataset.samples)
        for good in parsed.good:
            memories = [remembered(seen, good, seed) for seed in range(parsed.draws)]
            for defective in parsed.defective:
                draws = [rest_judged(seen, memory, defective, seed) for seed, memory in enumerate(memories)]
                means = {key: [round(float(np.mean(column)), 3) for column in zip(*(d[key] for d in draws), strict=True)]
                         for key in draws[0]}  # fmt: skip
                row = {"set": folder.name, "good": good, "defective": defective, "other defects": total - defective,
                       "other good": len(seen.dataset.samples) - total - good, **means}  # fmt: skip
                print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
