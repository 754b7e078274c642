"""`demo:`, the built-in synthetic conveyor as a source, with the ground truth in every frame."""

from __future__ import annotations

import time
from collections import deque
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING

from inspector.domain.errors import SourceError
from inspector.domain.records import Frame, Origin
from inspector.domain.source import DEMO
from inspector.pictures.codes import CodeLibraryError, code_library
from inspector.sources.demo_scene import FPS, DemoScene

if TYPE_CHECKING:
    from inspector.domain.source_options import SourceOptions
    from inspector.pictures import LeftOut


class DemoSource:
    """The synthetic conveyor; see `demo_scene` for what it shows.

    Indexed, the belt rests until a picture is asked for; then the next part moves to the middle.

    Paced, it behaves as a camera does: a reader that is late misses frames, which shows as gaps in the sequence. With
    ``as_fast_as_possible`` every frame is delivered, whatever the reader's speed.

    Args:
        options: ``seed``, ``defect_rate``, ``tags``, ``indexed``, ``fps`` (frames delivered per second, default 30; the
            belt's speed in pixels per frame stays the same) and ``as_fast_as_possible`` are used.
    """

    def __init__(self, options: SourceOptions) -> None:
        self._options = options
        self._fps = options.fps or FPS
        self._scene: DemoScene | None = None
        self._next = 0
        self._shown = 0
        self._belt = 0  # the scene's frame, where the belt is indexed
        self._part = 1  # that is in the middle, or comes there
        self._asked: deque[tuple[str, float]] = deque()
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
        """Start the belt; reopened, it goes on where it was.

        Raises:
            SourceError: If the parts are to have tags, and what draws codes is not installed.
        """
        options = self._options
        if options.tags:
            try:
                code_library()
            except CodeLibraryError as error:
                raise SourceError(f"the demo line's parts get no tags: {error.what}", error.next_step) from error
        if self._scene is None:
            self._scene = DemoScene(
                seed=options.seed, defect_rate=options.defect_rate, tags=options.tags, guided=options.indexed
            )
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
        trigger_id = self._index(captured_s, number - self._shown) if self._options.indexed else ""
        image, truth = self._scene.render(self._belt if self._options.indexed else number)
        self._next, self._shown = number + 1, number
        return Frame(
            image=image,
            sequence=number,
            time_s=number / self._fps,
            truth=truth,
            origin=Origin(
                captured_at=datetime.now(UTC), captured_s=captured_s, source=self.name, trigger_id=trigger_id
            ),
        )

    def ask_for_picture(self, trigger_id: str, until_s: float) -> None:
        """See `AskedSource.ask_for_picture`; the picture comes with the next frame in which the belt rests."""
        self._asked.append((trigger_id, until_s))

    def _index(self, now_s: float, passed: int) -> str:
        """Move an indexed belt on by some frames; return the trigger whose part it shows at rest, or nothing."""
        assert self._scene is not None
        rest = self._scene.frame_of(self._part)
        if not self._belt:  # the first part is there
            self._belt = rest
        if self._belt < rest:
            self._belt = min(rest, self._belt + passed)
            return ""
        if not self._asked:
            return ""
        trigger_id, until_s = self._asked.popleft()
        self._part += 1  # it leaves with the next frame, seen or not
        return trigger_id if now_s < until_s else ""

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
