"""Picture files, good and bad: what is decoded is right, and what cannot be judged is refused by name."""

from __future__ import annotations

import io
import os
import random
import re
import struct
import zlib
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from inspector.domain.errors import PictureError
from inspector.files import FileError, write_bytes
from inspector.pictures import (
    decode_picture,
    encode_picture,
    find_pictures,
    read_picture,
    write_picture,
)

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = (".jpg", ".png", ".bmp", ".tif", ".webp")


def scene(height: int = 60, width: int = 80) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A picture without symmetry: blue rises to the right, green falls downwards, red is constant."""
    across = np.linspace(10, 240, width, dtype=np.uint8)
    down = np.linspace(240, 10, height, dtype=np.uint8)
    return np.dstack(
        [np.tile(across, (height, 1)), np.tile(down[:, None], (1, width)), np.full((height, width), 90, np.uint8)]
    )


def pillow(image: Pillow.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def from_bgr(image: np.ndarray[Any, Any]) -> Pillow.Image:
    return Pillow.fromarray(np.ascontiguousarray(image[:, :, ::-1]))


def noise(suffix: str) -> bytes:
    return encode_picture(np.random.default_rng(1).integers(0, 255, (120, 90, 3), dtype=np.uint8), suffix, quality=90)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".webp"])
def test_lossless_formats_return_the_very_pixels_read_only(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"part{suffix}"
    write_picture(path, scene())
    image = read_picture(path)
    assert np.array_equal(image, scene())
    assert not image.flags.writeable


@pytest.mark.parametrize("name", ["a b.png", "Teil 😀 ß.webp", "line\nbreak.jpg", "x" * 250 + ".bmp"])
def test_any_file_name_is_written_and_read(name: str, tmp_path: Path) -> None:
    write_picture(tmp_path / name, scene())
    assert read_picture(tmp_path / name).shape == (60, 80, 3)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_content_decides_not_the_suffix(tmp_path: Path) -> None:
    path = tmp_path / "really-a-png.jpg"
    path.write_bytes(encode_picture(scene(), ".png"))
    assert np.array_equal(read_picture(path), scene())


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty (0 bytes)"),
        (b"just a text\n" * 50, "is not a picture"),
        (b"BMW is a car, and this is a text that begins with BM", "is not a picture"),
        (b"\xff\xd8", "is not a picture"),
        (b"%PDF-1.7 " + bytes(100), "is a PDF, which is not supported"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(100), "is HEIC, which is not supported"),
    ],
)
def test_what_is_no_picture_is_said_to_be_none(content: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / "part.png"
    path.write_bytes(content)
    with pytest.raises(PictureError) as caught:
        read_picture(path)
    assert caught.value.what.endswith(f"{path} {what}")
    assert caught.value.next_step


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("part", [0.02, 0.3, 0.5, 0.9, 0.999])
def test_a_truncated_picture_is_never_judged(suffix: str, part: float) -> None:
    data = noise(suffix)
    with pytest.raises(PictureError):
        decode_picture(data[: int(len(data) * part)], "part")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_a_file_whose_tail_is_still_zeros_is_never_judged(suffix: str) -> None:
    data = noise(suffix)
    half = len(data) // 2
    if suffix == ".webp":
        half = 20  # a WebP has no checksum: only a hole that its decoder trips over is seen
    with pytest.raises(PictureError):
        decode_picture(data[:half] + bytes(len(data) - half), "part")


@pytest.mark.parametrize("end", [b"\xff\xd9", b"\xff\xd9 of an earlier picture \xff\xd9"])
def test_half_a_jpeg_with_an_end_marker_is_seen_through(end: bytes) -> None:
    data = noise(".jpg")
    with pytest.raises(PictureError, match="is cut short"):
        decode_picture(data[: len(data) // 2] + end, "part")


def test_a_whole_jpeg_that_ends_in_even_grey_is_not_mistaken_for_half_a_one() -> None:
    for shape in ((64, 64), (61, 67, 3), (1, 1), (8, 8, 3)):
        grey = np.full(shape, 128, np.uint8)
        assert np.array_equal(decode_picture(encode_picture(grey, ".jpg"), "grey"), grey)


def test_a_jpeg_with_a_thumbnail_inside_and_a_cut_end_is_cut_short() -> None:
    thumbnail = encode_picture(scene(20, 20), ".jpg")
    data = noise(".jpg")
    segment = b"\xff\xe2" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    whole = data[:2] + segment + data[2:]
    assert decode_picture(whole, "part").shape == (120, 90, 3)
    assert decode_picture(whole + b"what phones append", "part").shape == (120, 90, 3)
    with pytest.raises(PictureError, match="has no end marker: it may be cut short"):
        decode_picture(whole[:-200], "part")


@pytest.mark.parametrize("lost", [2, 3, 10, 500])
def test_a_jpeg_without_its_end_marker_is_not_judged_and_not_called_damaged(lost: int) -> None:
    """The last rows may be there (2 bytes are the marker) or not: nothing in the file tells for sure."""
    with pytest.raises(PictureError) as refused:
        decode_picture(noise(".jpg")[:-lost], "part")
    assert refused.value.what.startswith("the picture part has no end marker: it may be cut short (")
    assert refused.value.next_step == "Copy or save it again."


def test_a_png_with_one_changed_bit_is_damaged() -> None:
    data = bytearray(noise(".png"))
    data[len(data) // 2] ^= 1
    with pytest.raises(PictureError, match="is damaged"):
        decode_picture(bytes(data), "part")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_random_damage_is_a_picture_or_a_picture_error_nothing_else(suffix: str) -> None:
    rng = random.Random(7)
    whole = encode_picture(scene(), suffix)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(min(len(data), 400))] = rng.randrange(256)
        try:
            image = decode_picture(bytes(data), "part")
        except PictureError:
            continue
        assert image.ndim in (2, 3)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_one_pixel_is_a_picture(suffix: str) -> None:
    one = np.full((1, 1, 3), 77, np.uint8)
    assert np.abs(decode_picture(encode_picture(one, suffix), "one").astype(int) - 77).max() <= 1


def huge(kind: str) -> bytes:
    """The head of a 20000 × 20000 picture, without its pixels."""
    side = 20000
    if kind == "PNG":
        ihdr = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + ihdr + struct.pack(">I", zlib.crc32(ihdr))
    if kind == "JPEG":
        return b"\xff\xd8\xff\xc0" + struct.pack(">HBHHB", 11, 8, side, side, 1) + b"\x01\x11\x00"
    if kind == "BMP":
        return b"BM" + struct.pack("<IIIIiiHHI", 0, 0, 54, 40, side, -side, 1, 24, 0) + bytes(20)
    if kind == "WebP":
        size = (side - 1).to_bytes(3, "little")
        return b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + size + size
    if kind == "VP8":
        body = bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", 16383, 16383)
        return b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8 " + struct.pack("<I", 10) + body
    if kind == "VP8L":
        body = b"\x2f" + struct.pack("<I", 16382 | 16382 << 14) + bytes(1)
        return b"RIFF" + struct.pack("<I", 18) + b"WEBPVP8L" + struct.pack("<I", 6) + body
    big, order = kind == "BigTIFF", ">" if kind == "TIFF" else "<"
    if big:
        entries = b"".join(struct.pack("<HHQII", tag, 4, 1, side, 0) for tag in (256, 257))
        return b"II+\x00" + struct.pack("<HHQQ", 8, 0, 16, 2) + entries
    entries = b"".join(struct.pack(order + "HHII", tag, 4, 1, side) for tag in (256, 257))
    return b"MM\x00*" + struct.pack(order + "IH", 8, 2) + entries


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "WebP", "VP8", "VP8L", "TIFF", "BigTIFF"])
def test_a_huge_picture_is_refused_from_its_header_naming_size_and_limit(kind: str) -> None:
    side = 16383 if kind.startswith("VP8") else 20000
    with pytest.raises(PictureError) as caught:
        decode_picture(huge(kind), "huge")
    size = f"the picture huge has {side} × {side} pixels"
    assert caught.value.what.startswith(size)
    assert re.search(r"MB when decoded, more than the limit of 1[68]0 MB for \w+", caught.value.what)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("channels", [1, 3])
def test_16_bits_stay_16_bits(suffix: str, channels: int) -> None:
    deep = scene().astype(np.uint16) * 257
    deep = deep[:, :, 0] if channels == 1 else deep
    assert np.array_equal(decode_picture(encode_picture(deep, suffix), "deep"), deep)


def test_cmyk_jpeg_has_its_colours() -> None:
    for cmyk, bgr in (((0, 255, 255, 0), (0, 0, 255)), ((255, 0, 255, 0), (0, 255, 0)), ((0, 0, 0, 255), (0, 0, 0))):
        image = decode_picture(pillow(Pillow.new("CMYK", (16, 16), cmyk), "JPEG", quality=100), "cmyk")
        assert image.shape == (16, 16, 3)
        assert np.abs(image[8, 8].astype(int) - bgr).max() <= 3


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_alpha_is_kept(kind: str) -> None:
    data = pillow(Pillow.new("RGBA", (8, 8), (10, 20, 30, 50)), kind, lossless=True)
    assert decode_picture(data, "alpha")[0, 0].tolist() == [30, 20, 10, 50]


def test_grey_with_alpha_and_palettes_are_colour() -> None:
    assert decode_picture(pillow(Pillow.new("LA", (8, 8), (100, 50)), "PNG"), "la")[0, 0].tolist() == [
        100,
        100,
        100,
        50,
    ]
    palette = Pillow.new("RGB", (8, 8), (10, 20, 30)).quantize(4)
    assert decode_picture(pillow(palette, "PNG"), "palette")[0, 0].tolist() == [30, 20, 10]


def test_a_transparent_tiff_is_refused_and_an_opaque_one_is_not() -> None:
    opaque = decode_picture(pillow(Pillow.new("RGBA", (8, 8), (10, 20, 30, 255)), "TIFF"), "opaque")
    assert opaque[0, 0].tolist() == [30, 20, 10]
    with pytest.raises(PictureError, match="partly transparent"):
        decode_picture(pillow(Pillow.new("RGBA", (8, 8), (10, 20, 30, 50)), "TIFF"), "alpha")


def test_a_float_tiff_is_refused() -> None:
    with pytest.raises(PictureError, match="float32 pixels"):
        decode_picture(pillow(Pillow.new("F", (8, 8), 0.5), "TIFF"), "float")


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "TIFF"])
def test_a_second_picture_is_never_passed_over(kind: str) -> None:
    frames = [Pillow.new("RGB", (8, 8), colour) for colour in ((200, 0, 0), (0, 200, 0), (0, 0, 200))]
    options = {"lossless": True} if kind == "WEBP" else {}
    data = pillow(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    with pytest.raises(PictureError, match=r"holds \d pictures.*only one can be judged"):
        decode_picture(data, "animated")


TURNS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "JPEG"])
@pytest.mark.parametrize("orientation", TURNS)
def test_exif_orientation_is_applied(kind: str, orientation: int) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if kind == "WEBP" else {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    image = decode_picture(pillow(from_bgr(scene()), kind, exif=exif, **options), "turned")
    expected = TURNS[orientation](scene())
    assert image.shape == expected.shape
    assert np.abs(image.astype(int) - expected).max() <= (4 if kind == "JPEG" else 0)


@pytest.mark.parametrize("exif", [b"", b"II*\x00", b"II*\x00\xff\xff\xff\xff", b"garbage", b"MM\x00*" + b"\xff" * 60])
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_corrupt_exif_does_not_spoil_the_picture(kind: str, exif: bytes) -> None:
    data = pillow(from_bgr(scene()), kind, exif=b"Exif\x00\x00" + exif)
    assert decode_picture(data, "part").shape == (60, 80, 3)


def test_a_file_that_is_not_there_or_no_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="it is not there") as caught:
        read_picture(tmp_path / "absent.png")
    assert isinstance(caught.value.__cause__, OSError)
    with pytest.raises(PictureError, match="is not a file"):
        read_picture(tmp_path)
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(PictureError, match="is not a file"):
        read_picture(tmp_path / "pipe.png")


@pytest.mark.parametrize(
    ("suffix", "dtype", "channels", "why"),
    [
        (".jpg", np.uint16, 3, "8 bits"),
        (".webp", np.uint16, 3, "8 bits"),
        (".jpg", np.uint8, 4, "transparency"),
        (".gif", np.uint8, 3, "no picture format"),
        ("", np.uint8, 3, "no picture format"),
    ],
)
def test_pixels_that_a_format_would_spoil_are_not_stored(suffix: str, dtype: Any, channels: int, why: str) -> None:
    with pytest.raises(PictureError, match=why):
        encode_picture(np.zeros((4, 4, channels), dtype), suffix)


def test_writing_replaces_whole_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "new" / "part.png"
    write_bytes(path, b"old")
    write_picture(path, scene())
    assert np.array_equal(read_picture(path), scene())
    assert list(path.parent.iterdir()) == [path]
    path.unlink()
    path.mkdir()  # a folder stands in the way: the rename fails
    with pytest.raises(FileError, match="it is a folder"):
        write_picture(path, scene())
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.data
def test_real_pictures_decode_as_opencv_does(test_data: Path) -> None:
    for folder in ("bottle", "magnetic_tile", "deeppcb"):
        path = find_pictures(test_data / folder, recursive=True)[0]
        expected = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
        assert expected is not None
        assert np.array_equal(read_picture(path), expected)
