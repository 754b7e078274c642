"""From what the user writes to a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.source import SourceKind, SourceSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from inspector.domain.source_options import SourceOptions
    from inspector.sources.base import Source
    from inspector.sources.industrial import IndustrialCamera


def open_source(text: str, options: SourceOptions, *, seen: Callable[[], Iterable[str]] = tuple) -> Source:
    """Return the source that a text names; it is not opened yet.

    Args:
        text: A form of `SourceKind`; the path of a folder or of a video file alone will do too.
        seen: Returns the keys of files already in the record (folders), the newest last. They are recorded under the
            source's name: ``folder:`` and the absolute path.

    Raises:
        SourceError: If the text names no source.
    """
    spec = SourceSpec.parse_present(text)
    if spec.kind is SourceKind.DEMO:
        from inspector.sources.demo import DemoSource  # what is not used is not imported

        return DemoSource(options)
    if spec.kind is SourceKind.FOLDER:
        from inspector.sources.folder import FolderSource

        return FolderSource(spec.path, options, seen)
    if spec.kind.is_industrial:
        return _open_industrial(spec, options)
    from inspector.sources.capture import open_camera, open_stream, open_video

    if spec.kind is SourceKind.VIDEO:
        return open_video(spec.path, options)
    return open_camera(spec.camera, options) if spec.kind is SourceKind.CAMERA else open_stream(spec.place)


def _open_industrial(spec: SourceSpec, options: SourceOptions) -> Source:
    from inspector.sources.industrial import IndustrialSource

    def connect() -> IndustrialCamera:
        if spec.kind is SourceKind.ARAVIS:
            from inspector.sources import aravis

            return aravis.connect(spec.place)
        if spec.kind is SourceKind.BASLER:
            from inspector.sources import basler

            return basler.connect(spec.place)
        from inspector.sources import gentl

        return gentl.connect(spec.place, options.producer)

    return IndustrialSource(spec, options, connect)
