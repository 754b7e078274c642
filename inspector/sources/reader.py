"""Reads a `cv2.VideoCapture` on a thread of its own, so that a driver that hangs cannot hang the station."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import cv2

from inspector.domain.errors import SourceError, SourceLostError
from inspector.domain.records import Frame
from inspector.sources.base import SourceEndedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.records import Image

# OpenCV and FFmpeg write their own complaints to stderr; ours say more
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)


class Capture(Protocol):
    """What is used of `cv2.VideoCapture`."""

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """True where it could be opened."""
        ...

    def read(self) -> tuple[bool, Image]:
        """Return whether there was a frame, and the frame."""
        ...

    def release(self) -> None:
        """Close it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How frames are handed over.

    Args:
        media_fps: The stream's own rate, from which media time follows; None for a device, whose time is the clock.
        real_time: Wait for each frame's time (a recorded video shown as if live).
        keep_newest: An unread frame is overwritten; otherwise the reader waits until it is taken.
        ends: The end of the stream is an end, not a loss (a file).
    """

    media_fps: float | None
    real_time: bool
    keep_newest: bool
    ends: bool


class CaptureReader:
    """One opened stream; a new reader is made for every attempt.

    Args:
        name: The source's name.
        make: Opens the capture; called on the reader's thread, may hang. It returns the capture and its pace.
        open_timeout_s: How long the opening may take.
        silence_s: How long a frame may take before the stream counts as lost.
        first_sequence: Number of the first frame.
    """

    def __init__(
        self,
        name: str,
        make: Callable[[], tuple[Capture, Pace]],
        *,
        open_timeout_s: float = 10.0,
        silence_s: float = 5.0,
        first_sequence: int = 0,
    ) -> None:
        self.name = name
        self._make = make
        self._silence_s = silence_s
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._opened = False
        self._ended = False
        self._fault = ""
        self._closed = False
        self._sequence = first_sequence
        self._last_frame_s = 0.0
        self._thread = threading.Thread(target=self._run, name=f"capture {name}", daemon=True)
        self._thread.start()
        self._wait_open(open_timeout_s)

    @property
    def next_sequence(self) -> int:
        """Number of the frame after the last one."""
        return self._sequence

    def read(self, timeout_s: float) -> Frame | None:
        """Return the next frame; None where there is none within ``timeout_s``; see `Source.read`."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._frame or self._fault or self._ended or self._closed), timeout_s)
            if self._frame is not None:
                frame, self._frame = self._frame, None
                self._changed.notify_all()
                return frame
            if self._fault:
                raise SourceLostError(f"{self.name}: {self._fault}", "It is tried again by itself.")
            if self._ended:
                raise SourceEndedError(self.name)
            silent_s = time.perf_counter() - self._last_frame_s
            if not self._closed and silent_s > self._silence_s:
                raise SourceLostError(
                    f"{self.name} has delivered no picture for {silent_s:.0f} s", "Check its cable and power."
                )
            return None

    def close(self) -> None:
        """Let go at once; a thread that hangs in the driver is left behind and ends when the driver returns."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not threading.current_thread():
            self._thread.join(0.3)

    def _wait_open(self, timeout_s: float) -> None:
        with self._changed:
            done = self._changed.wait_for(lambda: self._opened or bool(self._fault) or self._closed, timeout_s)
            fault = self._fault
        if fault or not done:
            self.close()
            raise SourceError(
                f"{self.name} cannot be opened: {fault or f'no answer within {timeout_s:.0f} s'}",
                "Check that it exists, is connected, and is not used by another program.",
            )

    def _run(self) -> None:
        capture: Capture | None = None
        try:
            capture, pace = self._make()
            if not capture.isOpened():
                self._fail("there is no such device, file or stream, or it is in use")
                return
            with self._changed:
                self._opened = True
                self._last_frame_s = time.perf_counter()
                self._changed.notify_all()
            self._pump(capture, pace)
        except SourceError as error:
            self._fail(error.what)
        except cv2.error as error:
            self._fail(f"OpenCV says {str(error).strip()}")
        finally:
            if capture is not None:
                capture.release()

    def _pump(self, capture: Capture, pace: Pace) -> None:
        started_s = time.perf_counter()
        first = self._sequence
        while not self._closed:
            there, image = capture.read()
            captured_s = time.perf_counter()
            if not there or image is None:
                self._finish(pace, any_frame=self._sequence > first)
                return
            count = self._sequence - first
            if pace.real_time and pace.media_fps:
                self._wait_until(started_s + count / pace.media_fps)
                captured_s = time.perf_counter()
            frame = Frame(
                image=image,
                sequence=self._sequence,
                time_s=count / pace.media_fps if pace.media_fps else captured_s,
                captured_at=datetime.now(UTC),
                captured_s=captured_s,
                source=self.name,
            )
            self._sequence += 1
            self._hand_over(frame, pace)

    def _hand_over(self, frame: Frame, pace: Pace) -> None:
        with self._changed:
            if not pace.keep_newest:
                self._changed.wait_for(lambda: self._frame is None or self._closed)
            self._frame = frame
            self._last_frame_s = time.perf_counter()
            self._changed.notify_all()

    def _finish(self, pace: Pace, *, any_frame: bool) -> None:
        if not any_frame:
            self._fail("it has no picture that can be read")
        elif pace.ends:
            with self._changed:
                self._ended = True
                self._changed.notify_all()
        else:
            self._fail("the stream has ended")

    def _wait_until(self, due_s: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed, max(0.0, due_s - time.perf_counter()))

    def _fail(self, why: str) -> None:
        with self._changed:
            self._fault = why
            self._changed.notify_all()
