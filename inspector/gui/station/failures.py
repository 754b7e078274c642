"""The parts that did not pass, for the strip: newest first, made on the worker, drawn when somebody looks."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.engine.status import PartInspected
    from inspector.gui.station.events import Failure
    from inspector.gui.station.store import Store
    from inspector.gui.work import Worker

#: How many are kept.
FAILURES = 12


class Failures(QObject):
    """Owned by the session, on the GUI thread.

    Args:
        store: Makes entries and thumbnails.
        work: The worker that does it; one task at a time, whatever the rate of failures.
    """

    changed = Signal(object)  #: list of Failure, newest first; None until the record was read
    failed = Signal(str)  #: why a picture could not be made

    def __init__(self, store: Store, work: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._work = store, work
        self._recipe = ""
        self._entries: list[Failure] = []
        self._reading: object = object()  # stands for what was asked last
        self._read = False
        self._fresh: deque[PartInspected] = deque(maxlen=FAILURES)  # did not pass, no entry yet
        self._busy = False
        self._seen = True

    @property
    def entries(self) -> list[Failure] | None:
        """Those that are kept now, newest first; None where there is none yet, and the record was not read."""
        return list(self._entries) if self._read or self._entries else None

    def add(self, events: list[PartInspected]) -> None:
        """Add parts that did not pass, oldest first."""
        self._fresh.extend(events)
        if self._fresh and not self._busy:
            self._make()

    def watch(self, *, seen: bool) -> None:
        """Say whether the strip can be seen; thumbnails are drawn only then."""
        came = seen and not self._seen
        self._seen = seen
        drawn = all(entry.thumbnail is not None or entry.image is None for entry in self._entries)
        if came and not self._busy and not drawn:
            self._make()

    def clear(self, recipe: str) -> None:
        """Forget all of them: another log is opened, or another recipe is in force; only its parts are kept."""
        self._recipe, self._read, self._reading = recipe, False, object()
        self._fresh.clear()
        self._set([])

    def merge(self, failures: list[Failure]) -> None:
        """Add what the log knows."""
        self._read = True
        self._set(failures + self._entries)

    def _make(self) -> None:
        self._busy = True
        events, known, drawn = list(self._fresh), list(self._entries), self._seen
        self._fresh.clear()

        def make() -> tuple[list[Failure], list[Failure]]:
            made = self._store.failures_of(events, thumbnails=drawn)
            return made, self._store.with_thumbnails(known) if drawn else []

        def done(made: tuple[list[Failure], list[Failure]]) -> None:
            redrawn = {entry.inspection.id: entry for entry in made[1]}
            self._set([redrawn.get(entry.inspection.id, entry) for entry in self._entries] + made[0])
            self._go_on()

        def failed(error: Exception) -> None:
            self.failed.emit(str(error))
            self._go_on()

        self._work.do(make, done, failed)

    def _go_on(self) -> None:
        self._busy = False
        if self._fresh:
            self._make()

    def _set(self, entries: list[Failure]) -> None:
        """Set the entries; of one part, the last given counts."""
        by_id = {entry.inspection.id: entry for entry in entries if entry.inspection.recipe == self._recipe}
        # the ids are ordered by time
        self._entries = [by_id[key] for key in sorted(by_id, reverse=True)][:FAILURES]
        self.changed.emit(self.entries)

    def read(self, find: Callable[[int], list[Failure]], failed: Callable[[Exception], None]) -> None:
        """Read the last ones from the record on the worker; ``find`` is given how many."""
        reading = self._reading

        def done(failures: list[Failure]) -> None:
            if reading is self._reading:  # else another record, or recipe, is asked by now
                self.merge(failures)

        self._work.do(lambda: find(FAILURES), done, failed)

    def load(self, failure: Failure, done: Callable[[Failure], None], failed: Callable[[Exception], None]) -> None:
        """Get the full picture, from memory or from the archive."""
        if failure.image is not None:
            done(failure)
        else:
            self._work.do(lambda: self._store.full_failure(failure), done, failed)
