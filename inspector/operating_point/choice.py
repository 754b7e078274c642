"""A new operating point of a recipe as its next version, with who, when, why and on what evidence; and the way back."""

from __future__ import annotations

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
    evidence: ChangeEvidence | None = None,
) -> Recipe:
    """Return a recipe with another operating point, to be saved as its next version.

    Args:
        recipe: As it is.
        thresholds: The new operating point.
        in_force: The recipe's own, or the model's where it has none.
        author: Who chose; not empty.
        reason: Why, in the author's words; not empty.
        evidence: What labelled parts say of it.

    Raises:
        ChoiceError: If author or reason is empty or too long, or the point is the one that is in force.
    """
    if thresholds == in_force:
        raise ChoiceError(
            f"the recipe {recipe.name} works at {in_words(thresholds)} already",
            "Nothing was changed; move a threshold.",
        )
    return _with(
        recipe,
        thresholds,
        {"author": author.strip(), "reason": reason.strip(), "before": in_force, "after": thresholds},
        evidence=evidence,
    )


def taken_back(
    recipe: Recipe, undone: RecipeVersion, in_force: Thresholds, of_model: Thresholds, *, author: str, reason: str = ""
) -> Recipe:
    """Return a recipe with the operating point from before a change, to be saved as its next version.

    Args:
        recipe: As it is.
        undone: As `undoable` found it.
        in_force: The recipe's own operating point, or the model's where it has none.
        of_model: The model's own operating point.
        author: Who takes back.
        reason: Why; empty for “Took back version N”.

    Raises:
        ChoiceError: As `chosen`.
    """
    change = undone.change
    assert change is not None
    words = reason.strip() or f"Took back version {undone.version}: {change.reason}"[:300]
    back = change.own_before
    return _with(
        recipe,
        back,
        {"author": author.strip(), "reason": words, "before": in_force, "after": back or of_model},
        takes_back=undone.version,
    )


def undoable(recipe: Recipe, versions: Sequence[RecipeVersion]) -> RecipeVersion | None:
    """Return the version whose change of the operating point can be taken back.

    Args:
        recipe: As it is in force.
        versions: As `history` found them.

    Returns:
        The last change that has not been taken back; None where there is none, or model or operating point have been
        changed otherwise since.
    """
    made: list[RecipeVersion] = []
    for one in versions:
        if one.change is None or one.version > recipe.version:
            continue
        if one.change.takes_back is None:
            made.append(one)
        else:
            made = [other for other in made if other.version != one.change.takes_back]
    last = made[-1] if made else None
    if last is None or last.change is None or last.change.model != recipe.model:
        return None
    return last if recipe.thresholds == last.change.after else None


def _with(
    recipe: Recipe,
    thresholds: Thresholds | None,
    record: dict[str, object],
    *,
    evidence: ChangeEvidence | None = None,
    takes_back: int | None = None,
) -> Recipe:
    if not record["author"] or not record["reason"]:
        raise ChoiceError("a change of the operating point needs an author and a reason", "Nothing was changed.")
    try:
        change = RecipeChange.model_validate(
            {
                **record,
                "time": datetime.now(UTC).replace(microsecond=0),
                "model": recipe.model,
                "own_before": recipe.thresholds,
                "evidence": evidence,
                "takes_back": takes_back,
            }
        )
    except ValueError as error:
        raise ChoiceError(f"the change cannot be recorded: {error}", "Shorten the author or the reason.") from error
    # the version after this one, also where the recipe is built in and no file of it is there
    return recipe.model_copy(update={"version": recipe.version + 1, "thresholds": thresholds, "change": change})
