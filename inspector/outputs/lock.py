"""One station for a log: operating-system locks that end with the process, however it ends.

Two locks are held. The one on a file beside the log says who holds it, and works between computers that share a folder.
The other belongs to the log's file itself, whatever it is called, and so also where the first one's file was removed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pydantic import BaseModel, ConfigDict

from inspector.domain.causes import cause_of
from inspector.domain.errors import LogError
from inspector.files import hold, lock_file
from inspector.json_file import JsonError, read_model

if TYPE_CHECKING:
    from collections.abc import Callable

# A byte that no database reaches; SQLite's own locks lie at 1 GiB.
_BEYOND = 1 << 62
_HELD = (errno.EAGAIN, errno.EACCES)


class LockHolder(BaseModel):
    """Who holds a lock, as the lock file says it."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    pid: int
    host: str


def lock_path(log: Path) -> Path:
    """Return the lock file of a log: beside the file itself, not beside a link to it."""
    file = log.resolve()
    return file.with_name(file.name + ".lock")


class StationLock:
    """The lock beside the log; held as long as the object is open.

    Args:
        log: The result log, which need not be there yet.

    Raises:
        LogError: If another process holds it, or the file cannot be made.
    """

    def __init__(self, log: Path) -> None:
        self._file: BinaryIO | None = None
        path = lock_path(log)
        try:
            self._file = hold(path)
        except OSError as error:
            raise LogError(
                f"the lock file {path} cannot be made: {cause_of(error)}",
                "Choose a folder for the log that can be written to.",
            ) from error
        if self._file is None:
            raise _in_use(log)

    def name_holder(self) -> None:
        """Write into the lock file who holds it; a courtesy, the locks are what counts."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.truncate(0)
                self._file.write(LockHolder(pid=os.getpid(), host=socket.gethostname()).model_dump_json().encode())
                self._file.flush()

    def release(self) -> None:
        """Let go; may be called twice."""
        if self._file is not None:
            self._file.close()
            self._file = None


class FileLock:
    """The lock on the log's file itself, by whatever name it is reached.

    On Linux it is a lock of the open file (OFD) on a byte that no database reaches: it disturbs none of SQLite's.
    Closing it lets go of this process's SQLite locks on the file, so it is released after the log's connections.
    Elsewhere it is a file in the system's temporary folder that is named by the log's device and inode.

    Args:
        log: The result log, which is there.

    Raises:
        LogError: If another process, or another log of this one, holds it.
    """

    def __init__(self, log: Path) -> None:
        self._close: Callable[[], None] | None = None
        try:
            status = log.stat()
            self.identity = (status.st_dev, status.st_ino)
            self._close = _hold(log) if sys.platform == "linux" else _hold_by_name(self.identity)
        except OSError as error:
            if error.errno in _HELD:
                raise _in_use(log) from error
            self.identity = (0, 0)  # a file system without such locks: the lock beside the log remains

    def release(self) -> None:
        """Let go; may be called twice."""
        if self._close is not None:
            self._close()
            self._close = None


def _hold(log: Path) -> Callable[[], None] | None:
    """Lock the open file; None where this user may not write it, which SQLite says better."""
    import fcntl  # not on Windows

    if not os.access(log, os.W_OK):
        return None
    number = os.open(log, os.O_RDWR | os.O_CLOEXEC)
    # struct flock: type, whence, start, length, process (0 for such locks)
    wanted = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, _BEYOND, 1, 0)
    try:
        fcntl.fcntl(number, fcntl.F_OFD_SETLK, wanted)
    except OSError:
        os.close(number)
        raise
    return lambda: os.close(number)


def _hold_by_name(identity: tuple[int, int]) -> Callable[[], None]:
    """Lock a file that is named by a file's identity."""
    device, inode = identity
    file = (Path(tempfile.gettempdir()) / f"inspector-log-{device:x}-{inode:x}.lock").open("a+b")
    try:
        lock_file(file)
    except OSError as error:
        file.close()
        raise BlockingIOError(errno.EAGAIN, "held") from error
    return file.close


def _in_use(log: Path) -> LogError:
    return LogError(
        f"the log {log} is in use by another station{_words(lock_holder(lock_path(log)))}",
        "Close the other station, or give this one its own log (--log FILE, or Settings, Log).",
    )


def lock_holder(path: Path) -> LockHolder | None:
    """Return who has locked a file, or did so last; None where nobody has, or it is not known.

    Args:
        path: The lock file, beside the log.
    """
    try:
        return read_model(path, LockHolder)
    except JsonError:
        return None


def _words(holder: LockHolder | None) -> str:
    return f" (process {holder.pid} on {holder.host})" if holder else ""
