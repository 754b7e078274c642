"""What the files of a batch held when they were judged, as columns: by it a picture is known as the one judged."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.batch.rows import content_of
from inspector.domain.errors import InspectorError
from inspector.pictures import decode_picture
from inspector.pictures.content import DIGEST_BYTES, KnownContent, Stamp, digest_bytes, digest_of, digest_text
from inspector.pictures.held import read_held

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inspector.domain.records import Image
    from inspector.pictures import Place


@dataclass(frozen=True, kw_only=True, eq=False)
class JudgedContents:
    """A row for each picture; nothing here changes.

    Args:
        sizes: (N,) int64, bytes; -1 where unknown.
        mtimes_ns: (N,) int64; -1 where unknown.
        ctimes_ns: (N,) int64; -1 where unknown, see `inspector.pictures.content.Stamp.sure`.
        digests: (N, 16) uint8, as of `inspector.pictures.content.digest_bytes`; zeros where unknown.
    """

    sizes: NDArray[np.int64]
    mtimes_ns: NDArray[np.int64]
    ctimes_ns: NDArray[np.int64]
    digests: NDArray[np.uint8]

    def known(self, index: int) -> KnownContent:
        """Return what a picture's file held."""
        if self.sizes[index] < 0:
            return KnownContent(None)
        ctime_ns = int(self.ctimes_ns[index])
        stamp = Stamp(int(self.sizes[index]), int(self.mtimes_ns[index]), ctime_ns if ctime_ns >= 0 else None)
        return KnownContent(stamp, digest_text(self.digests[index].tobytes()))

    def same(self, rows: NDArray[np.intp], other: JudgedContents, others: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return, (M,) bool, where rows hold the same content as rows of another batch.

        Where one of the two is of an earlier version, without digests, size and time have to do.
        """
        told = self.digests[rows].any(axis=1) & other.digests[others].any(axis=1)
        content = (self.digests[rows] == other.digests[others]).all(axis=1)
        times = self.mtimes_ns[rows] == other.mtimes_ns[others]
        return np.asarray((self.sizes[rows] == other.sizes[others]) & np.where(told, content, times))


class ContentColumns:
    """Takes the contents of rows in, one after the other; 40 bytes for each."""

    def __init__(self) -> None:
        self._numbers = (array("q"), array("q"), array("q"))
        self._digests = bytearray()

    def put(self, index: int, values: Sequence[str]) -> None:
        """Note the content of a row, in the place of an earlier one or behind the last."""
        try:
            known = content_of(values)
        except ValueError:
            known = KnownContent(None)
        stamp = known.stamp or Stamp(-1, -1)
        numbers = (stamp.size, stamp.mtime_ns, -1 if stamp.ctime_ns is None else stamp.ctime_ns)
        for column, number in zip(self._numbers, numbers, strict=True):
            column[index : index + 1] = array("q", [number])
        self._digests[index * DIGEST_BYTES : (index + 1) * DIGEST_BYTES] = digest_bytes(known.digest)

    def snapshot(self) -> JudgedContents:
        """Return them as they are now."""
        sizes, mtimes, ctimes = (np.array(column, np.int64) for column in self._numbers)
        digests = np.frombuffer(bytes(self._digests), np.uint8).reshape(-1, DIGEST_BYTES)
        return JudgedContents(sizes=sizes, mtimes_ns=mtimes, ctimes_ns=ctimes, digests=digests)


def read_judged(path: Place, known: KnownContent, *, bit_depth: int | None) -> tuple[Image, bool]:
    """Read the picture of a row as it was judged.

    Args:
        known: What was judged.
        bit_depth: As the batch's judge has it, so that the pixels are those that were judged.

    Returns:
        The pixels; whether the file holds something else than what was judged. Of a row of an earlier version size and
        time have to do.

    Raises:
        PictureError: If the file is gone, cannot be read, or is no picture.
    """
    held = read_held(path)
    if isinstance(held.content, InspectorError):
        raise held.content
    content, changed = held.content, False
    if known.digest:
        changed = digest_of(content) != known.digest
    elif known.stamp is not None and held.stamp is not None:
        changed = not known.stamp.agrees(held.stamp)
    return decode_picture(content, str(path), bit_depth=bit_depth), changed
