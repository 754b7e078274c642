"""A new operating point of a recipe as its next version, with who, when, why and on what evidence; and the way back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError, RecipeError
from inspector.operating.words import in_words
from inspector.recipe import RecipeChange, load_recipe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from inspector.domain.records import Thresholds
    from inspector.recipe import ChangeEvidence, Recipe


class ChoiceError(InspectorError):
    """An operating point cannot be chosen or taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeVersion:
    """One version of a recipe that was kept.

    Args:
        version: Its number.
        saved: When its file was written; for versions without a record of who and when.
        recipe: It; None where the file cannot be read.
        changed: What differs from the version before, by its key: "source", "model", …; empty for the first.
        fault: Why it cannot be read; empty where it can.
    """

    version: int
    saved: datetime
    recipe: Recipe | None
    changed: tuple[str, ...] = ()
    fault: str = ""

    @property
    def change(self) -> RecipeChange | None:
        """The record of its change of the operating point; None where it made none, or none was kept."""
        return self.recipe.change if self.recipe is not None else None


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


def history(name: str, folder: Path) -> list[RecipeVersion]:
    """Return the versions of a recipe that were kept, the oldest first.

    Args:
        name: Of the recipe.
        folder: Where recipes are.

    Raises:
        RecipeError: If the folder cannot be read.
    """
    pattern = re.compile(rf"{re.escape(name)}\.v(\d+)\.json")
    try:
        files = [(path, match) for path in (folder / "history").iterdir() if (match := pattern.fullmatch(path.name))]
        stamped = [(int(match[1]), path, path.stat().st_mtime) for path, match in files]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RecipeError(f"the history of {name} cannot be read: {error}", "Check the permissions.") from error
    found: list[RecipeVersion] = []
    before: Recipe | None = None
    for version, path, saved_s in sorted(stamped):
        saved = datetime.fromtimestamp(saved_s, UTC)
        try:
            recipe = load_recipe(path)
        except RecipeError as error:
            found.append(RecipeVersion(version=version, saved=saved, recipe=None, fault=str(error)))
            continue
        found.append(RecipeVersion(version=version, saved=saved, recipe=recipe, changed=_differences(before, recipe)))
        before = recipe
    return found


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


def _differences(before: Recipe | None, recipe: Recipe) -> tuple[str, ...]:
    if before is None:
        return ()
    old, new = before.model_dump(exclude={"version", "change"}), recipe.model_dump(exclude={"version", "change"})
    return tuple(key for key in new if new[key] != old[key])
