"""Which very models a recipe was saved with: another model of the same name is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.errors import BundleError
from inspector.paths import shipped_models_dir
from inspector.vision.store import sha256_of

if TYPE_CHECKING:
    from inspector.recipes.recipe import Recipe
    from inspector.vision.store import ModelStore

_SHOWN = 12


class WrongModelError(BundleError):
    """The model of that name is not the one that the recipe was saved with."""


def with_hashes(recipe: Recipe, models: ModelStore) -> Recipe:
    """Return a recipe that says which models it means: those that it says already, else those that are here now.

    A model that is not here is left out, and so is one that comes with the program: each version brings its own.
    """
    hashes: dict[str, str] = {}
    for model in recipe.models:
        if model in recipe.model_hashes:
            hashes[model] = recipe.model_hashes[model]
            continue
        try:
            folder = models.find(model)
            if folder.parent != shipped_models_dir():
                hashes[model] = sha256_of(folder)
        except BundleError:  # said where it is loaded
            continue
    return recipe.model_copy(update={"model_hashes": hashes})


def check_models(recipe: Recipe, models: ModelStore) -> None:
    """Refuse a recipe whose models are here, but others than it was saved with.

    Raises:
        WrongModelError: If one is another, naming both.
    """
    for model in recipe.models:
        wanted = recipe.model_hashes.get(model)
        if wanted is None:
            continue
        try:
            here = sha256_of(models.find(model))
        except BundleError:  # said where it is loaded
            continue
        if here != wanted:
            raise WrongModelError(
                f"the recipe {recipe.name} wants the model {model} with SHA-256 {wanted[:_SHOWN]}…; the one of that "
                f"name here has {here[:_SHOWN]}…",
                f"Restore that model; or take the one here: Settings → Recipes, or “inspector model promote {model}”.",
            )
