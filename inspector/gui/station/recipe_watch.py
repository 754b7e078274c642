"""Takes up a version of the recipe that somebody else has saved, as a promotion from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.recipes.recipe import RecipeFollower

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.gui.station.work import Worker
    from inspector.recipes.recipe import Recipe


class RecipeWatch:
    """See the module; files are looked at on the worker, the rest happens on the GUI thread.

    Args:
        work: The worker.
        folder: Where recipes are.
        use: Gets a newer version of the recipe that is followed.
        failed: Gets what went wrong.
    """

    def __init__(
        self, work: Worker, folder: Path, use: Callable[[Recipe], None], failed: Callable[[Exception], None]
    ) -> None:
        self._work, self._folder, self._use, self._failed = work, folder, use, failed
        self._follower: RecipeFollower | None = None
        self._wanted: Recipe | None = None

    def follow(self, recipe: Recipe | None) -> None:
        """Follow this recipe from now on; None follows nothing."""
        self._wanted, self._follower = recipe, None
        if recipe is None:
            return

        def begun(follower: RecipeFollower) -> None:
            if self._wanted is recipe:
                self._follower = follower

        self._work.do(lambda: RecipeFollower(recipe, self._folder), begun, self._failed)

    def look(self) -> None:
        """Look once."""
        follower = self._follower
        if follower is None:
            return

        def found(newer: Recipe | None) -> None:
            if newer is not None and follower is self._follower:
                self._use(newer)

        self._work.do(follower.newer, found, self._failed)
