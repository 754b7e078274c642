"""A capture whose driver does what the test says, and ways of reading a source."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from inspector.domain.errors import SourceError
from inspector.sources.base import SourceEndedError
from inspector.sources.capture import CaptureKind, CaptureSource
from tests.waits import WAIT_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.records import BadPicture, Frame
    from inspector.sources.base import Source

CAMERA = CaptureKind(media_time=False, real_time=False, ends=False, refusal="no such camera", advice="Plug it in.")
Step = int | str | Exception  #: a frame of that grey, "end", "hang", or an error that is raised


class FakeCapture:
    """Stands in for `cv2.VideoCapture`: delivers its steps one by one, each when the test lets it.

    Args:
        steps: What `read` does, in turn; after the last it hangs.
        let: How many steps may go ahead at once; `go` lets more.
    """

    def __init__(self, *steps: Step, let: int = 1000, opened: bool = True) -> None:
        self.steps = list(steps)
        self.opened = opened
        self.released = threading.Event()
        self.hanging = threading.Event()
        self.come_back = threading.Event()
        self._allowed = threading.Semaphore(let)
        self._calls = 0
        self._called = threading.Condition()

    def go(self, count: int = 1) -> None:
        self._allowed.release(count)

    def wait_for_call(self, number: int) -> None:
        """Wait until `read` has been called that often."""
        with self._called:
            assert self._called.wait_for(lambda: self._calls >= number, WAIT_S)

    def isOpened(self) -> bool:
        return self.opened

    def get(self, prop: int, /) -> float:
        return {cv2.CAP_PROP_FPS: 30.0, cv2.CAP_PROP_EXPOSURE: -6.0}.get(prop, 0.0)

    def getBackendName(self) -> str:
        return "FAKE"

    def read(self) -> tuple[bool, Any]:
        with self._called:
            self._calls += 1
            self._called.notify_all()
        while not self._allowed.acquire(timeout=0.05):
            if self.come_back.is_set():
                return False, None
        step = self.steps.pop(0) if self.steps else "hang"
        if isinstance(step, Exception):
            raise step
        if step == "hang":
            self.hanging.set()
            assert self.come_back.wait(WAIT_S)
        if isinstance(step, str):
            return False, None
        return True, np.full((4, 6, 3), step, np.uint8)

    def release(self) -> None:
        self.released.set()


def camera(make: Callable[[], FakeCapture], **options: Any) -> CaptureSource:
    return CaptureSource("camera:7", make, kind=CAMERA, live=True, **options)


def collect(source: Source, count: int, timeout_s: float = WAIT_S) -> list[Frame | BadPicture]:
    """Read until there are ``count`` pictures or the time is up."""
    deadline_s = time.perf_counter() + timeout_s
    taken: list[Frame | BadPicture] = []
    while len(taken) < count and time.perf_counter() < deadline_s:
        item = source.read(0.2)
        if item is not None:
            taken.append(item)
    return taken


def all_of(source: Source, count: int) -> list[Frame | BadPicture]:
    """Read until there are ``count`` pictures, and a moment longer, in which there should be no more."""
    return collect(source, count) + collect(source, 1, timeout_s=0.3)


def read_to_end(source: Source) -> list[Frame | BadPicture]:
    """Read until the source says that it has ended."""
    taken: list[Frame | BadPicture] = []
    deadline_s = time.perf_counter() + WAIT_S
    while time.perf_counter() < deadline_s:
        try:
            item = source.read(1.0)
        except SourceEndedError:
            return taken
        if item is not None:
            taken.append(item)
    raise AssertionError("the source did not end")


def loss(source: Source) -> SourceError:
    """Read until the source is lost; return the error."""
    deadline_s = time.perf_counter() + WAIT_S
    while time.perf_counter() < deadline_s:
        try:
            source.read(0.2)
        except SourceError as error:
            return error
    raise AssertionError("the source was not lost")
