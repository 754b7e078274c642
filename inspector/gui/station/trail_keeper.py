"""Keeps the audit trail going beside the window: its events go into the log as soon as that takes them."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector import __version__
from inspector.gui.work import Latest
from inspector.trail.program import started
from inspector.trail.written import look_at_all

if TYPE_CHECKING:
    from inspector.gui.station.session import Session
    from inspector.gui.station.store import Store

_EVERY_S = 2.0
#: So long events may wait until it is said: a station that begins opens its log first.
_PATIENT_S = 20.0
WINDOW = "with its window"


class TrailKeeper(QObject):
    """Records the program's start, looks for files that were changed by hand, and takes up what waits.

    Args:
        session: Has the worker, and polls.
        store: The station's files; used on the worker.
    """

    fault = Signal(str)  #: why events cannot be recorded; empty once they can

    def __init__(self, session: Session, store: Store) -> None:
        super().__init__(session)
        self._session, self._store = session, store
        self._latest = Latest(session.work, lambda error: self._say(str(error)))
        self._began = False
        self._next_s = perf_counter()
        self._clear_s = perf_counter()  # nothing has waited then
        self._said = ""
        session.polled.connect(self._look)

    def _look(self) -> None:
        if perf_counter() < self._next_s or self._session.closing or self._latest.busy:
            return
        self._next_s = perf_counter() + _EVERY_S
        if not self._began:
            self._began = True
            self._session.work.do(self._begin, self._say, lambda error: self._say(str(error)))
        self._latest.ask(self._store.take_up_trail, self._on_waiting)

    def _begin(self) -> str:
        look_at_all(self._store.home.root)
        return self._store.note(started(__version__, WINDOW))

    def _on_waiting(self, count: int) -> None:
        if not count:
            self._clear_s = perf_counter()
            self._say("")
        elif perf_counter() - self._clear_s > _PATIENT_S:
            self._say(
                "What was done at this station waits to be written into the audit trail, as the log takes nothing. "
                "Nothing of it is lost. See to the log."
            )

    def _say(self, words: str) -> None:
        if words != self._said:
            self._said = words
            self.fault.emit(words)
