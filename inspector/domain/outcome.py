"""What an operating point does to labelled parts, and what that costs at the line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.rates import Estimate, Rate, weighted_sum

if TYPE_CHECKING:
    from inspector.domain.confusion import Confusion
    from inspector.domain.records import Thresholds

#: Parts at the line that costs and loads are told for.
PER_PARTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What errors cost, in the user's own unit, and how many parts are defective at the line.

    Args:
        escape: Of a defective part that passes.
        false_reject: Of a good part that fails.
        review: Of a part that somebody must look at (REVIEW or ERROR).
        defective_share: Assumed fraction of defective parts at the line, 0..1; that of the labelled parts is seldom it.

    Raises:
        ValueError: If a price is negative or no number, or the share is outside its range.
    """

    escape: float = 100.0
    false_reject: float = 5.0
    review: float = 1.0
    defective_share: float = 0.01

    def __post_init__(self) -> None:
        prices = (self.escape, self.false_reject, self.review)
        if not all(math.isfinite(price) and price >= 0.0 for price in prices) or not 0.0 <= self.defective_share <= 1.0:
            msg = (
                "prices must be 0 or more and the share of defective parts 0 to 1, got "
                f"{self.escape}, {self.false_reject}, {self.review} and {self.defective_share}"
            )
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an operating point does.

    Args:
        confusion: Verdicts of the labelled parts at it.
    """

    thresholds: Thresholds
    confusion: Confusion

    def cost(self, prices: Prices) -> Estimate:
        """Return the cost of 1,000 parts at the line; unknown where a class that occurs there has no labelled part.

        It is a sum of four rates, each times its price and its class's share. Two rates of one class exclude each other
        and so correlate negatively; that is left out of account, which makes the interval a little too wide.

        Args:
            prices: What errors cost, and how many parts are defective at the line.
        """
        return self._per_parts(
            prices.defective_share, (prices.escape, prices.review), (prices.false_reject, prices.review)
        )

    def looks(self, prices: Prices) -> Estimate:
        """Return how many of 1,000 parts at the line somebody must look at; as `cost`.

        Args:
            prices: The share of defective parts counts, not the prices.
        """
        return self._per_parts(prices.defective_share, (0.0, 1.0), (0.0, 1.0))

    def _per_parts(self, share: float, defective: tuple[float, float], good: tuple[float, float]) -> Estimate:
        """Add up; the two weights of a class are those of a wrong verdict and of a look."""
        bad_parts, good_parts = self.confusion.defective, self.confusion.good
        # without a band, a guard and errors nobody looks at any part: that is certain, and no estimate
        points = self.thresholds
        held = points.has_band or points.strange_from is not None or points.spares_outside
        looked_at = float(held or bad_parts.error + good_parts.error > 0)
        scaled = (PER_PARTS * share, PER_PARTS * (1 - share))
        return weighted_sum(
            (
                (scaled[0] * defective[0], Rate(bad_parts.passed, bad_parts.inspected)),
                (scaled[0] * defective[1] * looked_at, Rate(bad_parts.looked_at, bad_parts.inspected)),
                (scaled[1] * good[0], Rate(good_parts.failed, good_parts.inspected)),
                (scaled[1] * good[1] * looked_at, Rate(good_parts.looked_at, good_parts.inspected)),
            )
        )
