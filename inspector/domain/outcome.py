"""What an operating point does to labelled parts, in numbers: counts, rates, cost, and what the parts show.

An ERROR (a part without a score) is not passed, and somebody must look at it. It says nothing of the model: escapes and
overkill are rates of the parts that have a score.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.records import Verdict
from inspector.domain.statistics import binomial_upper_bound, parts_needed, wilson_interval

if TYPE_CHECKING:
    from inspector.domain.records import Thresholds

#: Confidence of every interval and claim here.
CONFIDENCE = 0.95


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
        if not all(math.isfinite(one) and one >= 0.0 for one in prices) or not 0.0 <= self.defective_share <= 1.0:
            msg = (
                "prices must be 0 or more and the share of defective parts 0 to 1, got "
                f"{self.escape}, {self.false_reject}, {self.review} and {self.defective_share}"
            )
            raise ValueError(msg)


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
        """Its 95 % interval (Wilson, JASA 1927); (0, 1) of nothing."""
        return wilson_interval(self.count, self.total, CONFIDENCE)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval.

    Args:
        value: Best estimate.
        low: Lower limit.
        high: Upper limit.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What becomes of the parts of one class.

    Args:
        passed: P(defective) below both thresholds.
        review: Between them.
        failed: At or above ``fail_at``.
        error: Without a score.
    """

    passed: int = 0
    review: int = 0
    failed: int = 0
    error: int = 0

    def of(self, verdict: Verdict) -> int:
        """Return how many have a verdict."""
        by_verdict = {
            Verdict.PASS: self.passed,
            Verdict.REVIEW: self.review,
            Verdict.FAIL: self.failed,
            Verdict.ERROR: self.error,
        }
        return by_verdict[verdict]

    @property
    def judged(self) -> int:
        """Those that have a score."""
        return self.passed + self.review + self.failed

    @property
    def total(self) -> int:
        """All of them."""
        return self.judged + self.error

    @property
    def looked_at(self) -> int:
        """Those that somebody must look at."""
        return self.review + self.error


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an operating point does.

    Args:
        thresholds: The operating point.
        good: The good parts.
        defective: The defective parts.
    """

    thresholds: Thresholds
    good: Counts
    defective: Counts

    @property
    def escapes(self) -> Rate:
        """Defective parts that pass, of those that have a score."""
        return Rate(self.defective.passed, self.defective.judged)

    @property
    def overkill(self) -> Rate:
        """Good parts that fail, of those that have a score."""
        return Rate(self.good.failed, self.good.judged)

    @property
    def review_load(self) -> Rate:
        """Parts that somebody must look at, of all labelled ones."""
        return Rate(
            self.good.looked_at + self.defective.looked_at,
            self.good.total + self.defective.total,
        )

    def cost(self, prices: Prices) -> Estimate | None:
        """Return the cost of 1,000 parts at the line; None where a class that occurs there has no labelled part.

        It is a sum of four rates, each times its price and its class's share. The interval is MOVER's (Zou and Donner,
        Statistics in Medicine 2008), from the Wilson limits of each rate. Two rates of one class exclude each other and
        so correlate negatively; that is left out of account, which makes the interval a little too wide.

        Args:
            prices: Of the user.
        """
        return self._per_thousand(
            prices.defective_share, (prices.escape, prices.review), (prices.false_reject, prices.review)
        )

    def load(self, prices: Prices) -> Estimate | None:
        """Return how many of 1,000 parts at the line somebody must look at; as `cost`."""
        return self._per_thousand(prices.defective_share, (0.0, 1.0), (0.0, 1.0))

    def _per_thousand(self, share: float, defective: tuple[float, float], good: tuple[float, float]) -> Estimate | None:
        """Sum up; the weights are those of a wrong verdict and of a look."""
        band = self.thresholds.has_band
        # without a band and without errors nobody looks at any part: that is certain, and no estimate
        looks = float(band or self.good.error + self.defective.error > 0)
        terms = (
            (share * defective[0], Rate(self.defective.passed, self.defective.total)),
            (share * defective[1] * looks, Rate(self.defective.looked_at, self.defective.total)),
            ((1 - share) * good[0], Rate(self.good.failed, self.good.total)),
            ((1 - share) * good[1] * looks, Rate(self.good.looked_at, self.good.total)),
        )
        value = below = above = 0.0
        for weight, rate in terms:
            if weight == 0.0:
                continue
            middle, (low, high) = rate.value, rate.interval
            if middle is None:
                return None
            value += weight * middle
            below += (weight * (middle - low)) ** 2
            above += (weight * (high - middle)) ** 2
        return Estimate(1000 * value, 1000 * max(0.0, value - math.sqrt(below)), 1000 * (value + math.sqrt(above)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the labelled parts show about escapes.

    Args:
        defective: Defective parts that there are.
        missed: How many of them pass.
        upper: Exact one-sided 95 % bound of the escape rate (Clopper and Pearson, 1934); 1 without a part.
        claim: Escape rate that is to be shown.
        needed: Defective parts that show it when none is missed.
    """

    defective: int
    missed: int
    upper: float
    claim: float
    needed: int

    @property
    def carried(self) -> bool:
        """True where the claim is shown."""
        return self.defective > 0 and self.upper <= self.claim * (1 + 1e-9)


def evidence(escapes: Rate, claim: float) -> Evidence:
    """Say what a count of escapes shows.

    Args:
        escapes: Of the defective parts.
        claim: Escape rate, strictly between 0 and 1.

    Raises:
        ValueError: If the claim is outside its range.
    """
    return Evidence(
        defective=escapes.total,
        missed=escapes.count,
        upper=binomial_upper_bound(escapes.count, escapes.total, CONFIDENCE),
        claim=claim,
        needed=parts_needed(claim, CONFIDENCE),
    )
