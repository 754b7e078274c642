"""The guard among labelled scores: counts by hand and by the policy, and what is best beside it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.domain.operating_point import LabelledScores
from inspector.domain.outcome import Prices
from inspector.domain.policy import verdict_of
from inspector.domain.rates import Rate
from inspector.domain.records import Thresholds, Verdict

NAN = float("nan")
GUARDED = LabelledScores(
    [0.1, 0.2, 0.3, 0.1, 0.2, 0.9, NAN],
    [False, False, False, True, True, True, True],
    [0.5, 1.5, NAN, 2.0, 0.4, 3.0, 9.0],
)


def test_the_guard_sends_what_would_pass_to_review_and_is_counted_alone() -> None:
    points = Thresholds(fail_at=0.8, strange_from=1.5)
    outcome = GUARDED.at(points).confusion
    assert (outcome.good.passed, outcome.good.review, outcome.good.failed) == (2, 1, 0)
    assert (outcome.defective.passed, outcome.defective.review, outcome.defective.failed) == (1, 1, 1)
    held = GUARDED.held(points)
    assert (held.good, held.defective, held.unknown) == (Rate(1, 2), Rate(1, 3), 1)
    assert GUARDED.cell(points, defective=True, verdict=Verdict.REVIEW).tolist() == [3]
    nothing = GUARDED.held(Thresholds(fail_at=0.8))
    assert (nothing.good.count, nothing.defective.count) == (0, 0)


def test_what_fails_or_is_unsure_by_its_score_is_not_the_guards() -> None:
    held = GUARDED.held(Thresholds(fail_at=0.2, review_from=0.05, strange_from=0.1))
    assert (held.good.count, held.defective.count) == (0, 0)


PARTS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]), st.booleans(), st.sampled_from([0.4, 1.0, 1.5, NAN])),
    min_size=1,
    max_size=25,
)


@given(PARTS, st.floats(0, 1), st.sampled_from([0.3, 1.0, 1.2, 2.0]))
def test_counts_are_those_of_the_policy(
    parts: list[tuple[float, bool, float]], fail_at: float, strange_from: float
) -> None:
    points = Thresholds(fail_at=fail_at, review_from=fail_at / 2, strange_from=strange_from)
    scores = LabelledScores([p for p, *_ in parts], [bad for _, bad, _ in parts], [value for *_, value in parts])
    confusion = scores.at(points).confusion
    for defective, counts in ((False, confusion.good), (True, confusion.defective)):
        verdicts = [verdict_of(p, points, value) for p, bad, value in parts if bad == defective]
        assert [counts.count(verdict) for verdict in Verdict] == [verdicts.count(verdict) for verdict in Verdict]


@settings(max_examples=60)
@given(PARTS, st.floats(0.5, 2.0), st.floats(0, 100), st.floats(0, 20), st.floats(0, 5), st.booleans())
def test_the_cheapest_point_beside_a_guard_is_as_cheap_as_any(
    parts: list[tuple[float, bool, float]], limit: float, escape: float, reject: float, review: float, band: bool
) -> None:
    scores = LabelledScores([p for p, *_ in parts], [bad for _, bad, _ in parts], [value for *_, value in parts])
    prices = Prices(escape=escape, false_reject=reject, review=review, defective_share=0.2)
    best = scores.least_cost(prices, band=band, beside=Thresholds(fail_at=0.5, strange_from=limit))
    if best is None:
        return
    assert best.strange_from == limit
    cheapest = scores.at(best).cost(prices).value
    assert cheapest is not None
    edges = [0.0, *sorted({p for p, *_ in parts}), 1.0]
    for fail_at in edges:
        for review_from in [None, *(edge for edge in edges if band and edge <= fail_at)]:
            point = Thresholds(fail_at=fail_at, review_from=review_from, strange_from=limit)
            other = scores.at(point).cost(prices).value
            assert other is not None
            assert cheapest <= other + 1e-6


def test_the_escape_limit_leaves_to_the_guard_what_it_holds() -> None:
    scores = LabelledScores([0.1, 0.2, 0.1, 0.9], [False, False, True, True], [0.5, 0.5, 2.0, 2.0])
    prices = Prices()
    alone = scores.within_escapes(0.0, prices, band=False)
    beside = scores.within_escapes(0.0, prices, band=False, beside=Thresholds(fail_at=0.5, strange_from=1.0))
    assert alone is not None
    assert beside is not None
    assert (scores.at(alone).confusion.good.failed, scores.at(beside).confusion.good.failed) == (2, 0)
    assert scores.at(beside).confusion.escapes.count == 0


def test_each_part_has_its_strangeness() -> None:
    with pytest.raises(ValueError, match=r"one strangeness per part, got \(1,\) for \(2,\) parts"):
        LabelledScores([0.1, 0.2], [True, False], [0.5])
