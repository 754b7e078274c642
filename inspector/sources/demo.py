"""`demo:`, the built-in synthetic conveyor as a source, with the ground truth in every frame."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING

from inspector.domain.records import Frame, Origin
from inspector.domain.source import DEMO
from inspector.sources.demo_scene import FPS, DemoScene

if TYPE_CHECKING:
    from inspector.domain.config import SourceOptions
    from inspector.pictures import LeftOut


class DemoSource:
    """The synthetic conveyor; see `demo_scene` for what it shows.

    Paced, it behaves as a camera does: a reader that is late misses frames, which shows as gaps in the sequence. With
    ``as_fast_as_possible`` every frame is delivered, whatever the reader's speed.

    Args:
        options: ``seed``, ``defect_rate``, ``fps`` (frames delivered per second, default 30; the belt's speed in pixels
            per frame stays the same) and ``as_fast_as_possible`` are used.
    """

    def __init__(self, options: SourceOptions) -> None:
        self._options = options
        self._fps = options.fps or FPS
        self._scene: DemoScene | None = None
        self._next = 0
        self._started_s = 0.0
        self._closed = Event()

    @property
    def name(self) -> str:
        """``demo:``."""
        return str(DEMO)

    @property
    def live(self) -> bool:
        """True when paced."""
        return not self._options.as_fast_as_possible

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Nothing."""
        return ()

    def open(self) -> None:
        """Start the belt; reopened, it goes on where it was."""
        if self._scene is None:
            self._scene = DemoScene(seed=self._options.seed, defect_rate=self._options.defect_rate)
        self._started_s = time.perf_counter() - self._next / self._fps
        self._closed.clear()

    def read(self, timeout_s: float) -> Frame | None:
        """Return the next frame; None where none is due within ``timeout_s`` or the source is closed."""
        if self._scene is None:
            return None
        if self.live and not self._wait_until_due(timeout_s):
            return None
        number = self._next
        captured_s = time.perf_counter()
        image, truth = self._scene.render(number)
        self._next = number + 1
        return Frame(
            image=image,
            sequence=number,
            time_s=number / self._fps,
            truth=truth,
            origin=Origin(captured_at=datetime.now(UTC), captured_s=captured_s, source=self.name),
        )

    def close(self) -> None:
        """Stop the belt; a `read` that waits returns at once."""
        self._closed.set()

    def _wait_until_due(self, timeout_s: float) -> bool:
        """Wait for the next frame's time; skip the frames whose time has passed."""
        now = time.perf_counter()
        overdue = int((now - self._started_s) * self._fps) - self._next
        if overdue > 0:
            self._next += overdue
            return True
        due = self._started_s + self._next / self._fps
        if due - now > timeout_s:
            self._closed.wait(timeout_s)
            return False
        return not self._closed.wait(max(0.0, due - now))
