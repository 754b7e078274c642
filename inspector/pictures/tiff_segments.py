"""The strips and tiles of a TIFF: all are there, and whole. What is missing the decoder leaves black or grey."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.domain.errors import PictureError
from inspector.pictures.header import read_header
from inspector.pictures.jpeg import ends_in_filling, lacks_data
from inspector.pictures.limits import MAX_DECODED_BYTES, check_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from tifffile import TiffPage

_JPEG = 7
#: Each costs its time, however small: so many take less than a second; a JPEG's header is read, too.
_MOST_SEGMENTS, _MOST_JPEGS = 65_536, 16_384
#: The picture in a last strip, or in a tile at the side, may reach so far beyond it: a block of a JPEG with 4:2:0.
_BLOCK_PX = 16
#: So much more than the picture its tiles may hold; it is decoded, too.
_BEYOND = 1.25
_CONVERTED = 1
_AGAIN = "Copy or save it again."


def check_segments(page: TiffPage, kind: str, data: bytes, name: str) -> None:
    """Refuse a page of which a strip or a tile is missing or lies beyond the end, before it is decoded.

    Args:
        page: The picture; its sizes have been checked.
        kind: As in `inspector.pictures.limits`.
        data: Content of the file.
        name: Of the file, for errors.

    Raises:
        PictureError: If it is not whole, has too many of them, or a JPEG in it does not fit in its place.
    """
    across, down = _size(page)
    columns, rows = math.ceil(page.imagewidth / across), math.ceil(page.imagelength / down)
    channels = page.samplesperpixel
    width, height = columns * across, rows * down
    if width * height * page.tiledepth > _BEYOND * page.imagewidth * page.imagelength:
        check_size(
            f"{name}, with its tiles,", kind, width, height, channels=channels * page.tiledepth, bits=page.bitspersample
        )
    count = columns * rows * (channels if int(page.planarconfig) == 2 else 1)
    if count > (most := _MOST_JPEGS if int(page.compression) == _JPEG else _MOST_SEGMENTS):
        raise PictureError(
            f"the TIFF picture {name} is in {count} pieces, more than the limit of {most}",
            "Save it with larger strips or tiles.",
        )
    places = list(zip(page.dataoffsets, page.databytecounts, strict=False))
    missing = max(0, count - len(places)) + sum(not offset or not length for offset, length in places)
    if missing:
        raise PictureError(f"the TIFF picture {name} lacks {missing} of its {count} strips or tiles", _AGAIN)
    if any(offset + length > len(data) for offset, length in places):
        raise PictureError(f"the TIFF picture {name} is cut short ({len(data)} bytes)", _AGAIN)
    if int(page.compression) == _JPEG:
        decoded = sum(_check_jpeg(jpeg, page, (across, down), name) for jpeg in _jpegs(page, data))
        if decoded > _BEYOND * MAX_DECODED_BYTES:
            raise PictureError(
                f"the JPEGs in the TIFF picture {name} have {decoded / 1e6:.0f} MB when decoded, "
                f"more than the limit of {_BEYOND * MAX_DECODED_BYTES / 1e6:.0f} MB",
                "Save it with larger strips or tiles.",
            )


def check_filled(page: TiffPage, pixels: NDArray[Any], data: bytes, name: str) -> None:
    """Refuse a page that holds a JPEG whose coded data end early, after it has been decoded.

    Args:
        page: The picture.
        pixels: (H, W), (H, W, channels) or (channels, H, W), as decoded.
        data: Content of the file.
        name: Of the file, for errors.

    Raises:
        PictureError: If part of it was filled in.
    """
    if int(page.compression) != _JPEG or page.bitspersample != 8:
        return
    across, down = _size(page)
    columns, rows = math.ceil(page.imagewidth / across), math.ceil(page.imagelength / down)
    planes = pixels if int(page.planarconfig) == 2 and pixels.ndim == 3 else pixels[np.newaxis]
    for number, jpeg in enumerate(_jpegs(page, data)):
        plane, row, column = number // (columns * rows), number // columns % rows, number % columns
        y, x = min((row + 1) * down, page.imagelength) - 1, min((column + 1) * across, page.imagewidth) - 1
        if not ends_in_filling(planes[plane, y, x], _CONVERTED):
            continue
        header = read_header(jpeg)
        if header is None or lacks_data(jpeg, header.end_at):
            raise PictureError(f"the TIFF picture {name} is cut short inside", _AGAIN)


def _size(page: TiffPage) -> tuple[int, int]:
    """Return width and height of a tile or strip."""
    return (page.tilewidth, page.tilelength) if page.is_tiled else (page.imagewidth, page.rowsperstrip)


def _jpegs(page: TiffPage, data: bytes) -> Iterator[bytes]:
    """Yield each strip or tile as a JPEG of its own, with the tables that they share."""
    tables = page.jpegtables[:-2] if page.jpegtables else b""
    for offset, length in zip(page.dataoffsets, page.databytecounts, strict=False):
        piece = data[offset : offset + length]
        yield tables + piece[2:] if tables else piece


def _check_jpeg(jpeg: bytes, page: TiffPage, size: tuple[int, int], name: str) -> int:
    """Refuse a JPEG that is not whole, or does not fit in its place; return how many bytes its pixels take."""
    header = read_header(jpeg)
    if header is None or header.kind != "JPEG":
        raise PictureError(f"the TIFF picture {name} is damaged: it says JPEG and holds none", _AGAIN)
    if header.fault:
        raise PictureError(f"a JPEG inside the TIFF picture {name} {header.fault}", _AGAIN)
    if header.width_px > size[0] + _BLOCK_PX or header.height_px > size[1] + _BLOCK_PX:
        raise PictureError(
            f"the TIFF picture {name} is damaged: a piece of {size[0]} × {size[1]} pixels holds a JPEG of "
            f"{header.width_px} × {header.height_px}",
            _AGAIN,
        )
    check_size(
        name,
        "JPEG",
        page.imagewidth,
        page.imagelength,
        channels=page.samplesperpixel,
        bits=header.bits,
        scans=header.scans,
    )
    return header.width_px * header.height_px * header.channels * (2 if header.bits > 8 else 1)
