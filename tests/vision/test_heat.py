"""The defect map: where it is hot, how hot, and what each heatmap of a part shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inspector.domain.classes import Classes
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.prediction import Prediction, heat_of
from inspector.vision.heat import defect_map

SIDE = 28
CALM = np.full((SIDE, SIDE), 0.5, np.float32)


def strange_at(row: int, column: int, strangeness: float) -> NDArray[np.float32]:
    plane = CALM.copy()
    plane[row - 1 : row + 2, column - 1 : column + 2] = strangeness
    return plane


def looked_at(row: int, column: int) -> NDArray[np.float32]:
    plane = np.zeros((7, 7), np.float32)
    plane[row, column] = 12.5
    return plane


def peak(heatmap: NDArray[np.float32]) -> tuple[int, int]:
    row, column = np.unravel_index(int(heatmap.argmax()), heatmap.shape)
    return int(row), int(column)


def test_it_points_where_the_memory_does_though_the_classifier_looks_elsewhere() -> None:
    joined = defect_map(looked_at(0, 0), strange_at(20, 9, 2.0), 0.9)
    assert peak(joined) == (20, 9)
    assert joined.shape == (SIDE, SIDE)


def test_where_nothing_is_strange_it_points_where_the_classifier_looked() -> None:
    row, column = peak(defect_map(looked_at(5, 1), CALM, 0.9))
    assert (row // 4, column // 4) == (5, 1)


def test_a_single_strange_cell_counts_less_than_a_strange_region() -> None:
    strange = strange_at(20, 9, 1.5)
    strange[3, 3] = 1.8
    assert peak(defect_map(np.zeros((7, 7), np.float32), strange, 0.9)) == (20, 9)


def test_a_good_part_stays_cold_and_a_defect_glows() -> None:
    assert defect_map(looked_at(3, 3), CALM, 0.01).max() < 0.05
    assert defect_map(looked_at(3, 3), strange_at(12, 12, 2.0), 0.95).max() > 0.7


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 5, width=32))
def test_the_surer_the_hotter_and_never_beyond_its_scale(first: float, second: float, strangeness: float) -> None:
    low, high = sorted((first, second))
    cold, hot = (defect_map(looked_at(2, 2), strange_at(9, 9, strangeness), p) for p in (low, high))
    assert (cold <= hot).all()
    assert 0.0 <= float(cold.min()) <= float(hot.max()) <= 1.0


def test_half_heat_is_the_limit_of_strangeness() -> None:
    np.testing.assert_allclose(heat_of(np.array([0.0, 1.0, 1e30], np.float32)), [0.0, 0.5, 1.0], atol=1e-6)


@pytest.mark.parametrize(
    ("wanted", "unlike_good", "shows"),
    [
        (HeatmapKind.DEFECT, False, HeatmapKind.DEFECT),
        (HeatmapKind.DEFECT, True, HeatmapKind.UNLIKE_GOOD),  # the guard's reason is shown
        (HeatmapKind.GRAD_CAM, True, HeatmapKind.GRAD_CAM),
        (HeatmapKind.UNLIKE_GOOD, False, HeatmapKind.UNLIKE_GOOD),
    ],
)
def test_what_is_wanted_is_shown(wanted: HeatmapKind, unlike_good: bool, shows: HeatmapKind) -> None:
    part = _part(0.64)
    shown = replace(part, wanted=wanted, unlike_good=unlike_good)
    assert shown.shows is shows
    assert part.defect_map is not None
    maps: dict[HeatmapKind, NDArray[np.float32]] = {
        HeatmapKind.DEFECT: part.defect_map,
        HeatmapKind.UNLIKE_GOOD: heat_of(CALM),
        HeatmapKind.GRAD_CAM: np.asarray(looked_at(1, 1) * 0.064, np.float32),
    }
    np.testing.assert_allclose(shown.heatmap, maps[shows], atol=1e-6)


@pytest.mark.parametrize("wanted", HeatmapKind)
def test_a_model_without_memory_falls_back_to_grad_cam_and_says_so(wanted: HeatmapKind) -> None:
    bare = replace(_part(0.9), strangeness_map=None, defect_map=None, wanted=wanted)
    assert bare.shows is HeatmapKind.GRAD_CAM
    assert peak(bare.heatmap) == (1, 1)


def test_what_was_kept_is_shown_as_it_was_kept() -> None:
    grey = np.repeat(np.linspace(0, 0.4, 49, dtype=np.float32).reshape(1, 7, 7), 2, axis=0)
    kept = replace(_part(0.1), maps=grey, strangeness_map=None, defect_map=None, kept=HeatmapKind.UNLIKE_GOOD)
    assert kept.shows is HeatmapKind.UNLIKE_GOOD
    np.testing.assert_array_equal(kept.heatmap, grey[1])


def _part(p: float) -> Prediction:
    return Prediction(
        classes=Classes(("good", "defective"), "good"),
        probabilities=np.array([1 - p, p], np.float32),
        maps=np.stack([np.zeros((7, 7), np.float32), looked_at(1, 1)]),
        preprocess_ms=0.0,
        inference_ms=0.0,
        strangeness_map=CALM,
        defect_map=defect_map(looked_at(1, 1), CALM, p),
    )
