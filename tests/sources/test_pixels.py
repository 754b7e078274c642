"""Every format of pixels becomes the picture that the camera saw: packed here value by value, as the standard has it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest

from inspector.domain.errors import PictureError
from inspector.domain.pixel_format import Channels, Packing, PixelFormat
from inspector.sources.pixels import picture_bytes, picture_of

GREY = [pixels for pixels in PixelFormat if pixels.value.startswith("Mono")]
BAYER = [pixels for pixels in PixelFormat if pixels.value.startswith("Bayer")]
RGB = [pixels for pixels in PixelFormat if pixels.value.startswith(("RGB", "BGR"))]


def packed(values: Any, bits: int, packing: Packing) -> bytes:
    """Return values as a camera sends them; an odd one ends with a half group."""
    flat = [int(value) for value in np.asarray(values).ravel()]
    if packing is Packing.WHOLE:
        return b"".join(value.to_bytes(1 if bits == 8 else 2, "little") for value in flat)
    if packing is Packing.DENSE:
        whole = sum(value << (bits * place) for place, value in enumerate(flat))
        return whole.to_bytes((bits * len(flat) + 7) // 8, "little")
    low = bits - 8
    sent = b""
    for first, second in zip(flat[::2], [*flat[1::2], *([0] * (len(flat) % 2))], strict=True):
        rest = (1 << low) - 1
        sent += bytes([first >> low, (first & rest) | (second & rest) << 4, second >> low])
    return sent[: (3 * len(flat) + 1) // 2]


def values(shape: tuple[int, ...], bits: int) -> Any:
    return np.random.default_rng(4).integers(0, 1 << bits, shape, dtype=np.uint16)


def seen(numbers: Any, bits: int) -> Any:
    """What a picture holds for values of so many bits: 8 as they are, more in the full range of 16."""
    return numbers.astype(np.uint8) if bits == 8 else (numbers.astype(np.uint32) * 65535 // ((1 << bits) - 1))


@pytest.mark.parametrize("pixels", GREY, ids=lambda pixels: pixels.value)
@pytest.mark.parametrize(("width", "height"), [(8, 3), (7, 5), (1, 1)])
def test_grey_of_every_depth_is_in_full_range(pixels: PixelFormat, width: int, height: int) -> None:
    layout = pixels.layout
    assert layout is not None
    numbers = values((height, width), layout.bits)
    data = packed(numbers, layout.bits, layout.packing)
    assert picture_bytes(layout.code, width, height, 0) == len(data)
    image = picture_of(data + b"behind it", layout.code, width, height)
    assert image.dtype == (np.uint8 if layout.bits == 8 else np.uint16)
    np.testing.assert_array_equal(image, seen(numbers, layout.bits))


@pytest.mark.parametrize("pixels", GREY, ids=lambda pixels: pixels.value)
def test_what_lies_behind_each_line_is_left_out(pixels: PixelFormat) -> None:
    layout = pixels.layout
    assert layout is not None
    numbers = values((4, 6), layout.bits)
    data = b"".join(packed(line, layout.bits, layout.packing) + b"\xff\xff\xff" for line in numbers)
    np.testing.assert_array_equal(picture_of(data, layout.code, 6, 4, padding=3), seen(numbers, layout.bits))
    np.testing.assert_array_equal(picture_of(data[:-3], layout.code, 6, 4, padding=3), seen(numbers, layout.bits))


@pytest.mark.parametrize("pixels", RGB, ids=lambda pixels: pixels.value)
def test_colours_are_in_the_station_s_order(pixels: PixelFormat) -> None:
    layout = pixels.layout
    assert layout is not None
    numbers = values((3, 5, layout.channels.count), layout.bits)
    image = picture_of(packed(numbers, layout.bits, layout.packing), layout.code, 5, 3)
    blue_first = layout.channels in {Channels.BGR, Channels.BGRA}
    wanted = seen(numbers, layout.bits)[..., :3]
    np.testing.assert_array_equal(image, wanted if blue_first else wanted[..., ::-1])


@pytest.mark.parametrize("pixels", BAYER, ids=lambda pixels: pixels.value)
def test_a_mosaic_of_one_colour_is_that_colour(pixels: PixelFormat) -> None:
    layout = pixels.layout
    assert layout is not None
    full = (1 << layout.bits) - 1
    tile = layout.channels.value.removeprefix("Bayer")  # RG: a line R G, then a line G B
    second = {"RG": "GB", "GR": "BG", "GB": "RG", "BG": "GR"}[tile]
    for place, colour in enumerate("BGR"):
        numbers = np.zeros((8, 10), np.uint16)
        for y, line in enumerate((tile, second)):
            for x, letter in enumerate(line):
                numbers[y::2, x::2] = full if letter == colour else 0
        image = picture_of(packed(numbers, layout.bits, layout.packing), layout.code, 10, 8)
        wanted = np.zeros(3, np.uint16)
        wanted[place] = 255 if layout.bits == 8 else 65535
        np.testing.assert_array_equal(image[2:-2, 2:-2], np.broadcast_to(wanted, (4, 6, 3)))


@pytest.mark.parametrize(("pixels", "order"), [(PixelFormat.YUV422_8, (0, 1)), (PixelFormat.YUV422_8_UYVY, (1, 0))])
def test_luminance_with_shared_colours_becomes_colours(pixels: PixelFormat, order: tuple[int, int]) -> None:
    layout = pixels.layout
    assert layout is not None
    sent = np.zeros((4, 6, 2), np.uint8)
    sent[..., order[0]], sent[..., order[1]] = 180, 128  # without a colour
    image = picture_of(sent.tobytes(), layout.code, 6, 4)
    assert image.shape == (4, 6, 3)
    spread = [int(np.ptp(image[..., first].astype(int) - image[..., second])) for first, second in pairwise((0, 1, 2))]
    assert spread == [0, 0]
    assert abs(int(image[0, 0, 0]) - cv2.cvtColor(np.full((2, 2, 3), 190, np.uint8), cv2.COLOR_BGR2GRAY)[0, 0]) < 12


def test_sixteen_bits_of_which_twelve_are_used_are_brought_to_full_range() -> None:
    layout = PixelFormat.MONO16.layout
    assert layout is not None
    numbers = values((3, 4), 12)
    image = picture_of(packed(numbers, 16, Packing.WHOLE), layout.code, 4, 3, bit_depth=12)
    np.testing.assert_array_equal(image, seen(numbers, 12))
    with pytest.raises(PictureError, match="more than 12 bits"):
        picture_of(packed(numbers + 4096, 16, Packing.WHOLE), layout.code, 4, 3, bit_depth=12)


def test_the_picture_is_a_copy() -> None:
    data = bytearray(b"\x07" * 12)
    image = picture_of(data, 0x01080001, 4, 3)
    data[:] = b"\x09" * 12
    assert image.max() == 7


def test_what_cannot_be_read_is_refused_in_words() -> None:
    with pytest.raises(
        PictureError, match="format 0x01100008, which is not read. Choose another pixel format, as Mono8"
    ):
        picture_of(b"0" * 100, 0x01100008, 2, 2)
    with pytest.raises(PictureError, match="holds 11 bytes, its picture needs 12"):
        picture_of(b"0" * 11, 0x01080001, 4, 3)
