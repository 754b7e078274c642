"""From what the user writes to a source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.recipe import SourceOptions
    from inspector.sources.base import Source

#: The kinds of source: how it is written, and what it is.
KINDS = {
    "camera:N": "the camera with number N, from 0",
    "video:PATH": "a video file",
    "rtsp://…": "a network stream (also rtmp, http, https)",
    "folder:PATH": "a watched folder of pictures",
    "demo:": "the built-in demo line",
}
_STREAMS = ("rtsp://", "rtsps://", "rtmp://", "http://", "https://")
_VIDEOS = frozenset({".mp4", ".avi", ".mkv", ".mov", ".m4v", ".webm", ".mjpg", ".mpg", ".mpeg", ".wmv"})


def open_source(spec: str, options: SourceOptions, *, seen: Callable[[], frozenset[str]] = frozenset) -> Source:
    """Return the source that a text names; it is not opened yet.

    Args:
        spec: One of `KINDS`; the path of a folder or of a video file alone will do too.
        options: Of the source.
        seen: Returns the keys of files already in the record (folders).

    Raises:
        SourceError: If the text names no source.
    """
    kind, _, rest = spec.partition(":")
    if spec.startswith(_STREAMS):
        from inspector.sources.capture import open_stream  # noqa: PLC0415 - what is not used is not imported

        return open_stream(spec)
    if kind == "camera" and rest.isascii() and rest.isdecimal():
        from inspector.sources.capture import open_camera  # noqa: PLC0415

        return open_camera(int(rest), options)
    if kind == "demo" and not rest:
        from inspector.sources.demo import DemoSource  # noqa: PLC0415

        return DemoSource(options)
    path = Path(rest if kind in {"video", "folder"} else spec).expanduser()
    if (kind == "video" and rest) or (kind not in {"video", "folder"} and path.suffix.lower() in _VIDEOS):
        from inspector.sources.capture import open_video  # noqa: PLC0415

        return open_video(path, options)
    if (kind == "folder" and rest) or (kind != "video" and spec and path.is_dir()):
        from inspector.sources.folder import FolderSource  # noqa: PLC0415

        return FolderSource(path, options, seen)
    known = ", ".join(KINDS)
    raise SourceError(f"“{spec}” names no source; known are {known}", "Correct the source.")
