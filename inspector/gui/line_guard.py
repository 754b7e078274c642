"""Asks before a hand takes the running line away: by another recipe, or with the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.gui.widgets.question import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from inspector.assembly import RecipeEntry
    from inspector.gui.station.session import Session


class LineGuard:
    """Belongs to the window; a line that does not run is not asked for.

    Args:
        session: Tells whether the line runs.
        window: The questions stand over it.
    """

    def __init__(self, session: Session, window: QWidget) -> None:
        self._session, self._window = session, window
        self.question: Question | None = None  #: the last one

    def choose_recipe(self, entry: RecipeEntry) -> None:
        """Load a recipe of the list; the one that is in force already is left alone while it runs."""
        session, recipe = self._session, self._session.recipe
        if not session.running:
            session.choose_recipe(entry)
        elif recipe is None or entry.name != recipe.name:
            words = f"The line stops and starts again with {entry.name}. Parts that pass meanwhile are not inspected."
            self._ask(
                Question("Change the recipe of the running line?", words, "Change it", parent=self._window),
                lambda: session.choose_recipe(entry),
            )

    def before_applying(self, apply: Callable[[], None]) -> None:
        """Give the line other settings with ``apply``; where it runs, only after a yes."""
        words = "The line stops and starts again with them. Parts that pass meanwhile are not inspected."
        self._ask_of_a_running_line("Apply to the running line?", words, "Apply", apply)

    def before_setting_up(self, begin: Callable[[], None]) -> None:
        """Set the station up with ``begin``, which ends with another recipe; where the line runs, only after a yes."""
        words = "At its end the line goes on with what was set up. Parts that pass meanwhile are not inspected."
        self._ask_of_a_running_line("Set up while the line runs?", words, "Set up", begin)

    def before_showing(self, begin: Callable[[], None]) -> None:
        """Show good parts with ``begin``, which looks at the line's source; where it runs, only after a yes."""
        words = "The line stops, as its pictures are needed for this. Parts that pass meanwhile are not inspected."

        def stop() -> None:
            self._session.stop()
            begin()

        self._ask_of_a_running_line("Show good parts while the line runs?", words, "Stop and show", stop)

    def before_leaving(self, leave: Callable[[], None]) -> None:
        """Close the window with ``leave``; where the line runs, only after a yes."""
        words = "The line stops with it: parts that pass afterwards are not inspected. What was inspected is recorded."
        self._ask_of_a_running_line("Close while the line runs?", words, "Stop and close", leave)

    def _ask_of_a_running_line(self, title: str, words: str, yes: str, then: Callable[[], None]) -> None:
        if self._session.running:
            self._ask(Question(title, words, yes, parent=self._window), then)
        else:
            then()

    def _ask(self, question: Question, then: Callable[[], None]) -> None:
        if self.question is not None:
            self.question.reject()
        self.question = question
        question.accepted.connect(then)
        question.open()
