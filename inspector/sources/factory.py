"""From what the user writes to a source."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.recipes.recipe import SourceOptions
    from inspector.sources.base import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceKind:
    """A kind of source, as a command's help and the settings page show it.

    Args:
        spec: How it is written.
        description: What it is.
        example: One that could work.
    """

    spec: str
    description: str
    example: str


_KINDS = (
    SourceKind(spec="camera:N", description="the camera with number N, from 0", example="camera:0"),
    SourceKind(spec="video:PATH", description="a video file", example="video:line.mp4"),
    SourceKind(
        spec="rtsp://…",
        description="a network stream (also rtsps, rtmp, http, https)",
        example="rtsp://user:password@192.168.1.20/stream1",
    ),
    SourceKind(spec="folder:PATH", description="a watched folder of pictures", example="folder:incoming"),
    SourceKind(spec="demo:", description="the built-in demo line", example="demo:"),
)
_STREAMS = ("rtsp://", "rtsps://", "rtmp://", "http://", "https://")
_VIDEOS = frozenset({".mp4", ".avi", ".mkv", ".mov", ".m4v", ".webm", ".mjpg", ".mpg", ".mpeg", ".wmv"})


def describe_kinds() -> tuple[SourceKind, ...]:
    """Return the kinds of source there are."""
    return _KINDS


def open_source(spec: str, options: SourceOptions, *, seen: Callable[[], frozenset[str]] = frozenset) -> Source:
    """Return the source that a text names; it is not opened yet.

    Args:
        spec: One of `describe_kinds`; the path of a folder or of a video file alone will do too.
        options: Of the source.
        seen: Returns the keys of files already in the record (folders), which are recorded under the source's name:
            ``folder:`` and the absolute path.

    Raises:
        SourceError: If the text names no source.
    """
    spec = spec.strip(" ")
    kind, _, rest = spec.partition(":")
    kind = kind.lower()
    if spec.lower().startswith(_STREAMS):
        from inspector.sources.capture import open_stream  # what is not used is not imported

        return open_stream(spec)
    if kind == "camera" and rest.isascii() and rest.isdecimal() and int(rest) < 1000:
        from inspector.sources.capture import open_camera

        return open_camera(int(rest), options)
    if kind == "demo" and spec.endswith(":"):
        from inspector.sources.demo import DemoSource

        return DemoSource(options)
    return _from_path(spec, kind, rest, options, seen)


def _from_path(spec: str, kind: str, rest: str, options: SourceOptions, seen: Callable[[], frozenset[str]]) -> Source:
    """Return a video or folder, named by its kind or by its path alone."""
    kind = kind if kind in {"video", "folder"} and rest else ""
    path = Path(rest if kind else spec).expanduser()
    if not kind and "\x00" not in spec:
        if spec and path.is_dir():
            kind = "folder"
        elif path.suffix.lower() in _VIDEOS and "://" not in spec:
            kind = "video"
    if kind == "video":
        from inspector.sources.capture import open_video

        return open_video(path, options)
    if kind == "folder":
        from inspector.sources.folder import FolderSource

        return FolderSource(path, options, seen)
    known = ", ".join(one.spec for one in _KINDS)
    raise SourceError(f"“{spec}” names no source; known are {known}", "Correct the source.")
