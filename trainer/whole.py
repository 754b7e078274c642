"""Makes the measure of the whole picture: how far what it is made of, all in all, lies from good pictures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np
from sklearn.covariance import ledoit_wolf

from inspector.domain.strangeness import DEFAULT_RATE, GoodScale
from inspector.vision.memory import DIMENSIONS, LEAST, WholePicture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: The spread that whole good pictures usually have, on a logarithm; cells have a narrower one. Then how many pictures'
#: worth it counts.
USUAL_SPREAD, USUAL_COUNTS = 0.3, 8
#: Good pictures that are looked at in other light, at most.
LIT = 20
#: So many times as much light, and noise of so many grey levels: lamps age and warm up, and parts stay as good.
#: A ground that was too bright has noise in less light, which it had not before.
OTHER_LIGHT = ((0.95, 0.0), (1.05, 0.0), (0.95, 1.0))
#: Blocks a side whose means say how good parts vary: of five pictures alone nobody could tell.
_BLOCKS = 4
_AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureContents:
    """What N pictures are made of.

    Args:
        means: (N, 128) float, of all cells.
        blocks: (N, B, 128) float, of the cells of each block.
        light: (L, M, 128) float, by how much each of L kinds of other light changes the blocks of some good pictures.
    """

    means: NDArray[np.float64]
    blocks: NDArray[np.float64]
    light: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 1, DIMENSIONS)))

    @classmethod
    def of(cls, cells: NDArray[np.float32]) -> Self:
        """Sum up pictures: (N, h·w, 128) float."""
        side = round(cells.shape[1] ** 0.5)
        edges = np.linspace(0, side, min(_BLOCKS, side) + 1).round().astype(int)
        means, blocks = [], []
        for first in range(0, len(cells), _AT_ONCE):
            grid = np.asarray(cells[first : first + _AT_ONCE], np.float64)
            means.append(grid.mean(axis=1))
            grid = grid.reshape(len(grid), side, side, -1)
            parts = [
                grid[:, top:bottom, left:right].mean(axis=(1, 2))
                for top, bottom in pairwise(edges)
                for left, right in pairwise(edges)
            ]
            blocks.append(np.stack(parts, axis=1))
        return cls(means=np.concatenate(means), blocks=np.concatenate(blocks))

    def some(self, which: NDArray[np.bool_]) -> PictureContents:
        """Return those of some pictures; (N,)."""
        return replace(self, means=self.means[which], blocks=self.blocks[which])

    def in_light(self, lit: Sequence[PictureContents], of: Sequence[int]) -> PictureContents:
        """Return the same with what other light does.

        Args:
            lit: The contents of some of the pictures, once for each kind of light.
            of: (K,) which pictures these are.
        """
        changes = [(other.blocks - self.blocks[of]).reshape(-1, DIMENSIONS) for other in lit]
        return replace(self, light=np.stack(changes))


def lit(picture: NDArray[np.uint8], light: float, noise: float) -> NDArray[np.uint8]:
    """Return a picture in so many times its light, with noise of so many grey levels; (H, W, 3) uint8."""
    drawn = np.random.default_rng(0).normal(0.0, noise, picture.shape[:2]) if noise else np.zeros(picture.shape[:2])
    return np.asarray(np.clip(np.rint(picture * light + drawn[..., None]), 0, 255), np.uint8)


def lit_of(pictures: int) -> list[int]:
    """Return which of so many pictures are looked at in other light."""
    return list(range(0, pictures, -(-pictures // LIT)))


def whole_of(contents: PictureContents, unit: float = 1.0) -> WholePicture:
    """Make the measure from good pictures.

    Their blocks say along which numbers they vary, and by how much. The covariance of these is drawn towards a multiple
    of the identity, by as much as its own scatter asks for (Ledoit and Wolf 2004, Journal of Multivariate Analysis 88).
    What other light would change is added to it: pictures that were taken within an hour do not show that.

    Args:
        contents: Of one good picture or more.
        unit: What one unit of strangeness is, as a distance; above 0.
    """
    middle = contents.means.mean(axis=0)
    covariance, _ = ledoit_wolf(contents.blocks.reshape(-1, len(middle)) - middle, assume_centered=True)
    covariance = covariance + sum(kind.T @ kind / len(kind) for kind in contents.light)
    values, vectors = np.linalg.eigh(covariance)
    roots = np.sqrt(np.maximum(values, max(LEAST, 1e-9 * float(values.max()))))
    return WholePicture(middle.astype(np.float32), (vectors / (roots * unit)).astype(np.float32))


def distances(whole: WholePicture, means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Measure pictures by their means: (N, 128) float → (N,) float."""
    there = (means - whole.middle.numpy()) @ whole.whitening.numpy().astype(np.float64)
    return np.asarray(np.sqrt(np.maximum((there * there).sum(axis=1), LEAST)), np.float64)


def crossed(contents: PictureContents, folds: NDArray[np.int64]) -> NDArray[np.float64]:
    """Measure each good picture by those of the other folds: (N,) → (N,)."""
    measured = np.empty(len(contents.means))
    for fold in np.unique(folds):
        inside = folds == fold
        measured[inside] = distances(whole_of(contents.some(~inside)), contents.means[inside])
    return measured


def limit_of(measured: NDArray[np.float64]) -> float:
    """Return the distance that the usual rate of good pictures exceeds, and none of these: (N,), above 0.

    Products that come in several designs vary in jumps, and no normal distribution knows the largest of them.
    """
    limit = GoodScale.of(measured.tolist(), USUAL_COUNTS).limit(DEFAULT_RATE, USUAL_SPREAD)
    return max(limit, float(measured.max()))
