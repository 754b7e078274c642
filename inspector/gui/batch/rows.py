"""What table and gallery of a batch show: places in its columns, in order; no object per row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.batch.table import BatchTable, Sort
    from inspector.pictures import Place

#: In the columns of another run: no verdict of that picture.
NO_VERDICT = 255


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OtherRun:
    """Another run's say on the same rows.

    Args:
        name: Name of the run's model.
        verdicts: (N,) uint8 as in `BatchTable`; `NO_VERDICT` where it has none, or the file has changed in between.
        p_defective: (N,) float64; NaN likewise.
        strangeness: (N,) float64; NaN likewise, and without a memory of good.
    """

    name: str
    verdicts: NDArray[np.uint8]
    p_defective: NDArray[np.float64]
    strangeness: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Rows in the order in which they are shown.

    Args:
        folder: Folder of the pictures.
        indexes: (M,) intp, places in the columns.
        order: What they are sorted by.
        other: Another run beside it; None where nothing is compared.
        bit_depth: As the run's judge had it.
    """

    folder: Place
    table: BatchTable
    indexes: NDArray[np.intp]
    order: Sort
    other: OtherRun | None = None
    bit_depth: int | None = None

    def __len__(self) -> int:
        return len(self.indexes)

    def file(self, place: int) -> str:
        """Return the file of a place in the columns."""
        return f"{self.folder}/{self.table.path(place)}"

    def picture(self, place: int) -> Place:
        """Return where the picture of a place in the columns is."""
        return self.folder / self.table.path(place)

    def reason(self, place: int) -> str:
        """Return why a picture has its verdict, for a cell beside its name, which is not said again."""
        return self.table.reason(place).removeprefix(f"the picture {self.file(place)} ")

    def row_of(self, index: int) -> int:
        """Return the row that shows a place of the columns; -1 where it is not shown."""
        places = np.flatnonzero(self.indexes == index)
        return int(places[0]) if len(places) else -1

    def continues(self, before: Rows) -> bool:
        """Return whether the rows before are still there at the same places, with or without others behind them."""
        count = len(before)
        return (
            before.table.generation == self.table.generation
            and (before.other is None) == (self.other is None)
            and len(self) >= count
            and bool((self.indexes[:count] == before.indexes).all())
        )

    def same_picture(self, index: int, before: Rows) -> int:
        """Return where the picture at a place of earlier columns is in these; -1 where it is not."""
        if index < 0:
            return -1
        if before.table.generation == self.table.generation:
            return index if index < len(self.table) else -1
        return self.table.places.get(before.table.path(index), -1)
