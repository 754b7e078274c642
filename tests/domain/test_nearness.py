"""A score in the operator's words, by the thresholds that judged it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inspector.domain.nearness import figures_in_words, in_words, part_in_words
from inspector.domain.policy import error_decision, verdict_of
from inspector.domain.records import Decision, Thresholds, Verdict, ViewRecord
from tests.domain.test_failing import part

BAND = Thresholds(fail_at=0.5, review_from=0.2)
ONE = Thresholds(fail_at=0.5)
GUARD = Thresholds(fail_at=0.5, strange_from=2.0, spares_outside=True)
NEVER = Thresholds(fail_at=1.0, review_from=0.6)


def decision(p: float, points: Thresholds, strangeness: float | None = None, *, outside: bool = False) -> Decision:
    verdict = verdict_of(p, points, strangeness, outside)
    return Decision(verdict=verdict, reason="", p_defective=p, thresholds=points, strangeness=strangeness)


@pytest.mark.parametrize(
    ("points", "p", "words"),
    [
        (BAND, 0.0, "clearly good"),
        (BAND, 0.1, "clearly good"),
        (BAND, 0.15, "good"),
        (BAND, 0.16, "good, but close to the limit"),
        (BAND, 0.199, "good, but close to the limit"),
        (BAND, 0.2, "unsure: between good and defective"),
        (BAND, 0.499, "unsure: between good and defective"),
        (BAND, 0.5, "defective, but close to the limit"),
        (BAND, 0.6, "defective, but close to the limit"),
        (BAND, 0.7, "defective"),
        (BAND, 0.75, "clearly defective"),
        (BAND, 1.0, "clearly defective"),
        (ONE, 0.3, "good"),
        (ONE, 0.45, "good, but close to the limit"),
        (NEVER, 1.0, "clearly defective"),
        (Thresholds(fail_at=0.0), 0.05, "defective, but close to the limit"),
    ],
)
def test_a_score_by_itself(points: Thresholds, p: float, words: str) -> None:
    assert in_words(decision(p, points)) == words


@pytest.mark.parametrize(
    ("p", "strangeness", "outside", "words"),
    [
        (0.01, 0.9, False, "clearly good"),
        (0.01, 1.9, False, "good, but close to the limit"),
        (0.01, 2.0, False, "unlike the good parts"),
        (0.9, 0.1, True, "marked beside the part"),
        (0.9, 0.1, False, "clearly defective"),
    ],
)
def test_beside_strangeness_and_the_place(p: float, strangeness: float, outside: bool, words: str) -> None:
    assert in_words(decision(p, GUARD, strangeness, outside=outside)) == words


def test_what_was_not_judged_is_never_called_good() -> None:
    assert in_words(error_decision("the picture is black", BAND)) == "not judged"


def test_of_several_views_the_one_that_gave_the_verdict_is_named() -> None:
    worst = replace(decision(0.01, BAND), verdict=Verdict.FAIL)  # joined: the score is the main view's
    assert in_words(worst) == "defective"
    side = ViewRecord(name="side", source="demo:", decision=decision(0.55, BAND), model=None)
    seen = replace(part(1, "F"), decision=worst, views=(replace(side, name="top", decision=decision(0.01, BAND)), side))
    assert part_in_words(seen) == "side: defective, but close to the limit"


def test_the_engineers_figures() -> None:
    assert figures_in_words(decision(0.125, replace(BAND, strange_from=2.0), 0.5)) == (
        "P(defective) 0.125 · review from 0.2 · fails from 0.5 · strangeness 0.50, review from 2"
    )
    assert figures_in_words(error_decision("the picture is black", ONE)) == "fails from 0.5"
