"""The guard as it is chosen: always by its rate, the share of good parts that it sends to REVIEW."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inspector.domain.guard import NO_MEMORY, in_force
from inspector.domain.strangeness import RATES

if TYPE_CHECKING:
    from inspector.domain.strangeness import GoodScale
    from inspector.domain.thresholds import Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarding:
    """How the guard is set, and how a limit of strangeness and a rate become each other.

    Args:
        scale: How strange good parts look to the model; None where it has no memory of good and cannot guard.
        rate: Of the recipe; 0 for no guard.
        fixed: The limit of strangeness that the recipe holds instead, written by hand; None usually.
    """

    scale: GoodScale | None
    rate: float
    fixed: float | None = None

    def at(self, points: Thresholds, rate: float) -> Thresholds:
        """Return an operating point with the limit of a rate; without one where that is 0."""
        unguarded = replace(points, strange_from=None)
        return in_force(None, unguarded, self.scale, rate, spares_outside=points.spares_outside)

    def moved(self, points: Thresholds, strange_from: float) -> Thresholds:
        """Return an operating point with the limit of the round rate that is nearest to a limit."""
        assert self.scale is not None
        return self._round(points, self.scale.rate_beyond(strange_from))

    def stepped(self, points: Thresholds, factor: float) -> Thresholds:
        """Return an operating point with the limit of a rate that is larger by a factor."""
        return self._round(points, factor * self.rate_of(points))

    def _round(self, points: Thresholds, rate: float) -> Thresholds:
        least, most = RATES
        return self.at(points, float(f"{min(most, max(least, rate)):.2g}"))

    def rate_of(self, points: Thresholds) -> float:
        """Return the share of good parts beyond the limit of an operating point, as it is written; 0 without one."""
        if points.strange_from is None or self.scale is None:
            return 0.0
        return float(f"{self.scale.rate_beyond(points.strange_from):.4g}")

    def chosen_rate(self, points: Thresholds, before: Thresholds) -> float | None:
        """Return the rate of a guard that was moved; None where it stays as it is."""
        return None if points.strange_from == before.strange_from else self.rate_of(points)

    @property
    def words(self) -> str:
        """What has to be said of it besides its rate, as a sentence; empty for nothing."""
        if self.scale is None:
            return f"{NO_MEMORY[:1].upper()}{NO_MEMORY[1:]}."
        if self.fixed is None:
            return ""
        share = f"{100 * self.scale.rate_beyond(self.fixed):.2g} %"
        return (
            f"The recipe holds a fixed limit of strangeness, {self.fixed:.3g}, instead of a rate: {share} of good "
            "parts reach it. Moving the guard makes a rate of it."
        )
