"""Where on the part the rejected parts are hot: the hottest place of each kept heatmap."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.errors import PictureError
from inspector.domain.records import Verdict
from inspector.outputs.kept import kept_heatmap

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from inspector.outputs.roll_up_reads import RollUpLog, RollUpQuery

#: Heatmaps of so many parts are read at most, the newest.
LOOKED_AT_MOST = 300
#: Cells of the density map across the part's longer side, and its shorter one: places are fractions of both.
CELLS = 24
#: Verdicts for which there is a place.
WITH_PLACE = frozenset({Verdict.FAIL, Verdict.REVIEW})


@dataclass(frozen=True, slots=True, kw_only=True)
class HotPlace:
    """Where one part is hottest: fractions of the picture's width and height, and what the part is."""

    x: float
    y: float
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HotPlaces:
    """See the module.

    Args:
        recipe: Whose parts they are: those of different recipes do not lie one over another.
        places: One for each part with a heatmap.
        looked: How many rejected parts were looked at, the newest.
        missing: How many of them have no heatmap any more, or never had one.
        picture: The newest kept picture of them, to be drawn below; None where there is none.
    """

    recipe: str
    places: tuple[HotPlace, ...]
    looked: int
    missing: int
    picture: Path | None

    @property
    def density(self) -> NDArray[np.int64]:
        """(CELLS, CELLS) int64, rows from the top: how many parts are hottest in each cell."""
        counts = np.zeros((CELLS, CELLS), np.int64)
        for place in self.places:
            counts[cell_of(place.y), cell_of(place.x)] += 1
        return counts

    def within(self, column: int, row: int) -> list[str]:
        """Return the parts that are hottest in a cell, the newest first."""
        return [place.part for place in self.places if (cell_of(place.x), cell_of(place.y)) == (column, row)]


def cell_of(fraction: float) -> int:
    """Return the cell in which a fraction of a side lies."""
    return min(CELLS - 1, max(0, int(fraction * CELLS)))


def places_of(log: RollUpLog, query: RollUpQuery, kind: str | None = None) -> HotPlaces | None:
    """Read the heatmaps of the newest parts with FAIL or REVIEW.

    Args:
        log: Read on this thread.
        query: Which parts are meant; where it names no recipe, the one with the most of them is taken.
        kind: Only parts rejected for a reason of this kind; None for all.

    Returns:
        None where no such part was rejected.

    Raises:
        LogError: If the log cannot be read.
    """
    keys = log.keys()
    rejected = Counter[str]()
    for row in log.counts(query):
        if row.verdict in ("FAIL", "REVIEW") and row.key in keys and kind in (None, row.kind):
            rejected[keys[row.key].recipe] += row.parts
    if not rejected:
        return None
    recipe = rejected.most_common(1)[0][0]
    parts = log.newest_parts(replace(query, recipe=recipe), WITH_PLACE, kind, LOOKED_AT_MOST)
    places = []
    picture = None
    for part in parts:
        if part.picture is None:
            continue
        if picture is None and part.picture.path.is_file():
            picture = part.picture.path
        if part.picture.heatmap_path is None:
            continue
        try:
            x, y = _hottest(kept_heatmap(part.picture.heatmap_path))
        except PictureError:
            continue
        places.append(HotPlace(x=x, y=y, part=part.id))
    return HotPlaces(
        recipe=recipe, places=tuple(places), looked=len(parts), missing=len(parts) - len(places), picture=picture
    )


def _hottest(heatmap: NDArray[np.float32]) -> tuple[float, float]:
    """Return the middle of the hottest cell, as fractions of width and height."""
    height, width = heatmap.shape
    row, column = divmod(int(heatmap.argmax()), width)
    return (column + 0.5) / width, (row + 0.5) / height
