"""Policy, picture quality, ids, statistics, shifts."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.domain.classes import Classes
from inspector.domain.config import QualityLimits
from inspector.domain.ids import new_id
from inspector.domain.policy import (
    ERROR,
    FAILED,
    PASSED,
    REVIEW,
    VERDICT_NAMES,
    VERDICTS,
    decide,
    error_decision,
    rejected,
    sorted_verdicts,
    verdict_of,
    verdicts_of,
)
from inspector.domain.quality import check_quality
from inspector.domain.records import Decision, Prediction, Thresholds, Verdict
from inspector.domain.shifts import shift_start

unit = st.floats(0, 1, allow_nan=False)


def prediction(p_defective: float) -> Prediction:
    return Prediction(
        classes=Classes(("good", "scratch"), "good"),
        probabilities=np.array([1 - p_defective, p_defective], np.float64).astype(np.float32),
        maps=np.zeros((2, 1, 1), np.float32),
        preprocess_ms=0.0,
        inference_ms=0.0,
    )


@pytest.mark.parametrize(
    ("p", "verdict"),
    [(0.0, "PASS"), (0.24, "PASS"), (0.25, "REVIEW"), (0.49, "REVIEW"), (0.5, "FAIL"), (1.0, "FAIL")],
)
def test_thresholds_divide_pass_review_and_fail(p: float, verdict: str) -> None:
    decision = decide(prediction(p), Thresholds(fail_at=0.5, review_from=0.25))
    assert decision.verdict is Verdict(verdict)
    assert bool(decision.reason) == (verdict != "PASS")


ANY_SCORE = st.floats() | st.sampled_from([0.0, 0.25, 0.5, 1.0, -0.0, np.nextafter(1.0, 2.0)])


@given(st.lists(ANY_SCORE, max_size=30), unit, st.none() | unit)
def test_many_scores_are_judged_as_one_is(scores: list[float], fail_at: float, share: float | None) -> None:
    # the drawn scores, and those right at and beside the thresholds
    thresholds = Thresholds(fail_at=fail_at, review_from=None if share is None else share * fail_at)
    edges = [edge for edge in (thresholds.fail_at, thresholds.review_from) if edge is not None]
    scores += [*edges, *(float(np.nextafter(edge, side)) for edge in edges for side in (0.0, 1.0))]
    each = [verdict_of(p, thresholds) for p in scores]
    codes = verdicts_of(scores, thresholds)
    assert codes.dtype == np.uint8
    assert [VERDICTS[code] for code in codes] == each
    assert verdicts_of(np.reshape(scores, (1, -1)), thresholds).shape == (1, len(scores))
    judged = [(p, verdict) for p, verdict in zip(scores, each, strict=True) if verdict is not Verdict.ERROR]
    assert rejected([p for p, _ in judged], fail_at).tolist() == [verdict is Verdict.FAIL for _, verdict in judged]
    strange = [float(place % 3) for place in range(len(scores))]
    guarded = replace(thresholds, strange_from=1.0)
    each = [verdict_of(p, guarded, value) for p, value in zip(scores, strange, strict=True)]
    assert [VERDICTS[code] for code in verdicts_of(scores, guarded, strange)] == each
    for unknown in (None, np.full(len(scores), np.nan)):  # recorded without: as without a guard
        assert verdicts_of(scores, guarded, unknown).tolist() == codes.tolist()
    beside = [place % 2 == 0 for place in range(len(scores))]
    spares = replace(guarded, spares_outside=True)
    each = [verdict_of(p, spares, value, out) for p, value, out in zip(scores, strange, beside, strict=True)]
    assert [VERDICTS[code] for code in verdicts_of(scores, spares, strange, beside)] == each
    held = verdicts_of(scores, guarded, strange)  # nothing is spared where nobody asked, or nothing is known
    assert verdicts_of(scores, guarded, strange, beside).tolist() == held.tolist()
    assert verdicts_of(scores, spares, strange).tolist() == held.tolist()
    counts = tuple(
        [verdict for _, verdict in judged].count(kind) for kind in (Verdict.PASS, Verdict.REVIEW, Verdict.FAIL)
    )
    assert sorted_verdicts(np.sort([p for p, _ in judged]), thresholds) == counts


def test_codes_are_the_places_of_their_verdicts() -> None:
    assert [VERDICTS[code] for code in (PASSED, FAILED, REVIEW, ERROR)] == [
        Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR,
    ]  # fmt: skip
    assert VERDICT_NAMES == ("PASS", "FAIL", "REVIEW", "ERROR")  # as they stand in results.csv


def test_scores_may_come_as_any_numbers() -> None:
    thresholds = Thresholds(fail_at=0.5, review_from=0.25)
    texts_and_objects: list[Any] = [np.array(["0.1", "0.3", "0.7"]), np.array([0.1, 0.3, 0.7], object)]
    for scores in texts_and_objects:
        assert verdicts_of(scores, thresholds).tolist() == [PASSED, REVIEW, FAILED]
        assert rejected(scores, 0.5).tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("p", "review_from", "verdict", "reason"),
    [
        (0.25, 0.375, Verdict.PASS, ""),
        (0.25, None, Verdict.PASS, ""),
        (0.4375, 0.375, Verdict.REVIEW, "unsure: P(defective) 0.438 between 0.375 and 0.5"),
        (0.4375, None, Verdict.PASS, ""),
        (0.75, 0.375, Verdict.FAIL, "scratch: P(defective) 0.750 ≥ 0.5"),
    ],
)
def test_a_decision_says_what_it_follows_from(
    p: float, review_from: float | None, verdict: Verdict, reason: str
) -> None:
    thresholds = Thresholds(fail_at=0.5, review_from=review_from)
    wanted = Decision(verdict=verdict, reason=reason, p_defective=p, thresholds=thresholds)
    assert decide(prediction(p), thresholds) == wanted


def test_a_score_beyond_1_is_an_error_without_a_score() -> None:
    thresholds = Thresholds(fail_at=0.5, review_from=0.25)
    beyond = SimpleNamespace(p_defective=1.5, strangeness=None)
    assert decide(cast("Prediction", beyond), thresholds) == Decision(
        verdict=Verdict.ERROR,
        reason="the network's P(defective) is 1.5, not a number between 0 and 1",
        p_defective=None,
        thresholds=thresholds,
    )


@given(unit, unit, unit)
def test_a_worse_score_never_gives_a_better_verdict(one: float, other: float, fail_at: float) -> None:
    order = [Verdict.PASS, Verdict.REVIEW, Verdict.FAIL]
    thresholds = Thresholds(fail_at=fail_at, review_from=fail_at / 2)
    low, high = sorted((one, other))
    assert order.index(decide(prediction(low), thresholds).verdict) <= order.index(
        decide(prediction(high), thresholds).verdict
    )


def test_a_network_that_says_nan_cannot_make_a_prediction() -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        Prediction(
            classes=Classes(("good", "bad"), "good"),
            probabilities=np.array([np.nan, np.nan], np.float32),
            maps=np.zeros((2, 1, 1), np.float32),
            preprocess_ms=0.0,
            inference_ms=0.0,
        )


def test_an_error_needs_a_reason() -> None:
    thresholds = Thresholds(fail_at=0.5)
    with pytest.raises(ValueError, match="needs a reason"):
        error_decision("", thresholds)
    wanted = Decision(verdict=Verdict.ERROR, reason="why", p_defective=None, thresholds=thresholds)
    assert error_decision("why", thresholds) == wanted


@pytest.mark.parametrize(("fail_at", "review_from"), [(1.1, None), (-0.1, None), (0.5, 0.6), (0.5, -0.1)])
def test_thresholds_outside_their_range_are_refused(fail_at: float, review_from: float | None) -> None:
    with pytest.raises(ValueError, match="must be between 0 and"):
        Thresholds(fail_at=fail_at, review_from=review_from)


RNG = np.random.default_rng(0)
SHARP = RNG.integers(0, 255, (100, 100, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("image", "limits", "says"),
    [
        (SHARP, QualityLimits(), ""),
        (np.zeros((50, 50), np.uint8), QualityLimits(), "black"),
        (np.zeros((50, 50, 4), np.uint16), QualityLimits(), "black"),
        (np.full((50, 50, 3), 255, np.uint8), QualityLimits(), "saturated"),
        (np.full((50, 50), 65535, np.uint16), QualityLimits(), "saturated"),
        (np.full((50, 50), 128, np.uint8), QualityLimits(min_sharpness=10), "out of focus"),
        (SHARP, QualityLimits(min_sharpness=10), ""),
        (np.full((1, 1), 128, np.uint8), QualityLimits(), ""),
        (np.full((50, 50), 4095, np.uint16), QualityLimits(), "no value above 4095: probably 12 bits"),
        (np.full((50, 50, 3), 4096, np.uint16), QualityLimits(), ""),
    ],
)
def test_a_bad_picture_is_named(image: np.ndarray, limits: QualityLimits, says: str) -> None:
    found = check_quality(image, limits)
    assert found.startswith("bad image") == bool(says)
    assert says in found


def test_ids_are_unique_and_ordered_also_across_threads() -> None:
    found: list[str] = []

    def make() -> None:
        found.extend(new_id() for _ in range(500))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one_after_another = [new_id() for _ in range(2000)]
    assert len(set(found)) == 2000
    assert one_after_another == sorted(one_after_another)
    parsed = uuid.UUID(one_after_another[0])
    assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
    assert abs((parsed.int >> 80) / 1000 - datetime.now(UTC).timestamp()) < 5


@pytest.mark.parametrize(
    ("hour", "start"), [(5, (30, 22)), (6, (31, 6)), (13, (31, 6)), (14, (31, 14)), (23, (31, 22))]
)
def test_the_shift_began(hour: int, start: tuple[int, int]) -> None:
    begun = shift_start(datetime(2026, 1, 31, hour, 59, tzinfo=UTC), (14, 6, 22), UTC)
    assert (begun.day, begun.hour, begun.minute) == (*start, 0)
