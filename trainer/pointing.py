"""How well a heatmap points at the defect, measured against the masks of its pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from sklearn.metrics import roc_auc_score

from trainer.evaluation import Pointing
from trainer.judged import MetricsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Of the picture's longer side: Zhang et al. allow 15 pixels on pictures of about 500.
TOLERANCE = 0.03
#: Longer side at which pixels are pooled; a pixel on a defect's edge counts as defective by the share it covers.
POOLED_PX = 128


def pointing(
    maps: Sequence[NDArray[np.floating]], masks: Sequence[NDArray[np.bool_]], *, tolerance: float = TOLERANCE
) -> Pointing:
    """Measure heatmaps against masks.

    Args:
        maps: (h, w) float each, raw (not scaled picture by picture), the higher the more suspicious; a value that is
            not finite counts as 0.
        masks: (H, W) bool each, of the same pictures and the same field of view; all False for a good part.
        tolerance: Of the tolerant pointing game, fraction of the mask's longer side.

    Returns:
        `pictures`: with a defect. `pointing_game`: for which fraction of them the peak of the map, resized to the
        mask, lies within the mask, without any tolerance (Zhang et al., ECCV 2016); `pointing_game_tolerant`: within
        `tolerance` of it; a flat map has no peak and misses. `pixel_auroc`: over the pixels of all pictures, good
        ones too, pooled at 128 pixels; None where all pixels are of one class. `energy_inside`: share of the map's
        positive values that lies within the mask, mean (Score-CAM, Wang et al., arXiv 1910.01279, with masks for
        boxes). `mask_share`: mean share of the picture that the mask covers, which is the energy of a flat map.

    Raises:
        MetricsError: If a map has no mask, or one of them is no plane of pixels.
    """
    _check(maps, masks)
    clean = [np.nan_to_num(np.asarray(heatmap, np.float32), nan=0.0, posinf=0.0, neginf=0.0) for heatmap in maps]
    hits: list[tuple[bool, bool]] = []
    energies: list[float] = []
    shares: list[float] = []
    pooled: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
    for heatmap, mask in zip(clean, masks, strict=True):
        small, cover = _reduced(heatmap, mask)
        pooled.append((small.ravel(), cover.ravel()))
        if mask.any():
            full = cv2.resize(heatmap, (mask.shape[1], mask.shape[0]), interpolation=cv2.INTER_LINEAR)
            hits.append(_hit(np.asarray(full, np.float32), mask, tolerance))
            positive = np.maximum(full, 0.0).astype(np.float64)
            energies.append(float(positive[mask].sum() / positive.sum()) if positive.any() else 0.0)
            shares.append(float(mask.mean()))
    return Pointing(
        pictures=len(hits),
        pointing_game=_mean([exact for exact, _ in hits]),
        pointing_game_tolerant=_mean([near for _, near in hits]),
        tolerance=tolerance,
        pixel_auroc=_pixel_auroc(pooled),
        energy_inside=_mean(energies),
        mask_share=_mean(shares),
    )


# --- inside -----------------------------------------------------------------------------------------------------------


def _check(maps: Sequence[NDArray[np.floating]], masks: Sequence[NDArray[np.bool_]]) -> None:
    if len(maps) != len(masks):
        raise MetricsError(
            f"{len(maps)} heatmaps cannot be measured against {len(masks)} masks",
            "Give each map its mask; for a good part an empty one.",
        )
    for number, (heatmap, mask) in enumerate(zip(maps, masks, strict=True)):
        if heatmap.ndim != 2 or mask.ndim != 2 or not heatmap.size or not mask.size or mask.dtype != np.bool_:
            raise MetricsError(
                f"heatmap {number} has shape {heatmap.shape} and its mask shape {mask.shape}, {mask.dtype}",
                "Maps are (h, w) float, masks (H, W) bool.",
            )


def _hit(full: NDArray[np.float32], mask: NDArray[np.bool_], tolerance: float) -> tuple[bool, bool]:
    """Return whether the peak lies within the mask, and whether it does with tolerance."""
    low, high = float(full.min()), float(full.max())
    if high - low <= 1e-6 * max(abs(high), abs(low)):
        return False, False
    # at the border the resized map has a plateau as wide as half a cell: its middle, not its first pixel, is the peak
    ys, xs = np.nonzero(full >= high - 1e-6 * (high - low))
    middle = int(np.argmin((ys - ys.mean()) ** 2 + (xs - xs.mean()) ** 2))
    y, x = int(ys[middle]), int(xs[middle])
    rows, columns = np.nonzero(mask)
    distance = float(np.sqrt(((rows - y) ** 2 + (columns - x) ** 2).min()))
    return bool(mask[y, x]), distance <= tolerance * max(mask.shape)


def _reduced(heatmap: NDArray[np.float32], mask: NDArray[np.bool_]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Bring both to the pooled size: the map's values, and which share of each pixel the defect covers."""
    scale = min(1.0, POOLED_PX / max(mask.shape))
    size = max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale))
    cover = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    larger = heatmap.shape[0] > size[1] or heatmap.shape[1] > size[0]
    small = cv2.resize(heatmap, size, interpolation=cv2.INTER_AREA if larger else cv2.INTER_LINEAR)
    return np.asarray(small, np.float32), np.clip(np.asarray(cover, np.float32), 0.0, 1.0)


def _pixel_auroc(pooled: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]) -> float | None:
    if not pooled:
        return None
    values = np.concatenate([plane for plane, _ in pooled])
    cover = np.concatenate([plane for _, plane in pooled])
    inside, outside = cover > 0, cover < 1
    if not inside.any() or not outside.any():
        return None
    truth = np.concatenate([np.ones(int(inside.sum()), np.int8), np.zeros(int(outside.sum()), np.int8)])
    weight = np.concatenate([cover[inside], 1 - cover[outside]]).astype(np.float64)
    return float(roc_auc_score(truth, np.concatenate([values[inside], values[outside]]), sample_weight=weight))


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
