"""Cameras that are set by the standard names of their features (GenICam), whatever library speaks to them."""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.domain.errors import PictureError, SourceError, SourceLostError
from inspector.domain.records import BadPicture, Frame, Origin
from inspector.domain.source_options import FrameStart
from inspector.sources.camera_settings import apply_settings, read_balance
from inspector.sources.pixels import picture_of
from inspector.sources.pump import PumpedSource
from inspector.sources.requests import PictureRequests

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator

    from inspector.domain.source import SourceSpec
    from inspector.domain.source_options import SourceOptions
    from inspector.domain.white_balance import WhiteBalance
    from inspector.sources.camera_settings import CameraFeatures
    from inspector.sources.pump import Item

_log = logging.getLogger(__name__)

#: How many pictures the library may hold before the camera's next one is lost.
BUFFERS = 8
OPEN_LIMIT_S = 15.0
_SILENCE_S = 5.0
_TICK_S = 0.1
_LATE_S = 1.0
_ASK_EVERY_S = 0.5
_AGAIN_S = 1.0
#: What to do about a camera that does not answer any more.
LOST_ADVICE = "Check its cable, power and network; it is tried again by itself."


@dataclass(frozen=True, slots=True, kw_only=True)
class Grab:
    """What a camera's library says of one buffer, copied: the buffer may be filled again.

    Args:
        fault: Why its pixels cannot be used, as “packets were lost”; empty where they can.
        frame_id: The camera's own number of the picture; None where it has none.
        data: The image's bytes; empty with a fault.
        code: The pixel format's number in the standard (PFNC).
        width_px: Width of the picture.
        height_px: Height of the picture.
        padding: Bytes behind each line.
    """

    fault: str = ""
    frame_id: int | None = None
    data: bytes | bytearray | memoryview = b""
    code: int = 0
    width_px: int = 0
    height_px: int = 0
    padding: int = 0


class IndustrialCamera(ABC):
    """An opened camera, by one library; every call is made by the source's own thread, and may hang.

    The library's own errors leave its methods as `SourceLostError`.
    """

    @property
    @abstractmethod
    def features(self) -> CameraFeatures:
        """Its features by their standard names."""

    @abstractmethod
    def start(self) -> None:
        """Begin to take pictures, once it is set."""

    @abstractmethod
    def grab(self, timeout_s: float) -> Grab | None:
        """Return what came next, its status looked at first; None where nothing came in time."""

    @abstractmethod
    def ask(self) -> None:
        """Ask the camera something that only it can answer: raises where it is gone."""

    @abstractmethod
    def close(self) -> None:
        """Stop and release it."""


class IndustrialSource(PumpedSource):
    """An industrial camera as a source: set as the recipe says, or not opened at all.

    Where a signal or the station starts a picture, every picture is handed over, and silence is no fault: the camera is
    asked twice a second whether it is there. A free-running one is lost when a picture is late by a second. Where the
    line's triggers start pictures, one is asked for at a time, so that it is known for which trigger it is; a first one
    that nobody asked for proves that the camera answers.

    Args:
        spec: Which camera.
        options: What the recipe says of it.
        connect: Opens it by its library; called on the source's own thread.
        open_limit_s: How long the opening may take, first picture included.
    """

    def __init__(
        self,
        spec: SourceSpec,
        options: SourceOptions,
        connect: Callable[[], IndustrialCamera],
        *,
        open_limit_s: float = OPEN_LIMIT_S,
    ) -> None:
        free = options.frame_start is FrameStart.FREE
        super().__init__(str(spec), live=True, open_limit_s=open_limit_s, silence_s=_SILENCE_S, keep_newest=free)
        self._options = options
        self._connect = connect
        self._requests = PictureRequests()
        self.settings = ""  #: what the camera says that it is set to, in words; empty before it was opened
        self.balance: WhiteBalance | None = None  #: see `ReadBackSource.balance`

    def ask_for_picture(self, trigger_id: str, until_s: float) -> None:
        """See `AskedSource.ask_for_picture`."""
        self._requests.add(trigger_id, until_s)

    def _produce(self, stop: threading.Event, first: int) -> Generator[Item | SourceLostError | None]:
        camera = self._connect()
        try:
            self.settings = apply_settings(camera.features, self._options, name=self.name)
            self.balance = read_balance(camera.features)
            if self.balance is not None:
                self.settings += f", {self.balance.words}"
            _log.info("%s: %s", self.name, self.settings)
            camera.start()
            asked = self._options.frame_start is FrameStart.EVENT
            yield from (self._asked_pictures if asked else self._pictures)(camera, stop, first)
        except SourceLostError as error:
            yield error
        finally:
            camera.close()

    def _pictures(self, camera: IndustrialCamera, stop: threading.Event, first: int) -> Generator[Item | None]:
        start = self._options.frame_start
        watch = _Watch(self.name, first_within_s=_SILENCE_S)
        sequence, last_id = first - 1, None
        if start.is_input:
            yield None  # open, though nobody knows when a signal comes
        while not stop.is_set():
            if start is FrameStart.SOFTWARE and watch.wants_picture(time.perf_counter()):
                camera.features.execute("TriggerSoftware")
            grab = camera.grab(_TICK_S)
            now_s = time.perf_counter()
            if grab is None:
                if start.is_input:
                    if watch.is_time_to_ask(now_s):
                        camera.ask()
                    yield None  # waiting is not silence
                else:
                    watch.late(now_s)
                continue
            watch.came(now_s)
            sequence += _step(last_id, grab.frame_id)
            last_id = grab.frame_id
            yield self._item(grab, sequence, now_s)

    def _asked_pictures(self, camera: IndustrialCamera, stop: threading.Event, first: int) -> Generator[Item | None]:
        watch = _Watch(self.name, first_within_s=_SILENCE_S)
        requests = self._requests
        requests.begin()
        sequence, last_id = first - 1, None
        while not stop.is_set():
            now_s = time.perf_counter()
            if watch.wants_picture(now_s) if requests.proving else requests.next(_TICK_S):
                # What is here before the camera is asked is the late answer to another trigger.
                while not (requests.proving or stop.is_set()) and (early := camera.grab(0.0)) is not None:
                    sequence += _step(last_id, early.frame_id)
                    last_id = early.frame_id
                    yield self._item(early, sequence, time.perf_counter())
                requests.sent(time.perf_counter())
                camera.features.execute("TriggerSoftware")
            grab = camera.grab(_TICK_S) if requests.listening(time.perf_counter()) else None
            now_s = time.perf_counter()
            if grab is None:
                if requests.proving:
                    watch.late(now_s)
                    continue
                if watch.is_time_to_ask(now_s):
                    camera.ask()
                yield None
                continue
            watch.came(now_s)
            sequence += _step(last_id, grab.frame_id)
            last_id = grab.frame_id
            yield self._item(grab, sequence, now_s, requests.answered(now_s))

    def _item(self, grab: Grab, sequence: int, now_s: float, trigger_id: str = "") -> Item:
        origin = Origin(
            captured_at=datetime.now(UTC),
            captured_s=now_s,
            source=self.name,
            frame_id=grab.frame_id,
            trigger_id=trigger_id,
        )
        fault = grab.fault
        if not fault:
            try:
                image = picture_of(
                    grab.data,
                    grab.code,
                    grab.width_px,
                    grab.height_px,
                    padding=grab.padding,
                    bit_depth=self._options.bit_depth,
                )
                return Frame(image=image, sequence=sequence, time_s=now_s, origin=origin)
            except PictureError as error:
                return BadPicture(reason=str(error), sequence=sequence, origin=origin)
        reason = f"the picture of {self.name} is not whole: {fault}. Check cable, network card and packet size."
        return BadPicture(reason=reason, sequence=sequence, origin=origin)


class _Watch:
    """When a picture of a camera that is to send one is late."""

    def __init__(self, name: str, *, first_within_s: float) -> None:
        self._name = name
        self._first_within_s = first_within_s
        self._since_s = self._asked_s = time.perf_counter()
        self._between_s: deque[float] = deque(maxlen=5)
        self._count = 0
        self._pending_s: float | None = None  # when the station asked for the picture that is to come

    def wants_picture(self, now_s: float) -> bool:
        """Return whether the station is to ask for a picture now: a camera that has just begun may miss the first."""
        missed = not self._count and self._pending_s is not None and now_s - self._pending_s > _AGAIN_S
        if self._pending_s is not None and not missed:
            return False
        self._pending_s = now_s
        return True

    def came(self, now_s: float) -> None:
        """A buffer has come."""
        if self._count:
            self._between_s.append(now_s - (self._pending_s or self._since_s))
        self._count += 1
        self._since_s, self._pending_s = now_s, None

    def late(self, now_s: float) -> None:
        """Nothing has come for a moment.

        Raises:
            SourceError: If the first is late: nothing comes at all.
            SourceLostError: If a later one is.
        """
        silent_s = now_s - (self._pending_s if self._count and self._pending_s else self._since_s)
        limit_s = 2 * max(self._between_s) + _LATE_S if self._between_s else self._first_within_s
        if silent_s < limit_s:
            return
        if not self._count:
            raise SourceError(
                f"{self._name} can be opened but sends no picture",
                "Check packet size, network card and firewall, and what starts a picture.",
            )
        raise SourceLostError(f"{self._name} has sent no picture for {silent_s:.1f} s", LOST_ADVICE)

    def is_time_to_ask(self, now_s: float) -> bool:
        """Return whether the camera is to be asked if it is there."""
        if now_s - max(self._since_s, self._asked_s) < _ASK_EVERY_S:
            return False
        self._asked_s = now_s
        return True


def _step(last_id: int | None, frame_id: int | None) -> int:
    """Return by how much the sequence goes on: what the camera counted and nobody saw is a gap."""
    if last_id is None or frame_id is None:
        return 1
    step = frame_id - last_id
    return step if 0 < step < 1000 else 1  # its counter began anew
