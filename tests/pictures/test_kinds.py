"""Every kind of file, from pixels that are known: the very pixels come back, or the file is refused by name."""

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
from inspector.pictures import PICTURE_SUFFIXES, decode_picture, encode_picture
from tests.pictures.test_pictures import from_bgr, pillow, scene

if TYPE_CHECKING:
    from numpy.typing import NDArray

TURNED = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: a.swapaxes(0, 1)[:, ::-1],
    7: lambda a: a.swapaxes(0, 1)[::-1, ::-1],
    8: lambda a: a.swapaxes(0, 1)[::-1],
}


def stored(bits: int, channels: int) -> NDArray[Any]:
    """RGB or grey pixels without symmetry that use the whole range."""
    full = (1 << bits) - 1
    pixels = (scene()[..., ::-1].astype(np.uint32) * full // 255).astype(np.uint8 if bits <= 8 else np.uint16)
    return pixels if channels == 3 else pixels[..., 1]


def tiff(pixels: NDArray[Any], **options: Any) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, metadata=None, **options)
    return file.getvalue()


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "lzw", "zlib", "packbits"])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize(("channels", "planar"), [(1, "contig"), (3, "contig"), (3, "separate")])
def test_a_tiff_has_its_very_pixels(
    channels: int, bits: int, planar: str, compression: str | None, order: str, orientation: int
) -> None:
    pixels = stored(bits, channels)
    options: dict[str, Any] = {"photometric": "rgb" if channels == 3 else "minisblack", "rowsperstrip": 7}
    given = pixels
    if planar == "separate":
        options["planarconfig"], given = "separate", np.moveaxis(pixels, -1, 0)
    data = tiff(
        given,
        compression=compression,
        byteorder=order,
        extratags=[(274, "H", 1, orientation, True)],
        **options,
    )
    image = decode_picture(data, "part.tif")
    expected = pixels[..., ::-1] if channels == 3 else pixels
    assert image.dtype == pixels.dtype
    assert np.array_equal(image, TURNED[orientation](expected))
    if bits == 8 and planar == "contig" and orientation == 1:  # what Pillow reads too
        with Pillow.open(io.BytesIO(data)) as other:
            assert np.array_equal(np.asarray(other), pixels)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("compression", [None, "lzw", "zlib"])
def test_white_is_zero_is_turned_round(bits: int, compression: str | None) -> None:
    pixels = stored(bits, 1)
    inverted = np.iinfo(pixels.dtype).max - pixels
    data = tiff(inverted, photometric="miniswhite", compression=compression)
    assert np.array_equal(decode_picture(data, "part.tif"), pixels)


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_bits_in_between_are_brought_to_full_range(bits: int) -> None:
    pixels = stored(bits, 1)
    data = tiff(
        imagecodecs.packints_decode(imagecodecs.packints_encode(pixels, bits), "uint16", bits).reshape(pixels.shape),
        bitspersample=bits,
        photometric="minisblack",
    )
    image = decode_picture(data, "part.tif")
    assert image.dtype == np.uint16
    assert np.array_equal(image, pixels.astype(np.uint32) * 65_535 // ((1 << bits) - 1))


def test_a_palette_and_cmyk_become_colours() -> None:
    table = np.zeros((3, 256), np.uint16)
    table[:, 7] = (10 * 256, 20 * 256, 30 * 256)
    data = tiff(np.full((4, 4), 7, np.uint8), photometric="palette", colormap=table)
    assert decode_picture(data, "part.tif")[0, 0].tolist() == [30, 20, 10]
    ink = np.full((4, 4, 4), (0, 255, 255, 0), np.uint8)
    assert decode_picture(tiff(ink, photometric="separated"), "part.tif")[0, 0].tolist() == [0, 0, 255]


@pytest.mark.parametrize(
    ("lab", "bgr"),
    [
        ((255, 0, 0), (255, 255, 255)),
        ((0, 0, 0), (0, 0, 0)),
        ((137, 0, 0), (128, 128, 128)),
        ((138, 81, 70), (0, 0, 255)),
    ],
)
def test_cielab_has_its_colours(lab: tuple[int, ...], bgr: tuple[int, ...]) -> None:
    """L* 54.3, a* 80.8, b* 69.9 under D50 is the red of sRGB (Lindbloom's calculator)."""
    data = tiff(np.full((80, 4, 3), lab, np.uint8), photometric="cielab")
    image = decode_picture(data, "part.tif")
    assert np.abs(image[79, 3].astype(int) - bgr).max() <= 3


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: tiff(stored(8, 3), photometric="rgb", compression="jpeg2000"), "JPEG2000 compression"),
        (lambda: tiff(stored(8, 1).astype(np.float32), photometric="minisblack"), "float32 pixels"),
        (lambda: tiff(stored(8, 1).astype(np.int16), photometric="minisblack"), "int16 pixels"),
        (lambda: tiff(stored(8, 1).astype(np.uint32), photometric="minisblack"), "uint32 pixels"),
        (lambda: tiff(np.zeros((8, 8, 6), np.uint8), photometric="minisblack", planarconfig="contig"), "6 channels"),
    ],
)
def test_what_is_not_supported_is_named_and_not_called_damaged(make: Any, words: str) -> None:
    with pytest.raises(PictureError) as caught:
        decode_picture(make(), "part.tif")
    assert caught.value.what.startswith("not supported: the TIFF picture part.tif has ")
    assert words in caught.value.what
    assert "damaged" not in caught.value.what


@pytest.mark.parametrize("compression", ["lzw", "zlib", "packbits"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_damaged_strips_are_never_judged(compression: str, share: float) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (160, 160, 3), np.uint8)
    data = bytearray(tiff(noise, photometric="rgb", compression=compression, rowsperstrip=16))
    first = int(len(data) * share)
    data[first : len(data) - 16] = bytes(len(data) - 16 - first)
    with pytest.raises(PictureError, match="damaged or cut short"):
        decode_picture(bytes(data), "part.tif")


def test_a_full_second_page_is_refused_and_a_thumbnail_is_not() -> None:
    page = stored(8, 3)
    two, small = io.BytesIO(), io.BytesIO()
    with tifffile.TiffWriter(two) as file:
        for _ in range(2):
            file.write(page, photometric="rgb", metadata=None)
    with pytest.raises(PictureError, match="holds 2 pictures or more, and only one can be judged"):
        decode_picture(two.getvalue(), "part.tif")
    with tifffile.TiffWriter(small) as file:
        file.write(page, photometric="rgb", metadata=None)
        file.write(page[::8, ::8], photometric="rgb", subfiletype=1, metadata=None)
    assert np.array_equal(decode_picture(small.getvalue(), "part.tif"), page[..., ::-1])


def test_a_stack_of_imagej_is_more_than_one_picture() -> None:
    file = io.BytesIO()
    tifffile.imwrite(file, np.zeros((5, 20, 20), np.uint8), imagej=True)
    with pytest.raises(PictureError, match="holds 5 pictures"):
        decode_picture(file.getvalue(), "part.tif")


def progressive(**options: Any) -> bytes:
    return pillow(from_bgr(scene(160, 200)), "JPEG", quality=90, progressive=True, **options)


def test_a_progressive_jpeg_without_its_last_scans_is_refused() -> None:
    whole = progressive()
    assert decode_picture(whole, "p").shape == (160, 200, 3)
    starts = [place for place in range(len(whole)) if whole[place : place + 2] == b"\xff\xda"]
    assert len(starts) > 3
    for place in starts[1:]:
        with pytest.raises(PictureError, match="lacks some of its scans"):
            decode_picture(whole[:place] + b"\xff\xd9", "p")


@pytest.mark.parametrize("name", ["part.jfif", "part.jpe"])
def test_jpegs_and_bmps_under_other_suffixes(name: str) -> None:
    assert f".{name.split('.')[1]}" in PICTURE_SUFFIXES
    assert decode_picture(encode_picture(scene(), ".jpg"), name).shape == (60, 80, 3)
    assert np.array_equal(decode_picture(encode_picture(scene(), ".bmp"), "part.dib"), scene())


@pytest.mark.parametrize("largest", [255, 4095, 65_535])
@pytest.mark.parametrize("channels", [1, 3])
def test_netpbm_has_its_very_pixels_in_full_range(channels: int, largest: int) -> None:
    bits = largest.bit_length()
    pixels = stored(bits, channels)
    head = f"P{6 if channels == 3 else 5}\n# a comment\n80 60\n{largest}\n".encode()
    data = head + pixels.astype(">u2" if largest > 255 else "u1").tobytes()
    image = decode_picture(data, "part.pgm")
    full = 255 if largest == 255 else 65_535
    expected = (pixels.astype(np.uint32) * full // largest).astype(np.uint8 if full == 255 else np.uint16)
    assert np.array_equal(image, expected[..., ::-1] if channels == 3 else expected)
    with pytest.raises(PictureError, match="cut short"):
        decode_picture(data[:-1], "part.pgm")


def test_a_bitmap_of_netpbm_and_pixels_as_text() -> None:
    data = b"P4 10 2\n" + bytes([0b10000000, 0b01000000, 0, 0b11000000])
    image = decode_picture(data, "part.pbm")
    assert image[0].tolist() == [0, 255, 255, 255, 255, 255, 255, 255, 255, 0]
    assert image[1, 8:].tolist() == [0, 0]
    with pytest.raises(PictureError, match="pixels as text, which is not supported"):
        decode_picture(b"P2\n2 1\n255\n0 255\n", "part.pgm")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
def test_jpeg_2000_has_its_very_pixels_or_is_refused(dtype: Any, channels: int) -> None:
    pixels = stored(8 if dtype == np.uint8 else 16, channels)
    data = bytes(imagecodecs.jpeg2k_encode(pixels, level=0, reversible=True))
    image = decode_picture(data, "part.jp2")
    assert np.array_equal(image, pixels[..., ::-1] if channels == 3 else pixels)
    for share in (0.3, 0.6, 0.95):
        with pytest.raises(PictureError):
            decode_picture(data[: int(len(data) * share)], "part.jp2")
    holed = bytearray(data)
    holed[len(data) // 2 : len(data) - 2] = bytes(len(data) - 2 - len(data) // 2)
    with pytest.raises(PictureError):
        decode_picture(bytes(holed), "part.jp2")


@pytest.mark.parametrize(("kind", "mode"), [("TGA", "RGB"), ("TGA", "L"), ("GIF", "L"), ("BMP", "RGB")])
def test_kinds_that_pillow_reads(kind: str, mode: str) -> None:
    source = from_bgr(scene()).convert(mode)
    image = decode_picture(pillow(source, kind), f"part.{kind.lower()}")
    rgb = np.asarray(source.convert("RGB"))
    shown = image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)
    assert np.array_equal(shown[..., 2::-1], rgb)


def test_a_tga_of_one_bit_is_not_supported() -> None:
    with pytest.raises(PictureError, match="has 1 bits a pixel, which is not supported"):
        decode_picture(pillow(Pillow.new("1", (16, 16)), "TGA"), "part.tga")


def test_a_bmp_of_five_six_five_bits() -> None:
    rows = np.full((2, 2), (31 << 11) | (32 << 5) | 4, "<u2")
    masks = struct.pack("<III", 0xF800, 0x07E0, 0x001F)
    info = struct.pack("<IiiHHIIiiII", 40, 2, 2, 1, 16, 3, 8, 0, 0, 0, 0)
    data = b"BM" + struct.pack("<IHHI", 66 + 8, 7, 7, 66) + info + masks + rows.tobytes()
    blue, green, red = decode_picture(data, "part.bmp")[0, 0].tolist()
    assert red == 255
    assert abs(green - round(255 * 32 / 63)) <= 2
    assert abs(blue - round(255 * 4 / 31)) <= 2


def test_a_bmp_in_runs_is_not_supported() -> None:
    """Where its data end early, the decoder leaves the rest black."""
    info = struct.pack("<IiiHHIIiiII", 40, 2, 2, 1, 8, 1, 10, 0, 0, 256, 0)
    palette = b"".join(bytes((grey, grey, grey, 0)) for grey in range(256))
    data = b"BM" + struct.pack("<IHHI", 1088, 0, 0, 1078) + info + palette + bytes((2, 90, 0, 0, 2, 90, 0, 0, 0, 1))
    with pytest.raises(PictureError, match=r"compressed BMP \(RLE\), which is not supported"):
        decode_picture(data, "part.bmp")


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_an_animation_is_refused(kind: str) -> None:
    frames = [Pillow.new("RGB", (8, 8), colour) for colour in ((200, 0, 0), (0, 200, 0))]
    data = pillow(frames[0], kind, save_all=True, append_images=frames[1:])
    with pytest.raises(PictureError, match="only one can be judged"):
        decode_picture(data, f"part.{kind.lower()}")


def test_a_webp_whose_end_is_zeros_is_refused() -> None:
    noise = np.random.default_rng(2).integers(0, 256, (120, 90, 3), np.uint8)
    done, buffer = cv2.imencode(".webp", noise, [cv2.IMWRITE_WEBP_QUALITY, 80])
    assert done
    data = bytearray(buffer.tobytes())
    assert decode_picture(bytes(data), "p").shape == (120, 90, 3)
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    with pytest.raises(PictureError, match="cut short"):
        decode_picture(bytes(data), "p")


def test_the_size_that_counts_is_said_once() -> None:
    png = encode_picture(scene(), ".png")
    ihdr = png[8:33]
    with pytest.raises(PictureError, match="is damaged"):
        decode_picture(png[:33] + ihdr + png[33:], "two.png")
    with pytest.raises(PictureError, match="is damaged"):
        decode_picture(b"\x89PNG\r\n\x1a\n" + png[-12:], "none.png")


def test_an_exif_block_of_many_fields_is_not_read_through() -> None:
    entry = struct.pack("<HHII", 1000, 4, 1_000_000, 8)
    exif = b"II*\x00" + struct.pack("<IH", 8, 4000) + entry * 4000 + bytes(4_000_000)
    image = pillow(from_bgr(scene()), "PNG", exif=exif)
    assert decode_picture(image, "p.png").shape == (60, 80, 3)
