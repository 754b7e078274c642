"""One picture to one decision: whatever breaks is an ERROR with its reason, and every time is that of its stage."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from inspector.domain.config import QualityLimits
from inspector.domain.errors import ClassifierError
from inspector.domain.policy import error_decision
from inspector.domain.records import Decision, Prediction, Thresholds, Verdict
from inspector.engine import inspect
from inspector.engine.inspect import Judged, inspect_picture, judge_picture
from tests.engine.fakes import GOOD, FakeClassifier, frame

THRESHOLDS = Thresholds(fail_at=0.5, review_from=0.25)
PICTURE = frame(0, GOOD).image


@pytest.fixture
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look at the clock is a second after the one before."""
    times = iter(range(100, 200))
    monkeypatch.setattr(inspect, "time", SimpleNamespace(perf_counter=lambda: float(next(times))))


class Broken:
    """Fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def predict(self, image: np.ndarray) -> Prediction:
        raise self.error


@pytest.mark.usefixtures("_clock")
def test_a_judged_picture() -> None:
    judged = judge_picture(FakeClassifier(), PICTURE, THRESHOLDS, QualityLimits())
    assert judged.prediction is not None
    p = judged.prediction.p_defective
    wanted = Decision(verdict=Verdict.PASS, reason="", p_defective=p, thresholds=THRESHOLDS)
    assert judged == Judged(decision=wanted, prediction=judged.prediction, quality_ms=1000.0, judge_ms=2000.0)
    assert judged.decision_ms == pytest.approx(2000.0 - 1000.0 - 0.1 - 0.2)


@pytest.mark.usefixtures("_clock")
def test_a_picture_that_is_too_bad_is_not_shown_to_the_network() -> None:
    classifier = FakeClassifier()
    judged = judge_picture(classifier, np.zeros((24, 32), np.uint8), THRESHOLDS, QualityLimits())
    reason = judged.decision.reason
    assert reason.startswith("bad image: black")
    assert classifier.calls == 0
    assert judged == Judged(
        decision=error_decision(reason, THRESHOLDS), prediction=None, quality_ms=1000.0, judge_ms=2000.0
    )
    assert judged.decision_ms is None


@pytest.mark.usefixtures("_clock")
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ClassifierError("it hangs", "Stop the line."), "it hangs. Stop the line."),
        (ValueError("odd"), "unexpected ValueError: odd"),
    ],
)
def test_a_network_that_fails_is_an_error_with_its_reason(error: Exception, reason: str) -> None:
    judged = judge_picture(Broken(error), PICTURE, THRESHOLDS, QualityLimits())
    wanted = error_decision(reason, THRESHOLDS)
    assert judged == Judged(decision=wanted, prediction=None, quality_ms=1000.0, judge_ms=2000.0)
    assert inspect_picture(Broken(error), PICTURE, THRESHOLDS, QualityLimits()) == (wanted, None)


def test_the_limits_of_the_recipe_count() -> None:
    strict = QualityLimits(darkest_mean=GOOD + 40)
    decision, prediction = inspect_picture(FakeClassifier(), PICTURE, THRESHOLDS, strict)
    assert (decision.verdict, prediction) == (Verdict.ERROR, None)
    decision, prediction = inspect_picture(FakeClassifier(), PICTURE, THRESHOLDS, QualityLimits())
    assert decision.verdict is Verdict.PASS
    assert prediction is not None
