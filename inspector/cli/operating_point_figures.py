"""The figures of ``inspector operating-point`` as they stand in its JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.cli.json_answer import JsonAnswer
from inspector.domain.evidence import evidence
from inspector.domain.records import Thresholds
from inspector.domain.tally import Tally
from inspector.operating_point.prices import RecipePrices

if TYPE_CHECKING:
    from inspector.domain.operating_point import LabelledScores
    from inspector.domain.outcome import Outcome, Prices
    from inspector.domain.rates import Estimate, Rate
    from inspector.operating_point.guarding import Guarding
    from inspector.operating_point.parts import LabelledParts


class RateFigures(JsonAnswer):
    """A rate."""

    count: int
    total: int
    value: float | None
    interval_95: tuple[float, float]

    @staticmethod
    def of(rate: Rate) -> RateFigures:
        """Return a rate's figures."""
        return RateFigures(count=rate.count, total=rate.total, value=rate.value, interval_95=rate.interval)


class EstimateFigures(JsonAnswer):
    """An estimate that is known."""

    value: float
    interval_95: tuple[float, float]

    @staticmethod
    def of(estimate: Estimate) -> EstimateFigures | None:
        """Return an estimate's figures; None where nothing is known."""
        if estimate.value is None:
            return None
        return EstimateFigures(value=estimate.value, interval_95=(estimate.low, estimate.high))


class OutcomeFigures(JsonAnswer):
    """What an operating point does to labelled parts."""

    good: Tally
    defective: Tally
    escapes: RateFigures
    overkill: RateFigures
    review_load: RateFigures
    review_per_1000: EstimateFigures | None
    cost_per_1000: EstimateFigures | None

    @staticmethod
    def of(outcome: Outcome, prices: Prices) -> OutcomeFigures:
        """Return an outcome's figures at prices."""
        confusion = outcome.confusion
        return OutcomeFigures(
            good=confusion.good,
            defective=confusion.defective,
            escapes=RateFigures.of(confusion.escapes),
            overkill=RateFigures.of(confusion.overkill),
            review_load=RateFigures.of(confusion.review_load),
            review_per_1000=EstimateFigures.of(outcome.looks(prices)),
            cost_per_1000=EstimateFigures.of(outcome.cost(prices)),
        )


class EvidenceFigures(JsonAnswer):
    """What the defective parts prove; `carried` never by parts that chose the model's own point."""

    defective: int
    missed: int
    upper: float
    claim: float
    needed: int
    carried: bool


class Suggestions(JsonAnswer):
    """Operating points that are best by some rule; None where a class has no part."""

    least_cost: Thresholds | None
    least_cost_with_review: Thresholds | None
    escape_limit: Thresholds | None
    escape_limit_with_review: Thresholds | None
    f1: Thresholds | None

    @staticmethod
    def of(scores: LabelledScores, prices: RecipePrices, beside: Thresholds) -> Suggestions:
        """Return what is best for labelled scores, with all that a point says beside P(defective) as it is set."""
        money, limit = prices.prices(), prices.claim
        return Suggestions(
            least_cost=scores.least_cost(money, band=False, beside=beside),
            least_cost_with_review=scores.least_cost(money, band=True, beside=beside),
            escape_limit=scores.within_escapes(limit, money, band=False, beside=beside),
            escape_limit_with_review=scores.within_escapes(limit, money, band=True, beside=beside),
            f1=scores.best_f1(beside),
        )


class GuardFigures(JsonAnswer):
    """What the guard alone sends to review, of the parts whose strangeness is recorded."""

    rate: float  #: share of good parts that it is set for; 0 without a guard
    good: RateFigures
    defective: RateFigures
    unmeasured: int

    @staticmethod
    def of(scores: LabelledScores, point: Thresholds, guarding: Guarding) -> GuardFigures:
        """Return what it does at an operating point."""
        held = scores.held(point)
        return GuardFigures(
            rate=guarding.rate_of(point),
            good=RateFigures.of(held.good),
            defective=RateFigures.of(held.defective),
            unmeasured=held.unknown,
        )


class PointFigures(OutcomeFigures):
    """All that the command says."""

    source: str
    how: str
    notes: tuple[str, ...]
    thresholds: Thresholds
    guard: GuardFigures
    prices: RecipePrices
    held_out: OutcomeFigures | None
    evidence: EvidenceFigures
    suggestions: Suggestions

    @staticmethod
    def at(parts: LabelledParts, point: Thresholds, prices: RecipePrices, guarding: Guarding) -> PointFigures:
        """Return what an operating point does to labelled parts, and which would be best."""
        money, now = prices.prices(), parts.scores.at(point)
        proved = evidence(now.confusion.escapes, prices.claim)
        return PointFigures(
            **dict(OutcomeFigures.of(now, money)),
            source=parts.source,
            how=parts.how,
            notes=(*parts.warnings, *parts.notes),
            thresholds=point,
            guard=GuardFigures.of(parts.scores, point, guarding),
            prices=prices,
            held_out=None if parts.held_out is None else OutcomeFigures.of(parts.held_out.at(point), money),
            evidence=EvidenceFigures(
                defective=proved.bad.total,
                missed=proved.bad.count,
                upper=proved.upper,
                claim=proved.claim,
                needed=proved.needed,
                carried=proved.shown and not parts.caution,
            ),
            suggestions=Suggestions.of(parts.scores, prices, point),
        )
