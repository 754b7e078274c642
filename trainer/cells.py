"""Cells of good pictures: which of them a memory keeps, where they lie, and how strange pictures look to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from inspector.vision.memory import DIMENSIONS, places

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.vision.memory import MemoryOfGood

#: Cells that a memory holds at most, and where parts may be turned: each angle has cells of its own.
ROWS, ROWS_TURNED = 1024, 2048
#: Cells that it is chosen from, for each that it holds.
CANDIDATES_EACH = 12
#: Cells that are measured at once: each takes 4 KB.
_AT_ONCE = 8 * 28 * 28
_CHOSEN_BY = 32


def choose(cells: NDArray[np.float32], seed: int, rows: int = ROWS) -> NDArray[np.float32]:
    """Choose cells that lie far apart, of some that are drawn at random.

    Args:
        cells: (N, D) float.
        seed: Of the candidates, and of the first.
        rows: So many at most.

    Returns:
        (M, D) float32.
    """
    rng = np.random.default_rng(seed)
    most = CANDIDATES_EACH * ROWS
    if len(cells) > most:
        cells = cells[rng.choice(len(cells), most, replace=False)]
    return cells[far_apart(cells, rows, np.array([rng.integers(len(cells))]))].astype(np.float32)


def far_apart(cells: NDArray[np.float32], count: int, begun: NDArray[np.int64]) -> NDArray[np.int64]:
    """Choose cells that lie far apart: each next one is the farthest from all before it.

    Args:
        cells: (N, D) float.
        count: So many at most.
        begun: Those that are chosen already, one or more.

    Returns:
        (M,) their places, those of before first.
    """
    if len(cells) <= count:
        return np.arange(len(cells))
    # the numbers are projected at random already: some of them tell distances well enough for a choice
    short = np.concatenate([cells[:, :_CHOSEN_BY], cells[:, DIMENSIONS - 2 :]], axis=1).astype(np.float32)
    squares = (short * short).sum(axis=1)
    chosen = [int(place) for place in begun]
    nearest = np.full(len(short), np.inf, np.float32)
    for first in range(0, len(chosen), _CHOSEN_BY):
        some = chosen[first : first + _CHOSEN_BY]
        nearest = np.minimum(nearest, (squares[some] - 2.0 * (short @ short[some].T)).min(axis=1))
    nearest += squares
    while len(chosen) < count:
        chosen.append(int(nearest.argmax()))
        np.minimum(nearest, squares + squares[chosen[-1]] - 2.0 * (short @ short[chosen[-1]]), out=nearest)
    return np.array(chosen, np.int64)


def candidates(cells: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Return cells of one picture that lie far apart; drawn at random they would hardly show a small part.

    Args:
        cells: (N, D) float.
        count: So many at most.
    """
    return cells[far_apart(cells, count, np.zeros(1, np.int64))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Cells that memories are chosen from.

    Args:
        cells: (M, D) float.
        owner: (M,) which good picture each comes from.
        rows: Cells that a memory holds at most.
    """

    cells: NDArray[np.float32]
    owner: NDArray[np.int64]
    rows: int

    def all(self, seed: int) -> NDArray[np.int64]:
        """Choose from all pictures: (K,) places."""
        return far_apart(self.cells, self.rows, np.random.default_rng(seed).integers(len(self.cells), size=1))

    def without(self, chosen: NDArray[np.int64], inside: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Choose without some pictures: what others have of a choice stays, and more is added until it is as large.

        Args:
            chosen: (K,) places that were chosen from all.
            inside: (N,) which pictures are left out.

        Returns:
            (L, D) float32.
        """
        kept = np.flatnonzero(~inside[self.owner])
        stays = np.searchsorted(kept, chosen[~inside[self.owner[chosen]]])
        cells = self.cells[kept]
        return cells[far_apart(cells, self.rows, stays if len(stays) else np.zeros(1, np.int64))].astype(np.float32)


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
