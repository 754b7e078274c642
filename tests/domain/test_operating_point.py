"""Operating points: counts by hand, intervals against known values, properties of what is suggested."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inspector.domain.evidence import evidence
from inspector.domain.operating_point import LabelledScores
from inspector.domain.outcome import Prices
from inspector.domain.policy import verdict_of
from inspector.domain.rates import UNKNOWN, Estimate, Rate
from inspector.domain.records import Thresholds, Verdict
from inspector.domain.statistics import wilson_interval
from inspector.domain.tally import Tally

NAN = float("nan")
#: good: 0.1 0.2 0.4 0.7 ERROR; defective: 0.3 0.6 0.9 ERROR
SOME = LabelledScores(
    [0.1, 0.2, 0.4, 0.7, NAN, 0.3, 0.6, 0.9, 2.0],
    [False, False, False, False, False, True, True, True, True],
)
PRICES = Prices(escape=100.0, false_reject=10.0, review=2.0, defective_share=0.1)


def _value(estimate: Estimate) -> float:
    assert estimate.value is not None
    return estimate.value


def test_counts_by_hand() -> None:
    found = SOME.at(Thresholds(fail_at=0.6, review_from=0.3))
    assert found.confusion.good == Tally(passed=2, review=1, failed=1, error=1)
    assert found.confusion.defective == Tally(passed=0, review=1, failed=2, error=1)
    assert (found.confusion.escapes, found.confusion.overkill, found.confusion.review_load) == (
        Rate(0, 3),
        Rate(1, 4),
        Rate(4, 9),
    )
    without = SOME.at(Thresholds(fail_at=0.5))
    assert without.confusion.good == Tally(passed=3, failed=1, error=1)
    assert without.confusion.defective == Tally(passed=1, failed=2, error=1)
    assert without.confusion.escapes.interval == wilson_interval(1, 3)


def test_an_error_is_never_passed_nor_an_escape() -> None:
    lost = LabelledScores([NAN, -0.1, math.inf], [True, True, True]).at(Thresholds(fail_at=1.0))
    assert lost.confusion.defective == Tally(error=3)
    assert lost.confusion.escapes == Rate(0, 0)
    assert lost.confusion.review_load == Rate(3, 3)


def test_the_cost_by_hand() -> None:
    found = SOME.at(Thresholds(fail_at=0.6, review_from=0.3)).cost(PRICES)
    # defective: no escape, 2 of 4 looked at; good: 1 of 5 rejected, 2 of 5 looked at
    assert found.value == pytest.approx(1000 * (0.1 * 2 * 0.5 + 0.9 * (10 * 0.2 + 2 * 0.4)))
    terms = [(0.1 * 100, 0, 4), (0.1 * 2, 2, 4), (0.9 * 10, 1, 5), (0.9 * 2, 2, 5)]
    above = sum((weight * (wilson_interval(k, n)[1] - k / n)) ** 2 for weight, k, n in terms)
    assert found.high == pytest.approx(_value(found) + 1000 * math.sqrt(above))
    assert found.low <= _value(found)
    load = SOME.at(Thresholds(fail_at=0.6, review_from=0.3)).looks(PRICES)
    assert load.value == pytest.approx(1000 * (0.1 * 0.5 + 0.9 * 0.4))


def test_without_a_band_nobody_looks_and_that_is_certain() -> None:
    parts = LabelledScores([0.1, 0.9], [False, True])
    assert parts.at(Thresholds(fail_at=0.5)).looks(PRICES) == Estimate(value=0.0, low=0.0, high=0.0)
    with_band = parts.at(Thresholds(fail_at=0.5, review_from=0.3)).looks(PRICES)
    assert with_band.value == 0.0
    assert with_band.high > 0.0


def test_what_has_no_part_of_a_class_that_occurs_has_no_cost() -> None:
    good = LabelledScores([0.1, 0.2], [False, False])
    found = good.at(Thresholds(fail_at=0.5))
    assert found.cost(PRICES) == UNKNOWN
    assert found.cost(Prices(defective_share=0.0)).value == 0.0
    assert found.confusion.escapes.value is None
    assert found.confusion.escapes.interval == (0.0, 1.0)
    assert good.least_cost(PRICES, band=True) is None
    assert good.within_escapes(0.0, PRICES, band=False) is None
    assert good.best_f1() is None
    assert evidence(found.confusion.escapes, 0.01).upper == 1.0
    assert not evidence(found.confusion.escapes, 0.01).shown


@pytest.mark.parametrize(
    ("missed", "parts", "claim", "upper", "needed", "carried"),
    [(0, 24, 0.01, 0.117, 299, False), (0, 299, 0.01, 0.00997, 299, True), (0, 59, 0.05, 0.0495, 59, True),
     (1, 93, 0.05, 0.05, 59, True), (1, 92, 0.05, 0.0505, 59, False)],
)  # fmt: skip
def test_what_the_parts_show(missed: int, parts: int, claim: float, upper: float, needed: int, carried: bool) -> None:
    found = evidence(Rate(missed, parts), claim)
    assert found.upper == pytest.approx(upper, rel=5e-3)
    assert (found.needed, found.shown) == (needed, carried)


SCORES = st.lists(st.tuples(st.sampled_from([0.0, 0.01, 0.2, 0.2000001, 0.5, 0.9, 1.0, NAN]) | st.floats(0, 1), st.booleans()), min_size=1, max_size=40)  # fmt: skip
POINTS = st.tuples(st.floats(0, 1), st.floats(0, 1), st.booleans())


def _point(drawn: tuple[float, float, bool]) -> Thresholds:
    low, high = sorted(drawn[:2])
    return Thresholds(fail_at=high, review_from=low if drawn[2] else None)


@given(SCORES, POINTS)
def test_counts_are_those_of_the_policy_and_add_up(
    parts: list[tuple[float, bool]], drawn: tuple[float, float, bool]
) -> None:
    thresholds = _point(drawn)
    found = LabelledScores([p for p, _ in parts], [bad for _, bad in parts])
    outcome = found.at(thresholds)
    for defective, counts in ((False, outcome.confusion.good), (True, outcome.confusion.defective)):
        verdicts = [verdict_of(p, thresholds) for p, bad in parts if bad == defective]
        for verdict in Verdict:
            assert counts.count(verdict) == verdicts.count(verdict)
            cell = found.cell(thresholds, defective=defective, verdict=verdict)
            assert len(cell) == verdicts.count(verdict)
            assert (found.defective[cell] == defective).all()
        assert counts.inspected == len(verdicts)


@given(SCORES, st.lists(st.floats(0, 1), min_size=2, max_size=8))
def test_a_higher_threshold_lets_more_escape_and_rejects_less(
    parts: list[tuple[float, bool]], levels: list[float]
) -> None:
    found = LabelledScores([p for p, _ in parts], [bad for _, bad in parts])
    outcomes = [found.at(Thresholds(fail_at=one)) for one in sorted(levels)]
    for lower, higher in itertools.pairwise(outcomes):
        assert lower.confusion.escapes.count <= higher.confusion.escapes.count
        assert lower.confusion.overkill.count >= higher.confusion.overkill.count


@settings(max_examples=60)
@given(SCORES, st.floats(0, 100), st.floats(0, 20), st.floats(0, 5), st.floats(0.01, 0.99), st.booleans())
def test_no_other_point_is_cheaper(
    parts: list[tuple[float, bool]], escape: float, reject: float, review: float, share: float, band: bool
) -> None:
    found = LabelledScores([p for p, _ in parts], [bad for _, bad in parts])
    prices = Prices(escape=escape, false_reject=reject, review=review, defective_share=share)
    best = found.least_cost(prices, band=band)
    if best is None:
        return
    cost = _value(found.at(best).cost(prices))
    levels = sorted({0.0, 1.0, *(p for p, _ in parts if not math.isnan(p))})
    points = [Thresholds(fail_at=high) for high in levels]
    if band:
        points += [Thresholds(fail_at=high, review_from=low) for low, high in itertools.combinations(levels, 2)]
    for point in points:
        assert cost <= _value(found.at(point).cost(prices)) + 1e-6


@given(SCORES, st.floats(0, 0.5), st.booleans())
@example([(0.0, False), (0.0, True), (0.01, True)], math.nextafter(0.5, 0.0), False)
def test_the_escape_limit_is_kept_and_used_up(parts: list[tuple[float, bool]], limit: float, band: bool) -> None:
    found = LabelledScores([p for p, _ in parts], [bad for _, bad in parts])
    best = found.within_escapes(limit, PRICES, band=band)
    if best is None:
        return
    assert (found.at(best).confusion.escapes.value or 0.0) <= limit
    first = best.fail_at if best.review_from is None else best.review_from
    higher = sorted({p for p, _ in parts if p > first and p >= first} | {1.0})
    for one in higher:
        outcome = found.at(Thresholds(fail_at=one))
        if outcome.confusion.defective.passed > found.at(best).confusion.defective.passed:
            assert (outcome.confusion.escapes.value or 0.0) > limit
            break


def test_suggestions_by_hand() -> None:
    clean = LabelledScores([0.1, 0.2, 0.8, 0.9], [False, False, True, True])
    assert clean.best_f1() == Thresholds(fail_at=0.5)
    assert clean.least_cost(PRICES, band=True) == Thresholds(fail_at=0.5)  # a band that saves nothing is none
    mixed = LabelledScores([0.1, 0.2, 0.6, 0.4, 0.8, 0.9], [False, False, False, True, True, True])
    band = mixed.least_cost(PRICES, band=True)
    assert band is not None
    assert band.review_from == pytest.approx(0.29, abs=0.01)
    assert band.fail_at == pytest.approx(0.71, abs=0.01)
    assert mixed.at(band).confusion.review_load == Rate(2, 6)
    assert band.review_from is not None
    assert mixed.within_escapes(0.0, PRICES, band=False) == Thresholds(fail_at=band.review_from)
    assert mixed.within_escapes(0.34, PRICES, band=False) == Thresholds(fail_at=band.fail_at)


def test_equal_scores_leave_all_or_nothing() -> None:
    same = LabelledScores([0.5, 0.5, 0.5], [False, True, True])
    best = same.best_f1()
    assert best is not None
    assert same.at(best).confusion.overkill == Rate(1, 1)
    certain = LabelledScores([1.0, 1.0], [False, True]).least_cost(Prices(escape=0.0), band=True)
    assert certain is not None
    assert certain.fail_at <= 1.0
    dear = same.least_cost(Prices(escape=0.0, false_reject=10.0), band=False)
    assert dear is not None
    assert same.at(dear).confusion.overkill == Rate(0, 1)


def test_bad_input_is_refused_with_its_values() -> None:
    with pytest.raises(ValueError, match=r"\(2,\) scores and \(1,\) labels"):
        LabelledScores([0.1, 0.2], [True])
    with pytest.raises(ValueError, match="-1"):
        Prices(escape=-1.0)
    with pytest.raises(ValueError, match="nan"):
        Prices(review=NAN)
    with pytest.raises(ValueError, match="1.5"):
        Prices(defective_share=1.5)
    with pytest.raises(ValueError, match="2"):
        SOME.within_escapes(2.0, PRICES, band=False)


def test_no_part_at_all() -> None:
    none = LabelledScores([], [])
    assert len(none) == 0
    assert none.at(Thresholds(fail_at=0.5)).confusion.review_load == Rate(0, 0)
    assert none.least_cost(PRICES, band=True) is None
