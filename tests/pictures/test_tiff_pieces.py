"""The strips and tiles of a TIFF, and its chain of pages: read as they are, or refused where one is missing."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any

import cv2
import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image as Pillow

from inspector.domain.errors import PictureError
from inspector.pictures import decode_picture
from tests.pictures.test_kinds import stored, tiff

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

#: Tags of TIFF 6.0.
STRIP_OFFSETS, STRIP_COUNTS, TILE_WIDTH, TILE_OFFSETS, TILE_COUNTS = 273, 279, 322, 324, 325


def smooth(height: int = 96, width: int = 128) -> NDArray[np.uint8]:
    """A picture that JPEG keeps nearly as it is, and of which no pixel is the grey that it fills in with."""
    down, across = np.mgrid[0:height, 0:width]
    return np.asarray(20 + down * 40 // height + across * 40 // width, np.uint8)


def patched(data: bytes, tag: int, number: int, value: int) -> bytes:
    """Return a TIFF with one value of a tag changed."""
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        place = file.pages.first.tags[tag]
        form = {3: "<H", 4: "<I"}[int(place.dtype)]
        at = place.valueoffset + number * struct.calcsize(form)
    return data[:at] + struct.pack(form, value) + data[at + struct.calcsize(form) :]


def with_fewer(data: bytes, *tags: int) -> bytes:
    """Return a TIFF of which these tags hold three values only."""
    changed = bytearray(data)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        for tag in tags:
            struct.pack_into("<I", changed, file.pages.first.tags[tag].offset + 4, 3)
    return bytes(changed)


def refusal(data: bytes) -> str:
    with pytest.raises(PictureError) as caught:
        decode_picture(data, "part.tif")
    return caught.value.what


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "lzw", "zlib", "packbits"])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize(("channels", "planar"), [(1, "contig"), (3, "contig"), (3, "separate")])
def test_tiles_have_their_very_pixels(
    channels: int, planar: str, bits: int, compression: str | None, order: str
) -> None:
    pixels = stored(bits, channels)  # 60 × 80: the tiles at two sides reach beyond it
    options: dict[str, Any] = {"photometric": "rgb" if channels == 3 else "minisblack", "tile": (32, 48)}
    given = pixels
    if planar == "separate":
        options["planarconfig"], given = "separate", np.moveaxis(pixels, -1, 0)
    image = decode_picture(tiff(given, compression=compression, byteorder=order, **options), "part.tif")
    assert np.array_equal(image, pixels[..., ::-1] if channels == 3 else pixels)


@pytest.mark.parametrize("tiled", [False, True])
@pytest.mark.parametrize("compression", [None, "lzw", "zlib", "packbits", "jpeg"])
def test_a_piece_that_is_not_there_is_not_judged_as_black(compression: str | None, tiled: bool) -> None:
    place: dict[str, Any] = {"tile": (48, 64)} if tiled else {"rowsperstrip": 24}
    data = tiff(smooth(), photometric="minisblack", compression=compression, **place)
    assert decode_picture(data, "part.tif").shape == (96, 128)
    offsets, counts = (TILE_OFFSETS, TILE_COUNTS) if tiled else (STRIP_OFFSETS, STRIP_COUNTS)
    for damaged in (patched(data, counts, 3, 0), patched(data, offsets, 2, 0), with_fewer(data, offsets, counts)):
        assert refusal(damaged) == "the TIFF picture part.tif lacks 1 of its 4 strips or tiles"
    assert "cut short" in refusal(patched(data, offsets, 3, len(data) - 1))


@pytest.mark.parametrize("tiled", [False, True])
def test_a_jpeg_inside_that_is_cut_is_not_judged_as_grey(tiled: bool) -> None:
    place: dict[str, Any] = {"tile": (48, 64)} if tiled else {"rowsperstrip": 48}
    data = tiff(np.dstack([smooth()] * 3), photometric="rgb", compression="jpeg", **place)
    counts, offsets = (TILE_COUNTS, TILE_OFFSETS) if tiled else (STRIP_COUNTS, STRIP_OFFSETS)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        at, length = file.pages.first.tags[offsets].value[1], file.pages.first.tags[counts].value[1]
    half = at + length * 2 // 3
    assert "no end marker" in refusal(patched(data, counts, 1, length * 2 // 3))
    assert "no end marker" in refusal(data[:half] + bytes(at + length - half) + data[at + length :])
    closed = patched(data, counts, 1, length * 2 // 3 + 2)
    assert refusal(closed[:half] + b"\xff\xd9" + closed[half + 2 :]) == "the TIFF picture part.tif is cut short inside"
    assert "lacks 1" in refusal(patched(data, counts, 1, 0))


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_a_jpeg_of_the_grey_that_is_filled_in_is_read(planar: str) -> None:
    grey = np.full((3, 64, 64) if planar == "separate" else (64, 64, 3), 128, np.uint8)
    data = tiff(grey, photometric="rgb", planarconfig=planar, compression="jpeg", rowsperstrip=32)
    assert np.array_equal(decode_picture(data, "part.tif"), np.full((64, 64, 3), 128, np.uint8))


def test_a_jpeg_with_shared_tables_is_read_and_its_cut_noticed() -> None:
    """As libtiff writes them: the tables stand once, in a tag."""
    file = io.BytesIO()
    Pillow.fromarray(np.dstack([smooth()] * 3)).save(file, "TIFF", compression="jpeg", quality=95)
    data = file.getvalue()
    assert np.abs(decode_picture(data, "part.tif")[..., 0].astype(int) - smooth()).max() < 8
    with tifffile.TiffFile(io.BytesIO(data)) as opened:
        page = opened.pages.first
        assert page.jpegtables
        at, length = page.dataoffsets[-1], page.databytecounts[-1]
    end = data.rfind(b"\xff\xd9", at, at + length)
    middle = at + length * 2 // 3
    assert refusal(data[:middle] + data[end : end + 2] * ((at + length - middle) // 2) + data[at + length :]) == (
        "the TIFF picture part.tif is cut short inside"
    )


def test_a_file_that_was_cut_between_its_pages_is_not_judged_by_the_first() -> None:
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        for _ in range(2):
            writer.write(smooth(), photometric="minisblack", metadata=None, contiguous=False)
    data = file.getvalue()
    assert "holds 2 pictures" in refusal(data)
    with tifffile.TiffFile(io.BytesIO(data)) as opened:
        second = opened.pages[1].offset
    for cut in (second - 100, second, second + 1):
        assert "cut short" in refusal(data[:cut])
    single = tiff(smooth(), photometric="minisblack")
    assert decode_picture(single, "part.tif").shape == (96, 128)


def _many(compression: str | None) -> bytes:
    return tiff(np.zeros((4112, 4112), np.uint8), photometric="minisblack", tile=(16, 16), compression=compression)


def _wide_tile() -> bytes:
    data = tiff(smooth(), photometric="minisblack", tile=(48, 64), compression="zlib")
    return patched(patched(data, TILE_WIDTH, 0, 60_000), TILE_WIDTH + 1, 0, 60_000)


def _long_tiles() -> bytes:
    """Each is within the bound, and all of them together are not."""
    data = tiff(smooth(), photometric="minisblack", tile=(96, 16), compression="lzw")
    return patched(data, TILE_WIDTH + 1, 0, 2_000_000)


def _tall_jpegs() -> bytes:
    """As if a strip were one row, of which each holds more."""
    data = bytearray(tiff(smooth(14_000, 1024), photometric="minisblack", compression="jpeg", rowsperstrip=1))
    jpeg = bytes(imagecodecs.jpeg8_encode(smooth(16, 1024)))
    with tifffile.TiffFile(io.BytesIO(bytes(data))) as file:
        tags = file.pages.first.tags
        for tag, value in ((STRIP_OFFSETS, len(data)), (STRIP_COUNTS, len(jpeg))):
            place = tags[tag]
            form = {3: "<14000H", 4: "<14000I"}[int(place.dtype)]
            struct.pack_into(form, data, place.valueoffset, *([value] * 14_000))
    return bytes(data) + jpeg


def _larger_jpeg() -> bytes:
    data = tiff(smooth(64, 64), photometric="minisblack", compression="jpeg", rowsperstrip=64)
    jpeg = bytes(imagecodecs.jpeg8_encode(smooth(480, 640)))
    return patched(patched(data, STRIP_OFFSETS, 0, len(data)), STRIP_COUNTS, 0, len(jpeg)) + jpeg


def _scans() -> bytes:
    jpeg = bytes(cv2.imencode(".jpg", smooth(4096, 8192), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1])
    data = tiff(smooth(4096, 8192), photometric="minisblack", compression="jpeg", rowsperstrip=4096)
    scan = jpeg.index(b"\xff\xda")
    jpeg = jpeg[:scan] + jpeg[scan:-2] * 10 + b"\xff\xd9"
    return patched(patched(data, STRIP_OFFSETS, 0, len(data)), STRIP_COUNTS, 0, len(jpeg)) + jpeg


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: _many("zlib"), "is in 66049 pieces, more than the limit of 65536"),
        (lambda: _many("jpeg"), "is in 66049 pieces, more than the limit of 16384"),
        (_wide_tile, "with its tiles, has 60000 × 60000 pixels, 3600 MB when decoded, more than the limit of 180 MB"),
        (
            _long_tiles,
            "with its tiles, has 128 × 2000000 pixels, 256 MB when decoded, more than the limit of 80 MB for LZW",
        ),
        (_larger_jpeg, "a piece of 64 × 64 pixels holds a JPEG of 640 × 480"),
        (_tall_jpegs, "the JPEGs in the TIFF picture part.tif have 229 MB when decoded, more than the limit of 225 MB"),
        (_scans, "scans, more than the limit of 300 million pixels times scans"),
    ],
)
def test_what_would_cost_too_much_is_refused_before_it_is_decoded(made: Callable[[], bytes], says: str) -> None:
    assert says in refusal(made())


def test_half_a_cmyk_jpeg_is_seen_through_although_its_filling_becomes_a_colour() -> None:
    file = io.BytesIO()
    Pillow.fromarray(np.dstack([smooth()] * 4), "CMYK").save(file, "JPEG", quality=95)
    data = file.getvalue()
    assert decode_picture(data, "part.jpg").shape == (96, 128, 3)
    with pytest.raises(PictureError, match="is cut short"):
        decode_picture(data[: len(data) * 2 // 3] + b"\xff\xd9", "part.jpg")
