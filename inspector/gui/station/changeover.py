"""Changes the recipe where a scanned code or the line's controller wants it, and says what has become of it."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from inspector.assembly import RecipeEntry

if TYPE_CHECKING:
    from inspector.gui.station.session import Session
    from inspector.recipes.recipe import Recipe
    from inspector.recipes.scanned import CodedRecipe

#: What became of it is shown for so long.
_TOLD_S = 30.0
_LOOK_MS = 500


class RecipeSwitch(QObject):
    """Lives on the GUI thread.

    Args:
        session: Chooses the recipe.
    """

    told = Signal(str)  #: what was done to the recipe; empty when that is old
    failed = Signal(str, str)  #: name of a recipe that is not in force, and why

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._wanted: tuple[str, str, str] | None = None  # recipe, what wants it, and the recipe before
        self._told_until_s = 0.0
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        session.recipe_changed.connect(self._on_recipe)
        session.fault.connect(self._on_fault)

    def to(self, wanted: CodedRecipe, why: str) -> None:
        """Have a recipe used instead of the one in force.

        Args:
            why: What wants it, as the beginning of a sentence: “The code “X” was scanned”.
        """
        before = self._session.recipe
        self._wanted = wanted.name, why, before.name if before is not None else ""
        self._session.choose_recipe(RecipeEntry(wanted.name, wanted.path))

    def tell(self, words: str) -> None:
        """Say something of it, for a while."""
        self._told_until_s = monotonic() + _TOLD_S if words else 0.0
        if words:
            self._timer.start()
        self.told.emit(words)

    def _look(self) -> None:
        if self._session.closing:
            self._timer.stop()
        elif monotonic() > self._told_until_s:
            self._timer.stop()
            self.tell("")

    def _on_recipe(self, recipe: Recipe) -> None:
        """Say it once the recipe is in force."""
        if self._wanted is None:
            return
        (name, why, before), self._wanted = self._wanted, None
        if recipe.name == name:
            line = "the line starts again with it" if self._session.running else "the line does not run"
            instead = f" instead of {before}" if before else ""
            self.tell(f"{why}: {name} is in use{instead}; {line}.")

    def _on_fault(self, what: str, words: str) -> None:
        """Note that a recipe cannot be used; its banner says so."""
        if what == "recipe" and words and self._wanted is not None:
            (name, _, _), self._wanted = self._wanted, None
            self.failed.emit(name, words)
