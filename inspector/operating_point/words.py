"""Sentences about operating points, the same in the window and on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.counts import counted
from inspector.domain.guard import guard_sentence

if TYPE_CHECKING:
    from inspector.domain.evidence import Evidence
    from inspector.domain.records import Thresholds
    from inspector.domain.strangeness import GoodScale
    from inspector.recipes.versions import RecipeVersion


def in_words(thresholds: Thresholds) -> str:
    """Say an operating point."""
    fail = f"fail from {thresholds.fail_at:.6g}"
    return fail if thresholds.review_from is None else f"{fail}, review from {thresholds.review_from:.6g}"


def guard_sentences(thresholds: Thresholds, scale: GoodScale | None) -> str:
    """Say whether the guard is on at the line, beside figures that count by P(defective) alone.

    Args:
        thresholds: Those in force.
        scale: How strange good parts look to the model; None where it has no memory of good.
    """
    words = guard_sentence(thresholds, scale)
    if thresholds.strange_from is None:
        return f"{words}."
    return f"{words}. The figures here leave that out: they are by P(defective) alone."


def evidence_words(evidence: Evidence, caution: str = "") -> str:
    """Say what the parts show about escapes, and what a claim would need.

    Args:
        evidence: As `inspector.domain.evidence.evidence` returns it.
        caution: Why these parts prove nothing all the same, as a sentence; empty where they do.
    """
    claim, defective = f"≤ {100 * evidence.claim:.3g} %", evidence.bad.total
    if not defective:
        return f"No defective part: nothing is known of escapes; {claim} would need {evidence.needed:,} without a miss."
    words = f"{counted(defective, 'defective part')}, {evidence.bad.count:,} missed: "
    shows = f"escapes ≤ {100 * evidence.upper:.3g} % at 95 %"
    if not evidence.shown:
        return f"{words}shows {shows}; {claim} would need {evidence.needed:,} without a miss. {caution}".rstrip()
    if caution:
        return f"{words}would show {shows}. {caution}"
    return f"✓ {words}shows {shows}; the claim of {claim} is carried, if these parts are like those of the line."


def version_words(version: RecipeVersion) -> tuple[str, str, str, str]:
    """Say when a version of a recipe was made, by whom, what it changed and why.

    Returns:
        Who is a dash and why empty where nobody is on record.
    """
    change, recipe = version.change, version.recipe
    when = f"{(version.saved if change is None else change.time).astimezone():%Y-%m-%d %H:%M}"
    if recipe is None:
        return when, "–", f"cannot be read: {version.fault}", ""
    if change is not None:
        return when, change.author, f"{in_words(change.after)}; before: {in_words(change.before)}", change.reason
    if not version.changed:
        return when, "–", "the first that was kept" if version.version == 1 else "nothing changed", ""
    made, words = version.promotion, []
    for key in version.changed:
        if key == "thresholds":
            own = recipe.thresholds
            words.append("the model's own thresholds" if own is None else in_words(own))
        else:
            before = f" instead of {made.from_model}" if made is not None else ""
            words.append(f"model {recipe.model}{before}" if key == "model" else key.replace("_", " "))
    who, why = ("–", "") if made is None else (made.who, made.why)
    return when, who, f"changed: {', '.join(words)}", why
