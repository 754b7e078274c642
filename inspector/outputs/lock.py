"""One station per result log: an operating-system lock that ends with the process, however it ends."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from typing import TYPE_CHECKING, BinaryIO

from pydantic import BaseModel, ConfigDict

from inspector.domain.causes import cause_of
from inspector.domain.errors import LogError
from inspector.json_file import JsonError, read_model

if TYPE_CHECKING:
    from pathlib import Path

# Windows locks are mandatory: lock a byte far behind the text, so that others can read who holds it.
_FAR = 1 << 30


class LockHolder(BaseModel):
    """Who holds a lock, as the lock file says it."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    pid: int
    host: str


class StationLock:
    """Held as long as the object is open.

    Args:
        path: The lock file, beside the log.

    Raises:
        LogError: If another process holds it, or the file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO | None = None
        try:
            file = path.open("a+b")
        except OSError as error:
            raise LogError(
                f"the lock file {path} cannot be made: {cause_of(error)}",
                "Choose a folder for the log that can be written to.",
            ) from error
        try:
            _lock(file)
        except OSError as error:
            holder = _words(lock_holder(path))
            file.close()
            raise LogError(
                f"the log {path.with_suffix('')} is in use by another station{holder}",
                "Close the other station, or give this one its own log (--log FILE, or Settings, Log).",
            ) from error
        with contextlib.suppress(OSError):  # who holds it is a courtesy; the lock is what counts
            file.truncate(0)
            file.write(LockHolder(pid=os.getpid(), host=socket.gethostname()).model_dump_json().encode())
            file.flush()
        self._file = file

    def release(self) -> None:
        """Let go; may be called twice."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _lock(file: BinaryIO) -> None:
    if sys.platform == "win32":
        import msvcrt  # Windows only

        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # not on Windows

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


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
