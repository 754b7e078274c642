"""Parts of all stations: filtered, counted, a page at a time; one part with what people said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from inspector.domain.records import Verdict
from inspector.domain.tally import Tally
from inspector.outputs.counted import Counted

if TYPE_CHECKING:
    from inspector.fleet.pool import ReadPool

QUARTER = timedelta(minutes=15)
_COUNTS = ("passed", "failed", "review", "error")
_OF_VERDICT = dict(zip(("PASS", "FAIL", "REVIEW", "ERROR"), _COUNTS, strict=True))
_SUMS = ", ".join(f"coalesce(sum({name}), 0)::bigint AS {name}" for name in _COUNTS)
_AS_COUNTS = ", ".join(f"(r.verdict = '{verdict}')::int AS {name}" for verdict, name in _OF_VERDICT.items())


class FleetPart(BaseModel):
    """One part, as lists show it. Times are UTC."""

    model_config = ConfigDict(frozen=True)

    station_key: str
    id: str
    station: str
    time: datetime
    verdict: Verdict
    reason: str | None
    p_defective: float | None
    recipe: str | None
    recipe_version: int | None
    lot: str | None
    part_number: int | None
    part_serial: str | None
    nest: str | None
    trigger_id: str | None


class FleetPartsPage(BaseModel):
    """A page of parts, the newest first."""

    model_config = ConfigDict(frozen=True)

    counts: Counted  #: of all parts that the filters let through, not of this page alone
    parts: list[FleetPart]
    older: str | None  #: to name as ``before`` for the next page; none on the last one


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidOfPart:
    """What somebody said of a part, or took back: then it holds no judgement. The time is UTC."""

    time: datetime
    reviewer: str
    judgement: str | None
    defect_type: str | None
    note: str | None
    queue: str | None
    blind: bool
    stands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRecord:
    """All that the database knows of a part.

    Args:
        row: The columns of ``results``, by their names.
        station: What its station is called now.
        host: Its computer; None where the station was taken off.
        sent_to: Where its kept picture lies by now; None where it has not come.
        sent_sha256: Of that file.
        sent_heatmap: Where its heatmap lies by now; None where none was kept or came.
        never_sent: Why it will never come; None where it may.
        reviews: What people said, in their order.
    """

    row: dict[str, Any]
    station: str | None
    host: str | None
    sent_to: str | None
    sent_sha256: str | None
    sent_heatmap: str | None
    never_sent: str | None
    reviews: list[SaidOfPart]


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetQuery:
    """Which parts are meant; what is empty or None restricts nothing.

    Args:
        station: The key of one, not its name.
        recipe: The name of one, in any version.
        lot: One lot, as the stations call it.
        part: The whole serial number of a part, or the id of the trigger that asked for it.
        nest: One tool, or nest of a mould.
        since: Captured at or after this moment.
        until: Captured before this one.
        verdicts: Any of them.
    """

    station: str = ""
    recipe: str = ""
    lot: str = ""
    part: str = ""
    nest: str = ""
    since: datetime | None = None
    until: datetime | None = None
    verdicts: frozenset[Verdict] = frozenset()

    def values(self) -> dict[str, object]:
        """Return what stands in the statements."""
        names = [verdict.value for verdict in Verdict if verdict in self.verdicts]
        return {
            "station": self.station, "recipe": self.recipe, "lot": self.lot, "since": self.since, "until": self.until,
            "part": self.part, "nest": self.nest, "verdicts": names,
        }  # fmt: skip

    def of_counts(self, table: str) -> list[str]:
        """Return the conditions that the counts know too, but for the time."""
        said = (("station_key", "station"), ("recipe", "recipe"), ("lot", "lot"))
        return [f"{table}.{column} = %({name})s" for column, name in said if getattr(self, name)]

    def of_parts(self) -> list[str]:
        """Return the conditions on the parts themselves."""
        wanted = self.of_counts("r")
        if self.part:  # each has an index of the rows that have it
            wanted.append("(r.trigger_id = %(part)s OR r.part_serial = %(part)s)")
        if self.nest:
            wanted.append("r.nest = %(nest)s")
        if self.since is not None:
            wanted.append("r.time >= %(since)s")
        if self.until is not None:
            wanted.append("r.time < %(until)s")
        if self.verdicts:
            wanted.append("r.verdict = ANY(%(verdicts)s)")
            if Verdict.PASS not in self.verdicts:
                wanted.append("r.verdict <> 'PASS'")  # which has an index of its own
        return wanted


def station_key_of(pool: ReadPool, said: str) -> str | None:
    """Return the key of a station that is called so, or has that key; None where none does.

    Raises:
        FleetError: If the database cannot be asked.
    """
    rows = pool.rows(
        "SELECT key FROM inspector.stations WHERE name = %(said)s OR key = %(said)s ORDER BY key <> %(said)s LIMIT 1",
        {"said": said},
    )
    return str(rows[0]["key"]) if rows else None


def station_names(pool: ReadPool) -> list[str]:
    """Return what the stations are called.

    Raises:
        FleetError: If the database cannot be asked.
    """
    return [str(row["name"]) for row in pool.rows("SELECT name FROM inspector.stations ORDER BY lower(name), name")]


def parts(pool: ReadPool, query: FleetQuery, before: FleetPart | None, limit: int) -> tuple[list[FleetPart], bool]:
    """Return parts, the newest first, and whether there are older ones.

    Args:
        pool: Connections to the database.
        query: Which parts are meant.
        before: Only what is older than this part.
        limit: How many at the most.

    Raises:
        FleetError: If the database cannot be asked.
    """
    wanted, values = query.of_parts(), query.values()
    if before is not None:
        wanted.append("r.time <= %(time)s AND (r.time, r.station_key, r.id) < (%(time)s, %(key)s, %(id)s)")
        values |= {"time": before.time, "key": before.station_key, "id": before.id}
    statement = (
        "SELECT r.station_key, r.id, r.time, "  # noqa: S608 - names of the schema
        "coalesce(s.name, r.station, '') AS station, r.verdict, r.reason, "
        "r.p_defective, r.recipe, r.recipe_version, r.lot, r.part_number, r.part_serial, r.nest, r.trigger_id "
        "FROM inspector.results r LEFT JOIN inspector.stations s ON s.key = r.station_key "
        f"{_where(wanted)} ORDER BY r.time DESC, r.station_key DESC, r.id DESC LIMIT %(limit)s"
    )
    rows = pool.rows(statement, values | {"limit": limit + 1})
    return [FleetPart(**row) for row in rows[:limit]], len(rows) > limit


def count(pool: ReadPool, query: FleetQuery) -> Tally:
    """Count the parts of a query: whole quarters of an hour from the counts, the rest from the parts themselves.

    Raises:
        FleetError: If the database cannot be asked.
    """
    if query.part or query.nest:  # the counts know neither
        of_part = f"SELECT {_AS_COUNTS} FROM inspector.results r {_where(query.of_parts())}"  # noqa: S608
        (row,) = pool.rows(f"SELECT {_SUMS} FROM ({of_part}) counted", query.values())  # noqa: S608
        return Tally(**{name: row[name] for name in _COUNTS})
    wanted, values = query.of_counts("c"), query.values()
    edges: list[str] = []
    since, until = query.since, query.until
    first = None if since is None else _floor(since + QUARTER - timedelta(microseconds=1))
    last = None if until is None else _floor(until)
    if first is not None and last is not None and first > last:
        edges.append("r.time >= %(since)s AND r.time < %(until)s")
        wanted.append("false")
    else:
        if first is not None:
            wanted.append("c.quarter >= %(first)s")
            if first != since:
                edges.append("r.time >= %(since)s AND r.time < %(first)s")
        if last is not None:
            wanted.append("c.quarter < %(last)s")
            if last != until:
                edges.append("r.time >= %(last)s AND r.time < %(until)s")
    pieces = [f"SELECT {', '.join(f'c.{name}' for name in _COUNTS)} FROM inspector.counts c {_where(wanted)}"]  # noqa: S608
    pieces += [
        f"SELECT {_AS_COUNTS} FROM inspector.results r {_where([*query.of_counts('r'), edge])}"  # noqa: S608
        for edge in edges
    ]
    (row,) = pool.rows(
        f"SELECT {_SUMS} FROM ({' UNION ALL '.join(pieces)}) counted",  # noqa: S608 - names of the schema
        values | {"first": first, "last": last},
    )
    kept = {_OF_VERDICT[verdict.value] for verdict in query.verdicts} or set(_COUNTS)
    return Tally(**{name: row[name] for name in _COUNTS if name in kept})


def part(pool: ReadPool, station_key: str, part_id: str) -> FleetRecord | None:
    """Return a part's whole record; None if it is not there.

    Raises:
        FleetError: If the database cannot be asked.
    """
    values = {"key": station_key, "id": part_id}
    rows = pool.rows(
        "SELECT r.*, coalesce(s.name, r.station) AS station_name, s.host, p.address AS sent_to, "
        "p.sha256 AS sent_sha256, p.heatmap_address AS sent_heatmap, nullif(p.why, '') AS never_sent "
        "FROM inspector.results r "
        "LEFT JOIN inspector.stations s ON s.key = r.station_key "
        "LEFT JOIN inspector.pictures p ON p.station_key = r.station_key AND p.id = r.id "
        "WHERE r.station_key = %(key)s AND r.id = %(id)s",
        values,
    )
    if not rows:
        return None
    row = rows[0]
    joined = {name: row.pop(name) for name in ("host", "sent_to", "sent_sha256", "sent_heatmap", "never_sent")}
    reviews = pool.rows(
        "SELECT said.time, said.reviewer, said.judgement, said.defect_type, said.note, said.queue, said.blind, "
        "said.judgement IS NOT NULL AND NOT EXISTS (SELECT 1 FROM inspector.reviews later "
        "WHERE later.station_key = said.station_key AND later.undoes = said.id) AS stands "
        "FROM inspector.reviews said WHERE said.station_key = %(key)s AND said.inspection_id = %(id)s "
        "ORDER BY said.number",
        values,
    )
    station = row.pop("station_name")
    return FleetRecord(row=row, station=station, **joined, reviews=[SaidOfPart(**said) for said in reviews])


def _where(conditions: list[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


def _floor(time: datetime) -> datetime:
    """Return the beginning of a moment's quarter of an hour."""
    return time.replace(minute=time.minute // 15 * 15, second=0, microsecond=0)
