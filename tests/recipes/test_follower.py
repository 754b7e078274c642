"""A newer version of a recipe is taken up once it may run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inspector.domain.errors import RecipeError
from inspector.recipes.follower import PATIENT_S, RecipeFollower
from inspector.recipes.recipe import Recipe, save_next_version, save_recipe

if TYPE_CHECKING:
    from pathlib import Path


def test_a_version_that_is_not_signed_yet_is_waited_for_then_told_once_and_taken_up_once_it_is(tmp_path: Path) -> None:
    folder, now, signed = tmp_path / "recipes", [0.0], [False]
    recipe = Recipe(name="Bottle", source="demo:", model="demo")
    save_recipe(recipe, folder)

    def check(changed: Recipe) -> None:
        if not signed[0]:
            raise RecipeError(f"{changed.name} is not signed")

    follower = RecipeFollower(recipe, folder, check, now_s=lambda: now[0])
    assert follower.newer() is None
    second = save_next_version(recipe.model_copy(update={"guard_rate": 0.02}), folder)

    assert follower.newer() is None
    now[0] = PATIENT_S
    with pytest.raises(RecipeError, match="not signed"):
        follower.newer()
    now[0] = 5 * PATIENT_S
    assert follower.newer() is None
    signed[0] = True
    assert follower.newer() == second
    assert follower.newer() is None
