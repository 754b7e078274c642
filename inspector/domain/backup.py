"""When a station backs itself up."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

_WEEK_LESS_A_DAY = timedelta(days=6)


class BackupEvery(StrEnum):
    """How often."""

    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"


def is_due(every: BackupEvery, hour: int, last: datetime | None, now: datetime) -> bool:
    """Say whether a backup is due: once the hour has passed, also where the station was off at that time.

    Args:
        hour: 0..23, local time.
        last: When the last one that succeeded was made; None for never.
        now: With a zone, local; a last one that is later than it was made by a clock that was wrong.
    """
    if every is BackupEvery.NEVER:
        return False
    if last is None or last > now:
        return True
    slot = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    if slot > now:
        slot -= timedelta(days=1)
    return last < slot - (_WEEK_LESS_A_DAY if every is BackupEvery.WEEKLY else timedelta())
