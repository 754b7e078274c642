"""What a picture file says of itself before it is decoded: kind, size, orientation, and whether it is whole."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass

_PNG = b"\x89PNG\r\n\x1a\n"
_TIFF_STARTS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
#: In a JPEG: a marker that is neither a stuffed byte, a fill byte, a restart, nor stands alone.
_MARKER = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd8]")
_NOT_START_OF_FRAME = frozenset({0xC4, 0xC8, 0xCC})
#: Code, and bytes per value, of the TIFF field types that are used: BYTE, SHORT, LONG, LONG8.
_TIFF_TYPES = {1: ("B", 1), 3: ("H", 2), 4: ("I", 4), 16: ("Q", 8)}
_WIDTH, _HEIGHT, _ORIENTATION = 256, 257, 274
_MAX_VALUES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A picture file's own account.

    Args:
        kind: "JPEG", "PNG", "BMP", "TIFF" or "WebP".
        width_px: Width before any turning, 0 where it could not be found.
        height_px: Height before any turning.
        orientation: EXIF orientation 1..8 that is still to be applied after decoding; 1 is upright.
        channels: Of a JPEG how many its frame has: 1 grey, 3 colour, 4 CMYK; 0 elsewhere.
        fault: Why the file cannot be trusted, as "is cut short"; empty where it is whole.
    """

    kind: str
    width_px: int = 0
    height_px: int = 0
    orientation: int = 1
    channels: int = 0
    fault: str = ""


_CUT = "is cut short"
_DAMAGED = "is damaged"


def read_header(data: bytes) -> Header | None:
    """Read what a picture file says of itself.

    Args:
        data: The whole content.

    Returns:
        The header; None where the content is none of the five kinds.
    """
    for kind, recognised, reader in (
        ("PNG", data.startswith(_PNG), _png),
        ("JPEG", data.startswith(b"\xff\xd8\xff"), _jpeg),
        ("BMP", data.startswith(b"BM") and data[6:10] == bytes(4), _bmp),
        ("WebP", data[:4] == b"RIFF" and data[8:12] == b"WEBP", _webp),
        ("TIFF", data[:4] in _TIFF_STARTS, _tiff),
    ):
        if recognised:
            try:
                return reader(data)
            except (struct.error, IndexError):  # a field lies beyond the end
                return Header(kind=kind, fault=_CUT)
    return None


def _png(data: bytes) -> Header:
    """PNG (W3C, third edition): chunks with a CRC each, closed by IEND."""
    width, height, orientation, position = 0, 0, 1, len(_PNG)
    view = memoryview(data)
    while position + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if end > len(data):
            break
        (crc,) = struct.unpack_from(">I", data, end - 4)
        sound = zlib.crc32(view[position + 4 : end - 4]) == crc
        if not sound and name[:1].isupper():  # a chunk that the picture cannot do without
            return Header(kind="PNG", width_px=width, height_px=height, fault=_DAMAGED)
        if name == b"IHDR":
            width, height = struct.unpack_from(">II", data, position + 8)
        elif name == b"eXIf" and sound:
            orientation = exif_orientation(data[position + 8 : end - 4])
        elif name == b"IEND":
            return Header(kind="PNG", width_px=width, height_px=height, orientation=orientation)
        position = end
    return Header(kind="PNG", width_px=width, height_px=height, fault=_CUT)


def _jpeg(data: bytes) -> Header:
    """JPEG (ITU-T T.81): segments up to a start of scan, coded data, and so on up to the end-of-image marker."""
    width, height, channels, orientation, position = 0, 0, 0, 1, 2
    while (match := _MARKER.search(data, position)) is not None:
        marker, position = data[match.start() + 1], match.end()
        if marker == 0xD9:
            return Header(kind="JPEG", width_px=width, height_px=height, orientation=orientation, channels=channels)
        (length,) = struct.unpack_from(">H", data, position)
        if 0xC0 <= marker <= 0xCF and marker not in _NOT_START_OF_FRAME and not width:
            height, width, channels = struct.unpack_from(">HHB", data, position + 3)
        elif marker == 0xE1 and data[position + 2 : position + 8] == b"Exif\x00\x00":
            orientation = exif_orientation(data[position + 8 : position + length])
        position += length
    return Header(kind="JPEG", width_px=width, height_px=height, fault=_CUT)


def _bmp(data: bytes) -> Header:
    """BMP (Windows and OS/2 headers): uncompressed rows must all be there."""
    offset, header_size = struct.unpack_from("<I", data, 10)[0], struct.unpack_from("<I", data, 14)[0]
    if header_size == 12:
        width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
        compression = 0
    else:
        width, height, _, bits, compression = struct.unpack_from("<iiHHI", data, 18)
    height = abs(height)
    if width <= 0:
        return Header(kind="BMP", fault=_DAMAGED)
    stored = (width * bits + 31) // 32 * 4 * height if compression in (0, 3, 6) else 1
    fault = _CUT if len(data) < offset + stored else ""
    return Header(kind="BMP", width_px=width, height_px=height, fault=fault)


def _webp(data: bytes) -> Header:
    """WebP (RFC 9649): RIFF chunks; the size stands in VP8X, VP8L or the key frame of VP8."""
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    width = height = 0
    orientation, position = 1, 12
    while position + 8 <= min(end, len(data)):
        name, length = struct.unpack_from("<4sI", data, position)
        body = position + 8
        if name == b"VP8X":
            width = 1 + int.from_bytes(data[body + 4 : body + 7], "little")
            height = 1 + int.from_bytes(data[body + 7 : body + 10], "little")
        elif name == b"VP8L" and not width:
            (bits,) = struct.unpack_from("<I", data, body + 1)
            width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        elif name == b"VP8 " and not width:
            width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, body + 6))
        elif name == b"EXIF":
            orientation = exif_orientation(data[body : body + length].removeprefix(b"Exif\x00\x00"))
        position = body + length + length % 2
    fault = _CUT if len(data) < end or position > len(data) + 1 else ""
    return Header(kind="WebP", width_px=width, height_px=height, orientation=orientation, fault=fault)


def _tiff(data: bytes) -> Header:
    """TIFF 6.0 and BigTIFF: first page; all its strips or tiles must lie inside the file.

    The orientation is not repeated here: OpenCV applies a TIFF's own in every mode.
    """
    tags = tiff_tags(data)
    width, height = tags.get(_WIDTH, (0,))[0], tags.get(_HEIGHT, (0,))[0]
    fault = "" if width and height else _DAMAGED
    for offsets, counts in ((273, 279), (324, 325)):
        pairs = zip(tags.get(offsets, ()), tags.get(counts, ()), strict=False)
        if any(offset + count > len(data) for offset, count in pairs):
            fault = _CUT
    return Header(kind="TIFF", width_px=width, height_px=height, fault=fault)


def exif_orientation(exif: bytes) -> int:
    """Return the orientation 1..8 in an EXIF block (a small TIFF); 1 where it has none or is damaged."""
    try:
        value = tiff_tags(exif).get(_ORIENTATION, (1,))[0]
    except (struct.error, IndexError):
        return 1
    return value if 1 <= value <= 8 else 1


def tiff_tags(data: bytes) -> dict[int, tuple[int, ...]]:
    """Return the whole-number fields of a TIFF's first directory.

    Raises:
        struct.error: If the directory or one of those fields lies beyond the end.
    """
    order = "<" if data[:2] == b"II" else ">"
    big = b"+" in data[2:4]
    if data[:4] not in _TIFF_STARTS:
        return {}
    (start,) = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)
    (entries,) = struct.unpack_from(order + ("Q" if big else "H"), data, start)
    first, step = start + (8 if big else 2), 20 if big else 12
    tags: dict[int, tuple[int, ...]] = {}
    for entry in range(first, first + step * min(entries, 4096), step):
        tag, kind, count = struct.unpack_from(order + ("HHQ" if big else "HHI"), data, entry)
        if kind not in _TIFF_TYPES or not 0 < count <= _MAX_VALUES:
            continue
        code, size = _TIFF_TYPES[kind]
        place = entry + (12 if big else 8)
        if count * size > (8 if big else 4):
            (place,) = struct.unpack_from(order + ("Q" if big else "I"), data, place)
        tags[tag] = struct.unpack_from(f"{order}{count}{code}", data, place)
    return tags
