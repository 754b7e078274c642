"""A disk that fails where a test wants it to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO, Literal

from inspector.files import Disk

if TYPE_CHECKING:
    from pathlib import Path


class BadDisk(Disk):
    """Works for a number of writes and refuses what follows.

    Args:
        number: The error's number, as `errno.ENOSPC`.
        at: What is refused: bringing the content to the disk, or renaming.
        writes: So many files are written before.
    """

    def __init__(self, number: int, *, at: Literal["flush", "rename"], writes: int = 0) -> None:
        self._number, self._at, self._left = number, at, writes
        self.done: list[str] = []  #: what was done, in order

    def mend(self) -> None:
        """Refuse nothing any more."""
        self._left = 1_000_000

    def flush(self, file: BinaryIO) -> None:
        """See `Disk`."""
        self._do("flush")
        super().flush(file)

    def rename(self, partial: Path, path: Path) -> None:
        """See `Disk`."""
        self._do("rename")
        super().rename(partial, path)

    def flush_folder(self, folder: Path) -> None:
        """See `Disk`."""
        self._do("flush_folder")
        super().flush_folder(folder)

    def _do(self, what: str) -> None:
        if what == self._at:
            self._left -= 1
            if self._left < 0:
                raise OSError(self._number, os.strerror(self._number))
        self.done.append(what)
