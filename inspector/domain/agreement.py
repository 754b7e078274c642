"""Two judges of the same labelled parts: how often each is right, and whether that could be chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.statistics import mcnemar_exact

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How often the verdicts of two judges on the same parts are right.

    Args:
        both_right: Parts that both judge rightly.
        only_first: Parts that the first alone judges rightly.
        only_second: Parts that the second alone judges rightly.
        both_wrong: Parts that both judge wrongly.
    """

    both_right: int
    only_first: int
    only_second: int
    both_wrong: int

    @staticmethod
    def of(first_right: NDArray[np.bool_], second_right: NDArray[np.bool_]) -> Agreement:
        """Count.

        Args:
            first_right: (N,) bool, whether the first judges each part rightly.
            second_right: (N,) bool, of the same parts in the same order.

        Raises:
            ValueError: If the lengths differ.
        """
        if first_right.shape != second_right.shape:
            msg = f"{len(first_right)} verdicts cannot be paired with {len(second_right)}"
            raise ValueError(msg)
        return Agreement(
            both_right=int(np.count_nonzero(first_right & second_right)),
            only_first=int(np.count_nonzero(first_right & ~second_right)),
            only_second=int(np.count_nonzero(~first_right & second_right)),
            both_wrong=int(np.count_nonzero(~first_right & ~second_right)),
        )

    @property
    def total(self) -> int:
        """All parts that are compared."""
        return self.both_right + self.only_first + self.only_second + self.both_wrong

    @property
    def p_value(self) -> float:
        """P value of McNemar's exact test, two-sided, 0..1: are both right equally often?"""
        return mcnemar_exact(self.only_first, self.only_second)
