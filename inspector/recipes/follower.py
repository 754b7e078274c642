"""Notices that somebody else has given a recipe another version, as a promotion from the command line."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError
from inspector.recipes.recipe import load_recipe
from inspector.trail.written import look

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.recipes.recipe import Recipe

_State = tuple[int, int, int]
#: A recipe is signed a moment after it is saved: so long it may be refused without a word.
PATIENT_S = 10.0


def _any(_: Recipe) -> None:
    """Refuse nothing."""


class RecipeFollower:
    """Owned by whoever runs the recipe; asked about once a second.

    Args:
        recipe: As it is in force.
        folder: Where recipes are.
        check: Raises where a recipe may not run, as one that is not signed; it is asked again until it may.
        now_s: A clock that only goes forward, seconds.
    """

    def __init__(
        self,
        recipe: Recipe,
        folder: Path,
        check: Callable[[Recipe], None] = _any,
        *,
        now_s: Callable[[], float] = monotonic,
    ) -> None:
        self._recipe, self._check, self._now_s = recipe, check, now_s
        self._path = folder / f"{recipe.name}.json"
        self._seen = self._state()
        self._refused: _State | None = None
        self._refused_s, self._told = 0.0, False

    def newer(self) -> Recipe | None:
        """Return the recipe where its file holds a later version than the one in force, once; else None.

        Raises:
            InspectorError: Once, if the file has changed and cannot be used, or may not run; the recipe in force stays.
        """
        state = self._state()
        if state is None or state == self._seen:
            return None
        if state != self._refused:
            look(self._path.parents[1], self._path)
        try:
            changed = load_recipe(self._path)
        except InspectorError:
            self._seen = state
            raise
        if changed.version > self._recipe.version:
            try:
                self._check(changed)
            except InspectorError:
                if self._is_to_be_told(state):
                    raise
                return None
        self._seen = state
        if changed.version <= self._recipe.version:
            return None
        self._recipe = changed
        return changed

    def _is_to_be_told(self, state: _State) -> bool:
        """Say once, after a while, that a version is refused; it may be allowed later."""
        if state != self._refused:
            self._refused, self._refused_s, self._told = state, self._now_s(), False
        if self._told or self._now_s() - self._refused_s < PATIENT_S:
            return False
        self._told = True
        return True

    def _state(self) -> _State | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino
