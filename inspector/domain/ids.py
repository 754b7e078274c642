"""Identifiers of inspections: unique, and ordered by time."""

from __future__ import annotations

import os
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """Return a new UUID of version 7 (RFC 9562) as text; within a process each is larger than the one before."""
    global _last  # noqa: PLW0603 - the counter that keeps ids of the same millisecond in order
    with _lock:
        # 48 bits of milliseconds, then 12 bits of their fraction (RFC 9562, section 6.2, method 3)
        nanoseconds = time.time_ns()
        stamp = (nanoseconds // 1_000_000 << 12) | ((nanoseconds % 1_000_000) * 4096 // 1_000_000)
        _last = stamp = max(stamp, _last + 1)
    random = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    value = (stamp >> 12 << 80) | (0x7 << 76) | ((stamp & 0xFFF) << 64) | (0b10 << 62) | random
    return str(uuid.UUID(int=value))
