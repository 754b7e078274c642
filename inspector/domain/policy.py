"""From a score to a verdict: the only place where a score is compared with a threshold.

P(defective) of at least ``fail_at`` is FAIL; from ``review_from`` up to there it is REVIEW; below, PASS. What is no
number between 0 and 1 is ERROR. The guard comes after that: what would pass, but is at least as strange as
``strange_from``, is REVIEW. Likewise what would fail where the heat lies outside the part, if the thresholds spare it.
One part, an array of parts and sorted parts follow the same rule; a property test holds them to it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.heatmap import HeatmapKind
from inspector.domain.records import Decision, Thresholds, Verdict

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from inspector.domain.records import Prediction

#: The verdicts by their code in arrays.
VERDICTS = tuple(Verdict)
VERDICT_NAMES = tuple(verdict.value for verdict in VERDICTS)
PASSED, FAILED, REVIEW, ERROR = range(4)
#: How a reason begins that the guard gives.
UNLIKE_GOOD = "unlike good parts here"
#: … where it is not one place alone, as of a wrong product or an empty view.
AS_A_WHOLE = ", the picture as a whole"
#: How a reason begins where a part that would fail is spared.
OUTSIDE = "the heat lies outside the part"
_UNKNOWN = (
    "the model does not say how strange the part looks, and the recipe lets none pass without: it has no memory of good"
)
_NO_PART = (
    "no part stands alone in the picture, and the model has learnt the square around one: what it says of the whole "
    "picture lets nothing pass"
)


def verdict_of(
    p_defective: float,
    thresholds: Thresholds,
    strangeness: float | None = None,
    heat_outside: bool | None = None,  # noqa: FBT001 - beside the other measures of the part
) -> Verdict:
    """Judge one score.

    Args:
        p_defective: 0..1; anything else is ERROR.
        strangeness: As in `Prediction`; None, for scores that were recorded without it, leaves the guard out.
        heat_outside: As in `Prediction`; None, where it is not known, spares nothing.
    """
    if not 0.0 <= p_defective <= 1.0:
        return Verdict.ERROR
    if p_defective >= thresholds.fail_at:
        return Verdict.REVIEW if thresholds.spares_outside and heat_outside else Verdict.FAIL
    if thresholds.review_from is not None and p_defective >= thresholds.review_from:
        return Verdict.REVIEW
    if thresholds.strange_from is not None and strangeness is not None and strangeness >= thresholds.strange_from:
        return Verdict.REVIEW
    return Verdict.PASS


def verdicts_of(
    scores: ArrayLike,
    thresholds: Thresholds,
    strangeness: ArrayLike | None = None,
    heat_outside: ArrayLike | None = None,
) -> NDArray[np.uint8]:
    """Judge many scores.

    Args:
        scores: P(defective) of any shape, 0..1; anything else is ERROR.
        strangeness: As in `Prediction`, of the same shape; NaN, for scores that were recorded without it, and None
            leave the guard out.
        heat_outside: Bool of the same shape, as in `Prediction`; False where it is not known. None for False.

    Returns:
        Codes of the same shape, places in `VERDICTS`.
    """
    p = np.asarray(scores, np.float64)
    codes = np.full(p.shape, PASSED, np.uint8)
    if thresholds.strange_from is not None and strangeness is not None:
        codes[np.asarray(strangeness, np.float64) >= thresholds.strange_from] = REVIEW
    if thresholds.review_from is not None:
        codes[p >= thresholds.review_from] = REVIEW
    failed = rejected(p, thresholds.fail_at)
    codes[failed] = FAILED
    if thresholds.spares_outside and heat_outside is not None:
        codes[failed & np.asarray(heat_outside, np.bool_)] = REVIEW
    codes[~((p >= 0.0) & (p <= 1.0))] = ERROR
    return codes


def rejected(scores: ArrayLike, fail_at: float) -> NDArray[np.bool_]:
    """Say which scores fail by P(defective) alone, where REVIEW counts as passed.

    Args:
        scores: P(defective) of any shape.
        fail_at: From here on a part fails.

    Returns:
        Of the same shape.
    """
    return np.asarray(np.asarray(scores, np.float64) >= fail_at)


def holding(thresholds: Thresholds) -> Thresholds:
    """Return where two verdicts part: at FAIL; at REVIEW where nothing but P(defective) 1 fails."""
    held = thresholds.review_from if thresholds.fail_at >= 1.0 else None
    return Thresholds(fail_at=thresholds.fail_at if held is None else held)


def sorted_verdicts(rising: NDArray[np.float64], thresholds: Thresholds) -> tuple[int, int, int]:
    """Count the verdicts of sorted scores by P(defective) alone, which neither guards nor spares, in O(log N).

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
    p, strangeness = prediction.p_defective, prediction.strangeness
    outside = None if not thresholds.spares_outside else prediction.heat_outside is True
    verdict = verdict_of(p, thresholds, strangeness, outside)
    if verdict is Verdict.ERROR:
        return error_decision(f"the network's P(defective) is {p}, not a number between 0 and 1", thresholds)
    if verdict is Verdict.PASS and thresholds.strange_from is not None and strangeness is None:
        return error_decision(_UNKNOWN, thresholds)
    if verdict is Verdict.PASS and prediction.part_missing:
        return error_decision(_NO_PART, thresholds)
    reason = ""
    if verdict is Verdict.FAIL:
        defect = prediction.classes.names[prediction.defect_index]
        reason = f"{defect}: P(defective) {p:.3f} ≥ {thresholds.fail_at:g}"
    elif verdict is Verdict.REVIEW:
        by_score = verdict_of(p, thresholds)
        reasons = [f"{OUTSIDE}: P(defective) {p:.3f} ≥ {thresholds.fail_at:g}"] if by_score is Verdict.FAIL else []
        if thresholds.strange_from is not None and strangeness is not None and strangeness >= thresholds.strange_from:
            views = (prediction.whole, prediction.view)
            whole = any(value is not None and value >= thresholds.strange_from for value in views)
            seems = f", probably {prediction.seems}" if prediction.seems else AS_A_WHOLE
            what = f"{UNLIKE_GOOD}{seems if whole else ''}"
            reasons.append(f"{what}: strangeness {strangeness:.3g} ≥ {thresholds.strange_from:.3g}")
        never_fails = thresholds.fail_at == 1.0  # then P(defective) is the strangeness on another scale
        if by_score is Verdict.REVIEW and not (reasons and never_fails):
            reasons.append(
                f"unsure: P(defective) {p:.3f} between {thresholds.review_from:g} and {thresholds.fail_at:g}"
            )
        reason = "; ".join(reasons)
    return Decision(
        verdict=verdict,
        reason=reason,
        p_defective=p,
        thresholds=thresholds,
        strangeness=strangeness,
        heat_outside=outside,
    )


def guard_decided(decision: Decision) -> bool:
    """Say whether a part would have passed by P(defective), and went to REVIEW because it is unlike good parts."""
    p, verdict = decision.p_defective, decision.verdict
    return verdict is Verdict.REVIEW and p is not None and verdict_of(p, decision.thresholds) is Verdict.PASS


def spared(decision: Decision) -> bool:
    """Say whether a part would have failed by P(defective), and went to REVIEW as the heat lies outside it."""
    p, verdict = decision.p_defective, decision.verdict
    return verdict is Verdict.REVIEW and p is not None and verdict_of(p, decision.thresholds) is Verdict.FAIL


def explained(prediction: Prediction, decision: Decision, wanted: HeatmapKind = HeatmapKind.DEFECT) -> Prediction:
    """Return the prediction with the heatmap that explains what was decided on it.

    Args:
        wanted: Which heatmap is to be shown; where the guard decided, the defect map gives way to the guard's.
    """
    said = (guard_decided(decision), spared(decision), wanted)
    if said == (prediction.unlike_good, prediction.spared, prediction.wanted):
        return prediction
    return replace(prediction, unlike_good=said[0], spared=said[1], wanted=wanted)


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
