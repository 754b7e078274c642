"""Which cameras this computer has."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import cv2

from inspector.domain.source import SourceKind, SourceSpec
from inspector.pictures import silence_opencv

_SYSFS = Path("/sys/class/video4linux")
_PROBED = 6


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera that the system lists.

    Args:
        index: The N of ``camera:N``.
        label: What the system calls it.
    """

    index: int
    label: str

    @property
    def source(self) -> str:
        """What names it as a source: ``camera:N``."""
        return str(SourceSpec(SourceKind.CAMERA, str(self.index)))


def list_cameras(*, limit_s: float = 10.0, sysfs: Path = _SYSFS, platform: str = sys.platform) -> list[CameraInfo]:
    """Return the cameras of this computer: on Linux those the kernel lists, elsewhere those that can be opened.

    Args:
        limit_s: A driver that hangs while it is asked costs no more than this.
        sysfs: Where Linux lists them.
        platform: The operating system.
    """
    if platform.startswith("linux"):
        return _listed_by_kernel(sysfs)
    infos: list[CameraInfo] = []
    probing = threading.Thread(target=_probe, args=(infos,), name="list cameras", daemon=True)
    probing.start()
    probing.join(limit_s)
    return list(infos)


def _listed_by_kernel(sysfs: Path) -> list[CameraInfo]:
    cameras = []
    for folder in sysfs.glob("video*"):
        number = folder.name.removeprefix("video")
        # further nodes of a camera (index 1 …) carry metadata only
        if number.isdecimal() and _text(folder / "index", "0") == "0":
            cameras.append(CameraInfo(int(number), _text(folder / "name", f"camera {number}")))
    return sorted(cameras, key=lambda camera: camera.index)


def _text(path: Path, default: str) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return default


def _probe(cameras: list[CameraInfo]) -> None:
    silence_opencv()
    for index in range(_PROBED):
        capture = cv2.VideoCapture(index)
        if capture.isOpened():
            cameras.append(CameraInfo(index, f"camera {index}"))
        capture.release()
