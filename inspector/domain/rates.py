"""Rates of parts and what is known of them: a rate with its interval, an estimate, and a weighted sum of rates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.statistics import CONFIDENCE, wilson_interval

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of how many.

    Args:
        count: 0..total.
        total: 0 or more.
    """

    count: int
    total: int

    @property
    def value(self) -> float | None:
        """The fraction; None of nothing."""
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """Its two-sided 95 % interval (Wilson, JASA 1927); (0, 1) of nothing."""
        return wilson_interval(self.count, self.total, CONFIDENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its limits.

    Args:
        value: Best estimate; None where nothing is known.
        low: Lower limit of the 95 % interval.
        high: Upper limit of the 95 % interval.
    """

    value: float | None
    low: float
    high: float


#: What is known where nothing is known of a figure of 0 or more.
UNKNOWN = Estimate(value=None, low=0.0, high=math.inf)


def weighted_sum(terms: Iterable[tuple[float, Rate]]) -> Estimate:
    """Add rates, each times its weight, with a 95 % interval.

    The interval is MOVER's (Zou and Donner, Statistics in Medicine 2008) from the Wilson limits of each rate, for rates
    that are independent.

    Args:
        terms: Weights, 0 or more, and their rates; a weight of 0 leaves its rate out.

    Returns:
        `UNKNOWN` where a rate is of nothing.
    """
    value = below = above = 0.0
    for weight, rate in terms:
        if weight == 0.0:
            continue
        middle, (low, high) = rate.value, rate.interval
        if middle is None:
            return UNKNOWN
        value += weight * middle
        below += (weight * (middle - low)) ** 2
        above += (weight * (high - middle)) ** 2
    return Estimate(value=value, low=max(0.0, value - math.sqrt(below)), high=value + math.sqrt(above))
