"""The scale of strangeness: prediction limits of good parts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from inspector.domain.statistics import student_t_quantile, student_t_upper
from inspector.domain.strangeness import DEFAULT_RATE, USUAL_COUNTED, USUAL_COUNTS, USUAL_SPREAD, GoodScale


@pytest.mark.parametrize("degrees", [1, 2, 4, 19, 400])
@pytest.mark.parametrize("probability", [0.001, 0.3, 0.5, 0.9, 0.995, 0.9999])
def test_student_t_is_scipys(probability: float, degrees: int) -> None:
    quantile = float(stats.t.ppf(probability, degrees))
    assert student_t_quantile(probability, degrees) == pytest.approx(quantile, rel=1e-6, abs=1e-9)
    assert student_t_upper(quantile, degrees) == pytest.approx(1 - probability, rel=1e-6)


@pytest.mark.parametrize(("probability", "degrees"), [(0.0, 3), (1.0, 3), (0.5, 0)])
def test_student_t_refuses_what_has_no_quantile(probability: float, degrees: int) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        student_t_quantile(probability, degrees)


def beyond_the_limit(pictures: int, spread: float, rate: float, usual_counts: int = USUAL_COUNTS) -> float:
    """Draw parts, and return how many lie beyond the limit of those before."""
    rng = np.random.default_rng(pictures)
    draws = 20_000
    beyond = 0
    values = rng.lognormal(1.0, spread, (draws, pictures + 1))
    logs = np.log(values[:, :-1])
    for row, mean, sd in zip(values, logs.mean(1), logs.std(1, ddof=1), strict=True):
        scale = GoodScale(pictures=pictures, mean_log=float(mean), sd_log=float(sd), usual_counts=usual_counts)
        beyond += bool(scale.rate_beyond(float(row[-1])) < rate)
    return beyond / draws


@pytest.mark.parametrize("rate", [DEFAULT_RATE, 0.05])
@pytest.mark.parametrize("spread", [0.04, 0.2])
def test_of_many_pictures_the_limit_holds_its_rate(spread: float, rate: float) -> None:
    assert 0.6 * rate < beyond_the_limit(400, spread, rate, USUAL_COUNTED) < 1.4 * rate
    assert 0.2 * rate < beyond_the_limit(400, spread, rate) < 2.2 * rate  # what is usual counts for more now


@pytest.mark.parametrize("rate", [DEFAULT_RATE, 0.05])
@pytest.mark.parametrize("pictures", [5, 20])
def test_of_few_pictures_with_the_usual_spread_it_holds_too(pictures: int, rate: float) -> None:
    assert 0.3 * rate < beyond_the_limit(pictures, USUAL_SPREAD, rate) < 1.1 * rate


def test_few_pictures_that_vary_much_err_towards_review() -> None:
    odd = GoodScale.of([1.0, 1.02, 0.98, 1.05, 1.5])
    assert odd.limit(DEFAULT_RATE) < 1.8  # by these five alone it would be 2.6
    assert beyond_the_limit(5, 3 * USUAL_SPREAD, DEFAULT_RATE) > 2 * DEFAULT_RATE


def test_a_model_that_does_not_say_what_counted_keeps_its_limit() -> None:
    before = GoodScale(pictures=5, mean_log=0.0, sd_log=0.2)
    assert before.usual_counts == USUAL_COUNTED == 8
    assert before.limit(DEFAULT_RATE) == pytest.approx(1.5588, abs=0.0001)
    assert GoodScale.of([1.0, 1.1, 0.9]).usual_counts == USUAL_COUNTS


def test_a_spread_that_counts_as_less_than_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="0 pictures or more, got -40"):
        GoodScale(pictures=5, mean_log=0.0, sd_log=0.2, usual_counts=-40)


def test_limit_and_rate_undo_one_another() -> None:
    scale = GoodScale.of([1.0, 1.1, 0.9, 1.3, 1.2])
    for rate in (0.0001, 0.005, 0.2):
        assert scale.rate_beyond(scale.limit(rate)) == pytest.approx(rate, rel=1e-6)
    assert scale.limit(0.001) > scale.limit(0.005) > 1.3


def test_fewer_pictures_make_a_higher_limit() -> None:
    few, many = (GoodScale(pictures=count, mean_log=0.0, sd_log=0.1) for count in (5, 500))
    assert few.limit(DEFAULT_RATE) > 1.02 * many.limit(DEFAULT_RATE)


@pytest.mark.parametrize("values", [[], [1.0, 2.0], [1.0, 0.0, 2.0], [1.0, float("nan"), 2.0]])
def test_what_gives_no_scale_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="3 values or more"):
        GoodScale.of(values)


@pytest.mark.parametrize("rate", [0.0, 0.00001, 0.3])
def test_a_rate_outside_its_range_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        GoodScale.of([1.0, 1.1, 1.2]).limit(rate)
