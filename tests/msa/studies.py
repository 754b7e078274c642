"""Small studies for the tests: labelled pictures, and hands that judge them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.msa.choose import draw_parts, labelled
from inspector.msa.sitting import AppraiserSitting
from inspector.msa.study import make_study

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.msa.plan import StudyPart
    from inspector.msa.study import Study


def make_pictures(folder: Path, good: int = 4, defective: int = 3) -> Path:
    """Pictures that the tiny model of `tests.bundles` passes, and such with a red spot, which it fails."""
    for name, count in (("good", good), ("scratch", defective)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            image = np.random.default_rng(number).integers(90, 140, (96, 96, 3), dtype=np.uint8)
            if name == "scratch":
                image[40:72, 40:72] = (0, 0, 255)
            cv2.imwrite(str(folder / name / f"{number}.png"), image)
    return folder


def planned(root: Path, **changes: object) -> Study:
    """A study of seven parts, two repeats, Ada and Bo, without the station."""
    plan = {
        "name": "Lids",
        "recipe": "Lids",
        "made_by": "Eve",
        "seed": 1,
        "repeats": 2,
        "people": ("Ada", "Bo"),
        "station": False,
    }
    parts = draw_parts(labelled(make_pictures(root / "labelled")), 50, 1)
    return make_study(root, {**plan, **changes}, parts)


def judge_all(
    root: Path, study: Study, name: str, *, wrong: Callable[[StudyPart], bool] = lambda _: False, most: int = 10_000
) -> None:
    """Judge all that is left, rightly but for some parts."""
    sitting = AppraiserSitting(root, study, name, "typed")
    try:
        while most and (part := sitting.part()) is not None:
            sitting.say(defective=part.defective != wrong(part))
            most -= 1
    finally:
        sitting.end()
