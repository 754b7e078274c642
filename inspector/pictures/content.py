"""What a file held when it was read, and whether it still does: a file is its content, size and times are a hint."""

from __future__ import annotations

import hashlib
import os
from array import array
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

MARK = "b2:"
DIGEST_BYTES = 16
#: The coarsest clock of a file system is FAT's, two seconds.
TICK_NS = 2_000_000_000
#: Times in whole hundredths of a second are those of a coarse clock, as FAT and exFAT have, which forgets.
_COARSE_NS = 10_000_000
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the system says of a file without its being read: where it is the same, the content most likely is too.

    Args:
        size: In bytes.
        mtime_ns: Time of the last change of the content; programs can set it.
        ctime_ns: Time of the last change of content or status, on Windows of the making; of an object in a store a
            number that stands for its version (ETag); None where unknown.
    """

    size: int
    mtime_ns: int
    ctime_ns: int | None = None

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        """Return that of a file's status."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    def agrees(self, other: Stamp) -> bool:
        """True where nothing that both know differs."""
        times = {self.ctime_ns, other.ctime_ns} - {None}
        return (self.size, self.mtime_ns) == (other.size, other.mtime_ns) and len(times) < 2

    def sure(self, now_ns: int) -> Stamp:
        """Return it without its ``ctime_ns`` where a later change of the content might leave that as it is.

        No program can set that time where it is the system's own, so the same one means the same content: not on
        Windows, not on file systems with a coarse clock, and not before the clock has ticked.

        Args:
            now_ns: The time, by the computer's clock.
        """
        ctime_ns = self.ctime_ns
        if ctime_ns is None or os.name == "nt" or ctime_ns % _COARSE_NS == 0 or now_ns - ctime_ns <= TICK_NS:
            return replace(self, ctime_ns=None)
        return self


class StampColumns:
    """What is said of many files, 24 bytes for each; they are asked for by their place."""

    def __init__(self, columns: Sequence[array[int]] | None = None) -> None:
        self._columns = columns or (array("q"), array("q"), array("q"))

    def __len__(self) -> int:
        return len(self._columns[0])

    def __getitem__(self, place: int) -> Stamp:
        size, mtime_ns, ctime_ns = (column[place] for column in self._columns)
        return Stamp(size, mtime_ns, None if ctime_ns < 0 else ctime_ns)

    def append(self, stamp: Stamp) -> None:
        """Put one behind the last."""
        numbers = (stamp.size, stamp.mtime_ns, -1 if stamp.ctime_ns is None else stamp.ctime_ns)
        for column, number in zip(self._columns, numbers, strict=True):
            column.append(number)

    def chosen(self, places: Sequence[int]) -> Self:
        """Return those at some places, in that order."""
        return type(self)([array("q", (column[place] for place in places)) for column in self._columns])


@dataclass(frozen=True, slots=True)
class KnownContent:
    """What a file held when it was judged.

    Args:
        stamp: From before it was read, as `Stamp.sure` returns it; None where it could not be asked for.
        digest: As of `digest_of`; empty where it could not be read, or the record is of an earlier version.
    """

    stamp: Stamp | None
    digest: str = ""

    def agrees(self, now: Stamp) -> bool | None:
        """Say whether a file still holds it; None where only its content tells."""
        if self.stamp is None or now.size != self.stamp.size:
            return False
        if not self.digest:
            return None
        return True if self.stamp.ctime_ns is not None and self.stamp == now else None

    def is_in(self, path: Path) -> bool:
        """Return whether a file of this computer holds it; see `holds`.

        Raises:
            OSError: If the file is gone, or cannot be read.
        """
        return self.holds(Stamp.of(path.stat()), lambda: digest_of_file(path))

    def holds(self, now: Stamp, digest: Callable[[], str]) -> bool:
        """Return whether it is what a file holds; the file is read only where nothing else tells.

        Of a record of an earlier version, without a digest, size and time have to do.

        Args:
            now: What is said of the file.
            digest: Reads the file, and returns what stands for its content.
        """
        same = self.agrees(now)
        if same is None and self.stamp is not None and not self.digest:
            return now.mtime_ns == self.stamp.mtime_ns
        return digest() == self.digest if same is None else same


def digest_of(content: bytes) -> str:
    """Return what stands for a content: BLAKE2b of 128 bits, ``b2:`` and 32 hexadecimal digits."""
    return MARK + hashlib.blake2b(content, digest_size=DIGEST_BYTES).hexdigest()


def digest_bytes(digest: str) -> bytes:
    """Return the 16 bytes of a digest; zeros for an empty text, or one that is none."""
    try:
        number = bytes.fromhex(digest.removeprefix(MARK))
    except ValueError:
        return bytes(DIGEST_BYTES)
    return number if len(number) == DIGEST_BYTES else bytes(DIGEST_BYTES)


def digest_text(number: bytes) -> str:
    """Return the text of a digest's 16 bytes; an empty one for zeros."""
    return MARK + number.hex() if any(number) else ""


def digest_of_file(path: Path) -> str:
    """Return what stands for a file's content, read piece by piece; see `digest_of`.

    Raises:
        OSError: If it cannot be read.
    """
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return MARK + digest.hexdigest()
