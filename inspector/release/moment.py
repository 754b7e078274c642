"""This moment, by the computer's clock and by its counter, which nobody sets."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from inspector.domain.moment import Moment

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def this_moment() -> Moment:
    """Return it; on Linux the counter goes on while the computer sleeps, and the start of the computer has an id."""
    counter = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC if hasattr(time, "CLOCK_MONOTONIC") else None)
    steady_s = time.clock_gettime(counter) if counter is not None else time.monotonic()
    now = datetime.now(UTC)
    offset = now.astimezone().utcoffset()
    return Moment(
        utc=now, steady_s=steady_s, boot=_boot(), zone_s=0 if offset is None else round(offset.total_seconds())
    )


def _boot() -> str:
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
