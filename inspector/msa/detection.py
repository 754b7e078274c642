"""Signal detection: the width of the zone in which a measured value leaves it uncertain what a part is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: GRR is this many standard deviations wide, as in AIAG MSA, 4th edition.
SIGMAS = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainZone:
    """Values between the last part that all accept and the first that all reject.

    Args:
        low: The highest value up to which all parts are accepted by all.
        high: The lowest value from which on all parts are rejected by all.
        parts: How many parts lie between them, neither included.
    """

    low: float
    high: float
    parts: int

    @property
    def width(self) -> float:
        """AIAG's d, the estimate of GRR (`SIGMAS` standard deviations)."""
        return self.high - self.low

    @property
    def sigma(self) -> float:
        """The standard deviation of the measurement that the width stands for."""
        return self.width / SIGMAS


def uncertain_zone(values: NDArray[np.floating], defective: NDArray[np.bool_]) -> UncertainZone | None:
    """Return the zone of uncertainty at one limit (AIAG MSA, 4th edition, chapter III C, signal detection approach).

    With two limits, as of a size, it is called for the parts about each of them, and GRR is the mean of both widths.

    Args:
        values: (P,) of each part; the higher, the worse. About a lower limit their negatives.
        defective: (P, A), whether each answer of all appraisers to the part is “defective”.

    Returns:
        None where no part is accepted by all below, or none rejected by all above: the values do not reach beyond the
        zone, and its width is not known.
    """
    order = np.argsort(values, kind="stable")
    ranked, answers = values[order].astype(np.float64), defective[order]
    accepted, rejected = answers.sum(axis=1) == 0, answers.sum(axis=1) == answers.shape[1]
    begins = int(np.argmin(accepted)) if not accepted.all() else len(ranked)
    ends = int(np.argmin(rejected[::-1])) if not rejected.all() else len(ranked)
    if not begins or not ends:
        return None
    low, high = ranked[begins - 1], ranked[len(ranked) - ends]
    return UncertainZone(low=float(low), high=float(high), parts=max(0, len(ranked) - ends - begins))


def repeat_sigma(values: NDArray[np.floating]) -> float | None:
    """Return the standard deviation of repeats, pooled over parts; None with fewer than two repeats.

    Args:
        values: (P, R), each part's value in each repeat.
    """
    if values.shape[1] < 2 or not len(values):
        return None
    return float(np.sqrt(values.astype(np.float64).var(axis=1, ddof=1).mean()))
