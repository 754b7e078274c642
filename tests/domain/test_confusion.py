"""The confusion matrix and the rates that are read from it, by hand and as scikit-learn computes them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

from inspector.domain.confusion import DEFECTIVE, GOOD, UNLABELLED, Confusion, confusion_at, confusion_of, escapes_of
from inspector.domain.policy import ERROR, FAILED, PASSED, REVIEW
from inspector.domain.rates import Rate
from inspector.domain.records import Thresholds, Verdict
from inspector.domain.tally import Tally

MIXED = Confusion(
    good=Tally(passed=8, review=1, failed=1, error=2),
    defective=Tally(passed=1, review=1, failed=5, error=1),
    unlabelled=Tally(passed=3, failed=2),
)


def test_rates_by_hand() -> None:
    assert (MIXED.escapes, MIXED.overkill, MIXED.recall) == (Rate(1, 7), Rate(1, 10), Rate(5, 7))
    assert MIXED.accuracy == Rate(5 + 9, 17)
    assert MIXED.precision == 5 / 6
    assert MIXED.f1 == pytest.approx(2 * (5 / 6) * (5 / 7) / (5 / 6 + 5 / 7))


def test_the_review_load_is_what_a_person_looks_at_of_all_inspected_parts() -> None:
    """REVIEW and ERROR, with a label or without: 2 and 3 of 17 parts with a label; 8 more without one are no load."""
    labelled = Confusion(good=MIXED.good, defective=Tally(passed=1, review=1, failed=2, error=1))
    assert labelled.review_load == Rate(5, 17)
    with_others = Confusion(
        good=labelled.good, defective=labelled.defective, unlabelled=Tally(passed=6, review=1, error=1)
    )
    assert with_others.review_load == Rate(7, 25)


def test_without_defective_parts_nothing_is_known_of_them() -> None:
    good = Confusion(good=Tally(passed=2, failed=1))
    assert (good.precision, good.f1, good.recall, good.escapes) == (None, None, Rate(0, 0), Rate(0, 0))
    none_fails = Confusion(defective=Tally(passed=2))
    assert (none_fails.precision, none_fails.f1, none_fails.escapes) == (0.0, 0.0, Rate(2, 2))


def test_verdicts_are_counted_by_label_and_type() -> None:
    verdicts = np.array([PASSED, FAILED, REVIEW, ERROR, PASSED, PASSED], np.uint8)
    labels = np.array([GOOD, DEFECTIVE, DEFECTIVE, DEFECTIVE, UNLABELLED, DEFECTIVE], np.int8)
    confusion = confusion_of(verdicts, labels, np.array([-1, 1, 0, 0, -1, -1]), ("scratch", "crack"))
    assert confusion == Confusion(
        good=Tally(passed=1),
        defective=Tally(passed=1, failed=1, review=1, error=1),
        unlabelled=Tally(passed=1),
        types={"crack": Tally(failed=1), "scratch": Tally(review=1, error=1)},
    )
    assert list(confusion.types) == ["crack", "scratch"]
    assert escapes_of(Tally(passed=1, review=2, error=4)) == Rate(1, 3)
    assert confusion_of(verdicts, labels) == replace(confusion, types={})


@given(st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=1, max_size=40), st.integers(0, 10))
def test_two_class_figures_are_those_of_scikit_learn(parts: list[tuple[int, bool]], cut: int) -> None:
    scores = np.array([score / 10 for score, _ in parts])
    labels = np.array([defective for _, defective in parts], np.int64)
    confusion = confusion_at(scores, labels, Thresholds(fail_at=cut / 10))
    fails = scores >= cut / 10
    assert confusion.accuracy.value == pytest.approx(accuracy_score(labels, fails))
    if labels.any():
        assert confusion.precision == pytest.approx(precision_score(labels, fails, zero_division=0.0))
        assert confusion.recall.value == pytest.approx(recall_score(labels, fails))
        assert confusion.f1 == pytest.approx(f1_score(labels, fails))


def test_a_tally_counts_each_verdict_once() -> None:
    tally = Tally()
    for verdict in (Verdict.PASS, Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR):
        tally = tally.plus(verdict)
    assert tally == Tally(passed=2, failed=1, review=1, error=1)
    assert [tally.count(verdict) for verdict in Verdict] == [2, 1, 1, 1]
    assert (tally.inspected, tally.judged, tally.looked_at) == (5, 4, 2)
    assert tally.first_pass_yield == Rate(2, 5)
    assert Tally().first_pass_yield.value is None
    assert tally + tally == Tally(passed=4, failed=2, review=2, error=2)
