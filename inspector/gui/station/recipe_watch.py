"""Takes up what somebody else does to the recipes, as a command or another program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.gui.work import Latest
from inspector.recipes.follower import RecipeFollower

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.assembly import RecipeEntry
    from inspector.gui.work import Worker
    from inspector.recipes.recipe import Recipe


class RecipeList:
    """Reads the list of recipes, also when one has come or gone; files are looked at on the worker.

    Args:
        work: Looks at the files.
        folder: The station's folder of recipes.
        read: Reads the list, on the worker.
        listed: Gets it.
        failed: Gets what went wrong.
    """

    def __init__(
        self,
        work: Worker,
        folder: Path,
        read: Callable[[], list[RecipeEntry]],
        listed: Callable[[list[RecipeEntry]], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._folder, self._read, self._listed = folder, read, listed
        self._latest = Latest(work, failed)
        self._seen = 0  # when the folder was changed that was read; the worker's

    def refresh(self) -> None:
        """Read the list now."""
        self._latest.ask(lambda: self._read_as_of(self._changed_ns()), self._listed)

    def look(self) -> None:
        """Read it where something has changed."""
        if not self._latest.busy:
            self._latest.also(self._read_if_changed, lambda entries: None if entries is None else self._listed(entries))

    def _read_if_changed(self) -> list[RecipeEntry] | None:
        changed_ns = self._changed_ns()
        return None if changed_ns == self._seen else self._read_as_of(changed_ns)

    def _read_as_of(self, changed_ns: int) -> list[RecipeEntry]:
        self._seen = changed_ns  # asked before it is read: what comes meanwhile is read again
        return self._read()

    def _changed_ns(self) -> int:
        try:
            return self._folder.stat().st_mtime_ns
        except OSError:
            return 0


class RecipeWatch:
    """Takes up a newer version of a recipe; files are looked at on the worker, the rest happens on the GUI thread.

    Args:
        work: Looks at the files.
        folder: The station's folder of recipes.
        use: Gets a newer version of the recipe that is followed.
        failed: Gets what went wrong.
        check: Raises where a recipe may not run; called on the worker.
    """

    def __init__(
        self,
        work: Worker,
        folder: Path,
        use: Callable[[Recipe], None],
        failed: Callable[[Exception], None],
        check: Callable[[Recipe], None],
    ) -> None:
        self._folder, self._use, self._check = folder, use, check
        self._latest = Latest(work, failed)
        self._follower: RecipeFollower | None = None

    def follow(self, recipe: Recipe | None) -> None:
        """Follow this recipe from now on; None follows nothing."""
        self._follower = None
        self._latest.forget()
        if recipe is not None:
            self._latest.ask(lambda: RecipeFollower(recipe, self._folder, self._check), self._begin)

    def look(self) -> None:
        """Look once."""
        if self._follower is not None and not self._latest.busy:
            self._latest.also(self._follower.newer, self._take)

    def _begin(self, follower: RecipeFollower) -> None:
        self._follower = follower

    def _take(self, newer: Recipe | None) -> None:
        if newer is not None:
            self._use(newer)
