"""Picture files in folders: which there are, and encoding and writing one."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from inspector.domain.errors import PictureError
from inspector.files import write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.domain.records import Image

#: Suffixes of picture files that are written, lower case.
WRITTEN_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})
#: Suffixes of picture files that are read, lower case; the content decides how a file is decoded.
PICTURE_SUFFIXES = WRITTEN_SUFFIXES | {".jfif", ".jpe", ".dib", ".pbm", ".pgm", ".ppm", ".pnm", ".jp2", ".tga", ".gif"}
_DIGITS = re.compile(r"\d+")


def is_picture(path: Path) -> bool:
    """True where the name is that of a picture file that is not hidden and not being written."""
    return _is_picture_name(path.name)


def _is_picture_name(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in PICTURE_SUFFIXES and not name.startswith((".", "~"))  # noqa: PTH122


def natural_key(path: Path | str) -> tuple[str, str]:
    """Sort key under which ``part 10`` comes after ``part 9``.

    A run of digits becomes a zero byte, how many digits it has, and the digits: a shorter number is smaller. The key is
    text, not pieces, as a hundred thousand keys are held while a folder is sorted.
    """
    text = str(path)
    return _DIGITS.sub(_sortable, text.casefold()), text


def _sortable(match: re.Match[str]) -> str:
    digits = str(int(match[0]))
    return f"\0{chr(len(digits))}{digits}"


def walk_pictures(folder: Path, *, recursive: bool = False) -> Iterator[tuple[str, list[str]]]:
    """Iterate over a folder, and with ``recursive`` those inside it, with the names of the picture files in each.

    Yields:
        The folder's path and the names in it, as the file system lists them; hidden folders are left out, and links to
        folders are not followed.

    Raises:
        PictureError: As `find_pictures`.
    """

    def refuse(error: OSError) -> None:
        if isinstance(error, FileNotFoundError) and Path(error.filename) != folder:
            return  # a sub-folder removed meanwhile
        if isinstance(error, FileNotFoundError):
            raise PictureError(f"there is no folder {folder}", "Check the path.") from error
        if isinstance(error, NotADirectoryError):
            raise PictureError(f"{folder} is not a folder", "Name a folder of pictures.") from error
        raise PictureError(
            f"the folder {error.filename} cannot be read: {error.strerror}", "Check its permissions."
        ) from error

    for root, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")] if recursive else []
        yield root, [name for name in files if _is_picture_name(name)]


def iter_pictures(folder: Path, *, recursive: bool = False) -> Iterator[Path | None]:
    """Iterate over the picture files of a folder as the file system lists them; see `find_pictures`.

    Yields:
        A picture file; None after every sub-folder, so that a long search shows that it goes on.

    Raises:
        PictureError: As `find_pictures`.
    """
    for root, names in walk_pictures(folder, recursive=recursive):
        yield from (Path(root, name) for name in names)
        yield None


def find_pictures(folder: Path, *, recursive: bool = False) -> list[Path]:
    """Return the picture files of a folder in natural order.

    Args:
        recursive: Sub-folders too; hidden ones are left out, and links to folders are not followed.

    Raises:
        PictureError: If the folder, or one inside it, does not exist or cannot be read.
    """
    return sorted((path for path in iter_pictures(folder, recursive=recursive) if path), key=natural_key)


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
        ".png": [cv2.IMWRITE_PNG_COMPRESSION, 1],
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
            done, buffer = cv2.imencode(suffix, image, flags)
        except cv2.error as error:
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
