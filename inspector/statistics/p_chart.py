"""The control chart of a proportion (p-chart), as p′ by Laney where groups differ more than chance allows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist
from typing import TYPE_CHECKING

from inspector.domain.statistics import CONFIDENCE
from inspector.statistics.rules import signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.rates import Rate

#: Mean range of two values of the normal distribution, in standard deviations (d₂ of control charts).
_D2 = 1.128
_LIMIT = 3.0
#: With fewer groups there are no limits.
LEAST_GROUPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartPoint:
    """One group of parts on the chart.

    Args:
        share: Its proportion, 0..1.
        lower: Lower control limit there, 0..1.
        upper: Upper control limit there, 0..1.
        z: How many standard deviations it lies from the centre line.
        rules: Numbers of the Western Electric rules that signal there.
    """

    share: float
    lower: float
    upper: float
    z: float
    rules: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PChart:
    """A p-chart.

    Args:
        centre: The proportion of all parts together, 0..1.
        points: One for each group, in order.
        overdispersed: Whether groups differ more than chance allows, so that the limits are Laney's.
        sigma_z: How many times as far as by chance successive groups lie apart; it widens the limits where
            ``overdispersed``.
    """

    centre: float
    points: tuple[ChartPoint, ...]
    overdispersed: bool
    sigma_z: float


def p_chart(groups: Sequence[Rate], *, in_time: bool = True) -> PChart | None:
    """Draw up the chart of groups in their order, with limits from the same groups.

    The limits are p̄ ± 3·√(p̄(1 - p̄)/n). Where groups differ more than chance allows, they are σ_z times as wide
    (Laney, Quality Engineering 2002, from moving ranges). Whether they do is asked by the dispersion test of binomial
    counts (Fisher, 1950) at 95 %, and σ_z must exceed 1.

    Args:
        groups: How many of how many parts did not pass; each of at least one part.
        in_time: Whether the groups follow one another in time. Where they do not, as nests of a mould, each is held
            against all together: moving ranges and runs would depend on the order of their names.

    Returns:
        None with fewer than `LEAST_GROUPS` groups.

    Raises:
        ValueError: If a group is of nothing.
    """
    if any(group.total < 1 for group in groups):
        msg = "every group of a p-chart holds at least one part"
        raise ValueError(msg)
    if len(groups) < LEAST_GROUPS:
        return None
    centre = sum(group.count for group in groups) / sum(group.total for group in groups)
    if centre in (0.0, 1.0):  # nothing varies
        still = ChartPoint(share=centre, lower=centre, upper=centre, z=0.0, rules=())
        return PChart(centre=centre, points=(still,) * len(groups), overdispersed=False, sigma_z=0.0)
    widths = [math.sqrt(centre * (1 - centre) / group.total) for group in groups]
    shares = [group.count / group.total for group in groups]
    z = [(share - centre) / width for share, width in zip(shares, widths, strict=True)]
    sigma_z = sum(abs(after - before) for before, after in pairwise(z)) / (len(z) - 1) / _D2
    overdispersed = (
        in_time and sigma_z > 1.0 and sum(value * value for value in z) > _chi_square(CONFIDENCE, len(z) - 1)
    )
    wider = sigma_z if overdispersed else 1.0
    scaled = [value / wider for value in z]
    points = tuple(
        ChartPoint(
            share=share,
            lower=max(0.0, centre - _LIMIT * wider * width),
            upper=min(1.0, centre + _LIMIT * wider * width),
            z=value,
            rules=rules,
        )
        for share, width, value, rules in zip(shares, widths, scaled, _signals(scaled, in_time=in_time), strict=True)
    )
    return PChart(centre=centre, points=points, overdispersed=overdispersed, sigma_z=sigma_z)


def _signals(z: Sequence[float], *, in_time: bool) -> list[tuple[int, ...]]:
    """Return the rules that signal at each group; out of time only the first, that a point lies beyond its limits."""
    told = signals(z)
    return told if in_time else [tuple(rule for rule in rules if rule == 1) for rules in told]


def _chi_square(probability: float, degrees: int) -> float:
    """Return a quantile of the χ² distribution (Wilson and Hilferty, PNAS 1931: off by less than 1 % from 4 on)."""
    share = 2.0 / (9.0 * degrees)
    return float(degrees * (1.0 - share + NormalDist().inv_cdf(probability) * math.sqrt(share)) ** 3)
