"""How the C library hands out the memory of pictures."""

from __future__ import annotations

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h
_MMAP_FROM_BYTES = 32 << 20  # the most that glibc takes
_TRIM_FROM_BYTES = 128 << 20


def use_frames_again() -> bool:
    """Keep the memory of freed frames for the next ones, in one heap for all threads; glibc only.

    Left alone, glibc either takes every block of some megabytes anew from the system, which fills it page by page
    (45,000 page faults a second in a window on the demo line, a quarter of its processor time), or, once it has seen a
    first one freed, keeps frames in the heaps of whichever threads made them, where others cannot use them. In one heap
    a frame takes the place of the one before it. What is free beyond 128 MB at its end is given back.

    Returns:
        Whether it was done; elsewhere than on glibc there is nothing to do.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    wanted = ((_M_ARENA_MAX, 1), (_M_MMAP_THRESHOLD, _MMAP_FROM_BYTES), (_M_TRIM_THRESHOLD, _TRIM_FROM_BYTES))
    return all(bool(mallopt(name, value)) for name, value in wanted)
