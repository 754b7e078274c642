"""Sentences about operating points, the same in the window and on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.domain.evidence import Evidence
    from inspector.domain.records import Thresholds
    from inspector.recipes.versions import RecipeVersion


def in_words(thresholds: Thresholds) -> str:
    """Say an operating point."""
    fail = f"fail from {thresholds.fail_at:.6g}"
    return fail if thresholds.review_from is None else f"{fail}, review from {thresholds.review_from:.6g}"


def evidence_words(found: Evidence, caution: str = "") -> str:
    """Say what the parts show about escapes, and what a claim would need.

    Args:
        found: As `inspector.domain.evidence.evidence` found it.
        caution: Why these parts prove nothing all the same, as a sentence; empty where they do.
    """
    claim, defective = f"≤ {100 * found.claim:.3g} %", found.bad.total
    if not defective:
        return f"No defective part: nothing is known of escapes; {claim} would need {found.needed:,} without a miss."
    words = f"{defective:,} defective parts, {found.bad.count:,} missed: "
    shows = f"escapes ≤ {100 * found.upper:.3g} % at 95 %"
    if not found.shown:
        return f"{words}shows {shows}; {claim} would need {found.needed:,} without a miss. {caution}".rstrip()
    if caution:
        return f"{words}would show {shows}. {caution}"
    return f"✓ {words}shows {shows}; the claim of {claim} is carried, if these parts are like those of the line."


def some(number: int, thing: str) -> str:
    """Return how many of a thing, as “1 picture” or “2,000 pictures”."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def version_words(one: RecipeVersion) -> tuple[str, str, str, str]:
    """Say when a version of a recipe was made, by whom, what it changed and why.

    Returns:
        Who is a dash and why empty where nobody is on record.
    """
    change, recipe = one.change, one.recipe
    when = f"{(one.saved if change is None else change.time).astimezone():%Y-%m-%d %H:%M}"
    if recipe is None:
        return when, "–", f"cannot be read: {one.fault}", ""
    if change is not None:
        return when, change.author, f"{in_words(change.after)}; before: {in_words(change.before)}", change.reason
    if not one.changed:
        return when, "–", "the first that was kept" if one.version == 1 else "nothing changed", ""
    words = []
    for key in one.changed:
        if key == "thresholds":
            own = recipe.thresholds
            words.append("the model's own thresholds" if own is None else in_words(own))
        else:
            words.append(f"model {recipe.model}" if key == "model" else key.replace("_", " "))
    return when, "–", f"changed: {', '.join(words)}", ""
