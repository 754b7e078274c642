"""The C library's habit of giving memory back, which costs more than decoding where pictures are large."""

from __future__ import annotations

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_MMAP_FROM_BYTES = 32 << 20  # the most that glibc takes
_TRIM_FROM_BYTES = 256 << 20


def keep_freed_memory() -> bool:
    """Let glibc keep what is freed for the next picture, for the rest of the process's life.

    By default it takes every block of some megabytes anew from the system and gives it back, and the system fills each
    with zeros page by page. Memory stays bounded: blocks are reused, and beyond 256 MB free at once are given back.

    Returns:
        Whether it was set: False where there is no glibc.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, _MMAP_FROM_BYTES)) and bool(mallopt(_M_TRIM_THRESHOLD, _TRIM_FROM_BYTES))
