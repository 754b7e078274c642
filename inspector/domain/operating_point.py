"""Labelled scores, an operating point looked up in them, and which point is best.

What a point does, in numbers, is an `inspector.domain.outcome.Outcome`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.confusion import Confusion
from inspector.domain.outcome import Outcome
from inspector.domain.policy import VERDICTS, sorted_verdicts, verdicts_of
from inspector.domain.records import Thresholds
from inspector.domain.statistics import logits
from inspector.domain.tally import Tally

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from inspector.domain.outcome import Prices
    from inspector.domain.records import Verdict

#: A threshold below the lowest or above the highest score lies this far outside, in logits.
_END = 0.5
_DIGITS = 6


class LabelledScores:
    """Scores of labelled parts, sorted once, so that an operating point is looked up in O(log N). Never changes.

    Args:
        scores: (N,) float64 P(defective), 0..1; what is outside that, or not a number, is an ERROR.
        defective: (N,) bool.

    Raises:
        ValueError: If the shapes differ or are not (N,).
    """

    def __init__(self, scores: ArrayLike, defective: ArrayLike) -> None:
        p, truth = np.array(scores, np.float64), np.array(defective, np.bool_)
        if p.ndim != 1 or p.shape != truth.shape:
            msg = f"need one score and one label per part, got {p.shape} scores and {truth.shape} labels"
            raise ValueError(msg)
        p[~((p >= 0.0) & (p <= 1.0))] = np.nan
        for array in (p, truth):
            array.setflags(write=False)
        self.scores, self.defective = p, truth  #: as given; ERROR is NaN
        scored = ~np.isnan(p)
        self._good = np.sort(p[scored & ~truth])
        self._bad = np.sort(p[scored & truth])
        self._errors = int((~scored & ~truth).sum()), int((~scored & truth).sum())

    def __len__(self) -> int:
        """How many parts there are."""
        return len(self.scores)

    def at(self, thresholds: Thresholds) -> Outcome:
        """Return what an operating point does; the verdicts are those of `inspector.domain.policy`."""
        good = _counted(self._good, thresholds, self._errors[0])
        defective = _counted(self._bad, thresholds, self._errors[1])
        return Outcome(thresholds=thresholds, confusion=Confusion(good=good, defective=defective))

    def cell(self, thresholds: Thresholds, *, defective: bool, verdict: Verdict) -> NDArray[np.intp]:
        """Return the parts of one cell of the confusion matrix, the most surprising first.

        Args:
            thresholds: The operating point.
            defective: Which class.
            verdict: Which verdict.

        Returns:
            Their places: a defective part by rising score, a good one by falling.
        """
        chosen = verdicts_of(self.scores, thresholds) == VERDICTS.index(verdict)
        places = np.flatnonzero(chosen & (self.defective == defective))
        p = self.scores[places]
        return places[np.argsort(p if defective else -p, kind="stable")]

    def least_cost(self, prices: Prices, *, band: bool) -> Thresholds | None:
        """Return the operating point of least cost; of several that with the widest gaps between the scores.

        The cost of a pair of thresholds is a sum of a function of each, so the best pair is found in O(N).

        Args:
            prices: Of the user; cost as in `Outcome.cost`.
            band: Whether there may be a review band.

        Returns:
            None where a class has no scored part.
        """
        cuts = self._cuts()
        if cuts is None:
            return None
        return cuts.best(prices, band=band)

    def within_escapes(self, limit: float, prices: Prices, *, band: bool) -> Thresholds | None:
        """Return the highest operating point at which at most a fraction of the defective parts pass.

        Args:
            limit: 0..1, of these parts; what they show of others, `evidence` says.
            prices: With a band, ``review_from`` keeps the limit and ``fail_at`` is where it costs least.
            band: Whether there may be a review band.

        Returns:
            None where a class has no scored part.

        Raises:
            ValueError: If the limit is outside its range.
        """
        if not 0.0 <= limit <= 1.0:
            msg = f"the escape limit must be between 0 and 1, got {limit}"
            raise ValueError(msg)
        cuts = self._cuts()
        if cuts is None:
            return None
        allowed = cuts.missed <= limit * len(self._bad) + 1e-9
        return cuts.best(prices, band=band, passing=int(np.flatnonzero(allowed)[-1]))

    def best_f1(self) -> Thresholds | None:
        """Return the operating point of the best F1, without a band; None where a class has no scored part."""
        cuts = self._cuts()
        if cuts is None:
            return None
        found = len(self._bad) - cuts.missed
        rejected = found + len(self._good) - cuts.passed_good
        loss = -2.0 * found / (len(self._bad) + rejected)
        return cuts.point(None, cuts.widest(loss))

    def _cuts(self) -> _Cuts | None:
        if not len(self._good) or not len(self._bad):
            return None
        return _Cuts(self._good, self._bad, self._errors)


class _Cuts:
    """The cuts between different scores: cut k passes the k lowest different ones and stops the others.

    Args:
        good: (G,) rising scores of the good parts, G ≥ 1.
        bad: (B,) rising scores of the defective parts, B ≥ 1.
        errors: Good and defective parts without a score.
    """

    def __init__(self, good: NDArray[np.float64], bad: NDArray[np.float64], errors: tuple[int, int]) -> None:
        scores = np.unique(np.concatenate([good, bad]))
        self._scores, self._logits = scores, logits(scores)
        # a threshold of 1 stops what is certain, so no cut passes a score of 1
        count = len(scores) + (scores[-1] < 1.0)
        edges = np.append(scores, np.inf)[:count]
        self.missed = np.searchsorted(bad, edges)
        self.passed_good = np.searchsorted(good, edges)
        self._good, self._totals = len(good), (len(good) + errors[0], len(bad) + errors[1])
        self.gaps = np.concatenate([[_END], np.diff(self._logits), [_END]])[:count]

    def best(self, prices: Prices, *, band: bool, passing: int | None = None) -> Thresholds:
        """Return the cheapest cuts.

        Args:
            prices: Of the user.
            band: Whether the two cuts may differ.
            passing: The cut up to which parts pass; None for the cheapest.
        """
        good = (1 - prices.defective_share) / self._totals[0]
        bad = prices.defective_share / self._totals[1]
        below = bad * self.missed + good * self.passed_good
        low = prices.escape * bad * self.missed - prices.review * below
        high = prices.review * below + prices.false_reject * good * (self._good - self.passed_good)
        if passing is None and not band:
            return self.point(None, self.widest(low + high))
        if passing is None:
            fail = self.widest(np.minimum.accumulate(low) + high)
            passing = self.widest(low[: fail + 1])
            if low[passing] + 1e-12 >= low[fail]:
                passing = fail  # a band that saves nothing is none
        else:
            fail = passing + self.widest(high[passing:], passing) if band else passing
        return self.point(passing if band and passing < fail else None, fail)

    def widest(self, loss: NDArray[np.float64], first: int = 0) -> int:
        """Return the place of the least loss; of several that whose cut has the widest gap."""
        places = np.flatnonzero(loss <= loss.min() + 1e-12)
        return int(places[self.gaps[first + places].argmax()])

    def point(self, review: int | None, fail: int) -> Thresholds:
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
        for found in (round(exact, _DIGITS), exact):
            if low < found <= high:
                return found
        return high


def _counted(rising: NDArray[np.float64], thresholds: Thresholds, errors: int) -> Tally:
    passed, review, failed = sorted_verdicts(rising, thresholds)
    return Tally(passed=passed, review=review, failed=failed, error=errors)
