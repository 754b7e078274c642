"""A new operating point of a recipe as its next version, with who, when, why and on what evidence; and the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError
from inspector.operating_point.words import in_words
from inspector.recipes.recipe import RecipeChange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.records import Thresholds
    from inspector.recipes.recipe import ChangeEvidence, Recipe
    from inspector.recipes.versions import RecipeVersion


class ChoiceError(InspectorError):
    """An operating point cannot be chosen or taken back."""


def chosen(
    recipe: Recipe,
    thresholds: Thresholds,
    in_force: Thresholds,
    *,
    author: str,
    reason: str,
    guard_rate: float | None = None,
    evidence: ChangeEvidence | None = None,
) -> Recipe:
    """Return a recipe with another operating point, to be saved as its next version.

    Args:
        recipe: The recipe in force.
        thresholds: The new operating point on P(defective).
        in_force: The recipe's own, or the model's where it has none.
        author: Name of who chose; not empty.
        reason: Why, in the author's words; not empty.
        guard_rate: The new guard rate, 0 for no guard; a fixed limit of strangeness in the recipe goes, as it would
            overrule it. None: the guard stays as it is.
        evidence: What labelled parts say of it.

    Raises:
        ChoiceError: If author or reason is empty or too long, or the point is the one that is in force.
    """
    own = recipe.thresholds
    fixed = None if own is None else own.strange_from
    before, after = (replace(point, strange_from=fixed, spares_outside=False) for point in (in_force, thresholds))
    guarded = guard_rate is not None and (fixed is not None or guard_rate != recipe.guard_rate)
    if after == before and not guarded:
        raise ChoiceError(
            f"the recipe {recipe.name} works at {in_words(before, guard_rate)} already",
            "Nothing was changed; move a threshold or the guard.",
        )
    if guarded:
        after = replace(after, strange_from=None)
    made = _Change(
        author=author.strip(),
        reason=reason.strip(),
        before=before,
        after=after,
        guard_after=guard_rate if guarded and guard_rate is not None else recipe.guard_rate,
        evidence=evidence,
    )
    # where the guard alone is chosen, the thresholds on P(defective) stay the model's own
    return _with(recipe, None if own is None and after == before else after, made)


def taken_back(
    recipe: Recipe, undone: RecipeVersion, in_force: Thresholds, of_model: Thresholds, *, author: str, reason: str = ""
) -> Recipe:
    """Return a recipe with the operating point from before a change, to be saved as its next version.

    Args:
        recipe: The recipe in force.
        undone: As `undoable` returns it.
        in_force: The recipe's own operating point, or the model's where it has none.
        of_model: The model's own operating point.
        author: Name of who takes it back; not empty.
        reason: Why; empty for “Took back version N”.

    Raises:
        ChoiceError: As `chosen`.
    """
    change = undone.change
    assert change is not None
    words = reason.strip() or f"Took back version {undone.version}: {change.reason}"[:300]
    back = change.own_before
    fixed = None if recipe.thresholds is None else recipe.thresholds.strange_from
    made = _Change(
        author=author.strip(),
        reason=words,
        before=replace(in_force, strange_from=fixed, spares_outside=False),
        after=back or of_model,
        guard_after=recipe.guard_rate if change.guard_before is None else change.guard_before,
        takes_back=undone.version,
    )
    return _with(recipe, back, made)


def undoable(recipe: Recipe, versions: Sequence[RecipeVersion]) -> RecipeVersion | None:
    """Return the version whose change of the operating point can be taken back.

    Args:
        recipe: The recipe in force.
        versions: As `history` returns them.

    Returns:
        The last change that has not been taken back; None where there is none, or model or operating point have been
        changed otherwise since.
    """
    made: list[RecipeVersion] = []
    for version in versions:
        if version.change is None or version.version > recipe.version:
            continue
        if version.change.takes_back is None:
            made.append(version)
        else:
            made = [earlier for earlier in made if earlier.version != version.change.takes_back]
    last = made[-1] if made else None
    if last is None or last.change is None or last.change.model != recipe.model:
        return None
    return last if _stands(recipe, last.change) else None


def _stands(recipe: Recipe, change: RecipeChange) -> bool:
    """Say whether a recipe still is as a change of it left it."""
    if change.guard_after is not None and change.guard_after != recipe.guard_rate:
        return False
    own = None if change.own_before is None and change.before == change.after else change.after
    return recipe.thresholds == own


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What is to be recorded, before it is known to fit; the fields are those of `RecipeChange`."""

    author: str
    reason: str
    before: Thresholds
    after: Thresholds
    guard_after: float
    evidence: ChangeEvidence | None = None
    takes_back: int | None = None


def _with(recipe: Recipe, thresholds: Thresholds | None, made: _Change) -> Recipe:
    if not made.author or not made.reason:
        raise ChoiceError("a change of the operating point needs an author and a reason", "Nothing was changed.")
    try:
        change = RecipeChange(
            author=made.author,
            reason=made.reason,
            before=made.before,
            after=made.after,
            guard_before=recipe.guard_rate,
            guard_after=made.guard_after,
            time=datetime.now(UTC).replace(microsecond=0),
            model=recipe.model,
            own_before=recipe.thresholds,
            evidence=made.evidence,
            takes_back=made.takes_back,
        )
    except ValueError as error:
        raise ChoiceError(f"the change cannot be recorded: {error}", "Shorten the author or the reason.") from error
    # the version after this one, also where the recipe is built in and no file of it is there
    changed = {"thresholds": thresholds, "guard_rate": made.guard_after, "change": change}
    return recipe.model_copy(update={"version": recipe.version + 1, **changed})
