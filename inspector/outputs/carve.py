"""Rows of a database whose tree is damaged, read page by page: https://www.sqlite.org/fileformat2.html.

A row lies whole in a leaf page, whatever became of the pages that lead there. The write-ahead log's newer pages count
first.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PAGE_BYTES = 4096
_LEAF = 13
_ALL_LOCAL = PAGE_BYTES - 35
_LEAST_LOCAL = (PAGE_BYTES - 12) * 32 // 255 - 23
_WAL_HEADER, _FRAME_HEADER = 32, 24
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_REAL, _ZERO, _ONE, _FIRST_TEXT = 7, 8, 9, 12
_MOST_BYTES = 1_000_000


def rows_in(log: Path, is_wanted: Callable[[int], bool]) -> Iterator[tuple[int, list[Any]]]:
    """Read the rows of every table's leaves, as numbers and values; what is no row is passed over.

    Args:
        log: The database, which nothing writes; its ``-wal`` lies beside it.
        is_wanted: Says by a row's number whether it is wanted.
    """
    newer = _newer_pages(log.with_name(log.name + "-wal"))
    with log.open("rb") as file:
        number = 0
        while True:
            number += 1
            page = newer.get(number) or file.read(PAGE_BYTES)
            if number in newer:
                file.seek(number * PAGE_BYTES)
            if len(page) < PAGE_BYTES:
                break
            position = file.tell()
            yield from _rows_on(page, 100 if number == 1 else 0, is_wanted, _Pages(file, newer))
            file.seek(position)
    last = number
    for number in sorted(number for number in newer if number >= last):
        with log.open("rb") as file:
            yield from _rows_on(newer[number], 0, is_wanted, _Pages(file, newer))


class _Pages:
    """Finds the pages of a long row."""

    def __init__(self, file: BinaryIO, newer: dict[int, bytes]) -> None:
        self._file = file
        self._newer = newer

    def at(self, number: int) -> bytes:
        """Return a page; empty where there is none."""
        if number in self._newer:
            return self._newer[number]
        self._file.seek((number - 1) * PAGE_BYTES)
        return self._file.read(PAGE_BYTES)


def _newer_pages(ahead: Path) -> dict[int, bytes]:
    """Return the pages that were committed to the write-ahead log and have not come into the database yet."""
    try:
        data = ahead.read_bytes()
    except OSError:
        return {}
    pages: dict[int, bytes] = {}
    pending: dict[int, bytes] = {}
    salt = data[16:24]
    for begin in range(_WAL_HEADER, len(data) - _FRAME_HEADER - PAGE_BYTES + 1, _FRAME_HEADER + PAGE_BYTES):
        number, size = struct.unpack_from(">II", data, begin)
        if data[begin + 8 : begin + 16] != salt or not number:
            break
        pending[number] = data[begin + _FRAME_HEADER : begin + _FRAME_HEADER + PAGE_BYTES]
        if size:  # the last frame of a commit
            pages |= pending
            pending = {}
    return pages


def _rows_on(
    page: bytes, begin: int, is_wanted: Callable[[int], bool], pages: _Pages
) -> Iterator[tuple[int, list[Any]]]:
    if page[begin] != _LEAF:
        return
    (count,) = struct.unpack_from(">H", page, begin + 3)
    for index in range(min(count, (PAGE_BYTES - begin - 8) // 2)):
        (at,) = struct.unpack_from(">H", page, begin + 8 + 2 * index)
        try:
            size, at = _varint(page, at)
            number, at = _varint(page, at)
            if 0 < size <= _MOST_BYTES and number > 0 and is_wanted(number):
                yield number, _values(_payload(page, at, size, pages))
        except (IndexError, ValueError, struct.error):
            continue  # no row


def _payload(page: bytes, at: int, size: int, pages: _Pages) -> bytes:
    """Return a row's bytes: what lies on its page, and on those that follow where it is long."""
    if size <= _ALL_LOCAL:
        return page[at : at + size]
    local = _LEAST_LOCAL + (size - _LEAST_LOCAL) % (PAGE_BYTES - 4)
    local = local if local <= _ALL_LOCAL else _LEAST_LOCAL
    data = page[at : at + local]
    (following,) = struct.unpack_from(">I", page, at + local)
    while len(data) < size and following:
        more = pages.at(following)
        (following,) = struct.unpack_from(">I", more, 0)
        data += more[4 : 4 + size - len(data)]
    return data


def _values(payload: bytes) -> list[Any]:
    """Decode a record: its kinds of values, then the values.

    Raises:
        ValueError: If it ends too soon.
    """
    end, at = _varint(payload, 0)
    kinds = []
    while at < end:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    values: list[Any] = []
    for kind in kinds:
        value, length = _value(payload, at, kind)
        at += length
        values.append(value)
    if at != len(payload):
        msg = f"a record of {len(payload)} bytes ends after {at}"
        raise ValueError(msg)
    return values


def _value(payload: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind in _INTEGER_BYTES:
        length = _INTEGER_BYTES[kind]
        return int.from_bytes(payload[at : at + length], "big", signed=True), length
    if kind == _REAL:
        return struct.unpack_from(">d", payload, at)[0], 8
    if kind in (_ZERO, _ONE):
        return kind - _ZERO, 0
    if kind < _FIRST_TEXT:
        return None, 0
    length = (kind - _FIRST_TEXT) // 2
    raw = payload[at : at + length]
    return (raw.decode("utf-8", "replace") if kind % 2 else raw), length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of one to nine bytes, and where the next begins."""
    value = 0
    for index in range(8):
        byte = data[at + index]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + index + 1
    return value << 8 | data[at + 8], at + 9
