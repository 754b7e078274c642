"""What there is to choose from at this station: models, cameras, versions of a recipe; read on the worker."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from inspector.gui.work import Latest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.domain.challenge import ChallengePart, KnownAs
    from inspector.domain.config import TriggerMode
    from inspector.gui.station.store import Store
    from inspector.gui.work import Worker
    from inspector.recipes.versions import RecipeVersion
    from inspector.sources.cameras import CameraInfo
    from inspector.vision.manifest import Manifest
    from inspector.vision.store import ModelEntry

    Failed = Callable[[Exception], None]


class Catalogue:
    """Belongs to one page, on the GUI thread; of each kind of request only the newest is answered.

    Args:
        store: Reads what is asked for; called on the worker.
        work: Does it, one request after the other.
    """

    def __init__(self, store: Store, work: Worker) -> None:
        self._store = store
        self._models, self._cameras, self._model, self._versions = (Latest(work) for _ in range(4))
        self._source, self._recipe, self._challenge = Latest(work), Latest(work), Latest(work)

    def models(self, done: Callable[[list[ModelEntry]], None], failed: Failed | None = None) -> None:
        """List the models."""
        self._models.ask(self._store.models, done, failed)

    def cameras(self, done: Callable[[list[str]], None], failed: Failed | None = None) -> None:
        """List the cameras, as recipes name them; takes seconds."""
        self._cameras.ask(self._store.cameras, done, failed)

    def look_for_cameras(self, producer: str, done: Callable[[tuple[list[CameraInfo], list[str]]], None]) -> None:
        """List the cameras, those of a GenTL producer too, and in sentences what could not be looked for."""
        self._cameras.ask(partial(self._store.look_for_cameras, producer), done)

    def source_fault(self, source: str, mode: TriggerMode, done: Callable[[str], None]) -> None:
        """See why a source cannot deliver; empty where it can."""
        self._source.ask(partial(self._store.source_fault, source, mode), done)

    def has_recipe(self, name: str, done: Callable[[bool], None], failed: Failed) -> None:
        """See whether there is a recipe of a name."""
        self._recipe.ask(partial(self._store.has_recipe, name), done, failed)

    def model_of(self, model: str, done: Callable[[Manifest], None], failed: Failed) -> None:
        """Read what a model says of itself, as its own operating point."""
        self._model.ask(partial(self._store.model_manifest, model), done, failed)

    def challenge_parts(
        self,
        paths: list[Path],
        expected: KnownAs,
        taken: frozenset[str],
        done: Callable[[list[ChallengePart]], None],
        failed: Failed,
    ) -> None:
        """Copy pictures of challenge parts, and make a part of each.

        Args:
            taken: Names that other parts have.
        """
        self._challenge.ask(partial(self._store.take_challenge_parts, paths, expected, taken), done, failed)

    def versions_of(self, recipe: str, done: Callable[[list[RecipeVersion]], None], failed: Failed) -> None:
        """Read the versions of a recipe, the oldest first."""
        self._versions.ask(partial(self._store.versions, recipe), done, failed)
