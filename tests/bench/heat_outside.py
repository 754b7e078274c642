"""``python -m tests.bench.heat_outside --model BUNDLE --data FOLDER``: which failures heat outside the part spares.

The bundle judges the set's defective pictures, of the test part alone and all; then its good ones, and its defective ones,
with things that are pasted on the ground beside the part: discs, odd shapes and pieces of real defects, of some sizes, in one
corner or in all. A row is printed for each: how many fail without the rule, and how many of these go to REVIEW by it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.pictures import read_picture
from inspector.vision.backends import load_classifier
from inspector.vision.bundle import Bundle
from inspector.vision.scores import ScorePart, read_scores
from tests.bench.wrong_views import coloured
from trainer.dataset import read_dataset

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inspector.vision.classifier import Classifier
    from tests.bench.wrong_views import Picture
    from trainer.dataset import Sample

KINDS = ("dark disc", "odd shape", "piece of a defect")
SIZES = (0.04, 0.06)
_CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))


def piece(sample: Sample, radius: int) -> Picture:
    """Cut a square about the middle of a defect."""
    assert sample.mask is not None
    picture, mask = coloured(sample.picture()), read_picture(sample.mask)
    rows, columns = np.nonzero(mask if mask.ndim == 2 else mask[..., 0])
    down = int(np.clip(np.median(rows), radius, picture.shape[0] - radius))
    across = int(np.clip(np.median(columns), radius, picture.shape[1] - radius))
    return picture[down - radius : down + radius, across - radius : across + radius]


def beside(
    picture: Picture, kind: str, size: float, corners: Sequence[tuple[int, int]], defect: Sample, seed: int
) -> Picture:
    """Paste a thing into corners of a picture.

    Args:
        kind: Of `KINDS`.
        size: Its radius, as a share of the height.
        corners: 0 or 1 for left or right, and for top or bottom.
        defect: Gives the piece.
        seed: Of the odd shape.
    """
    changed, (height, width) = picture.copy(), picture.shape[:2]
    rng, radius = np.random.default_rng(seed), int(size * height)
    for right, bottom in corners:
        x, y = (width - radius - 4 if right else radius + 4), (height - radius - 4 if bottom else radius + 4)
        if kind == KINDS[0]:
            cv2.circle(changed, (x, y), radius, (20, 20, 20), -1)
        elif kind == KINDS[1]:
            angles, far = np.sort(rng.uniform(0, 2 * np.pi, 9)), rng.uniform(0.3, 1, 9) * radius
            points = np.stack([x + far * np.cos(angles), y + far * np.sin(angles)], axis=1).astype(np.int32)
            cv2.fillPoly(changed, [points], (200, 210, 190))
            cv2.polylines(changed, [points], isClosed=True, color=(10, 10, 10), thickness=2)
        else:
            changed[y - radius : y + radius, x - radius : x + radius] = piece(defect, radius)
    return changed


def counted(name: str, pictures: Iterable[Picture], classifier: Classifier) -> dict[str, object]:
    """Judge pictures, and count."""
    judged = [classifier.predict(picture) for picture in pictures]
    failed = [seen for seen in judged if seen.p_defective >= classifier.thresholds.fail_at]
    spared = sum(seen.heat_outside is True for seen in failed)
    return {"pictures": name, "judged": len(judged), "fail without": len(failed), "of these REVIEW": spared}


def main() -> None:
    """Measure, and print a line for each kind of picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="a bundle")
    parser.add_argument("--data", type=Path, required=True, help="the pictures that it was trained on, with masks")
    parser.add_argument("--step", type=int, default=3, help="of the pictures that things are pasted beside, every n-th")
    parsed = parser.parse_args()
    bundle = Bundle.load(parsed.model)
    print(json.dumps({"model": bundle.manifest.name, "says": bundle.manifest.heat_words}), flush=True)
    samples = read_dataset(parsed.data, least=0).samples
    tested = {score.path for score in read_scores(parsed.model) if score.part is ScorePart.TEST}
    good = [sample for sample in samples if not sample.defective]
    defects = [sample for sample in samples if sample.defective]
    classifier = load_classifier(bundle, "cpu")
    try:
        for name, own in (
            ("defective, test", [sample for sample in defects if sample.name in tested]),
            ("defective, all", defects),
            ("good, all", good),
        ):
            print(json.dumps(counted(name, (sample.picture() for sample in own), classifier)), flush=True)
        for name, own in (("good", good[:: parsed.step]), ("defective", defects[:: parsed.step])):
            for kind in KINDS:
                pictures = (
                    beside(
                        coloured(sample.picture()),
                        kind,
                        size,
                        corners or [_CORNERS[number % 4]],
                        defects[3 * number % len(defects)],
                        number,
                    )
                    for number, sample in enumerate(own)
                    for size in SIZES
                    for corners in ((), _CORNERS)
                )
                print(json.dumps(counted(f"{name}, {kind} beside", pictures, classifier)), flush=True)
    finally:
        classifier.close()


if __name__ == "__main__":
    main()
