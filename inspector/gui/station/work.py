"""Work off the GUI thread: files, database, models, cameras; results come back by polling, on the GUI thread."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)


class Workers:
    """Workers of pages, which hold up nobody else's tasks; they end together.

    Args:
        results: As for `Worker`.
    """

    def __init__(self, results: queue.SimpleQueue[tuple[Callable[[Any], None], Any]]) -> None:
        self._results = results
        self._made: list[tuple[Worker, Callable[[], None] | None]] = []

    def make(self, name: str, at_end: Callable[[], None] | None = None) -> Worker:
        """Return a new worker; ``at_end`` is its last task."""
        found = Worker(name, self._results)
        self._made.append((found, at_end))
        return found

    def close(self) -> None:
        """End all of them after the tasks given so far."""
        for worker, at_end in self._made:
            if at_end is not None:
                worker.do(at_end)
            worker.close()

    def ended(self) -> bool:
        """True where none runs any more."""
        return all(worker.join(0.0) for worker, _ in self._made)


class Worker:
    """One daemon thread that does tasks in order.

    Args:
        name: Of the thread.
        results: Where (callback, value) pairs are put for the GUI thread.
    """

    def __init__(self, name: str, results: queue.SimpleQueue[tuple[Callable[[Any], None], Any]]) -> None:
        self._tasks: queue.SimpleQueue[tuple[Callable[[], Any], Any, Any] | None] = queue.SimpleQueue()
        self._results = results
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def do(
        self,
        task: Callable[[], Any],
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Do a task; ``done`` gets its value, ``failed`` its exception, both on the GUI thread."""
        self._tasks.put((task, done, failed))

    def close(self) -> None:
        """End after the tasks given so far."""
        self._tasks.put(None)

    def join(self, timeout_s: float) -> bool:
        """Wait for the end; False where a task still runs."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (entry := self._tasks.get()) is not None:
            task, done, failed = entry
            try:
                value = task()
            except Exception as error:  # noqa: BLE001 - it is shown
                if failed is not None:
                    self._results.put((failed, error))
                else:
                    _log.exception("a task of the window failed")
            else:
                if done is not None:
                    self._results.put((done, value))
