"""Where the line's threads put what they know; everyone else sees frozen snapshots."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from inspector.engine.stages import StageTimes, figures_of, quantile
from inspector.engine.status import MOVES, EngineStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.records import Frame
    from inspector.engine.stages import StageFigure
    from inspector.engine.status import EngineListener, PartInspected

_log = logging.getLogger(__name__)
_FPS_WINDOW_S = 2.0


class Board:
    """The status, its listeners, and the figures. Any thread may call any method."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._status = EngineStatus()
        self._listeners: tuple[EngineListener, ...] = ()
        self._frames: deque[float] = deque()
        self._latencies: deque[float] = deque(maxlen=1000)
        self._stages = StageTimes()

    def subscribe(self, listener: EngineListener) -> Callable[[], None]:
        """Add a listener; the returned function removes it."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._lock:
                self._listeners = tuple(known for known in self._listeners if known is not listener)

        return unsubscribe

    def status(self) -> EngineStatus:
        """Return a snapshot with the figures of this moment."""
        with self._lock:
            now = time.perf_counter()
            while self._frames and now - self._frames[0] > _FPS_WINDOW_S:
                self._frames.popleft()
            status, fps, latencies = self._status, len(self._frames) / _FPS_WINDOW_S, list(self._latencies)
        latencies.sort()
        return replace(
            status,
            fps=fps,
            latency_p50_ms=quantile(latencies, 0.50) if latencies else None,
            latency_p99_ms=quantile(latencies, 0.99) if latencies else None,
        )

    def state(self) -> EngineStatus:
        """Return a snapshot without the figures, which take time to sort."""
        with self._lock:
            return self._status

    def stages(self) -> tuple[StageFigure, ...]:
        """Return where the time of the last parts went; empty before the first."""
        with self._lock:
            rows = self._stages.rows()
        return figures_of(rows)

    def times(self, parts: int) -> list[tuple[float | None, ...]]:
        """Return the times of the last parts, as `StageTimes.rows` does."""
        with self._lock:
            return self._stages.rows()[-parts:]

    def begin(self, **changes: Any) -> None:  # noqa: ANN401 - fields of EngineStatus
        """Start a new run: everything from before is forgotten."""
        with self._lock:
            self._status = EngineStatus(**changes)
            self._frames.clear()
            self._latencies.clear()
            self._stages.clear()
        self._tell_status()

    def change(self, **changes: Any) -> None:  # noqa: ANN401 - fields of EngineStatus
        """Change fields, and tell the listeners if anything did change; a state that `MOVES` forbids is ignored."""
        with self._lock:
            before = self._status
            wanted = changes.get("state", before.state)
            if wanted is not before.state and wanted not in MOVES[before.state]:
                _log.info("the line stays %s: it cannot become %s", before.state.value, wanted.value)
                del changes["state"]
            self._status = replace(before, **changes)
            same = before == self._status
        if not same:
            self._tell_status()

    def frame_arrived(self, frame: Frame, dropped: int) -> None:
        """Count a frame and those dropped before it, and show it."""
        with self._lock:
            self._frames.append(time.perf_counter())
            if len(self._frames) > 4096:
                self._frames.popleft()
            if dropped:
                self._status = replace(self._status, dropped=self._status.dropped + dropped)
        for listener in self._listeners:
            self._tell(listener.on_frame, frame)

    def waiting(self, count: int) -> None:
        """Note how many parts wait; a figure, so nobody is told."""
        with self._lock:
            self._status = replace(self._status, waiting=count)

    def trigger_missed(self) -> None:
        """Count a trigger that could not be taken, and tell of it."""
        with self._lock:
            self._status = replace(self._status, missed_triggers=self._status.missed_triggers + 1)
        self._tell_status()

    def restarted(self, what: str) -> None:
        """Count that a part of the line was started again by itself, and say which."""
        with self._lock:
            count = self._status.restarts + 1
            self._status = replace(
                self._status, restarts=count, last_restart=f"{datetime.now().astimezone():%H:%M:%S}: {what}"
            )
        _log.warning("started again: %s", what)
        self._tell_status()

    def part_committed(self, event: PartInspected) -> None:
        """Count a part that is in the log, and tell of it."""
        with self._lock:
            self._latencies.append(event.committed_ms)
            self._stages.add(event)
            self._status = replace(self._status, parts=self._status.parts + 1)
        for listener in self._listeners:
            self._tell(listener.on_part, event)

    def _tell_status(self) -> None:
        snapshot = self.status()
        for listener in self._listeners:
            self._tell(listener.on_status, snapshot)

    def _tell(self, call: Callable[[Any], None], what: object) -> None:
        try:
            call(what)
        except Exception:
            _log.exception("a listener of the line failed")
