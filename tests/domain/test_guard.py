"""The guard: what would pass, but is unlike good parts, is REVIEW; when it is on, and what explains it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.domain.classes import Classes
from inspector.domain.guard import NO_GUARD, NO_MEMORY, guard_sentence, guard_words, in_force
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.policy import decide, explained, guard_decided
from inspector.domain.records import Decision, Prediction, Thresholds, Verdict
from inspector.domain.strangeness import GoodScale

SCALE = GoodScale(pictures=200, mean_log=0.0, sd_log=0.1)
GUARDED = Thresholds(fail_at=0.5, review_from=0.25, strange_from=1.0)


def prediction(p: float, strangeness: float | None) -> Prediction:
    return Prediction(
        classes=Classes(("good", "scratch"), "good"),
        probabilities=np.array([1 - p, p], np.float32),
        maps=np.array([[[1.0, 0.0]], [[0.0, 1.0]]], np.float32),
        preprocess_ms=0.0,
        inference_ms=0.0,
        strangeness_map=None if strangeness is None else np.array([[strangeness, 0.5], [0.5, 0.5]], np.float32),
    )


@pytest.mark.parametrize(
    ("p", "strangeness", "verdict", "reason"),
    [
        (0.125, 0.96875, Verdict.PASS, ""),
        (0.125, 1.0, Verdict.REVIEW, "unlike good parts here: strangeness 1 ≥ 1"),
        (0.125, 1.34375, Verdict.REVIEW, "unlike good parts here: strangeness 1.34 ≥ 1"),
        (
            0.375,
            1.0,
            Verdict.REVIEW,
            "unlike good parts here: strangeness 1 ≥ 1; unsure: P(defective) 0.375 between 0.25 and 0.5",
        ),
        (0.75, 1.34375, Verdict.FAIL, "scratch: P(defective) 0.750 ≥ 0.5"),
        (0.75, 0.5, Verdict.FAIL, "scratch: P(defective) 0.750 ≥ 0.5"),
    ],
)
def test_what_would_pass_but_is_strange_is_reviewed(
    p: float, strangeness: float, verdict: Verdict, reason: str
) -> None:
    judged = decide(prediction(p, strangeness), GUARDED)
    wanted = Decision(verdict=verdict, reason=reason, p_defective=p, thresholds=GUARDED, strangeness=strangeness)
    assert judged == wanted
    assert guard_decided(judged) is (reason.startswith("unlike") and "unsure" not in reason)
    assert decide(prediction(p, strangeness), replace(GUARDED, strange_from=None)).verdict is not Verdict.ERROR


@pytest.mark.parametrize(
    ("p", "strangeness", "guarded", "verdict"),
    [
        (0.125, 0.5, False, Verdict.ERROR),
        (0.125, 0.5, True, Verdict.ERROR),
        (0.125, 1.5, True, Verdict.REVIEW),
        (0.125, 1.5, False, Verdict.ERROR),
        (0.375, 0.5, False, Verdict.REVIEW),
        (0.75, 0.5, False, Verdict.FAIL),
    ],
)
def test_where_no_part_stands_alone_for_a_model_that_judges_one_nothing_passes(
    p: float, strangeness: float, verdict: Verdict, *, guarded: bool
) -> None:
    thresholds = replace(GUARDED, strange_from=1.0 if guarded else None)
    judged = decide(replace(prediction(p, strangeness), part_missing=True), thresholds)
    assert judged.verdict is verdict
    assert (judged.reason.startswith("no part stands alone in the picture"), judged.p_defective is None) == (
        (verdict is Verdict.ERROR,) * 2
    )


@pytest.mark.parametrize(
    ("cell", "whole", "reason"),
    [
        (0.5, 0.75, ""),
        (0.5, 1.5, "unlike good parts here, the picture as a whole: strangeness 1.5 ≥ 1"),
        (1.25, 0.75, "unlike good parts here: strangeness 1.25 ≥ 1"),
        (2.0, 1.5, "unlike good parts here, the picture as a whole: strangeness 2 ≥ 1"),
    ],
)
def test_the_whole_picture_counts_as_the_strangest_cell_does(cell: float, whole: float, reason: str) -> None:
    judged = decide(replace(prediction(0.125, cell), whole=whole), GUARDED)
    assert (judged.verdict is Verdict.REVIEW, judged.reason) == (bool(reason), reason)
    assert judged.strangeness == max(cell, whole)
    assert decide(replace(prediction(0.75, cell), whole=whole), GUARDED).verdict is Verdict.FAIL
    told = decide(replace(prediction(0.125, cell), whole=whole, seems="an empty view"), GUARDED).reason
    assert told == reason.replace("the picture as a whole", "probably an empty view")
    with pytest.raises(ValueError, match="whole picture is nan"):
        replace(prediction(0.125, cell), whole=float("nan"))


def test_without_strangeness_a_guarded_part_never_passes() -> None:
    judged = decide(prediction(0.1, None), GUARDED)
    assert (judged.verdict, judged.p_defective) == (Verdict.ERROR, None)
    assert "no memory of good" in judged.reason
    assert not guard_decided(judged)
    assert decide(prediction(0.9, None), GUARDED).verdict is Verdict.FAIL
    assert decide(prediction(0.1, None), Thresholds(fail_at=0.5)).verdict is Verdict.PASS


@given(st.floats(0, 1, width=32), st.floats(0, 10, width=32), st.floats(0, 10, width=32))
def test_a_stranger_part_never_gets_a_better_verdict(p: float, first: float, second: float) -> None:
    order = [Verdict.PASS, Verdict.REVIEW, Verdict.FAIL]
    low, high = sorted((first, second))
    better, worse = (decide(prediction(p, value), GUARDED).verdict for value in (low, high))
    assert order.index(better) <= order.index(worse)


def test_the_map_shown_is_the_one_that_decided() -> None:
    by_score, by_strangeness = prediction(0.9, 2.0), prediction(0.1, 2.0)
    assert explained(by_score, decide(by_score, GUARDED)) is by_score
    assert by_score.shows is HeatmapKind.GRAD_CAM
    np.testing.assert_allclose(by_score.heatmap, [[0.0, np.sqrt(0.9)]], atol=1e-6)
    told = explained(by_strangeness, decide(by_strangeness, GUARDED))
    assert told.shows is HeatmapKind.UNLIKE_GOOD
    np.testing.assert_allclose(told.heatmap, [[16 / 17, 1 / 17], [1 / 17, 1 / 17]], atol=1e-6)
    assert by_strangeness.shows is HeatmapKind.GRAD_CAM  # undecided


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_a_limit_of_strangeness_is_above_0_and_finite(value: float) -> None:
    with pytest.raises(ValueError, match=r"must be above 0, got"):
        Thresholds(fail_at=0.5, strange_from=value)


def test_which_thresholds_are_in_force() -> None:
    own, of_model = Thresholds(fail_at=0.3), Thresholds(fail_at=0.6, review_from=0.2)
    limit = SCALE.limit(0.005)
    assert in_force(None, of_model, SCALE, 0.005) == replace(of_model, strange_from=limit)
    assert in_force(own, of_model, SCALE, 0.005) == replace(own, strange_from=limit)
    assert in_force(own, of_model, SCALE, 0.0) == own  # switched off
    assert in_force(None, of_model, None, 0.005) == of_model  # no memory of good
    for rate in (0.0, 0.005):  # what the recipe gives itself goes before
        assert in_force(replace(own, strange_from=2.0), of_model, SCALE, rate).strange_from == 2.0
    with pytest.raises(ValueError, match="rate must be between"):
        in_force(own, of_model, SCALE, 0.5)


def test_the_guard_in_words() -> None:
    on = in_force(None, Thresholds(fail_at=0.5), SCALE, 0.005)
    assert guard_words(on, SCALE) == f"review from strangeness {on.strange_from:.3g}, which 0.5 % of good parts reach"
    assert guard_words(Thresholds(fail_at=0.5), SCALE) == NO_GUARD
    assert guard_words(Thresholds(fail_at=0.5), None) == NO_MEMORY
    assert guard_words(GUARDED, None) == "review from strangeness 1"
    assert guard_sentence(on, SCALE) == f"Unlike good parts: {guard_words(on, SCALE)}"
    assert guard_sentence(Thresholds(fail_at=0.5), None).startswith("This model has no memory of good: what")


def test_of_a_model_that_fails_nothing_the_strangeness_alone_is_said() -> None:
    never = Thresholds(fail_at=1.0, review_from=0.5, strange_from=1.0)
    assert decide(prediction(0.75, 1.34375), never).reason == "unlike good parts here: strangeness 1.34 ≥ 1"
    assert decide(prediction(0.75, 0.875), never).reason == "unsure: P(defective) 0.750 between 0.5 and 1"
