"""Kinds that cameras and older programs write now and then: Netpbm, JPEG 2000, and what Pillow reads."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.errors import PictureError
from inspector.pictures.depth import widened
from inspector.pictures.header import netpbm_fields
from inspector.pictures.limits import check_memory

if TYPE_CHECKING:
    from inspector.domain.records import Image


#: What Pillow raises over damaged files.
_DAMAGES = (OSError, ValueError, SyntaxError, IndexError, TypeError, EOFError, struct.error)


def decode_netpbm(data: bytes) -> Image:
    """Decode a PBM, PGM or PPM that `read_header` found whole.

    Returns:
        (H, W) or (H, W, 3) BGR, uint8 or uint16, in full range: values up to 4095 become values up to 65535.
    """
    fields = netpbm_fields(data)
    assert fields is not None
    kind, width, height, largest, start = fields
    if kind == 4:
        rows = np.frombuffer(data, np.uint8, -(-width // 8) * height, start).reshape(height, -1)
        return (1 - np.unpackbits(rows, axis=1)[:, :width]) * np.uint8(255)
    channels = 3 if kind == 6 else 1
    stored = np.dtype(">u2" if largest > 255 else "u1")
    values = np.frombuffer(data, stored, width * height * channels, start)
    full = 65_535 if largest > 255 else 255
    kind_of = np.uint16 if largest > 255 else np.uint8
    if largest != full:
        values = np.minimum(values, largest).astype(np.uint32) * full // largest
    image = values.astype(kind_of).reshape((height, width, channels) if channels > 1 else (height, width))
    return np.ascontiguousarray(image[..., ::-1]) if channels > 1 else image


def decode_jpeg_2000(data: bytes, name: str, decoded_bytes: int, depth: int = 0) -> Image:
    """Decode a JPEG 2000 that `read_header` found whole.

    Args:
        data: Content of the file.
        name: Name of the file, for errors.
        decoded_bytes: Of its pixels, as the header says.
        depth: As in `inspector.pictures.header.Header`: the values are brought to full range.

    Raises:
        PictureError: If it is damaged, or not grey or colour of 8 or 16 bits.
    """
    import imagecodecs

    try:
        pixels = np.asarray(imagecodecs.jpeg2k_decode(data, numthreads=1))
    except (imagecodecs.Jpeg2kError, ValueError, RuntimeError) as error:
        check_memory(name, decoded_bytes)
        raise PictureError(
            f"the JPEG 2000 picture {name} is damaged and cannot be decoded", "Save it again."
        ) from error
    if pixels.dtype not in (np.uint8, np.uint16) or pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)):
        raise PictureError(
            f"not supported: the JPEG 2000 picture {name} has {pixels.shape[2:] or (1,)} channels of {pixels.dtype}",
            "Save it as grey or colour with 8 or 16 bits per channel.",
        )
    if depth:
        pixels = widened(pixels, depth)
    return np.ascontiguousarray(pixels[..., ::-1]) if pixels.ndim == 3 else pixels


def decode_with_pillow(data: bytes, kind: str, name: str, size: tuple[int, int]) -> Image:
    """Decode a GIF, a TGA, or a BMP of 16 bits a pixel.

    Args:
        data: Content of the file.
        kind: "GIF", "TGA" or "BMP".
        name: Name of the file, for errors.
        size: Width and height as the header says: a picture that reaches beyond them is damaged.

    Returns:
        (H, W) uint8, (H, W, 3) BGR or (H, W, 4) BGRA.

    Raises:
        PictureError: If it is damaged, or holds more than one picture.
    """
    from PIL import Image as Pillow

    try:
        with Pillow.open(io.BytesIO(data), formats=[kind]) as picture:
            if picture.size != size:
                raise ValueError(picture.size)
            animated = getattr(picture, "is_animated", False)
            mode = "L" if picture.mode in ("1", "L") else "RGBA" if "A" in picture.getbands() else "RGB"
            if "transparency" in picture.info:
                mode = "RGBA"
            pixels = np.asarray(picture.convert(mode))
    except (*_DAMAGES, Pillow.DecompressionBombError) as error:
        raise PictureError(f"the {kind} picture {name} is damaged and cannot be decoded", "Save it again.") from error
    if animated:
        raise PictureError(
            f"the {kind} picture {name} holds more than one picture, and only one can be judged",
            "Save each as a file of its own.",
        )
    if pixels.ndim == 2:
        return pixels
    return np.ascontiguousarray(pixels[..., [2, 1, 0, 3] if mode == "RGBA" else [2, 1, 0]])
