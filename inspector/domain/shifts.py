"""When the current shift began."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def shift_start(now: datetime, starts: Sequence[int]) -> datetime:
    """Return when the shift that runs at ``now`` began.

    Args:
        now: Local time with its zone.
        starts: Hours at which shifts start, 0..23, in any order, at least one.

    Raises:
        ValueError: If there is no start, or one is outside 0..23.
    """
    if not starts or not all(0 <= hour <= 23 for hour in starts):
        msg = f"shifts need at least one starting hour in 0..23, got {list(starts)}"
        raise ValueError(msg)
    today = [now.replace(hour=hour, minute=0, second=0, microsecond=0) for hour in sorted(starts)]
    begun = [start for start in today if start <= now]
    return begun[-1] if begun else today[-1] - timedelta(days=1)
