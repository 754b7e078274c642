"""Where a threshold can lie between labelled scores, and which place is best."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.policy import rejected
from inspector.domain.records import Thresholds
from inspector.domain.statistics import logits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.outcome import Prices

#: A threshold below the lowest or above the highest score lies this far outside, in logits.
_END = 0.5
_DIGITS = 6


class Cuts:
    """The cuts between different scores: cut k passes the k lowest different ones and rejects the others.

    Attributes:
        missed: (K,) defective parts that each cut passes, less those that the guard holds back.
        passed: (K,) parts below each cut.

    Args:
        good: (G,) rising scores of the good parts, G ≥ 1.
        bad: (B,) rising scores of the defective parts, B ≥ 1.
        errors: Good and defective parts without a score.
        usual: Those of the good and of the defective ones that the guard lets pass, rising; the others are REVIEW where
            they do not fail. None for no guard.
        spared: Likewise those that never fail: from where others do on they are REVIEW. None for none.
    """

    def __init__(
        self,
        good: NDArray[np.float64],
        bad: NDArray[np.float64],
        errors: tuple[int, int],
        *,
        usual: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
        spared: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
    ) -> None:
        scores = np.unique(np.concatenate([good, bad]))
        self._scores, self._logits = scores, logits(scores)
        # a threshold of 1 stops what is certain, so no cut passes a score of 1
        count = len(scores) + (scores[-1] < 1.0)
        edges = np.append(scores, np.inf)[:count]
        self._below_good, self._below_bad = np.searchsorted(good, edges), np.searchsorted(bad, edges)
        self.passed = self._below_good + self._below_bad
        self._passed_good, self.missed = self._below_good, self._below_bad
        if usual is not None:
            self._passed_good, self.missed = (np.searchsorted(parts, edges) for parts in usual)
        self._held_good, self._held_bad = self._below_good, self._below_bad  # what does not fail at each cut
        if spared is not None:
            above_good, above_bad = (len(parts) - np.searchsorted(parts, edges) for parts in spared)
            self._held_good, self._held_bad = self._below_good + above_good, self._below_bad + above_bad
        self._good, self._bad = len(good), len(bad)
        self._totals = len(good) + errors[0], len(bad) + errors[1]
        self._gaps = np.concatenate([[_END], np.diff(self._logits), [_END]])[:count]

    def best(self, prices: Prices, *, band: bool, passing: int | None = None) -> Thresholds:
        """Return the cheapest cuts.

        Args:
            prices: What errors cost, and how many parts are defective at the line.
            band: Whether the two cuts may differ.
            passing: The cut up to which parts pass; None for the cheapest.
        """
        good = (1 - prices.defective_share) / self._totals[0]
        bad = prices.defective_share / self._totals[1]
        passed = bad * self.missed + good * self._passed_good
        held = bad * self._held_bad + good * self._held_good
        low = prices.escape * bad * self.missed - prices.review * passed
        high = prices.review * held + prices.false_reject * good * (self._good - self._held_good)
        if passing is None and not band:
            return self._point(None, self._widest(low + high))
        if passing is None:
            fail = self._widest(np.minimum.accumulate(low) + high)
            passing = self._widest(low[: fail + 1])
            if low[passing] + 1e-12 >= low[fail]:
                passing = fail  # a band that saves nothing is none
        else:
            fail = passing + self._widest(high[passing:], passing) if band else passing
        return self._point(passing if band and passing < fail else None, fail)

    def best_f1(self) -> Thresholds:
        """Return the cut of the best F1."""
        hits = self._bad - self._below_bad
        rejected = hits + self._good - self._below_good
        return self._point(None, self._widest(-2.0 * hits / (self._bad + rejected)))

    def with_band(self, fail_at: float, share: float) -> Thresholds:
        """Return an operating point whose review band holds about a share of the parts.

        Args:
            fail_at: Where parts fail; it stays.
            share: Fraction of the parts, 0..1; the band holds one part at least.

        Returns:
            Without a band where every part fails.
        """
        fail = int(np.searchsorted(self._scores, fail_at))
        if fail == 0:
            return Thresholds(fail_at=fail_at)
        wanted = self.passed[fail] - max(1, round(share * (self._good + self._bad)))
        review = int(np.abs(self.passed[:fail] - wanted).argmin())
        return Thresholds(fail_at=fail_at, review_from=self._threshold(review))

    def _widest(self, loss: NDArray[np.float64], first: int = 0) -> int:
        """Return the place of the least loss; of several that whose cut has the widest gap."""
        places = np.flatnonzero(loss <= loss.min() + 1e-12)
        return int(places[self._gaps[first + places].argmax()])

    def _point(self, review: int | None, fail: int) -> Thresholds:
        """Return the operating point of two cuts; None for no band."""
        return Thresholds(
            fail_at=self._threshold(fail), review_from=None if review is None else self._threshold(review)
        )

    def _threshold(self, cut: int) -> float:
        """Return a round number that makes exactly this cut: near the middle between the logits of its neighbours."""
        if cut == 0:
            low, high, middle = -1.0, float(self._scores[0]), self._logits[0] - _END
        elif cut == len(self._scores):
            low, high, middle = float(self._scores[-1]), 1.0, self._logits[-1] + _END
        else:
            low, high = float(self._scores[cut - 1]), float(self._scores[cut])
            middle = (self._logits[cut - 1] + self._logits[cut]) / 2
        exact = 1.0 / (1.0 + math.exp(-float(middle)))
        for threshold in (round(exact, _DIGITS), exact):
            if rejected(high, threshold) and not rejected(low, threshold):
                return threshold
        return high
