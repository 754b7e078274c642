"""What the operating system tells of a folder, through watchdog."""

from __future__ import annotations

import logging
import os
import queue
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from watchdog.events import FileSystemEvent, FileSystemEventHandler
    from watchdog.observers.api import BaseObserver

_log = logging.getLogger(__name__)


class Change(Enum):
    """What has become of a file."""

    MADE = "made"  #: it was not there before
    CHANGED = "changed"  #: by whatever; the system does not tell of closing
    WRITTEN = "written"  #: somebody is writing; its closing will be told
    CLOSED = "closed"  #: its writer has closed it, or it was moved here


#: By the event's name. Only inotify tells that a file has been closed by its writer.
_CHANGES = (
    {"created": Change.MADE, "modified": Change.WRITTEN, "moved": Change.CLOSED, "closed": Change.CLOSED}
    if sys.platform == "linux"
    else dict.fromkeys(("created", "modified", "moved"), Change.CHANGED)
)


class Notices:
    """Names of files that were made, changed or renamed; a context manager owned by the folder source's thread.

    Where the system cannot tell (its limit of watches is reached) the folder is polled, which is said in the log.

    Args:
        recursive: Whether sub-folders are watched too.
        polling: Do not listen at all: network shares do not tell of what other computers write.
    """

    def __init__(self, folder: Path, *, recursive: bool, polling: bool) -> None:
        self._folder = folder
        self._recursive = recursive
        self._polling = polling
        self._queue: queue.SimpleQueue[tuple[str, Change]] = queue.SimpleQueue()
        self._observer: BaseObserver | None = None
        #: A sub-folder was made or moved; what it holds may not have been told. Reset by the reader.
        self.folders_changed = False

    @property
    def watching(self) -> bool:
        """True where the system tells; otherwise the folder must be read again and again."""
        return self._observer is not None

    def __enter__(self) -> Self:
        if self._polling:
            return self
        from watchdog.observers import Observer  # not when the program starts

        observer = Observer()
        observer.daemon = True
        try:
            observer.schedule(_handler(self), str(self._folder), recursive=self._recursive)
            observer.start()
        except OSError as error:
            _log.warning("%s cannot be listened to (%s) and is polled every second", self._folder, error)
            _end(observer)
        else:
            self._observer = observer
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        observer, self._observer = self._observer, None
        if observer is not None:
            _end(observer)

    def tell(self, event: FileSystemEvent) -> None:
        """Take an event in; on watchdog's thread."""
        change = _CHANGES.get(event.event_type)
        if change is None:
            return
        if event.is_directory:
            self.folders_changed |= event.event_type != "modified"
        else:
            self._queue.put((os.fsdecode(event.dest_path or event.src_path), change))

    def drain(self, wait_s: float) -> Iterator[tuple[Path, Change]]:
        """Yield the files told of, each once with the last that was told; wait for the first for up to ``wait_s``."""
        told: dict[str, Change] = {}
        try:
            name, change = self._queue.get(timeout=wait_s) if wait_s > 0 else self._queue.get_nowait()
            while True:
                told[name] = change
                name, change = self._queue.get_nowait()
        except queue.Empty:
            pass
        for name, change in told.items():
            yield Path(name), change


def _handler(notices: Notices) -> FileSystemEventHandler:
    from watchdog.events import FileSystemEventHandler

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            notices.tell(event)

    return Handler()


def _end(observer: BaseObserver) -> None:
    observer.stop()
    if observer.is_alive():
        observer.join(1.0)
