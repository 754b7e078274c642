"""One stretch of watching a folder: what is noticed, when it is whole, and what is taken up."""

from __future__ import annotations

import contextlib
import logging
import os
import stat
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.errors import OutOfMemoryError, PictureError, SourceError, SourceLostError
from inspector.domain.records import BadPicture, Frame, Origin
from inspector.pictures import (
    LeftOutTally,
    decode_picture,
    is_picture,
    iter_pictures,
    left_out_words,
    natural_key,
    read_content,
    shows_its_end,
)
from inspector.pictures.content import TICK_NS, Stamp, digest_of
from inspector.sources.identity import FileKey, KnownFiles, storable_path
from inspector.sources.notices import Change, Notices
from inspector.sources.waiting import Waiting

if TYPE_CHECKING:
    import threading
    from collections.abc import Generator, Iterator

    from inspector.domain.source_options import SourceOptions
    from inspector.pictures import LeftOut, Reason

_log = logging.getLogger(__name__)
_SLICE_S = 0.05
_IDENTITY_S = 0.5
_POLL_S = 1.0
_TICK_S = TICK_NS / 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long is waited, in seconds.

    Args:
        settle_s: A file whose size and time have not changed for this long has stopped growing.
        quiet_s: A file whose content must have been the same for this long where nobody told that it was closed, and
            its format does not show that it is whole (BMP, TIFF and others have their size from the start). A file
            last touched longer ago than this, by the computer's clock, need not be watched for growth.
        whole_s: A file that cannot be decoded is given this long to become whole before it is reported.
        locked_s: The same for a file that cannot be read (Windows locks a file while it is copied), or for which there
            is no memory.
        open_s: The same for a file that is written to and not closed.
        rescan_s: The folder is read anew this often, in case notices were lost; every second at least when polling.
    """

    settle_s: float = 0.4
    quiet_s: float = 3.0
    whole_s: float = 3.0
    locked_s: float = 30.0
    open_s: float = 60.0
    rescan_s: float = 5.0


class Visit:
    """One stretch of watching, from opening to closing; lives on the source's own thread.

    Args:
        name: The source's name.
        identity: Its identity when it was opened.
        known: What is not to be taken again; what this visit takes up is added.
        options: ``recursive`` and ``bit_depth`` are used.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        identity: tuple[int, int],
        known: KnownFiles,
        patience: Patience,
        options: SourceOptions,
    ) -> None:
        self.sequence = 0
        self.left_out: tuple[LeftOut, ...] = ()  #: what else the folder held when it was listed last
        self._name = name
        self._folder = folder
        self._identity = identity
        self._known = known
        self._patience = patience
        self._recursive = options.recursive
        self._bit_depth = options.bit_depth
        self._waiting = Waiting(patience.settle_s)
        self._logged: set[tuple[Reason, str]] = set()

    def list_existing(self, stop: threading.Event) -> None:
        """List what is there already."""
        there: list[tuple[Path, os.stat_result]] = []
        for path, status in self._fresh():
            if stop.is_set():
                return
            there.append((path, status))
        for path, status in sorted(there, key=lambda file: natural_key(file[0])):
            later = self._known.has_place(path)
            if self._is_old(status):
                self._waiting.ready(path, later=later)
            else:
                self._waiting.notice(path, status, later=later)

    def leave_out_existing(self, stop: threading.Event) -> list[FileKey]:
        """Note what is there already as taken, without reading it."""
        keys: list[FileKey] = []
        for path, status in self._fresh():
            if stop.is_set():
                break
            keys.append(FileKey(storable_path(path), Stamp.of(status)))
            self._known.note(keys[-1])
        return keys

    def watch(self, stop: threading.Event, notices: Notices) -> Generator[Frame | BadPicture | None]:
        """Yield the pictures as they come, None between them."""
        rescan_s = self._patience.rescan_s if notices.watching else min(_POLL_S, self._patience.rescan_s)
        scan_at_s = time.perf_counter() + rescan_s
        look_at_s = 0.0
        while not stop.is_set():
            for path, change in notices.drain(0.0 if self._waiting.any_ready else _SLICE_S):
                self._notice(path, change)
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
        others = LeftOutTally()
        try:
            for path in iter_pictures(self._folder, recursive=self._recursive, left_out=others):
                status = _stat(path) if path is not None else None
                if path is not None and status is not None and self._is_fresh(path, status):
                    yield path, status
        except PictureError as error:
            raise SourceLostError(error.what, f"{error.next_step} It is tried again by itself.") from error
        self._leave_out(others.listed())

    def _leave_out(self, left_out: tuple[LeftOut, ...]) -> None:
        """Note what the folder holds and is not taken; each kind is logged once."""
        kinds = {(kind.reason, kind.suffix): kind for kind in left_out}
        new = [kind for key, kind in kinds.items() if key not in self._logged]
        if new:
            _log.warning("%s: not taken: %s", self._name, left_out_words(new))
            self._logged |= set(kinds)
        self.left_out = left_out

    def _scan(self) -> Generator[None]:
        """Look for what no notice told of."""
        fresh: list[tuple[Path, os.stat_result]] = []
        for file in self._fresh():
            fresh.append(file)
            if len(fresh) % 256 == 0:
                yield None  # a long search is not silence
        for path, status in sorted(fresh, key=lambda file: natural_key(file[0])):
            self._waiting.notice(path, status, later=self._known.has_place(path))

    def _notice(self, path: Path, change: Change) -> None:
        try:
            inside = path.relative_to(self._folder).parts
        except ValueError:
            return
        if is_picture(path) and not any(part.startswith(".") for part in inside):
            status = _stat(path)
            if status is None or not stat.S_ISREG(status.st_mode):
                return
            if change is Change.CLOSED:
                self._waiting.notice_closed(path, status)
            elif change is Change.WRITTEN or (change is Change.MADE and not status.st_size):
                self._waiting.notice_writing(path, status)
            elif self._is_fresh(path, status):
                self._waiting.notice(path, status, later=self._known.has_place(path))

    def _is_fresh(self, path: Path, status: os.stat_result) -> bool:
        """True for a file that may hold what was not taken."""
        return stat.S_ISREG(status.st_mode) and not self._known.is_same(path, Stamp.of(status), time.perf_counter())

    def _is_old(self, status: os.stat_result) -> bool:
        return time.time() - max(status.st_mtime, status.st_ctime) > self._patience.quiet_s

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
        elif not self._waiting.is_told(path) and not self._is_fresh(path, status):
            self._waiting.done(path)
        elif not self._waiting.is_listed(path) and not self._is_old(status):
            self._waiting.notice(path, status)  # it was old when it was listed
        elif not self._waiting.is_writing(path):
            return self._read(path, status)
        elif not self._waiting.wait_for_closing(path, self._patience.open_s):
            return self._still_open(path, status)
        return None

    def _read(self, path: Path, status: os.stat_result) -> Frame | BadPicture | None:
        """Read and decode a file; None where it is not to be taken now."""
        captured_s, captured_at = time.perf_counter(), datetime.now(UTC)
        stamp, digest, image, reason = Stamp.of(status), "", None, ""
        try:
            content = read_content(path)
            digest = digest_of(content)
            if self._known.holds(path, stamp, digest):
                self._waiting.done(path)
                return None
            if not self._is_whole(path, status, content, digest):
                return None
            image = decode_picture(content, str(path), bit_depth=self._bit_depth)
        except PictureError as error:
            locked = isinstance(error, OutOfMemoryError) or isinstance(error.__cause__, OSError)
            if self._waiting.again(path, status, self._patience.locked_s if locked else self._patience.whole_s):
                return None
            reason = str(error)
        after = _stat(path)
        if after is None or Stamp.of(after) != stamp:  # written to, or removed, while it was read
            if after is not None:
                self._waiting.notice(path, after)
            return None
        origin = self._take_up(path, stamp, digest, captured_s, captured_at)
        if image is None:
            return BadPicture(reason=reason, sequence=self.sequence - 1, origin=origin)
        return Frame(image=image, sequence=self.sequence - 1, time_s=captured_s, origin=origin)

    def _is_whole(self, path: Path, status: os.stat_result, content: bytes, digest: str) -> bool:
        """Return whether nobody is writing a file any more, as far as can be known."""
        if self._waiting.is_closed(path) or not self._waiting.is_listed(path):
            return True
        if shows_its_end(content) and not self._known.has_place(path):  # where nothing older can be mixed in
            return True
        return self._waiting.is_steady(path, status, digest, self._patience.quiet_s)

    def _take_up(self, path: Path, stamp: Stamp, digest: str, captured_s: float, captured_at: datetime) -> Origin:
        """Note that a content is taken."""
        key = FileKey(storable_path(path), stamp, digest)
        sure = not digest or self._waiting.is_closed(path) or not self._waiting.is_listed(path)
        self._known.note(key, again_s=None if sure else captured_s + _TICK_S)
        self._waiting.done(path)
        self.sequence += 1
        return Origin(
            captured_at=captured_at, captured_s=captured_s, source=self._name, path=Path(key.path), file_key=str(key)
        )

    def _still_open(self, path: Path, status: os.stat_result) -> BadPicture:
        """Report a file that is not closed; its content is not noted, so that it is judged when it is closed."""
        origin = self._take_up(path, Stamp.of(status), "", time.perf_counter(), datetime.now(UTC))
        reason = f"the picture {path} is still being written. Close it when it is whole."
        return BadPicture(reason=reason, sequence=self.sequence - 1, origin=origin)


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
        raise SourceError(f"the folder {folder} cannot be read: {cause_of(error)}", "Check its permissions.") from error
    return status.st_dev, status.st_ino


def _stat(path: Path) -> os.stat_result | None:
    with contextlib.suppress(OSError, ValueError):
        return path.stat()
    return None
