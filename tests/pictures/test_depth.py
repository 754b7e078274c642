"""10, 12 and 14 bits in 16: the recipe's bit depth brings them to full range, once."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import tifffile

from inspector.domain.config import QualityLimits, SourceOptions
from inspector.domain.errors import PictureError
from inspector.domain.quality import check_quality
from inspector.pictures import decode_picture, encode_picture

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
