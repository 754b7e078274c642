"""The shapes of scores along an axis: a dot for each part where there is room, else bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_BAR_PX, _LEAST_BAR_PX = 4, 3
#: Dots are as large as leaves the highest stack this share of its lane, down to the smallest.
_DOTS_PX, _ROOMY = (14, 12, 10, 8), 0.7
#: Room at the top of a lane for its words.
_WORDS_PX = 26


def score_paths(
    groups: Sequence[NDArray[np.float64]], lanes: Sequence[QRectF], reach: tuple[float, float]
) -> list[QPainterPath]:
    """Return the shape of each group of parts, every part once.

    Args:
        groups: (N,) float64 each: where the parts lie on the axis.
        lanes: Where each group is drawn; all of the same size.
        reach: The ends of the axis.
    """
    width, room = max(1.0, lanes[0].width()), lanes[0].height() - _WORDS_PX
    for size in _DOTS_PX:
        highest = max(int(_histogram(values, width / size, reach).max(initial=0)) for values in groups)
        if highest * size <= room * (1.0 if size == _DOTS_PX[-1] else _ROOMY):
            return [_dots(values, lane, size, reach) for values, lane in zip(groups, lanes, strict=True)]
    counts = [_histogram(values, width / _BAR_PX, reach) for values in groups]
    return [_bars(bars, lane, room) for bars, lane in zip(counts, lanes, strict=True)]


def _histogram(values: NDArray[np.float64], bins: float, reach: tuple[float, float]) -> NDArray[np.int64]:
    return np.histogram(values, max(1, int(bins)), reach)[0]


def _dots(values: NDArray[np.float64], lane: QRectF, size: float, reach: tuple[float, float]) -> QPainterPath:
    """Each part where its score is, on top of those before it that are less than a dot away."""
    low, high = reach
    x = (np.sort(values) - low) / (high - low) * lane.width()
    column = np.floor(x / size)
    level = np.arange(len(x)) - np.searchsorted(column, column)
    path, radius = QPainterPath(), 0.4 * size
    path.setFillRule(Qt.FillRule.WindingFill)
    for left, number in zip((lane.left() + x).tolist(), level.tolist(), strict=True):
        path.addEllipse(QPointF(left, lane.bottom() - (number + 0.5) * size - 1), radius, radius)
    return path


def _bars(counts: NDArray[np.int64], lane: QRectF, room: float) -> QPainterPath:
    path, most, width = QPainterPath(), max(1, int(counts.max())), lane.width() / len(counts)
    for place in np.flatnonzero(counts).tolist():
        height = max(_LEAST_BAR_PX, room * int(counts[place]) / most)  # a single escape must be seen
        path.addRect(QRectF(lane.left() + place * width, lane.bottom() - height, width - 0.6, height))
    return path
