"""Whether parts lie still, and whether they may be turned: told by good pictures alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import cv2
import numpy as np

from inspector.vision.memory import DIMENSIONS, LEAST, MemoryOfGood
from trainer.cells import candidates, choose, flat, placed, strangest, weight_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

#: How much the place counts where parts lie still, in spreads of the numbers that describe a cell.
PLACE_COUNTS = 0.3
#: Parts lie still where so many of their halves, exchanged, are stranger than any good part: see `lie_still`.
STILL_FROM = 0.95
#: … and where the pictures as they are look stranger by this factor at most.
STILL_COSTS = 1.1
#: Orientation matters where turned copies look stranger than pictures as they are: by this factor, and by more than
#: chance: see `may_be_turned`.
STRANGER_BY = 1.1
_STANDARD_ERRORS = 2.0
_LEAST_ASKED = 3
#: Angles that a good picture is remembered at, degrees, where parts may be turned.
ANGLES = tuple(range(30, 360, 30))
#: Copies at most, of all pictures together, at the usual size, and half as many at twice that: more pictures show more
#: angles by themselves.
MOST_TURNED, USUAL_SIZE = 132, 224
#: What is asked first is asked of so few pictures, turned by right angles, which invent no corner.
ASKED = 8
RIGHT_ANGLES = (90, 180, 270)
#: A cell of a turned copy counts where it lies so many cells or more inside what the picture shows.
_MARGIN = 1.0
_FOLDS_ASKED = 5
#: Cells that are remembered to ask about turned copies: it takes fewer than a verdict.
_ROWS_ASKED = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """Cells of turned copies.

    Args:
        cells: (M, 128) float, some that lie far apart in each copy; those of invented corners are left out.
        owner: (M,) which good picture each comes from.
    """

    cells: NDArray[np.float32]
    owner: NDArray[np.int64]

    @classmethod
    def of(cls, cells: NDArray[np.float32], pairs: Sequence[tuple[int, int]], each: int) -> Self:
        """Take cells that pictures show.

        Args:
            cells: (N, h·w, 128) float.
            pairs: Of each copy, which picture it is of, and by how many degrees it is turned.
            each: So many of each copy at most.
        """
        side = round(cells.shape[1] ** 0.5)
        kept = [candidates(copy[shown(side, angle)], each) for copy, (_, angle) in zip(cells, pairs, strict=True)]
        owner = np.array([picture for picture, _ in pairs], np.int64)
        return cls(cells=np.concatenate(kept), owner=np.repeat(owner, [len(some) for some in kept]))


def turned_by(picture: NDArray[np.uint8], angle: int) -> NDArray[np.uint8]:
    """Turn a square picture about its middle; (S, S, 3) uint8. What it does not show is mirrored."""
    if angle % 90 == 0:
        return np.ascontiguousarray(np.rot90(picture, angle // 90))
    side = picture.shape[0]
    matrix = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), angle, 1.0)
    return np.asarray(
        cv2.warpAffine(picture, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101),
        np.uint8,
    )


def shown(side: int, angle: int) -> NDArray[np.bool_]:
    """Say which cells of a turned copy the picture shows; the corners are invented.

    Returns:
        (side·side,) bool.
    """
    if angle % 90 == 0:
        return np.ones(side * side, np.bool_)
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    reach = side / 2 - _MARGIN
    within = (np.abs(cos * x + sin * y) <= reach) & (np.abs(cos * y - sin * x) <= reach)
    return np.asarray(within.ravel())


def angles_of(pictures: int, size: int = USUAL_SIZE) -> list[tuple[int, int]]:
    """Deal out the angles: all to few pictures, and to many some, so that all angles come as often.

    Args:
        pictures: How many there are.
        size: Side of the input, pixels.

    Returns:
        Of each copy, which picture it is of, and by how many degrees it is turned.
    """
    each = min(len(ANGLES), MOST_TURNED * USUAL_SIZE // size // max(1, pictures))
    # 5 and 11 share no factor: neighbours in the list get angles that lie apart
    return [
        (picture, ANGLES[(5 * (number + each * picture)) % len(ANGLES)])
        for picture in range(pictures)
        for number in range(each)
    ]


def copies_of(pictures: int, size: int, *, turn: bool, upright: bool) -> list[tuple[int, int]]:
    """Return which copies are remembered.

    A part that was turned level lies either way round: its axis has no beginning.

    Args:
        pictures: How many there are.
        size: Side of the input, pixels.
        turn: Whether parts may be turned.
        upright: Whether the pictures show them turned level.

    Returns:
        As `angles_of`.
    """
    if upright:
        most = MOST_TURNED * USUAL_SIZE // size
        return [(picture, 180) for picture in range(0, pictures, -(-pictures // most))]
    return angles_of(pictures, size) if turn else []


def asked_of(pictures: int) -> list[int]:
    """Return of which of so many pictures copies are asked for; some of all of them."""
    return [int(place) for place in np.linspace(0, pictures - 1, min(ASKED, pictures)).round()]


def lie_still(cells: NDArray[np.float32], folds: NDArray[np.int64], seed: int) -> bool:
    """Say whether parts lie still, by good pictures alone: then a cell's place tells something, and costs nothing.

    It tells something where held-out pictures look strange to a memory that knows places once their halves are
    exchanged; those of a texture do not. It costs nothing where the pictures as they are look no stranger to that
    memory than to one that knows no places; parts that turn or move do, as their cells are remembered elsewhere.

    Args:
        cells: (N, h·w, 128) float.
        folds: (N,) fold of each picture.
        seed: Of the choice of cells.
    """
    side = round(cells.shape[1] ** 0.5)
    weight = weight_of(cells, PLACE_COUNTS)
    stranger: list[bool] = []
    costs: list[float] = []
    for inside in _held_out(folds):
        memory = MemoryOfGood(choose(flat(placed(cells[~inside], weight)), seed), position=weight)
        free = MemoryOfGood(choose(flat(cells[~inside]), seed))
        held = cells[inside]
        grid = held.reshape(len(held), side, side, DIMENSIONS)
        exchanged = np.roll(grid, (side // 2, side // 2), axis=(1, 2)).reshape(held.shape)
        plain, moved = strangest(memory, held), strangest(memory, exchanged)
        stranger.extend(moved > plain.max())
        costs.extend(plain / np.maximum(LEAST, strangest(free, held)))
    return bool(costs) and float(np.mean(stranger)) >= STILL_FROM and float(np.median(costs)) <= STILL_COSTS


def may_be_turned(
    cells: NDArray[np.float32],
    owner: Sequence[int],
    copies: NDArray[np.float32],
    folds: NDArray[np.int64],
    seed: int,
) -> bool:
    """Say whether orientation does not matter, by good pictures alone.

    Where it does not, a held-out picture and its turned copies are as strange, on average, to a memory of the others:
    parts lie at any angle, are round, or have no direction. Where parts lie still the copies are stranger, clearly:
    in the median, and by Student's t of the pictures' mean log ratios.

    Args:
        cells: (N, h·w, 128) float.
        owner: Which picture each of M copies, turned by right angles, is of.
        copies: (M, h·w, 128) their cells.
        folds: (N,) fold of each picture.
        seed: Of the choice of cells.
    """
    of = np.array(owner, np.int64)
    if len(np.unique(folds)) == 1 or len(np.unique(of)) < _LEAST_ASKED:
        return False
    ratios = np.empty(len(of))
    for fold in np.unique(folds[of]):
        inside, within = folds == fold, folds[of] == fold
        memory = MemoryOfGood(choose(flat(cells[~inside]), seed, _ROWS_ASKED))
        plain = strangest(memory, cells[of[within]])
        ratios[within] = np.log(np.maximum(LEAST, strangest(memory, copies[within])) / np.maximum(LEAST, plain))
    each = np.array([ratios[of == picture].mean() for picture in np.unique(of)])
    error = max(LEAST, float(each.std(ddof=1)) / len(each) ** 0.5)
    clearly = float(np.median(ratios)) > np.log(STRANGER_BY) and float(each.mean()) / error > _STANDARD_ERRORS
    return not clearly


def _held_out(folds: NDArray[np.int64]) -> Iterator[NDArray[np.bool_]]:
    """Yield which pictures are held out, for some of the folds; nothing where there is one."""
    names = np.unique(folds)
    if len(names) > 1:
        for fold in names[:: max(1, len(names) // _FOLDS_ASKED)][:_FOLDS_ASKED]:
            yield folds == fold
