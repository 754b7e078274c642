"""Records triggers that come while no line runs."""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import TYPE_CHECKING

from inspector.engine.triggers import NO_LINE

if TYPE_CHECKING:
    from inspector.domain.trigger_event import TriggerEvent
    from inspector.engine.line import Line

_log = logging.getLogger(__name__)
#: So many wait to be written: a controller that goes on triggering must not fill the memory.
_MOST = 256


class Latecomers:
    """Writes the ERROR of each trigger with what the last line ran, on a thread that lives as long as some wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Line, TriggerEvent]] = deque()
        self._thread: threading.Thread | None = None

    def add(self, line: Line | None, event: TriggerEvent) -> None:
        """Take a trigger; it never waits.

        Args:
            line: The last one; None where none has run: then there is no log to write to.
        """
        with self._lock:
            if line is None or len(self._waiting) >= _MOST:
                _log.error("the trigger %s is not in the log: %s", event.id, NO_LINE)
                return
            self._waiting.append((line, event))
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="missed triggers", daemon=True)
                self._thread.start()

    def wait(self, timeout_s: float) -> None:
        """Wait until all are written."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)

    def _write(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                line, event = self._waiting.popleft()
            try:
                recorded = line.triggers.record_missed(event)
            except Exception:
                _log.exception("a missed trigger could not be recorded")
                recorded = False
            if not recorded:
                _log.error("the trigger %s is not in the log: %s, and the log cannot be written", event.id, NO_LINE)
