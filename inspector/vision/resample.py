"""Antialiased bilinear resampling with numpy: the triangle filter of Pillow and of torchvision's antialiased resize."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# OpenBLAS starts threads above 65536 · 4 multiplications. Beside an inference engine that holds the same cores they
# wait for one another: measured on 2 cores, 300 ms instead of 2 ms. Every product below stays under the limit.
_PRODUCT_LIMIT = 262_144
# Rows of output that share one dense product; more would multiply too many zeros, fewer would call too often.
_ROWS_DOWN = 4
_ROWS_ACROSS = 8


class Span(NamedTuple):
    """Part of one axis of a resized picture.

    Args:
        resized: Size of the whole resized axis, pixels.
        start: First pixel of it that is wanted.
        wanted: How many are wanted.
    """

    resized: int
    start: int
    wanted: int


class _Block(NamedTuple):
    first: int
    last: int
    low: int
    high: int
    weights: NDArray[np.float32]


def resample(image: NDArray[Any], rows: Span, columns: Span) -> NDArray[np.float32]:
    """Resize a picture with the antialiased triangle filter and return the wanted part of the result.

    The filter is the one of Pillow's ``BILINEAR`` and of ``torch.nn.functional.interpolate(antialias=True)``: a
    triangle as wide as the reduction asks, renormalised at the borders. Nothing is rounded in between. Memory is flat
    in the size of the picture but for one strip of it.

    Args:
        image: (H, W) or (H, W, C), C 1 or 3; uint8, uint16 or float32.
        rows: The wanted rows of the resized picture.
        columns: The wanted columns.

    Returns:
        (C, rows.wanted, columns.wanted) float32 in the range of the input.
    """
    height, width = image.shape[:2]
    channels = 1 if image.ndim == 2 else image.shape[2]
    middle = np.empty((rows.wanted, width * channels), np.float32)
    for block in _blocks(height, rows, _ROWS_DOWN):
        strip = image[block.low : block.high].astype(np.float32).reshape(block.high - block.low, -1)
        _product(block.weights, strip, middle[block.first : block.last])
    turned = cv2.transpose(middle.reshape(rows.wanted, width, channels)).reshape(width, rows.wanted * channels)
    result = np.empty((columns.wanted, rows.wanted * channels), np.float32)
    for block in _blocks(width, columns, _ROWS_ACROSS):
        _product(block.weights, turned[block.low : block.high], result[block.first : block.last])
    return np.ascontiguousarray(result.reshape(columns.wanted, rows.wanted, channels).transpose(2, 1, 0))


def _product(weights: NDArray[np.float32], strip: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """``out = weights @ strip`` in pieces too small for the linear algebra library to start threads."""
    width = strip.shape[1]
    if len(weights) == 1:  # a matrix-vector product has a far lower limit
        np.sum(weights.T * strip, axis=0, out=out[0])
        return
    pieces = -(-weights.size * width // _PRODUCT_LIMIT)
    step = -(-width // pieces)
    for start in range(0, width, step):
        np.matmul(weights, strip[:, start : start + step], out=out[:, start : start + step])


@functools.lru_cache(maxsize=128)
def _blocks(size: int, span: Span, rows: int) -> tuple[_Block, ...]:
    """The filter of one axis as small dense matrices, one for every ``rows`` pixels of output."""
    scale = size / span.resized
    support = max(scale, 1.0)
    centres = (np.arange(span.start, span.start + span.wanted) + 0.5) * scale
    low = np.maximum((centres - support + 0.5).astype(np.int64), 0)
    high = np.minimum((centres + support + 0.5).astype(np.int64), size)
    places = low[:, None] + np.arange(int((high - low).max()))
    weights = np.clip(1.0 - np.abs((places + 0.5 - centres[:, None]) / support), 0.0, None)
    weights[places >= high[:, None]] = 0.0
    weights /= weights.sum(axis=1, keepdims=True)
    blocks = []
    for begin in range(0, span.wanted, rows):
        last = min(begin + rows, span.wanted)
        first = max(0, last - rows)  # the last block overlaps the one before rather than be small
        start, stop = int(low[first]), int(high[last - 1])
        dense = np.zeros((last - first, stop - start + places.shape[1]), np.float32)
        np.put_along_axis(dense, places[first:last] - start, weights[first:last].astype(np.float32), axis=1)
        blocks.append(_Block(first, last, start, stop, np.ascontiguousarray(dense[:, : stop - start])))
    return tuple(blocks)
