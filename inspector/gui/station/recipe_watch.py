"""Takes up a version of the recipe that somebody else has saved, as a promotion from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.gui.work import Latest
from inspector.recipes.recipe import RecipeFollower

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.gui.work import Worker
    from inspector.recipes.recipe import Recipe


class RecipeWatch:
    """See the module; files are looked at on the worker, the rest happens on the GUI thread.

    Args:
        work: Looks at the files.
        folder: The station's folder of recipes.
        use: Gets a newer version of the recipe that is followed.
        failed: Gets what went wrong.
    """

    def __init__(
        self, work: Worker, folder: Path, use: Callable[[Recipe], None], failed: Callable[[Exception], None]
    ) -> None:
        self._folder, self._use = folder, use
        self._latest = Latest(work, failed)
        self._follower: RecipeFollower | None = None

    def follow(self, recipe: Recipe | None) -> None:
        """Follow this recipe from now on; None follows nothing."""
        self._follower = None
        self._latest.forget()
        if recipe is not None:
            self._latest.ask(lambda: RecipeFollower(recipe, self._folder), self._begin)

    def look(self) -> None:
        """Look once."""
        if self._follower is not None and not self._latest.busy:
            self._latest.also(self._follower.newer, self._take)

    def _begin(self, follower: RecipeFollower) -> None:
        self._follower = follower

    def _take(self, newer: Recipe | None) -> None:
        if newer is not None:
            self._use(newer)
