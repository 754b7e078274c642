"""Figures of merit, the choice of the operating point, calibration, and paired comparisons."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import f1_score, roc_auc_score

from inspector.domain.policy import REVIEW, verdicts_of
from inspector.domain.rates import Estimate, Rate
from inspector.domain.records import Thresholds
from inspector.domain.statistics import logits, wilson_interval
from trainer.calibration import TEMPERATURES, calibrated, calibration_error, reliability, temperature
from trainer.evaluation import ConfusionCounts, DefectFigures, Evaluation, GoodFigures, ReviewBandFigures, Spread
from trainer.judged import JudgedPicture, MetricsError
from trainer.metrics import evaluate
from trainer.paired import compare, spread
from trainer.thresholds import choose_thresholds, settle

HALF = Thresholds(fail_at=0.5)
Cases = tuple[NDArray[np.float64], NDArray[np.int64]]


def judge(*rows: tuple[str, float], category: str = "") -> list[JudgedPicture]:
    return [
        JudgedPicture(f"{category}{n}.png", f"/p/{n}.png", defect, category, p) for n, (defect, p) in enumerate(rows)
    ]


def noisy(seed: int, size: int = 300, shift: float = 2.0) -> Cases:
    rng = np.random.default_rng(seed)
    labels = (rng.random(size) < 0.3).astype(np.int64)
    return 1 / (1 + np.exp(-rng.normal(np.where(labels, shift, -shift), 2.0))), labels


def value(estimate: Estimate) -> float:
    assert estimate.value is not None
    return estimate.value


def confusion(scores: NDArray[np.float64], labels: NDArray[np.int64], threshold: float) -> tuple[int, int]:
    """Escapes and false rejects."""
    said = scores >= threshold
    return int((~said & (labels == 1)).sum()), int((said & (labels == 0)).sum())


# a grid with many ties, with both classes
some_cases = (
    st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=2, max_size=40)
    .filter(lambda rows: len({defective for _, defective in rows}) == 2)
    .map(lambda rows: (np.array([p / 12 for p, _ in rows]), np.array([d for _, d in rows], dtype=np.int64)))
)


def test_the_figures_of_a_small_test_by_hand() -> None:
    judged = judge(("good", 0.1), ("good", 0.2), ("good", 0.7), ("crack", 0.9), ("crack", 0.3), ("hole", 0.8))
    found = evaluate(judged, Thresholds(fail_at=0.6, review_from=0.25))
    assert found.confusion == ConfusionCounts(defective_found=2, defective_passed=1, good_rejected=1, good_passed=2)
    assert (found.pictures, found.threshold) == (6, 0.6)
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.precision == found.recall == found.f1 == pytest.approx(2 / 3)
    assert found.auroc == pytest.approx(8 / 9)
    assert found.average_precision == pytest.approx((1 + 1 + 3 / 4) / 3)
    assert found.escape_rate == found.overkill_rate == pytest.approx(1 / 3)
    assert found.escape_rate_95 == wilson_interval(1, 3)
    assert found.review == ReviewBandFigures(
        starts=0.25, pictures=1, fraction=1 / 6, good=0, defective=1, escape_rate=0.0,
        escape_rate_95=wilson_interval(0, 3),
    )  # fmt: skip
    assert found.per_defect_type["crack"] == DefectFigures(
        pictures=2, rejected=1, passed=1, recall=0.5, recall_95=wilson_interval(1, 2), escape_rate=0.5,
        escape_rate_95=wilson_interval(1, 2),
    )  # fmt: skip
    assert found.per_defect_type["good"] == GoodFigures(
        pictures=3, rejected=1, passed=2, overkill_rate=1 / 3, overkill_rate_95=wilson_interval(1, 3)
    )


def test_an_evaluation_goes_through_json_and_keeps_its_keys() -> None:
    found = evaluate(judge(("good", 0.1), ("crack", 0.9)), Thresholds(fail_at=0.6, review_from=0.25))
    text = json.dumps(found.model_dump(mode="json"), allow_nan=False)
    assert Evaluation.model_validate_json(text) == found
    values = json.loads(text)
    assert set(values) == {
        "pictures", "threshold", "confusion", "accuracy", "precision", "recall", "f1", "auroc", "average_precision",
        "ece", "escape_rate", "escape_rate_95", "overkill_rate", "overkill_rate_95", "review", "per_category",
        "per_defect_type",
    }  # fmt: skip
    assert set(values["review"]) == {
        "from", "pictures", "fraction", "good", "defective", "escape_rate", "escape_rate_95",
    }  # fmt: skip
    assert set(values["per_defect_type"]["good"]) == {
        "pictures", "rejected", "passed", "overkill_rate", "overkill_rate_95",
    }  # fmt: skip


def test_categories_are_kept_apart() -> None:
    judged = judge(("good", 0.1), ("crack", 0.9), category="nut") + judge(
        ("good", 0.8), ("crack", 0.2), category="pill"
    )
    found = evaluate(judged, HALF)
    assert [category.f1 for category in found.per_category.values()] == [1.0, 0.0]
    assert sorted(found.per_defect_type) == ["nut/crack", "nut/good", "pill/crack", "pill/good"]


def test_what_cannot_be_known_is_none_and_not_perfect() -> None:
    found = evaluate(judge(("good", 0.1), ("good", 0.9)), HALF)
    unknown = (found.escape_rate, found.precision, found.recall, found.f1, found.auroc, found.average_precision)
    assert unknown == (None,) * 6
    assert found.accuracy is None
    assert (found.escape_rate_95, found.overkill_rate) == ((0.0, 1.0), 0.5)
    defective = evaluate(judge(("crack", 0.9)), HALF)
    assert (defective.overkill_rate, defective.accuracy, defective.precision, defective.f1) == (None,) * 4


def test_a_model_that_fails_nothing_is_measured_by_what_it_sends_to_review() -> None:
    judged = judge(("good", 0.1), ("good", 0.6), ("crack", 0.9), ("crack", 0.4))
    found = evaluate(judged, Thresholds(fail_at=1.0, review_from=0.5))
    assert found.confusion == ConfusionCounts(defective_found=1, defective_passed=1, good_rejected=1, good_passed=1)
    assert (found.threshold, found.recall, found.review.starts) == (0.5, 0.5, None)


@pytest.mark.parametrize("scores", [[0.2, float("nan")], [0.2, 1.2], [-0.1, 0.5], []])
def test_bad_scores_are_refused_with_their_values(scores: list[float]) -> None:
    with pytest.raises(MetricsError):
        evaluate(judge(*(("good", p) for p in scores)), HALF)


@given(some_cases)
def test_f1_has_no_better_threshold(cases: Cases) -> None:
    scores, labels = cases
    fail_at = choose_thresholds(scores, labels).fail_at
    best = max(f1_score(labels, scores >= cut) for cut in np.unique(scores))
    assert f1_score(labels, scores >= fail_at) == pytest.approx(best)


def test_f1_cuts_the_widest_gap_in_its_middle() -> None:
    scores, labels = np.array([0.1, 0.2, 0.9, 0.95]), np.array([0, 0, 1, 1])
    chosen = choose_thresholds(scores, labels)
    assert float(logits(chosen.fail_at)) == pytest.approx(float(logits([0.2, 0.9]).mean()), abs=3e-6)  # six digits
    assert chosen.review_from is None


@given(some_cases, st.sampled_from([0.0, 0.1, 0.34, 0.5]))
def test_the_escape_limit_is_kept_and_no_higher_threshold_keeps_it(cases: Cases, limit: float) -> None:
    scores, labels = cases
    fail_at = choose_thresholds(scores, labels, "escapes", escape_limit=limit).fail_at
    allowed = limit * labels.sum() + 1e-9
    escapes, overkill = confusion(scores, labels, fail_at)
    assert escapes <= allowed
    higher = [confusion(scores, labels, cut) for cut in (*np.unique(scores), 1.1) if cut > fail_at]
    assert all(other[0] > allowed or other == (escapes, overkill) for other in higher)
    assert 0 <= fail_at <= 1


@given(some_cases, st.sampled_from([(10.0, 1.0), (1.0, 1.0), (0.0, 1.0), (1.0, 0.0)]))
def test_the_cost_is_least(cases: Cases, costs: tuple[float, float]) -> None:
    scores, labels = cases
    fail_at = choose_thresholds(scores, labels, "cost", escape_cost=costs[0], reject_cost=costs[1]).fail_at
    assert 0 <= fail_at <= 1
    every = [np.dot(costs, confusion(scores, labels, cut)) for cut in np.unique(scores)]
    assert np.dot(costs, confusion(scores, labels, fail_at)) <= min(every) + 1e-9


def test_dearer_escapes_lower_the_threshold() -> None:
    scores, labels = noisy(3)
    prices = (0.1, 1.0, 10.0, 1000.0)
    cuts = [choose_thresholds(scores, labels, "cost", escape_cost=price).fail_at for price in prices]
    assert cuts == sorted(cuts, reverse=True)
    assert cuts[0] > cuts[-1]
    assert confusion(scores, labels, cuts[-1])[0] == 0


def test_the_review_band_holds_about_the_fraction_that_was_asked_for() -> None:
    scores, labels = noisy(5)
    chosen = choose_thresholds(scores, labels, review_band=0.1)
    assert (verdicts_of(scores, chosen) == REVIEW).mean() == pytest.approx(0.1, abs=1 / 300)
    assert choose_thresholds(scores, labels) == Thresholds(fail_at=chosen.fail_at)
    tied = choose_thresholds(np.array([0.1, 0.1, 0.1, 0.9]), np.array([0, 0, 0, 1]), review_band=0.3)
    assert tied.review_from is not None
    assert tied.review_from <= 0.1


def test_neighbouring_and_extreme_scores_are_still_parted() -> None:
    low = 0.3
    scores = np.array([0.0, low, np.nextafter(low, 1), 1.0])
    for labels in ([0, 0, 1, 1], [0, 1, 1, 1], [0, 0, 0, 1]):
        fail_at = choose_thresholds(scores, np.array(labels)).fail_at
        assert confusion(scores, np.array(labels), fail_at) == (0, 0)
    assert choose_thresholds(np.array([1e-9, 1e-8]), np.array([1, 0])).fail_at <= 1e-9


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.floats(0, 1))
def test_a_settled_threshold_is_no_higher_and_lies_apart_from_every_score(
    listed: list[float], threshold: float
) -> None:
    scores = np.array([*listed, threshold, 0.4576, 0.458])
    found = settle(threshold, scores)
    assert 0 <= found <= threshold
    if found > 1e-6:
        inside = np.clip(scores, 1e-6, 1 - 1e-6)
        at = min(found, 1 - 1e-6)
        assert np.abs(np.log(inside / (1 - inside)) - np.log(at / (1 - at))).min() > 0.0049
    assert settle(found, scores) == found


def test_a_threshold_between_scores_that_rounding_could_swap_goes_below_both() -> None:
    assert settle(0.4578, np.array([0.1, 0.4576, 0.458, 0.9])) == pytest.approx(0.4563, abs=1e-4)
    assert settle(0.3, np.array([0.1, 0.4576, 0.458, 0.9])) == 0.3


def test_a_threshold_needs_both_classes() -> None:
    with pytest.raises(MetricsError, match="3 good and 0 defective"):
        choose_thresholds(np.array([0.1, 0.2, 0.3]), np.zeros(3, np.int64))


@pytest.mark.parametrize("real", [0.5, 1.0, 3.0])
def test_the_temperature_is_found_again_and_calibrates(real: float) -> None:
    rng = np.random.default_rng(0)
    honest = rng.beta(0.5, 0.5, 20_000)
    labels = (rng.random(len(honest)) < honest).astype(np.int64)
    said = calibrated(honest, 1 / real)
    t = temperature(said, labels)
    assert t == pytest.approx(real, rel=0.05)
    after = calibration_error(reliability(calibrated(said, t), labels))
    assert after < 0.01
    if real != 1.0:
        assert after < calibration_error(reliability(said, labels)) / 3


def test_a_few_separated_pictures_do_not_make_a_model_certain() -> None:
    scores, labels = np.repeat([0.002, 0.998], 5), np.repeat([0, 1], 5)
    t = temperature(scores, labels)
    assert TEMPERATURES[0] < 1.0 < t < TEMPERATURES[1]
    assert calibrated(scores, t)[-1] == pytest.approx(6 / 7, abs=1e-3)


def test_the_reliability_by_hand() -> None:
    scores, labels = np.array([0.02, 0.08, 0.52, 1.0]), np.array([0, 1, 1, 1])
    bins = reliability(scores, labels)
    assert [each.defective for each in bins] == [Rate(1, 2), Rate(1, 1), Rate(1, 1)]
    assert [each.mean_p for each in bins] == pytest.approx([0.05, 0.52, 1.0])
    assert calibration_error(bins) == pytest.approx((2 * 0.45 + 0.48 + 0.0) / 4)


def from_arrays(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> list[JudgedPicture]:
    return judge(*(("crack" if label else "good", p) for p, label in zip(scores.tolist(), labels, strict=True)))


def test_a_better_model_is_seen_to_be_better_whatever_the_order_of_the_pictures() -> None:
    worse, labels = noisy(1, shift=0.5)
    better = calibrated(np.clip(worse + np.where(labels, 0.3, -0.3), 0.01, 0.99), 1.0)
    first, second = from_arrays(worse, labels), from_arrays(better, labels)
    found = compare(first, second, (0.5, 0.5), seed=4)
    assert found.auroc.value == pytest.approx(roc_auc_score(labels, better) - roc_auc_score(labels, worse))
    assert found.f1.value == pytest.approx(f1_score(labels, better >= 0.5) - f1_score(labels, worse >= 0.5))
    for difference in (found.f1, found.auroc):
        assert 0 < difference.low < value(difference) < difference.high
    assert found.agreement.total == len(labels)
    assert found.agreement.p_value < 0.01
    assert compare(first, second[::-1], (0.5, 0.5), seed=4) == found
    back = compare(second, first, (0.5, 0.5), seed=4)
    assert (back.f1.low, back.f1.high) == pytest.approx((-found.f1.high, -found.f1.low))
    assert compare(first, second, (0.5, 0.5), seed=5).f1 != found.f1


def test_the_same_model_twice_does_not_differ() -> None:
    scores, labels = noisy(2)
    found = compare(from_arrays(scores, labels), from_arrays(scores, labels), (0.5, 0.5))
    assert (found.f1.low, found.f1.high, found.auroc.low, found.auroc.high) == (0, 0, 0, 0)
    assert found.agreement.p_value == 1.0


def test_different_pictures_are_not_compared() -> None:
    first = judge(("good", 0.1), ("crack", 0.9))
    with pytest.raises(MetricsError, match=r"1\.png"):
        compare(first, [first[0], JudgedPicture("1.png", "", "good", "", 0.2)], (0.5, 0.5))
    with pytest.raises(MetricsError, match="1 good and 0 defective"):
        compare(first[:1], first[:1], (0.5, 0.5))


def test_the_spread_over_seeds() -> None:
    found = spread([0.9, 0.92, 0.94])
    assert found.mean == pytest.approx(0.92)
    assert found.sd == pytest.approx(0.02)
    assert spread([0.9]).sd is None
    assert spread([]) == Spread(mean=None, sd=None, values=())
