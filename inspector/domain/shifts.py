"""When shifts began."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, tzinfo


def shift_start(now: datetime, starts: Sequence[int], zone: tzinfo | None = None) -> datetime:
    """Return when the shift that runs at ``now`` began, as the clock on the wall says it.

    In the night in which the clock changes, a shift is an hour shorter or longer than usual.

    Args:
        now: With its zone.
        starts: Hours at which shifts start, 0..23, in any order, at least one.
        zone: Whose clock the shifts follow; None for the computer's.

    Raises:
        ValueError: If there is no start, or one is outside 0..23.
    """
    if not starts or not all(0 <= hour <= 23 for hour in starts):
        msg = f"shifts need at least one starting hour in 0..23, got {list(starts)}"
        raise ValueError(msg)
    today = now.astimezone(zone).date()
    begun = [
        begin
        for day in (today - timedelta(days=1), today)
        for hour in sorted(starts)
        if (begin := _on_the_wall(day, hour, zone)).astimezone(UTC) <= now.astimezone(UTC)
    ]
    return begun[-1]


def shift_starts_between(
    first: datetime, last: datetime, starts: Sequence[int], zone: tzinfo | None = None
) -> list[datetime]:
    """Return the beginnings of all shifts from the one that ran at ``first`` to the one that ran at ``last``, in UTC.

    Args:
        first: With its zone.
        last: With its zone; not before ``first``.
        starts: As in `shift_start`.
        zone: As in `shift_start`.

    Raises:
        ValueError: As in `shift_start`.
    """
    begin, end = shift_start(first, starts, zone).astimezone(UTC), last.astimezone(UTC)
    day, last_day = first.astimezone(zone).date() - timedelta(days=1), last.astimezone(zone).date()
    begun: set[datetime] = set()
    while day <= last_day:
        begun.update(_on_the_wall(day, hour, zone).astimezone(UTC) for hour in starts)
        day += timedelta(days=1)
    return sorted(moment for moment in begun if begin <= moment <= end)


def _on_the_wall(day: date, hour: int, zone: tzinfo | None) -> datetime:
    """Return a moment of that day, with the offset that the zone has then."""
    wall = datetime.combine(day, time(hour), zone)
    return wall if zone is not None else wall.astimezone()
