"""Heatmaps against masks."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from trainer.judged import MetricsError
from trainer.pointing import pointing


def mask_with(rows: slice, columns: slice, size: tuple[int, int] = (140, 140)) -> NDArray[np.bool_]:
    mask = np.zeros(size, np.bool_)
    mask[rows, columns] = True
    return mask


def map_with(y: int, x: int, size: tuple[int, int] = (7, 7)) -> NDArray[np.float32]:
    heatmap = np.zeros(size, np.float32)
    heatmap[y, x] = 1.0
    return heatmap


#: Cell (2, 4) of 7 × 7 on 140 × 140.
CELL = mask_with(slice(40, 60), slice(80, 100))


def number(value: float | None) -> float:
    assert value is not None
    return value


def test_a_peak_on_the_defect_hits_and_one_elsewhere_misses() -> None:
    assert pointing([map_with(2, 4)], [CELL]).pointing_game == 1.0
    assert pointing([map_with(4, 2)], [CELL]).pointing_game == 0.0
    assert pointing([map_with(2, 4), map_with(4, 2)], [CELL, CELL]).pointing_game == 0.5


def test_the_tolerance_is_measured_in_the_picture() -> None:
    near = mask_with(slice(40, 60), slice(92, 100))  # the peak lies at about (50, 90)
    found = pointing([map_with(2, 4)], [near], tolerance=0.03)
    assert (found.pointing_game, found.pointing_game_tolerant, found.tolerance) == (0.0, 1.0, 0.03)
    assert pointing([map_with(2, 4)], [near], tolerance=0.001).pointing_game_tolerant == 0.0


def test_a_peak_at_the_border_is_the_middle_of_its_plateau() -> None:
    spot = mask_with(slice(2, 10), slice(2, 10))
    assert pointing([map_with(0, 0)], [spot]).pointing_game == 1.0


@pytest.mark.parametrize("level", [0.0, 0.7, -3.0])
def test_a_flat_map_points_nowhere(level: float) -> None:
    found = pointing([np.full((7, 7), level, np.float32)], [CELL])
    assert (found.pointing_game, found.pointing_game_tolerant) == (0.0, 0.0)
    assert found.pixel_auroc == 0.5
    energy, share = number(found.energy_inside), number(found.mask_share)
    assert share == pytest.approx(400 / 140**2)
    assert energy == pytest.approx(share if level > 0 else 0.0, rel=1e-5)


def test_a_map_that_is_the_mask_is_perfect_at_any_size() -> None:
    large = mask_with(slice(100, 300), slice(400, 700), (512, 1024))
    for mask in (CELL, large):
        found = pointing([mask.astype(np.float32)], [mask])
        assert found.pointing_game == 1.0
        assert number(found.pixel_auroc) > 0.999
        assert found.energy_inside == pytest.approx(1.0)
    assert number(pointing([1 - large.astype(np.float32)], [large]).pixel_auroc) < 0.001


def test_a_defect_smaller_than_a_pooled_pixel_still_counts() -> None:
    speck = mask_with(slice(513, 515), slice(300, 302), (1024, 1024))
    heatmap = cv2.GaussianBlur(
        cv2.resize(speck.astype(np.float32), (128, 128), interpolation=cv2.INTER_AREA), (0, 0), 3
    )
    assert number(pointing([heatmap], [speck]).pixel_auroc) > 0.99


def test_good_pictures_count_in_the_pixels_only() -> None:
    good = np.zeros((140, 140), np.bool_)
    quiet = pointing([map_with(2, 4), map_with(1, 1) * 0.1], [CELL, good])
    loud = pointing([map_with(2, 4), map_with(1, 1) * 10], [CELL, good])
    assert quiet.pictures == loud.pictures == 1
    assert quiet.energy_inside == loud.energy_inside
    assert number(loud.pixel_auroc) < number(quiet.pixel_auroc)
    alone = pointing([map_with(1, 1)], [good])
    assert (alone.pointing_game, alone.pixel_auroc, alone.energy_inside) == (None, None, None)
    assert pointing([], []).pictures == 0


def test_negative_and_infinite_values_carry_no_energy() -> None:
    heatmap = map_with(2, 4)
    heatmap[6, 6] = -5.0
    heatmap[0, 0] = np.nan
    heatmap[0, 6] = np.inf
    clean = pointing([map_with(2, 4)], [CELL])
    odd = pointing([heatmap], [CELL])
    assert odd.energy_inside == pytest.approx(clean.energy_inside)
    assert odd.pointing_game == 1.0


@pytest.mark.parametrize(
    ("maps", "masks"),
    [
        ([map_with(0, 0)], []),
        ([np.zeros((7, 7, 1), np.float32)], [CELL]),
        ([map_with(0, 0)], [CELL.astype(np.uint8)]),
        ([np.zeros((0, 7), np.float32)], [CELL]),
    ],
)
def test_what_cannot_be_measured_is_refused(maps: list[NDArray[np.float32]], masks: list[NDArray[np.bool_]]) -> None:
    with pytest.raises(MetricsError):
        pointing(maps, masks)


@pytest.mark.data
def test_on_real_masks_a_blurred_mask_wins_over_another_pictures(test_data: Path) -> None:
    files = sorted((test_data / "bottle" / "ground_truth" / "broken_small").glob("*.png"))[:8]
    masks = [np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8) > 0 for path in files]
    maps = [cv2.resize(mask.astype(np.float32), (14, 14), interpolation=cv2.INTER_AREA) for mask in masks]
    right, wrong = pointing(maps, masks), pointing(maps[1:] + maps[:1], masks)
    assert right.pointing_game == 1.0
    assert number(right.pixel_auroc) > 0.98 > number(wrong.pixel_auroc)
    assert number(right.energy_inside) > 2 * number(wrong.energy_inside)
