"""Antialiased bilinear resampling with numpy: the triangle filter of Pillow and of torchvision's antialiased resize."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# OpenBLAS starts threads above 65536 · 4 multiplications. Beside an inference engine that holds the same cores they
# wait for one another: measured on 2 cores, 300 ms instead of 2 ms. Every product below stays under the limit.
_PRODUCT_LIMIT = 262_144
# Rows, or columns, of output that share one dense product: more would multiply too many zeros, fewer call too often.
_ROWS_DOWN = 4
_COLUMNS_ACROSS = 4


class Span(NamedTuple):
    """Part of one axis of a resized picture.

    Args:
        resized: Size of the whole resized axis, pixels.
        start: First pixel of it that is wanted.
        wanted: Number of pixels that are wanted.
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


class _Turned(NamedTuple):
    first: int
    last: int
    low: int
    high: int
    weights: NDArray[np.float32]  #: (channels · (high - low), channels · (last - first))


def resample(image: NDArray[Any], rows: Span, columns: Span) -> NDArray[np.float32]:
    """Resize a picture with the antialiased triangle filter and return the wanted part of the result.

    The filter is the one of Pillow's ``BILINEAR`` and of ``torch.nn.functional.interpolate(antialias=True)``: a
    triangle as wide as the reduction asks, renormalised at the borders. Nothing is rounded in between. Memory is flat
    in the height of the picture.

    Both passes are products of interleaved pixels with small dense matrices. `python -m tests.bench.resize`, on one of
    two busy cores: 1024², 900² and 300² to 224² in 2.1, 2.5 and 2.9 times Pillow's speed, 1.3 to 2.2 times to 448². An
    earlier version transposed between the passes and took four times as long at 1024², where the lines of the picture
    fall into the same places of the cache.

    Args:
        image: (H, W) or (H, W, C), C 1 or 3; uint8, uint16 or float32.
        rows: Which rows of the resized picture are wanted.
        columns: Which columns of the resized picture are wanted.

    Returns:
        (rows.wanted, columns.wanted, C) float32 in the range of the input.
    """
    height, width = image.shape[:2]
    channels = 1 if image.ndim == 2 else image.shape[2]
    down = _blocks(height, rows, _ROWS_DOWN)
    across = _turned(width, columns, _COLUMNS_ACROSS, channels)
    group = max(1, _PRODUCT_LIMIT // max(block.weights.size for block in across))
    strip = np.empty((max(block.high - block.low for block in down), width * channels), np.float32)
    middle = np.empty((rows.wanted, width * channels), np.float32)
    for block in down:
        used = strip[: block.high - block.low]
        np.copyto(used.reshape(-1, *image.shape[1:]), image[block.low : block.high])
        _product(block.weights, used, middle[block.first : block.last])
    result = np.empty((rows.wanted, columns.wanted * channels), np.float32)
    for start in range(0, rows.wanted, group):
        part, out = middle[start : start + group], result[start : start + group]
        for turned in across:
            _narrow_product(part, turned, out, channels)
    return result.reshape(rows.wanted, columns.wanted, channels)


def _narrow_product(part: NDArray[np.float32], block: _Turned, out: NDArray[np.float32], channels: int) -> None:
    """Make a few columns of the result; a single row or column is summed, as its product would start threads."""
    source = part[:, channels * block.low : channels * block.high]
    target = out[:, channels * block.first : channels * block.last]
    if len(part) == 1 or block.weights.shape[1] == 1:
        np.einsum("ij,jk->ik", source, block.weights, out=target)
    else:
        np.matmul(source, block.weights, out=target)


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


@functools.lru_cache(maxsize=128)
def _turned(size: int, span: Span, columns: int, channels: int) -> tuple[_Turned, ...]:
    """The filter of the horizontal axis for pixels whose channels lie side by side."""
    apart = np.eye(channels, dtype=np.float32)
    return tuple(
        _Turned(block.first, block.last, block.low, block.high, np.ascontiguousarray(np.kron(block.weights, apart).T))
        for block in _blocks(size, span, columns)
    )
