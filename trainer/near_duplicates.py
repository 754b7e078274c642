"""Pictures that are nearly the same: several shots of one part, copies that were saved again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from trainer.miniatures import SIDE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from trainer.miniatures import Miniature

_COMPARED_AT_ONCE, _LAID_AT_ONCE = 1000, 16
_UNSHIFTED = 4
_COMPARED = (SIDE - 2) ** 2
#: So many of the compared pixels, at most, lie above a 99.5th percentile.
_FAR = _COMPARED - int(0.995 * (_COMPARED - 1)) - 1
_ROUNDING = 1e-3
#: Two pictures are near duplicates when, after the median difference is taken out and over the best shift of at most
#: one pixel of the 64, their thumbnails differ by no more than so many grey levels (of 255) in the mean …
NEAR_MEAN = 2.0
#: … and in the 99.5th percentile. Measured: JPEG at quality 80 and noise of 4 levels differ by at most 1.4 and 4, a
#: shift of one pixel on MVTec AD bottle by 0.9 and 9.7; the closest two different bottles by 3.0 and 26.
NEAR_LEVELS = 10.0


def near_duplicate_groups(thumbs: Sequence[Miniature], contents: Sequence[str]) -> list[int]:
    """Return the number of its cluster for each picture; equal numbers are near duplicates, or the same file.

    Args:
        thumbs: Of pictures that could be read.
        contents: SHA-256 of each picture's file.
    """
    clusters = np.arange(len(thumbs))
    if len(thumbs) < 2:
        return list(range(len(thumbs)))
    blocks = np.stack([_blocks(thumb.grey) for thumb in thumbs])
    first: dict[str, int] = {}
    for index, content in enumerate(contents):
        if content:
            clusters[index] = first.setdefault(content, index)
    for picture, others in _candidates(thumbs):
        # pictures of a line are much alike: two of a cluster are not compared once more
        apart = others[clusters[others] != clusters[picture]]
        apart = apart[_may_be_near(blocks[picture, _UNSHIFTED], blocks[apart])]
        for start in range(0, len(apart), _LAID_AT_ONCE):
            some = apart[start : start + _LAID_AT_ONCE]
            some = some[clusters[some] != clusters[picture]]
            if len(some):
                near = _are_near(thumbs[picture].grey, np.stack([thumbs[other].grey for other in some]))
                for other in some[near]:
                    clusters[clusters == clusters[picture]] = clusters[other]
    groups: list[int] = clusters.tolist()
    return groups


def _candidates(thumbs: Sequence[Miniature]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Yield for each picture those behind it that may be near duplicates of it, by a sketch of 16 × 16 pixels."""
    flat = np.stack([cv2.resize(t.grey - t.brightness, (16, 16), interpolation=cv2.INTER_AREA).ravel() for t in thumbs])
    norms = (flat**2).mean(axis=1)
    wide = np.array([thumb.look.width_px > thumb.look.height_px for thumb in thumbs])
    for index in range(len(thumbs) - 1):
        rest = flat[index + 1 :]
        distance = np.sqrt(np.maximum(0, norms[index] + norms[index + 1 :] - 2 * (rest @ flat[index]) / flat.shape[1]))
        alike = (distance < 4 * NEAR_MEAN) & (wide[index + 1 :] == wide[index])
        others = index + 1 + np.flatnonzero(alike)
        for first in range(0, len(others), _COMPARED_AT_ONCE):
            yield index, others[first : first + _COMPARED_AT_ONCE]


def _blocks(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (9, 225) means of 15 × 15 blocks of 4 × 4 pixels, for each shift by at most one pixel."""
    shifted = [grey[row : row + 60, column : column + 60] for row in (1, 2, 3) for column in (1, 2, 3)]
    return np.stack([thumb.reshape(15, 4, 15, 4).mean(axis=(1, 3)).ravel() for thumb in shifted])


def _may_be_near(picture: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return for each of N pictures whether `_are_near` can be true, as far as means of blocks can tell.

    The mean gap of blocks is no larger than that of their pixels. Where that is small, the median lies near the mean,
    and a block that is far from the mean has a pixel that is far from the median.

    Args:
        picture: (225,) float32, a row of `_blocks`.
        others: (N, 9, 225) float32, as `_blocks` gives for each.
    """
    share = 60**2 / _COMPARED  # of the pixels that are compared in the end
    gaps = others - picture
    gaps -= gaps.mean(axis=2, keepdims=True)
    far = np.count_nonzero(np.abs(gaps) > NEAR_LEVELS + NEAR_MEAN / share + _ROUNDING, axis=2)
    # about the mean a mean gap is at most twice as large as about the median
    possible = (far <= _FAR) & (share * np.abs(gaps).mean(axis=2) <= 2 * NEAR_MEAN + _ROUNDING)
    seen = possible.any(axis=1)
    some = gaps[seen]
    middle = some.shape[2] // 2
    some -= np.partition(some, middle, axis=2)[:, :, middle, None]
    near = share * np.abs(some).mean(axis=2) <= NEAR_MEAN + _ROUNDING
    seen[seen] = (near & possible[seen]).any(axis=1)
    return np.asarray(seen)


def _are_near(picture: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return for each of N pictures whether it is a near duplicate.

    Args:
        picture: (64, 64) float32 grey values.
        others: (N, 64, 64) float32 grey values.
    """
    shifted = sliding_window_view(others, (SIDE - 2, SIDE - 2), axis=(1, 2))
    gaps = (shifted - picture[1:-1, 1:-1]).reshape(len(others), 9, _COMPARED)
    gaps -= gaps.mean(axis=2, keepdims=True)
    sizes = np.abs(gaps)
    possible = sizes.mean(axis=2) <= 2 * NEAR_MEAN + _ROUNDING  # as in `_may_be_near`, without sorting
    possible &= np.count_nonzero(sizes > NEAR_LEVELS + NEAR_MEAN + _ROUNDING, axis=2) <= _FAR
    alike = np.zeros(len(others), np.bool_)
    for number, shift in np.argwhere(possible):
        gap = gaps[number, shift]
        gap = np.abs(gap - np.median(gap))
        alike[number] |= gap.mean() <= NEAR_MEAN and float(np.percentile(gap, 99.5)) <= NEAR_LEVELS
    return alike
