"""The stations of a fleet as the database knows them: heard when, doing what, with which recipe, what waits."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from inspector.domain.counts import counted
from inspector.domain.tally import Tally
from inspector.fleet.status import CLOCK_S, clock_words, pictures_wait, span
from inspector.outputs.counted import Counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.fleet.pool import ReadPool

#: A station says every 15 s how it is doing; after so long it is late, and then no longer heard.
LATE, SILENT = timedelta(minutes=1), timedelta(minutes=5)
#: A line that runs says so every second; by so much its last word may be older than the station's.
_LINE_STALE = timedelta(seconds=30)
#: What is heard of a station whose line cannot be trusted, beside the words of `inspector.engine.faces`.
_FAULTY = frozenset({"NO CAMERA", "NO SOURCE", "NOT RECORDED", "LINE FAULT", "TOO SLOW", "NOT RELEASED"})
_REPLACED = re.compile(r" \(until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d, .*\)$")
Hearing = Literal["heard", "late", "not heard", "replaced"]

_STATIONS = """
SELECT s.key, s.name, s.host, s.software_version, s.first_heard, s.heard, s.clock_ahead_s, s.waiting, s.waiting_since,
       s.set_aside, s.pictures_waiting, s.pictures_lost, s.line_heard, s.line_runs, s.face, s.recipe, s.recipe_version,
       s.lot, s.model, s.model_sha256, s.fail_at, s.review_from, s.strange_from, now() AS now,
       last.time AS last_part, last.verdict AS last_verdict, last.id AS last_id,
       coalesce(c.passed, 0) AS passed, coalesce(c.failed, 0) AS failed, coalesce(c.review, 0) AS review,
       coalesce(c.error, 0) AS error
FROM inspector.stations s
LEFT JOIN LATERAL (
    SELECT r.time, r.verdict, r.id FROM inspector.results r WHERE r.station_key = s.key ORDER BY r.time DESC LIMIT 1
) last ON true
LEFT JOIN (
    SELECT station_key, sum(passed)::bigint AS passed, sum(failed)::bigint AS failed, sum(review)::bigint AS review,
           sum(error)::bigint AS error
    FROM inspector.counts WHERE quarter >= %(since)s GROUP BY station_key
) c ON c.station_key = s.key
ORDER BY lower(s.name), s.name
"""


class FleetStation(BaseModel):
    """One station. Times are UTC; what it has never said is null."""

    model_config = ConfigDict(frozen=True)

    key: str  #: the same for ever, whatever the station is called
    name: str
    host: str
    software_version: str
    hearing: Hearing
    heard: datetime
    face: str  #: one word: what its line does, or that it is not heard
    faulty: bool  #: whether somebody should look
    problems: list[str]  #: what is wrong, each a sentence
    line_heard: datetime | None
    recipe: str | None
    recipe_version: int | None
    lot: str | None
    model: str | None
    model_sha256: str | None
    fail_at: float | None
    review_from: float | None
    strange_from: float | None
    waiting: int  #: rows that it has not sent yet
    waiting_since: datetime | None
    set_aside: int  #: rows that the database refuses for good
    pictures_waiting: int  #: kept pictures that it has not sent yet, up to 10,000
    pictures_lost: int  #: kept pictures that it will never send, as they are not there any more
    clock_ahead_s: float | None  #: of the database's
    counts: Counted  #: since the beginning of the period
    last_part: datetime | None
    last_verdict: str | None
    last_id: str | None
    differs: list[str] = []  #: names of fields in which it is not like most

    @property
    def is_replaced(self) -> bool:
        """Whether another station stands in for it."""
        return self.hearing == "replaced"

    @property
    def picture_words(self) -> str:
        """How many kept pictures wait and are lost; empty where none is."""
        said = [pictures_wait(self.pictures_waiting)] if self.pictures_waiting else []
        said += [f"{self.pictures_lost:,} will never come"] if self.pictures_lost else []
        return "; ".join(said)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> FleetStation:
        """Return the station of a row of the database."""
        hearing = _hearing(row)
        face, faulty = _face(row, hearing)
        tally = Tally(**{name: row[name] for name in ("passed", "failed", "review", "error")})
        fields = {name: row[name] for name in cls.model_fields if name in row}
        return cls(
            **fields
            | {
                "hearing": hearing,
                "face": face,
                "faulty": faulty,
                "problems": [] if hearing == "replaced" else _problems(row, hearing, face),
                "counts": Counted.of(tally),
            }
        )


def stations(pool: ReadPool, since: datetime) -> list[FleetStation]:
    """Return all stations, by their names.

    Args:
        pool: Connections to the database.
        since: Parts are counted from here on; a quarter of an hour.

    Raises:
        FleetError: If the database cannot be asked.
    """
    return [FleetStation.of(row) for row in pool.rows(_STATIONS, {"since": since})]


def _hearing(row: Mapping[str, Any]) -> Hearing:
    if _REPLACED.search(row["name"]):
        return "replaced"
    ago = row["now"] - row["heard"]
    if ago > SILENT:
        return "not heard"
    return "late" if ago > LATE else "heard"


def _face(row: Mapping[str, Any], hearing: Hearing) -> tuple[str, bool]:
    if hearing != "heard":
        return hearing.upper(), hearing != "replaced"
    if row["line_heard"] is None:
        return "NO LINE", False
    ahead = timedelta(seconds=row["clock_ahead_s"] or 0.0)
    if row["line_runs"] and row["heard"] - (row["line_heard"] - ahead) > _LINE_STALE:
        return "STALE", True
    face = row["face"] or "NO LINE"
    return face, face in _FAULTY


def _problems(row: Mapping[str, Any], hearing: Hearing, face: str) -> list[str]:
    said = []
    if hearing != "heard":
        ago = span((row["now"] - row["heard"]).total_seconds())
        said.append(f"It was last heard {ago} ago: nobody knows here whether it inspects.")
    elif face == "STALE":
        said.append("The station is heard, its line is not: nobody knows whether parts are inspected.")
    if row["waiting"] and row["waiting_since"] and row["now"] - row["waiting_since"] > LATE:
        wait = "waits" if row["waiting"] == 1 else "wait"
        said.append(f"{counted(row['waiting'], 'row')} {wait} there to be sent.")
    if row["set_aside"]:
        said.append(f"The database refuses {counted(row['set_aside'], 'row')} for good; the station names them.")
    if row["clock_ahead_s"] is not None and abs(row["clock_ahead_s"]) > CLOCK_S:
        said.append(f"Its clock is {clock_words(row['clock_ahead_s'])} the database's: its parts have wrong times.")
    return said
