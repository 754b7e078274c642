"""Looks whether the blind audit shows too many escapes; then the model before is taken back."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from inspector.gui.work import Latest

if TYPE_CHECKING:
    from inspector.gui.station.session import Session
    from inspector.gui.station.store import Store
    from inspector.review.escape_limit import EscapesExceeded

_EVERY_S = 5.0


class EscapeWatch(QObject):
    """Lives on the GUI thread; a worker of its own looks, as a million parts take seconds.

    The line takes up the recipe's next version as it does one that a command has saved.

    Args:
        session: Knows the recipe in force, and shows a banner.
        store: The station's files; used on the worker.
    """

    def __init__(self, session: Session, store: Store) -> None:
        super().__init__(session)
        self._session, self._store = session, store
        self._latest = Latest(session.workers.make("escape limit"), lambda error: self._tell(str(error)))
        self._next_s = perf_counter() + _EVERY_S
        self._seen = ("", 0)  # what was looked at: recipe with version, newest review
        self._said = ""
        self._lasts = False  # what is said was done, and is no state that can end
        session.polled.connect(self._look)

    def _look(self) -> None:
        recipe = self._session.recipe
        if perf_counter() < self._next_s or self._session.closing:
            return
        self._next_s = perf_counter() + _EVERY_S
        if recipe is None or self._latest.busy:
            return
        if recipe.failing.escapes_above:
            name = recipe.name
            self._latest.ask(lambda: self._checked(name), self._on_checked)
        elif not self._lasts:
            self._tell("")

    def _checked(self, name: str) -> tuple[EscapesExceeded | None, bool]:
        """Return what was found, and whether anything was looked at anew."""
        before = self._seen
        exceeded, self._seen = self._store.check_escapes(name, before)
        return exceeded, self._seen != before

    def _on_checked(self, checked: tuple[EscapesExceeded | None, bool]) -> None:
        exceeded, anew = checked
        if exceeded is not None:
            self._tell(exceeded.words, lasts=exceeded.saved is not None)
        elif anew and not self._lasts:
            self._tell("")

    def _tell(self, text: str, *, lasts: bool = False) -> None:
        self._lasts = lasts
        if text != self._said:
            self._said = text
            self._session.fault.emit("escapes", text)
