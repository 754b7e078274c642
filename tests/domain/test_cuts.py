"""Cuts between labelled scores, by hand: which is chosen, and which round number makes it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from inspector.domain.cuts import Cuts
from inspector.domain.operating_point import LabelledScores
from inspector.domain.outcome import Prices
from inspector.domain.records import Thresholds, Verdict

PRICES = Prices(escape=100.0, false_reject=10.0, review=2.0, defective_share=0.1)


def cuts_of(good: list[float], bad: list[float], errors: tuple[int, int] = (0, 0)) -> Cuts:
    return Cuts(np.array(good), np.array(bad), errors)


def sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def test_a_cut_passes_the_lowest_scores() -> None:
    cuts = cuts_of([0.1, 0.1, 0.4], [0.1, 0.6])
    assert cuts.missed.tolist() == [0, 1, 1, 2]
    assert cuts.passed.tolist() == [0, 3, 4, 5]
    certain = cuts_of([0.1, 0.4], [1.0])
    assert certain.missed.tolist() == [0, 0, 0]  # no cut passes a score of 1
    assert certain.passed.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("good", "bad", "limit", "fail_at"),
    [
        ([0.9], [0.5], 0.0, round(sigmoid(-0.5), 6)),  # below the lowest: half a logit under it
        ([0.5], [0.6], 1.0, round(sigmoid(math.log(1.5) + 0.5), 6)),  # above the highest
        ([0.2], [0.8], 0.0, 0.5),  # in the middle between the logits
        ([0.1], [0.5], 0.0, 0.25),
        ([0.25], [0.75, 1.0], 0.5, round(sigmoid((math.log(3) + math.log(1e7 - 1)) / 2), 6)),
        ([0.0], [0.0, 1.0], 0.5, 0.5),
    ],
)
def test_a_threshold_is_a_round_number_between_its_neighbours(
    good: list[float], bad: list[float], limit: float, fail_at: float
) -> None:
    scores = LabelledScores([*good, *bad], [False] * len(good) + [True] * len(bad))
    assert scores.within_escapes(limit, PRICES, band=False) == Thresholds(fail_at=fail_at)


def test_between_neighbours_that_are_closer_than_a_round_number_the_exact_one_is_taken() -> None:
    low, high = 0.2, 0.2 + 2e-9
    point = LabelledScores([low, high], [False, True]).within_escapes(0.0, PRICES, band=False)
    assert point is not None
    assert low < point.fail_at <= high
    beside = LabelledScores([low, math.nextafter(low, 1.0)], [False, True]).within_escapes(0.0, PRICES, band=False)
    assert beside == Thresholds(fail_at=math.nextafter(low, 1.0))


@pytest.mark.parametrize(
    ("good", "bad", "between"), [([0.1, 0.8], [0.15, 0.95], (0.8, 0.95)), ([0.05, 0.85], [0.2, 0.9], (0.05, 0.2))]
)
def test_of_cuts_that_cost_the_same_the_one_in_the_widest_gap_is_taken(
    good: list[float], bad: list[float], between: tuple[float, float]
) -> None:
    """Both the lowest and the highest cut make one error of the same price."""
    scores = LabelledScores([*good, *bad], [False, False, True, True])
    even = Prices(escape=1.0, false_reject=1.0, review=0.0, defective_share=0.5)
    point = scores.least_cost(even, band=False)
    assert point is not None
    assert between[0] < point.fail_at <= between[1]


@pytest.mark.parametrize(
    ("prices", "point"),
    [
        # an escape costs 10, an overkill 1: everything from 0.4 on fails
        (Prices(escape=10.0, false_reject=1.0, review=9.0, defective_share=0.5), (None, 0.289898)),
        # an escape costs 1, an overkill 10: only what is above 0.6 fails
        (Prices(escape=1.0, false_reject=10.0, review=9.0, defective_share=0.5), (None, 0.710102)),
        # a look is cheap: what lies between is looked at
        (Prices(escape=10.0, false_reject=10.0, review=0.1, defective_share=0.5), (0.289898, 0.710102)),
    ],
)
def test_the_prices_decide(prices: Prices, point: tuple[float | None, float]) -> None:
    mixed = LabelledScores([0.1, 0.2, 0.6, 0.4, 0.8, 0.9], [False, False, False, True, True, True])
    best = mixed.least_cost(prices, band=True)
    assert best is not None
    assert best == Thresholds(review_from=point[0], fail_at=point[1])


def test_parts_without_a_score_are_in_the_whole() -> None:
    """Of 2 good parts one is passed anyway; the 98 errors make an overkill rarer than the one escape of 2."""
    prices = Prices(escape=1.0, false_reject=1.0, review=0.0, defective_share=0.5)
    cuts = cuts_of([0.1, 0.6], [0.4, 0.9], errors=(98, 0))
    assert cuts.best(prices, band=False).fail_at == pytest.approx(
        sigmoid((math.log(1 / 9) + math.log(4 / 6)) / 2), abs=1e-6
    )
    cuts = cuts_of([0.1, 0.6], [0.4, 0.9], errors=(0, 98))
    assert cuts.best(prices, band=False).fail_at == pytest.approx(sigmoid((math.log(1.5) + math.log(9)) / 2), abs=1e-6)


def test_with_a_band_the_limit_is_kept_by_its_lower_end() -> None:
    mixed = LabelledScores([0.1, 0.2, 0.6, 0.4, 0.8, 0.9], [False, False, False, True, True, True])
    assert mixed.within_escapes(0.0, PRICES, band=True) == Thresholds(review_from=0.289898, fail_at=0.710102)
    free = Prices(escape=1.0, false_reject=0.0, review=5.0, defective_share=0.5)
    assert mixed.within_escapes(0.0, free, band=True) == Thresholds(fail_at=0.289898)
    assert mixed.within_escapes(1 / 3, PRICES, band=False) == Thresholds(fail_at=0.710102)


def test_the_best_f1_by_hand() -> None:
    scores = LabelledScores([0.1, 0.3, 0.5, 0.2, 0.4, 0.9], [False, False, False, True, True, True])
    best = scores.best_f1()
    assert best is not None
    outcome = scores.at(best).confusion
    assert (outcome.defective.failed, outcome.good.failed) == (3, 2)  # F1 0.75; 2/3 and 0.5 at the others
    assert best.fail_at == pytest.approx(sigmoid((math.log(1 / 9) + math.log(1 / 4)) / 2), abs=1e-6)


@pytest.mark.parametrize(
    ("fail_at", "share", "held"), [(0.5, 0.0, 1), (0.5, 0.25, 2), (0.5, 1.0, 4), (0.8, 0.5, 4), (1.0, 0.125, 1)]
)
def test_a_band_holds_about_a_share_of_the_parts(fail_at: float, share: float, held: int) -> None:
    values = [0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9]
    scores = LabelledScores(values, [value > 0.5 for value in values])
    point = scores.with_band(fail_at, share)
    assert point.fail_at == fail_at
    confusion = scores.at(point).confusion
    assert confusion.total.review == held
    assert confusion.total.inspected == 8


def test_without_a_part_below_there_is_no_band() -> None:
    scores = LabelledScores([0.6, 0.9], [False, True])
    assert scores.with_band(0.5, 0.5) == Thresholds(fail_at=0.5)
    assert scores.with_band(0.6, 0.5) == Thresholds(fail_at=0.6)
    one_class = LabelledScores([0.1, 0.2], [False, False])
    assert one_class.with_band(0.5, 0.5) == Thresholds(fail_at=0.5)


def test_the_parts_of_a_cell_come_with_the_most_surprising_first() -> None:
    scores = LabelledScores([0.1, 0.3, 0.3, 0.2, 0.9, 0.7, 0.9], [True, True, True, True, False, False, False])
    point = Thresholds(fail_at=0.5)
    assert scores.cell(point, defective=True, verdict=Verdict.PASS).tolist() == [0, 3, 1, 2]
    assert scores.cell(point, defective=False, verdict=Verdict.FAIL).tolist() == [4, 6, 5]
    assert scores.cell(point, defective=False, verdict=Verdict.PASS).tolist() == []


def test_scores_are_kept_as_given_and_cannot_be_changed() -> None:
    given = np.array([0.5, -0.1, 1.5, np.nan, 1.0, 0.0])
    scores = LabelledScores(given, [True, False, True, False, True, False])
    assert given[1] == -0.1
    np.testing.assert_array_equal(scores.scores, [0.5, np.nan, np.nan, np.nan, 1.0, 0.0])
    assert scores.scores.dtype == np.float64
    assert scores.defective.dtype == np.bool_
    assert not scores.scores.flags.writeable
    assert not scores.defective.flags.writeable
    assert len(scores) == 6


@pytest.mark.parametrize("limit", [-0.1, 1.1])
def test_an_escape_limit_is_a_fraction(limit: float) -> None:
    scores = LabelledScores([0.1, 0.9], [False, True])
    with pytest.raises(ValueError, match=f"^the escape limit must be between 0 and 1, got {limit}$"):
        scores.within_escapes(limit, PRICES, band=False)
    assert scores.within_escapes(1.0, PRICES, band=False) is not None


@pytest.mark.parametrize(("scores", "labels"), [([0.1, 0.2], [True]), ([[0.1]], [[True]]), (0.5, True)])
def test_each_score_has_its_label(scores: object, labels: object) -> None:
    with pytest.raises(
        ValueError, match=r"^need one score and one label per part, got \(.*\) scores and \(.*\) labels$"
    ):
        LabelledScores(scores, labels)  # type: ignore[arg-type]
