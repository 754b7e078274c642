"""A watched folder: the pictures that are there, then each new one, once, when it has stopped growing."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError, PictureError, SourceError, SourceLostError
from inspector.domain.records import BadPicture, Frame, Origin
from inspector.domain.source import SourceKind, SourceSpec
from inspector.pictures import is_picture, iter_pictures, natural_key, read_picture
from inspector.sources.notices import Notices
from inspector.sources.pump import PumpedSource
from inspector.sources.waiting import Waiting

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator, Iterator

    from inspector.domain.config import SourceOptions

_OPEN_LIMIT_S = 60.0
_SILENCE_S = 30.0
_SLICE_S = 0.05
_IDENTITY_S = 0.5
_POLL_S = 1.0
#: A file last touched longer ago than this, by the computer's clock, need not be watched for growth.
_OLD_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long is waited, in seconds.

    Args:
        settle_s: A file whose size and time have not changed for this long has stopped growing.
        whole_s: A file that cannot be decoded is given this long to become whole before it is reported.
        locked_s: The same for a file that cannot be read (Windows locks a file while it is copied).
        rescan_s: The folder is read anew this often, in case notices were lost; every second at least when polling.
    """

    settle_s: float = 0.4
    whole_s: float = 3.0
    locked_s: float = 30.0
    rescan_s: float = 5.0


class FolderSource(PumpedSource):
    """Pictures of a folder; the work is done on the source's own thread, as a network share may hang.

    Args:
        options: ``recursive``, ``existing`` and ``polling`` are used.
        seen: Returns the keys of the files that are in the record already; called when the folder is opened.
        patience: None for the usual times.
    """

    def __init__(
        self,
        folder: Path,
        options: SourceOptions,
        seen: Callable[[], frozenset[str]],
        patience: Patience | None = None,
    ) -> None:
        self._folder = folder.absolute()
        super().__init__(
            str(SourceSpec(SourceKind.FOLDER, str(self._folder))),
            live=False,
            open_limit_s=_OPEN_LIMIT_S,
            silence_s=_SILENCE_S,
        )
        self._options = options
        self._seen = seen
        self._patience = patience or Patience()
        self._taken: set[str] = set()
        self._skip_existing = not options.existing

    def _took(self, item: Frame | BadPicture) -> None:
        self._taken.add(item.origin.file_key)

    def _produce(self, stop: threading.Event, first: int) -> Generator[Frame | BadPicture | None]:
        identity = folder_identity(self._folder)
        try:
            self._taken |= self._seen()
        except InspectorError as error:
            raise SourceError(f"{self.name} cannot be opened: {error.what}", error.next_step) from error
        options = self._options
        # the watch first, then the list, so that nothing falls between
        with Notices(self._folder, recursive=options.recursive, polling=options.polling) as notices:
            visit = _Visit(self.name, self._folder, identity, self._taken, self._patience, recursive=options.recursive)
            visit.sequence = first
            visit.list_existing(stop, skip=self._skip_existing)
            self._skip_existing = False
            yield None
            yield from visit.watch(stop, notices)


class _Visit:
    """One stretch of watching, from opening to closing; lives on the source's own thread.

    Args:
        name: The source's name.
        identity: Its identity when it was opened.
        taken: Keys that are not to be taken again; shared with the source, which adds what the reader took.
        recursive: Whether sub-folders are watched too.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        identity: tuple[int, int],
        taken: set[str],
        patience: Patience,
        *,
        recursive: bool,
    ) -> None:
        self.sequence = 0
        self._name = name
        self._folder = folder
        self._identity = identity
        self._taken = taken
        self._taken_up: set[str] = set()  # by this thread; in the reader's hands a moment later
        self._patience = patience
        self._recursive = recursive
        self._waiting = Waiting(patience.settle_s)

    def list_existing(self, stop: threading.Event, *, skip: bool) -> None:
        """List what is there already, or ``skip`` it for good."""
        there: list[tuple[Path, os.stat_result]] = []
        for path, status in self._fresh():
            if stop.is_set():
                return
            if skip:
                self._taken.add(file_key(path, status))
            else:
                there.append((path, status))
        now = time.time()
        for path, status in sorted(there, key=lambda file: natural_key(file[0])):
            if now - max(status.st_mtime, status.st_ctime) > _OLD_S:
                self._waiting.ready(path)
            else:
                self._waiting.notice(path, status)

    def watch(self, stop: threading.Event, notices: Notices) -> Generator[Frame | BadPicture | None]:
        """Yield the pictures as they come, None between them."""
        rescan_s = self._patience.rescan_s if notices.watching else min(_POLL_S, self._patience.rescan_s)
        scan_at_s = time.perf_counter() + rescan_s
        look_at_s = 0.0
        while not stop.is_set():
            for path in notices.drain(0.0 if self._waiting.any_ready else _SLICE_S):
                self._notice(path)
            now_s = time.perf_counter()
            if now_s >= look_at_s:
                self._check_identity()
                look_at_s = now_s + _IDENTITY_S
            if notices.folders_changed:  # what a new sub-folder holds may not be told of
                notices.folders_changed = False
                scan_at_s = min(scan_at_s, now_s + 0.1)
            if now_s >= scan_at_s:
                yield from self._scan()
                took_s = time.perf_counter() - now_s
                scan_at_s = now_s + max(rescan_s, 20.0 * took_s)  # at most a twentieth of the time goes into this
            yield self._next_item()

    def _fresh(self) -> Iterator[tuple[Path, os.stat_result]]:
        try:
            for path in iter_pictures(self._folder, recursive=self._recursive):
                status = _stat(path) if path is not None else None
                if path is not None and status is not None and self._is_fresh(path, status):
                    yield path, status
        except PictureError as error:
            raise SourceLostError(error.what, f"{error.next_step} It is tried again by itself.") from error

    def _scan(self) -> Generator[None]:
        """Look for what no notice told of."""
        fresh: list[tuple[Path, os.stat_result]] = []
        for file in self._fresh():
            fresh.append(file)
            if len(fresh) % 256 == 0:
                yield None  # a long search is not silence
        for path, status in sorted(fresh, key=lambda file: natural_key(file[0])):
            self._waiting.notice(path, status)

    def _notice(self, path: Path) -> None:
        try:
            inside = path.relative_to(self._folder).parts
        except ValueError:
            return
        if is_picture(path) and not any(part.startswith(".") for part in inside):
            status = _stat(path)
            if status is not None and self._is_fresh(path, status):
                self._waiting.notice(path, status)

    def _is_fresh(self, path: Path, status: os.stat_result) -> bool:
        if not stat.S_ISREG(status.st_mode):
            return False
        key = file_key(path, status)
        return key not in self._taken_up and key not in self._taken

    def _check_identity(self) -> None:
        try:
            same = folder_identity(self._folder) == self._identity
        except SourceError as error:
            raise SourceLostError(error.what, "It is tried again by itself.") from error
        if not same:
            raise SourceLostError(f"the folder {self._folder} has been replaced", "It is opened again by itself.")

    def _next_item(self) -> Frame | BadPicture | None:
        """Take up the next file that has stopped growing; None where there is none."""
        path = self._waiting.next_ready(_stat)
        if path is None:
            return None
        status = _stat(path)
        if status is None:
            self._waiting.done(path)
            self._check_identity()
        elif not self._is_fresh(path, status):
            self._waiting.done(path)
        else:
            return self._decode(path, status)
        return None

    def _decode(self, path: Path, status: os.stat_result) -> Frame | BadPicture | None:
        """Decode a file; None where it is not to be taken now."""
        key = file_key(path, status)
        captured_s, captured_at = time.perf_counter(), datetime.now(UTC)
        image, reason = None, ""
        try:
            image = read_picture(path)
        except PictureError as error:
            locked = isinstance(error.__cause__, OSError)
            if self._waiting.again(path, status, self._patience.locked_s if locked else self._patience.whole_s):
                return None
            reason = str(error)
        after = _stat(path)
        if after is None or file_key(path, after) != key:  # written to, or removed, while it was read
            if after is not None:
                self._waiting.notice(path, after)
            return None
        self._waiting.done(path)
        self._taken_up.add(key)
        self.sequence += 1
        number, named = self.sequence - 1, Path(_storable(path))
        origin = Origin(captured_at=captured_at, captured_s=captured_s, source=self._name, path=named, file_key=key)
        if image is None:
            return BadPicture(reason=reason, sequence=number, origin=origin)
        return Frame(image=image, sequence=number, time_s=captured_s, origin=origin)


def folder_identity(folder: Path) -> tuple[int, int]:
    """Return what tells a folder from another one that was mounted or made in its place.

    Raises:
        SourceError: If there is no such folder or it cannot be read.
    """
    try:
        status = folder.stat()
        if not stat.S_ISDIR(status.st_mode):
            raise SourceError(f"{folder} is not a folder", "Name a folder of pictures.")
        with os.scandir(folder) as entries:
            next(entries, None)
    except FileNotFoundError as error:
        raise SourceError(f"there is no folder {folder}", "Check the path, or connect the network share.") from error
    except OSError as error:
        raise SourceError(f"the folder {folder} cannot be read: {error.strerror}", "Check its permissions.") from error
    return status.st_dev, status.st_ino


def file_key(path: Path, status: os.stat_result) -> str:
    """Return the identity of a file's content as it is recorded: ``path|size|mtime_ns``."""
    return f"{_storable(path)}|{status.st_size}|{status.st_mtime_ns}"


def _storable(path: Path) -> str:
    """Return a path as text that can be recorded: Linux allows names that are no valid Unicode; they are escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _stat(path: Path) -> os.stat_result | None:
    with contextlib.suppress(OSError, ValueError):
        return path.stat()
    return None
