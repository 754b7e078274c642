"""Gives a trained model to the recipe, takes it back, and deletes models that nobody uses; all of it is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.depth import depth_doubt
from inspector.domain.errors import BundleError
from inspector.gui.widgets.question import Question
from inspector.gui.words import RESTARTS
from inspector.recipes.promotions import Promotion, promoted, rolled_back
from inspector.recipes.recipe import load_recipe

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from inspector.assembly import RecipeEntry
    from inspector.gui.station.session import Session
    from inspector.gui.work import Worker
    from inspector.recipes.promotions import Promotions
    from inspector.recipes.recipe import Recipe
    from inspector.runs.trainings import Training, Trainings
    from inspector.vision.store import ModelStore


class Promoter:
    """See the module.

    Args:
        session: Takes up the recipe with another model.
        work: Reads and writes.
        promotions: The record of them; used on the worker, as what follows.
        models: Finds models by name.
        recipes: Lists the station's recipes.
    """

    def __init__(
        self,
        session: Session,
        *,
        work: Worker,
        promotions: Promotions,
        models: ModelStore,
        recipes: Callable[[], list[RecipeEntry]],
    ) -> None:
        self._session, self._work, self._record = session, work, promotions
        self._models, self._recipes = models, recipes
        self.say: Callable[[str], None] = lambda _: None  #: called with what went wrong

    def question(self, recipe: Recipe, model: str, parent: QWidget, *, bit_depth: int | None) -> Question:
        """Return what is asked before a promotion.

        Args:
            bit_depth: As the model was trained with.
        """
        words = (
            f"The recipe {recipe.name} gets version {recipe.version + 1} with {model} instead of {recipe.model}, from "
            f"the next part on. {RESTARTS} It is recorded, and can be rolled back."
        )
        if recipe.thresholds is not None:
            words += (
                f" The recipe's own threshold {recipe.thresholds.fail_at:g} was set for {recipe.model} and is dropped; "
                f"{model} brings its own."
            )
        words = f"{words} {depth_doubt(bit_depth, recipe.source_options.bit_depth)}".rstrip()
        return Question(f"Promote {model}?", words, "Promote", reason="Why? For the record", parent=parent)

    def back_question(self, recipe: Recipe, model: str, parent: QWidget) -> Question:
        """Return what is asked before a roll-back to a model."""
        words = (
            f"The recipe {recipe.name} gets version {recipe.version + 1} with {model} instead of {recipe.model}, and "
            f"the threshold that it had with it, from the next part on. {RESTARTS} It is recorded."
        )
        return Question(f"Roll back to {model}?", words, "Roll back", parent=parent)

    def promote(self, recipe: Recipe, model: str, why: str, done: Callable[[], None]) -> None:
        """Record the promotion, then give the recipe the model."""

        def task() -> Promotion:
            self._models.load(model)  # a damaged model must not stop the line
            return self._record.record(recipe, model, why)

        def recorded(_: Promotion) -> None:
            self._session.apply_recipe(promoted(recipe, model), lambda _: done())

        self._work.do(task, recorded, self._failed)

    def roll_back(self, done: Callable[[], None]) -> None:
        """Give the recipe the model and threshold back that it had before the last promotion."""
        recipe = self._session.recipe
        if recipe is None:
            return

        def task() -> Promotion:
            undone = self._record.way_back(recipe)
            self._models.load(undone.from_model)
            self._record.record(recipe, undone.from_model, f"Rolled back from {recipe.model}", rollback=True)
            return undone

        def recorded(undone: Promotion) -> None:
            self._session.apply_recipe(rolled_back(recipe, undone), lambda _: done())

        self._work.do(task, recorded, self._failed)

    def find_way_back(self, show: Callable[[str | None], None]) -> None:
        """Show which model a roll-back would bring; None where there is nothing to roll back."""
        recipe = self._session.recipe
        if recipe is None:
            show(None)
            return

        def task() -> Promotion | None:
            last = self._record.undoable(recipe.name, recipe.model)
            try:
                return last if last is not None and self._models.find(last.from_model) else None
            except BundleError:  # there was none yet, as after the first start
                return None

        self._work.do(task, lambda last: show(last.from_model if last is not None else None), self._failed)

    def delete(self, training: Training, trainings: Trainings, recipe: Recipe | None) -> None:
        """Delete a training and its model; called on the worker.

        Args:
            training: The training that is deleted.
            trainings: The store that it lies in.
            recipe: The recipe in force; its model stays, as do those of all others and those they would go back to.

        Raises:
            InspectorError: If it runs, is in use, or the disk refuses.
        """
        entries = self._recipes()
        recipes = [load_recipe(entry.path) for entry in entries if entry.path is not None and not entry.fault]
        if recipe is not None:
            recipes.append(recipe)
        backs = [self._record.undoable(known.name, known.model) for known in recipes]
        in_use = [known.model for known in recipes] + [back.from_model for back in backs if back is not None]
        trainings.delete(training, in_use=in_use)

    def _failed(self, error: Exception) -> None:
        self.say(str(error))
