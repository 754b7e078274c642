"""Labelled scores, an operating point looked up in them, and which point is best.

What a point does, in numbers, is an `inspector.domain.outcome.Outcome`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.confusion import Confusion
from inspector.domain.cuts import Cuts
from inspector.domain.outcome import Outcome
from inspector.domain.policy import PASSED, VERDICTS, sorted_verdicts, verdicts_of
from inspector.domain.rates import Rate
from inspector.domain.records import Thresholds
from inspector.domain.tally import Tally

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from inspector.domain.outcome import Prices
    from inspector.domain.records import Verdict


class LabelledScores:
    """Scores of labelled parts, sorted once: a point without a guard is looked up in O(log N). Never changes.

    Args:
        scores: (N,) float64 P(defective), 0..1; what is outside that, or not a number, is an ERROR.
        defective: (N,) bool.
        strangeness: (N,) float64, how unlike good parts they look; NaN where none was recorded: these are judged by
            P(defective) alone. None for none at all.
        heat_outside: (N,) bool, whether the heat lies outside the part; False where that was not recorded. None for
            none at all.

    Raises:
        ValueError: If the shapes differ or are not (N,).
    """

    def __init__(
        self,
        scores: ArrayLike,
        defective: ArrayLike,
        strangeness: ArrayLike | None = None,
        heat_outside: ArrayLike | None = None,
    ) -> None:
        p, truth = np.array(scores, np.float64), np.array(defective, np.bool_)
        strange = np.full(p.shape, np.nan) if strangeness is None else np.array(strangeness, np.float64)
        outside = np.zeros(p.shape, np.bool_) if heat_outside is None else np.array(heat_outside, np.bool_)
        if p.ndim != 1 or p.shape != truth.shape:
            msg = f"need one score and one label per part, got {p.shape} scores and {truth.shape} labels"
            raise ValueError(msg)
        for name, values in (("strangeness", strange), ("place of the heat", outside)):
            if values.shape != p.shape:
                msg = f"need one {name} per part, got {values.shape} for {p.shape} parts"
                raise ValueError(msg)
        p[~((p >= 0.0) & (p <= 1.0))] = np.nan
        for array in (p, truth, strange, outside):
            array.setflags(write=False)
        self.scores, self.defective, self.strangeness = p, truth, strange  #: as given; ERROR is NaN
        self.heat_outside = outside  #: as given
        scored = ~np.isnan(p)
        self._good, self._bad = (_Rising.of(p, strange, outside, scored & (truth == kind)) for kind in (False, True))
        self._errors = int((~scored & ~truth).sum()), int((~scored & truth).sum())

    def __len__(self) -> int:
        """How many parts there are."""
        return len(self.scores)

    def at(self, thresholds: Thresholds) -> Outcome:
        """Return what an operating point does; the verdicts are those of `inspector.domain.policy`."""
        good = self._good.counted(thresholds, self._errors[0])
        defective = self._bad.counted(thresholds, self._errors[1])
        return Outcome(thresholds=thresholds, confusion=Confusion(good=good, defective=defective))

    def held(self, thresholds: Thresholds) -> GuardHeld:
        """Return what the guard alone sends to REVIEW at an operating point: parts that would pass without it."""
        with_guard, without = self.at(thresholds).confusion, self.at(replace(thresholds, strange_from=None)).confusion
        return GuardHeld(
            good=Rate(without.good.passed - with_guard.good.passed, self._good.measured),
            defective=Rate(without.defective.passed - with_guard.defective.passed, self._bad.measured),
            unknown=len(self._good.p) + len(self._bad.p) - self._good.measured - self._bad.measured,
        )

    def cell(self, thresholds: Thresholds, *, defective: bool, verdict: Verdict) -> NDArray[np.intp]:
        """Return the parts of one cell of the confusion matrix, the most surprising first.

        Args:
            defective: The class of the parts: True for defective, False for good.
            verdict: The verdict of the parts at that operating point.

        Returns:
            Their places: a defective part by rising score, a good one by falling.
        """
        codes = verdicts_of(self.scores, thresholds, self.strangeness, self.heat_outside)
        chosen = codes == VERDICTS.index(verdict)
        places = np.flatnonzero(chosen & (self.defective == defective))
        p = self.scores[places]
        return places[np.argsort(p if defective else -p, kind="stable")]

    def least_cost(self, prices: Prices, *, band: bool, beside: Thresholds | None = None) -> Thresholds | None:
        """Return the operating point of least cost; of several that with the widest gaps between the scores.

        The cost of a pair of thresholds is a sum of a function of each, so the best pair is found in O(N).

        Args:
            prices: What errors cost, and how many parts are defective at the line; cost as in `Outcome.cost`.
            band: Whether there may be a review band.
            beside: A point whose guard, and whose word on heat outside the part, stay as they are; None has neither.

        Returns:
            None where a class has no scored part.
        """
        cuts = self._cuts(beside)
        return None if cuts is None else _beside(cuts.best(prices, band=band), beside)

    def within_escapes(
        self, limit: float, prices: Prices, *, band: bool, beside: Thresholds | None = None
    ) -> Thresholds | None:
        """Return the highest operating point at which at most a fraction of the defective parts pass.

        Args:
            limit: 0..1, of these parts; what they show of others, `evidence` says.
            prices: With a band, ``review_from`` keeps the limit and ``fail_at`` is where it costs least.
            band: Whether there may be a review band.
            beside: As `least_cost`.

        Returns:
            None where a class has no scored part.

        Raises:
            ValueError: If the limit is outside its range.
        """
        if not 0.0 <= limit <= 1.0:
            msg = f"the escape limit must be between 0 and 1, got {limit}"
            raise ValueError(msg)
        cuts = self._cuts(beside)
        if cuts is None:
            return None
        allowed = cuts.missed / len(self._bad.p) <= limit
        best = cuts.best(prices, band=band, passing=int(np.flatnonzero(allowed)[-1]))
        return _beside(best, beside)

    def best_f1(self, beside: Thresholds | None = None) -> Thresholds | None:
        """Return the operating point of the best F1, without a band; None where a class has no scored part.

        Args:
            beside: As `least_cost`; F1 itself is that of P(defective) alone.
        """
        cuts = self._cuts()
        return None if cuts is None else _beside(cuts.best_f1(), beside)

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

    def _cuts(self, beside: Thresholds | None = None) -> Cuts | None:
        good, bad = self._good, self._bad
        if not len(good.p) or not len(bad.p):
            return None
        usual = None if beside is None else (good.usual(beside.strange_from), bad.usual(beside.strange_from))
        spared = (good.spared, bad.spared) if beside is not None and beside.spares_outside else None
        return Cuts(good.p, bad.p, self._errors, usual=usual, spared=spared)


def _beside(point: Thresholds, beside: Thresholds | None) -> Thresholds:
    """Return a point on P(defective) with all that another one says besides."""
    if beside is None:
        return point
    return replace(point, strange_from=beside.strange_from, spares_outside=beside.spares_outside)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardHeld:
    """What the guard alone sends to REVIEW, of the parts whose strangeness is recorded.

    Args:
        good: Good parts, of all good ones.
        defective: Defective parts that would pass without it, of all defective ones.
        unknown: Parts with a score whose strangeness is not recorded.
    """

    good: Rate
    defective: Rate
    unknown: int


@dataclass(frozen=True, slots=True)
class _Rising:
    """The scored parts of a class by rising P(defective).

    Args:
        p: (N,) float64.
        strangeness: (N,) float64.
        outside: (N,) bool.
        measured: How many have a strangeness.
    """

    p: NDArray[np.float64]
    strangeness: NDArray[np.float64]
    outside: NDArray[np.bool_]
    measured: int

    @staticmethod
    def of(
        p: NDArray[np.float64],
        strangeness: NDArray[np.float64],
        outside: NDArray[np.bool_],
        chosen: NDArray[np.bool_],
    ) -> _Rising:
        own, strange = p[chosen], strangeness[chosen]
        order = np.argsort(own, kind="stable")
        return _Rising(own[order], strange[order], outside[chosen][order], int((~np.isnan(strange)).sum()))

    @property
    def spared(self) -> NDArray[np.float64]:
        """The P(defective) of those whose heat lies outside the part."""
        return self.p[self.outside]

    def counted(self, thresholds: Thresholds, errors: int) -> Tally:
        guarded = thresholds.strange_from is not None and self.measured
        if not guarded and not (thresholds.spares_outside and self.outside.any()):
            passed, review, failed = sorted_verdicts(self.p, thresholds)
        else:
            codes = verdicts_of(self.p, thresholds, self.strangeness, self.outside)
            passed, failed, review = np.bincount(codes, minlength=3)[:3].tolist()
        return Tally(passed=passed, review=review, failed=failed, error=errors)

    def usual(self, strange_from: float | None) -> NDArray[np.float64]:
        """Return the P(defective) of those that the guard lets pass."""
        if strange_from is None:
            return self.p
        nothing_fails = Thresholds(fail_at=1.0, strange_from=strange_from)
        passes: NDArray[np.bool_] = verdicts_of(np.zeros_like(self.p), nothing_fails, self.strangeness) == PASSED
        return self.p[passes]
