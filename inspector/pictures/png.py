"""PNG: ISA-L packs and expands the pixels, in a fraction of zlib's time; OpenCV decodes what others have written."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import cv2
import numpy as np
from isal import isal_zlib

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.domain.records import Image

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_IHDR = struct.Struct(">IIBBBBB")
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_COLOURS = {1: 0, 3: 2, 4: 6}
_OWN_ORDER = {3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGBA}  # and back
#: How the bytes of a row are stored (PNG, third edition, 9.2): as they are, or less those of the row above.
_AS_IS, _UP = 0, 2
#: The first of ISA-L's levels that matches strings; the next ones take longer and gain a hundredth.
_LEVEL = 1
_BLOCK = struct.Struct("<BHH")
_MOST_IN_BLOCK = 65_535
#: Of a chunk: length, name and checksum.
_FRAME_BYTES = 12


def is_for_png(image: Image) -> bool:
    """Say whether `encode_png` takes pixels: (H, W), (H, W, 3) or (H, W, 4), uint8 or uint16, neither side 0."""
    return bool(image.size) and image.shape[2:] in {(), (3,), (4,)} and image.dtype in (np.uint8, np.uint16)


def encode_png(image: Image) -> bytes:
    """Return a picture as a PNG. Every row is stored as what it differs by from the row above.

    Args:
        image: As `is_for_png` says; BGR or BGRA.
    """
    height, width = image.shape[:2]
    channels = image.shape[2] if image.ndim == 3 else 1
    ordered = cv2.cvtColor(image, _OWN_ORDER[channels]) if channels > 1 else image
    wide = ordered.astype(">u2") if image.dtype == np.uint16 else ordered
    rows = np.ascontiguousarray(wide).view(np.uint8).reshape(height, -1)
    stored = np.empty((height, 1 + rows.shape[1]), np.uint8)
    stored[:, 0] = _UP
    stored[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=stored[1:, 1:])
    head = _IHDR.pack(width, height, 8 * image.dtype.itemsize, _COLOURS[channels], 0, 0, 0)
    packed = isal_zlib.compress(stored, _LEVEL)
    return b"".join((_SIGNATURE, *_chunk(b"IHDR", head), *_chunk(b"IDAT", packed), *_chunk(b"IEND", b"")))


def opened_png(data: bytes) -> Image | bytes | bytearray:
    """Return the pixels of a PNG as `encode_png` makes them; of any other the same PNG with its pixels not compressed.

    Of the other one only the IDAT chunks change, into one whose stream consists of stored blocks (RFC 1951, 3.2.4);
    every other chunk is kept, so a decoder finds the very same pixels and has nothing to expand.

    Args:
        data: A PNG that `read_header` found whole.

    Returns:
        Pixels as OpenCV decodes them; or other content. The one given where it is interlaced, animated, or does not
        expand to exactly its pixels: what is wrong with it is the decoder's to say.
    """
    chunks = list(_chunks(data))
    width, height, bits, colour, _, _, interlaced = _IHDR.unpack_from(data, chunks[0][1] + 8)
    row_bytes = (width * bits * _CHANNELS.get(colour, 0) + 7) // 8
    places = [index for index, (name, _, _) in enumerate(chunks) if name == b"IDAT"]
    if interlaced or not places or any(name == b"acTL" for name, _, _ in chunks):
        return data
    view = memoryview(data)
    packed = [view[start + 8 : end - 4] for _, start, end in (chunks[index] for index in places)]
    pixels = _expand(packed[0] if len(packed) == 1 else b"".join(packed), height * (1 + row_bytes))
    if pixels is None:
        return data
    plain = [name for name, _, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"] and bits >= 8 and colour in _COLOURS.values()
    if plain and all(_is_sound(view[start:end]) for _, start, end in chunks):
        rows = np.frombuffer(pixels, np.uint8).reshape(height, 1 + row_bytes)
        if rows[0, 0] in {_AS_IS, _UP} and (rows[1:, 0] == _UP).all():
            return _decoded(rows, width, bits, _CHANNELS[colour])
    between = [chunks[index] for index in range(places[0], len(chunks)) if index not in places]
    return _stored(view[: chunks[places[0]][1]], pixels, [view[start:end] for _, start, end in between])


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Iterate over name, begin and end of every chunk up to IEND."""
    position, name = len(_SIGNATURE), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, position)
        yield name, position, position + _FRAME_BYTES + length
        position += _FRAME_BYTES + length


def _chunk(name: bytes, body: bytes) -> tuple[bytes, bytes, bytes]:
    head = struct.pack(">I4s", len(body), name)
    return head, body, struct.pack(">I", isal_zlib.crc32(body, isal_zlib.crc32(name)))


def _is_sound(chunk: memoryview) -> bool:
    """Say whether a chunk has the checksum that stands at its end."""
    return bool(struct.pack(">I", isal_zlib.crc32(chunk[4:-4])) == chunk[-4:])


def _decoded(rows: np.ndarray, width: int, bits: int, channels: int) -> Image:
    """Return pixels, by rows of how they are stored and of what they differ by from the row above."""
    height = len(rows)
    plain = np.empty((height, rows.shape[1] - 1), np.uint8)
    plain[0] = rows[0, 1:]
    for above, row, stored in zip(plain, plain[1:], rows[1:, 1:], strict=False):  # np.cumsum takes six times as long
        np.add(above, stored, out=row)
    image: Image = plain if bits == 8 else plain.view(">u2").astype(np.uint16)
    return cv2.cvtColor(image.reshape(height, width, channels), _OWN_ORDER[channels]) if channels > 1 else image


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
