"""Makes the measure of the whole picture: how far the mean and the spread of its cells lie from those of good ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.covariance import ledoit_wolf

from inspector.vision.memory import LEAST, WholePicture

if TYPE_CHECKING:
    from numpy.typing import NDArray

_AT_ONCE = 16


def summed_up(cells: NDArray[np.float32]) -> NDArray[np.float64]:
    """Sum up pictures as `inspector.vision.memory.summed_up` does: (N, h·w, 128) float → (N, 2·128) float."""
    parts = []
    for first in range(0, len(cells), _AT_ONCE):
        some = np.asarray(cells[first : first + _AT_ONCE], np.float64)
        parts.append(np.concatenate([some.mean(axis=1), some.std(axis=1)], axis=1))
    return np.concatenate(parts)


def whole_of(sums: NDArray[np.float64], unit: float = 1.0) -> WholePicture:
    """Make the measure from good pictures.

    There are fewer pictures than numbers, so the covariance is drawn towards a multiple of the identity, by as much as
    its own scatter asks for (Ledoit and Wolf 2004, Journal of Multivariate Analysis 88).

    Args:
        sums: (N, 2·128) float of two good pictures or more.
        unit: What one unit of strangeness is, as a distance; above 0.
    """
    middle = sums.mean(axis=0)
    covariance, _ = ledoit_wolf(sums - middle, assume_centered=True)
    values, vectors = np.linalg.eigh(covariance)
    least = max(LEAST, float(values.max()) * 1e-9)
    return WholePicture(
        middle.astype(np.float32), (vectors / (np.sqrt(np.maximum(values, least)) * unit)).astype(np.float32)
    )


def distances(whole: WholePicture, sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Measure pictures: (N, 2·128) float → (N,) float."""
    there = (sums - whole.middle.numpy()) @ whole.whitening.numpy().astype(np.float64)
    return np.asarray(np.linalg.norm(there, axis=1), np.float64)


def crossed(sums: NDArray[np.float64], folds: NDArray[np.int64]) -> NDArray[np.float64]:
    """Measure each good picture by the pictures of the other folds: (N, 2·128) and (N,) → (N,)."""
    measured = np.empty(len(sums))
    for fold in np.unique(folds):
        inside = folds == fold
        measured[inside] = distances(whole_of(sums[~inside]), sums[inside])
    return measured
