"""Intervals, bounds and exact tests, against published values and against scipy."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binom, binomtest

from inspector.domain.rates import UNKNOWN, Estimate, Rate, weighted_sum
from inspector.domain.statistics import (
    clopper_pearson_interval,
    clopper_pearson_upper,
    incomplete_beta,
    logits,
    mcnemar_exact,
    paired_parts_needed,
    parts_missing,
    parts_needed,
    shows,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("count", "total", "wilson", "exact"),
    [
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
    ],
)
def test_intervals_of_newcombe_1998_table_i_methods_3_and_5(
    count: int, total: int, wilson: tuple[float, float], exact: tuple[float, float]
) -> None:
    """Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 1998, 17, 857."""
    assert wilson_interval(count, total) == Rate(count, total).interval == pytest.approx(wilson, abs=5e-5)
    assert clopper_pearson_interval(count, total) == pytest.approx(exact, abs=5e-5)


@given(st.integers(0, 500), st.integers(0, 500))
def test_wilsons_interval_holds_the_proportion(count: int, more: int) -> None:
    rate = Rate(count, count + more)
    low, high = rate.interval
    assert 0.0 <= low <= high <= 1.0
    if rate.value is not None:
        assert low <= rate.value <= high


def test_a_rate_of_nothing_is_unknown() -> None:
    assert (Rate(0, 0).value, Rate(0, 0).interval) == (None, (0.0, 1.0))
    assert clopper_pearson_interval(0, 0) == (0.0, 1.0)


def test_the_difference_of_newcombe_1998_table_ii_method_10() -> None:
    """Newcombe, Interval estimation for the difference, Statistics in Medicine 1998, 17, 873: 56/70 less 48/80.

    MOVER with the limits of Wilson is his method 10; a difference is the sum with the complement, less 1.
    """
    difference = weighted_sum([(1.0, Rate(56, 70)), (1.0, Rate(80 - 48, 80))])
    assert difference.value == pytest.approx(1.2)
    assert (difference.low - 1, difference.high - 1) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_the_sum_of_one_rate_is_that_rate_and_of_nothing_is_unknown() -> None:
    low, high = wilson_interval(50, 50)
    doubled = weighted_sum([(2.0, Rate(50, 50)), (0.0, Rate(0, 0))])
    assert (doubled.value, doubled.low, doubled.high) == pytest.approx((2.0, 2 * low, 2 * high))
    assert weighted_sum([(1.0, Rate(1, 2)), (1.0, Rate(0, 0))]) == UNKNOWN
    assert weighted_sum([]) == Estimate(value=0.0, low=0.0, high=0.0)


@given(st.integers(1, 400), st.data())
def test_the_exact_bound_is_that_of_the_beta_distribution(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials - 1))
    wanted = float(beta.ppf(0.95, successes + 1, trials - successes))
    assert clopper_pearson_upper(successes, trials) == pytest.approx(wanted, rel=1e-7)


@given(st.floats(0.5, 300), st.floats(0.5, 300), st.floats(0, 1))
def test_the_incomplete_beta_function(a: float, b: float, x: float) -> None:
    assert incomplete_beta(a, b, x) == pytest.approx(float(beta.cdf(x, a, b)), abs=1e-10)


@pytest.mark.parametrize(("bad", "parts"), [(0, 59), (1, 93), (2, 124), (3, 153), (4, 181)])
def test_wilks_numbers_of_parts_for_95_percent_of_95_percent(bad: int, parts: int) -> None:
    """Wilks, Annals of Mathematical Statistics 1941; the numbers of order statistics for 95 % coverage at 95 %."""
    assert parts_missing(bad, bad, 0.05) == parts - bad
    assert clopper_pearson_upper(bad, parts) <= 0.05 < clopper_pearson_upper(bad, parts - 1)


def test_parts_needed_for_a_claim() -> None:
    """1 - (1 - confidence)^(1/n) (Clopper and Pearson 1934), solved for n."""
    assert (parts_needed(0.05), parts_needed(0.01), parts_needed(0.001), parts_needed(0.05, 0.9)) == (59, 299, 2995, 45)
    assert parts_missing(0, 0, 0.01) == 299


@pytest.mark.parametrize(("bad", "judged"), [(0, 0), (0, 10), (3, 50), (10, 10)])
def test_the_parts_that_are_missing_are_just_enough(bad: int, judged: int) -> None:
    more = parts_missing(bad, judged, 0.02)
    assert clopper_pearson_upper(bad, judged + more) <= 0.02 < clopper_pearson_upper(bad, judged + more - 1)


def test_mcnemars_exact_test_of_fays_example() -> None:
    """Fay, vignette of the R package exact2x2: of the pairs that differ 2 one way and 9 the other, P = 0.06543."""
    assert mcnemar_exact(2, 9) == mcnemar_exact(9, 2) == pytest.approx(0.06543, abs=5e-6)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (1, 0), (5, 0), (3, 9), (6, 1), (7, 7), (40, 61), (1900, 2100)])
def test_mcnemars_exact_test_is_the_binomial_one(first: int, second: int) -> None:
    expected = binomtest(first, first + second).pvalue if first + second else 1.0
    assert mcnemar_exact(first, second) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("first", "second", "compared"), [(8, 18, 100), (1, 5, 200), (30, 60, 10_000), (0, 4, 50)])
def test_so_many_paired_parts_tell_two_judges_apart_in_four_of_five_cases(
    first: int, second: int, compared: int
) -> None:
    """Connor's formula (Biometrics 1987, 43, 207), held against the power of the exact test, summed over all outcomes."""
    needed = paired_parts_needed(first, second, compared)
    assert needed is not None
    differ, share = (first + second) / compared, second / (first + second)
    power = 0.0
    for pairs in range(needed + 1):
        weight = binom.pmf(pairs, needed, differ)
        if weight > 1e-9:
            wins = [count for count in range(pairs + 1) if mcnemar_exact(count, pairs - count) <= 0.05]
            power += weight * binom.pmf(wins, pairs, share).sum()
    assert 0.68 <= power <= 0.85  # the exact test is the more careful one where few parts differ
    assert needed == paired_parts_needed(second, first, compared)


def test_no_number_tells_judges_apart_that_are_right_equally_often() -> None:
    assert paired_parts_needed(3, 3, 10) is None
    assert paired_parts_needed(0, 0, 0) is None
    with pytest.raises(ValueError, match="within 5 parts, got 3 and 3"):
        paired_parts_needed(3, 3, 5)


def test_what_is_outside_its_range_is_refused_with_its_values() -> None:
    with pytest.raises(ValueError, match="got -1 and 2"):
        mcnemar_exact(-1, 2)
    with pytest.raises(ValueError, match="3, 2, 0.95"):
        wilson_interval(3, 2)
    with pytest.raises(ValueError, match="3, 2, 0.95"):
        clopper_pearson_upper(3, 2)
    with pytest.raises(ValueError, match="3, 2, 0.5"):
        parts_missing(3, 2, 0.5)
    with pytest.raises(ValueError, match="1.0 and 0.95"):
        parts_needed(1.0)


def test_logits_are_finite() -> None:
    assert np.isfinite(logits([0.0, 0.5, 1.0])).all()
    assert logits([0.5])[0] == 0.0
    assert logits(1.0, 1e-3) == pytest.approx(np.log(999))


@given(st.integers(1, 200), st.floats(0.5, 0.999), st.data())
def test_bounds_of_any_confidence_are_those_of_the_beta_distribution(
    trials: int, confidence: float, data: st.DataObject
) -> None:
    successes = data.draw(st.integers(0, trials))
    upper = float(beta.ppf(confidence, successes + 1, trials - successes)) if successes < trials else 1.0
    assert clopper_pearson_upper(successes, trials, confidence) == pytest.approx(upper, rel=1e-7)
    each = (1 + confidence) / 2
    low, high = clopper_pearson_interval(successes, trials, confidence)
    assert high == pytest.approx(
        float(beta.ppf(each, successes + 1, trials - successes)) if successes < trials else 1.0, rel=1e-7
    )
    assert low == pytest.approx(
        float(beta.ppf(1 - each, successes, trials - successes + 1)) if successes else 0.0, rel=1e-6, abs=1e-9
    )


@pytest.mark.parametrize(("count", "total"), [(0, 7), (7, 7), (3, 7), (1, 1), (0, 1), (500, 1000)])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.99])
def test_wilsons_limits_solve_his_equation(count: int, total: int, confidence: float) -> None:
    """Each limit p lies z standard errors of its own from the proportion (Wilson 1927)."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    low, high = wilson_interval(count, total, confidence)
    assert (low == 0.0) is (count == 0)
    assert (high == 1.0) is (count == total)
    for limit in {low, high} - {0.0, 1.0}:
        assert abs(limit - count / total) == pytest.approx(z * math.sqrt(limit * (1 - limit) / total))


@pytest.mark.parametrize("confidence", [0.0, 1.0, -0.5, 1.5])
def test_a_confidence_lies_strictly_between_0_and_1(confidence: float) -> None:
    for function in (wilson_interval, clopper_pearson_upper):
        words = f"^need 0 ≤ successes ≤ trials and 0 < confidence < 1, got 1, 2, {confidence}$"
        with pytest.raises(ValueError, match=words):
            function(1, 2, confidence)
    with pytest.raises(ValueError, match=f"^need a rate and a confidence between 0 and 1, got 0.5 and {confidence}$"):
        parts_needed(0.5, confidence)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_claimed_rate_lies_strictly_between_0_and_1(rate: float) -> None:
    with pytest.raises(ValueError, match=f"^need a rate and a confidence between 0 and 1, got {rate} and 0.95$"):
        parts_needed(rate)
    with pytest.raises(ValueError, match=f"^need 0 ≤ bad ≤ judged and a rate between 0 and 1, got 1, 2, {rate}$"):
        parts_missing(1, 2, rate)


@pytest.mark.parametrize("successes", [-1, 3])
def test_there_are_no_more_successes_than_trials(successes: int) -> None:
    for function in (wilson_interval, clopper_pearson_upper):
        with pytest.raises(ValueError, match=f"got {successes}, 2, 0.95$"):
            function(successes, 2)
    with pytest.raises(ValueError, match=f"got {successes}, 2, 0.5$"):
        parts_missing(successes, 2, 0.5)
    for first, second in ((-1, 3), (3, -1)):
        with pytest.raises(ValueError, match=f"^counts are 0 or more, got {first} and {second}$"):
            mcnemar_exact(first, second)


def test_a_claim_is_shown_by_a_bound_that_just_reaches_it() -> None:
    assert shows(0.01, 0.01)
    assert shows(0.01 * (1 + 0.9e-9), 0.01)  # found by bisection, no further off than that
    assert not shows(0.01 * (1 + 1.1e-9), 0.01)
    assert parts_missing(0, 59, 0.05) == 0
    assert parts_missing(0, 58, 0.05) == 1


def test_the_incomplete_beta_function_at_its_ends() -> None:
    assert [incomplete_beta(2.0, 3.0, x) for x in (-0.5, 0.0, 1.0, 1.5)] == [0.0, 0.0, 1.0, 1.0]
    for a, b in ((0.5, 0.5), (1.0, 1.0), (3000.0, 2.0), (2.0, 3000.0), (5000.0, 5000.0)):
        for x in (1e-9, 0.25, 0.5, 0.75, 1 - 1e-9):
            assert incomplete_beta(a, b, x) == pytest.approx(float(beta.cdf(x, a, b)), abs=1e-10)


def test_logits_keep_their_shape_and_are_clipped_at_both_ends() -> None:
    values = logits([[0.0, 0.25], [0.75, 1.0]])
    assert values.dtype == np.float64
    np.testing.assert_allclose(values, [[-math.log(1e7 - 1), -math.log(3)], [math.log(3), math.log(1e7 - 1)]])
    np.testing.assert_allclose(logits([0.0, 1.0], 0.25), [-math.log(3), math.log(3)])
    np.testing.assert_allclose(logits(np.array(["0.25"])), [-math.log(3)])


def test_the_limits_of_a_sum_are_mover_s() -> None:
    """Zou and Donner 2008: from the value, the root of the summed squares of the distances to each rate's own limit."""
    terms = [(2.0, Rate(1, 10)), (3.0, Rate(4, 9))]
    total = weighted_sum(terms)
    value = 2.0 * 0.1 + 3.0 * 4 / 9
    low = math.sqrt(sum((w * (r.count / r.total - r.interval[0])) ** 2 for w, r in terms))
    high = math.sqrt(sum((w * (r.interval[1] - r.count / r.total)) ** 2 for w, r in terms))
    assert (total.value, total.low, total.high) == pytest.approx((value, value - low, value + high))
    assert Estimate(value=None, low=0.0, high=math.inf) == UNKNOWN
