"""Work beside the window: files, database, models, cameras. Results come back by polling, on the GUI thread.

A `Worker` does tasks in order. `Results` carries what was done to the GUI thread, which hands it out at every beat.
`Latest` is for whatever can be wished for anew before the last wish is done: it applies the newest result.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)
_Value = TypeVar("_Value")


class Results:
    """What workers have done, until the GUI thread hands it out; any thread may put something in."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[Callable[[Any], None], Any]] = queue.SimpleQueue()
        self._closed = False

    def put(self, callback: Callable[[_Value], None], value: _Value) -> None:
        """Have a callback called with a value on the GUI thread."""
        self._queue.put((callback, value))

    def hand_out(self) -> None:
        """Call the callbacks of what is done; on the GUI thread."""
        while not self._closed:
            try:
                callback, value = self._queue.get_nowait()
            except queue.Empty:
                return
            callback(value)

    def close(self) -> None:
        """Hand out nothing any more: those who asked are going away."""
        self._closed = True


class Worker:
    """One daemon thread that does tasks in order.

    Args:
        name: The thread's name.
        results: Carries values and exceptions to the GUI thread.
    """

    def __init__(self, name: str, results: Results) -> None:
        self._tasks: queue.SimpleQueue[tuple[Callable[[], Any], Any, Any] | None] = queue.SimpleQueue()
        self._results = results
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def do(
        self,
        task: Callable[[], _Value],
        done: Callable[[_Value], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Do a task.

        Args:
            task: Called on the worker's thread.
            done: Gets the task's value, on the GUI thread.
            failed: Gets the task's exception, on the GUI thread; without it the exception is logged.
        """
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
                    self._results.put(failed, error)
                else:
                    _log.exception("a task of the window failed")
            else:
                if done is not None:
                    self._results.put(done, value)


class Workers:
    """Workers of pages, which hold up nobody else's tasks; they end together.

    Args:
        results: As for `Worker`.
    """

    def __init__(self, results: Results) -> None:
        self._results = results
        self._made: list[tuple[Worker, Callable[[], None] | None]] = []

    def make(self, name: str, at_end: Callable[[], None] | None = None) -> Worker:
        """Return a new worker; ``at_end`` is its last task."""
        worker = Worker(name, self._results)
        self._made.append((worker, at_end))
        return worker

    def close(self) -> None:
        """End all of them after the tasks given so far."""
        for worker, at_end in self._made:
            if at_end is not None:
                worker.do(at_end)
            worker.close()

    def ended(self) -> bool:
        """True where none runs any more."""
        return all(worker.join(0.0) for worker, _ in self._made)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand(Generic[_Value]):
    """One task of a wish.

    Args:
        task: Called on the worker's thread.
        done: Gets the task's value, on the GUI thread.
        failed: Gets the task's exception, on the GUI thread; without it that of `Latest` does.
        late: Gets, instead of ``done``, a value that came after a newer wish: to release what it holds.
    """

    task: Callable[[], _Value]
    done: Callable[[_Value], None] | None = None
    failed: Callable[[Exception], None] | None = None
    late: Callable[[_Value], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What came of an errand, and of which wish it is."""

    errand: Errand[Any]
    wish: int
    value: object = None
    error: Exception | None = None


class Latest:
    """Does what was wished for last; used on the GUI thread.

    There are two kinds of wishes. After `ask` whatever came before is out of date: what was not begun is never done,
    and a result that comes late is not told. After `want` only what was not begun is dropped, as where one and the same
    thing is drawn again and again: a picture in the works is better than none.

    Only one errand at a time waits in the worker's queue, so that a long list holds up nobody else's tasks.

    Args:
        worker: Does the errands.
        failed: Gets the exceptions of errands that do not say who does; without it they are logged.
    """

    def __init__(self, worker: Worker, failed: Callable[[Exception], None] | None = None) -> None:
        self._worker, self._failed = worker, failed
        self._lock = threading.Lock()
        self._waiting: deque[Errand[Any]] = deque()
        self._wish = 0
        self._begun = 0  # errands of this wish that were begun and are not told yet
        self._queued = False  # the worker will come for the next errand

    @property
    def busy(self) -> bool:
        """True until all errands of the newest wish are told."""
        with self._lock:
            return bool(self._waiting) or self._begun > 0

    def ask(
        self,
        task: Callable[[], _Value],
        done: Callable[[_Value], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        late: Callable[[_Value], None] | None = None,
    ) -> None:
        """Wish for this alone; the arguments are those of `Errand`."""
        self.forget()
        self.also(task, done, failed, late=late)

    def also(
        self,
        task: Callable[[], _Value],
        done: Callable[[_Value], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        late: Callable[[_Value], None] | None = None,
    ) -> None:
        """Wish for this too, after the errands of the same wish; the arguments are those of `Errand`."""
        self._put(Errand(task=task, done=done, failed=failed, late=late))

    def want(self, *errands: Errand[Any]) -> None:
        """Wish for these, in their order; what is being done is still told."""
        self._put(*errands, instead=True)

    def forget(self) -> None:
        """Wish for nothing: nothing that was asked for is told any more."""
        with self._lock:
            self._wish += 1
            self._waiting.clear()
            self._begun = 0

    def _put(self, *errands: Errand[Any], instead: bool = False) -> None:
        with self._lock:
            if instead:
                self._waiting.clear()
            self._waiting.extend(errands)
            self._go_on()

    def _go_on(self) -> None:
        """Have the worker come for the next errand; the lock is held."""
        if self._waiting and not self._queued:
            self._queued = True
            self._worker.do(self._do_next, self._tell)

    def _do_next(self) -> _Outcome | None:
        """Do the next errand; on the worker's thread."""
        with self._lock:
            self._queued = False
            if not self._waiting:
                return None
            errand, wish = self._waiting.popleft(), self._wish
            self._begun += 1
        try:
            outcome = _Outcome(errand=errand, wish=wish, value=errand.task())
        except Exception as error:  # noqa: BLE001 - it is shown, or logged
            outcome = _Outcome(errand=errand, wish=wish, error=error)
        with self._lock:
            self._go_on()
        return outcome

    def _tell(self, outcome: _Outcome | None) -> None:
        if outcome is None:
            return
        errand, error = outcome.errand, outcome.error
        with self._lock:
            newest = outcome.wish == self._wish
            self._begun -= newest
        if not newest:
            if error is None and errand.late is not None:
                errand.late(outcome.value)
        elif error is None:
            if errand.done is not None:
                errand.done(outcome.value)
        elif (failed := errand.failed or self._failed) is not None:
            failed(error)
        else:
            _log.error("a task of the window failed", exc_info=error)
