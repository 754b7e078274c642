"""Where the heat lies: whether outside of the part, and what becomes of that in a prediction and a manifest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from inspector.domain.classes import Classes
from inspector.domain.known_heat import NOT_KNOWN, KnownHeat
from inspector.domain.outline import SIDE, GoodOutlines, Outline, outline_of, small_picture
from inspector.domain.prediction import Prediction
from inspector.vision.bundle import Bundle
from inspector.vision.heat import lies_outside
from inspector.vision.prediction import Outputs, make_prediction
from tests.bundles import make_bundle
from tests.domain.test_outline import part
from tests.vision.test_looks import manifest_of
from tests.vision.test_memory import NOTE

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.vision.manifest import MemoryNote

MIDDLE, CORNER = (0.5, 0.5), (0.06, 0.06)


def disc(radius: float = 0.3) -> Outline:
    picture = np.full((SIDE, SIDE, 1), 250, np.uint8)
    cv2.circle(picture, (SIDE // 2, SIDE // 2), round(radius * SIDE), 60, -1)
    outline = outline_of(picture)
    assert outline is not None
    return outline


def spot(size: int, *places: tuple[float, float, float]) -> np.ndarray:
    """(size, size) with spots of some strength."""
    plane = np.zeros((size, size), np.float32)
    for x, y, strength in places:
        plane[int(y * size), int(x * size)] = strength
    return plane


def seen(
    joined: np.ndarray, looked_at: np.ndarray, box: tuple[float, float, float, float] = (0, 0, 1, 1)
) -> Prediction:
    return Prediction(
        classes=Classes(("good", "bad"), "good"),
        probabilities=np.array([0.1, 0.9], np.float32),
        maps=np.stack([looked_at, looked_at]),
        preprocess_ms=0.0,
        inference_ms=0.0,
        strangeness_map=joined,
        defect_map=joined,
        map_box=box,
    )


@pytest.mark.parametrize(
    ("joined", "looked_at", "outside"),
    [
        ([(*CORNER, 1.0)], CORNER, True),
        ([(*MIDDLE, 1.0)], MIDDLE, False),
        ([(*CORNER, 1.0)], MIDDLE, False),  # the classifier looks at the part
        ([(*CORNER, 1.0), (*MIDDLE, 0.8)], CORNER, False),  # dirt beside a defect
        ([(*CORNER, 1.0), (*MIDDLE, 0.3)], CORNER, True),  # what is cold beside it is a good part
        ([(0.5, 0.17, 1.0)], CORNER, False),  # within the margin of the rim
    ],
)
def test_all_heat_and_the_look_must_lie_outside(
    joined: list[tuple[float, float, float]], looked_at: tuple[float, float], outside: bool
) -> None:
    assert lies_outside(seen(spot(28, *joined), spot(7, (*looked_at, 1.0))), disc()) is outside


def test_what_broke_off_the_rim_is_still_the_parts() -> None:
    outline = disc(0.4)
    mask = outline.mask.copy()
    mask[: SIDE // 2, SIDE // 2 - 4 : SIDE // 2 + 4] = False  # a slot from the rim to the middle
    slot = seen(spot(28, (0.5, 0.25, 1.0)), spot(7, (0.5, 0.25, 1.0)))
    assert not lies_outside(slot, replace(outline, mask=mask))


def test_maps_lie_where_they_belong() -> None:
    """A letterbox's corner is not the picture's."""
    at = seen(spot(28, (0.5, 0.06, 1.0)), spot(7, (0.5, 0.06, 1.0)), (0.0, -0.5, 1.0, 1.5))
    assert not lies_outside(at, disc())  # beyond the picture: nothing is hot
    inside = seen(spot(28, (0.06, 0.3, 1.0)), spot(7, (0.06, 0.3, 1.0)), (0.0, -0.5, 1.0, 1.5))
    assert lies_outside(inside, disc())


def test_without_heat_nothing_lies_outside() -> None:
    cold = seen(np.zeros((28, 28), np.float32), np.zeros((7, 7), np.float32))
    assert not lies_outside(cold, disc())
    assert not lies_outside(replace(cold, defect_map=None), disc())


def free(heat: KnownHeat | None = None) -> MemoryNote:
    outlines = GoodOutlines.of([outline_of(small_picture(part())) for _ in range(8)])
    assert outlines is not None
    return NOTE.model_copy(update={"outlines": outlines, "heat": heat})


def said(x: float, y: float) -> Outputs:
    strange = np.full((28, 28), 0.2, np.float32)
    strange[int(28 * y), int(28 * x)] = 30.0
    look = spot(7, (x, y, 1.0))
    return Outputs(np.array([0.1, 0.9], np.float32), np.stack([look, look]), strange)


def test_a_prediction_tells_where_no_part_is_for_a_model_that_judges_one(tmp_path: Path) -> None:
    whole = manifest_of(tmp_path, free())
    square = whole.model_copy(
        update={"preprocessing": whole.preprocessing.model_copy(update={"part_side": 0.9, "upright": True})}
    )
    other = np.full_like(part(), part()[0, 0])
    told = [
        make_prediction(manifest, picture, said(*MIDDLE), preprocess_ms=0.0, inference_ms=0.0).part_missing
        for manifest in (whole, square)
        for picture in (part(), other)
    ]
    assert told == [False, False, False, True]


def test_a_prediction_tells_it_where_the_outline_is_as_usual(tmp_path: Path) -> None:
    manifest = manifest_of(tmp_path, free())
    other = np.full_like(part(), part()[0, 0])  # no part at all
    told = [
        make_prediction(manifest, picture, said(*place), preprocess_ms=0.0, inference_ms=0.0).heat_outside
        for picture, place in ((part(), CORNER), (part(), MIDDLE), (other, CORNER))
    ]
    assert told == [True, False, None]
    before = manifest_of(tmp_path / "before", NOTE)
    assert make_prediction(before, part(), said(*CORNER), preprocess_ms=0.0, inference_ms=0.0).heat_outside is None


@pytest.mark.parametrize(
    ("heat", "may"),
    [(None, False), (KnownHeat(failures=40, outside=0), True), (KnownHeat(failures=40, outside=1), False)],
)
def test_a_bundle_says_whether_it_may_spare(tmp_path: Path, heat: KnownHeat | None, may: bool) -> None:
    manifest = Bundle.load(make_bundle(tmp_path / "model", memory=free(heat))).manifest
    assert manifest.memory == free(heat)
    assert manifest.may_spare is may
    assert manifest.heat_words == (NOT_KNOWN if heat is None else heat.words)
    lost = Bundle.load(make_bundle(tmp_path / "no-outlines", memory=NOTE.model_copy(update={"heat": heat}))).manifest
    assert not lost.may_spare
