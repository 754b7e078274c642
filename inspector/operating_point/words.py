"""Sentences about operating points, the same in the window and on the command line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from inspector.domain.counts import counted

if TYPE_CHECKING:
    from inspector.domain.evidence import Evidence
    from inspector.domain.operating_point import GuardHeld, LabelledScores
    from inspector.domain.rates import Rate
    from inspector.domain.records import Thresholds
    from inspector.recipes.recipe import Recipe, RecipeChange
    from inspector.recipes.versions import RecipeVersion


def in_words(thresholds: Thresholds, guard_rate: float | None = None) -> str:
    """Say an operating point.

    Args:
        thresholds: Where a limit of strangeness stands in them, it is a fixed one of the recipe.
        guard_rate: The guard's rate, 0 for none; None leaves the guard out.
    """
    words = [f"fail from {thresholds.fail_at:.6g}"]
    if thresholds.review_from is not None:
        words.append(f"review from {thresholds.review_from:.6g}")
    if guard_rate is not None:
        words.append(rate_words(guard_rate) if thresholds.strange_from is None else fixed_words(thresholds))
    return ", ".join(words)


def points_in_words(recipe: Recipe, points: tuple[Thresholds, Thresholds], guard_rate: float | None) -> tuple[str, str]:
    """Say the operating point in force, and the one that is chosen; of the guard only where it is moved.

    Args:
        recipe: The recipe in force.
        points: The two; limits of a rate in them are left out.
        guard_rate: That is chosen; None where the guard stays as it is.
    """
    before, after = (replace(point, strange_from=None) for point in points)
    if guard_rate is None:
        return in_words(before), in_words(after)
    fixed = None if recipe.thresholds is None else recipe.thresholds.strange_from
    return in_words(replace(before, strange_from=fixed), recipe.guard_rate), in_words(after, guard_rate)


def change_words(change: RecipeChange) -> str:
    """Say what a change made of what; of the guard only where it was moved."""
    rate = change.guard_after if _moves_the_guard(change) else None
    return f"{in_words(change.after, rate)}; before: {before_in_words(change)}"


def before_in_words(change: RecipeChange) -> str:
    """Say the operating point from before a change; of the guard only where it was moved."""
    return in_words(change.before, change.guard_before if _moves_the_guard(change) else None)


def _moves_the_guard(change: RecipeChange) -> bool:
    return (change.guard_before, change.before.strange_from) != (change.guard_after, change.after.strange_from)


def rate_words(guard_rate: float) -> str:
    """Say how the guard is set, as recipe, page and commands do: by the share of good parts that it holds back."""
    return f"guard at {100 * guard_rate:.3g} % of good parts" if guard_rate else "no guard"


def fixed_words(thresholds: Thresholds) -> str:
    """Say a limit of strangeness that a recipe holds instead of a rate."""
    return f"guard from the fixed strangeness {thresholds.strange_from:.3g}"


def held_words(held: GuardHeld, guard_rate: float) -> str:
    """Say what the guard alone does to labelled parts, in sentences.

    Args:
        held: As `LabelledScores.held` returns it.
        guard_rate: Share of good parts that it is set for; 0 without a guard, and then nothing is said.
    """
    if not guard_rate:
        return ""
    words = []
    if held.good.total + held.defective.total:
        words.append(f"The guard alone sends {_of(held.good, 'good part')} to review.")
        words.append(f"Only the guard keeps {_of(held.defective, 'defective part')} from passing.")
    return " ".join([*words, calibrated_words(held, guard_rate)]).strip()


def unmeasured_words(parts: int, of: int) -> str:
    """Say that the guard is not in the figures of some parts, in a sentence."""
    if parts == of:
        return "No strangeness is recorded of these parts, so the guard is not in the figures."
    return f"Of {counted(parts, 'part')} no strangeness is recorded; the guard is left out for them."


def outside_notes(scores: LabelledScores) -> tuple[str, ...]:
    """Say of how many parts the heat lies outside, and what that means, in a sentence; none where there is none."""
    count = int(scores.heat_outside.sum())
    said = (
        f"Of {counted(count, 'part')} the heat lies outside the part: where it counts, these go to REVIEW, never FAIL."
    )
    return (said,) if count else ()


def calibrated_words(held: GuardHeld, guard_rate: float) -> str:
    """Say whether as many good parts are held back as the rate says, and of how many nothing is known, in sentences.

    Args:
        held: As `LabelledScores.held` returns it.
        guard_rate: As `held_words`.
    """
    if not guard_rate:
        return ""
    words, (low, high) = [], held.good.interval
    if held.good.total:
        agree = "are more than that" if guard_rate < low else "are fewer" if guard_rate > high else "agree with that"
        words.append(f"The guard is set for {100 * guard_rate:.3g} % of good parts; these {agree}.")
    if held.unknown:
        words.append(unmeasured_words(held.unknown, held.good.total + held.defective.total + held.unknown))
    return " ".join(words)


def _of(rate: Rate, noun: str) -> str:
    return f"{rate.count:,} of {counted(rate.total, noun)}"


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
        return when, change.author, change_words(change), change.reason
    if not version.changed:
        return when, "–", "the first that was kept" if version.version == 1 else "nothing changed", ""
    made, changed = version.promotion, list[str]()
    for key in version.changed:
        if key == "thresholds":
            own = recipe.thresholds
            changed.append("the model's own thresholds" if own is None else in_words(own))
        elif key == "guard_rate":
            changed.append(rate_words(recipe.guard_rate))
        else:
            before = f" instead of {made.from_model}" if made is not None else ""
            changed.append(f"model {recipe.model}{before}" if key == "model" else key.replace("_", " "))
    who, why = ("–", "") if made is None else (made.who, made.why)
    return when, who, f"changed: {', '.join(changed)}", why
