"""``python -m tests.bench.resize``: the station's resize against Pillow's and OpenCV's, one thread each, in turns.

Pillow's ``BILINEAR`` is the same filter, rounded after each axis; OpenCV's ``INTER_AREA`` is another filter.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image

from inspector.vision.preprocess import Preprocessing, fit

if TYPE_CHECKING:
    from collections.abc import Callable


def milliseconds(work: Callable[[], object], count: int = 5) -> float:
    """Time one call, the mean of a few."""
    began = time.perf_counter()
    for _ in range(count):
        work()
    return 1e3 * (time.perf_counter() - began) / count


def compare(side: int, size: int, rounds: int) -> dict[str, Any]:
    """Measure one row."""
    picture = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    preprocessing, out = Preprocessing(input_size=size), np.empty((size, size, 3), np.uint8)
    ways: dict[str, Callable[[], object]] = {
        "station": lambda: fit(picture, preprocessing, out),
        "pillow": lambda: np.asarray(Image.fromarray(picture).resize((size, size), Image.Resampling.BILINEAR)),
        "opencv_area": lambda: cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA),
    }
    for work in ways.values():
        work()
    spent = [{name: milliseconds(work) for name, work in ways.items()} for _ in range(rounds)]
    theirs = np.asarray(Image.fromarray(picture).resize((size, size), Image.Resampling.BILINEAR)).astype(int)
    return {
        "picture": side,
        "size": size,
        **{f"{name}_ms": statistics.median(one[name] for one in spent) for name in ways},
        "against_pillow": statistics.median(one["pillow"] / one["station"] for one in spent),
        "levels_apart_from_pillow": int(np.abs(fit(picture, preprocessing) - theirs).max()),
    }


def main() -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    rows = [compare(side, size, arguments.rounds) for side in (1024, 900, 300) for size in (224, 448)]
    if arguments.json:
        print(json.dumps({"rows": rows}, indent=2))
        return 0
    for row in rows:
        print(
            f"{row['picture']:4}² to {row['size']}²: {row['station_ms']:.2f} ms, Pillow {row['pillow_ms']:.2f} ms, OpenCV's "
            f"area {row['opencv_area_ms']:.2f} ms: {row['against_pillow']:.1f}× Pillow, at most "
            f"{row['levels_apart_from_pillow']} level apart"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
