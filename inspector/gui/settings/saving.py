"""Saves what was changed on the Settings page; asks where that replaces a recipe or stops the running line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.domain.sentence import sentence
from inspector.gui.station.line import restarts_line
from inspector.gui.widgets.question import replace_question

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from inspector.gui.station.catalogue import Catalogue
    from inspector.gui.station.session import Session
    from inspector.gui.widgets.question import Question
    from inspector.recipes.recipe import Recipe
    from inspector.settings import Settings


class Saver(QObject):
    """See the module.

    Args:
        session: Saves, and uses it at once.
        catalogue: Tells which recipes there are.
        page: The question stands over it.
    """

    said = Signal(str)  #: what is saved, or why it is not known whether it may be
    asked = Signal(object)  #: whoever guards the running line calls it, where wanted after a question

    def __init__(self, session: Session, catalogue: Catalogue, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._catalogue, self._page = session, catalogue, page
        self.replacing: Question | None = None  #: asked before another recipe is replaced
        self._sent: Recipe | None = None
        session.fault.connect(self._on_fault)

    def is_sent(self, recipe: Recipe | None) -> bool:
        """Return True for what was given to be saved last; its next version brings nothing that is not known."""
        return recipe is not None and recipe == self._sent

    def save(
        self, recipe: Recipe | None, settings: Settings | None, then: Callable[[], None], reason: str = ""
    ) -> None:
        """Save what has changed, and call ``then`` when all of it is.

        Args:
            recipe: None where it stays as it is.
            settings: The station's; None where they stay as they are.
            reason: Why the recipe decides otherwise now.
        """
        restarts = recipe is not None or (settings is not None and restarts_line(self._session.settings, settings))

        def go() -> None:
            self._save_all(recipe, settings, then, reason)

        def guarded() -> None:
            if restarts:
                self.asked.emit(go)
            else:
                go()

        in_force = self._session.recipe
        if recipe is None or in_force is None or recipe.name == in_force.name:
            guarded()
            return

        def ask(taken: bool) -> None:  # noqa: FBT001 - what the worker says
            if not taken:
                guarded()
                return
            self.replacing = replace_question(recipe.name, self._page)
            self.replacing.accepted.connect(guarded)
            self.replacing.open()

        self._catalogue.has_recipe(recipe.name, ask, lambda error: self.said.emit(sentence(error)))

    def _save_all(
        self, recipe: Recipe | None, settings: Settings | None, then: Callable[[], None], reason: str
    ) -> None:
        left = sum(change is not None for change in (recipe, settings))
        words: list[str] = []

        def saved(said: str) -> None:
            words.append(said)
            self.said.emit(" ".join(words))
            if len(words) == left:
                then()

        if recipe is not None:
            self._sent, in_force = recipe, self._session.recipe
            if in_force is not None and in_force.name != recipe.name:  # a new one, which counts its own versions
                recipe = recipe.model_copy(update={"version": 1, "change": None})
            self._session.apply_recipe(
                recipe, lambda new: saved(f"Saved as version {new.version} of {new.name}, and in use."), reason
            )
        if settings is not None:
            self._session.apply_settings(settings, lambda: saved("The station's settings are saved, and in use."))

    def _on_fault(self, key: str, text: str) -> None:
        if key == "recipe" and text:
            self._sent = None
