"""How a camera lays out its pixels: the formats by their names and numbers in the GenICam standard (PFNC)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Packing(Enum):
    """How values of more than 8 bits lie in bytes."""

    WHOLE = "whole"  #: each value in 8 or 16 bits, the lower byte first
    DENSE = "dense"  #: one after the other, the lowest bit first (names that end in ``p``)
    PAIRS = "pairs"  #: two values in three bytes, the middle one holds the lower bits of both (``Packed``)


class Channels(Enum):
    """What the values of a picture are."""

    GREY = "grey"
    RGB = "RGB"
    BGR = "BGR"
    RGBA = "RGBa"
    BGRA = "BGRa"
    RGGB = "BayerRG"
    GRBG = "BayerGR"
    GBRG = "BayerGB"
    BGGR = "BayerBG"
    YUYV = "YUYV"
    UYVY = "UYVY"

    @property
    def count(self) -> int:
        """Values of a pixel."""
        return {Channels.RGB: 3, Channels.BGR: 3, Channels.RGBA: 4, Channels.BGRA: 4}.get(
            self, 2 if self in {Channels.YUYV, Channels.UYVY} else 1
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelLayout:
    """A format of pixels.

    Args:
        code: Its number in the standard.
        bits: Of a value, 8 to 16.
    """

    code: int
    bits: int
    channels: Channels
    packing: Packing = Packing.WHOLE


class PixelFormat(Enum):
    """Formats that are read, by their names in the standard (PFNC 2.4)."""

    CAMERA = "camera's"  #: as the camera is set
    MONO8 = "Mono8"
    MONO10 = "Mono10"
    MONO10P = "Mono10p"
    MONO10_PACKED = "Mono10Packed"
    MONO12 = "Mono12"
    MONO12P = "Mono12p"
    MONO12_PACKED = "Mono12Packed"
    MONO14 = "Mono14"
    MONO16 = "Mono16"
    BAYER_RG8 = "BayerRG8"
    BAYER_GR8 = "BayerGR8"
    BAYER_GB8 = "BayerGB8"
    BAYER_BG8 = "BayerBG8"
    BAYER_RG10 = "BayerRG10"
    BAYER_GR10 = "BayerGR10"
    BAYER_GB10 = "BayerGB10"
    BAYER_BG10 = "BayerBG10"
    BAYER_RG10P = "BayerRG10p"
    BAYER_GR10P = "BayerGR10p"
    BAYER_GB10P = "BayerGB10p"
    BAYER_BG10P = "BayerBG10p"
    BAYER_RG12 = "BayerRG12"
    BAYER_GR12 = "BayerGR12"
    BAYER_GB12 = "BayerGB12"
    BAYER_BG12 = "BayerBG12"
    BAYER_RG12P = "BayerRG12p"
    BAYER_GR12P = "BayerGR12p"
    BAYER_GB12P = "BayerGB12p"
    BAYER_BG12P = "BayerBG12p"
    BAYER_RG12_PACKED = "BayerRG12Packed"
    BAYER_GR12_PACKED = "BayerGR12Packed"
    BAYER_GB12_PACKED = "BayerGB12Packed"
    BAYER_BG12_PACKED = "BayerBG12Packed"
    BAYER_RG16 = "BayerRG16"
    BAYER_GR16 = "BayerGR16"
    BAYER_GB16 = "BayerGB16"
    BAYER_BG16 = "BayerBG16"
    RGB8 = "RGB8"
    BGR8 = "BGR8"
    RGBA8 = "RGBa8"
    BGRA8 = "BGRa8"
    RGB10 = "RGB10"
    BGR10 = "BGR10"
    RGB12 = "RGB12"
    BGR12 = "BGR12"
    RGB16 = "RGB16"
    BGR16 = "BGR16"
    YUV422_8 = "YUV422_8"
    YUV422_8_UYVY = "YUV422_8_UYVY"

    @property
    def layout(self) -> PixelLayout | None:
        """How its pixels lie; None for the camera's own."""
        return _LAYOUTS.get(self)


_CODES = {
    "Mono8": 0x01080001,
    "Mono10": 0x01100003,
    "Mono10p": 0x010A0046,
    "Mono10Packed": 0x010C0004,
    "Mono12": 0x01100005,
    "Mono12p": 0x010C0047,
    "Mono12Packed": 0x010C0006,
    "Mono14": 0x01100025,
    "Mono16": 0x01100007,
    "BayerGR8": 0x01080008,
    "BayerRG8": 0x01080009,
    "BayerGB8": 0x0108000A,
    "BayerBG8": 0x0108000B,
    "BayerGR10": 0x0110000C,
    "BayerRG10": 0x0110000D,
    "BayerGB10": 0x0110000E,
    "BayerBG10": 0x0110000F,
    "BayerBG10p": 0x010A0052,
    "BayerGB10p": 0x010A0054,
    "BayerGR10p": 0x010A0056,
    "BayerRG10p": 0x010A0058,
    "BayerGR12": 0x01100010,
    "BayerRG12": 0x01100011,
    "BayerGB12": 0x01100012,
    "BayerBG12": 0x01100013,
    "BayerBG12p": 0x010C0053,
    "BayerGB12p": 0x010C0055,
    "BayerGR12p": 0x010C0057,
    "BayerRG12p": 0x010C0059,
    "BayerGR12Packed": 0x010C002A,
    "BayerRG12Packed": 0x010C002B,
    "BayerGB12Packed": 0x010C002C,
    "BayerBG12Packed": 0x010C002D,
    "BayerGR16": 0x0110002E,
    "BayerRG16": 0x0110002F,
    "BayerGB16": 0x01100030,
    "BayerBG16": 0x01100031,
    "RGB8": 0x02180014,
    "BGR8": 0x02180015,
    "RGBa8": 0x02200016,
    "BGRa8": 0x02200017,
    "RGB10": 0x02300018,
    "BGR10": 0x02300019,
    "RGB12": 0x0230001A,
    "BGR12": 0x0230001B,
    "RGB16": 0x02300033,
    "BGR16": 0x0230004B,
    "YUV422_8_UYVY": 0x0210001F,
    "YUV422_8": 0x02100032,
}
_COLOURS = (
    ("Mono", Channels.GREY),
    ("YUV422_8_UYVY", Channels.UYVY),
    ("YUV422_8", Channels.YUYV),
    *((channels.value, channels) for channels in reversed(Channels)),  # RGBa before RGB
)


def _layout(name: str) -> PixelLayout:
    start, channels = next((start, channels) for start, channels in _COLOURS if name.startswith(start))
    rest = name.removeprefix(start)
    packing = Packing.DENSE if rest.endswith("p") else Packing.PAIRS if rest.endswith("Packed") else Packing.WHOLE
    bits = int(rest.removesuffix("Packed").removesuffix("p") or 8)
    return PixelLayout(code=_CODES[name], bits=bits, channels=channels, packing=packing)


_LAYOUTS: dict[PixelFormat, PixelLayout] = {
    pixels: _layout(pixels.value) for pixels in PixelFormat if pixels is not PixelFormat.CAMERA
}
_BY_CODE = {layout.code: pixels for pixels, layout in _LAYOUTS.items()}


def format_of(code: int) -> PixelFormat | None:
    """Return the format with a number of the standard; None where it is none that is read."""
    return _BY_CODE.get(code)
