"""The formats of pixels are those of the standard."""

from __future__ import annotations

import pytest

from inspector.domain.pixel_format import Channels, Packing, PixelFormat, PixelLayout, format_of

FORMATS = [pixels for pixels in PixelFormat if pixels is not PixelFormat.CAMERA]


@pytest.mark.parametrize("pixels", FORMATS, ids=lambda pixels: pixels.value)
def test_names_and_numbers_are_those_that_others_know(pixels: PixelFormat) -> None:
    pfnc = pytest.importorskip("harvesters.util.pfnc")
    layout = pixels.layout
    assert layout is not None
    assert pfnc.dict_by_ints[layout.code] == pixels.value
    assert format_of(layout.code) is pixels


@pytest.mark.parametrize("pixels", FORMATS, ids=lambda pixels: pixels.value)
def test_the_number_holds_how_many_bits_a_pixel_takes(pixels: PixelFormat) -> None:
    layout = pixels.layout
    assert layout is not None
    value = {Packing.WHOLE: 8 if layout.bits == 8 else 16, Packing.PAIRS: 12, Packing.DENSE: layout.bits}[
        layout.packing
    ]
    assert (layout.code >> 16) & 0xFF == value * layout.channels.count


@pytest.mark.parametrize(
    ("pixels", "layout"),
    [
        (PixelFormat.MONO12_PACKED, PixelLayout(code=0x010C0006, bits=12, channels=Channels.GREY, packing=Packing.PAIRS)),
        (PixelFormat.BAYER_BG10P, PixelLayout(code=0x010A0052, bits=10, channels=Channels.BGGR, packing=Packing.DENSE)),
        (PixelFormat.RGBA8, PixelLayout(code=0x02200016, bits=8, channels=Channels.RGBA)),
        (PixelFormat.YUV422_8_UYVY, PixelLayout(code=0x0210001F, bits=8, channels=Channels.UYVY)),
    ],
)  # fmt: skip
def test_a_name_says_how_pixels_lie(pixels: PixelFormat, layout: PixelLayout) -> None:
    assert pixels.layout == layout


def test_what_is_not_read_has_no_format() -> None:
    assert format_of(0x01100008) is None
    assert PixelFormat.CAMERA.layout is None
