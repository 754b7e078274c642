"""Picture files: one decoder and one writer for everybody."""

from __future__ import annotations

from inspector.pictures.decode import decode_picture, decode_reduced, read_content, read_picture, shows_its_end
from inspector.pictures.files import encode_picture, write_picture
from inspector.pictures.folders import (
    PICTURE_SUFFIXES,
    find_pictures,
    is_picture,
    iter_pictures,
    natural_key,
    walk_pictures,
    walk_store,
)
from inspector.pictures.held import Held, read_all
from inspector.pictures.left_out import LeftOut, LeftOutTally, Reason, left_out_words
from inspector.pictures.limits import MAX_DECODED_BYTES, MAX_FILE_BYTES
from inspector.pictures.opencv import silence_opencv
from inspector.pictures.store import Place, StorePath, address_in, is_address, place_of

__all__ = [
    "MAX_DECODED_BYTES",
    "MAX_FILE_BYTES",
    "PICTURE_SUFFIXES",
    "Held",
    "LeftOut",
    "LeftOutTally",
    "Place",
    "Reason",
    "StorePath",
    "address_in",
    "decode_picture",
    "decode_reduced",
    "encode_picture",
    "find_pictures",
    "is_address",
    "is_picture",
    "iter_pictures",
    "left_out_words",
    "natural_key",
    "place_of",
    "read_all",
    "read_content",
    "read_picture",
    "shows_its_end",
    "silence_opencv",
    "walk_pictures",
    "walk_store",
    "write_picture",
]
