"""What a picture file says of itself before it is decoded: kind, size, orientation, and whether it is whole."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass

#: Chunks of a PNG that say something of the whole picture.
_PNG_SAYS = (b"eXIf", b"acTL", b"sBIT")
_PNG = b"\x89PNG\r\n\x1a\n"
_TIFF_STARTS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
#: In a JPEG: a marker that is neither a stuffed byte, a fill byte, a restart, nor stands alone.
_MARKER = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd8]")
_NOT_START_OF_FRAME = frozenset({0xC4, 0xC8, 0xCC})
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_COEFFICIENTS = 64
_ORIENTATION, _SHORT = 274, 3
#: Fields of an EXIF directory that are looked through; cameras write a few dozen.
_MOST_FIELDS = 512
#: So many zero bytes do not occur at the end of coded pictures: the rest of the file has not been written.
_ZEROS = bytes(64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A picture file's own account.

    Args:
        kind: "JPEG", "PNG", "BMP", "TIFF", "WebP", "GIF", "Netpbm", "JPEG 2000" or "TGA".
        width_px: Width before any turning, 0 where it could not be found, or only the decoder says it (TIFF).
        height_px: Height before any turning.
        orientation: EXIF orientation 1..8 that is still to be applied after decoding; 1 is upright.
        channels: Channels of a pixel as stored: 1 grey, 2 grey with alpha, 3 colour, 4 with alpha or CMYK; 0 unknown.
        bits: Bits of a channel as stored; 0 unknown.
        depth: How many bits of a channel hold its values where the file says so, and they are fewer than are stored (a
            PNG's sBIT, the precision of a JPEG 2000); 0 where it does not.
        packed: A BMP whose pixels are 16 bits, 5 or 6 a colour.
        scans: How often the decoder goes over the whole picture; more than 1 in a progressive JPEG.
        pictures: How many pictures the file holds, at least; more than one in an animation.
        end_at: Where the end marker of a JPEG stands; 0 for other kinds.
        fault: Why the file cannot be trusted, as "is cut short"; empty where it is whole.
    """

    kind: str
    width_px: int = 0
    height_px: int = 0
    orientation: int = 1
    channels: int = 0
    bits: int = 8
    depth: int = 0
    packed: bool = False
    scans: int = 1
    pictures: int = 1
    end_at: int = 0
    fault: str = ""


CUT = "is cut short"
#: Whether the last rows are there is known only to its end marker: zero bytes in place of them decode as pixels too.
NO_END = "has no end marker: it may be cut short"
DAMAGED = "is damaged"


def read_header(data: bytes, suffix: str = "") -> Header | None:
    """Read what a picture file says of itself.

    Args:
        data: Whole content of the file.
        suffix: Of its name, lower case, as ".tga": that kind alone cannot be told by its content.

    Returns:
        The header; None where the content is none of the kinds.
    """
    for kind, recognised, reader in (
        ("PNG", data.startswith(_PNG), _png),
        ("JPEG", data.startswith(b"\xff\xd8\xff"), _jpeg),
        ("BMP", data.startswith(b"BM") and _is_bmp(data), _bmp),
        ("WebP", data[:4] == b"RIFF" and data[8:12] == b"WEBP", _webp),
        ("TIFF", data[:4] in _TIFF_STARTS, lambda _: Header(kind="TIFF")),
        ("GIF", data[:6] in (b"GIF87a", b"GIF89a"), _gif),
        ("Netpbm", _NETPBM.match(data) is not None, _netpbm),
        ("JPEG 2000", data[:12] == _JP2 or data[:4] == _J2K, _jpeg_2000),
        ("TGA", suffix == ".tga" and len(data) > 18, _tga),
    ):
        if recognised:
            try:
                return reader(data)
            except (struct.error, IndexError):  # a field lies beyond the end
                return Header(kind=kind, fault=CUT)
    return None


def _png(data: bytes) -> Header:
    """PNG (W3C, third edition): IHDR first and once, chunks with a CRC each, closed by IEND."""
    header: tuple[int, int, int, int] | None = None
    said = dict.fromkeys(_PNG_SAYS, b"")
    view, position = memoryview(data), len(_PNG)
    fault = CUT
    while position + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if end > len(data):
            break
        (crc,) = struct.unpack_from(">I", data, end - 4)
        sound = zlib.crc32(view[position + 4 : end - 4]) == crc
        if (not sound and name[:1].isupper()) or (header is None) != (name == b"IHDR"):
            fault = DAMAGED  # a chunk that the picture cannot do without, or two sizes
            break
        if name == b"IHDR":
            header = struct.unpack_from(">IIBB", data, position + 8)
        elif name in said and sound:
            said[name] = data[position + 8 : end - 4]
        elif name == b"IEND":
            fault = ""
            break
        position = end
    if header is None:
        return Header(kind="PNG", fault=fault or DAMAGED)
    width, height, bits, colour = header
    channels = 1 if colour == 3 else {0: 1, 2: 3, 4: 2, 6: 4}.get(colour, 0)
    if not channels:
        fault = fault or DAMAGED
    return Header(
        kind="PNG",
        width_px=width,
        height_px=height,
        orientation=exif_orientation(said[b"eXIf"]),
        channels=3 if colour == 3 else channels,  # a palette is expanded to colours
        bits=max(8, bits),
        depth=_significant_bits(said[b"sBIT"], bits, colour),
        pictures=max(1, int.from_bytes(said[b"acTL"][:4], "big")) if len(said[b"acTL"]) == 8 else 1,
        fault=fault,
    )


def _significant_bits(said: bytes, bits: int, colour: int) -> int:
    """Return how many of 16 bits hold the colours' values, by an sBIT chunk; 0 for all, and where colours differ."""
    if bits != 16 or not said:
        return 0
    colours = set(said[:3] if colour & 2 else said[:1])
    return colours.pop() if len(colours) == 1 and min(colours) < 16 else 0


def _jpeg(data: bytes) -> Header:
    """JPEG (ITU-T T.81): segments up to a start of scan, coded data, and so on up to the end-of-image marker."""
    width, height, channels, bits, orientation, position = 0, 0, 0, 8, 1, 2
    progressive, scans, end_at = False, 0, 0
    reached: dict[int, list[int]] = {}
    fault = CUT
    while (match := _MARKER.search(data, position)) is not None:
        marker, position = data[match.start() + 1], match.end()
        if marker == 0xD9:
            fault, end_at = "", match.start()
            break
        (length,) = struct.unpack_from(">H", data, position)
        if 0xC0 <= marker <= 0xCF and marker not in _NOT_START_OF_FRAME:
            if width:
                fault = DAMAGED  # two frames: the first size is not what is decoded
                break
            bits, height, width, channels = struct.unpack_from(">BHHB", data, position + 2)
            progressive = marker in _PROGRESSIVE
            reached = {data[position + 8 + 3 * k]: [-1] * _COEFFICIENTS for k in range(channels)}
        elif marker == 0xDA:
            scans += 1
            fault = NO_END
            _note_scan(data, position, reached)
        elif marker == 0xE1 and data[position + 2 : position + 8] == b"Exif\x00\x00":
            orientation = exif_orientation(data[position + 8 : position + length])
        position += length
    if not fault and progressive and any(bit != 0 for bits_of in reached.values() for bit in bits_of):
        fault = "lacks some of its scans"
    return Header(
        kind="JPEG",
        width_px=width,
        height_px=height,
        orientation=orientation,
        channels=channels,
        bits=bits,
        scans=max(1, scans),
        end_at=end_at,
        fault=fault,
    )


def _note_scan(data: bytes, position: int, reached: dict[int, list[int]]) -> None:
    """Note up to which bit a progressive scan gives the coefficients (T.81, G.1.1.1): 0 is all of them."""
    count = data[position + 2]
    start, end, bits = struct.unpack_from(">BBB", data, position + 3 + 2 * count)
    for k in range(count):
        levels = reached.get(data[position + 3 + 2 * k])
        if levels is not None:
            for coefficient in range(start, min(end, _COEFFICIENTS - 1) + 1):
                levels[coefficient] = bits & 15


#: Uncompressed, without and with masks for the colours.
_BMP_PLAIN = (0, 3, 6)


def _is_bmp(data: bytes) -> bool:
    """Its header's size is one of those in use; the reserved bytes before it may hold anything."""
    return len(data) >= 26 and struct.unpack_from("<I", data, 14)[0] in (12, 16, 40, 52, 56, 64, 108, 124)


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
        return Header(kind="BMP", fault=DAMAGED)
    stored = (width * bits + 31) // 32 * 4 * height
    fault = CUT if len(data) < offset + stored else ""
    if compression not in _BMP_PLAIN:  # where its data end early, the decoder leaves the rest black
        fault = "is a compressed BMP (RLE), which is not supported"
    return Header(
        kind="BMP",
        width_px=width,
        height_px=height,
        channels=4 if bits == 32 else 3,
        packed=bits == 16,
        fault=fault,
    )


def _webp(data: bytes) -> Header:
    """WebP (RFC 9649): RIFF chunks; the size stands in VP8X, VP8L or the key frame of VP8."""
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    size: tuple[int, int] | None = None
    orientation, pictures, position, coded_end = 1, 1, 12, 12
    fault = ""
    while position + 8 <= min(end, len(data)):
        name, length = struct.unpack_from("<4sI", data, position)
        body = position + 8
        if name == b"VP8X":
            if size is not None:
                fault = DAMAGED  # two sizes, or one that comes too late
            sides = [1 + int.from_bytes(data[body + k : body + k + 3], "little") for k in (4, 7)]
            size = sides[0], sides[1]
        elif name == b"VP8L" and size is None:
            (bits,) = struct.unpack_from("<I", data, body + 1)
            size = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        elif name == b"VP8 " and size is None:
            across, down = struct.unpack_from("<HH", data, body + 6)
            size = across & 0x3FFF, down & 0x3FFF
        elif name == b"ANMF":
            pictures += coded_end > 12
        elif name == b"EXIF":
            orientation = exif_orientation(data[body : body + length].removeprefix(b"Exif\x00\x00"))
        if name in (b"VP8 ", b"VP8L", b"ANMF"):
            coded_end = min(len(data), body + length)
        position = body + length + length % 2
    if len(data) < end or position > len(data) + 1 or data[coded_end - len(_ZEROS) : coded_end] == _ZEROS:
        fault = fault or CUT
    width, height = size or (0, 0)
    return Header(
        kind="WebP",
        width_px=width,
        height_px=height,
        orientation=orientation,
        channels=4,
        pictures=pictures,
        fault=fault,
    )


def _gif(data: bytes) -> Header:
    """GIF 89a: the logical screen; whether there is more than one picture is the decoder's to say."""
    width, height = struct.unpack_from("<HH", data, 6)
    return Header(
        kind="GIF", width_px=width, height_px=height, channels=4, fault="" if data.rstrip(b"\0")[-1:] == b";" else CUT
    )


_NETPBM = re.compile(rb"P[1-6](?:\s|#)")
_GAP = rb"(?:\s|#[^\n]*\n)+"
_NETPBM_FIELDS = re.compile(rb"P([456])" + _GAP + rb"(\d{1,9})" + _GAP + rb"(\d{1,9})(?:" + _GAP + rb"(\d{1,5}))?\s")


def _netpbm(data: bytes) -> Header:
    """Netpbm: PBM, PGM, PPM with binary pixels; the bits are those of its largest value."""
    fields = netpbm_fields(data)
    if fields is None:
        return Header(kind="Netpbm", fault="holds its pixels as text, which is not supported")
    kind, width, height, largest, start = fields
    channels, value_bytes = 3 if kind == 6 else 1, 2 if largest > 255 else 1
    row = -(-width // 8) if kind == 4 else width * channels * value_bytes
    fault = CUT if len(data) < start + row * height else ""
    if not 0 < largest < 65_536:
        fault = DAMAGED
    return Header(kind="Netpbm", width_px=width, height_px=height, channels=channels, bits=8 * value_bytes, fault=fault)


def netpbm_fields(data: bytes) -> tuple[int, int, int, int, int] | None:
    """Return kind 4..6, width, height, largest value and where the pixels begin; None for pixels as text."""
    match = _NETPBM_FIELDS.match(data[:4096])
    if match is None:
        return None
    kind, width, height = int(match[1]), int(match[2]), int(match[3])
    if kind == 4:
        return kind, width, height, 1, match.end(3) + 1
    return (kind, width, height, int(match[4]), match.end()) if match[4] else None


_JP2 = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_MOST_CHANNELS = 4
_J2K = b"\xff\x4f\xff\x51"


def _jpeg_2000(data: bytes) -> Header:
    """JPEG 2000 (ITU-T T.800): the SIZ marker of the code stream, which an end-of-codestream marker closes."""
    start = data.find(_J2K, 0, 1 << 20)
    if start < 0:
        return Header(kind="JPEG 2000", fault=DAMAGED)
    right, bottom, left, top = struct.unpack_from(">IIII", data, start + 8)
    (channels,) = struct.unpack_from(">H", data, start + 40)
    depths = {1 + (data[start + 42 + 3 * channel] & 0x7F) for channel in range(min(channels, _MOST_CHANNELS))}
    bits = max(depths, default=8)
    body = data.rstrip(b"\0")
    whole = body.endswith(b"\xff\xd9") and _ZEROS not in data[start:]
    fault = "has channels of different depths, which is not supported" if len(depths) > 1 else ""
    fault = fault if whole else CUT
    return Header(
        kind="JPEG 2000",
        width_px=max(0, right - left),
        height_px=max(0, bottom - top),
        channels=channels,
        bits=8 if bits <= 8 else 16,
        depth=0 if bits in (8, 16) else bits,
        fault=fault,
    )


def _tga(data: bytes) -> Header:
    """TGA 2.0: a header without a mark of its own, so what makes no sense is no TGA."""
    kind = data[2]
    width, height, bits = struct.unpack_from("<HHB", data, 12)
    if kind not in (1, 2, 3, 9, 10, 11) or not width or not height or bits not in (8, 16, 24, 32):
        rare = bits in (1, 15) and kind in (2, 3, 10, 11)
        return Header(kind="TGA", fault=f"has {bits} bits a pixel, which is not supported" if rare else DAMAGED)
    palette = struct.unpack_from("<H", data, 5)[0] * (-(-data[7] // 8)) if data[1] else 0
    stored = 18 + data[0] + palette + (width * height * bits // 8 if kind < 9 else 1)
    return Header(kind="TGA", width_px=width, height_px=height, channels=4, fault=CUT if len(data) < stored else "")


def exif_orientation(exif: bytes) -> int:
    """Return the orientation 1..8 in an EXIF block (a small TIFF); 1 where it has none or is damaged.

    Only entries of the first directory are looked at, and no value elsewhere, so that its cost is bounded.
    """
    if exif[:4] not in (b"II*\x00", b"MM\x00*"):
        return 1
    order = "<" if exif[:2] == b"II" else ">"
    try:
        (start,) = struct.unpack_from(order + "I", exif, 4)
        (entries,) = struct.unpack_from(order + "H", exif, start)
        for place in range(start + 2, start + 2 + 12 * min(entries, _MOST_FIELDS), 12):
            tag, kind, count, value = struct.unpack_from(order + "HHIH", exif, place)
            if tag == _ORIENTATION:
                return value if kind == _SHORT and count == 1 and 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1
