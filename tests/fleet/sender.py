"""What a process that sends says of itself, for tests of those who read it."""

from __future__ import annotations

from datetime import UTC, datetime

from inspector.fleet.status import ForwardStatus


def said(**changes: object) -> ForwardStatus:
    now = datetime.now(UTC)
    well = ForwardStatus(
        time_utc=now,
        running=True,
        database="postgresql://ins:***@db/quality",
        waiting=0,
        waiting_since_utc=None,
        sent=7,
        last_sent_utc=now,
        set_aside=0,
        error="",
        next_step="",
        error_since_utc=None,
        next_try_utc=None,
        clock_ahead_s=0.1,
        note="",
    )
    return well.model_copy(update=changes)
