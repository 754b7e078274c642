"""Gives a trained model to the recipe, takes it back, and deletes models that nobody uses; all of it is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector import assembly
from inspector.gui.widgets.question import Question
from inspector.recipes.promotions import Promotion, Promotions, promoted, rolled_back
from inspector.recipes.recipe import load_recipe

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from inspector.gui.station.session import Session
    from inspector.recipes.recipe import Recipe
    from inspector.runs.trainings import Training, Trainings


class Promoter:
    """See the module.

    Args:
        session: Its worker reads and writes, its recipe changes.
        say: Shows what went wrong.
    """

    def __init__(self, session: Session, say: Callable[[str], None]) -> None:
        self._session = session
        self._say = say
        self._home = session.store.home
        self._record = Promotions(self._home)

    def question(self, recipe: Recipe, model: str, parent: QWidget) -> Question:
        """Return what is asked before a promotion."""
        words = (
            f"The recipe {recipe.name} gets version {recipe.version + 1} with {model} instead of {recipe.model}, from "
            "the next part on. It is recorded, and can be rolled back with one click."
        )
        if recipe.thresholds is not None:
            words += (
                f" The recipe's own threshold {recipe.thresholds.fail_at:g} was set for {recipe.model} and is dropped; "
                f"{model} brings its own."
            )
        return Question(f"Promote {model}?", words, "Promote", reason="Why? For the record", parent=parent)

    def promote(self, recipe: Recipe, model: str, why: str, done: Callable[[], None]) -> None:
        """Record the promotion, then give the recipe the model."""

        def task() -> Promotion:
            assembly.model_store(self._home).load(model)  # a damaged model must not stop the line
            return self._record.record(recipe, model, why)

        def recorded(_: Promotion) -> None:
            self._session.apply_recipe(promoted(recipe, model), lambda _: done())

        self._session.work.do(task, recorded, self._failed)

    def roll_back(self, done: Callable[[], None]) -> None:
        """Give the recipe the model and threshold back that it had before the last promotion."""
        recipe = self._session.recipe
        if recipe is None:
            return

        def task() -> Promotion:
            undone = self._record.way_back(recipe)
            assembly.model_store(self._home).load(undone.from_model)
            self._record.record(recipe, undone.from_model, f"Rolled back from {recipe.model}", rollback=True)
            return undone

        def recorded(undone: Promotion) -> None:
            self._session.apply_recipe(rolled_back(recipe, undone), lambda _: done())

        self._session.work.do(task, recorded, self._failed)

    def find_way_back(self, show: Callable[[str | None], None]) -> None:
        """Show which model a roll-back would bring; None where there is nothing to roll back."""
        recipe = self._session.recipe
        if recipe is None:
            show(None)
            return

        def task() -> Promotion | None:
            return self._record.undoable(recipe.name, recipe.model)

        self._session.work.do(task, lambda found: show(found.from_model if found is not None else None), self._failed)

    def delete(self, training: Training, trainings: Trainings, recipe: Recipe | None) -> None:
        """Delete a training and its model; called on the worker.

        Args:
            training: It.
            trainings: Where it is.
            recipe: The recipe in force; its model stays, as do those of all others and those they would go back to.

        Raises:
            InspectorError: If it runs, is in use, or the disk refuses.
        """
        entries = assembly.list_recipes(self._home)
        recipes = [load_recipe(entry.path) for entry in entries if entry.path is not None and not entry.fault]
        if recipe is not None:
            recipes.append(recipe)
        backs = [self._record.undoable(one.name, one.model) for one in recipes]
        in_use = [one.model for one in recipes] + [one.from_model for one in backs if one is not None]
        trainings.delete(training, in_use=in_use)

    def _failed(self, error: Exception) -> None:
        self._say(str(error))
