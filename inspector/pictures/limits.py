"""What one picture may cost: bounds that hold whatever is in the file, checked before it is decoded.

At these bounds a picture costs at most 2 s and 600 MB (`python -m tests.bench.picture_cost`).
"""

from __future__ import annotations

import numpy as np

from inspector.domain.errors import PictureError
from inspector.domain.memory import out_of_memory

#: Pixels as they are decoded, bytes: 60 megapixels of 8-bit colour, 90 of 16-bit grey, 180 of 8-bit grey.
MAX_DECODED_BYTES = 180_000_000
#: Files larger than this are not read: all pixels uncompressed, and a margin.
MAX_FILE_BYTES = 200_000_000
#: The same for kinds whose decoder is slow, so that it gets through in the time.
_SLOW_BYTES = {
    "WebP": 160_000_000,
    "JPEG 2000": 48_000_000,
    "GIF": 160_000_000,
    "TGA": 160_000_000,
    "LZW TIFF": 80_000_000,
    "CIELAB TIFF": 18_000_000,
}
#: Of a progressive JPEG: pixels times scans.
_SCANNED_PIXELS = 300_000_000
_ADVICE = "Scale it down first."


#: Bytes that decoders of such kinds take for one that they return: coefficients, tiles, a copy.
_WORKING_BYTES = 5


def check_memory(name: str, decoded_bytes: int) -> None:
    """Tell a damaged picture from one for which there was no memory, where the decoder did not say.

    Args:
        name: The file's, for the error's text.
        decoded_bytes: Of all its pixels.

    Raises:
        OutOfMemoryError: If what its decoding takes cannot be had.
    """
    try:
        np.empty(_WORKING_BYTES * decoded_bytes, np.uint8)
    except MemoryError as error:
        raise out_of_memory(f"the picture {name} could not be decoded") from error


def check_size(
    name: str, kind: str, width_px: int, height_px: int, *, channels: int, bits: int, scans: int = 1
) -> None:
    """Refuse a picture that would cost too much.

    Args:
        name: The file's, for the error's text.
        kind: As in `inspector.pictures.header.Header`.
        width_px: Width of the picture, 1 or more.
        height_px: Height of the picture, 1 or more.
        channels: Channels as decoded; 0 counts as 4.
        bits: Bits of a channel.
        scans: Passes over the whole picture.

    Raises:
        PictureError: If it is too large, with its size and the bound.
    """
    pixels = width_px * height_px
    size = f"the picture {name} has {width_px} × {height_px} pixels"
    decoded = pixels * (channels or 4) * (2 if bits > 8 else 1)
    if decoded > (most := _SLOW_BYTES.get(kind, MAX_DECODED_BYTES)):
        raise PictureError(
            f"{size}, {decoded / 1e6:.0f} MB when decoded, more than the limit of {most / 1e6:.0f} MB for {kind}",
            _ADVICE,
        )
    if pixels * scans > _SCANNED_PIXELS and scans > 1:
        raise PictureError(
            f"{size} in {scans} scans, more than the limit of {_SCANNED_PIXELS / 1e6:.0f} million pixels times scans",
            "Save it as a plain (baseline) JPEG.",
        )
