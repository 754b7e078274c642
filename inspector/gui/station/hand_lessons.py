"""What is said of pictures that stand in no record, for a training: of those of a batch, and those tried by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.domain.errors import BundleError, LearningError
from inspector.domain.review import Judgement
from inspector.gui.work import Latest
from inspector.people.roles import Permission

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from inspector.gui.station.session import Session
    from inspector.gui.work import Worker
    from inspector.recipes.recipe import Recipe
    from inspector.regression.locked import RegressionSet
    from inspector.review.hand_picture import HandPicture
    from inspector.review.manifest import TrainingManifest
    from inspector.vision.store import ModelStore


@dataclass(frozen=True, slots=True, kw_only=True)
class HandState:
    """What a recipe has to learn.

    Args:
        recipe: Its name; empty for none.
        to_learn: How many pictures, those of reviews included.
        said: What was said outside the record, by the picture's file.
        types: Types of defects that were named.
    """

    recipe: str = ""
    to_learn: int = 0
    said: Mapping[str, Judgement] = field(default_factory=dict)
    types: tuple[str, ...] = ()


class HandLessons(QObject):
    """Shared by the pages that show such pictures; on the GUI thread.

    Args:
        session: Knows the recipe in force and who judges; leads to Training.
        work: Reads and writes; the only one that writes these tables.
        sets: Folder of the recipes' sets.
        models: Returns the models, of whose own pictures a training takes too.
        regression: Returns the locked parts of the station's log, which are not learned from.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(
        self,
        session: Session,
        *,
        work: Worker,
        sets: Path,
        models: Callable[[], ModelStore],
        regression: Callable[[], RegressionSet],
    ) -> None:
        super().__init__(session)
        self._regression = regression
        self._session, self._work, self._sets, self._models = session, work, sets, models
        self.state = HandState()
        self._latest = Latest(work, self._fail)
        session.recipe_changed.connect(lambda _: self.refresh())

    def refresh(self) -> None:
        """Read what the recipe in force has to learn."""
        recipe = self._session.recipe
        if recipe is None:
            self._take(HandState())
        else:
            self._latest.ask(lambda: _state(self._sets, recipe), self._take)

    def said_of(self, picture: str) -> Judgement | None:
        """Return what was said of a file."""
        return self.state.said.get(picture)

    def tell(
        self,
        pictures: Sequence[HandPicture],
        judgement: Judgement | None,
        defect_type: str,
        *,
        source: str,
    ) -> None:
        """Take pictures into the set of the recipe in force, with what somebody says of them; None takes them back.

        Args:
            source: Where they came from.
        """
        recipe = self._session.recipe
        if recipe is None:
            self.failed.emit("There is no recipe whose model could learn. Choose one above.")
            return
        people = self._session.people
        if not people.allows(Permission.REVIEW):
            self.changed.emit()  # what was pressed is shown as it is
            return
        by = people.reviewer(self._session.settings.reviewer) or people.actor.name

        def task() -> tuple[HandState, LearningError | None]:
            from inspector.review.by_hand import HandJudgement, learn_by_hand
            from inspector.review.learning import LearningSet

            said = HandJudgement(
                pictures=pictures, judgement=judgement, defect_type=defect_type, by=by,
                model=recipe.model, recipe_version=recipe.version, source=source,
            )  # fmt: skip
            fault = None
            try:
                learn_by_hand(LearningSet(self._sets, recipe.name), said)
            except LearningError as error:
                fault = error
            return _state(self._sets, recipe), fault

        def taken(result: tuple[HandState, LearningError | None]) -> None:
            state, fault = result
            self._take(state)
            if fault is not None:
                self.failed.emit(str(fault))

        self._work.do(task, taken, self._fail)

    def train(self) -> None:
        """Unite the set with the pictures of the recipe's model, and lead to Training."""
        recipe = self._session.recipe
        if recipe is None:
            return

        def task() -> TrainingManifest:
            from inspector.regression.lessons import manifest_of
            from inspector.review.learning import LearningSet

            try:
                model = self._models().find(recipe.model)
            except BundleError:
                model = None  # gone: what was learned may do alone, and the manifest says so
            return manifest_of(self._regression(), LearningSet(self._sets, recipe.name), model)

        def ready(manifest: TrainingManifest) -> None:
            self._session.training_wanted.emit(str(manifest.path), manifest.model)

        self._work.do(task, ready, self._fail)

    def _take(self, state: HandState) -> None:
        recipe = self._session.recipe
        if state.recipe == ("" if recipe is None else recipe.name):
            self.state = state
            self.changed.emit()

    def _fail(self, error: Exception) -> None:
        self.changed.emit()  # what was pressed is shown as it is
        self.failed.emit(str(error))


def _state(sets: Path, recipe: Recipe) -> HandState:
    """Read a recipe's set; called on the worker."""
    from inspector.review.learning import LearningSet
    from inspector.review.lesson import Why

    learning = LearningSet(sets, recipe.name)
    lessons = learning.lessons()
    by_hand = [lesson for lesson in lessons if lesson.why == Why.BY_HAND.value]
    return HandState(
        recipe=recipe.name,
        to_learn=sum(not lesson.for_test for lesson in lessons),
        said={lesson.archived: Judgement(lesson.label) for lesson in by_hand},
        types=tuple(dict.fromkeys(lesson.defect_type for lesson in lessons if lesson.defect_type)),
    )
