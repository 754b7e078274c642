"""What was read from an object store, kept on this computer for a while: what is read again is not fetched again.

A content is found by its address, size, time and version, so nothing is ever out of date. Where nothing can be kept,
everything is fetched; nobody is told.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from inspector.files import FileError, atomic_file

if TYPE_CHECKING:
    from inspector.pictures.content import Stamp

#: As much is kept, and never more than a quarter of what is free.
MOST_BYTES = 2_000_000_000
_SHARE_OF_FREE = 4
_KEPT_SHARE = 0.8
_LOOK_EVERY_BYTES = 64_000_000
_DIGEST_BYTES = 16


class StoreCache:
    """Contents in a folder; may be used by several threads and processes.

    Args:
        folder: Made when the first content comes.
        most_bytes: The oldest that were not read for longest are removed beyond it.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder, self._most = folder, most_bytes
        self._lock = threading.Lock()
        self._unlooked = _LOOK_EVERY_BYTES

    def get(self, address: str, stamp: Stamp) -> bytes | None:
        """Return a content that is kept; None where it is not, or is not whole any more."""
        path = self._path(address, stamp)
        try:
            kept = path.read_bytes()
        except OSError:
            return None
        content, digest = kept[:-_DIGEST_BYTES], kept[-_DIGEST_BYTES:]
        if len(content) != stamp.size or _digest(content) != digest:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return content

    def put(self, address: str, stamp: Stamp, content: bytes) -> None:
        """Keep a content."""
        if len(content) != stamp.size:  # another one than the stamp is of
            return
        try:
            if not self._has_room(len(content)):
                return
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with atomic_file(self._path(address, stamp), lasting=False, mode=0o600) as file:
                file.write(content)
                file.write(_digest(content))
        except (OSError, FileError):
            return

    def _path(self, address: str, stamp: Stamp) -> Path:
        key = f"{address}\n{stamp.size}\n{stamp.mtime_ns}\n{stamp.ctime_ns}"
        return self._folder / hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=24).hexdigest()

    def _has_room(self, more: int) -> bool:
        with self._lock:
            self._unlooked += more
            if self._unlooked < min(_LOOK_EVERY_BYTES, self._most // 10):
                return True
            self._unlooked = 0
            return self._trim(more)

    def _trim(self, more: int) -> bool:
        place = next(folder for folder in (self._folder, *self._folder.parents) if folder.exists())
        files = []
        with contextlib.suppress(FileNotFoundError), os.scandir(self._folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    status = entry.stat()
                    files.append((status.st_mtime_ns, status.st_size, entry.path))
        held = sum(size for _, size, _ in files)
        most = min(self._most, (shutil.disk_usage(place).free + held) // _SHARE_OF_FREE)
        if held + more > most:
            for _, size, path in sorted(files):
                if held + more <= most * _KEPT_SHARE:
                    break
                with contextlib.suppress(OSError):
                    Path(path).unlink()
                held -= size
        return held + more <= most


@functools.lru_cache(maxsize=2)
def _cache_at(folder: Path) -> StoreCache:
    return StoreCache(folder)


def shared_cache() -> StoreCache:
    """Return that of this user on this computer, in the system's folder for such things."""
    return _cache_at(Path(platformdirs.user_cache_dir("inspector-station", appauthor=False)) / "pictures")


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST_BYTES).digest()
