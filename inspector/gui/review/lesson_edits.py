"""What a hand does with the pictures to be learned: take some out, take them in again, train with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.domain.errors import BundleError
from inspector.regression.lessons import locked_lessons, manifest_of
from inspector.review.learning import LearningSet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from inspector.gui.review.figures import FiguresReader
    from inspector.outputs.regression_log import LockedPart
    from inspector.recipes.recipe import Recipe
    from inspector.regression.locked import RegressionSet
    from inspector.review.manifest import TrainingManifest
    from inspector.vision.store import ModelStore


class LessonEdits(QObject):
    """Owned by the page, on the GUI thread; the figures' thread does the work.

    Args:
        figures: Its thread is the only one that uses the sets.
        sets: Folder of the recipes' sets.
        models: The models, of whose own pictures a training takes too.
        regression: Returns the locked parts of the station's log.
    """

    changed = Signal()  #: the set is another one now
    ready = Signal(object)  #: TrainingManifest
    locked = Signal(object)  #: list of `LockedPart`: those among what is to be learned
    failed = Signal(str)

    def __init__(
        self,
        *,
        figures: FiguresReader,
        sets: Path,
        models: ModelStore,
        regression: Callable[[], RegressionSet],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._figures, self._sets, self._models = figures, sets, models
        self._regression = regression
        self._removed: list[tuple[str, list[str]]] = []

    def set_of(self, recipe: Recipe | None) -> LearningSet | None:
        """Return a recipe's set."""
        return None if recipe is None else LearningSet(self._sets, recipe.name)

    def can_undo(self, recipe: Recipe | None) -> bool:
        """Say whether something was taken out of a recipe's set that can be taken in again."""
        return recipe is not None and bool(self._removed) and self._removed[-1][0] == recipe.name

    def remove(self, recipe: Recipe | None, inspection_ids: list[str]) -> None:
        """Take parts out of the set."""
        learning = self.set_of(recipe)
        if learning is None:
            return

        def done(_: object) -> None:
            self._removed.append((learning.recipe, inspection_ids))
            self.changed.emit()

        self._figures.do(lambda: learning.leave_out(inspection_ids), done, self._fail)

    def undo(self, recipe: Recipe | None) -> None:
        """Take in again what was taken out last."""
        learning = self.set_of(recipe)
        if learning is None or not self.can_undo(recipe):
            return
        _, inspection_ids = self._removed[-1]

        def done(_: object) -> None:
            self._removed.pop()
            self.changed.emit()

        self._figures.do(lambda: learning.take_back(inspection_ids), done, self._fail)

    def train(self, recipe: Recipe | None) -> None:
        """Write the manifest that unites the set with the pictures of the recipe's model, or say what is locked."""
        learning = self.set_of(recipe)
        if learning is None or recipe is None:
            return

        def look() -> list[LockedPart]:
            return locked_lessons(self._regression(), learning)

        def seen(parts: list[LockedPart]) -> None:
            if parts:
                self.locked.emit(parts)
            else:
                self._write(learning, recipe)

        self._figures.do(look, seen, self._fail)

    def release(self, recipe: Recipe, parts: Sequence[LockedPart], reason: str, who: str) -> None:
        """Take parts out of the regression set, then train with them too."""
        learning = LearningSet(self._sets, recipe.name)
        ids = [part.inspection_id for part in parts]

        def task() -> None:
            self._regression().release(recipe.name, ids, reason.strip(), who=who)

        self._figures.do(task, lambda _: self._write(learning, recipe), self._fail)

    def _write(self, learning: LearningSet, recipe: Recipe) -> None:
        def write() -> TrainingManifest:
            try:
                model = self._models.find(recipe.model)
            except BundleError:
                model = None  # gone: what was learned may do alone, and the manifest says so
            return manifest_of(self._regression(), learning, model)

        self._figures.do(write, self.ready.emit, self._fail)

    def _fail(self, error: Exception) -> None:
        self.failed.emit(str(error))
