"""Cameras, video files and network streams."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from inspector.domain.errors import SourceError
from inspector.sources.reader import Capture, CaptureReader, Pace

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.records import Frame
    from inspector.recipe import SourceOptions

BACKENDS = {
    "auto": cv2.CAP_ANY,
    "v4l2": cv2.CAP_V4L2,
    "dshow": cv2.CAP_DSHOW,
    "msmf": cv2.CAP_MSMF,
    "avfoundation": cv2.CAP_AVFOUNDATION,
    "gstreamer": cv2.CAP_GSTREAMER,
}
_USUAL_FPS = 25.0
_LINUX = platform.system() == "Linux"


class CaptureSource:
    """A source read through `cv2.VideoCapture`.

    Args:
        name: The source as the user wrote it.
        live: Whether the newest frame wins.
        make: Opens the capture; may hang.
        open_timeout_s: How long the opening may take.
        silence_s: How long a frame may take.
    """

    def __init__(
        self,
        name: str,
        make: Callable[[], tuple[Capture, Pace]],
        *,
        live: bool,
        open_timeout_s: float = 10.0,
        silence_s: float = 5.0,
    ) -> None:
        self._name = name
        self._live = live
        self._make = make
        self._open_timeout_s = open_timeout_s
        self._silence_s = silence_s
        self._reader: CaptureReader | None = None
        self._sequence = 0

    @property
    def name(self) -> str:
        """As the user wrote it."""
        return self._name

    @property
    def live(self) -> bool:
        """See `Source.live`."""
        return self._live

    def open(self) -> None:
        """Open; see `Source.open`."""
        self._reader = CaptureReader(
            self._name,
            self._make,
            open_timeout_s=self._open_timeout_s,
            silence_s=self._silence_s,
            first_sequence=self._sequence,
        )

    def read(self, timeout_s: float) -> Frame | None:
        """Return the next frame; see `Source.read`."""
        reader = self._reader
        if reader is None:
            return None
        frame = reader.read(timeout_s)
        if frame is not None:
            self._sequence = frame.sequence + 1
        return frame

    def close(self) -> None:
        """Close; see `Source.close`."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()


def open_camera(index: int, options: SourceOptions) -> CaptureSource:
    """Return the camera with a number, with the wanted size, rate and exposure where its driver allows.

    Args:
        index: 0 or more.
        options: ``width_px``, ``height_px``, ``fps``, ``exposure`` and ``backend`` are used.

    Raises:
        SourceError: If the back end is not known.
    """
    if options.backend not in BACKENDS:
        raise SourceError(
            f"the camera back end “{options.backend}” is not known; known are {', '.join(BACKENDS)}",
            "Choose one of these in Settings, Source.",
        )
    backend = BACKENDS[options.backend]

    def make() -> tuple[Capture, Pace]:
        capture = cv2.VideoCapture(index, backend)
        wanted = {
            cv2.CAP_PROP_FRAME_WIDTH: options.width_px,
            cv2.CAP_PROP_FRAME_HEIGHT: options.height_px,
            cv2.CAP_PROP_FPS: options.fps,
            cv2.CAP_PROP_EXPOSURE: options.exposure,
        }
        if options.exposure is not None:
            # V4L2 calls manual exposure 1, DirectShow 0.25; a driver ignores what it does not know
            capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, 1 if _LINUX else 0.25)
        for key, value in wanted.items():
            if value is not None:
                capture.set(key, value)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        return capture, Pace(media_fps=None, real_time=False, keep_newest=True, ends=False)

    return CaptureSource(f"camera:{index}", make, live=True)


def open_video(path: Path, options: SourceOptions) -> CaptureSource:
    """Return a video file, at its own pace or as fast as possible.

    Args:
        path: The file.
        options: ``as_fast_as_possible`` is used.
    """
    fast = options.as_fast_as_possible

    def make() -> tuple[Capture, Pace]:
        if not path.is_file():
            raise SourceError(f"there is no file {path}", "Check the path.")
        capture = cv2.VideoCapture(str(path))
        fps = float(capture.get(cv2.CAP_PROP_FPS))
        fps = fps if 0.1 < fps < 1000.0 else _USUAL_FPS
        return capture, Pace(media_fps=fps, real_time=not fast, keep_newest=not fast, ends=True)

    return CaptureSource(f"video:{path}", make, live=not fast)


def open_stream(url: str) -> CaptureSource:
    """Return a network stream (RTSP, RTMP, HTTP), read as it comes."""

    def make() -> tuple[Capture, Pace]:
        capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG)
        return capture, Pace(media_fps=None, real_time=False, keep_newest=True, ends=False)

    return CaptureSource(url, make, live=True)


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera that the system lists.

    Args:
        index: Its number, for ``camera:N``.
        label: Its name.
    """

    index: int
    label: str


def list_cameras() -> list[CameraInfo]:
    """Return the cameras of this machine; on Linux those the kernel lists, elsewhere those that open (seconds)."""
    if _LINUX:
        found = []
        for folder in sorted(Path("/sys/class/video4linux").glob("video*")):
            number = folder.name.removeprefix("video")
            if number.isdecimal() and _is_capture_node(folder):
                label = (folder / "name").read_text(encoding="utf-8", errors="replace").strip()
                found.append(CameraInfo(int(number), label))
        return found
    found = []
    for index in range(6):
        capture = cv2.VideoCapture(index)
        if capture.isOpened():
            found.append(CameraInfo(index, f"camera {index}"))
        capture.release()
    return found


def _is_capture_node(folder: Path) -> bool:
    """True for the first node of a device; further nodes carry metadata only."""
    try:
        return (folder / "index").read_text(encoding="ascii").strip() == "0"
    except OSError:
        return True
