"""``python -m tests.bench.strangeness --weights FILE --data FOLDER …``: what a memory of good tells, without any defect.

For each set and split some good pictures make the memory; the other good ones and all defective ones are measured against
it, and so are good pictures of the other sets, as wrong products. Cells are computed once, in float; masks say whether the
strangest cell lies on the defect.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from inspector.vision.export import to_openvino
from inspector.vision.preprocess import Preprocessing, fit
from trainer.cache import OpenVinoExtractor
from trainer.dataset import Dataset, Sample, hashed, read_dataset
from trainer.frozen import CellsOf
from trainer.memory import memory_of
from trainer.networks import backbone
from trainer.pointing import pointing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inspector.vision.memory import MemoryOfGood

_OTHERS = 40
_MASK_PX = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A set with the cells of its pictures, (N, h·w, 128)."""

    dataset: Dataset
    cells: NDArray[np.float32]

    @property
    def good(self) -> NDArray[np.intp]:
        """The places of the good pictures."""
        return np.flatnonzero([not sample.defective for sample in self.dataset.samples])

    @property
    def defective(self) -> NDArray[np.intp]:
        """The places of the defective ones."""
        return np.flatnonzero([sample.defective for sample in self.dataset.samples])


def flat(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, 128, h, w) → (N, h·w, 128)."""
    return cells.reshape(*cells.shape[:2], -1).transpose(0, 2, 1)


def maps_of(memory: MemoryOfGood, cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, h·w, 128) → (N, h, w) strangeness."""
    side = round(cells.shape[1] ** 0.5)
    with torch.inference_mode():
        grids = torch.from_numpy(np.ascontiguousarray(cells.transpose(0, 2, 1), np.float32))
        return np.concatenate([memory(grid[None].reshape(1, -1, side, side))[0].numpy() for grid in grids])


def masked(samples: Sequence[Sample]) -> list[NDArray[np.bool_]]:
    """Return the masks of defective pictures."""
    masks = []
    for sample in samples:
        plane = cv2.imread(str(sample.mask), cv2.IMREAD_GRAYSCALE)
        assert plane is not None
        small = cv2.resize((plane > 0).astype(np.uint8), (_MASK_PX, _MASK_PX), interpolation=cv2.INTER_AREA)
        masks.append(small > 0)
    return masks


def row(name: str, described: dict[str, Described], count: int, seed: int) -> dict[str, object]:
    """Make a memory of some good pictures and measure everything else."""
    own = described[name]
    order = np.random.default_rng(seed).permutation(own.good)
    learnt, held = order[:count], order[count:]
    samples = own.dataset.samples
    memory, scale = memory_of(own.cells[learnt], [samples[place] for place in learnt], seed)
    good, bad = (maps_of(memory, own.cells[places]) for places in (held, own.defective))
    tops = [maps.max(axis=(1, 2)) for maps in (good, bad)]
    wrong = np.concatenate(
        [
            maps_of(memory, other.cells[other.good[:_OTHERS]]).max(axis=(1, 2))
            for key, other in described.items()
            if key != name
        ]
        or [np.empty(0)]
    )
    told: dict[str, object] = {
        "set": name,
        "good pictures": count,
        "seed": seed,
        "place counts": float(memory.position) > 0,
        "AUROC": round(float(roc_auc_score([0] * len(held) + [1] * len(bad), np.concatenate(tops))), 4),
        "defects to review": f"{int((tops[1] >= 1).sum())} of {len(bad)}",
        "good to review": f"{int((tops[0] >= 1).sum())} of {len(held)}",
        "wrong products to review": f"{int((wrong >= 1).sum())} of {len(wrong)}",
        "spread": round(scale.sd_log, 3),
    }
    withmask = [index for index, place in enumerate(own.defective) if samples[place].mask is not None]
    if withmask:
        points = pointing([bad[index] for index in withmask], masked([samples[own.defective[i]] for i in withmask]))
        told["peak in mask"] = points.pointing_game
        told["pixel AUROC"] = points.pixel_auroc
    return told


def main() -> None:
    """Measure, and print a line for each memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="ResNet-50 weights")
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="folders of labelled pictures")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--counts", type=int, nargs="+", default=[5, 20, 0], help="good pictures; 0 is three quarters")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parsed = parser.parse_args()
    preprocessing = Preprocessing(input_size=parsed.size)
    graph = to_openvino(CellsOf(backbone(parsed.weights, "average", 0).eval()), parsed.size)
    see = OpenVinoExtractor(graph, preprocessing, "f32")
    described: dict[str, Described] = {}
    for folder in parsed.data:
        dataset = hashed(read_dataset(folder))
        cells = np.concatenate([flat(see(fit(s.picture(), preprocessing)[None])) for s in dataset.samples])
        described[folder.name] = Described(dataset=dataset, cells=cells)
    for name, own in described.items():
        for count in parsed.counts:
            for seed in parsed.seeds:
                print(json.dumps(row(name, described, count or len(own.good) * 3 // 4, seed)), flush=True)


if __name__ == "__main__":
    main()
