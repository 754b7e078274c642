"""What the page Operating point asks for, done on a worker: of two sources chosen in a row the newest is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.domain.errors import InspectorError
from inspector.gui.work import Latest
from inspector.operating_point.choice import chosen
from inspector.people.actor import KnownBy

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.records import Thresholds
    from inspector.gui.operating_point.store import OperatingPointReading, OperatingPointStore
    from inspector.gui.work import Worker
    from inspector.operating_point.prices import RecipePrices
    from inspector.people.actor import Actor
    from inspector.recipes.recipe import ChangeEvidence, Recipe


class OperatingPointDesk(QObject):
    """See the module. Lives on the GUI thread.

    Args:
        store: Used on the worker only.
        worker: Does what touches files.
        actor: Tells who acts now.
    """

    read = Signal(object)  #: OperatingPointReading: what was asked for last
    recipe_made = Signal(object)  #: Recipe with another operating point, to be saved and used
    failed = Signal(str)  #: why the recipe's operating point or prices stay as they are

    def __init__(
        self, *, store: OperatingPointStore, worker: Worker, actor: Callable[[], Actor], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store, self._worker, self._actor = store, worker, actor
        self._reading = Latest(worker, self._fail)
        self._author = ""

    @property
    def author(self) -> str:
        """Who chooses: where users are off, who chose last while the program runs, at first the computer's user."""
        actor = self._actor()
        return actor.name if actor.known_by is not KnownBy.SYSTEM else self._author or actor.name

    @property
    def author_known(self) -> bool:
        """Whether the name is that of who is signed in, and is not typed."""
        return self._actor().known_by is not KnownBy.SYSTEM

    def ask(self, recipe: Recipe, key: str) -> None:
        """Ask for a source of scores by its key; only the last wish counts."""
        self._reading.ask(lambda: self._store.read(recipe, key), self.read.emit)

    def keep_prices(self, recipe: str, prices: RecipePrices) -> None:
        """Remember the prices of a recipe."""
        self._worker.do(lambda: self._store.save_prices(recipe, prices), failed=self._fail)

    def choose(
        self,
        recipe: Recipe,
        point: Thresholds,
        before: Thresholds,
        *,
        author: str,
        reason: str,
        guard_rate: float | None,
        evidence: ChangeEvidence | None,
    ) -> None:
        """Give a recipe another operating point.

        Args:
            recipe: The recipe in force.
            point: The operating point that it is given.
            before: The operating point in force.
            author: Name of who chooses; proposed the next time.
            reason: Why, in the author's words; it goes into the recipe.
            guard_rate: That it is given; None where the guard was not moved.
            evidence: What the point does to the parts it was chosen by; None where there are none.
        """
        self._author = author.strip()
        try:
            made = chosen(recipe, point, before, author=author, reason=reason, guard_rate=guard_rate, evidence=evidence)
        except InspectorError as error:
            self._fail(error)
            return
        self.recipe_made.emit(made)

    def take_back(self, recipe: Recipe, reading: OperatingPointReading) -> None:
        """Give a recipe back the operating point from before its last change."""
        author = self.author
        self._worker.do(lambda: self._store.taken_back(recipe, reading, author), self.recipe_made.emit, self._fail)

    def _fail(self, error: Exception) -> None:
        self.failed.emit(str(error))
