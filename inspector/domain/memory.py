"""Whether memory has run out: libraries say so in many ways."""

from __future__ import annotations

import cv2

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError, OutOfMemoryError

#: How OpenVINO, oneDNN and torch word it in a `RuntimeError`.
_WORDS = ("bad_alloc", "out of memory", "allocate", "memory object")
_BEGINS = "out of memory: "


def ran_out_of_memory(error: BaseException) -> bool:
    """Return whether an error says that memory has run out."""
    if isinstance(error, MemoryError | OutOfMemoryError):
        return True
    if isinstance(error, cv2.error):
        return getattr(error, "code", None) == cv2.Error.StsNoMem
    if isinstance(error, InspectorError):
        return error.__cause__ is not None and ran_out_of_memory(error.__cause__)
    words = str(error).lower()
    return isinstance(error, RuntimeError) and any(word in words for word in _WORDS)


def out_of_memory(what: str) -> OutOfMemoryError:
    """Return the error that says so.

    Args:
        what: What could not be done, as “the picture a.png could not be decoded”.
    """
    return OutOfMemoryError(f"{_BEGINS}{what}", "Close other programs, or give the computer more memory.")


def lacked_memory(reason: str) -> bool:
    """Return whether a picture has no verdict because memory had run out, by the reason of its ERROR."""
    return reason.startswith(_BEGINS)


def reason_of(error: Exception) -> str:
    """Return why a picture cannot be judged, from whatever broke."""
    if ran_out_of_memory(error):
        return str(error if isinstance(error, OutOfMemoryError) else out_of_memory("the picture could not be judged"))
    return str(error) if isinstance(error, InspectorError) else f"unexpected {type(error).__name__}: {cause_of(error)}"
