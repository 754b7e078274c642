"""The classes of a model as one value: their names in the network's order, and which of them is good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Classes:
    """What the columns of a network's probabilities mean; the good class may stand anywhere.

    Args:
        names: The K class names, in the network's order; at least two, all different.
        good: The name of the good class.

    Raises:
        ValueError: If there are fewer than two names, two are equal, or `good` is not among them.
    """

    names: tuple[str, ...]
    good: str

    def __post_init__(self) -> None:
        if len(self.names) < 2 or len(set(self.names)) != len(self.names):
            msg = f"a model has two or more classes with different names, got {self.names}"
            raise ValueError(msg)
        if self.good not in self.names:
            msg = f"the good class {self.good!r} is not among the classes {', '.join(self.names)}"
            raise ValueError(msg)

    def __len__(self) -> int:
        """Return K."""
        return len(self.names)

    @property
    def good_index(self) -> int:
        """Column of the good class."""
        return self.names.index(self.good)

    @property
    def defects(self) -> tuple[str, ...]:
        """The other classes, in the network's order."""
        return tuple(name for name in self.names if name != self.good)

    @property
    def defect_indices(self) -> tuple[int, ...]:
        """Columns of the other classes."""
        return tuple(index for index, name in enumerate(self.names) if name != self.good)

    def p_defective(self, probabilities: NDArray[np.float32]) -> float:
        """Return P(defective), one minus that of the good class; NaN stays NaN.

        Args:
            probabilities: (K,) float32, in the order of the names.
        """
        return 1.0 - float(probabilities[self.good_index])

    def likeliest_defect(self, probabilities: NDArray[np.float32]) -> int:
        """Return the column of the most probable class that is not good; of equals the first.

        Args:
            probabilities: (K,) float32, in the order of the names.
        """
        columns = list(self.defect_indices)
        return columns[int(np.argmax(probabilities[columns]))]
