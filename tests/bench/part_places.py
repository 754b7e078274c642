"""``python -m tests.bench.part_places``: how exactly place and angle of a part are told, by its outline and by its edge.

Good screws are drawn at known angles and places (`tests.bench.drawn_parts`). What is told is laid back by what is known;
the spread of that is the error. By the outline alone is how it was told before.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.domain.outline import SIDE, outline_of, small_picture
from inspector.vision.framing import lie_of
from tests.bench.drawn_parts import screw

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.outline import Outline

_MIDDLE = 400.0


def by_outline(outline: Outline) -> tuple[float, float, float]:
    """Return x, y in pixels and the angle in radians, by the moments of the outline's mask in a picture of 800 pixels."""
    moments = cv2.moments(outline.mask.astype(np.uint8), binaryImage=True)
    x, y = ((moments[name] / moments["m00"] + 0.5) * 2 * _MIDDLE / SIDE for name in ("m10", "m01"))
    return x, y, 0.5 * math.atan2(2 * moments["mu11"], moments["mu20"] - moments["mu02"])


def laid_back(told: tuple[float, float, float], angle_deg: float, shift: NDArray[np.float64]) -> tuple[float, ...]:
    """Return where the middle would lie on a screw that lies level, along and across in pixels, and the angle's error."""
    turn = -math.radians(angle_deg)  # OpenCV turns against the clock, and y falls
    x, y = told[0] - _MIDDLE - shift[0], told[1] - _MIDDLE - shift[1]
    off = (math.degrees(told[2] - turn) + 90) % 180 - 90
    return x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn), off


def main() -> None:
    """Measure, and print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=60, help="screws")
    parsed = parser.parse_args()
    rows: dict[str, list[tuple[float, ...]]] = {"outline": [], "edge": []}
    took_s = {"outline": 0.0, "edge": 0.0}
    for number in range(parsed.count):
        places = np.random.default_rng([12, number])
        angle_deg, shift = float(places.uniform(0, 360)), places.uniform(-25, 25, 2)
        picture = screw(np.random.default_rng([11, number]), angle=angle_deg, shift=shift)
        began_s = time.process_time()
        outline = outline_of(small_picture(picture))
        took_s["outline"] += time.process_time() - began_s
        assert outline is not None
        began_s = time.process_time()
        lie = lie_of(picture, outline)
        took_s["edge"] += time.process_time() - began_s
        rows["outline"].append(laid_back(by_outline(outline), angle_deg, shift))
        rows["edge"].append(laid_back((lie.x, lie.y, lie.angle), angle_deg, shift))
    for way, told in rows.items():
        along, across, off = np.array(told).T
        row = {
            "told by": way,
            "screws": len(told),
            "spread along, px": round(float(along.std()), 2),
            "most along, px": round(float(np.abs(along - np.median(along)).max()), 1),
            "spread across, px": round(float(across.std()), 2),
            "spread of the angle, degrees": round(float(off.std()), 3),
            "processor ms": round(1e3 * took_s[way] / len(told), 2),
        }
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
