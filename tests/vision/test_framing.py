"""The square around a part: cut out, level, and its maps laid back onto the picture."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inspector.domain.outline import outline_of, small_picture
from inspector.vision.framing import Lie, MapPlace, cut_out, lie_of, square_of
from inspector.vision.overlay import fit_to_picture
from inspector.vision.preprocess import Preprocessing, fit, map_place

_LONG, _WIDE = 220, 50
LEVEL = Preprocessing(input_size=112, part_side=0.7, upright=True)


def bar(
    angle_deg: float, x: float = 210.0, y: float = 190.0, *, shape: tuple[int, int] = (400, 440)
) -> NDArray[np.uint8]:
    """A dark bar on a light ground, with a bright spot near its end; an angle of 0 lies level, the spot on the right."""
    picture = np.full((*shape, 3), 200, np.uint8)
    cv2.fillPoly(picture, [np.round(cv2.boxPoints(((x, y), (_LONG, _WIDE), angle_deg))).astype(np.int32)], (60, 70, 80))
    spot = _spot(angle_deg, x, y)
    cv2.circle(picture, (round(spot[0]), round(spot[1])), 12, (150, 150, 150), -1)
    return picture


def _spot(angle_deg: float, x: float, y: float) -> tuple[float, float]:
    turn = math.radians(angle_deg)
    return x + 70 * math.cos(turn), y + 70 * math.sin(turn)


def lie(picture: NDArray[Any]) -> Lie:
    outline = outline_of(small_picture(picture))
    assert outline is not None
    return lie_of(picture, outline)


def off_deg(seen: Lie, angle_deg: float) -> float:
    """How far an axis lies off, degrees; it has no beginning."""
    return abs((math.degrees(seen.angle) - angle_deg + 90) % 180 - 90)


@pytest.mark.parametrize("angle_deg", [0.0, 20.0, 45.0, 88.0, 91.0, 135.0, 170.0])
def test_how_a_part_lies_is_told_by_its_edge(angle_deg: float) -> None:
    seen = lie(bar(angle_deg))
    assert off_deg(seen, angle_deg) < 0.5
    assert (seen.x, seen.y) == pytest.approx((210, 190), abs=1)
    assert (seen.length, seen.width) == pytest.approx((_LONG, _WIDE), abs=5)


@pytest.mark.parametrize("angle_deg", [0.0, 45.0, 135.0])
def test_a_spot_of_the_ground_that_touches_the_part_does_not_move_it(angle_deg: float) -> None:
    clean = bar(angle_deg)
    turn = math.radians(angle_deg)
    along, across = np.array([math.cos(turn), math.sin(turn)]), np.array([-math.sin(turn), math.cos(turn)])
    x, y = np.round(np.array([210.0, 190.0]) - 80 * along + 30 * across).astype(int).tolist()
    spotted = np.minimum(clean, cv2.circle(clean.copy(), (x, y), 14, (140, 140, 140), -1))
    outlines = [outline_of(small_picture(picture)) for picture in (clean, spotted)]
    areas = [outline.area for outline in outlines if outline is not None]
    assert areas[1] > 1.02 * areas[0]  # the small picture takes it for a piece of the part
    usual, seen = lie(clean), lie(spotted)
    assert (seen.x, seen.y) == pytest.approx((usual.x, usual.y), abs=0.5)
    assert off_deg(seen, math.degrees(usual.angle)) < 0.2


@pytest.mark.parametrize("shape", [(100, 110), (50, 55), (1600, 1760), (150, 440)], ids=str)
def test_how_a_part_lies_is_told_in_pictures_of_any_size(shape: tuple[int, int]) -> None:
    height, width = shape
    picture = cv2.resize(bar(0.0), (width, height), interpolation=cv2.INTER_AREA)
    for pixels in (
        picture,
        picture[..., 0],
        picture.astype(np.uint16) * 257,
        cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA),
    ):
        seen = lie(pixels)
        assert (seen.x / width, seen.y / height) == pytest.approx((210 / 440, 190 / 400), abs=0.01)
        assert seen.length / width == pytest.approx(_LONG / 440, rel=0.05)


def test_of_a_part_in_pieces_the_outline_says_how_it_lies() -> None:
    picture = bar(0.0)
    for x in range(110, 310, 12):
        picture[:, x : x + 5] = 200  # what is left are strips
    seen = lie(picture)
    assert (seen.x, seen.y) == pytest.approx((210, 190), abs=8)
    assert seen.length == pytest.approx(_LONG, abs=24)


@pytest.mark.parametrize("angle_deg", [0.0, 30.0, 77.0, 120.0, 163.0])
def test_a_part_at_any_angle_and_place_becomes_the_same_picture(angle_deg: float) -> None:
    usual = fit(bar(0.0), LEVEL)
    turned = fit(bar(angle_deg, 230.0, 215.0), LEVEL)
    apart = [np.abs(usual.astype(int) - other.astype(int)).mean() for other in (turned, turned[::-1, ::-1])]
    assert min(apart) < 4.0  # its axis has no beginning: it lies either way round
    assert max(apart) > 1.3 * min(apart)


@pytest.mark.parametrize("angle_deg", [0.0, 25.0, 90.0, 140.0])
@pytest.mark.parametrize("upright", [True, False])
def test_what_is_hot_in_the_square_is_hot_at_its_place_on_the_picture(angle_deg: float, upright: bool) -> None:
    picture = bar(angle_deg)
    preprocessing = LEVEL.model_copy(update={"upright": upright})
    hot = (fit(picture, preprocessing)[..., 0] == 150).astype(np.float32)
    maps = cv2.resize(hot, (28, 28), interpolation=cv2.INTER_AREA)[None]
    place = map_place(picture, preprocessing)
    laid = place.laid(maps)
    assert laid.max() == maps.max()
    shown = fit_to_picture(laid[0], 440, 400, map_box=place.box, full_scale=1.0)
    y, x = np.unravel_index(int(cv2.GaussianBlur(shown, (0, 0), 6).argmax()), shown.shape)
    assert (x, y) == pytest.approx(_spot(angle_deg, 210.0, 190.0), abs=9)


@given(
    side=st.integers(1, 20),
    angle=st.floats(-math.pi / 2, math.pi / 2),
    cell=st.tuples(st.integers(0, 19), st.integers(0, 19)),
)
def test_no_cell_is_lost_where_a_map_is_laid_back(side: int, angle: float, cell: tuple[int, int]) -> None:
    maps = np.zeros((2, side, side), np.float32)
    maps[1, cell[0] % side, cell[1] % side] = 7.0
    laid = MapPlace((0.0, 0.0, 1.0, 1.0), angle).laid(maps)
    assert laid[1].max() == 7.0
    assert not laid[0].any()


def test_grey_16_bit_and_colour_are_cut_out_alike() -> None:
    grey = bar(33.0)[..., 0]
    part = fit(grey, LEVEL)
    assert part.shape == (112, 112, 3)
    deep = fit(grey.astype(np.uint16) * 257, LEVEL)
    np.testing.assert_allclose(deep.astype(int), part.astype(int), atol=1)
    into = np.empty((112, 112, 3), np.uint8)
    assert fit(grey, LEVEL, into) is into
    np.testing.assert_array_equal(into, part)


def test_a_mask_is_cut_out_where_the_part_lies() -> None:
    picture = bar(60.0)
    mask = np.where((picture == 150).all(axis=2), 255, 0).astype(np.uint8)
    cover = fit(mask, LEVEL, shows=picture)[..., 0] > 127
    spot = (
        np.abs(fit(picture, LEVEL)[8:-8, 8:-8, 0].astype(int) - 150) < 10
    )  # the bar's rim has such levels too, a pixel wide
    y, x = np.nonzero(cv2.erode(spot.astype(np.uint8), np.ones((3, 3), np.uint8)))
    assert np.argwhere(cover).mean(axis=0) == pytest.approx((y.mean() + 8, x.mean() + 8), abs=1.5)


def test_a_part_at_the_edge_is_cut_out_too() -> None:
    picture = bar(90.0, 40.0, 200.0)
    square = square_of(picture, 0.7, upright=True)
    assert square is not None
    assert cut_out(picture, square, 64).shape == (64, 64, 3)
    assert map_place(picture, LEVEL).box[0] < 0.0


@pytest.mark.parametrize(
    "picture",
    [
        np.full((300, 300, 3), 90, np.uint8),
        np.minimum(bar(0.0, 210.0, 60.0), bar(0.0, 210.0, 340.0)),  # one of the two would not be looked at
    ],
    ids=["nothing", "two parts"],
)
def test_what_shows_no_single_part_is_taken_whole(picture: NDArray[np.uint8]) -> None:
    whole = Preprocessing(input_size=112)
    np.testing.assert_array_equal(fit(picture, LEVEL), fit(picture, whole))
    assert map_place(picture, LEVEL) == MapPlace((0.0, 0.0, 1.0, 1.0), part_missing=True)
    assert map_place(picture, whole) == MapPlace((0.0, 0.0, 1.0, 1.0))
    assert not map_place(bar(20.0), LEVEL).part_missing


def test_a_picture_is_not_decoded_smaller_than_its_square_needs() -> None:
    assert LEVEL.picture_px == 160
    assert Preprocessing(input_size=112).picture_px == 112
