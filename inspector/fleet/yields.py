"""Yields of a fleet, by station, recipe, lot or day, from the counts that the database keeps."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from inspector.domain.tally import Tally
from inspector.outputs.counted import Counted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from inspector.fleet.pool import ReadPool
    from inspector.fleet.search import FleetQuery

#: Days of a period at the most.
MOST_DAYS = 366
#: Groups that are shown at the most.
MOST_GROUPS = 500
_SUMS = ", ".join(f"sum({name})::bigint AS {name}" for name in ("passed", "failed", "review", "error"))


class YieldsBy(Enum):
    """By what parts are put together."""

    STATION = "station"
    RECIPE = "recipe"
    LOT = "lot"
    DAY = "day"


class FleetYield(BaseModel):
    """Parts that have something in common."""

    model_config = ConfigDict(frozen=True)

    station: str | None = None
    recipe: str | None = None
    recipe_version: int | None = None
    lot: str | None = None
    day: date | None = None  #: of the clock of the computer that serves the page
    counts: Counted


class FleetYields(BaseModel):
    """Yields of a period."""

    model_config = ConfigDict(frozen=True)

    since: datetime
    until: datetime
    counts: Counted  #: of all together
    groups: list[FleetYield]
    left_out: int  #: groups beyond those that are shown


#: How each is grouped, and which comes first.
_GROUPS = {
    YieldsBy.STATION: ("station_key", "lower(min(name))"),
    YieldsBy.RECIPE: ("recipe, recipe_version", "lower(recipe), recipe_version DESC"),
    YieldsBy.LOT: ("lot", "max(quarter) DESC, lot"),
    YieldsBy.DAY: ("day", "day DESC"),
}


def yields(
    pool: ReadPool, query: FleetQuery, by: YieldsBy, days: tuple[date, date], zone: tzinfo | None
) -> FleetYields:
    """Return the yields of some days.

    Args:
        pool: Connections to the database.
        query: Station, recipe and lot that are meant.
        by: How parts are put together.
        days: The first and the last day, both included, at most `MOST_DAYS`.
        zone: Whose days; None for this computer's.

    Raises:
        FleetError: If the database cannot be asked.
    """
    first, last = days
    # a day has 23 hours now and then: each begins by itself
    begins = [_begin(first + timedelta(days=number), zone) for number in range((last - first).days + 2)]
    columns, order = _GROUPS[by]
    wanted = ["c.quarter >= %(first)s", "c.quarter < %(last)s", *query.of_counts("c")]
    values = query.values() | {"first": begins[0], "last": begins[-1], "begins": begins, "most": MOST_GROUPS}
    rows = pool.rows(
        f"WITH counted AS (SELECT c.*, coalesce(s.name, c.station) AS name, "  # noqa: S608 - names of the schema
        "width_bucket(c.quarter, %(begins)s::timestamptz[]) AS day FROM inspector.counts c "
        f"LEFT JOIN inspector.stations s ON s.key = c.station_key WHERE {' AND '.join(wanted)}), "
        f"grouped AS (SELECT {columns}, min(name) AS name, {_SUMS}, row_number() OVER (ORDER BY {order}) AS place "
        f"FROM counted GROUP BY {columns} HAVING sum(passed + failed + review + error) > 0) "
        "SELECT *, count(*) OVER () AS groups, "
        "sum(passed) OVER ()::bigint AS all_passed, sum(failed) OVER ()::bigint AS all_failed, "
        "sum(review) OVER ()::bigint AS all_review, sum(error) OVER ()::bigint AS all_error "
        "FROM grouped ORDER BY place LIMIT %(most)s",
        values,
    )
    whole = (
        Tally(**{name: rows[0][f"all_{name}"] for name in ("passed", "failed", "review", "error")}) if rows else Tally()
    )
    return FleetYields(
        since=begins[0],
        until=begins[-1],
        counts=Counted.of(whole),
        groups=[_group(row, by, first) for row in rows],
        left_out=rows[0]["groups"] - len(rows) if rows else 0,
    )


def _group(row: Mapping[str, Any], by: YieldsBy, first: date) -> FleetYield:
    counts = Counted.of(Tally(**{name: row[name] for name in ("passed", "failed", "review", "error")}))
    if by is YieldsBy.STATION:
        return FleetYield(station=row["name"], counts=counts)
    if by is YieldsBy.RECIPE:
        return FleetYield(recipe=row["recipe"], recipe_version=row["recipe_version"], counts=counts)
    if by is YieldsBy.LOT:
        return FleetYield(lot=row["lot"], counts=counts)
    return FleetYield(day=first + timedelta(days=row["day"] - 1), counts=counts)


def _begin(day: date, zone: tzinfo | None) -> datetime:
    begin = datetime.combine(day, time(0), zone)
    return begin if zone is not None else begin.astimezone()
