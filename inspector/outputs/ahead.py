"""SQLite's write-ahead log (``-wal``): what was committed last. SQLite drops all that follows damage in it.

Every frame is a page with a sum over itself and all before it (https://www.sqlite.org/fileformat2.html#walformat). A
power cut leaves at most one commit behind a wrong sum, and that was told to nobody. More were told, and are saved.
"""

from __future__ import annotations

import logging
import shutil
import struct
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.files import write_bytes
from inspector.outputs.log_file import beside

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)
_HEADER_BYTES, _FRAME_HEADER_BYTES, _PAGE_BYTES = 32, 24, 4096
_FRAME_BYTES = _FRAME_HEADER_BYTES + _PAGE_BYTES
_LITTLE, _VERSION = 0x377F0682, 3_007_000
_MOST_BYTES = 200_000_000
_LEAST_COMMITS = 2


@dataclass(frozen=True, slots=True)
class _Frame:
    """A page that was written."""

    page: int
    size: int  # of the database in pages; 0 where no commit ends here
    content: bytes


def mend_ahead(log: Path, aside: Path) -> str:
    """Save what lies behind damage in a write-ahead log that nothing has open.

    Args:
        log: The database it belongs to.
        aside: The damaged write-ahead log is kept under this name and ``-wal``.

    Returns:
        What is to be said; empty where it is whole.

    Raises:
        OSError: If it cannot be read.
        FileError: If it cannot be written.
    """
    ahead = beside(log, "-wal")
    if not log.exists() or not ahead.exists() or not _HEADER_BYTES < ahead.stat().st_size < _MOST_BYTES:
        return ""
    data = ahead.read_bytes()
    salt, frames = _frames(data)
    whole = _whole(data)
    behind = [index for index in sorted(frames) if index >= whole and frames[index].size]
    if len(behind) < _LEAST_COMMITS:
        return ""
    last = behind[-1]
    kept = [frames[index] for index in sorted(frames) if index <= last and not _is_left_out(index, whole, frames)]
    shutil.copyfile(ahead, beside(aside, "-wal"))
    write_bytes(ahead, *_written(salt, kept))
    beside(log, "-shm").unlink(missing_ok=True)
    words = (
        f"What was last written to the log was damaged (its -wal file). {len(behind)} commits behind the damage were "
        f"saved. The damaged file is kept as {beside(aside, '-wal')}"
    )
    _log.error("%s", words)
    return words


def _is_left_out(index: int, damaged: int, frames: dict[int, _Frame]) -> bool:
    """Say whether a frame is the damaged one, and names no page that there is, or one that was written again later."""
    if index != damaged:
        return False
    page, most = frames[index].page, max(frame.size for frame in frames.values())
    return not 0 < page <= most or any(later > index and frame.page == page for later, frame in frames.items())


def _frames(data: bytes) -> tuple[bytes, dict[int, _Frame]]:
    """Return the salt of this generation, and its frames by their places; older ones may follow them."""
    begins = range(_HEADER_BYTES, len(data) - _FRAME_BYTES + 1, _FRAME_BYTES)
    salts = [data[begin + 8 : begin + 16] for begin in begins]
    salt = Counter([data[16:24], *salts[:9]]).most_common(1)[0][0]
    frames = {}
    for index, begin in enumerate(begins):
        if salts[index] == salt:
            page, size = struct.unpack_from(">II", data, begin)
            frames[index] = _Frame(page, size, data[begin + _FRAME_HEADER_BYTES : begin + _FRAME_BYTES])
    return salt, frames


def _whole(data: bytes) -> int:
    """Return how many frames from the beginning have a right sum."""
    magic = struct.unpack_from(">I", data)[0]
    order = "<" if magic == _LITTLE else ">"
    sums = _sum(order, data[:24], (0, 0))
    if magic & ~1 != _LITTLE or sums != struct.unpack_from(">II", data, 24):
        return 0
    count = 0
    for begin in range(_HEADER_BYTES, len(data) - _FRAME_BYTES + 1, _FRAME_BYTES):
        frame = data[begin : begin + _FRAME_BYTES]
        sums = _sum(order, frame[:8] + frame[_FRAME_HEADER_BYTES:], sums)
        if frame[8:16] != data[16:24] or sums != struct.unpack_from(">II", frame, 16):
            break
        count += 1
    return count


def _written(salt: bytes, frames: list[_Frame]) -> list[bytes]:
    """Return a write-ahead log of these frames, with right sums."""
    header = struct.pack(">IIII", _LITTLE, _VERSION, _PAGE_BYTES, 0) + salt
    sums = _sum("<", header, (0, 0))
    pieces = [header + struct.pack(">II", *sums)]
    for frame in frames:
        head = struct.pack(">II", frame.page, frame.size)
        sums = _sum("<", head + frame.content, sums)
        pieces.append(head + salt + struct.pack(">II", *sums) + frame.content)
    return pieces


def _sum(order: str, data: bytes, before: tuple[int, int]) -> tuple[int, int]:
    """Return SQLite's sum over data, which goes on from the one before it."""
    first, second = before
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second
