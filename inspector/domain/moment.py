"""A moment by the computer's clock, which can be set, and by its counter, which cannot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A moment as the computer knows it.

    Args:
        utc: By its clock, which can be set.
        steady_s: By its counter since it was switched on, which cannot.
        boot: Which start of the computer that counter is of; empty where the system does not say.
        zone_s: Offset of the local time from UTC.
    """

    utc: datetime
    steady_s: float
    boot: str
    zone_s: int = 0

    def same_start(self, later: Moment) -> bool:
        """Return whether the computer has run since, so that the counters of both can be compared."""
        return self.boot == later.boot and self.steady_s <= later.steady_s

    def seen_from(self, later: Moment) -> datetime:
        """Return what time it is at a later moment, at least: a clock that was set back makes no time come twice."""
        if not self.same_start(later):
            return later.utc
        return max(later.utc, self.utc + timedelta(seconds=later.steady_s - self.steady_s))
