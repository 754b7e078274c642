from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inspector.vision.overlay import (
    WHOLE_PICTURE,
    displayable,
    draw_overlay,
    fit_to_picture,
    hottest_contours,
)
from inspector.vision.preprocess import Preprocessing, ResizePolicy, input_box

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPOT = np.zeros((7, 7), np.float32)
SPOT[1, 5] = 3.0
FLAT: list[Any] = [
    np.zeros((7, 7), np.float32),
    np.full((7, 7), 5.0, np.float32),
    np.full((7, 7), -1.0, np.float32),
    np.full((7, 7), np.nan, np.float32),
    np.full((1, 1), 2.0, np.float32),
    np.full((7, 7), np.inf, np.float32),
]


def middle_of(image: NDArray[Any]) -> tuple[float, float]:
    """Centre of gravity of the opacity, x and y as fractions."""
    weight = image.astype(float)
    height, width = weight.shape
    total = weight.sum()
    return (
        float((weight.sum(axis=0) * (np.arange(width) + 0.5)).sum() / total / width),
        float((weight.sum(axis=1) * (np.arange(height) + 0.5)).sum() / total / height),
    )


@pytest.mark.parametrize("heatmap", FLAT)
def test_a_flat_map_draws_nothing(heatmap: NDArray[np.float32]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    assert (draw_overlay(picture, heatmap) == picture).all()
    assert hottest_contours(heatmap, 30, 20) == []


def test_the_spot_is_where_the_map_says() -> None:
    heat = fit_to_picture(SPOT, 700, 350)
    assert heat.shape == (350, 700)
    assert middle_of(heat) == pytest.approx((5.5 / 7, 1.5 / 7), abs=1e-3)
    # a cell is 100 × 50 pixels: the pixels nearest to its middle are half a pixel away on either axis
    assert heat.max() == pytest.approx((1 - 0.5 / 100) * (1 - 0.5 / 50), abs=1e-6)
    assert not heat[200:].any()
    black = np.zeros((350, 700, 3), np.uint8)
    drawn = draw_overlay(black, SPOT)
    assert drawn[75, 550].any()
    assert not drawn[200:].any()


@pytest.mark.parametrize("policy", list(ResizePolicy))
def test_the_spot_is_on_the_same_thing_whatever_the_policy(policy: ResizePolicy) -> None:
    """A cell of the map must lie over the part of the picture that the network saw there."""
    width, height = 600, 300
    left, top, right, bottom = box = input_box(width, height, Preprocessing(resize_policy=policy))
    heatmap = np.zeros((7, 7), np.float32)
    heatmap[3, 4] = 1.0
    x, y = middle_of(fit_to_picture(heatmap, width, height, map_box=box))
    assert (x, y) == pytest.approx((left + 4.5 / 7 * (right - left), top + 3.5 / 7 * (bottom - top)), abs=2e-3)


def test_the_general_way_equals_the_direct_way() -> None:
    heatmap = np.random.default_rng(1).random((7, 5), np.float32)
    direct = fit_to_picture(heatmap, 123, 77, map_box=WHOLE_PICTURE)
    general = fit_to_picture(heatmap, 123, 77, map_box=(0.0, 0.0, 1.0, 1.0 + 1e-12))
    assert np.abs(direct - general).max() < 1e-5


def test_nothing_is_drawn_where_the_network_did_not_look() -> None:
    unit = fit_to_picture(np.arange(1, 10, dtype=np.float32).reshape(3, 3), 90, 30, map_box=(1 / 3, 0.0, 2 / 3, 1.0))
    assert not unit[:, :30].any()
    assert not unit[:, 60:].any()
    assert unit[:, 31:59].max() == 1.0


def test_a_common_scale_keeps_weak_maps_weak() -> None:
    strong = fit_to_picture(SPOT, 77, 77, full_scale=6.0)
    weak = fit_to_picture(SPOT / np.float32(10), 77, 77, full_scale=6.0)
    assert strong.max() == pytest.approx(0.5)
    assert weak.max() == pytest.approx(0.05)


@pytest.mark.parametrize("shape", [(1, 1), (40, 30), (40, 30, 1), (40, 30, 3), (40, 30, 4), (7, 2000)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_any_picture_can_be_drawn_on(shape: tuple[int, ...], dtype: type[Any]) -> None:
    picture = np.full(shape, np.iinfo(dtype).max, dtype)
    picture.setflags(write=False)
    drawn = draw_overlay(picture, SPOT)
    assert drawn.shape == (*shape[:2], 3)
    assert drawn.dtype == np.uint8
    assert displayable(picture).min() == 255


def test_without_opacity_and_contour_the_picture_stays() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (50, 60, 3), np.uint8)
    assert (draw_overlay(picture, SPOT, opacity=0.0, contour=False) == picture).all()
    assert not (draw_overlay(picture, SPOT, opacity=1.0) == picture).all()


def test_the_contour_surrounds_the_hottest_region_only() -> None:
    two = SPOT.copy()
    two[5, 1] = 2.5  # hot as well, but another region
    (outline,) = hottest_contours(two, 70, 70)
    assert outline.shape[1] == 2
    assert outline[:, 0].min() >= 48
    assert outline[:, 1].max() <= 22
    assert 45 < outline[:, 0].mean() < 65


@settings(max_examples=40)
@given(
    heatmap=hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=8)),
    size=st.tuples(st.integers(1, 50), st.integers(1, 50)),
    policy=st.sampled_from(list(ResizePolicy)),
)
def test_any_map_gives_a_sound_layer(heatmap: NDArray[np.float32], size: tuple[int, int], policy: ResizePolicy) -> None:
    box = input_box(*size, Preprocessing(resize_policy=policy))
    unit = fit_to_picture(heatmap, *size, map_box=box)
    assert np.isfinite(unit).all()
    assert 0.0 <= unit.min() <= unit.max() <= 1.0
    hottest_contours(heatmap, *size, map_box=box)
