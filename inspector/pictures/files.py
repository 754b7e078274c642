"""Encoding and writing picture files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2

from inspector.domain.errors import PictureError
from inspector.domain.memory import out_of_memory, ran_out_of_memory
from inspector.files import write_bytes
from inspector.pictures.png import encode_png, is_for_png

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.domain.records import Image

#: Suffixes of picture files that are written, lower case.
WRITTEN_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})


def encode_picture(image: Image, suffix: str, *, quality: int | None = None) -> bytes:
    """Encode pixels as a picture file.

    Args:
        image: As in `inspector.domain.records.Image`.
        suffix: One of `WRITTEN_SUFFIXES`.
        quality: 1..100 for WebP and JPEG; None is lossless WebP, and 95 for JPEG.

    Raises:
        PictureError: If these pixels cannot be stored in that format as they are.
    """
    suffix = suffix.lower()
    flags = {
        ".webp": [cv2.IMWRITE_WEBP_QUALITY, 101 if quality is None else quality],
        ".jpg": [cv2.IMWRITE_JPEG_QUALITY, 95 if quality is None else quality],
        ".jpeg": [cv2.IMWRITE_JPEG_QUALITY, 95 if quality is None else quality],
    }.get(suffix, [])
    cause = ""
    if suffix not in WRITTEN_SUFFIXES:
        cause = f"{suffix or 'a name without suffix'} is no picture format known here"
    elif image.dtype != "uint8" and suffix not in {".png", ".tif", ".tiff"}:
        cause = "it holds 8 bits per channel"  # OpenCV would cut the others off without a word
    elif image.ndim == 3 and image.shape[2] == 4 and suffix in {".jpg", ".jpeg"}:
        cause = "it holds no transparency"
    if not cause:
        try:
            if suffix == ".png" and is_for_png(image):
                return encode_png(image)
            done, buffer = cv2.imencode(suffix, image, flags)
        except (cv2.error, MemoryError) as error:
            if ran_out_of_memory(error):
                raise out_of_memory(f"a picture could not be stored as {suffix}") from error
            cause = str(error).strip()
        else:
            if done:
                return bytes(buffer)
            cause = "the encoder refused"
    shape = " × ".join(str(side) for side in image.shape)
    raise PictureError(f"{shape} {image.dtype} pixels cannot be stored as {suffix} ({cause})", "Choose another format.")


def write_picture(path: Path, image: Image, *, quality: int | None = None) -> None:
    """Encode by the path's suffix and write it whole or not at all.

    Args:
        path: The file; an older one is replaced. Its folder is made.
        image: As in `inspector.domain.records.Image`.
        quality: As in `encode_picture`.

    Raises:
        PictureError: If the pixels cannot be stored in that format.
        FileError: If the file cannot be written; an older one is as it was.
    """
    write_bytes(path, encode_picture(image, path.suffix, quality=quality))
