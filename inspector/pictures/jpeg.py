"""Whether the coded data of a JPEG are all there: its decoder fills in grey without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from inspector.domain.memory import ran_out_of_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.records import Image

#: Start of a progressive frame.
_PROGRESSIVE = b"\xff\xc2"
_FILLING = 128


def imdecode(data: bytes | bytearray, mode: int = cv2.IMREAD_UNCHANGED) -> Image | None:
    """Decode by OpenCV; None where it cannot.

    Raises:
        cv2.error: If there was no memory.
    """
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), mode)
    except cv2.error as error:
        if ran_out_of_memory(error):
            raise
        return None


def ends_in_filling(pixels: NDArray[Any], tolerance: int = 0) -> bool:
    """True where these last pixels are the even grey that libjpeg fills in when the coded data end early.

    Args:
        tolerance: Grey levels that a conversion of colours may have added.
    """
    return bool((np.abs(pixels.astype(np.int16) - _FILLING) <= tolerance).all())


def lacks_data(data: bytes, end_at: int, mode: int = cv2.IMREAD_UNCHANGED) -> bool:
    """True where a JPEG's coded data end before its last block.

    The end marker is what lets libjpeg fill in silently; with eight bytes of padding in its place the decoder runs out
    of data, and fails, exactly where blocks are missing (measured: 200 of 200 whole files decode, 0 of 134 halves).
    A progressive file is decoded only as a whole, so it is not asked.

    Args:
        data: The whole JPEG; `read_header` finds no fault in it.
        end_at: Where its end marker stands.
        mode: As it is decoded.
    """
    if _PROGRESSIVE in data:
        return False  # that its scans are all there has been checked in its header
    return imdecode(data[:end_at] + bytes(8), mode) is None
