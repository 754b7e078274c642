"""``python -m tests.bench.maps``: do heatmaps point at the defect, over all defects of a set?

In folds: every picture is judged once, by an exported model that has seen neither it nor its near duplicates. Peak in the
mask, pixel AUROC over all pictures (good ones too) for each heatmap; see `trainer.pointing.pointing`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.heatmap import HeatmapKind
from tests.bench.common import inputs, last
from trainer.candidates import train_best
from trainer.examine import examine
from trainer.frozen import freezer
from trainer.gate import make
from trainer.judge import JudgedPictures, on_picture
from trainer.methods import Context
from trainer.protocol import Command, TrainRequest
from trainer.split import cross_test

if TYPE_CHECKING:
    from trainer.dataset import Dataset

KINDS = {"defect map": HeatmapKind.DEFECT, "unlike good": HeatmapKind.UNLIKE_GOOD, "Grad-CAM": HeatmapKind.GRAD_CAM}


def measured(part: Dataset, context: Context, judgements: dict[str, JudgedPictures]) -> None:
    """Train, export and judge the test part of one fold; maps are added to the judgements."""
    trained = last(train_best(part, context)).trained
    with tempfile.TemporaryDirectory() as folder:
        made, _ = last(make(trained, part, context, Path(folder)))
        classifier = made.draft.classifier(made.precision)
        for sample in part.of("test"):
            image = sample.picture()
            prediction = classifier.predict(image)
            for name, kind in KINDS.items():
                heatmap = replace(prediction, wanted=kind).heatmap
                if kind is HeatmapKind.GRAD_CAM:  # raw, as it was always measured
                    heatmap = prediction.maps[prediction.defect_index]
                judgement = judgements.setdefault(name, JudgedPictures())
                judgement.maps[sample.name] = on_picture(heatmap, image.shape, prediction.map_box)
                judgement.samples[sample.name] = sample
        classifier.close()


def main() -> None:
    """Measure, and print a line for each heatmap."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", default=["bottle", "magnetic_tile"])
    parser.add_argument("--methods", nargs="+", default=["head", "layer4"])
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parsed = parser.parse_args()
    root, weights = inputs(parser)
    for name in parsed.sets:
        for method in parsed.methods:
            request = TrainRequest(
                data=str(root / name), out="unused", weights=str(weights), method=method, seed=parsed.seed, unseen="no"
            )
            dataset, _, clusters = last(examine(request))
            context = Context(
                request=request, weights=weights, command=lambda: Command.RUN, freezer=freezer(request.precision)
            )
            judgements: dict[str, JudgedPictures] = {}
            for part in cross_test(dataset, parsed.folds, request, clusters):
                measured(part, context, judgements)
            for kind, judgement in judgements.items():
                figures = judgement.pointing(judgement.maps)
                assert figures is not None
                told = {key: round(value, 4) for key, value in figures.model_dump().items()}
                print(json.dumps({"set": name, "method": method, "map": kind, **told}), flush=True)


if __name__ == "__main__":
    main()
