"""Whether scores have moved against a reference period: how large a share of the parts scores elsewhere than there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.bins import quantile_place, score_at
from inspector.domain.statistics import CONFIDENCE

if TYPE_CHECKING:
    from collections.abc import Mapping

#: So many of a model's first parts are the reference.
REFERENCE_PARTS = 1000
#: So large a share must have moved, for certain, before it is called drift.
NOTABLE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How scores lie against those of the reference.

    Args:
        parts: How many have a score.
        median: Their middle score, 0..1; None of nothing.
        p90: What nine of ten stay below; likewise.
        p99: What 99 of 100 stay below; likewise.
        distance: The largest difference between both distributions (Kolmogorov and Smirnov), 0..1.
        at_least: What that distance certainly is, at 95 %.
    """

    parts: int
    median: float | None
    p90: float | None
    p99: float | None
    distance: float
    at_least: float

    @property
    def drifted(self) -> bool:
        """Whether at least `NOTABLE` of the parts certainly score elsewhere than in the reference."""
        return self.at_least > NOTABLE


def drift_of(scores: Mapping[int, int], reference: Mapping[int, int]) -> Drift:
    """Compare the scores of a group with those of the reference.

    The distance is that of Kolmogorov and Smirnov, looked at between bins. What it certainly is at 95 % follows from
    the inequality of Dvoretzky, Kiefer and Wolfowitz, with the constant of Massart (Annals of Probability 1990), for
    each of both samples at half of what is left.

    Args:
        scores: How many parts lie in each bin of `inspector.domain.bins.score_bin`.
        reference: Likewise, of a period that is known to be in order.
    """
    parts, others = sum(scores.values()), sum(reference.values())
    distance = at_least = 0.0
    if parts and others:
        below = below_reference = 0
        for place in sorted({*scores, *reference}):
            below += scores.get(place, 0)
            below_reference += reference.get(place, 0)
            distance = max(distance, abs(below / parts - below_reference / others))
        at_least = max(0.0, distance - _margin(parts) - _margin(others))
    quantiles = (quantile_place(scores, share) for share in (0.5, 0.9, 0.99))
    median, p90, p99 = (None if place is None else score_at(place) for place in quantiles)
    return Drift(parts=parts, median=median, p90=p90, p99=p99, distance=distance, at_least=at_least)


def _margin(parts: int) -> float:
    return math.sqrt(math.log(2.0 / ((1.0 - CONFIDENCE) / 2)) / (2 * parts))
