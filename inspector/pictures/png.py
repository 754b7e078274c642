"""PNG: the compressed pixels are expanded by ISA-L, in 40 % of zlib's time; OpenCV does all the rest."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from isal import isal_zlib

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNATURE_BYTES = 8
_IHDR = struct.Struct(">IIBBBBB")
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_BLOCK = struct.Struct("<BHH")
_MOST_IN_BLOCK = 65_535
#: Of a chunk: length, name and checksum.
_FRAME_BYTES = 12


def expanded_png(data: bytes) -> bytes | bytearray:
    """Return the same PNG with its pixels stored instead of compressed, so that a decoder has nothing to expand.

    Only the IDAT chunks change, into one whose stream consists of stored blocks (RFC 1951, 3.2.4); every other chunk
    is kept, so a decoder finds the very same pixels.

    Args:
        data: A PNG that `read_header` found whole.

    Returns:
        The other content; the one given where it is interlaced, animated, or does not expand to exactly its pixels:
        what is wrong with it is the decoder's to say.
    """
    chunks = list(_chunks(data))
    width, height, bits, colour, _, _, interlaced = _IHDR.unpack_from(data, chunks[0][1] + 8)
    size = height * (1 + (width * bits * _CHANNELS.get(colour, 0) + 7) // 8)
    places = [index for index, (name, _, _) in enumerate(chunks) if name == b"IDAT"]
    if interlaced or not places or any(name == b"acTL" for name, _, _ in chunks):
        return data
    view = memoryview(data)
    packed = [view[start + 8 : end - 4] for _, start, end in (chunks[index] for index in places)]
    pixels = _expand(packed[0] if len(packed) == 1 else b"".join(packed), size)
    if pixels is None:
        return data
    between = [chunks[index] for index in range(places[0], len(chunks)) if index not in places]
    return _stored(view[: chunks[places[0]][1]], pixels, [view[start:end] for _, start, end in between])


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Iterate over name, begin and end of every chunk up to IEND."""
    position, name = _SIGNATURE_BYTES, b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, position)
        yield name, position, position + _FRAME_BYTES + length
        position += _FRAME_BYTES + length


def _expand(packed: bytes | memoryview, size: int) -> bytes | None:
    """Expand a zlib stream that holds exactly ``size`` bytes; None where it holds less, more, or is damaged."""
    stream = isal_zlib.decompressobj()
    try:
        pixels: bytes = stream.decompress(packed, size + 1)  # no more, whatever a hostile stream would come to
    except isal_zlib.IsalError:  # type: ignore[misc]  # its stub calls the class an instance
        return None
    return pixels if stream.eof and len(pixels) == size else None


def _stored(head: memoryview, pixels: bytes, tail: list[memoryview]) -> bytearray:
    """Return the head, the pixels as an IDAT chunk of stored blocks, and the tail."""
    blocks = -(-len(pixels) // _MOST_IN_BLOCK)
    length = 2 + blocks * _BLOCK.size + len(pixels) + 4
    result = bytearray(len(head) + _FRAME_BYTES + length + sum(map(len, tail)))
    target, source = memoryview(result), memoryview(pixels)
    position = len(head)
    target[:position] = head
    struct.pack_into(">I4s", result, position, length, b"IDAT")
    summed = position + 4
    position += 8
    target[position : position + 2] = b"\x78\x01"
    position += 2
    for start in range(0, len(pixels), _MOST_IN_BLOCK):
        block = source[start : start + _MOST_IN_BLOCK]
        last = start + len(block) == len(pixels)
        _BLOCK.pack_into(result, position, last, len(block), len(block) ^ 0xFFFF)
        position += _BLOCK.size
        target[position : position + len(block)] = block
        position += len(block)
    struct.pack_into(">I", result, position, isal_zlib.adler32(pixels))
    position += 4
    struct.pack_into(">I", result, position, isal_zlib.crc32(target[summed:position]))
    position += 4
    for chunk in tail:
        target[position : position + len(chunk)] = chunk
        position += len(chunk)
    return result
