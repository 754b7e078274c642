"""What the operating system tells of a folder, through watchdog."""

from __future__ import annotations

import logging
import os
import queue
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from watchdog.events import FileSystemEvent, FileSystemEventHandler
    from watchdog.observers.api import BaseObserver

_log = logging.getLogger(__name__)
_TELLING = frozenset({"created", "modified", "moved", "closed"})


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
        self._queue: queue.SimpleQueue[str] = queue.SimpleQueue()
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
        if event.event_type not in _TELLING:
            return
        if event.is_directory:
            self.folders_changed |= event.event_type != "modified"
        else:
            self._queue.put(os.fsdecode(event.dest_path or event.src_path))

    def drain(self, wait_s: float) -> Iterator[Path]:
        """Yield the files told of, each once; wait for the first for up to ``wait_s``."""
        told: dict[str, None] = {}
        try:
            told[self._queue.get(timeout=wait_s) if wait_s > 0 else self._queue.get_nowait()] = None
            while True:
                told[self._queue.get_nowait()] = None
        except queue.Empty:
            pass
        yield from map(Path, told)


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
