"""Which parts a reviewer looks at: whose, and of which time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from inspector.domain.shifts import shift_start
from inspector.outputs.base import LogQuery

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo


class Whose(Enum):
    """Of which recipes the parts are; the value is what the choice is called."""

    RECIPE = "This recipe"
    LOT = "This lot"
    ALL = "Every recipe"


class Period(Enum):
    """Of which time the parts are; the value is what the choice is called."""

    SHIFT = "This shift"
    DAY = "Last 24 hours"
    WEEK = "Last 7 days"
    ALL = "All"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What was chosen.

    Args:
        whose: Whether one recipe, one lot or all recipes are meant.
        period: When the parts were inspected.
        part: What one part is called, whole: its serial number, or its trigger's id; empty for all.
    """

    whose: Whose
    period: Period
    part: str = ""

    def query(
        self,
        now: datetime,
        *,
        shift_starts: Sequence[int],
        recipe: str | None,
        lot: str,
        zone: tzinfo | None = None,
    ) -> LogQuery:
        """Return what the record is asked for.

        Args:
            now: The local time, with its zone.
            shift_starts: Hours at which shifts begin, 0..23.
            recipe: The recipe that is loaded; None where none is.
            lot: The lot that runs.
            zone: Whose clock the shifts follow; None for the computer's.
        """
        since = {
            Period.SHIFT: shift_start(now, shift_starts, zone).astimezone(UTC),
            Period.DAY: now.astimezone(UTC) - timedelta(days=1),
            Period.WEEK: now.astimezone(UTC) - timedelta(days=7),
            Period.ALL: None,
        }[self.period]
        return LogQuery(
            since=since,
            recipe=recipe if self.whose is not Whose.ALL else None,
            lot=lot if self.whose is Whose.LOT else None,
            part=self.part or None,
        )
