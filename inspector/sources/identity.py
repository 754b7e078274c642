"""Which contents of which files have been taken: a file is what it holds, its size and times are only a hint."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from inspector.pictures.content import MARK, Stamp

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileKey:
    """A content at a place; `str` gives the text that is recorded, ``path|size|mtime_ns|ctime_ns|digest``.

    Args:
        path: The file, as `storable_path` writes it.
        stamp: When it was read.
        digest: As of `digest_of`; empty where the content was not read, as in the records of version 2.0 and before,
            ``path|size|mtime_ns``.
    """

    path: str
    stamp: Stamp
    digest: str = ""

    def __str__(self) -> str:
        stamp = self.stamp
        return f"{self.path}|{stamp.size}|{stamp.mtime_ns}|{stamp.ctime_ns or ''}|{self.digest}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the key that was recorded; None where the text is none."""
        try:
            if text.endswith("|") or text.rpartition("|")[2].startswith(MARK):
                path, size, mtime_ns, ctime_ns, digest = text.rsplit("|", 4)
                return cls(path, Stamp(int(size), int(mtime_ns), int(ctime_ns) if ctime_ns else None), digest)
            path, size, mtime_ns = text.rsplit("|", 2)
            return cls(path, Stamp(int(size), int(mtime_ns)))
        except ValueError:
            return None


def storable_path(path: Path) -> str:
    """Return a path as text that can be recorded: Linux allows names that are no valid Unicode; they are escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


@dataclass(slots=True)
class _Known:
    """What a place held last, and when that is to be looked at once more."""

    stamp: Stamp
    digest: str
    again_s: float | None = None


class KnownFiles:
    """Contents that need not be taken again; owned by the folder source's thread.

    The same content at the same place is the same part, whatever its times. At another place it is the same part only
    where it was renamed: the time of its last change is the same, and the first place holds it no more. Two places that
    hold the same bytes at once are two parts, as a part too many is found and a part too few is not.

    Args:
        keys: What has been taken, the newest last; see `FileKey`.
    """

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._places: dict[str, _Known] = {}
        self._contents: dict[tuple[str, int], list[str]] = {}
        for text in keys:
            key = FileKey.parse(text)
            if key is not None:
                self.note(key)

    def note(self, key: FileKey, *, again_s: float | None = None) -> None:
        """Note what a place holds.

        Args:
            key: The place and its content.
            again_s: From when on its stamp is not believed until it was read once more: a second content could have had
                the same one, as clocks of file systems are coarse. None believes it.
        """
        self._places[key.path] = _Known(key.stamp, key.digest, again_s)
        if key.digest:
            places = self._contents.setdefault((key.digest, key.stamp.mtime_ns), [])
            if key.path not in places:
                places.append(key.path)

    def has_place(self, path: Path) -> bool:
        """True where something that was there has been taken."""
        return storable_path(path) in self._places

    def is_same(self, path: Path, stamp: Stamp, now_s: float) -> bool:
        """True where a file need not be read to know that its content was taken."""
        known = self._places.get(storable_path(path))
        return known is not None and known.stamp.agrees(stamp) and (known.again_s is None or now_s < known.again_s)

    def holds(self, path: Path, stamp: Stamp, digest: str) -> bool:
        """True where a content that was read has been taken; its new stamp, or its new place, is noted."""
        place = storable_path(path)
        known = self._places.get(place)
        same = known is not None and known.digest == digest
        if same or self._was_renamed(place, stamp, digest):
            self.note(FileKey(place, stamp, digest))
            return True
        return False

    def _was_renamed(self, place: str, stamp: Stamp, digest: str) -> bool:
        earlier = self._contents.get((digest, stamp.mtime_ns), ())
        return any(other != place and not self._is_still(other, digest) for other in earlier)

    def _is_still(self, place: str, digest: str) -> bool:
        known = self._places[place]
        if known.digest != digest:
            return False
        try:
            return known.stamp.agrees(Stamp.of(os.stat(place)))  # noqa: PTH116 - a text, as it was recorded
        except OSError:
            return False
