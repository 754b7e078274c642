"""From a score to a verdict: the only place where a score is compared with a threshold.

P(defective) of at least ``fail_at`` is FAIL; from ``review_from`` up to there it is REVIEW; below, PASS. What is no
number between 0 and 1 is ERROR. One part, an array of parts and sorted parts follow the same rule; a property test
holds them to it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.records import Decision, Verdict

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from inspector.domain.records import Prediction, Thresholds

#: The verdicts by their code in arrays.
VERDICTS = tuple(Verdict)
VERDICT_NAMES = tuple(verdict.value for verdict in VERDICTS)
PASSED, FAILED, REVIEW, ERROR = range(4)


def verdict_of(p_defective: float, thresholds: Thresholds) -> Verdict:
    """Judge one score.

    Args:
        p_defective: 0..1; anything else is ERROR.
    """
    if not 0.0 <= p_defective <= 1.0:
        return Verdict.ERROR
    if p_defective >= thresholds.fail_at:
        return Verdict.FAIL
    if thresholds.review_from is not None and p_defective >= thresholds.review_from:
        return Verdict.REVIEW
    return Verdict.PASS


def verdicts_of(scores: ArrayLike, thresholds: Thresholds) -> NDArray[np.uint8]:
    """Judge many scores.

    Args:
        scores: P(defective) of any shape, 0..1; anything else is ERROR.

    Returns:
        Codes of the same shape, places in `VERDICTS`.
    """
    p = np.asarray(scores, np.float64)
    codes = np.full(p.shape, PASSED, np.uint8)
    if thresholds.review_from is not None:
        codes[p >= thresholds.review_from] = REVIEW
    codes[rejected(p, thresholds.fail_at)] = FAILED
    codes[~((p >= 0.0) & (p <= 1.0))] = ERROR
    return codes


def rejected(scores: ArrayLike, fail_at: float) -> NDArray[np.bool_]:
    """Say which scores fail, where REVIEW counts as passed.

    Args:
        scores: P(defective) of any shape.
        fail_at: From here on a part fails.

    Returns:
        Of the same shape.
    """
    return np.asarray(np.asarray(scores, np.float64) >= fail_at)


def sorted_verdicts(rising: NDArray[np.float64], thresholds: Thresholds) -> tuple[int, int, int]:
    """Count the verdicts of sorted scores in O(log N).

    Args:
        rising: (N,) P(defective), rising, each 0..1.

    Returns:
        How many are PASS, REVIEW and FAIL.
    """
    below = int(np.searchsorted(rising, thresholds.fail_at))
    passed = below if thresholds.review_from is None else int(np.searchsorted(rising, thresholds.review_from))
    return passed, below - passed, len(rising) - below


def decide(prediction: Prediction, thresholds: Thresholds) -> Decision:
    """Judge one part, and say why."""
    p = prediction.p_defective
    verdict = verdict_of(p, thresholds)
    if verdict is Verdict.ERROR:
        return error_decision(f"the network's P(defective) is {p}, not a number between 0 and 1", thresholds)
    reason = ""
    if verdict is Verdict.FAIL:
        defect = prediction.classes.names[prediction.defect_index]
        reason = f"{defect}: P(defective) {p:.3f} ≥ {thresholds.fail_at:g}"
    elif verdict is Verdict.REVIEW:
        reason = f"unsure: P(defective) {p:.3f} between {thresholds.review_from:g} and {thresholds.fail_at:g}"
    return Decision(verdict=verdict, reason=reason, p_defective=p, thresholds=thresholds)


def with_remark(decision: Decision, remark: str) -> Decision:
    """Return a decision whose reason says one thing more; the verdict is the same, and an ERROR has its reason."""
    if not remark or decision.verdict is Verdict.ERROR:
        return decision
    return replace(decision, reason="; ".join(text for text in (decision.reason, remark) if text))


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
