"""Picture files: one decoder and one writer for everybody."""

from __future__ import annotations

from inspector.pictures.decode import decode_picture, read_content, read_picture, read_reduced, shows_its_end
from inspector.pictures.files import (
    PICTURE_SUFFIXES,
    encode_picture,
    find_pictures,
    is_picture,
    iter_pictures,
    natural_key,
    walk_pictures,
    write_picture,
)
from inspector.pictures.limits import MAX_DECODED_BYTES, MAX_FILE_BYTES
from inspector.pictures.opencv import silence_opencv

__all__ = [
    "MAX_DECODED_BYTES",
    "MAX_FILE_BYTES",
    "PICTURE_SUFFIXES",
    "decode_picture",
    "encode_picture",
    "find_pictures",
    "is_picture",
    "iter_pictures",
    "natural_key",
    "read_content",
    "read_picture",
    "read_reduced",
    "shows_its_end",
    "silence_opencv",
    "walk_pictures",
    "write_picture",
]
