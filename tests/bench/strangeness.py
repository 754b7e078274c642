"""``python -m tests.bench.strangeness --weights FILE --data FOLDER …``: what a memory of good tells, without any defect.

For each set and split some good pictures make the memory; the other good ones and all defective ones are measured against
it, and so are good pictures of the other sets, as wrong products. Cells are computed once, in float; masks say whether the
strangest cell lies on the defect. ``--drawn`` adds products that are drawn, ``--turned`` sets whose pictures are turned at
random; ``--peer`` measures anomalib's PatchCore on the same splits. ``--framed`` judges the square around the part where a
training would, told by the first five good pictures of each split.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from inspector.vision.export import to_openvino
from inspector.vision.preprocess import Preprocessing, fit
from tests.bench.drawn_parts import draw
from trainer.cache import OpenVinoExtractor
from trainer.dataset import Dataset, Sample, hashed, read_dataset
from trainer.framing import WHOLE, Framing, framing_of
from trainer.frozen import CellsOf
from trainer.good_only import LEAST_GOOD
from trainer.memory import memory_of
from trainer.networks import backbone
from trainer.orientation import turned_by
from trainer.pointing import pointing
from trainer.whole import lit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from inspector.vision.memory import MemoryOfGood

_OTHERS = 40
_DRAWN_GOOD, _DRAWN_DEFECTIVE = 90, 60
_MASK_PX = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A set with the cells of its pictures, (N, h·w, 128)."""

    dataset: Dataset
    cells: NDArray[np.float32]
    see: Callable[[int, int], NDArray[np.float32]]
    see_lit: Callable[[int, tuple[float, float]], NDArray[np.float32]]
    pictures: Callable[[int], NDArray[np.uint8]]
    framing: Framing = WHOLE

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


def strangeness_of(memory: MemoryOfGood, cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, h·w, 128) → (N,): the strangest cell, or the whole picture where that is stranger."""
    assert memory.whole is not None
    with torch.inference_mode():
        grids = torch.from_numpy(np.ascontiguousarray(cells.transpose(0, 2, 1), np.float32))
        whole = memory.whole(grids[..., None]).numpy()
    return np.asarray(np.maximum(maps_of(memory, cells).max(axis=(1, 2)), whole), np.float32)


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
    memory, scale = memory_of(
        own.cells[learnt],
        [samples[place] for place in learnt],
        seed,
        lambda number, angle: own.see(int(learnt[number]), angle),
        see_lit=lambda number, light: own.see_lit(int(learnt[number]), light),
        upright=own.framing.upright,
    )
    bad = maps_of(memory, own.cells[own.defective])
    tops = [strangeness_of(memory, own.cells[places]) for places in (held, own.defective)]
    wrong = np.concatenate(
        [strangeness_of(memory, other.cells[other.good[:_OTHERS]]) for key, other in described.items() if key != name]
        or [np.empty(0, np.float32)]
    )
    told: dict[str, object] = {
        "set": name,
        "good pictures": count,
        "seed": seed,
        "place counts": float(memory.position) > 0,
        "square": own.framing.part_side,
        "upright": own.framing.upright,
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


def described_of(
    folder: Path, see: OpenVinoExtractor, usual: Preprocessing, *, turn: bool = False, framing: Framing = WHOLE
) -> Described:
    """Look at all pictures of a folder.

    Args:
        framing: What of each is looked at.
        turn: Each is turned at random, and what it does not show mirrored.
    """
    dataset = hashed(read_dataset(folder))
    preprocessing = usual.model_copy(update={"part_side": framing.part_side, "upright": framing.upright})
    angles = np.random.default_rng(7).integers(1, 360, len(dataset.samples)) if turn else None

    def picture(place: int) -> NDArray[np.uint8]:
        fitted = fit(dataset.samples[place].picture(), preprocessing)
        return fitted if angles is None else turned_by(fitted, int(angles[place]))

    def cells(place: int, angle: int) -> NDArray[np.float32]:
        return np.asarray(flat(see(turned_by(picture(place), angle)[None]))[0], np.float16)

    def lit_cells(place: int, light: tuple[float, float]) -> NDArray[np.float32]:
        return np.asarray(flat(see(lit(picture(place), *light)[None]))[0], np.float16)

    seen = np.stack([cells(place, 0) for place in range(len(dataset.samples))])
    return Described(dataset=dataset, cells=seen, see=cells, see_lit=lit_cells, pictures=picture, framing=framing)


def framed(folder: Path, see: OpenVinoExtractor, preprocessing: Preprocessing, seed: int) -> Described:
    """Look at a set's pictures as a training with the first good ones of a split would; others are no wrong products."""
    samples = [sample for sample in read_dataset(folder).samples if not sample.defective]
    learnt = np.random.default_rng(seed).permutation(len(samples))[:LEAST_GOOD]
    framing = framing_of([samples[place].picture() for place in learnt], turns=True)
    return described_of(folder, see, preprocessing, framing=framing)


def peer_row(name: str, own: Described, count: int, seed: int, weights: Path) -> dict[str, object]:
    """Measure anomalib's PatchCore on the same pictures."""
    from tests.bench.peer import Peer

    order = np.random.default_rng(seed).permutation(own.good)
    peer = Peer(weights, [own.pictures(int(place)) for place in order[:count]], seed)
    places = [*order[count:], *own.defective]
    pictures = [own.pictures(int(place)) for place in places]
    began_s = time.process_time()
    scores = [peer.score(picture) for picture in pictures]
    labels = [0] * (len(order) - count) + [1] * len(own.defective)
    return {
        "set": name,
        "good pictures": count,
        "seed": seed,
        "peer AUROC": round(float(roc_auc_score(labels, scores)), 4),
        "peer ms of processor time": round(1e3 * (time.process_time() - began_s) / len(places), 1),
    }


def means(rows: Sequence[dict[str, object]]) -> dict[str, object]:
    """Return the mean over splits of whatever AUROC is in the rows."""
    kept = {key: rows[0][key] for key in ("set", "good pictures")}
    names = [name for name in ("AUROC", "peer AUROC", "peer ms of processor time") if name in rows[0]]
    return kept | {f"mean {name}": round(float(np.mean([float(str(row[name])) for row in rows])), 4) for name in names}


def main() -> None:
    """Measure, and print a line for each memory, and for each number of good pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="ResNet-50 weights")
    parser.add_argument("--data", type=Path, nargs="*", default=[], help="folders of labelled pictures")
    parser.add_argument(
        "--turned",
        type=Path,
        nargs="*",
        default=[],
        help="folders whose pictures are turned at random; not with --framed",
    )
    parser.add_argument("--drawn", nargs="*", default=[], choices=["pill", "screw"], help="products that are drawn")
    parser.add_argument("--drawing", type=int, default=0, help="seed that products are drawn by")
    parser.add_argument("--framed", action="store_true", help="judge the square around the part where that is known")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--counts", type=int, nargs="+", default=[5, 20, 0], help="good pictures; 0 is three quarters")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--peer", action="store_true", help="beside anomalib's PatchCore: pip install anomalib==2.7.*")
    parsed = parser.parse_args()
    if parsed.framed and parsed.turned:
        parser.error("--framed judges parts as they lie: leave --turned out")
    preprocessing = Preprocessing(input_size=parsed.size)
    graph = to_openvino(CellsOf(backbone(parsed.weights, "average", 0).eval()), parsed.size)
    see = OpenVinoExtractor(graph, preprocessing, "f32")
    with tempfile.TemporaryDirectory() as drawn:
        folders = {folder.name: (folder, False) for folder in parsed.data}
        folders |= {f"{folder.name}, turned": (folder, True) for folder in parsed.turned}
        for kind in parsed.drawn:
            folder = draw(Path(drawn) / kind, kind, _DRAWN_GOOD, _DRAWN_DEFECTIVE, parsed.drawing)
            folders[f"{kind}, drawn"] = folder, False
        described = (
            {} if parsed.framed else
            {name: described_of(folder, see, preprocessing, turn=turn) for name, (folder, turn) in folders.items()}
        )  # fmt: skip
        for name, (folder, _) in folders.items():
            rows: dict[int, list[dict[str, object]]] = {}
            for seed in parsed.seeds:
                if parsed.framed:
                    described = {name: framed(folder, see, preprocessing, seed)}
                own = described[name]
                for count in (asked or len(own.good) * 3 // 4 for asked in parsed.counts):
                    told = row(name, described, count, seed)
                    if parsed.peer:
                        told |= peer_row(name, own, count, seed, parsed.weights)
                    rows.setdefault(count, []).append(told)
                    print(json.dumps(told), flush=True)
            for splits in rows.values():
                print(json.dumps(means(splits)), flush=True)


if __name__ == "__main__":
    main()
