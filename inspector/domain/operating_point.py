"""Labelled scores, an operating point looked up in them, and which point is best.

What a point does, in numbers, is an `inspector.domain.outcome.Outcome`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.confusion import Confusion
from inspector.domain.cuts import Cuts
from inspector.domain.outcome import Outcome
from inspector.domain.policy import VERDICTS, sorted_verdicts, verdicts_of
from inspector.domain.records import Thresholds
from inspector.domain.tally import Tally

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from inspector.domain.outcome import Prices
    from inspector.domain.records import Verdict


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
            defective: The class of the parts: True for defective, False for good.
            verdict: The verdict of the parts at that operating point.

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
            prices: What errors cost, and how many parts are defective at the line; cost as in `Outcome.cost`.
            band: Whether there may be a review band.

        Returns:
            None where a class has no scored part.
        """
        cuts = self._cuts()
        return None if cuts is None else cuts.best(prices, band=band)

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
        allowed = cuts.missed / len(self._bad) <= limit
        return cuts.best(prices, band=band, passing=int(np.flatnonzero(allowed)[-1]))

    def best_f1(self) -> Thresholds | None:
        """Return the operating point of the best F1, without a band; None where a class has no scored part."""
        cuts = self._cuts()
        return None if cuts is None else cuts.best_f1()

    def with_band(self, fail_at: float, share: float) -> Thresholds:
        """Return an operating point whose review band holds about a share of these parts.

        Args:
            fail_at: Where parts fail; it stays.
            share: Fraction of these parts, 0..1; the band holds one part at least.

        Returns:
            Without a band where no part lies below ``fail_at``, or a class has no scored part.
        """
        cuts = self._cuts()
        return Thresholds(fail_at=fail_at) if cuts is None else cuts.with_band(fail_at, share)

    def _cuts(self) -> Cuts | None:
        if not len(self._good) or not len(self._bad):
            return None
        return Cuts(self._good, self._bad, self._errors)


def _counted(rising: NDArray[np.float64], thresholds: Thresholds, errors: int) -> Tally:
    passed, review, failed = sorted_verdicts(rising, thresholds)
    return Tally(passed=passed, review=review, failed=failed, error=errors)
