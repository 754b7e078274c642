"""Writing a file so that it is there whole or not at all: the one way in which the station and the trainer do it.

The content goes to a temporary name in the same folder, is brought to the disk, and gets its name by a rename, which is
brought to the disk too. Whatever stops the writing, the older file is as it was. What a killed process leaves behind is
a temporary file, which `remove_leftovers` takes away.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
import sys
import threading
import time
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, TextIO

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_PATIENT_TURNS, _PATIENT_S = 20, 0.1
# Windows locks are mandatory: lock a byte far behind the text, so that others can read who holds it.
_FAR = 1 << 30
_TEMPORARY = re.compile(r"\.[0-9a-f]{32}\.part")
_LEFT_AFTER_S = 3600.0
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class FileError(InspectorError):
    """A file cannot be written; an older one of its name is as it was.

    Args:
        path: The file, under its final name.
        cause: What the operating system says.
    """

    def __init__(self, path: Path, cause: OSError) -> None:
        super().__init__(f"{path} cannot be written: {cause_of(cause)}", _advice(path, cause))
        self.path = path
        self.disk_full = cause.errno in _FULL
        self.forbidden = cause.errno in _FORBIDDEN


def with_ending(path: Path, ending: str) -> Path:
    """Return a path that ends so: the dot of a name like “lot 0.5 l” begins no ending."""
    return path if path.suffix.lower() == ending else path.with_name(f"{path.name}{ending}")


class Disk:
    """What the operating system does to make a file lasting; a test hands in one that fails."""

    def flush(self, file: BinaryIO) -> None:
        """Bring what was written to the disk.

        Raises:
            OSError: If the disk is full or gone.
        """
        file.flush()
        os.fsync(file.fileno())

    def rename(self, partial: Path, path: Path) -> None:
        """Give a file its name, in place of an older one.

        Windows replaces no file that another program has open, and the window looks at the results of a batch while
        they grow; so it is tried for a while there.

        Raises:
            OSError: If it cannot be renamed.
        """
        wait = threading.Event()
        for _ in range(_PATIENT_TURNS if sys.platform == "win32" else 0):
            try:
                partial.replace(path)
            except PermissionError:
                wait.wait(_PATIENT_S)
            else:
                return
        partial.replace(path)

    def flush_folder(self, folder: Path) -> None:
        """Bring the names in a folder to the disk, where the file system can."""
        if hasattr(os, "O_DIRECTORY"):
            with contextlib.suppress(OSError):  # not every file system flushes a folder
                descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)


DISK = Disk()


@contextmanager
def atomic_file(path: Path, *, lasting: bool = True, mode: int | None = None, disk: Disk = DISK) -> Iterator[BinaryIO]:
    """Open a file for writing; it takes its place when the block ends well, and is gone when it does not.

    Args:
        path: The file; its folder is made, an older file is replaced.
        lasting: Bring it to the disk before the block is left. Without it the file is still whole or not there after a
            crash of the program, but not after a power cut; for thousands of copies of what is there anyway.
        mode: Who may read and write it, as 0o600, from its first byte on; None for what the system gives to new files.
        disk: What the operating system does.

    Raises:
        FileError: If it cannot be written, also where the block itself raised an OSError; an older file is as it was.
    """
    partial = _temporary(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(partial, "xb", opener=_opener(mode)) as file:
                yield file
                if lasting:
                    disk.flush(file)
            disk.rename(partial, path)
        except BaseException:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
            raise
        if lasting:
            disk.flush_folder(path.parent)
    except OSError as error:
        raise FileError(path, error) from error


@contextmanager
def atomic_text_file(
    path: Path, *, encoding: str = "utf-8", newline: str = "", errors: str = "backslashreplace", disk: Disk = DISK
) -> Iterator[TextIO]:
    r"""Open a file for writing text; otherwise as `atomic_file`.

    Args:
        path: The file; an older one is replaced.
        encoding: For example ``utf-8-sig``, by whose mark Excel knows the encoding.
        newline: As for `open`; the default writes line ends as they are.
        errors: Of characters that the encoding has not, as the bytes of a file's name that are no text: by default they
            are spelled out, as ``\udc80``.
        disk: What the operating system does.

    Raises:
        FileError: As `atomic_file`.
    """
    with atomic_file(path, disk=disk) as file:
        text = io.TextIOWrapper(file, encoding=encoding, errors=errors, newline=newline)
        try:
            yield text
            text.flush()
        finally:
            with contextlib.suppress(OSError):  # told by the flush above
                text.detach()


def write_bytes(path: Path, *pieces: bytes | memoryview, mode: int | None = None, disk: Disk = DISK) -> None:
    """Write a file in one go; see `atomic_file`.

    Args:
        path: The file; an older one is replaced.
        pieces: Its content, one after the other.
        mode: As for `atomic_file`.
        disk: What the operating system does.

    Raises:
        FileError: If it cannot be written; an older file is as it was.
    """
    with atomic_file(path, mode=mode, disk=disk) as file:
        for piece in pieces:
            file.write(piece)


def write_text(path: Path, text: str, *, mode: int | None = None, disk: Disk = DISK) -> None:
    r"""Write a text as UTF-8, its line ends as they are and what is no character spelled out, as ``\udc80``.

    Raises:
        FileError: As `write_bytes`.
    """
    write_bytes(path, text.encode("utf-8", "backslashreplace"), mode=mode, disk=disk)


def make_folder(folder: Path, *, mode: int = 0o777) -> None:
    """Make a folder and those above it.

    Args:
        mode: Who may enter, read and write a new one, as 0o700; what the system forbids new folders is left out.

    Raises:
        FileError: If it cannot be made.
    """
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(folder, error) from error


def append_line(path: Path, line: str, *, disk: Disk = DISK) -> None:
    """Add a line to a file of lines; it is on the disk when this returns. A line that a crash cut short is ended first.

    Args:
        path: The file; it is made, and its folder.
        line: Without a line end.
        disk: What the operating system does.

    Raises:
        FileError: If it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - 1))
            torn = b"\n" if end and file.read(1) != b"\n" else b""
            file.write(torn + line.encode("utf-8", "backslashreplace") + b"\n")
            disk.flush(file)
        if not end:
            disk.flush_folder(path.parent)
    except OSError as error:
        raise FileError(path, error) from error


def remove_leftovers(folders: Sequence[Path], *, now_s: float | None = None) -> int:
    """Remove the temporary files that killed processes have left in folders; sub-folders are not looked into.

    Args:
        folders: They need not exist.
        now_s: The time, POSIX seconds; None for the clock's. Files of the last hour stay: they may be being written.

    Returns:
        How many were removed.
    """
    oldest_s = (time.time() if now_s is None else now_s) - _LEFT_AFTER_S
    removed = 0
    for folder in folders:
        with contextlib.suppress(OSError):
            for path in folder.iterdir():
                if _TEMPORARY.fullmatch(path.name) and path.stat().st_mtime < oldest_s:
                    path.unlink()
                    removed += 1
    return removed


def hold(path: Path) -> BinaryIO | None:
    """Lock a file, made where it is not there, until it is closed; None where another process holds it.

    Raises:
        OSError: If it cannot be made.
    """
    file = path.open("a+b")
    try:
        lock_file(file)
    except OSError:
        file.close()
        return None
    return file


def lock_file(file: BinaryIO) -> None:
    """Lock an open file until it is closed.

    Raises:
        OSError: If another process, or another opening of it in this one, holds it.
    """
    if sys.platform == "win32":
        import msvcrt  # Windows only

        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # not on Windows

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def _opener(mode: int | None) -> Callable[[str, int], int]:
    return lambda name, flags: os.open(name, flags, 0o666 if mode is None else mode)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{uuid.uuid4().hex}.part")  # short: the name itself may be as long as names can be


def _advice(path: Path, cause: OSError) -> str:
    if cause.errno in _FULL:
        return f"Free space on the disk of {path.parent}."
    if cause.errno in _FORBIDDEN:
        return f"Close the program that has it open, or allow this user to write in {path.parent}."
    if cause.errno in {errno.ENAMETOOLONG, errno.EINVAL}:
        return "Choose a shorter, plainer name."
    return f"Check {path.parent}, or choose another folder."
