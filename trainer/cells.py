"""Cells of good pictures: which of them a memory keeps, where they lie, and how strange pictures look to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from inspector.vision.memory import DIMENSIONS, places

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.vision.memory import MemoryOfGood

#: Cells that a memory holds at most.
ROWS = 1024
#: Cells of all good pictures that it is chosen from.
CANDIDATES = 12_000
#: Cells that are measured at once: each takes 4 KB.
_AT_ONCE = 8 * 28 * 28
_CHOSEN_BY = 32


def choose(cells: NDArray[np.float32], seed: int, rows: int = ROWS) -> NDArray[np.float32]:
    """Choose cells that lie far apart: each next one is the farthest from all before it.

    Args:
        cells: (N, D) float.
        seed: Of the candidates, and of the first.
        rows: So many at most.

    Returns:
        (M, D) float32.
    """
    rng = np.random.default_rng(seed)
    if len(cells) > CANDIDATES:
        cells = cells[rng.choice(len(cells), CANDIDATES, replace=False)]
    if len(cells) <= rows:
        return cells.astype(np.float32)
    # the numbers are projected at random already: some of them tell distances well enough for a choice
    short = np.concatenate([cells[:, :_CHOSEN_BY], cells[:, DIMENSIONS - 2 :]], axis=1).astype(np.float32)
    squares = (short * short).sum(axis=1)

    def distances(index: int) -> NDArray[np.float32]:
        return np.asarray(squares + squares[index] - 2.0 * (short @ short[index]), np.float32)

    chosen = [int(rng.integers(len(short)))]
    nearest = distances(chosen[0])
    while len(chosen) < rows:
        chosen.append(int(nearest.argmax()))
        np.minimum(nearest, distances(chosen[-1]), out=nearest)
    return cells[chosen].astype(np.float32)


def strangest(memory: MemoryOfGood, cells: NDArray[np.float32]) -> NDArray[np.float64]:
    """(N, h·w, 128) float → (N,) the strangest cell of each picture."""
    side = round(cells.shape[1] ** 0.5)
    values = []
    at_once = max(1, _AT_ONCE // cells.shape[1])
    with torch.inference_mode():
        for first in range(0, len(cells), at_once):
            some = np.asarray(cells[first : first + at_once], np.float32).transpose(0, 2, 1)
            grid = torch.from_numpy(np.ascontiguousarray(some)).reshape(len(some), DIMENSIONS, side, side)
            values.append(memory(grid).amax((1, 2, 3)).numpy())
    return np.concatenate(values).astype(np.float64) if values else np.empty(0)


def placed(cells: NDArray[np.float32], weight: float) -> NDArray[np.float32]:
    """Put each cell's place into what describes it, for its last two numbers; nothing where it does not count."""
    if not weight:
        return cells
    side = round(cells.shape[1] ** 0.5)
    there = places(side, side)[0].numpy().reshape(2, -1).T * weight
    repeated = np.broadcast_to(there.astype(cells.dtype), (len(cells), *there.shape))
    return np.concatenate([cells[..., : DIMENSIONS - 2], repeated], axis=2)


def weight_of(cells: NDArray[np.float32], position: float) -> float:
    """Return how much a place weighs that counts so many spreads of the numbers."""
    spread = float(cells[:: max(1, len(cells) // 20)].astype(np.float32).std())
    return position * spread * float(np.sqrt(DIMENSIONS))


def flat(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, h·w, D) → (N·h·w, D)."""
    return cells.reshape(-1, cells.shape[2])
