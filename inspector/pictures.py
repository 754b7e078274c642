"""Picture files: one decoder and one writer for everybody."""

from __future__ import annotations

import contextlib
import os
import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING

# before cv2 reads it: our own limit comes first, and says what to do
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(1 << 40))

import cv2
import numpy as np

from inspector.domain.errors import PictureError

if TYPE_CHECKING:
    from inspector.domain.records import Image

#: Suffixes of picture files, lower case; the content decides how a file is decoded.
PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})
#: Pictures with more pixels than this are refused before they are decoded.
MAX_PIXELS = 150_000_000


def is_picture(path: Path) -> bool:
    """True where the name is that of a picture file that is not hidden and not being written."""
    return path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith((".", "~"))


def natural_key(path: Path) -> tuple[tuple[int, int, str], ...]:
    """Sort key under which ``part 10`` comes after ``part 9``."""
    pieces = re.split(r"(\d+)", str(path).casefold())
    return tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces)


def find_pictures(folder: Path, *, recursive: bool = False) -> list[Path]:
    """Return the picture files of a folder in natural order.

    Args:
        folder: Where to look.
        recursive: Sub-folders too; hidden ones are left out.

    Raises:
        PictureError: If the folder does not exist or cannot be read.
    """
    if not folder.is_dir():
        raise PictureError(f"there is no folder {folder}", "Check the path.")
    found: list[Path] = []

    def refuse(error: OSError) -> None:
        raise PictureError(f"the folder {error.filename} cannot be read: {error.strerror}", "Check its permissions.")

    for root, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")] if recursive else []
        found += [path for name in files if is_picture(path := Path(root, name))]
    return sorted(found, key=natural_key)


def read_picture(path: Path) -> Image:
    """Decode a picture file.

    Args:
        path: JPEG, PNG, BMP, TIFF or WebP, whatever the suffix says.

    Returns:
        Read-only (H, W), (H, W, 3) BGR or (H, W, 4) BGRA, uint8 or uint16, turned as its EXIF orientation says. Of an
        animated or many-paged file the first picture.

    Raises:
        PictureError: If the file cannot be read, is empty, cut short, no picture, too large, or of an unusual depth.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise PictureError(f"the picture {path} cannot be read: {reason}", "Check the file.") from error
    return decode_picture(data, str(path))


def decode_picture(data: bytes, name: str) -> Image:
    """Decode a picture file's content; see `read_picture`.

    Args:
        data: The content.
        name: For the error's text.

    Raises:
        PictureError: As `read_picture`.
    """
    if not data:
        raise PictureError(f"the picture {name} is empty (0 bytes)", "Copy it again.")
    kind, size = _inspect_header(data)
    if kind == "":
        raise PictureError(
            f"{name} is not a JPEG, PNG, BMP, TIFF or WebP picture", "Remove it, or save it as one of these."
        )
    if size is not None and size[0] * size[1] > MAX_PIXELS:
        raise PictureError(
            f"the picture {name} has {size[0]} × {size[1]} pixels, more than {MAX_PIXELS // 1_000_000} million",
            "Scale it down first.",
        )
    if _cut_short(kind, data):
        raise PictureError(f"the picture {name} is cut short ({len(data)} bytes)", "Copy it again.")
    return _decoded(data, kind, name)


def _decoded(data: bytes, kind: str, name: str) -> Image:
    buffer = np.frombuffer(data, np.uint8)
    flags = cv2.IMREAD_UNCHANGED
    if kind in {"JPEG", "TIFF", "WebP", "BMP"}:
        flags = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR
    image = None
    with contextlib.suppress(cv2.error, MemoryError):
        image = cv2.imdecode(buffer, flags)
        if image is not None and flags != cv2.IMREAD_UNCHANGED and kind in {"TIFF", "WebP"}:
            whole = cv2.imdecode(buffer, cv2.IMREAD_UNCHANGED)  # with transparency, which the other flags drop
            image = whole if whole is not None and whole.ndim == 3 and whole.shape[2] == 4 else image
    if image is None:
        raise PictureError(f"the {kind} picture {name} is damaged and cannot be decoded", "Copy or save it again.")
    if image.ndim == 3 and image.shape[2] == 2:
        image = np.ascontiguousarray(image[:, :, 0])
    if image.dtype not in (np.uint8, np.uint16):
        raise PictureError(f"the picture {name} has {image.dtype} pixels", "Save it with 8 or 16 bits per channel.")
    image.setflags(write=False)
    return image


def _inspect_header(data: bytes) -> tuple[str, tuple[int, int] | None]:
    """Return the kind of picture, empty where it is none, and its width and height where they are easy to find."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG", struct.unpack(">II", data[16:24]) if len(data) >= 24 else None
    if data.startswith(b"\xff\xd8"):
        return "JPEG", _jpeg_size(data)
    if data.startswith(b"BM") and len(data) >= 26:
        width, height = struct.unpack("<ii", data[18:26])
        return "BMP", (abs(width), abs(height))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP", _webp_size(data)
    if data[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return "TIFF", _tiff_size(data)
    return "", None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 < len(data):
        if data[position] != 0xFF:
            position += 1
            continue
        marker = data[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return width, height
        if marker in (0xFF, 0x01) or 0xD0 <= marker <= 0xD8:
            position += 1 if marker == 0xFF else 2
            continue
        position += 2 + int(struct.unpack(">H", data[position + 2 : position + 4])[0])
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    if data[12:16] == b"VP8X" and len(data) >= 30:
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    return None  # the other forms are limited to 16383 pixels a side by their format


def _tiff_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of the first page of a classic TIFF."""
    order = "<" if data[:2] == b"II" else ">"
    if data[2:4] not in (b"*\x00", b"\x00*") or len(data) < 8:
        return None
    (offset,) = struct.unpack(order + "I", data[4:8])
    if offset + 2 > len(data):
        return None
    (count,) = struct.unpack(order + "H", data[offset : offset + 2])
    found: dict[int, int] = {}
    for entry in range(min(count, 64)):
        start = offset + 2 + 12 * entry
        if start + 12 > len(data):
            return None
        tag, kind = struct.unpack(order + "HH", data[start : start + 4])
        if tag in (256, 257):
            width = "H" if kind == 3 else "I"
            found[tag] = int(struct.unpack(order + width, data[start + 8 : start + (10 if kind == 3 else 12)])[0])
    return (found[256], found[257]) if len(found) == 2 else None


def _cut_short(kind: str, data: bytes) -> bool:
    """True where the file ends before its picture does; decoders fill the rest with grey and say nothing."""
    if kind == "PNG":
        return b"IEND" not in data[-4096:] and b"IEND" not in data
    if kind == "JPEG":
        return data.rfind(b"\xff\xd9") < len(data) // 2
    if kind == "WebP":
        return len(data) < int.from_bytes(data[4:8], "little") + 8
    if kind == "BMP":
        declared = int.from_bytes(data[2:6], "little")
        return len(data) < declared
    return False  # a TIFF's strips are checked by its decoder


def encode_picture(image: Image, suffix: str, *, quality: int | None = None) -> bytes:
    """Encode pixels as a picture file.

    Args:
        image: As in `inspector.domain.records.Image`.
        suffix: ".png", ".webp", ".jpg", ".bmp" or ".tif".
        quality: 1..100 for WebP and JPEG; None is lossless WebP, and 95 for JPEG.

    Raises:
        PictureError: If these pixels cannot be stored in that format.
    """
    flags: list[int] = []
    if suffix == ".webp":
        flags = [cv2.IMWRITE_WEBP_QUALITY, 101 if quality is None else quality]
    elif suffix in {".jpg", ".jpeg"}:
        flags = [cv2.IMWRITE_JPEG_QUALITY, 95 if quality is None else quality]
    elif suffix == ".png":
        flags = [cv2.IMWRITE_PNG_COMPRESSION, 1]
    try:
        done, buffer = cv2.imencode(suffix, image, flags)
    except cv2.error as error:
        done, cause = False, str(error).strip()
    else:
        cause = "the encoder refused"
    if not done:
        raise PictureError(
            f"{image.shape} {image.dtype} pixels cannot be stored as {suffix} ({cause})", "Choose another format."
        )
    return bytes(buffer)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all: temporary name, flushed to the disk, renamed.

    Raises:
        OSError: If it cannot be written; nothing half-written remains.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_picture(path: Path, image: Image, *, quality: int | None = None) -> None:
    """Encode by the path's suffix and write as `write_bytes` does.

    Raises:
        PictureError: If the pixels cannot be stored in that format.
        OSError: If the file cannot be written.
    """
    write_bytes(path, encode_picture(image, path.suffix.lower(), quality=quality))
