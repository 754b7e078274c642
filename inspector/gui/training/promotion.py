"""Gives a trained model to the recipe, takes it back, and deletes models that nobody uses; all of it is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.depth import depth_doubt
from inspector.domain.errors import BundleError
from inspector.gui.training.locked_check import LockedCheck
from inspector.gui.training.promotion_dialog import PromotionDialog
from inspector.gui.widgets.question import Question
from inspector.gui.words import RESTARTS
from inspector.people.roles import Permission
from inspector.recipes.promotions import Promotion, promoted, rolled_back
from inspector.recipes.recipe import load_recipe
from inspector.regression.check import nothing_locked
from inspector.regression.process import CheckProcess
from inspector.regression.promotion import RegressionRefusedError, record_checked

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from inspector.assembly import RecipeEntry
    from inspector.gui.station.session import Session
    from inspector.gui.work import Worker
    from inspector.recipes.promotions import Promotions
    from inspector.recipes.recipe import Recipe
    from inspector.regression.check import RegressionCheck
    from inspector.regression.locked import RegressionSet
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
        regression: Returns the locked parts of the station's log.
    """

    def __init__(
        self,
        session: Session,
        *,
        work: Worker,
        promotions: Promotions,
        models: ModelStore,
        recipes: Callable[[], list[RecipeEntry]],
        regression: Callable[[], RegressionSet],
    ) -> None:
        self._session, self._work, self._record = session, work, promotions
        self._models, self._recipes, self._regression = models, recipes, regression
        self.say: Callable[[str], None] = lambda _: None  #: called with what went wrong

    def ask(
        self, recipe: Recipe, model: str, parent: QWidget, *, bit_depth: int | None, done: Callable[[], None]
    ) -> PromotionDialog:
        """Return what asks before a promotion, and judges the locked parts meanwhile; a yes promotes.

        Args:
            bit_depth: As the model was trained with.
            done: Called after the promotion.
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
        dialog = PromotionDialog(f"Promote {model}?", words, parent)
        judging = LockedCheck(self._work, lambda: self._begin(recipe, model), dialog)

        def fail(error: Exception) -> None:
            dialog.reject()
            self._failed(error)

        judging.moved.connect(dialog.show_progress)
        judging.judged.connect(dialog.show_check)
        judging.pictured.connect(dialog.show_pictures)
        judging.failed.connect(fail)
        dialog.finished.connect(lambda _: judging.release())
        dialog.accepted.connect(
            lambda: self.promote(recipe, model, dialog.why, done, check=dialog.check, signed=dialog.signed)
        )
        judging.start()
        return dialog

    def back_question(self, recipe: Recipe, model: str, parent: QWidget) -> Question:
        """Return what is asked before a roll-back to a model."""
        words = (
            f"The recipe {recipe.name} gets version {recipe.version + 1} with {model} instead of {recipe.model}, and "
            f"the threshold that it had with it, from the next part on. {RESTARTS} It is recorded."
        )
        return Question(f"Roll back to {model}?", words, "Roll back", parent=parent)

    def promote(
        self,
        recipe: Recipe,
        model: str,
        why: str,
        done: Callable[[], None],
        *,
        check: RegressionCheck | None = None,
        signed: str = "",
    ) -> None:
        """Record the promotion, then give the recipe the model; an engineer may.

        Args:
            check: What the model makes of the locked parts; None where there are none, else it is refused.
            signed: Reason of who signs for what it loses.
        """
        if not self._session.people.allows(Permission.MODELS):
            return
        who = self._session.people.actor.name
        now = self._session.recipe
        recipe = now if now is not None and now.name == recipe.name else recipe  # it may have been changed meanwhile

        def task() -> Promotion:
            bundle = self._models.load(model)  # a damaged model must not stop the line
            regression = self._regression()
            told = check or nothing_locked(regression, recipe, model, bundle.sha256)
            if told is None:
                raise RegressionRefusedError(
                    f"{recipe.name} has locked parts, by which {model} is judged first",
                    "Promote it in Settings, Training.",
                )
            return record_checked(
                self._record,
                told,
                recipe=recipe,
                bundle=bundle,
                to_model=model,
                why=why,
                signed=signed,
                regression=regression,
                who=who,
            )

        def recorded(_: Promotion) -> None:
            self._session.apply_recipe(promoted(recipe, model), lambda _: done())

        self._work.do(task, recorded, self._failed)

    def roll_back(self, done: Callable[[], None]) -> None:
        """Give the recipe the model and threshold back that it had before the last promotion."""
        recipe = self._session.recipe
        if recipe is None or not self._session.people.allows(Permission.MODELS):
            return

        who = self._session.people.actor.name

        def task() -> Promotion:
            undone = self._record.way_back(recipe)
            self._models.load(undone.from_model)
            why = f"Rolled back from {recipe.model}"
            self._record.record(recipe, undone.from_model, why, who=who, rollback=True)
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

    def _begin(self, recipe: Recipe, model: str) -> RegressionCheck | CheckProcess:
        """Answer at once where nothing is locked, else start what judges; called on the worker."""
        regression = self._regression()
        at_once = nothing_locked(regression, recipe, model, self._models.load(model).sha256)
        if at_once is not None:
            return at_once
        places = ("--recipe", recipe.name, "--home", str(regression.home.root), "--log", str(regression.log))
        return CheckProcess((model, *places))

    def _failed(self, error: Exception) -> None:
        self.say(str(error))
