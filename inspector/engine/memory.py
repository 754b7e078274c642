"""How the C library hands out the memory of pictures."""

from __future__ import annotations

import ctypes
import sys

_M_MMAP_THRESHOLD = -3  # malloc.h
_LARGE_BYTES = 2 << 20


def give_large_blocks_back() -> bool:
    """Let every block of 2 MB or more be taken from the system and given back to it as such; glibc only.

    Left alone, glibc raises that limit to the size of a frame as soon as the first one is freed, and then keeps frames
    in the heaps of whichever threads made them: in a window on the demo line 80 MB more after a minute, slowly growing.

    Returns:
        Whether it was done; elsewhere than on glibc there is nothing to do.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES))
