"""What the page Operating point has on the disk: scores, prices, versions of the recipe. No Qt; one worker calls."""

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
    from inspector.operating_point.guarding import Guarding
    from inspector.operating_point.parts import LabelledParts
    from inspector.operating_point.sources import ScoreSource
    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe
    from inspector.recipes.versions import RecipeVersion

_MOVED = "A point that was chosen by parts is not proven by the same ones: run a batch of others at it."


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPointReading:
    """What was read of a recipe and of one source of scores.

    Args:
        recipe: The recipe's name.
        key: The source's key, as in `ScoreSource`.
        sources: As `ScoreSources.list` returns them.
        parts: None where the source has none.
        fault: Why there are no parts, and how to get them.
        in_force: The operating point at which the recipe works; None where its model cannot be read.
        prices: As they were set last.
        undoable: The version whose change can be taken back; None where there is none.
        chosen_by: The parts by which the point in force was chosen, as the record says; empty where it says nothing.
        guarding: How the guard is set; None where the model cannot be read.
    """

    recipe: str
    key: str
    sources: Sequence[ScoreSource]
    parts: LabelledParts | None
    fault: str
    in_force: Thresholds | None
    prices: RecipePrices
    undoable: RecipeVersion | None
    chosen_by: str = ""
    guarding: Guarding | None = None

    def guard_words(self) -> str:
        """Say what the reader must know of the guard besides its rate, as a sentence; empty for nothing."""
        if self.guarding is None:
            return ""
        return self.guarding.words

    def caution(self, point: Thresholds) -> str:
        """Say why the parts cannot prove a claim at a point, as a sentence; empty where they can."""
        if self.parts is None:
            return ""
        if self.parts.caution:
            return self.parts.caution
        return _MOVED if point != self.in_force or self.chosen_by == self.parts.source else ""


class OperatingPointStore:
    """See the module.

    Args:
        log: Returns where the result log is; the settings may move it.
    """

    def __init__(self, home: Home, *, log: Callable[[], Path]) -> None:
        self._home, self._log = home, log
        self._sources: tuple[Path, Sources] | None = None

    def read(self, recipe: Recipe, key: str) -> OperatingPointReading:
        """Read a source of scores; where it is not there any more, the model's validation.

        Args:
            recipe: The recipe in force.
            key: As in `ScoreSource`; empty for the validation.
        """
        sources = self._sources_now()
        listed = sources.list(recipe)
        key = key if key in {source.key for source in listed} else VALIDATION
        parts, in_force, guarding, fault = None, None, None, ""
        try:
            in_force, guarding = sources.in_force(recipe), sources.guarding(recipe)
            parts = sources.load(key, recipe)
        except InspectorError as error:
            fault = str(error)
        versions = history(recipe.name, self._home.recipes)
        change = next((version.change for version in reversed(versions) if version.change is not None), None)
        chosen_by = change.evidence.source if change is not None and change.evidence is not None else ""
        return OperatingPointReading(
            recipe=recipe.name,
            key=key,
            sources=listed,
            parts=parts,
            fault=fault,
            in_force=in_force,
            prices=load_prices(recipe.name, self._home.recipes),
            undoable=undoable(recipe, versions),
            chosen_by=chosen_by,
            guarding=guarding,
        )

    def save_prices(self, recipe: str, prices: RecipePrices) -> None:
        """Remember the prices of a recipe.

        Raises:
            InspectorError: If they cannot be written.
        """
        save_prices(prices, recipe, self._home.recipes)

    def taken_back(self, recipe: Recipe, reading: OperatingPointReading, author: str) -> Recipe:
        """Return a recipe with the operating point from before its last change.

        Args:
            recipe: The recipe in force.
            reading: Names the change and the point in force.
            author: Name of who takes it back.

        Raises:
            InspectorError: If the recipe's model cannot be read, or the change cannot be taken back.
        """
        assert reading.undoable is not None
        assert reading.in_force is not None
        of_model = self._sources_now().of_model(recipe)
        return taken_back(recipe, reading.undoable, reading.in_force, of_model, author=author)

    def _sources_now(self) -> Sources:
        log = self._log()
        if self._sources is None or self._sources[0] != log:
            self._sources = (log, Sources(self._home, log))
        return self._sources[1]
