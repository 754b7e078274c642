"""What the section asks for and does; called on its worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector import assembly
from inspector.domain.errors import BundleError, InspectorError
from inspector.model_hashes import WrongModelError, check_models
from inspector.recipes.recipe import load_recipe
from inspector.shelf.opened import read_package
from inspector.shelf.package import write_package
from inspector.shelf.shelf import Shelf
from inspector.shelf.taken import take_package

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe
    from inspector.recipes.versions import RecipeVersion
    from inspector.settings import Settings
    from inspector.shelf.taken import TakenPackage


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRecipe:
    """A recipe of the list.

    Args:
        name: The recipe's name; its file's where that cannot be read.
        path: Its file; None for the built-in one and a deleted one.
        recipe: It; None where it is deleted, or cannot be read.
        fault: Why it cannot be used; empty where it can.
        deleted: Only its versions are left.
        other_model: The model of its model's name that is here is another than it wants.
    """

    name: str
    path: Path | None = None
    recipe: Recipe | None = None
    fault: str = ""
    deleted: bool = False
    other_model: bool = False


class RecipeDesk:
    """The station's recipes.

    Args:
        home: The data folder.
        settings: The station's.
    """

    def __init__(self, home: Home, settings: Callable[[], Settings]) -> None:
        self._home, self._settings = home, settings

    def listed(self) -> list[ListedRecipe]:
        """Return the recipes as the header lists them, the deleted ones behind."""
        rows = [self._listed(entry) for entry in assembly.list_recipes(self._home)]
        return rows + [ListedRecipe(name=name, deleted=True) for name in Shelf(self._home).deleted()]

    def _listed(self, entry: assembly.RecipeEntry) -> ListedRecipe:
        if entry.fault:
            return ListedRecipe(name=entry.name, path=entry.path, fault=entry.fault)
        recipe = assembly.demo_recipe() if entry.path is None else load_recipe(entry.path)
        fault, other = "", False
        try:
            for model in recipe.models:
                assembly.model_store(self._home).find(model)
            check_models(recipe, assembly.model_store(self._home))
        except WrongModelError as error:
            fault, other = str(error), True
        except BundleError as error:
            fault = str(error)
        return ListedRecipe(name=entry.name, path=entry.path, recipe=recipe, fault=fault, other_model=other)

    def _shelf(self, in_use: str | None = None) -> Shelf:
        return Shelf(self._home, in_use=in_use, log=assembly.places(self._home, self._settings()).log)

    def versions(self, name: str) -> list[RecipeVersion]:
        """Return its versions, the oldest first."""
        return Shelf(self._home).versions(name)

    def copy(self, name: str, to: str) -> Recipe:
        """See `Shelf.copy`."""
        return self._shelf().copy(name, to)

    def rename(self, name: str, to: str, *, in_use: str | None) -> Recipe:
        """See `Shelf.rename`."""
        return self._shelf(in_use).rename(name, to)

    def delete(self, name: str, *, in_use: str | None) -> None:
        """See `Shelf.delete`."""
        self._shelf(in_use).delete(name)

    def restore(self, name: str, version: int | None) -> Recipe:
        """See `Shelf.restore`."""
        return self._shelf().restore(name, version)

    def take_model(self, name: str, why: str) -> Recipe:
        """See `Shelf.take_model`."""
        return self._shelf().take_model(name, why)

    def export(self, name: str, path: Path, *, models: bool) -> Recipe:
        """See `write_package`."""
        return write_package(name, path, self._home, self._settings(), models=models)

    def take(self, path: Path, name: str) -> TakenPackage:
        """See `take_package`."""
        return take_package(path, self._home, name=name)

    def name_in(self, path: Path) -> str:
        """Return a name for the recipe of a file that is free here: its own where it can be."""
        wanted = read_package(path, self._home).recipe.name
        taken = {entry.name.casefold() for entry in assembly.list_recipes(self._home)}
        if wanted.casefold() not in taken:
            return wanted
        for number in range(2, 1000):
            if f"{wanted} {number}".casefold() not in taken:
                return f"{wanted} {number}"
        raise InspectorError(f"there are a thousand recipes {wanted} already", "Delete some of them.")
