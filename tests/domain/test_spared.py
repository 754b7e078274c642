"""What would fail, but whose heat lies outside the part, is REVIEW: one part, labelled scores, and what is best there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.domain.guard import in_force
from inspector.domain.known_heat import LEAST_FAILURES, NOT_KNOWN, KnownHeat, words_of_heat
from inspector.domain.operating_point import LabelledScores
from inspector.domain.outcome import Prices
from inspector.domain.policy import decide, explained, guard_decided, spared, verdict_of
from inspector.domain.records import Thresholds, Verdict
from inspector.domain.strangeness import GoodScale
from tests.domain.test_rules import prediction

POINTS = Thresholds(fail_at=0.5, review_from=0.25, strange_from=1.0, spares_outside=True)
SCALE = GoodScale(pictures=200, mean_log=0.0, sd_log=0.1)
PARTS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]),
        st.booleans(),
        st.sampled_from([0.4, 1.5, float("nan")]),
        st.booleans(),
    ),
    min_size=1,
    max_size=20,
)
Parts = list[tuple[float, bool, float, bool]]


@pytest.mark.parametrize(
    ("p", "outside", "spares", "verdict", "reason"),
    [
        (0.75, True, True, Verdict.REVIEW, "the heat lies outside the part: P(defective) 0.750 ≥ 0.5"),
        (0.75, False, True, Verdict.FAIL, "scratch: P(defective) 0.750 ≥ 0.5"),
        (0.75, None, True, Verdict.FAIL, "scratch: P(defective) 0.750 ≥ 0.5"),
        (0.75, True, False, Verdict.FAIL, "scratch: P(defective) 0.750 ≥ 0.5"),
        (0.375, True, True, Verdict.REVIEW, "unsure: P(defective) 0.375 between 0.25 and 0.5"),
        (0.125, True, True, Verdict.PASS, ""),
    ],
)
def test_only_a_failure_is_spared(p: float, outside: bool | None, spares: bool, verdict: Verdict, reason: str) -> None:
    points = Thresholds(fail_at=0.5, review_from=0.25, spares_outside=spares)
    seen = replace(prediction(p), heat_outside=outside)
    decision = decide(seen, points)
    assert (decision.verdict, decision.reason) == (verdict, reason)
    assert decision.heat_outside is ((outside is True) if spares else None)
    assert spared(decision) is reason.startswith("the heat")
    assert not guard_decided(decision)
    assert explained(seen, decision).spared is spared(decision)


def test_what_is_unlike_good_parts_besides_is_said_after_it() -> None:
    strange = np.full((2, 2), 1.5, np.float32)
    seen = replace(prediction(0.75), heat_outside=True, strangeness_map=strange)
    assert decide(seen, POINTS).reason == (
        "the heat lies outside the part: P(defective) 0.750 ≥ 0.5; unlike good parts here: strangeness 1.5 ≥ 1"
    )


@given(st.floats(0, 1), st.floats(0, 1), st.booleans(), st.sampled_from([0.5, 1.5]))
def test_it_never_makes_a_part_pass(p: float, fail_at: float, outside: bool, strangeness: float) -> None:
    spares = Thresholds(fail_at=fail_at, strange_from=1.0, spares_outside=True)
    before = verdict_of(p, replace(spares, spares_outside=False), strangeness, outside)
    after = verdict_of(p, spares, strangeness, outside)
    assert after is (Verdict.REVIEW if before is Verdict.FAIL and outside else before)


def scores_of(parts: Parts) -> LabelledScores:
    return LabelledScores(*(list(column) for column in zip(*parts, strict=True)))


@given(PARTS, st.floats(0, 1), st.booleans(), st.none() | st.just(1.0))
def test_counts_are_those_of_the_policy(parts: Parts, fail_at: float, spares: bool, strange_from: float | None) -> None:
    points = Thresholds(fail_at=fail_at, review_from=fail_at / 2, strange_from=strange_from, spares_outside=spares)
    scores = scores_of(parts)
    confusion = scores.at(points).confusion
    for defective, counts in ((False, confusion.good), (True, confusion.defective)):
        verdicts = [verdict_of(p, points, value, out) for p, bad, value, out in parts if bad == defective]
        assert [counts.count(verdict) for verdict in Verdict] == [verdicts.count(verdict) for verdict in Verdict]
        for verdict in Verdict:
            assert len(scores.cell(points, defective=defective, verdict=verdict)) == verdicts.count(verdict)


@settings(max_examples=40)
@given(PARTS, st.floats(0, 100), st.floats(0, 20), st.floats(0, 5), st.booleans())
def test_the_cheapest_point_is_as_cheap_as_any(
    parts: Parts, escape: float, reject: float, review: float, band: bool
) -> None:
    scores = scores_of(parts)
    prices = Prices(escape=escape, false_reject=reject, review=review, defective_share=0.2)
    best = scores.least_cost(prices, band=band, beside=POINTS)
    if best is None:
        return
    assert (best.strange_from, best.spares_outside) == (1.0, True)
    cheapest = scores.at(best).cost(prices).value
    assert cheapest is not None
    edges = [0.0, *sorted({p for p, *_ in parts}), 1.0]
    for fail_at in edges:
        for review_from in [None, *(edge for edge in edges if band and edge <= fail_at)]:
            other = scores.at(replace(POINTS, fail_at=fail_at, review_from=review_from)).cost(prices).value
            assert other is not None
            assert cheapest <= other + 1e-6


def test_each_part_has_its_place_of_the_heat() -> None:
    with pytest.raises(ValueError, match=r"one place of the heat per part, got \(1,\) for \(2,\) parts"):
        LabelledScores([0.1, 0.2], [True, False], None, [True])


def test_thresholds_in_force_spare_only_where_it_is_said() -> None:
    own = Thresholds(fail_at=0.5, spares_outside=True)  # never by its own word
    assert not in_force(own, own, None, 0.0).spares_outside
    assert in_force(None, own, SCALE, 0.005, spares_outside=True).spares_outside


@pytest.mark.parametrize(
    ("failures", "outside", "harmless", "words"),
    [
        (LEAST_FAILURES, 0, True, "in 0 of 20 known failures (95 % 0 to 16 %)"),
        (LEAST_FAILURES - 1, 0, False, "(95 % 0 to 17 %), and at least 20 are needed"),
        (100, 1, False, "in 1 of 100 known failures (95 % 0 to 5 %), and none may be so"),
    ],
)
def test_a_model_spares_only_where_no_known_failure_looked_so(
    failures: int, outside: int, harmless: bool, words: str
) -> None:
    known = KnownHeat(failures=failures, outside=outside)
    assert known.harmless is harmless
    assert words in words_of_heat(known)
    assert words_of_heat(known).startswith(
        "a failure goes to REVIEW" if harmless else "heat outside the part spares no"
    )


def test_models_of_before_spare_nothing() -> None:
    assert words_of_heat(None) == NOT_KNOWN
    with pytest.raises(ValueError, match="got 2 of 1"):
        KnownHeat(failures=1, outside=2)
