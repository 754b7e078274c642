"""The statistics of attribute studies against published worked examples, and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from inspector.domain.rates import Rate
from inspector.domain.statistics import parts_needed
from inspector.msa.attribute import analyse, claims_missing, exact_interval
from inspector.msa.detection import repeat_sigma, uncertain_zone
from inspector.msa.kappa import UNDEFINED, cohen_kappa, fleiss_kappa
from inspector.msa.limits import AttributeLimits, Grade, worst
from tests.msa.aiag import ANSWERS, REFERENCE

LIMITS = AttributeLimits()


def pairs(table: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Two appraisers' answers that give a table of counts."""
    cells = [(row, column) for row, line in enumerate(table) for column, n in enumerate(line) for _ in range(n)]
    return np.array([row for row, _ in cells]), np.array([column for _, column in cells])


def test_aiag_example_kappas() -> None:
    """AIAG MSA 4: A*B .86, A*C .78, B*C .79; with the reference A .88, B .92, C .77."""
    result = analyse(REFERENCE, ANSWERS)
    assert [round(pair.kappa.value or 0, 2) for pair in result.pairs] == [0.86, 0.78, 0.79]
    assert [round(each.against_reference.value or 0, 2) for each in result.appraisers] == [0.88, 0.92, 0.77]


def test_aiag_example_rates_with_their_intervals() -> None:
    """AIAG MSA 4: effectiveness 84 % (71 to 93), 90 % (78 to 97), 80 % (66 to 90), of the system 78 %; misses 6.3, 6.3,
    12.5 %; false alarms 4.9, 2.0, 8.8 %.
    """
    result = analyse(REFERENCE, ANSWERS)
    assert [each.effective for each in result.appraisers] == [Rate(42, 50), Rate(45, 50), Rate(40, 50)]
    assert [tuple(round(100 * x) for x in exact_interval(each.effective)) for each in result.appraisers] == [
        (71, 93),
        (78, 97),
        (66, 90),
    ]
    assert result.effective == result.agreed == Rate(39, 50)
    assert [each.miss.judged for each in result.appraisers] == [Rate(3, 48), Rate(3, 48), Rate(6, 48)]
    assert [each.false_alarm.judged for each in result.appraisers] == [Rate(5, 102), Rate(2, 102), Rate(9, 102)]
    assert result.disputed == tuple(part - 1 for part in (6, 7, 12, 14, 21, 22, 26, 30, 34, 36, 43))


def test_aiag_example_against_the_limits() -> None:
    """By the limits of AIAG MSA 4 only B is effective enough, and everybody misses too much."""
    a, b, c = analyse(REFERENCE, ANSWERS).appraisers
    assert [LIMITS.of_effectiveness(each.effective.value) for each in (a, b, c)] == [
        Grade.MARGINAL,
        Grade.PASSES,
        Grade.MARGINAL,
    ]
    assert {LIMITS.of_miss(each.miss.value) for each in (a, b, c)} == {Grade.FAILS}
    assert [LIMITS.of_false_alarm(each.false_alarm.value) for each in (a, b, c)] == [
        Grade.PASSES,
        Grade.PASSES,
        Grade.MARGINAL,
    ]
    assert worst((Grade.PASSES, Grade.MARGINAL)) is Grade.MARGINAL
    assert LIMITS.of_kappa(0.39) is Grade.FAILS
    assert LIMITS.of_kappa(None) is Grade.UNKNOWN


def test_aiag_example_signal_detection() -> None:
    """AIAG MSA 4: d of the upper limit .566152 - .542704, of the lower .470832 - .446697, their mean .0237915."""
    upper = uncertain_zone(
        np.array([0.532, 0.542704, 0.543077, 0.544951, 0.559918, 0.566152, 0.5999]),
        np.array([[0, 0], [0, 0], [0, 1], [1, 0], [1, 0], [1, 1], [1, 1]], bool),
    )
    lower = uncertain_zone(
        -np.array([0.409238, 0.446697, 0.449696, 0.465454, 0.470832, 0.476901]),
        np.array([[1, 1], [1, 1], [0, 1], [0, 1], [0, 0], [0, 0]], bool),
    )
    assert upper is not None
    assert lower is not None
    assert (upper.width + lower.width) / 2 == pytest.approx(0.0237915, abs=1e-7)
    assert (upper.parts, lower.parts) == (3, 2)
    assert upper.sigma == pytest.approx(0.023448 / 6)


def test_a_zone_that_the_parts_do_not_reach_beyond_has_no_width() -> None:
    assert uncertain_zone(np.array([0.1, 0.9]), np.array([[0, 1], [1, 1]], bool)) is None
    assert uncertain_zone(np.array([0.1, 0.9]), np.array([[0, 0], [0, 0]], bool)) is None
    clear = uncertain_zone(np.array([0.9, 0.1]), np.array([[1], [0]], bool))
    assert clear is not None
    assert (clear.low, clear.high, clear.parts) == (0.1, 0.9, 0)


def test_fleiss_1971_example() -> None:
    """The example of 10 subjects and 14 raters in five categories that is known from Wikipedia: kappa 0.210."""
    counts = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    kappa = fleiss_kappa(np.array(counts))
    assert kappa.value == pytest.approx(0.210, abs=5e-4)
    assert kappa.low is not None
    assert kappa.high is not None
    assert kappa.low < 0.210 < kappa.high


@pytest.mark.parametrize(
    ("table", "value"),
    [([[20, 5], [10, 15]], 0.40), ([[45, 15], [25, 15]], 0.1304), ([[25, 35], [5, 35]], 0.2593)],
    ids=["grants", "60-40", "30-70"],
)
def test_cohen_examples(table: list[list[int]], value: float) -> None:
    """The examples that are known from Wikipedia: grants read by two, and equal agreement with unequal shares."""
    assert cohen_kappa(*pairs(table)).value == pytest.approx(value, abs=5e-5)


def test_cohen_example_with_its_interval() -> None:
    """Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, chapter 18: two raters' diagnoses of 100
    subjects; kappa 0.68 with a standard error of 0.087, as by theory, which the jackknife must come near.
    """
    kappa = cohen_kappa(*pairs([[75, 1, 4], [5, 4, 1], [0, 0, 10]]), classes=3)
    assert kappa.value == pytest.approx(0.676, abs=1e-3)
    assert kappa.low is not None
    assert kappa.high is not None
    assert (kappa.high - kappa.low) / 2 / 1.984 == pytest.approx(0.087, abs=0.006)


def test_cohen_is_that_of_scikit_learn() -> None:
    draw = np.random.default_rng(3)
    first = draw.integers(0, 3, (40, 2))
    second = np.where(draw.random((40, 2)) < 0.7, first, draw.integers(0, 3, (40, 2)))
    kappa = cohen_kappa(first, second, classes=3).value
    assert kappa == pytest.approx(cohen_kappa_score(first.ravel(), second.ravel()))


def test_repeats_that_are_identical_prove_no_more_than_one() -> None:
    truth = np.arange(40) % 2 == 0
    judged = truth.copy()
    judged[:3] ^= True
    single, tenfold = (analyse(truth, {"Station": np.repeat(judged[:, None], n, axis=1)}) for n in (1, 10))
    for one, ten in zip(single.appraisers, tenfold.appraisers, strict=True):
        assert ten.miss.value == one.miss.value
        assert ten.miss.interval == pytest.approx(one.miss.interval)
        assert ten.against_reference.low == pytest.approx(one.against_reference.low)
        assert ten.within == Rate(40, 40)


def test_no_disagreement_is_not_certainty() -> None:
    truth = np.arange(20) % 2 == 0
    (result,) = analyse(truth, {"Ada": np.repeat(truth[:, None], 2, axis=1)}).appraisers
    assert (result.against_reference.value, result.against_reference.high) == (1.0, 1.0)
    # 20 parts without a disagreement: at most 13.9 % of parts disagree, exact and one-sided
    assert result.against_reference.low == pytest.approx(1 - 0.1391 / 0.5, abs=1e-3)


def test_one_answer_only_leaves_kappa_undefined() -> None:
    assert cohen_kappa(np.zeros(5, bool), np.zeros(5, bool)) == UNDEFINED
    assert fleiss_kappa(np.array([[3, 0], [3, 0]])) == UNDEFINED


def test_too_few_parts_for_the_claim_are_counted() -> None:
    truth = np.arange(50) < 16
    (result,) = analyse(truth, {"Ada": np.repeat(truth[:, None], 3, axis=1)}).appraisers
    assert claims_missing(result, LIMITS) == {
        "effectiveness": 0,
        "miss rate": parts_needed(0.02) - 16,
        "false-alarm rate": parts_needed(0.05) - 34,
    }
    failing = claims_missing(analyse(REFERENCE, ANSWERS).appraisers[2], LIMITS)
    assert failing == {}, "what fails its limit leaves nothing to be shown"


def test_unequal_repeats_and_no_parts_are_refused() -> None:
    truth = np.array([True, False])
    for answers in ({}, {"Ada": np.zeros((2, 1), bool), "Bo": np.zeros((2, 2), bool)}, {"Ada": np.zeros((3, 1), bool)}):
        with pytest.raises(ValueError, match="judged equally often"):
            analyse(truth, answers)
    with pytest.raises(ValueError, match="same number of answers"):
        fleiss_kappa(np.array([[2, 1], [1, 1]]))


def test_the_spread_of_repeats_is_pooled_over_parts() -> None:
    assert repeat_sigma(np.array([[0.1, 0.3], [0.5, 0.5]])) == pytest.approx(0.1)
    assert repeat_sigma(np.array([[0.1], [0.5]])) is None
