"""From a prediction to a verdict: the only place where PASS is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.records import Decision, Verdict

if TYPE_CHECKING:
    from inspector.domain.records import Prediction, Thresholds


def decide(prediction: Prediction, thresholds: Thresholds) -> Decision:
    """Judge one part.

    P(defective) of at least ``fail_at`` is FAIL; from ``review_from`` up to there it is REVIEW; below, PASS.

    Args:
        prediction: What the network says.
        thresholds: The operating point.
    """
    p = prediction.p_defective
    if not 0.0 <= p <= 1.0:
        return error_decision(f"the network's P(defective) is {p}, not a number between 0 and 1", thresholds)
    name = prediction.class_names[prediction.defect_index]
    if p >= thresholds.fail_at:
        verdict, reason = Verdict.FAIL, f"{name}: P(defective) {p:.3f} ≥ {thresholds.fail_at:g}"
    elif thresholds.review_from is not None and p >= thresholds.review_from:
        verdict = Verdict.REVIEW
        reason = f"unsure: P(defective) {p:.3f} between {thresholds.review_from:g} and {thresholds.fail_at:g}"
    else:
        verdict, reason = Verdict.PASS, ""
    return Decision(verdict=verdict, reason=reason, p_defective=p, thresholds=thresholds)


def error_decision(reason: str, thresholds: Thresholds) -> Decision:
    """Return ERROR: the part was seen, and no verdict could be given.

    Args:
        reason: Why, in words; must not be empty.
        thresholds: The operating point in force.

    Raises:
        ValueError: If the reason is empty.
    """
    if not reason:
        msg = "an ERROR needs a reason"
        raise ValueError(msg)
    return Decision(verdict=Verdict.ERROR, reason=reason, p_defective=None, thresholds=thresholds)
