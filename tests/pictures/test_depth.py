"""10, 12 and 14 bits in 16: the recipe's bit depth brings them to full range, once."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile

from inspector.domain.config import QualityLimits
from inspector.domain.errors import PictureError
from inspector.domain.quality import check_quality
from inspector.domain.source_options import SourceOptions
from inspector.pictures import decode_picture, encode_picture
from inspector.pictures.depth import full_range

VALUES = np.array([[0, 1, 2048, 4095]], np.uint16)
FULL = np.array([[0, 16, 32_775, 65_535]], np.uint16)  # times 65535 / 4095, rounded down


def tiff(pixels: Any, photometric: str = "minisblack") -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, photometric=photometric)
    return buffer.getvalue()


def netpbm(pixels: Any, largest: int) -> bytes:
    return b"P5 %d %d %d\n" % (*pixels.shape[::-1], largest) + bytes(pixels.astype(">u2").tobytes())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", encode_picture(VALUES, ".png")),
        ("a.tif", tiff(VALUES)),
        ("a.pgm", netpbm(VALUES, 65_535)),
        ("full.pgm", netpbm(VALUES, 4095)),  # it says so itself, and is not scaled twice
    ],
)
def test_twelve_bits_in_sixteen_are_brought_to_full_range(name: str, data: bytes) -> None:
    assert (decode_picture(data, name, bit_depth=12) == FULL).all()


def test_a_reversed_grey_scale_is_turned_after_it_is_scaled() -> None:
    assert (decode_picture(tiff(VALUES, "miniswhite"), "a.tif", bit_depth=12) == 65_535 - FULL).all()


def test_separate_planes_are_scaled_as_well() -> None:
    planes = np.stack([VALUES, VALUES[:, ::-1], np.zeros_like(VALUES)])
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, planes, photometric="rgb", planarconfig="separate")
    image = decode_picture(buffer.getvalue(), "a.tif", bit_depth=12)
    assert (image == np.dstack([np.zeros_like(FULL), FULL[:, ::-1], FULL])).all()


def test_an_opacity_stays_as_it_is() -> None:
    pixels = np.dstack([VALUES, VALUES, VALUES, np.full_like(VALUES, 65_535)])
    image = decode_picture(encode_picture(pixels, ".png"), "a.png", bit_depth=12)
    assert (image == np.dstack([FULL, FULL, FULL, np.full_like(FULL, 65_535)])).all()


def test_eight_bits_and_sixteen_stay_as_they_are() -> None:
    grey = np.array([[0, 7, 255]], np.uint8)
    assert (decode_picture(encode_picture(grey, ".png"), "a.png", bit_depth=12) == grey).all()
    assert (decode_picture(encode_picture(VALUES, ".png"), "a.png", bit_depth=16) == VALUES).all()
    assert (decode_picture(encode_picture(VALUES, ".png"), "a.png") == VALUES).all()


def test_a_value_of_more_bits_is_refused() -> None:
    with pytest.raises(PictureError) as caught:
        decode_picture(encode_picture(VALUES, ".png"), "a.png", bit_depth=10)
    assert caught.value.what == "the picture a.png holds the value 4095, which is more than 10 bits"
    assert caught.value.next_step == "Correct the bit depth of the recipe's source."


def test_the_advice_about_unused_bits_names_the_option() -> None:
    reason = check_quality(np.full((64, 64), 3000, np.uint16), QualityLimits())
    assert reason.endswith("let the camera fill the 16 bits, or set the bit depth of the recipe's source to 12")


@pytest.mark.parametrize("bits", [8, 17])
def test_a_depth_outside_its_limits_is_refused(bits: int) -> None:
    with pytest.raises(ValueError, match=f"bit_depth must be between 9 and 16, got {bits}"):
        SourceOptions(bit_depth=bits)


def png(pixels: Any, significant: bytes) -> bytes:
    """A PNG with an sBIT chunk behind its header."""
    plain = encode_picture(pixels, ".png")
    chunk = b"sBIT" + significant
    framed = struct.pack(">I", len(significant)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return plain[:33] + framed + plain[33:]


RAMP = np.arange(4096, dtype=np.uint16).reshape(64, 64)
RAMP_FULL = (RAMP.astype(np.uint32) * 65_535 // 4095).astype(np.uint16)


@pytest.mark.parametrize(("pixels", "full"), [(VALUES, FULL), (RAMP, RAMP_FULL)])
def test_a_png_that_says_twelve_bits_needs_no_recipe_for_it(pixels: Any, full: Any) -> None:
    assert (decode_picture(png(pixels, b"\x0c"), "a.png") == full).all()
    colour = np.dstack([pixels] * 3)
    assert (decode_picture(png(colour, b"\x0c\x0c\x0c"), "a.png") == np.dstack([full] * 3)).all()
    assert (decode_picture(png(pixels, b"\x0c"), "a.png", bit_depth=12) == full).all()


@pytest.mark.parametrize("bits", [10, 12, 14, 15])
@pytest.mark.parametrize("darker", [1, 8, 60])
@pytest.mark.parametrize("scaled", ["rounded", "cut", "shifted", "repeated"])
def test_a_png_whose_values_fill_the_sixteen_bits_stays_as_it_is(bits: int, darker: int, scaled: str) -> None:
    """The standard's own way: few significant bits, in full range, however dark the picture is."""
    values = np.arange(1 << bits, dtype=np.uint32) // darker
    full = {
        "rounded": np.rint(values * 65_535 / ((1 << bits) - 1)),
        "cut": values * 65_535 // ((1 << bits) - 1),
        "shifted": values << (16 - bits),
        "repeated": values << (16 - bits) | values >> (2 * bits - 16),
    }[scaled]
    pixels = full.astype(np.uint16).reshape(32, -1)
    assert (decode_picture(png(pixels, bytes([bits])), "a.png") == pixels).all()


@pytest.mark.parametrize("significant", [b"\x10", b"", b"\x00"])
def test_a_png_that_says_sixteen_bits_or_nothing_stays_as_it_is(significant: bytes) -> None:
    assert (decode_picture(png(VALUES, significant), "a.png") == VALUES).all()


def test_a_tiff_that_says_its_largest_value_needs_no_recipe_for_it() -> None:
    def tagged(largest: int, pixels: Any = VALUES) -> bytes:
        buffer = io.BytesIO()
        tifffile.imwrite(buffer, pixels, photometric="minisblack", extratags=[(281, 3, 1, largest, True)])
        return buffer.getvalue()

    assert (decode_picture(tagged(4095), "a.tif") == FULL).all()
    assert (decode_picture(tagged(3000), "a.tif") == VALUES).all()  # the largest value of this picture, no depth
    assert (decode_picture(tagged(1023), "a.tif") == VALUES).all()  # it is not true


@pytest.mark.parametrize(
    ("bits", "kind"), [(4, np.uint8), (8, np.uint8), (10, np.uint16), (12, np.uint16), (16, np.uint16)]
)
def test_a_jpeg_2000_says_its_depth(bits: int, kind: type[np.uint8 | np.uint16]) -> None:
    values = (np.arange(4096) % (1 << bits)).astype(kind).reshape(64, 64)
    data = bytes(imagecodecs.jpeg2k_encode(values, level=0, bitspersample=bits))
    full = (values.astype(np.uint32) * np.iinfo(kind).max // ((1 << bits) - 1)).astype(kind)
    for bit_depth in (None, 12):
        if (bits, bit_depth) != (16, 12):
            assert (decode_picture(data, "a.jp2", bit_depth=bit_depth) == full).all()


def test_a_large_picture_is_brought_to_full_range_in_little_more_memory_than_it_takes() -> None:
    image = np.full((1500, 1500, 3), 4095, np.uint16)
    peaks = []
    for _ in range(3):  # what other threads of the tests take meanwhile is counted too
        tracemalloc.start()
        try:
            full = full_range(image, 12, "a.png")
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
        assert (full == 65_535).all()
    assert min(peaks) < 1.8 * image.nbytes
