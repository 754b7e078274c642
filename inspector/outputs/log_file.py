"""The file under the log's name: whether it is still the one that was opened, and what is saved where it is not."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.domain.errors import LogError
from inspector.outputs.disk_place import DiskPlace, refuse_silent_disk
from inspector.outputs.log_words import said_of

if TYPE_CHECKING:
    from pathlib import Path

#: SQLite's files grow by pages of 4 KiB, a commit by a handful of them.
_LEAST_ROOM_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """Which file it is, whatever its name."""

    device: int
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIdentity:
    """Which files a log has.

    Args:
        database: The log itself; None where there is no such file.
        ahead: SQLite's file of what is committed and not yet in it (``-wal``); None where there is none.
    """

    database: FileIdentity | None
    ahead: FileIdentity | None


def log_identity(path: Path) -> LogIdentity:
    """Return which files lie under a log's names at the moment."""
    return LogIdentity(database=_identity(path), ahead=_identity(beside(path, "-wal")))


def refuse_no_room(path: Path) -> None:
    """Look whether the disk of a log takes another row; a full one shows otherwise only once a part waits for it.

    Raises:
        OSError: If the disk is full, or has turned read-only.
    """
    if shutil.disk_usage(path.parent).free < _LEAST_ROOM_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if hasattr(os, "statvfs") and os.statvfs(path.parent).f_flag & os.ST_RDONLY:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))
    refuse_silent_disk(path.parent)


class LogFile:
    """The files that a station writes, told apart from others that come to lie under their names."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.opened = log_identity(path)  #: the files as they were then
        self._disk = DiskPlace(path.parent)
        self._saved: Path | None = None

    def check(self) -> None:
        """Look whether what is written still reaches the files under the log's name.

        Raises:
            LogError: If the file was deleted, or another one was put in its place.
        """
        now = log_identity(self._path)
        if now == self.opened:
            return
        what = "deleted" if None in (now.database, now.ahead) else "replaced by another file"
        raise LogError(
            f"the log {self._path} was {what} while the station was writing it",
            "The station opens it again by itself; what it holds of the old file is saved first.",
        )

    def save(self, source: sqlite3.Connection) -> Path:
        """Save every row of a log whose file is gone: under its name, or beside the file that lies there now.

        SQLite's other files are taken away where they belong to the log that is gone: it would put what they hold into
        the file that lies under its name now.

        Args:
            source: An open connection to the log as it was.

        Returns:
            Where they were saved.

        Raises:
            LogError: If its disk is gone too, or full.
        """
        if self._saved is not None:
            return self._saved
        self._refuse_another_disk()
        partial = beside(self._path, ".saved")
        try:
            partial.unlink(missing_ok=True)
            with contextlib.closing(sqlite3.connect(partial)) as target:
                source.backup(target)
            now, place = log_identity(self._path), self._path
            if now.ahead == self.opened.ahead:
                for suffix in ("-wal", "-shm"):
                    beside(self._path, suffix).unlink(missing_ok=True)
            if now.database not in (None, self.opened.database):
                place = place.with_name(f"{place.stem}.replaced-{datetime.now(UTC):%Y%m%d-%H%M%S}{place.suffix}")
            partial.replace(place)
        except (OSError, sqlite3.Error) as error:
            raise LogError(
                f"the rows of the log {self._path}, whose file is gone, cannot be saved: {said_of(error).words}",
                "Keep the station running and free space on the disk; it goes on trying.",
            ) from error
        self._saved = place
        return place

    @property
    def saved(self) -> Path | None:
        """Where the rows were saved; None where they were not."""
        return self._saved

    def _refuse_another_disk(self) -> None:
        folder = self._path.parent
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        there, opened = _identity(folder), self.opened.database
        same = there is not None and opened is not None and there.device == opened.device
        if not same and (there is None or not self._disk.is_mounted):
            raise LogError(
                f"the disk of the log {self._path} is gone", "Connect it again, or choose another log in Settings."
            )


def _identity(path: Path) -> FileIdentity | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return FileIdentity(status.st_dev, status.st_ino)


def beside(path: Path, suffix: str) -> Path:
    """Return the name of one of the files that SQLite keeps beside a database."""
    return path.with_name(path.name + suffix)
