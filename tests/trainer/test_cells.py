"""Which cells of good pictures a memory keeps: what is small, and rare, must be among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from inspector.vision.memory import DIMENSIONS
from trainer.cells import ROWS, ROWS_TURNED, candidates, far_apart
from trainer.memory import _pool

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CELLS = 30 * 30


def ground(rng: np.random.Generator, pictures: int) -> NDArray[np.float32]:
    """(N, 900, 128) cells that are nearly alike."""
    return rng.normal(0, 0.1, (pictures, _CELLS, DIMENSIONS)).astype(np.float32)


def nearest(rows: NDArray[np.float32], cell: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(rows - cell, axis=1).min())


def test_a_small_part_is_among_the_candidates_of_its_picture() -> None:
    rng = np.random.default_rng(0)
    picture = ground(rng, 1)[0]
    part = rng.normal(0, 1, (5, DIMENSIONS)).astype(np.float32)
    picture[rng.choice(_CELLS, 5, replace=False)] = part
    chosen = candidates(picture, 12)
    assert len(chosen) == 12
    assert max(nearest(chosen, cell) for cell in part) == 0.0


@pytest.mark.parametrize("turned", [False, True], ids=["still", "turned"])
def test_more_pictures_do_not_crowd_out_what_each_of_them_shows_once(turned: bool) -> None:
    rng = np.random.default_rng(1)
    pictures = ground(rng, 40)
    shown = rng.normal(0, 1, (40, DIMENSIONS)).astype(np.float32)
    pictures[np.arange(40), rng.integers(0, _CELLS, 40)] = shown
    pairs = [(picture, 90) for picture in range(40)] if turned else []
    pool = _pool(pictures, pictures[:, ::-1] if turned else None, pairs)
    rows = pool.cells[pool.all(0)]
    assert len(rows) == pool.rows == (ROWS_TURNED if turned else ROWS)
    assert max(nearest(rows, cell) for cell in shown) == 0.0


def test_a_memory_without_a_picture_has_nothing_of_it_and_is_as_large() -> None:
    rng = np.random.default_rng(2)
    pictures = ground(rng, 10)
    shown = rng.normal(0, 1, (10, DIMENSIONS)).astype(np.float32)
    pictures[np.arange(10), 7] = shown
    pool = _pool(pictures, pictures[:, ::-1], [(picture, 90) for picture in range(10)])
    chosen = pool.all(0)
    inside = np.arange(10) == 3
    rows = pool.without(chosen, inside)
    assert len(rows) == pool.rows
    gaps = [nearest(rows, cell) for cell in shown]
    assert gaps.index(max(gaps)) == 3
    assert gaps[3] > 5
    assert sorted(gaps)[-2] == 0.0
    own = {cell.tobytes() for cell in pictures[3]}
    assert not any(row.tobytes() in own for row in rows)


def test_what_was_begun_with_stays_first_and_each_next_is_the_farthest() -> None:
    line = np.zeros((6, DIMENSIONS), np.float32)
    line[:, 0] = [0, 1, 2, 3, 4, 10]
    assert far_apart(line, 4, np.array([0, 1])).tolist()[:3] == [0, 1, 5]
    assert far_apart(line, 4, np.array([2])).tolist()[:2] == [2, 5]
