"""How strongly a JPEG was compressed, read from its quantisation tables."""

from __future__ import annotations

import struct

#: The luminance table of ITU-T T.81, annex K, in the zigzag order of the file.
_STANDARD = (
    *(16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40),
    *(26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51),
    *(56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87),
    *(95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99),
)
_TABLES, _SCAN = 0xDB, 0xDA
_BASELINE_MAX = 255


def jpeg_quality(data: bytes) -> int | None:
    """Return the quality 1..100 at which libjpeg would have written the luminance table of a JPEG.

    The table is the standard one times a factor that follows from the quality (``jpeg_quality_scaling`` of libjpeg's
    jcparam.c). Other programs have tables of their own; what is returned then is the nearest in strength.

    Args:
        data: Whole content of the file.

    Returns:
        None where it is no JPEG, or has no table.
    """
    if not data.startswith(b"\xff\xd8\xff"):
        return None
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:  # a fill byte
            position += 1
            continue
        (length,) = struct.unpack_from(">H", data, position + 2)
        if marker == _TABLES and (table := _luminance(data[position + 4 : position + 2 + length])):
            return _quality(table)
        if marker == _SCAN:
            return None
        position += 2 + length
    return None


def _luminance(segment: bytes) -> tuple[int, ...] | None:
    """Return table 0 of a segment of quantisation tables; None where it is not in this one."""
    position = 0
    while position < len(segment):
        wide, number = segment[position] >> 4, segment[position] & 15
        size = 128 if wide else 64
        values = segment[position + 1 : position + 1 + size]
        if len(values) < size:
            return None
        if number == 0:
            return struct.unpack(">64H", values) if wide else tuple(values)
        position += 1 + size
    return None


def _quality(table: tuple[int, ...]) -> int:
    pairs = [(value, known) for value, known in zip(table, _STANDARD, strict=True) if 1 < value < _BASELINE_MAX]
    if not pairs:  # all ones, or all at the upper end
        return 100 if max(table) <= 1 else 1
    percent = 100 * sum(value for value, _ in pairs) / sum(known for _, known in pairs)
    quality = (200 - percent) / 2 if percent <= 100 else 5000 / percent
    return max(1, min(100, round(quality)))
