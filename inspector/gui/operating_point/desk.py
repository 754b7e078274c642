"""What the page Operating point reads and writes, on the session's worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError
from inspector.operating_point.choice import taken_back, undoable
from inspector.operating_point.prices import RecipePrices, load_prices, save_prices
from inspector.operating_point.sources import VALIDATION, Sources
from inspector.recipes.versions import history

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from inspector.domain.records import Thresholds
    from inspector.gui.station.session import Session
    from inspector.operating_point.parts import LabelledParts
    from inspector.operating_point.sources import Source
    from inspector.recipes.recipe import Recipe
    from inspector.recipes.versions import RecipeVersion

_MOVED = "A point that was chosen by parts is not proven by the same ones: run a batch of others at it."


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPointReading:
    """What was read.

    Args:
        recipe: Name of the recipe.
        key: Of the source that was read.
        sources: Those that there are.
        parts: None where there are none.
        fault: Why there are none, and how to get them.
        in_force: The operating point at which the recipe works; None where its model cannot be read.
        prices: As they were set last.
        undoable: The version whose change can be taken back; None where there is none.
        chosen_by: The parts by which the point in force was chosen, as the record says; empty where it says nothing.
    """

    recipe: str
    key: str
    sources: Sequence[Source]
    parts: LabelledParts | None
    fault: str
    in_force: Thresholds | None
    prices: RecipePrices
    undoable: RecipeVersion | None
    chosen_by: str = ""

    def caution(self, point: Thresholds) -> str:
        """Say why the parts cannot prove a claim at a point, as a sentence; empty where they can."""
        if self.parts is None:
            return ""
        if self.parts.caution:
            return self.parts.caution
        return _MOVED if point != self.in_force or self.chosen_by == self.parts.source else ""


class OperatingPointDesk:
    """See the module. Called on the GUI thread.

    Args:
        session: Its worker reads and writes, its recipe changes.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._number = 0
        self._sources: tuple[Path, Sources] | None = None
        self.author = ""  #: who chose last, while the program runs

    def load(self, recipe: Recipe, key: str, done: Callable[[OperatingPointReading], None]) -> None:
        """Read a source; where it is empty or not there any more, the model's validation. Only the last wish counts."""
        self._number += 1
        number, store = self._number, self._session.store

        def task() -> OperatingPointReading:
            return load(self._sources_of(store.places.log), recipe, key, store.home.recipes)

        def loaded(found: OperatingPointReading) -> None:
            if number == self._number:
                done(found)

        self._session.work.do(task, loaded, self._failed)

    def keep_prices(self, recipe: str, prices: RecipePrices) -> None:
        """Remember the prices of a recipe."""
        folder = self._session.store.home.recipes
        self._session.work.do(lambda: save_prices(prices, recipe, folder), failed=self._failed)

    def take_back(self, recipe: Recipe, found: OperatingPointReading, author: str) -> None:
        """Give a recipe back the operating point from before its last change, as a new version."""
        store, undone, in_force = self._session.store, found.undoable, found.in_force
        assert undone is not None
        assert in_force is not None

        def task() -> Recipe:
            of_model = self._sources_of(store.places.log).of_model(recipe)
            return taken_back(recipe, undone, in_force, of_model, author=author)

        self._session.work.do(task, lambda made: self._session.apply_recipe(made, lambda _: None), self._failed)

    def _sources_of(self, log: Path) -> Sources:
        """Called on the worker only."""
        if self._sources is None or self._sources[0] != log:
            self._sources = (log, Sources(self._session.store.home, log))
        return self._sources[1]

    def _failed(self, error: Exception) -> None:
        self._session.fault.emit("recipe", str(error))


def load(sources: Sources, recipe: Recipe, key: str, recipes: Path) -> OperatingPointReading:
    """Read all that the page shows; called on the worker."""
    there = sources.list(recipe)
    key = key if key in {one.key for one in there} else VALIDATION
    parts, in_force, fault = None, None, ""
    try:
        in_force = sources.in_force(recipe)
        parts = sources.load(key, recipe)
    except InspectorError as error:
        fault = str(error)
    versions = history(recipe.name, recipes)
    change = next((one.change for one in reversed(versions) if one.change is not None), None)
    by = change.evidence.source if change is not None and change.evidence is not None else ""
    return OperatingPointReading(
        recipe=recipe.name,
        key=key,
        sources=there,
        parts=parts,
        fault=fault,
        in_force=in_force,
        prices=load_prices(recipe.name, recipes),
        undoable=undoable(recipe, versions),
        chosen_by=by,
    )
