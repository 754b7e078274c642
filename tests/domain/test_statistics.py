"""Intervals, bounds and exact tests, against published values and against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binomtest

from inspector.domain.rates import UNKNOWN, Estimate, Rate, weighted_sum
from inspector.domain.statistics import (
    clopper_pearson_interval,
    clopper_pearson_upper,
    incomplete_beta,
    logits,
    mcnemar_exact,
    parts_missing,
    parts_needed,
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
