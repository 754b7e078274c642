"""Cameras, video files and network streams, read through OpenCV."""

from __future__ import annotations

import logging
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import cv2

from inspector.domain.counts import verb
from inspector.domain.errors import SourceCutShortError, SourceError, SourceLostError
from inspector.domain.records import Frame, Origin
from inspector.domain.secret import as_url
from inspector.domain.source import SourceKind, SourceSpec
from inspector.domain.source_options import CameraDriver
from inspector.pictures import silence_opencv
from inspector.sources.cameras import CameraInfo, list_cameras
from inspector.sources.pump import PumpedSource

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator
    from pathlib import Path

    from inspector.domain.records import Image
    from inspector.domain.source_options import SourceOptions

__all__ = [
    "CameraInfo",
    "Capture",
    "CaptureFormat",
    "CaptureKind",
    "CaptureSource",
    "list_cameras",
    "open_camera",
    "open_stream",
    "open_video",
]

_log = logging.getLogger(__name__)

_BACKENDS = {
    CameraDriver.AUTO: cv2.CAP_ANY,
    CameraDriver.V4L2: cv2.CAP_V4L2,
    CameraDriver.DSHOW: cv2.CAP_DSHOW,
    CameraDriver.MSMF: cv2.CAP_MSMF,
    CameraDriver.AVFOUNDATION: cv2.CAP_AVFOUNDATION,
    CameraDriver.GSTREAMER: cv2.CAP_GSTREAMER,
}
OPEN_LIMIT_S = 10.0
SILENCE_S = 5.0
_USUAL_FPS = 25.0
_TICK_S = 0.25


class Capture(Protocol):
    """What is used of `cv2.VideoCapture`."""

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """True where it could be opened."""
        ...

    def read(self) -> tuple[bool, Image]:
        """Return whether there was a frame, and the frame."""
        ...

    def get(self, prop: int, /) -> float:
        """Return a property, 0 or -1 where it is not known."""
        ...

    def release(self) -> None:
        """Close it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureFormat:
    """What an opened capture says it delivers, which need not be what was asked for.

    Args:
        width_px: Width of the frames.
        height_px: Height of the frames.
        fps: Frames per second; None where it does not say.
        exposure: In the driver's own unit; None where it does not say.
        backend: OpenCV's name of the back end, as ``V4L2``.
    """

    width_px: int
    height_px: int
    fps: float | None
    exposure: float | None
    backend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureKind:
    """What sets cameras, streams and video files apart.

    Args:
        media_time: Frames carry the medium's own time (a file); otherwise the clock's.
        real_time: Wait for each frame's time, as if the file were live.
        ends: The end is an end (a file); otherwise a loss.
        refusal: Why it could not be opened, as far as one can tell.
        advice: What to do then.
    """

    media_time: bool
    real_time: bool
    ends: bool
    refusal: str
    advice: str


class CaptureSource(PumpedSource):
    """A source read through `cv2.VideoCapture`.

    Args:
        name: The source's name.
        make: Opens the capture; called on the source's own thread; may hang.
        live: Whether the newest frame wins.
        open_limit_s: How long the opening may take, first frame included.
        silence_s: How long one frame may take.
    """

    def __init__(
        self,
        name: str,
        make: Callable[[], Capture],
        *,
        kind: CaptureKind,
        live: bool,
        open_limit_s: float = OPEN_LIMIT_S,
        silence_s: float = SILENCE_S,
    ) -> None:
        super().__init__(name, live=live, open_limit_s=open_limit_s, silence_s=silence_s)
        self._make = make
        self._kind = kind
        self._actual: CaptureFormat | None = None

    @property
    def actual(self) -> CaptureFormat | None:
        """What the opened capture delivers; None before it was opened."""
        return self._actual

    def _produce(self, stop: threading.Event, first: int) -> Generator[Frame | None]:
        silence_opencv()
        capture = self._make()
        try:
            if not capture.isOpened():
                raise SourceError(f"{self.name} cannot be opened: {self._kind.refusal}", self._kind.advice)
            yield from self._frames(capture, stop, first)
        finally:
            capture.release()

    def _frames(self, capture: Capture, stop: threading.Event, first: int) -> Generator[Frame | None]:
        fps = _positive(capture.get(cv2.CAP_PROP_FPS))
        sequence, media_s, started_s = first, 0.0, 0.0
        while not stop.is_set():
            there, image = capture.read()
            captured_s = time.perf_counter()
            if not there or image is None or image.size == 0:
                self._finish(capture, sequence - first)
                return
            if sequence == first:
                self._actual = _format(capture, image)
                started_s = captured_s
            elif self._kind.media_time:
                media_s = _next_time(media_s, capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0, fps or _USUAL_FPS)
            if self._kind.real_time:
                while (early_s := started_s + media_s - time.perf_counter()) > 0 and not stop.is_set():
                    yield None  # waiting is not silence
                    stop.wait(min(early_s, _TICK_S))
                captured_s = time.perf_counter()
            yield Frame(
                image=image,
                sequence=sequence,
                time_s=media_s if self._kind.media_time else captured_s,
                origin=Origin(captured_at=datetime.now(UTC), captured_s=captured_s, source=self.name),
            )
            sequence += 1

    def _finish(self, capture: Capture, count: int) -> None:
        """Decide what the missing frame after ``count`` means."""
        if count == 0:
            raise SourceError(f"{self.name} can be opened but delivers no picture", self._kind.advice)
        if not self._kind.ends:
            raise SourceLostError(
                f"{self.name} has stopped delivering pictures",
                "Check its cable, power and network; it is tried again by itself.",
            )
        promised = round(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        if count < 0.95 * promised:  # containers count some frames that they do not hold
            raise SourceCutShortError(
                f"{self.name} is damaged or cut short: it ended after {count} of {promised} frames, "
                f"{promised - count} {verb(promised - count, 'was')} not read",
                "Parts on the rest were not inspected. Copy the file again, or record it again.",
            )


def open_camera(index: int, options: SourceOptions) -> CaptureSource:
    """Return the camera with a number, with the wanted size, rate and exposure where its driver allows.

    Args:
        index: 0 or more.
        options: ``width_px``, ``height_px``, ``fps``, ``exposure`` and ``backend`` are used.
    """

    def make() -> Capture:
        capture = cv2.VideoCapture(index, _BACKENDS[options.backend])
        if capture.isOpened():
            _configure(capture, options)
        return capture

    kind = CaptureKind(
        media_time=False,
        real_time=False,
        ends=False,
        refusal="there is no such camera, it is used by another program, or access is not allowed",
        advice="Plug it in, close other programs that use it, or choose another one (“inspector cameras” lists them).",
    )
    return CaptureSource(str(SourceSpec(SourceKind.CAMERA, str(index))), make, kind=kind, live=True)


def _configure(capture: cv2.VideoCapture, options: SourceOptions) -> None:
    """Ask the driver for what is wanted; it may refuse, see `CaptureSource.actual`."""
    # V4L2 counts manual exposure as 1 and automatic as 3; the Windows back ends as 0 and 1
    manual, automatic = (1, 3) if sys.platform.startswith("linux") else (0, 1)
    capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, automatic if options.exposure is None else manual)
    wanted = {
        cv2.CAP_PROP_FRAME_WIDTH: options.width_px,
        cv2.CAP_PROP_FRAME_HEIGHT: options.height_px,
        cv2.CAP_PROP_FPS: options.fps,
        cv2.CAP_PROP_EXPOSURE: options.exposure,
        cv2.CAP_PROP_BUFFERSIZE: 1,  # an old frame in the driver's queue is of no use
    }
    for prop, value in wanted.items():
        if value is not None and not capture.set(prop, value):
            _log.info("the camera's driver refuses property %d = %s", prop, value)


def open_video(path: Path, options: SourceOptions, *, silence_s: float = SILENCE_S) -> CaptureSource:
    """Return a video file, at its own pace or as fast as possible.

    Args:
        options: ``as_fast_as_possible`` is used.
        silence_s: How long the reading of one frame may take.
    """
    fast = options.as_fast_as_possible
    name = str(SourceSpec(SourceKind.VIDEO, str(path)))

    def make() -> Capture:
        if not path.is_file():
            raise SourceError(f"{name} cannot be opened: there is no such file", "Check the path.")
        # absolute, so that FFmpeg takes no name for a protocol; FFmpeg only, as others take % for a picture series
        return cv2.VideoCapture(str(path.absolute()), cv2.CAP_FFMPEG)

    kind = CaptureKind(
        media_time=True,
        real_time=not fast,
        ends=True,
        refusal="it is no video that FFmpeg can read, or it is damaged",
        advice="Play it in another program to see whether it is whole; convert it to MP4 (H.264) if it is unusual.",
    )
    return CaptureSource(name, make, kind=kind, live=not fast, silence_s=silence_s)


def open_stream(url: str) -> CaptureSource:
    """Return a network stream (RTSP, RTMP, HTTP), read as it comes; a password in it is left out of the name."""
    limits = [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        int(900 * OPEN_LIMIT_S),
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        int(900 * SILENCE_S),
    ]
    kind = CaptureKind(
        media_time=False,
        real_time=False,
        ends=False,
        refusal="there is no stream at this address, or it is refused",
        advice="Check the address, user and password, and that the camera can be reached from this computer.",
    )
    name, address = SourceSpec(SourceKind.STREAM, url).shown, as_url(url)
    return CaptureSource(name, lambda: cv2.VideoCapture(address, cv2.CAP_FFMPEG, limits), kind=kind, live=True)


def _positive(value: float) -> float | None:
    return value if 0.0 < value < 1e6 else None


def _format(capture: Capture, image: Image) -> CaptureFormat:
    exposure = capture.get(cv2.CAP_PROP_EXPOSURE)
    backend = getattr(capture, "getBackendName", str)()
    return CaptureFormat(
        width_px=int(image.shape[1]),
        height_px=int(image.shape[0]),
        fps=_positive(capture.get(cv2.CAP_PROP_FPS)),
        exposure=exposure if exposure not in (0.0, -1.0) else None,
        backend=backend,
    )


def _next_time(before_s: float, told_s: float, fps: float) -> float:
    """Return a frame's media time: what the container says if it goes forward, else one frame later."""
    return told_s if before_s < told_s < before_s + 60.0 else before_s + 1.0 / fps
