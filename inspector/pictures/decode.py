"""From a picture file to pixels: the one decoder of the whole program."""

from __future__ import annotations

import stat
from pathlib import PurePath
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.domain.causes import cause_of
from inspector.domain.errors import PictureError
from inspector.domain.memory import out_of_memory, ran_out_of_memory
from inspector.pictures.depth import full_range, said_depth
from inspector.pictures.header import Header, netpbm_fields, read_header
from inspector.pictures.jpeg import ends_in_filling, imdecode, lacks_data
from inspector.pictures.limits import MAX_FILE_BYTES, check_memory, check_size
from inspector.pictures.opencv import silence_opencv
from inspector.pictures.others import decode_jpeg_2000, decode_netpbm, decode_with_pillow
from inspector.pictures.png import opened_png
from inspector.pictures.store import StorePath
from inspector.pictures.tiff import decode_tiff

if TYPE_CHECKING:
    from inspector.domain.records import Image
    from inspector.pictures.store import Place

silence_opencv()

#: How formats that are often tried begin, for an error that names them.
_FOREIGN = {
    b"%PDF": "a PDF",
    b"8BPS": "a Photoshop file",
    b"\x00\x00\x00\x0cJXL ": "JPEG XL",
    b"\xff\x0a": "JPEG XL",
    b"v/1\x01": "OpenEXR",
    b"<svg": "an SVG",
}
#: Brands of the ISO base media file format (ISO/IEC 14496-12) that are pictures.
_BRANDS = {b"heic": "HEIC", b"heix": "HEIC", b"hevc": "HEIC", b"mif1": "HEIC", b"msf1": "HEIC", b"avif": "AVIF"}
#: By how much the JPEG decoder can divide both sides, largest first, with OpenCV's modes for grey and colour.
_REDUCED = (
    (8, cv2.IMREAD_REDUCED_GRAYSCALE_8, cv2.IMREAD_REDUCED_COLOR_8),
    (4, cv2.IMREAD_REDUCED_GRAYSCALE_4, cv2.IMREAD_REDUCED_COLOR_4),
    (2, cv2.IMREAD_REDUCED_GRAYSCALE_2, cv2.IMREAD_REDUCED_COLOR_2),
)
_BLOCK_PX, _CMYK = 8, 4
_EXPANDED_PIXELS = 20_000_000
_KNOWN = "JPEG, PNG, BMP, TIFF or WebP"


def read_picture(path: Place, *, at_least: int | None = None, bit_depth: int | None = None) -> Image:
    """Decode a picture file.

    Args:
        path: One of the kinds of `inspector.pictures.header.Header`, whatever the suffix says.
        at_least: The short side that is enough, pixels: a grey or YCbCr JPEG is decoded at a half, a quarter or an
            eighth of its size, by its own coefficients, as long as the short side stays as long as that. None decodes
            all pixels.
        bit_depth: How many bits of a channel are used in files that say 16; they are brought to full range. None for
            all.

    Returns:
        Read-only (H, W), (H, W, 3) BGR or (H, W, 4) BGRA, uint8 or uint16, turned as its EXIF orientation says.

    Raises:
        PictureError: If the file cannot be read, is empty, cut short, damaged, no picture, too large (see
            `inspector.pictures.limits`), of a kind that is not supported, or holds more than one picture. Where the
            operating system refused, its `OSError` is the cause.
    """
    return decode_picture(read_content(path), str(path), at_least=at_least, bit_depth=bit_depth)


def decode_reduced(data: bytes, name: str, *, at_least: int | None, bit_depth: int | None = None) -> tuple[Image, int]:
    """Decode a picture file's content as `decode_picture` does, and say by how much both sides were divided.

    Returns:
        The pixels; 1, 2, 4 or 8.

    Raises:
        PictureError: As `read_picture`.
    """
    return _decoded(data, name, at_least, bit_depth)


def decode_picture(data: bytes, name: str, *, at_least: int | None = None, bit_depth: int | None = None) -> Image:
    """Decode a picture file's content; see `read_picture`.

    Args:
        data: Content of the file.
        name: For the error's text; its suffix tells a TGA, which has no mark of its own.
        at_least: As in `read_picture`.
        bit_depth: As in `read_picture`.

    Raises:
        PictureError: As `read_picture`.
    """
    return _decoded(data, name, at_least, bit_depth)[0]


def read_content(path: Place) -> bytes:
    """Read a picture file, of this computer or of a store, without decoding it.

    Raises:
        PictureError: If it cannot be read, or is larger than `inspector.pictures.limits` allows; see `read_picture`.
    """
    if isinstance(path, StorePath):
        return path.read()[1]
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would never end
            raise PictureError(f"{path} is not a file", "Name a picture file.")
        if status.st_size > MAX_FILE_BYTES:
            raise PictureError(
                f"the picture {path} has {status.st_size / 1e6:.0f} MB, more than {MAX_FILE_BYTES / 1e6:.0f} MB",
                "Scale it down first.",
            )
        return path.read_bytes()
    except MemoryError as error:
        raise out_of_memory(f"the picture {path} could not be read") from error
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        reason = cause_of(error)
        raise PictureError(
            f"the picture {path} cannot be read: {reason}", "Check that it exists and may be read."
        ) from error


def shows_its_end(data: bytes) -> bool:
    """Return whether a content is of a kind of which no part is taken for the whole: by its end mark or checksums.

    A BMP, a TIFF and others have their full size, and can be decoded, before their pixels are written.
    """
    return data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"RIFF"))


def _decoded(data: bytes, name: str, at_least: int | None, bit_depth: int | None) -> tuple[Image, int]:
    try:
        return _decoded_at_once(data, name, at_least, bit_depth)
    except (MemoryError, cv2.error) as error:
        if not ran_out_of_memory(error):
            raise
        raise out_of_memory(f"the picture {name} could not be decoded") from error


def _decoded_at_once(data: bytes, name: str, at_least: int | None, bit_depth: int | None) -> tuple[Image, int]:
    if not data:
        raise PictureError(f"the picture {name} is empty (0 bytes)", "Copy it again.")
    header = read_header(data, PurePath(name).suffix.lower())
    if header is None:
        raise PictureError(f"{name} is {_foreign(data)}", f"Remove it, or save it as {_KNOWN}.")
    if header.kind == "TIFF":
        image, orientation = decode_tiff(data, name, bit_depth)
        image = _upright(image, orientation)
        image.setflags(write=False)
        return image, 1
    _check(header, data, name)
    divisor, mode = _reduction(header, at_least)
    pixels = _pixels(data, header, name, divisor, mode)
    if not _is_in_full_range(header, data):
        pixels = full_range(pixels, bit_depth or said_depth(pixels, header.depth), name)
    image = _upright(pixels, header.orientation)
    image.setflags(write=False)
    return image, divisor


def _is_in_full_range(header: Header, data: bytes) -> bool:
    """True for a kind that always says its depth, and says another than 16 bits: it was decoded to full range."""
    if header.kind == "JPEG 2000":
        return header.depth > 0
    fields = netpbm_fields(data) if header.kind == "Netpbm" else None
    return fields is not None and fields[3] != 65_535


def _foreign(data: bytes) -> str:
    if data[4:8] == b"ftyp":
        kind = _BRANDS.get(data[8:12], "a film or picture container")
    else:
        kind = next((text for start, text in _FOREIGN.items() if data.startswith(start)), "")
    return f"{kind}, which is not supported" if kind else "not a picture"


def _check(header: Header, data: bytes, name: str) -> None:
    """Refuse what is too large, not whole, or more than one picture."""
    check_size(
        name,
        header.kind,
        header.width_px,
        header.height_px,
        channels=header.channels,
        bits=header.bits,
        scans=header.scans,
    )
    if header.fault:
        raise PictureError(f"the picture {name} {header.fault} ({len(data)} bytes)", "Copy or save it again.")
    if not header.width_px or not header.height_px:
        raise PictureError(f"the {header.kind} picture {name} is damaged and cannot be decoded", "Save it again.")
    if header.pictures > 1:
        raise PictureError(
            f"the {header.kind} picture {name} holds {header.pictures} pictures, and only one can be judged",
            "Save each as a file of its own.",
        )
    if header.kind == "JPEG" and header.bits != 8:
        raise PictureError(f"not supported: the JPEG picture {name} has {header.bits} bits per channel", "Save 8 bits.")


def _pixels(data: bytes, header: Header, name: str, divisor: int, mode: int) -> Image:
    if header.kind == "Netpbm":
        return decode_netpbm(data)
    decoded = header.width_px * header.height_px * (header.channels or 4) * (2 if header.bits > 8 else 1)
    if header.kind == "JPEG 2000":
        return decode_jpeg_2000(data, name, decoded, header.depth)
    if header.kind in ("GIF", "TGA") or header.packed:
        return decode_with_pillow(data, header.kind, name, (header.width_px, header.height_px))
    # a copy of a large PNG with its pixels expanded would not fit in the memory that a picture may cost
    small = header.width_px * header.height_px < _EXPANDED_PIXELS
    opened = opened_png(data) if header.kind == "PNG" and small else data
    image = opened if isinstance(opened, np.ndarray) else imdecode(opened, mode)
    if image is None:
        check_memory(name, decoded)
        raise PictureError(f"the {header.kind} picture {name} is damaged and cannot be decoded", "Save it again.")
    if image.shape[:2] != (-(-header.height_px // divisor), -(-header.width_px // divisor)):
        raise PictureError(
            f"the {header.kind} picture {name} is damaged: it says {header.width_px} × {header.height_px} pixels and "
            f"holds {image.shape[1]} × {image.shape[0]}",
            "Save it again.",
        )
    if image.dtype not in (np.uint8, np.uint16):
        raise PictureError(f"not supported: the picture {name} has {image.dtype} pixels", "Save 8 or 16 bits.")
    if image.ndim == 3 and image.shape[2] not in (3, 4):
        raise PictureError(
            f"not supported: the picture {name} has {image.shape[2]} channels", "Save it as grey or colour."
        )
    last = image[-(_BLOCK_PX // divisor) :, -(_BLOCK_PX // divisor) :]
    asked = header.kind == "JPEG" and (header.channels == _CMYK or ends_in_filling(last))  # CMYK was turned to colours
    if asked and lacks_data(data, header.end_at, mode):
        raise PictureError(f"the picture {name} is cut short ({len(data)} bytes)", "Copy or save it again.")
    return image


def _reduction(header: Header, at_least: int | None) -> tuple[int, int]:
    """Choose by how much both sides are divided while decoding, and OpenCV's mode for it.

    All that is in the file is decoded, and nothing turned: the orientation is ours, as these modes ignore it.
    """
    if at_least is not None and header.kind == "JPEG" and header.channels in (1, 3):
        shortest = min(header.width_px, header.height_px)
        for divisor, grey, colour in _REDUCED:
            if shortest >= divisor * at_least:
                return divisor, (grey if header.channels == 1 else colour) | cv2.IMREAD_IGNORE_ORIENTATION
    return 1, cv2.IMREAD_UNCHANGED


def _upright(image: Image, orientation: int) -> Image:
    """Turn a picture as the EXIF orientation says (Exif 3.0, tag 0x0112)."""
    if orientation in (5, 6, 7, 8):
        image = image.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    return np.ascontiguousarray(image)
