"""The versions of a recipe that were kept, and what each of them changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.errors import RecipeError
from inspector.recipes.recipe import load_recipe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from inspector.recipes.promotions import Promotion
    from inspector.recipes.recipe import Recipe, RecipeChange

#: A promotion lies so short before the version that it makes.
_RECORDED_BEFORE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeVersion:
    """One version of a recipe that was kept.

    Args:
        version: Counted from 1.
        saved: When its file was written; for versions without a record of who and when.
        recipe: It; None where the file cannot be read.
        changed: What differs from the version before, by its key: "source", "model", …; empty for the first.
        fault: Why it cannot be read; empty where it can.
        promotion: By which it got its model, or got the one before back; None where none is on record.
    """

    version: int
    saved: datetime
    recipe: Recipe | None
    changed: tuple[str, ...] = ()
    fault: str = ""
    promotion: Promotion | None = None

    @property
    def change(self) -> RecipeChange | None:
        """The record of its change of the operating point; None where it made none, or none was kept."""
        return self.recipe.change if self.recipe is not None else None


def history(name: str, folder: Path, promotions: Sequence[Promotion] = ()) -> list[RecipeVersion]:
    """Return the versions of a recipe that were kept, the oldest first.

    Args:
        name: The recipe's name.
        folder: Where recipes are.
        promotions: The station's record of them; a version that got its model by one carries it.

    Raises:
        RecipeError: If the folder cannot be read.
    """
    pattern = re.compile(rf"{re.escape(name)}\.v(\d{{1,10}})\.json")
    try:
        files = [(path, match) for path in (folder / "history").iterdir() if (match := pattern.fullmatch(path.name))]
        stamped = [(int(match[1]), path, path.stat().st_mtime) for path, match in files]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RecipeError(
            f"the history of {name} cannot be read: {cause_of(error)}", "Check the permissions."
        ) from error
    versions: list[RecipeVersion] = []
    before: Recipe | None = None
    for version, path, saved_s in sorted(stamped):
        saved = datetime.fromtimestamp(saved_s, UTC)
        try:
            recipe = load_recipe(path)
        except RecipeError as error:
            versions.append(RecipeVersion(version=version, saved=saved, recipe=None, fault=str(error)))
            continue
        changed = _differences(before, recipe)
        told = [known.promotion for known in versions]
        open_ones = [promotion for promotion in promotions if promotion not in told]
        promotion = _promotion_of(recipe, saved, open_ones) if "model" in changed else None
        versions.append(
            RecipeVersion(version=version, saved=saved, recipe=recipe, changed=changed, promotion=promotion)
        )
        before = recipe
    return versions


def _promotion_of(recipe: Recipe, saved: datetime, promotions: Sequence[Promotion]) -> Promotion | None:
    """Return the promotion by which a version got its model: it is recorded just before the version is written."""
    made = [
        promotion
        for promotion in promotions
        if (promotion.recipe, promotion.to_model) == (recipe.name, recipe.model)
        and timedelta(0) <= saved - promotion.time <= _RECORDED_BEFORE
    ]
    return made[-1] if made else None


def _differences(before: Recipe | None, recipe: Recipe) -> tuple[str, ...]:
    if before is None:
        return ()
    old, new = before.model_dump(exclude={"version", "change"}), recipe.model_dump(exclude={"version", "change"})
    return tuple(key for key in new if new[key] != old[key])
