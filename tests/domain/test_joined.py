"""One verdict of several views: the worst of all, with every reason."""

from __future__ import annotations

from itertools import product

import pytest

from inspector.domain.joined import WORST_FIRST, joined, worst_place
from inspector.domain.records import Decision, Thresholds, Verdict


def said(verdict: Verdict, reason: str = "", p: float | None = 0.2) -> Decision:
    return Decision(
        verdict=verdict,
        reason=reason,
        p_defective=None if verdict is Verdict.ERROR else p,
        thresholds=Thresholds(fail_at=0.5),
        strangeness=0.4,
    )


def test_nothing_is_worse_than_an_error_and_nothing_better_than_a_pass() -> None:
    assert sorted(Verdict, key=WORST_FIRST.index) == [Verdict.ERROR, Verdict.FAIL, Verdict.REVIEW, Verdict.PASS]


@pytest.mark.parametrize("verdicts", product(Verdict, repeat=3))
def test_no_view_hides_behind_another(verdicts: tuple[Verdict, ...]) -> None:
    main, *views = (said(verdict, "why" if verdict is not Verdict.PASS else "") for verdict in verdicts)
    decision = joined(main, [(f"V{place}", view) for place, view in enumerate(views)])
    assert decision.verdict is min(verdicts, key=WORST_FIRST.index)
    for place, verdict in enumerate(verdicts[1:]):
        assert (f"V{place}: why" in decision.reason) is (verdict is not Verdict.PASS)
    assert (decision.p_defective is None) is (Verdict.ERROR in verdicts)


def test_one_view_is_judged_as_ever() -> None:
    decision = said(Verdict.FAIL, "scratch")
    assert joined(decision, []) is decision


def test_the_worst_reason_comes_first_and_a_view_without_one_says_its_verdict() -> None:
    views = [("Left", said(Verdict.REVIEW)), ("Right", said(Verdict.ERROR, "no picture"))]
    assert joined(said(Verdict.FAIL, "scratch"), views).reason == "Right: no picture; scratch; Left: REVIEW"


def test_the_worst_view_that_has_a_picture_is_shown_first() -> None:
    assert worst_place([(Verdict.PASS, True), (Verdict.ERROR, False), (Verdict.FAIL, True)]) == 2
    assert worst_place([(Verdict.PASS, False), (Verdict.ERROR, False)]) == 1
    assert worst_place([(Verdict.PASS, True), (Verdict.PASS, True)]) == 0
