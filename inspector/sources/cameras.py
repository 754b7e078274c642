"""Which cameras there are: at this computer, and industrial ones that a library of their kind sees."""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from inspector.domain.errors import SourceError
from inspector.domain.source import SourceKind, SourceSpec
from inspector.pictures import silence_opencv

if TYPE_CHECKING:
    from collections.abc import Callable

_SYSFS = Path("/sys/class/video4linux")
_PROBED = 6


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera that is there.

    Args:
        source: What names it as a source, as ``camera:0`` or ``genicam:40012345``.
        label: What the system, or the camera itself, calls it.
    """

    source: str
    label: str


def _numbered(index: int, label: str) -> CameraInfo:
    return CameraInfo(str(SourceSpec(SourceKind.CAMERA, str(index))), label)


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
            cameras.append((int(number), _text(folder / "name", f"camera {number}")))
    return [_numbered(number, name) for number, name in sorted(cameras)]


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
            cameras.append(_numbered(index, f"camera {index}"))
        capture.release()


def library_fault(kind: SourceKind) -> tuple[str, str] | None:
    """Return what happened and what to do where the library for a kind of industrial camera is absent; None if not."""
    if _has_library(kind):
        return None
    library, step = {
        SourceKind.GENICAM: ("harvesters", "Install it beside the station: pip install inspector-station[genicam]."),
        SourceKind.ARAVIS: ("Aravis", "Install it on Linux: apt-get install gir1.2-aravis-0.8 python3-gi."),
        SourceKind.BASLER: ("pypylon", "Install it beside the station: pip install inspector-station[basler]."),
    }[kind]
    return f"{kind.form} needs the library {library}, which is not installed", step


def _has_library(kind: SourceKind) -> bool:
    if kind is SourceKind.ARAVIS:
        from inspector.sources.aravis import is_installed

        return is_installed()
    return importlib.util.find_spec("pypylon" if kind is SourceKind.BASLER else "harvesters") is not None


def list_every_camera(producers: str = "", *, say_without_producer: bool = False) -> tuple[list[CameraInfo], list[str]]:
    """Return all cameras, and in sentences why some kinds could not be looked for; may take seconds.

    Args:
        producers: As `inspector.sources.gentl.find_producers` takes them.
        say_without_producer: That there is no producer is a fault, too.
    """
    cameras, faults = list_cameras(), []
    for kind, look in _lookers(producers, always=say_without_producer).items():
        try:
            cameras += look()
        except SourceError as error:
            faults.append(f"{kind.value}: {error}")
    return cameras, faults


def _lookers(producers: str, *, always: bool) -> dict[SourceKind, Callable[[], list[CameraInfo]]]:
    """Return what looks for each kind of industrial camera that somebody has installed something for.

    Args:
        always: Those of producers in any case.
    """
    lookers: dict[SourceKind, Callable[[], list[CameraInfo]]] = {}
    if always or producers or os.environ.get("GENICAM_GENTL64_PATH"):
        from inspector.sources.gentl import list_genicam

        lookers[SourceKind.GENICAM] = lambda: list_genicam(producers)
    if _has_library(SourceKind.ARAVIS):
        from inspector.sources.aravis import list_aravis

        lookers[SourceKind.ARAVIS] = list_aravis
    if _has_library(SourceKind.BASLER):
        from inspector.sources.basler import list_basler

        lookers[SourceKind.BASLER] = list_basler
    return lookers
