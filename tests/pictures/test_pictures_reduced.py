"""The decoder's short cuts: PNGs expanded by another library, JPEGs at reduced size; the pixels stay the same."""

from __future__ import annotations

import re
import struct
import zlib
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from inspector.domain.errors import PictureError
from inspector.pictures import (
    decode_picture,
    decode_reduced,
    encode_picture,
    find_pictures,
    natural_key,
    read_picture,
    write_picture,
)
from inspector.pictures.png import opened_png
from inspector.vision.preprocess import Preprocessing, preprocess
from tests.pictures.test_pictures import TURNS, from_bgr, noise, pillow, scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def opencvs(data: bytes) -> Any:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (61, 67), (300, 260)])
def test_every_kind_of_png_has_the_very_pixels_that_opencv_finds(mode: str, size: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    if mode == "I;16":
        image = Pillow.fromarray(rng.integers(0, 65535, size[::-1], dtype=np.uint16))
    else:
        image = Pillow.fromarray(rng.integers(0, 40, (*size[::-1], 4), dtype=np.uint8), "RGBA").convert(mode)
    data = pillow(image, "PNG")
    assert opened_png(data) is not data
    assert np.array_equal(decode_picture(data, "part"), opencvs(data))


@pytest.mark.parametrize("split", [1, 7, 1000])
def test_a_png_in_many_chunks_with_others_between_and_a_transparent_colour_is_the_same(split: int) -> None:
    data = pillow(from_bgr(scene()), "PNG", transparency=(90, 240, 10))
    parts = dict(chunks(data))
    packed = parts["IDAT"]
    pieces = [
        ("IDAT", packed[first : first + len(packed) // split + 1])
        for first in range(0, len(packed), len(packed) // split + 1)
    ]
    built = png(("IHDR", parts["IHDR"]), ("tRNS", parts["tRNS"]), *pieces, ("tEXt", b"k\0after"), ("IEND", b""))
    assert opened_png(built) is not built
    assert np.array_equal(decode_picture(built, "part"), opencvs(data))


@pytest.mark.parametrize("change", [lambda raw: raw[:-1], lambda raw: raw + b"x", lambda raw: raw + bytes(50_000_000)])
def test_a_png_that_does_not_expand_to_its_pixels_is_left_to_opencv(change: Any) -> None:
    parts = dict(chunks(pillow(from_bgr(scene()), "PNG")))
    packed = zlib.compress(change(zlib.decompress(parts["IDAT"])))
    built = png(("IHDR", parts["IHDR"]), ("IDAT", packed), ("IEND", b""))
    assert opened_png(built) is built


def test_a_png_whose_own_checksum_of_the_pixels_is_wrong_is_left_to_opencv() -> None:
    parts = dict(chunks(pillow(from_bgr(scene()), "PNG")))
    packed = parts["IDAT"][:-1] + bytes([parts["IDAT"][-1] ^ 1])
    built = png(("IHDR", parts["IHDR"]), ("IDAT", packed), ("IEND", b""))
    assert opened_png(built) is built


def chunks(data: bytes) -> Iterator[tuple[str, bytes]]:
    position = 8
    while position < len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        yield name.decode(), data[position + 8 : position + 8 + length]
        position += 12 + length


def png(*parts: tuple[str, bytes]) -> bytes:
    found = b"\x89PNG\r\n\x1a\n"
    for name, body in parts:
        named = name.encode() + body
        found += struct.pack(">I", len(body)) + named + struct.pack(">I", zlib.crc32(named))
    return found


@pytest.mark.parametrize(
    ("at_least", "divisor"), [(1000, 1), (241, 1), (240, 2), (121, 2), (120, 4), (61, 4), (60, 8), (1, 8)]
)
@pytest.mark.parametrize("grey", [True, False])
def test_a_jpeg_is_divided_as_far_as_its_short_side_allows(
    at_least: int, divisor: int, grey: bool, tmp_path: Path
) -> None:
    image = scene(480, 640)[..., 0] if grey else scene(480, 640)
    path = tmp_path / "part.jpg"
    write_picture(path, image)
    found, told = decode_reduced(path.read_bytes(), str(path), at_least=at_least)
    assert told == divisor
    assert found.shape == (480 // divisor, 640 // divisor, 3)[: image.ndim]
    assert not found.flags.writeable
    assert np.array_equal(read_picture(path, at_least=at_least), found)
    expected = cv2.resize(image, (640 // divisor, 480 // divisor), interpolation=cv2.INTER_AREA)
    assert np.abs(found.astype(int) - expected).max() <= 3


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".webp"])
def test_only_jpegs_are_reduced(suffix: str) -> None:
    assert decode_picture(encode_picture(scene(), suffix), "part", at_least=5).shape == (60, 80, 3)


def test_cmyk_jpegs_are_not_reduced_and_progressive_ones_are() -> None:
    cmyk = pillow(Pillow.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG")
    assert decode_picture(cmyk, "cmyk", at_least=8).shape == (64, 64, 3)
    progressive = pillow(from_bgr(scene(64, 64)), "JPEG", progressive=True)
    assert decode_picture(progressive, "progressive", at_least=8).shape == (8, 8, 3)


@pytest.mark.parametrize("orientation", TURNS)
def test_a_reduced_jpeg_is_turned_too(orientation: int) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    data = pillow(from_bgr(scene(480, 640)), "JPEG", exif=exif, quality=100, subsampling=0)
    found = decode_picture(data, "turned", at_least=100)
    expected = TURNS[orientation](cv2.resize(scene(480, 640), (160, 120), interpolation=cv2.INTER_AREA))
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).max() <= 4


@pytest.mark.parametrize("at_least", [60, 30, 15])
@pytest.mark.parametrize("part", [0.3, 0.5, 0.9])
def test_half_a_jpeg_with_an_end_marker_is_seen_through_at_reduced_size_too(at_least: int, part: float) -> None:
    data = noise(".jpg")
    assert decode_picture(data, "part", at_least=at_least).shape[0] < 120 or at_least == 60
    with pytest.raises(PictureError, match="is cut short"):
        decode_picture(data[: int(len(data) * part)] + b"\xff\xd9", "part", at_least=at_least)


@given(st.lists(st.text("aB/0123٣é._- ", min_size=1, max_size=12), max_size=30))
def test_natural_order_compares_text_as_text_and_numbers_as_numbers(names: list[str]) -> None:
    def pieces(name: str) -> Any:
        split = re.split(r"(\d+)", name.casefold())
        return [(0, int(one), "") if one.isdecimal() else (1, 0, one) for one in split], name

    assert sorted(names, key=natural_key) == sorted(names, key=pieces)


@pytest.mark.data
def test_the_network_sees_the_same_in_a_real_jpeg_at_reduced_size(test_data: Path) -> None:
    means, largest = [], []
    for path in find_pictures(test_data / "deeppcb" / "defective")[:10]:
        whole, (reduced, divisor) = read_picture(path), decode_reduced(path.read_bytes(), str(path), at_least=320)
        assert divisor == 2
        seen = Preprocessing(input_size=160, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
        difference = 255 * np.abs(preprocess(whole, seen) - preprocess(reduced, seen))
        means.append(float(difference.mean()))
        largest.append(float(difference.max()))
    assert max(means) < 2.5
    assert max(largest) < 40
