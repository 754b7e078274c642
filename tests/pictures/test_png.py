"""PNGs as they are written here: OpenCV finds the same pixels in them, and they are read without it."""

from __future__ import annotations

import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inspector.domain.records import Image
from inspector.pictures import decode_picture
from inspector.pictures.png import encode_png, opened_png
from tests.pictures.test_pictures_reduced import chunks, opencvs, png

_SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 40), st.sampled_from([(), (3,), (4,)])).map(
    lambda sides: (*sides[:2], *sides[2])
)
_IMAGES = st.sampled_from([np.uint8, np.uint16]).flatmap(lambda kind: arrays(kind, _SHAPES))


@given(_IMAGES)
def test_pixels_come_back_as_they_were_and_opencv_finds_the_same(image: Image) -> None:
    data = encode_png(image)
    assert np.array_equal(opencvs(data), image)
    opened = opened_png(data)
    assert isinstance(opened, np.ndarray)
    assert (opened.dtype, opened.shape) == (image.dtype, image.shape)
    assert np.array_equal(opened, image)


@pytest.mark.parametrize("cut", ["turned", "every second row", "a part of a row"])
def test_a_view_of_other_pixels_is_written_as_it_looks(cut: str) -> None:
    whole = np.random.default_rng(1).integers(0, 255, (30, 40, 3), np.uint8)
    image = {"turned": whole[:, ::-1], "every second row": whole[::2], "a part of a row": whole[3:9, 5:20]}[cut]
    assert np.array_equal(decode_picture(encode_png(image), "part"), image)


def test_a_png_of_others_with_the_same_rows_is_opened_the_same_way() -> None:
    image = np.random.default_rng(2).integers(0, 255, (50, 60, 3), np.uint8)
    flags = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP]
    data = cv2.imencode(".png", image, flags)[1].tobytes()
    assert np.array_equal(decode_picture(data, "part"), image)


@pytest.mark.parametrize("name", ["IHDR", "IDAT", "IEND"])
def test_a_wrong_checksum_is_left_to_opencv(name: str) -> None:
    data = encode_png(np.zeros((9, 9), np.uint8))
    spoilt = bytearray(data)
    place = data.index(name.encode())
    length = int.from_bytes(data[place - 4 : place])
    spoilt[place + 4 + length] ^= 1
    assert not isinstance(opened_png(bytes(spoilt)), np.ndarray)


@pytest.mark.parametrize("kind", [1, 3, 4, 9])
def test_rows_that_are_stored_in_another_way_are_left_to_opencv(kind: int) -> None:
    image = np.random.default_rng(3).integers(0, 255, (20, 20), np.uint8)
    parts = dict(chunks(encode_png(image)))
    rows = bytearray(zlib.decompress(parts["IDAT"]))
    rows[5 * 21] = kind
    built = png(("IHDR", parts["IHDR"]), ("IDAT", zlib.compress(bytes(rows))), ("IEND", b""))
    assert isinstance(opened_png(built), bytearray)


def test_a_picture_that_says_more_of_itself_is_left_to_opencv() -> None:
    parts = list(chunks(encode_png(np.zeros((9, 9, 3), np.uint8))))
    built = png(parts[0], ("tRNS", bytes(6)), *parts[1:])
    assert isinstance(opened_png(built), bytearray)
