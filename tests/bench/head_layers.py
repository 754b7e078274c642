"""``python -m tests.bench.head_layers``: by which layer's features a head judges best.

Every set is split as a training splits it, once per seed. A head is fitted to the pooled features of layer2 (the strongest
of 2 × 2 cells), of layer3, of layer4, or of two of them beside one another, each pooled by the average and by the generalised
mean, on the plain view in float; where parts stand free, on the square around them. The loss of cross-validation, on the
pictures that are not tested, is what may be chosen by, and chooses among the columns of layer2 and layer3 in the last variant.
The held-out pictures are shown beside it: their loss, AUROC, and F1 at the operating point that validation chose; they choose
nothing.

Where the heatmaps of the head that was chosen point: ``python -m tests.bench.maps --methods head``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import torch
from sklearn.metrics import f1_score, roc_auc_score

from inspector.vision.export import to_openvino
from inspector.vision.pooling import POOLINGS
from inspector.vision.preprocess import Preprocessing, fit
from tests.bench.common import inputs, standard_error
from tests.bench.drawn_parts import draw
from tests.bench.drawn_training import DEFECTIVE, GOOD
from trainer.augment import plain_views
from trainer.cache import OpenVinoExtractor
from trainer.dataset import TEST, TRAIN, VAL, Dataset, hashed, labels, read_dataset
from trainer.head import cross_validate, fit_rows
from trainer.input_size import parts_of
from trainer.networks import backbone
from trainer.protocol import TrainRequest
from trainer.split import split
from trainer.steps import weighted_log_loss
from trainer.thresholds import operating_point

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from inspector.vision.network import InspectionNetwork

    Features = Mapping[str, NDArray[np.float32]]

SETS = ("bottle", "magnetic_tile", "deeppcb", *DEFECTIVE)
LAYERS = MappingProxyType({"layer2": 512, "layer3": 1024, "layer4": 2048})
BESIDE = (("layer2", "layer3"), ("layer3", "layer4"))
#: Among these the loss of cross-validation chooses.
CHOSEN = "chosen by folds"
CHOICES = ("layer2 and layer3, generalised-mean", "layer2, generalised-mean", "layer3, generalised-mean")
POOLED = ("average", "generalised-mean")
_BATCH = 8
#: What the others are compared with: as it was before.
BASE = "layer3, generalised-mean"
#: Seed of the drawn sets, and the size of their input, pixels.
_DRAWING, _DRAWN_PX = 5, 448
FIGURES = ("validation_loss", "test_loss", "test_auroc", "test_f1")


class PooledLayers(torch.nn.Module):
    """Pictures → the features of each layer, pooled in each way, as one row."""

    def __init__(self, network: InspectionNetwork) -> None:
        super().__init__()
        self.network = network
        self.ways = torch.nn.ModuleList(POOLINGS[name]() for name in POOLED)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) float → (N, 2 · 512 + 2 · 1024 + 2 · 2048) float."""
        layer2 = self.network.until("layer2", pictures)
        layer3 = self.network.between("layer2", "layer3", layer2)
        strongest = self.network.together(layer2, layer3)[:, : LAYERS["layer2"]]
        layers = (strongest, layer3, self.network.between("layer3", "layer4", layer3))
        return torch.cat([way(activations) for activations in layers for way in self.ways], dim=1)


def variants_of(rows: NDArray[np.float32]) -> Features:
    """Cut rows into what is compared, by its words."""
    single: dict[str, NDArray[np.float32]] = {}
    start = 0
    for layer, channels in LAYERS.items():
        for way in POOLED:
            single[f"{layer}, {way}"] = rows[..., start : start + channels]
            start += channels
    beside = {
        f"{' and '.join(pair)}, {way}": np.concatenate([single[f"{layer}, {way}"] for layer in pair], axis=-1)
        for pair in BESIDE
        for way in POOLED
    }
    return single | beside


def seen(dataset: Dataset, weights: Path, size: int) -> Features:
    """Compute the features of all pictures of a set, (N, R, D): those that are turned level either way round."""
    request = TrainRequest(data="-", out="-", seed=0)
    _, framing = parts_of(split(dataset, request), request)
    preprocessing = Preprocessing(input_size=size, part_side=framing.part_side, upright=framing.upright)
    network = backbone(weights, "average", 0).eval()
    extractor = OpenVinoExtractor(to_openvino(PooledLayers(network), size), preprocessing)
    rows = []
    for first in range(0, len(dataset.samples), _BATCH):
        some = dataset.samples[first : first + _BATCH]
        plain = np.stack([fit(sample.picture(), preprocessing) for sample in some])
        ways = [plain, np.ascontiguousarray(plain[:, ::-1, ::-1])][: plain_views(upright=framing.upright)]
        rows.append(np.stack([extractor(way) for way in ways], axis=1))
    return variants_of(np.concatenate(rows))


def figures_of(dataset: Dataset, features: Features, seed: int) -> dict[str, dict[str, float]]:
    """Fit and judge a head for each variant, on one split."""
    request = TrainRequest(data="-", out="-", seed=seed)
    parts = split(dataset, request)
    place = {sample.name: number for number, sample in enumerate(dataset.samples)}
    learnt, tested = parts.of(TRAIN, VAL), parts.of(TEST)
    inside, outside = ([place[sample.name] for sample in some] for some in (learnt, tested))
    truth, tested_truth = labels(learnt), labels(tested)
    folds = np.array([sample.fold for sample in learnt], dtype=np.int64)
    figures = {}
    for name, rows in features.items():
        best = min(cross_validate(rows[inside], truth, folds), key=lambda tried: tried.loss)
        scores = fit_rows(rows[inside], truth, best.strength).p_defective(rows[outside, 0])
        cut = operating_point(best.scores, truth, request).fail_at
        figures[name] = {
            "validation_loss": best.loss,
            "test_loss": weighted_log_loss(scores, tested_truth),
            "test_auroc": float(roc_auc_score(tested_truth, scores)),
            "test_f1": float(f1_score(tested_truth, scores >= cut)),
        }
    figures[CHOSEN] = min((figures[name] for name in CHOICES), key=lambda figure: figure["validation_loss"])
    return figures


def main() -> int:
    """Measure, and print a line for each set and variant, and the differences to what was before."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--json", action="store_true", help="every run as a line of JSON, instead of the tables")
    parsed = parser.parse_args()
    root, weights = inputs(parser)
    runs = []
    with tempfile.TemporaryDirectory() as room:
        for name in parsed.sets:
            drawn = name in DEFECTIVE
            folder = draw(Path(room) / name, name, GOOD, DEFECTIVE[name], _DRAWING) if drawn else root / name
            dataset = hashed(read_dataset(folder))
            features = seen(dataset, weights, _DRAWN_PX if drawn else parsed.size)
            for seed in parsed.seeds:
                runs.append((name, figures_of(dataset, features, seed)))
                if parsed.json:
                    print(json.dumps({"set": name, "seed": seed, "variants": runs[-1][1]}), flush=True)
    if parsed.json:
        return 0
    print(f"{'means over the seeds':44}" + "".join(f"{figure.replace('_', ' '):>18}" for figure in FIGURES))
    for name in parsed.sets:
        for variant in runs[0][1]:
            means = [statistics.mean(run[variant][figure] for of, run in runs if of == name) for figure in FIGURES]
            print(f"{name + ': ' + variant:44}" + "".join(f"{mean:18.3f}" for mean in means))
    print(f"\n{'against ' + BASE:44}" + "".join(f"{figure.replace('_', ' '):>18}" for figure in FIGURES))
    for variant in runs[0][1]:
        gaps = [[run[variant][figure] - run[BASE][figure] for _, run in runs] for figure in FIGURES]
        print(f"{variant:44}" + "".join(f"{statistics.mean(gap):+9.3f} ± {standard_error(gap):.3f} " for gap in gaps))
    print("± is the standard error over sets and seeds; a smaller loss and a larger AUROC and F1 are better")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
