"""TIFF: read by tifffile, whose codecs (imagecodecs) return the very pixels or an error."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.domain.errors import PictureError
from inspector.pictures.cielab import lab_to_bgr
from inspector.pictures.depth import full_range, widened
from inspector.pictures.limits import check_size
from inspector.pictures.tiff_segments import check_filled, check_segments

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tifffile import TiffFile, TiffPage

    from inspector.domain.records import Image

#: TIFF 6.0, tag 262.
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _MASK, _CMYK, _YCBCR = range(7)
_CIELAB = 8
_PHOTOMETRIC = {9: "ICCLAB", 10: "ITULAB", 32803: "raw sensor", 32844: "LogL", 32845: "LogLuv", 4: "mask"}
#: Channels without alpha; 1 where not named.
_CHANNELS = {_RGB: 3, _YCBCR: 3, _CMYK: 4, _CIELAB: 3}
#: TIFF 6.0, tag 254: a reduced picture, a mask.
_REDUCED, _TRANSPARENCY = 1, 4
#: Compressions whose codec returns the same pixels as everybody's, or an error; JPEG is converted to RGB by it.
_LZW = 5
_COMPRESSIONS = {1: "none", 5: "LZW", 7: "JPEG", 8: "deflate", 32946: "deflate", 32773: "PackBits"}
_MAX_SAMPLE_VALUE = 281
#: Pages that are looked at for a second picture; beyond them the file is refused.
_MOST_PAGES = 16
#: Strips and tiles are copied out of the file so many bytes at a time; tifffile's own choice is all at once.
_READ_BYTES = 1 << 24
_SAVE = "Save it as an uncompressed TIFF or as PNG, grey or RGB, with 8 or 16 bits per channel."

logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # what matters is raised


def decode_tiff(data: bytes, name: str, bit_depth: int | None = None) -> tuple[Image, int]:
    """Decode a TIFF or BigTIFF that holds one picture.

    Args:
        data: Content of the file.
        name: Name of the file, for errors.
        bit_depth: How many bits of a channel are used where the file says 16; None for all.

    Returns:
        (H, W), (H, W, 3) BGR or (H, W, 4) BGRA, uint8 or uint16, as stored, and its orientation 1..8, still to be
        applied. Depths in between are brought to 8 or 16 bits in full range; palettes and CMYK become colours.

    Raises:
        PictureError: If it is damaged, cut short, too large, or of a kind that is not supported, which is named.
    """
    from tifffile import TiffFile

    try:
        with TiffFile(io.BytesIO(data)) as file:
            page = file.pages.first
            _check_one_picture(file, page, name)
            _check_supported(page, name)
            _check_chain_ends(file, data, name)
            check_segments(page, _kind(page), data, name)
            pixels = page.asarray(maxworkers=1, buffersize=_READ_BYTES)
            check_filled(page, pixels, data, name)
            orientation = page.tags.valueof(274, 1)
            return _as_image(page, pixels, name, bit_depth), orientation if orientation in range(1, 9) else 1
    except PictureError:
        raise
    except MemoryError:
        raise
    except Exception as error:  # tifffile and its codecs raise many kinds
        raise PictureError(
            f"the TIFF picture {name} is damaged or cut short ({len(data)} bytes)",
            "Copy or save it again.",
        ) from error


def _check_one_picture(file: TiffFile, first: TiffPage, name: str) -> None:
    """Refuse a file with a second picture: a defect on it would not be seen."""
    count = 1
    for number in range(1, _MOST_PAGES + 1):
        try:
            page: Any = file.pages[number]
        except IndexError:
            break
        small = 2 * page.imagewidth < first.imagewidth and 2 * page.imagelength < first.imagelength
        count += not (small or page.subfiletype & (_REDUCED | _TRANSPARENCY))
        if number == _MOST_PAGES:
            count = max(count, 2)
    stacked = (file.imagej_metadata or {}).get("images", 1) if file.is_imagej else 1
    count = max(count, int(stacked), first.imagedepth)
    if count > 1:
        raise PictureError(
            f"the TIFF picture {name} holds {count} pictures or more, and only one can be judged",
            "Save each page as a file of its own.",
        )


def _check_chain_ends(file: TiffFile, data: bytes, name: str) -> None:
    """Refuse a file whose last page names another, which is not there: it may have held the defect."""
    at, size = file.pages.next_page_offset, file.tiff.offsetsize
    if at is None or any(data[at : at + size]) or len(data) < at + size:
        raise PictureError(
            f"the TIFF picture {name} is cut short ({len(data)} bytes): a page that it names is not there",
            "Copy or save it again.",
        )


def _kind(page: TiffPage) -> str:
    """Return what its bound depends on."""
    if int(page.photometric) == _CIELAB:
        return "CIELAB TIFF"
    return "LZW TIFF" if int(page.compression) == _LZW else "TIFF"


def _check_supported(page: TiffPage, name: str) -> None:
    piece = (page.tilewidth, page.tilelength, page.tiledepth) if page.is_tiled else (page.rowsperstrip,)
    numbers = (page.imagewidth, page.imagelength, page.samplesperpixel, *piece)
    if any(not isinstance(number, int) or not 0 < number < 1 << 32 for number in numbers):
        raise PictureError(f"the TIFF picture {name} is damaged: sizes {numbers}", "Save it again.")
    check_size(
        name, _kind(page), page.imagewidth, page.imagelength, channels=page.samplesperpixel, bits=_bits(page, name)
    )
    photometric, compression = int(page.photometric), int(page.compression)
    what = ""
    if compression not in _COMPRESSIONS:
        what = f"{getattr(page.compression, 'name', compression)} compression"
    elif photometric in _PHOTOMETRIC or photometric > _CIELAB:
        what = f"{_PHOTOMETRIC.get(photometric, photometric)} colours"
    elif photometric == _YCBCR and _COMPRESSIONS[compression] != "JPEG":
        what = "YCbCr colours without JPEG"
    elif photometric in (_CMYK, _PALETTE, _CIELAB) and _bits(page, name) != 8:
        what = f"{_bits(page, name)} bits in a palette, CMYK or CIELAB"
    expected = _CHANNELS.get(photometric, 1)
    if not what and page.samplesperpixel - expected not in (0, 1):
        what = f"{page.samplesperpixel} channels"
    if what:
        raise PictureError(f"not supported: the TIFF picture {name} has {what}", _SAVE)


def _bits(page: TiffPage, name: str) -> int:
    """Return the bits of a channel; only whole numbers without sign have them."""
    formats = {int(page.sampleformat)} if not isinstance(page.sampleformat, tuple) else set(map(int, page.sampleformat))
    bits = page.bitspersample
    if formats != {1} or isinstance(bits, tuple) or not 1 <= bits <= 16:
        kind = page.dtype if page.dtype is not None else "mixed"
        raise PictureError(
            f"not supported: the TIFF picture {name} has {kind} pixels", "Save it with 8 or 16 bits per channel."
        )
    return int(bits)


def _said_depth(page: TiffPage, pixels: NDArray[Any]) -> int | None:
    """Return how many of 16 bits hold the values where the largest one that may occur is said (TIFF 6.0, tag 281)."""
    said = page.tags.valueof(_MAX_SAMPLE_VALUE, 65_535)
    largest = set(said if isinstance(said, tuple) else (said,))
    bits = next((bits for bits in range(8, 16) if largest == {(1 << bits) - 1}), None)
    return bits if bits is not None and int(pixels.max()) >> bits == 0 else None


def _as_image(page: TiffPage, pixels: NDArray[Any], name: str, bit_depth: int | None) -> Image:
    """Bring the page's samples to grey or BGR in the full range of 8 or 16 bits."""
    if page.samplesperpixel > 1 and int(page.planarconfig) == 2:
        pixels = np.moveaxis(pixels, 0, -1)
    if pixels.shape[:2] != (page.imagelength, page.imagewidth) or pixels.ndim != (3 if page.samplesperpixel > 1 else 2):
        raise PictureError(f"the TIFF picture {name} is damaged: its pixels are {pixels.shape}", "Save it again.")
    photometric = int(page.photometric)
    if photometric == _PALETTE:
        colours = np.asarray(page.colormap)
        table = (colours >> 8 if colours.max() > 255 else colours).astype(np.uint8)
        return np.ascontiguousarray(table[::-1].T[pixels])
    if page.bitspersample == 16:
        pixels = full_range(pixels, bit_depth or _said_depth(page, pixels), name)
    image = widened(pixels, int(page.bitspersample))
    if photometric == _WHITE_IS_ZERO:
        image = np.iinfo(image.dtype).max - image
    expected = _CHANNELS.get(photometric, 1)
    if page.samplesperpixel > expected:
        if int(image[..., expected].min()) < np.iinfo(image.dtype).max:
            # colours may have been multiplied by the opacity, which cannot be undone
            raise PictureError(f"the TIFF picture {name} is partly transparent", "Save it as PNG, or without alpha.")
        image = image[..., :expected]
    if photometric == _CIELAB:
        return lab_to_bgr(image)
    if photometric == _CMYK:
        ink, black = image[..., :3].astype(np.uint16), image[..., 3:].astype(np.uint16)
        image = ((255 - ink) * (255 - black) // 255).astype(np.uint8)
    return np.ascontiguousarray(image[..., ::-1] if expected > 1 else image.reshape(image.shape[:2]))
