"""How near a part came to a limit, in the operator's words: from its score and the thresholds that judged it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.policy import guard_decided, spared, verdict_of
from inspector.domain.records import Verdict

if TYPE_CHECKING:
    from inspector.domain.records import Decision, Inspection, Thresholds

#: Up to this share of the way from good to the first limit a part is clearly good; likewise beyond the last one.
CLEAR = 0.5
#: From this share on it is close to the limit; so it is within the first fifth of those that fail.
CLOSE = 0.8
#: The same for strangeness: among good parts it lies far higher on its way than P(defective) does.
CLOSE_STRANGE = 0.9
_EXACT = 1e-9  #: of a quotient

_NOT_JUDGED = "not judged"
_PLAIN = {Verdict.PASS: "good", Verdict.FAIL: "defective", Verdict.REVIEW: "unsure", Verdict.ERROR: _NOT_JUDGED}


def in_words(decision: Decision) -> str:
    """Say how a part was judged, without a figure.

    Args:
        decision: On one view; on several of them the score need not explain the verdict, and the verdict alone is said.
    """
    verdict, p, points = decision.verdict, decision.p_defective, decision.thresholds
    if p is None or verdict is Verdict.ERROR:
        return _PLAIN[verdict]
    if verdict is Verdict.REVIEW:
        if guard_decided(decision):
            return "unlike the good parts"
        return "marked beside the part" if spared(decision) else "unsure: between good and defective"
    if verdict_of(p, points, decision.strangeness) is not verdict:
        return _PLAIN[verdict]
    return _passed(p, points, decision.strangeness) if verdict is Verdict.PASS else _failed(p, points)


def part_in_words(inspection: Inspection) -> str:
    """Say the same of a part; of several views, of the one that gave the verdict."""
    verdict = inspection.decision.verdict
    for view in inspection.views:
        if view.decision.verdict is verdict and verdict is not Verdict.PASS:
            return f"{view.name}: {in_words(view.decision)}"
    return in_words(inspection.decision)


def figures_in_words(decision: Decision) -> str:
    """Return the same as the engineer reads it: score, thresholds, strangeness; and the reason."""
    points = decision.thresholds
    parts = [] if decision.p_defective is None else [f"P(defective) {decision.p_defective:.3f}"]
    parts += [f"review from {points.review_from:g}"] if points.review_from is not None else []
    parts.append(f"fails from {points.fail_at:g}")
    if decision.strangeness is not None:
        limit = "" if points.strange_from is None else f", review from {points.strange_from:.3g}"
        parts.append(f"strangeness {decision.strangeness:.2f}{limit}")
    return " · ".join(parts)


def _passed(p: float, points: Thresholds, strangeness: float | None) -> str:
    limit = points.fail_at if points.review_from is None else points.review_from
    share = p / limit if limit else 0.0
    strange = 0.0 if strangeness is None or points.strange_from is None else strangeness / points.strange_from
    if share >= CLOSE - _EXACT or strange >= CLOSE_STRANGE - _EXACT:
        return "good, but close to the limit"
    return "clearly good" if share <= CLEAR + _EXACT else "good"


def _failed(p: float, points: Thresholds) -> str:
    beyond = 1.0 - points.fail_at
    share = (p - points.fail_at) / beyond if beyond else 1.0
    if share <= 1.0 - CLOSE + _EXACT:
        return "defective, but close to the limit"
    return "clearly defective" if share >= CLEAR - _EXACT else "defective"
