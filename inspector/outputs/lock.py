"""One station per result log: an operating-system lock that ends with the process, however it ends."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from typing import TYPE_CHECKING, BinaryIO

from inspector.domain.errors import LogError

if TYPE_CHECKING:
    from pathlib import Path

# Windows locks are mandatory: lock a byte far behind the text, so that others can read who holds it.
_FAR = 1 << 30


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
                f"the lock file {path} cannot be made: {error}", "Choose a folder for the log that can be written to."
            ) from error
        try:
            _lock(file)
        except OSError as error:
            holder = _holder(path)
            file.close()
            raise LogError(
                f"the log {path.with_suffix('')} is in use by another station{holder}",
                "Close the other station, or give this one its own log (--log FILE, or Settings, Log).",
            ) from error
        with contextlib.suppress(OSError):  # who holds it is a courtesy; the lock is what counts
            file.truncate(0)
            file.write(json.dumps({"pid": os.getpid(), "host": socket.gethostname()}).encode())
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


def _holder(path: Path) -> str:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return f" (process {found['pid']} on {found['host']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
