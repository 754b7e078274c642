"""Which recipe a scanned code is of, or a controller's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.errors import RecipeError
from inspector.domain.scanner import is_code_of
from inspector.recipes.recipe import load_recipe

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.recipes.recipe import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedRecipe:
    """A recipe that has a code.

    Args:
        name: The recipe's name.
        path: Its file.
        code: As the recipe has it.
    """

    name: str
    path: Path
    code: str


def coded_recipes(folder: Path) -> tuple[CodedRecipe, ...]:
    """Return the recipes of a folder that have a code; files that cannot be used are left out."""
    coded = []
    for path in sorted(folder.glob("*.json")):
        try:
            recipe = load_recipe(path)
        except RecipeError:
            continue  # the list of recipes says so
        if recipe.scanned_code:
            coded.append(CodedRecipe(name=recipe.name, path=path, code=recipe.scanned_code))
    return tuple(coded)


def recipe_of_code(code: str, folder: Path) -> CodedRecipe | None:
    """Return the recipe that a code is of; None where it is nobody's.

    Raises:
        RecipeError: If it is the code of more than one.
    """
    fitting = [recipe for recipe in coded_recipes(folder) if is_code_of(recipe.code, code)]
    if len(fitting) > 1:
        named = " and ".join(f"{recipe.name} (“{recipe.code}”)" for recipe in fitting)
        raise RecipeError(
            f"the code “{code[:60]}” is of more than one recipe: {named}", "Give each of them a code of its own."
        )
    return fitting[0] if fitting else None


def recipe_called(called: str, folder: Path) -> CodedRecipe | None:
    """Return the recipe that has this name, else the one that has this code; None where there is none.

    Raises:
        RecipeError: If the recipe of this name cannot be read, or if it is the code of more than one.
    """
    for path in sorted(folder.glob("*.json")):
        if path.stem == called:
            recipe = load_recipe(path)
            return CodedRecipe(name=recipe.name, path=path, code=recipe.scanned_code)
    return recipe_of_code(called, folder)


def check_own_code(recipe: Recipe, folder: Path) -> None:
    """See that no other recipe has a recipe's code.

    Raises:
        RecipeError: If one has.
    """
    for other in coded_recipes(folder) if recipe.scanned_code else ():
        if other.name != recipe.name and other.code == recipe.scanned_code:
            raise RecipeError(
                f"the code “{other.code[:60]}” of {recipe.name} is that of the recipe {other.name} already",
                "Give each of them a code of its own.",
            )
