"""A watched folder: the pictures that are there, then each new one, once, when it has stopped growing."""

from __future__ import annotations

import os
import queue
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.errors import PictureError, SourceError, SourceLostError
from inspector.domain.records import BadPicture, Frame
from inspector.pictures import find_pictures, is_picture, read_picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchdog.observers.api import BaseObserver

    from inspector.recipe import SourceOptions

#: A file whose size and time have not changed for this long has stopped growing.
SETTLE_S = 0.4
#: A file that cannot be decoded is given this long to become whole before it is reported.
PATIENCE_S = 3.0
#: The folder is read anew this often, in case the system's notifications were lost.
RESCAN_S = 5.0
_POLL_S = 1.0
_SLICE_S = 0.05


class FolderSource:
    """Pictures of a folder; see the module.

    Args:
        folder: The folder.
        options: ``recursive``, ``existing`` and ``polling`` are used.
        seen: Returns the keys of the files that are in the record already.
    """

    def __init__(self, folder: Path, options: SourceOptions, seen: Callable[[], frozenset[str]]) -> None:
        self._folder = folder.absolute()
        self._options = options
        self._load_seen = seen
        self._taken: set[str] = set()
        self._ready: deque[Path] = deque()
        self._growing: dict[Path, tuple[int, int, float]] = {}  # size, modification time, unchanged since
        self._try_again: dict[Path, float] = {}
        self._events: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._observer: BaseObserver | None = None
        self._sequence = 0
        self._next_scan_s = 0.0
        self._closed = False
        self._first_open = True

    @property
    def name(self) -> str:
        """``folder:PATH``."""
        return f"folder:{self._folder}"

    @property
    def live(self) -> bool:
        """False: no picture is dropped."""
        return False

    def open(self) -> None:
        """Start to watch, then list what is there, so that nothing falls between."""
        self._closed = False
        self._check()
        self._taken |= self._load_seen()
        self._watch()
        try:
            there = find_pictures(self._folder, recursive=self._options.recursive)
        except PictureError as error:
            self.close()
            raise SourceError(error.what, error.next_step) from error
        now = time.time()
        self._ready.clear()
        for path in there:
            status = _stat(path)
            if status is None or _key(path, status) in self._taken:
                continue
            if self._first_open and not self._options.existing:
                self._taken.add(_key(path, status))
            elif now - status.st_mtime > 2.0:
                self._ready.append(path)
            else:
                self._notice(path)
        self._first_open = False
        self._next_scan_s = time.perf_counter() + RESCAN_S

    def read(self, timeout_s: float) -> Frame | BadPicture | None:
        """Return the next picture; see `Source.read`."""
        deadline = time.perf_counter() + timeout_s
        while not self._closed:
            if self._ready:
                taken = self._take(self._ready.popleft())
                if taken is not None:
                    return taken
                continue
            self._collect()
            if self._ready:
                continue
            left = deadline - time.perf_counter()
            if left <= 0:
                return None
            try:
                self._notice(Path(self._events.get(timeout=min(left, _SLICE_S))))
            except queue.Empty:
                continue
        return None

    def close(self) -> None:
        """Stop watching; see `Source.close`."""
        self._closed = True
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()
            if observer.is_alive():
                observer.join(1.0)

    def _check(self) -> None:
        if not self._folder.is_dir():
            raise SourceError(f"there is no folder {self._folder}", "Check the path, or connect the network share.")
        try:
            with os.scandir(self._folder) as entries:
                next(entries, None)
        except OSError as error:
            raise SourceError(
                f"the folder {self._folder} cannot be read: {error.strerror}", "Check its permissions."
            ) from error

    def _watch(self) -> None:
        from watchdog.events import FileSystemEvent, FileSystemEventHandler  # noqa: PLC0415 - not at start-up
        from watchdog.observers import Observer  # noqa: PLC0415
        from watchdog.observers.polling import PollingObserver  # noqa: PLC0415

        events = self._events

        class Handler(FileSystemEventHandler):
            def on_any_event(self, event: FileSystemEvent) -> None:
                if event.event_type in {"created", "modified", "moved", "closed"} and not event.is_directory:
                    events.put(os.fsdecode(event.dest_path or event.src_path))

        observer = PollingObserver(timeout=_POLL_S) if self._options.polling else Observer()
        observer.daemon = True
        try:
            observer.schedule(Handler(), str(self._folder), recursive=self._options.recursive)
            observer.start()
        except OSError as error:
            raise SourceError(
                f"the folder {self._folder} cannot be watched: {error}",
                "Raise the system's limit of watched files, or set polling in Settings, Source.",
            ) from error
        self._observer = observer

    def _notice(self, path: Path) -> None:
        """Put a file on the list of those that may still grow."""
        status = _stat(path)
        if status is None or not is_picture(path) or _key(path, status) in self._taken:
            return
        before = self._growing.get(path)
        if before is None or before[:2] != (status.st_size, status.st_mtime_ns):
            self._growing[path] = (status.st_size, status.st_mtime_ns, time.perf_counter())

    def _collect(self) -> None:
        """Move files that have stopped growing to the ready list; look at the folder itself from time to time."""
        while True:
            try:
                self._notice(Path(self._events.get_nowait()))
            except queue.Empty:
                break
        now = time.perf_counter()
        if now >= self._next_scan_s:
            self._rescan()
        for path, (size, changed_ns, since_s) in list(self._growing.items()):
            status = _stat(path)
            if status is None:
                del self._growing[path]
            elif (status.st_size, status.st_mtime_ns) != (size, changed_ns):
                self._growing[path] = (status.st_size, status.st_mtime_ns, now)
            elif now - since_s >= SETTLE_S and now >= self._try_again.get(path, 0.0):
                self._ready.append(path)

    def _rescan(self) -> None:
        self._next_scan_s = time.perf_counter() + RESCAN_S
        try:
            for path in find_pictures(self._folder, recursive=self._options.recursive):
                self._notice(path)
        except PictureError as error:
            raise SourceLostError(error.what, "It is tried again by itself; check the folder or share.") from error

    def _take(self, path: Path) -> Frame | BadPicture | None:
        """Decode a file that has stopped growing; None where it is not to be taken now."""
        status = _stat(path)
        if status is None:
            self._growing.pop(path, None)
            if not self._folder.is_dir():
                raise SourceLostError(f"the folder {self._folder} has vanished", "It is tried again by itself.")
            return None
        key = _key(path, status)
        if key in self._taken:
            self._growing.pop(path, None)
            return None
        captured_s, captured_at = time.perf_counter(), datetime.now(UTC)
        try:
            image = read_picture(path)
        except PictureError as error:
            waiting = self._growing.get(path)
            if waiting is not None and captured_s - waiting[2] < PATIENCE_S:
                self._try_again[path] = captured_s + SETTLE_S
                return None  # a slow writer that pauses; it stays on the list
            reason = f"{error.what}. {error.next_step}"
            self._done(path, key)
            return BadPicture(
                reason=reason,
                sequence=self._sequence - 1,
                captured_at=captured_at,
                captured_s=captured_s,
                source=self.name,
                path=path,
                file_key=key,
            )
        self._done(path, key)
        return Frame(
            image=image,
            sequence=self._sequence - 1,
            time_s=captured_s,
            captured_at=captured_at,
            captured_s=captured_s,
            source=self.name,
            path=path,
            file_key=key,
        )

    def _done(self, path: Path, key: str) -> None:
        self._try_again.pop(path, None)
        self._growing.pop(path, None)
        self._taken.add(key)
        self._sequence += 1


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _key(path: Path, status: os.stat_result) -> str:
    return f"{path}|{status.st_size}|{status.st_mtime_ns}"
