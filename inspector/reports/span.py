"""What a report is about, and who asks for it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict

from inspector.outputs.base import LogQuery
from inspector.outputs.roll_up import QUARTER_S

if TYPE_CHECKING:
    from collections.abc import Sequence


class ReportSpan(BaseModel):
    """What a report is about: a lot, a period, or a lot within a period.

    Args:
        lot: None for parts of every lot, and of none.
        since: Captured at or after this time.
        until: Captured before this time.
        recipe: None for every recipe.
    """

    model_config = ConfigDict(frozen=True)

    lot: str | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    recipe: str | None = None

    def whole(self) -> ReportSpan:
        """Return the same in whole quarters of an hour, as the statistics count."""
        since, until = self.since, self.until
        if since is not None:
            since = datetime.fromtimestamp(since.timestamp() // QUARTER_S * QUARTER_S, UTC)
        if until is not None:
            until = datetime.fromtimestamp(-(-until.timestamp() // QUARTER_S) * QUARTER_S, UTC)
        return self.model_copy(update={"since": since, "until": until})

    @property
    def query(self) -> LogQuery:
        """Which parts are meant."""
        return LogQuery(lot=self.lot, since=self.since, until=self.until, recipe=self.recipe)

    @property
    def options(self) -> str:
        """As options of the commands, for a shell; a time with its zone, as an hour comes twice when clocks change."""
        said = [f" --lot {shlex.quote(self.lot)}"] if self.lot is not None else []
        said += [f" --recipe {shlex.quote(self.recipe)}"] if self.recipe is not None else []
        for name, time in (("since", self.since), ("until", self.until)):
            if time is not None:
                exact = "microseconds" if time.second or time.microsecond else "minutes"
                said.append(f" --{name} {time.astimezone().isoformat(timespec=exact)}")
        return "".join(said)

    @property
    def words(self) -> str:
        """As a title."""
        said = [] if self.lot is None else [f"Lot {self.lot}"]
        if self.recipe is not None:
            said.append(f"Recipe {self.recipe}")
        times = [None if time is None else f"{time.astimezone():%Y-%m-%d %H:%M}" for time in (self.since, self.until)]
        if times[0] and times[1]:
            said.append(f"{times[0]} to {times[1]}")
        elif times[0] or times[1]:
            said.append(f"from {times[0]}" if times[0] else f"until {times[1]}")
        words = ", ".join(said) or "The whole record"
        return words[0].upper() + words[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMaker:
    """Who asks which station for a report.

    Args:
        station: The station's name.
        by: Who asks.
        shift_starts: Hours at which its shifts begin.
    """

    station: str
    by: str
    shift_starts: Sequence[int]
