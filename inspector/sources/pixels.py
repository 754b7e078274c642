"""From the bytes of a camera's buffer to a picture, whatever library brought them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from inspector.domain.errors import PictureError
from inspector.domain.pixel_format import Channels, Packing, PixelFormat, format_of
from inspector.pictures.depth import full_range

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.pixel_format import PixelLayout
    from inspector.domain.records import Image

_TO_BGR = {
    Channels.RGB: cv2.COLOR_RGB2BGR,
    Channels.RGBA: cv2.COLOR_RGBA2BGR,
    Channels.BGRA: cv2.COLOR_BGRA2BGR,
    Channels.RGGB: cv2.COLOR_BayerRGGB2BGR,
    Channels.GRBG: cv2.COLOR_BayerGRBG2BGR,
    Channels.GBRG: cv2.COLOR_BayerGBRG2BGR,
    Channels.BGGR: cv2.COLOR_BayerBGGR2BGR,
    Channels.YUYV: cv2.COLOR_YUV2BGR_YUYV,
    Channels.UYVY: cv2.COLOR_YUV2BGR_UYVY,
}


def picture_bytes(code: int, width: int, height: int, padding: int) -> int:
    """Return how many bytes a picture takes: the format's number holds the bits of a pixel."""
    return (width * height * ((code >> 16) & 0xFF) + 7) // 8 + padding * height


def picture_of(
    data: bytes | bytearray | memoryview,
    code: int,
    width: int,
    height: int,
    *,
    padding: int = 0,
    bit_depth: int | None = None,
) -> Image:
    """Return a buffer's pixels as a picture of its own: grey as ``(H, W)``, colour as ``(H, W, 3)`` BGR.

    Values of 10 to 14 bits become uint16 in full range, as those of files do.

    Args:
        data: The image's bytes; more behind it is left.
        code: The format's number in the standard (PFNC).
        width: In pixels.
        height: In pixels.
        padding: Bytes behind each line.
        bit_depth: How many bits of a 16-bit format are used; None for all.

    Raises:
        PictureError: If the format is not known, or there are fewer bytes than it needs.
    """
    pixels = format_of(code)
    layout = pixels.layout if pixels is not None else None
    if layout is None:
        raise PictureError(
            f"the camera sends pixels in the format 0x{code:08X}, which is not read",
            f"Choose another pixel format, as {PixelFormat.MONO8.value} or {PixelFormat.BAYER_RG8.value}.",
        )
    values = _values(np.frombuffer(data, np.uint8), layout, width, height, padding)
    if layout.bits > 8:
        bits = min(bit_depth or 16, 16) if layout.bits == 16 else layout.bits
        values = full_range(values, bits, "of the camera")
    conversion = _TO_BGR.get(layout.channels)
    return values.copy() if conversion is None else cv2.cvtColor(values, conversion)


def _values(data: NDArray[np.uint8], layout: PixelLayout, width: int, height: int, padding: int) -> Image:
    """Return one value each: ``(H, W)`` or ``(H, W, channels)``, uint8 or uint16, not widened."""
    across = width * layout.channels.count
    if layout.packing is Packing.WHOLE:
        size = 1 if layout.bits == 8 else 2
        lines = _lines(data, across * size, height, padding)
        values: Image = lines if size == 1 else np.ascontiguousarray(lines).view("<u2")
    elif padding:
        values = _unpacked(_lines(data, _packed_size(across, layout), height, padding), layout)[:, :across]
    else:  # the bits of a line begin where those of the line before end
        total = across * height
        line = _lines(data, _packed_size(total, layout), 1, 0)
        values = _unpacked(line, layout)[0, :total].reshape(height, across)
    return values if layout.channels.count == 1 else values.reshape(height, width, layout.channels.count)


def _lines(data: NDArray[np.uint8], size: int, height: int, padding: int) -> NDArray[np.uint8]:
    """Return ``(H, bytes of a line)``, without the padding."""
    needed = (size + padding) * height
    if data.size + padding < needed:
        raise PictureError(f"the camera's buffer holds {data.size} bytes, its picture needs {needed}")
    if data.size < needed:  # nothing behind the last line
        data = np.concatenate([data, np.zeros(needed - data.size, np.uint8)])
    return data[:needed].reshape(height, size + padding)[:, :size]


def _packed_size(values: int, layout: PixelLayout) -> int:
    """Return how many bytes so many packed values take."""
    if layout.packing is Packing.PAIRS:
        return (values * 3 + 1) // 2
    return (values * layout.bits + 7) // 8


def _unpacked(lines: NDArray[np.uint8], layout: PixelLayout) -> NDArray[np.uint16]:
    """Return the values of packed lines, uint16; a few more than there are where the last group is not full."""
    bits = layout.bits
    if layout.packing is Packing.PAIRS:
        first, middle, last = _groups(lines, 3)
        low = bits - 8
        mask = (1 << low) - 1
        return _joined((first << low) | (middle & mask), (last << low) | ((middle >> 4) & mask))
    if bits == 12:
        first, middle, last = _groups(lines, 3)
        return _joined(first | ((middle & 0x0F) << 8), (middle >> 4) | (last << 4))
    a, b, c, d, e = _groups(lines, 5)
    return _joined(
        a | ((b & 0x03) << 8), (b >> 2) | ((c & 0x0F) << 6), (c >> 4) | ((d & 0x3F) << 4), (d >> 6) | (e << 2)
    )


def _groups(lines: NDArray[np.uint8], size: int) -> list[NDArray[Any]]:
    """Return the first, second … byte of every group of so many, as uint16."""
    height, length = lines.shape
    missing = -length % size
    if missing:
        lines = np.concatenate([lines, np.zeros((height, missing), np.uint8)], axis=1)
    grouped = lines.reshape(height, -1, size).astype(np.uint16)
    return [grouped[:, :, place] for place in range(size)]


def _joined(*values: NDArray[Any]) -> NDArray[np.uint16]:
    return np.stack(values, axis=2).reshape(values[0].shape[0], -1)
