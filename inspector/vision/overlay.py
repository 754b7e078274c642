"""The heatmap over the picture: colours, opacity, and the contour of the hottest region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.vision.preprocess import opaque

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.records import Image

#: The map lies on the whole picture; see `Prediction.map_box`.
WHOLE_PICTURE = (0.0, 0.0, 1.0, 1.0)
#: The hottest region is where the map is at least this fraction of its largest value.
HOT_FRACTION = 0.5
_FLAT = 1e-6  # relative to the largest value
#: A map that stays colder than this, of full heat, points at nothing: no contour is drawn.
_COLD = 0.05
_CONTOUR_PX_PER_SIDE = 1 / 400
_ROUNDED_CELLS = 0.4


def fit_to_picture(
    heatmap: NDArray[np.float32],
    width: int,
    height: int,
    *,
    map_box: tuple[float, float, float, float] = WHOLE_PICTURE,
    full_scale: float | None = None,
) -> NDArray[np.float32]:
    """Normalise a map and resize it, bilinearly, to where it lies on the picture.

    Args:
        heatmap: (h, w) float; values that are not finite count as 0.
        width: Width of the picture, or of the smaller view of it that is drawn, pixels.
        height: Height of the picture, or of that view, pixels.
        map_box: As in `Prediction.map_box`.
        full_scale: The raw value that becomes 1, to compare pictures with one another; None takes the map's largest.

    Returns:
        (height, width) float32, 0..1; 0 everywhere for a flat map, and where the network did not look.
    """
    clean = np.nan_to_num(np.asarray(heatmap, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(clean.min()), float(clean.max())
    if high <= 0.0 or high - low <= _FLAT * high:
        return np.zeros((height, width), np.float32)
    # pytorch-grad-cam, too, subtracts the least value
    unit = (clean - low) / (high - low) if full_scale is None else np.clip(clean / max(full_scale, _FLAT), 0.0, 1.0)
    if map_box == WHOLE_PICTURE:
        resized: NDArray[np.float32] = cv2.resize(unit, (width, height), interpolation=cv2.INTER_LINEAR)
        return np.clip(resized, 0.0, 1.0)
    left, top, right, bottom = map_box
    first, second, share, seen_rows = _positions(unit.shape[0], height, top, bottom)
    rows = unit[first] * (1.0 - share)[:, None] + unit[second] * share[:, None]
    first, second, share, seen_columns = _positions(unit.shape[1], width, left, right)
    result = rows[:, first] * (1.0 - share) + rows[:, second] * share
    result[~seen_rows] = 0.0
    result[:, ~seen_columns] = 0.0
    return np.asarray(result, np.float32)


def draw_overlay(
    image: Image,
    heatmap: NDArray[np.float32],
    *,
    opacity: float = 0.6,
    map_box: tuple[float, float, float, float] = WHOLE_PICTURE,
    full_scale: float | None = None,
    contour: bool = True,
) -> NDArray[np.uint8]:
    """Draw the heatmap and the contour of its hottest region over a picture.

    Args:
        image: (H, W), (H, W, 3) BGR or (H, W, 4) BGRA; uint8 or uint16; it is not changed.
        heatmap: (h, w) float, as `Prediction.heatmap`.
        opacity: Of the hottest place, 0..1.
        map_box: As in `Prediction.map_box`.
        full_scale: As in `fit_to_picture`.
        contour: Whether the contour of the hottest region is drawn too.

    Returns:
        (H, W, 3) uint8 BGR; the plain picture for a flat map.
    """
    base = displayable(image)
    height, width = base.shape[:2]
    unit = fit_to_picture(heatmap, width, height, map_box=map_box, full_scale=full_scale)
    if not unit.any():
        return base
    share = cv2.merge([unit * min(1.0, max(0.0, opacity))] * 3)
    mixed = base + (_colours(unit).astype(np.float32) - base) * share
    result: NDArray[np.uint8] = np.rint(mixed).astype(np.uint8)
    if contour and float(unit.max()) >= _COLD:
        thickness = max(1, round(max(height, width) * _CONTOUR_PX_PER_SIDE))
        outlines = _outlines(unit, heatmap.shape)
        # white on black is seen on any ground and by anybody
        cv2.polylines(result, outlines, isClosed=True, color=(0, 0, 0), thickness=3 * thickness, lineType=cv2.LINE_AA)
        cv2.polylines(result, outlines, isClosed=True, color=(255, 255, 255), thickness=thickness, lineType=cv2.LINE_AA)
    return result


def hottest_contours(
    heatmap: NDArray[np.float32],
    width: int,
    height: int,
    *,
    map_box: tuple[float, float, float, float] = WHOLE_PICTURE,
) -> list[NDArray[np.int32]]:
    """Outline the region around the map's largest value in which it is at least half of that.

    Args:
        heatmap: (h, w) float, as `Prediction.heatmap`.
        width: Width of the picture, pixels.
        height: Height of the picture, pixels.
        map_box: As in `Prediction.map_box`.

    Returns:
        One closed polygon (n, 2) int32 of x, y in the picture's pixels; none for a flat map, or one that stays cold.
    """
    unit = fit_to_picture(heatmap, width, height, map_box=map_box, full_scale=1.0)
    hot = float(unit.max(initial=0.0)) >= _COLD
    return [outline[:, 0, :] for outline in _outlines(unit, heatmap.shape)] if hot else []


def displayable(image: Image) -> NDArray[np.uint8]:
    """Turn any picture into 8 bit BGR: 16 bit loses its low byte, transparency goes over black; a new array.

    Args:
        image: (H, W), (H, W, 1), (H, W, 3) BGR or (H, W, 4) BGRA; uint8 or uint16.

    Returns:
        (H, W, 3) uint8 BGR.
    """
    pixels = opaque(image)
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    if pixels.ndim == 2 or pixels.shape[2] == 1:
        return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_GRAY2BGR), np.uint8)
    return np.array(pixels, np.uint8, order="C")


def _positions(
    cells: int, pixels: int, low: float, high: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32], NDArray[np.bool_]]:
    """For every pixel of an axis: the two cells around it, the share of the second, and whether the map is there."""
    places = (np.arange(pixels) + 0.5) / pixels
    exact = np.clip((places - low) / (high - low) * cells - 0.5, 0.0, cells - 1.0)
    first = np.floor(exact).astype(np.int64)
    share = (exact - first).astype(np.float32)
    return first, np.minimum(first + 1, cells - 1), share, (places >= low) & (places <= high)


def _colours(unit: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(H, W) float32 0..1 → (H, W, 3) uint8 BGR by inferno, whose lightness rises evenly (Smith and van der Walt)."""
    return np.asarray(cv2.applyColorMap(np.rint(unit * 255.0).astype(np.uint8), cv2.COLORMAP_INFERNO), np.uint8)


def _outlines(unit: NDArray[np.float32], cells: tuple[int, ...]) -> list[NDArray[np.int32]]:
    """Outline the hottest region; corners that only come from the map's cells are rounded off."""
    peak_y, peak_x = np.unravel_index(int(unit.argmax()), unit.shape)
    hot = (unit >= HOT_FRACTION * unit[peak_y, peak_x]).astype(np.uint8)
    _, labels = cv2.connectedComponents(hot, connectivity=4)
    region = (labels == labels[peak_y, peak_x]).astype(np.uint8)
    outlines, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    reach = _ROUNDED_CELLS * max(unit.shape[0] / cells[0], unit.shape[1] / cells[1])
    return [_rounded(np.asarray(outline, np.int32), round(reach)) for outline in outlines]


def _rounded(outline: NDArray[np.int32], reach: int) -> NDArray[np.int32]:
    """Replace each point of a closed outline (n, 1, 2) by the mean of those up to so many points away."""
    reach = min(reach, (len(outline) - 1) // 8)
    if reach < 1:
        return outline
    points = outline[:, 0].astype(np.float64)
    sums = np.cumsum(np.concatenate([np.zeros((1, 2)), points[-reach:], points, points[:reach]]), axis=0)
    means = (sums[2 * reach + 1 :] - sums[: -2 * reach - 1]) / (2 * reach + 1)
    return np.asarray(np.rint(means[:: max(1, reach // 4), None]), np.int32)
