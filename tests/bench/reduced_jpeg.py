"""``python -m tests.bench.reduced_jpeg --model BUNDLE --data FOLDER``: verdicts on JPEGs decoded at reduced size.

Every picture of the folder (a PNG is stored as JPEG first, quality 95) is judged from all its pixels and from what the
decoder makes when told to keep the short side at 1, 1.5, 2 and 3 times the network's input. Reported for each: how many
pictures were reduced, how many verdicts differ at the model's own threshold, the same when those near it are judged again
from all their pixels, as the batch does, and how far P(defective) moved.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from inspector import assembly
from inspector.domain.policy import rejected
from inspector.paths import Home
from inspector.pictures import decode_picture, encode_picture, find_pictures, read_picture
from inspector.vision.bundle import Bundle
from inspector.vision.prediction import near_threshold

FACTORS = (1.0, 1.5, 2.0, 3.0)
QUALITY = 95


def measure(model: Path, data: Path) -> list[dict[str, Any]]:
    """Judge the folder's pictures at every factor."""
    manifest = Bundle.load(model).manifest
    side, fail_at = manifest.preprocessing.input_size, manifest.thresholds.fail_at
    paths = [path for path in find_pictures(data, recursive=True) if "ground_truth" not in path.parts]
    contents = [
        path.read_bytes()
        if path.suffix.lower() == ".jpg"
        else encode_picture(read_picture(path), ".jpg", quality=QUALITY)
        for path in paths
    ]
    whole = [decode_picture(content, "part") for content in contents]
    with tempfile.TemporaryDirectory() as home:
        classifier = assembly.load_classifier(str(model), Home(root=Path(home)), device="cpu")
        truth = np.array([classifier.predict(image).p_defective for image in whole])
        rows = []
        for factor in FACTORS:
            images = [decode_picture(content, "part", at_least=round(factor * side)) for content in contents]
            reduced = np.array([a.shape != b.shape for a, b in zip(images, whole, strict=True)])
            scores = truth.copy()
            for index in np.flatnonzero(reduced):
                scores[index] = classifier.predict(images[index]).p_defective
            near = reduced & np.array([near_threshold(score, [manifest.thresholds]) for score in scores])
            guarded = np.where(near, truth, scores)  # judged again from all pixels
            moved = np.abs(scores - truth)
            rows.append(
                {
                    "factor": factor,
                    "pictures": len(paths),
                    "reduced": int(reduced.sum()),
                    "flips": int((rejected(scores, fail_at) != rejected(truth, fail_at)).sum()),
                    "judged_again": int(near.sum()),
                    "flips_guarded": int((rejected(guarded, fail_at) != rejected(truth, fail_at)).sum()),
                    "moved_mean": float(moved.mean()),
                    "moved_largest": float(moved.max()),
                }
            )
        classifier.close()
    return rows


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = measure(arguments.model, arguments.data)
    if arguments.json:
        print(json.dumps({"model": str(arguments.model), "data": str(arguments.data), "factors": rows}))
        return 0
    for row in rows:
        print(
            f"at least {row['factor']:g} × the input: {row['reduced']} of {row['pictures']} reduced, {row['flips']} "
            f"verdicts differ ({row['flips_guarded']} after {row['judged_again']} near the operating point were judged "
            f"again); P(defective) moved {row['moved_mean']:.4f} on average, {row['moved_largest']:.4f} at most"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
