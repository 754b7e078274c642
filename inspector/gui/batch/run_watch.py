"""Reads the results of the run that is looked at, and again while they grow; lives on the GUI thread."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.gui.work import Errand, Latest

if TYPE_CHECKING:
    from inspector.gui.batch.store import BatchStore, Query, Reading
    from inspector.gui.work import Worker

_EVERY_S = 0.5
#: Looking at a run that grows takes this share of the worker's time at most: one in so many.
_PAUSES = 15


class RunWatch(QObject):
    """See the module. Of a run that is not looked at any more nothing is told.

    Args:
        store: Used on the worker only.
        worker: The page's own; it reads the runs.
    """

    read = Signal(object)  #: Reading
    failed = Signal(str)  #: why the results cannot be read

    def __init__(self, *, store: BatchStore, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._latest = Latest(worker, self._fail)
        self._query: Query | None = None
        self._reading: Reading | None = None
        self._next_s = 0.0

    def look(self, query: Query) -> None:
        """Read and select anew."""
        before = self._query
        if before is None or (before.run, before.other) != (query.run, query.other):
            self._latest.forget()
        self._query = query
        self._latest.want(Errand(task=lambda: self._store.look(query), done=self._take))

    def end(self) -> None:
        """No run is looked at any more."""
        self._latest.forget()
        self._query = self._reading = None

    def poll(self, *, seen: bool) -> None:
        """Look again where there is more to read, or the run goes on and somebody sees it."""
        query, reading = self._query, self._reading
        if query is None or reading is None or self._latest.busy or time.perf_counter() < self._next_s:
            return
        moving = any(run is not None and run.active for run in (reading.run, reading.other))
        if not reading.caught_up or (moving and seen):
            self.look(query)

    def _take(self, reading: Reading) -> None:
        pause_s = max(_EVERY_S, _PAUSES * reading.took_s) if reading.caught_up else 0.0
        self._next_s = time.perf_counter() + pause_s
        self._reading = reading
        self.read.emit(reading)

    def _fail(self, error: Exception) -> None:
        self._next_s = time.perf_counter() + _EVERY_S
        self.failed.emit(str(error))
