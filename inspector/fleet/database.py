"""The database of many stations, as one of them writes it: its entry among the stations, its rows, how it is doing."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from inspector.fleet.columns import TABLES, columns_of, values_of
from inspector.fleet.faults import FleetError, RowsRefusedError, fault_of
from inspector.fleet.link import check_tables, open_connection
from inspector.outputs.outbox import RowKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import Connection

    from inspector.fleet.address import DatabaseAddress
    from inspector.outputs.outbox import OutboxRow
    from inspector.outputs.pulse import LinePulse

#: Heard so recently from another computer under this station's key: its disk was copied.
_LATELY = timedelta(minutes=2)
_REGISTER = """
INSERT INTO inspector.stations (key, name, host, software_version) VALUES (%(key)s, %(name)s, %(host)s, %(version)s)
ON CONFLICT (key) DO UPDATE SET name = EXCLUDED.name, host = EXCLUDED.host, software_version = EXCLUDED.software_version
"""
_REPORT = """
UPDATE inspector.stations SET heard = now(), waiting = %(waiting)s, waiting_since = %(since)s, set_aside = %(aside)s,
    clock_ahead_s = %(ahead)s, pictures_waiting = %(pictures_waiting)s, pictures_lost = %(pictures_lost)s
WHERE key = %(key)s
"""
_LINE = """
UPDATE inspector.stations SET line_heard = %(time_utc)s, line_runs = %(running)s, face = %(face)s, recipe = %(recipe)s,
    recipe_version = %(recipe_version)s, lot = %(lot)s, model = %(model)s, model_sha256 = %(model_sha256)s,
    fail_at = %(fail_at)s, review_from = %(review_from)s, strange_from = %(strange_from)s
WHERE key = %(key)s
"""
_NOTE_PICTURE = """
INSERT INTO inspector.pictures (station_key, id, address, sha256, size_bytes, heatmap_address, why)
VALUES (%(key)s, %(id)s, %(address)s, %(sha256)s, %(size_bytes)s, %(heatmap_address)s, %(why)s)
ON CONFLICT (station_key, id) DO UPDATE SET address = EXCLUDED.address, sha256 = EXCLUDED.sha256,
    size_bytes = EXCLUDED.size_bytes, heatmap_address = EXCLUDED.heatmap_address, why = EXCLUDED.why, received = now()
"""
_OF_LINE = (
    *("time_utc", "running", "face", "recipe", "recipe_version", "lot", "model", "model_sha256"),
    *("fail_at", "review_from", "strange_from"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StationIdentity:
    """Who sends.

    Args:
        key: The same for ever, whatever the station is called.
        name: Stands in every row; no two stations have the same.
        host: The computer's name.
        version: Of the program.
    """

    key: str
    name: str
    host: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureNote:
    """Where the kept picture of a part is.

    Args:
        id: Of the part.
        address: A file's path, or an object's address; None where it will never come.
        why: Why it will never come; empty where it has.
    """

    id: str
    address: str | None = None
    sha256: str | None = None
    size_bytes: int | None = None
    heatmap_address: str | None = None
    why: str = ""


class FleetDatabase:
    """One connection. Used by one thread.

    Args:
        station: Who sends; its rows and its entry carry its key.

    Raises:
        FleetError: If it cannot be reached, or has not the tables that are needed.
    """

    def __init__(self, address: DatabaseAddress, station: StationIdentity) -> None:
        self._address, self._station = address, station
        self._connection: Connection[Any] = open_connection(address)
        try:
            self._check_version()
        except BaseException:
            self._connection.close()
            raise

    def _check_version(self) -> None:
        with self._errors():
            check_tables(self._connection, self._address)

    def register(self) -> str:
        """Enter the station, or its new name.

        Returns:
            What is odd about it, as a sentence; empty where nothing is.

        Raises:
            FleetError: If another station has the name.
        """
        me = self._station
        with self._errors(), self._connection.transaction():
            before = self._row("SELECT host, heard, now() FROM inspector.stations WHERE key = %s", me.key)
            taken = self._row(
                "SELECT host, heard, now() FROM inspector.stations WHERE name = %s AND key <> %s", me.name, me.key
            )
            if taken is None:
                values = {"key": me.key, "name": me.name, "host": me.host, "version": me.version}
                self._connection.execute(_REGISTER, values)
        if taken is not None:
            raise FleetError(
                f"another station of the database is called “{me.name}” too: on {taken[0]}, heard last "
                f"{taken[1]:%Y-%m-%d %H:%M} UTC",
                "Give this station a name of its own (Settings → Station, or “inspector fleet connect”). Where it "
                "stands in for that one, run “inspector fleet replace”. Until then results wait here.",
            )
        if before is not None and before[0] != me.host and before[2] - before[1] < _LATELY:
            return (
                f"The computer {before[0]} sends to the database as this station too. Where one's disk was copied from "
                "the other, delete fleet.json in the data folder of one of them and give it another name"
            )
        return ""

    def replace(self) -> str:
        """Take the name over from the station that has it, which is renamed; return what that one is called now.

        Raises:
            FleetError: If no other station has the name.
        """
        me = self._station
        with self._errors(), self._connection.transaction():
            renamed = self._row(
                "UPDATE inspector.stations SET name = name || ' (until ' || to_char(now(), 'YYYY-MM-DD HH24:MI:SS') "
                "|| ', ' || host || ')' WHERE name = %s AND key <> %s RETURNING name",
                *(me.name, me.key),
            )
        if renamed is None:
            raise FleetError(f"no other station of the database is called “{me.name}”", "Nothing was changed.")
        self.register()
        return str(renamed[0])

    def send(self, rows: Sequence[OutboxRow]) -> None:
        """Bring rows into the database, all or none; those that it has already stay as they are.

        Raises:
            RowsRefusedError: If it can never take them as they are.
            FleetError: If it could not be reached, or refuses for now; they may be there all the same.
        """
        try:
            batches = {kind: [values_of(row.values or {}) for row in rows if row.kind is kind] for kind in RowKind}
            texts = {kind: json.dumps(values) for kind, values in batches.items() if values}
        except (ValueError, KeyError, TypeError) as error:
            raise RowsRefusedError(f"it holds what no row has: {error}") from error
        with self._errors(), self._connection.transaction():
            for kind, text in texts.items():
                self._connection.execute(_insert_into(kind), (self._station.key, text))

    def note_pictures(self, notes: Sequence[PictureNote]) -> None:
        """Note where pictures are, all or none; what is noted of a part takes the place of what was.

        Raises:
            RowsRefusedError: If it can never take them as they are.
            FleetError: If it could not be reached, or refuses for now; they may be there all the same.
        """
        with self._errors(), self._connection.transaction():
            for note in notes:
                self._connection.execute(_NOTE_PICTURE, asdict(note) | {"key": self._station.key})

    def report(
        self,
        *,
        waiting: int,
        since: datetime | None,
        aside: int,
        line: LinePulse | None,
        pictures: tuple[int, int] = (0, 0),
    ) -> float:
        """Say how the station is doing; return by how many seconds its clock is ahead of the database's.

        Args:
            waiting: Rows that have not been sent.
            since: When the oldest of them was captured.
            aside: Rows that the database can never take.
            line: What the line says of itself; None where none has ever run.
            pictures: How many kept pictures wait, and how many are lost.

        Raises:
            FleetError: If the database could not be reached.
        """
        with self._errors(), self._connection.transaction():
            asked = datetime.now(UTC)
            there = self._row("SELECT clock_timestamp()")
            now = datetime.now(UTC)
            assert there is not None
            ahead = ((asked + (now - asked) / 2) - there[0]).total_seconds()
            values = {"waiting": waiting, "since": since, "aside": aside, "ahead": ahead, "key": self._station.key}
            values |= {"pictures_waiting": pictures[0], "pictures_lost": pictures[1]}
            self._connection.execute(_REPORT, values)
            if line is not None:
                said = {name: getattr(line, name) for name in _OF_LINE}
                self._connection.execute(_LINE, said | {"key": self._station.key})
        return float(ahead)

    def close(self) -> None:
        """Close; may be called twice."""
        self._connection.close()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _row(self, statement: str, *values: object) -> Any:  # noqa: ANN401 - a tuple or None
        return self._connection.execute(statement, values).fetchone()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        import psycopg

        try:
            yield
        except (psycopg.Error, UnicodeError, ValueError) as error:
            fault = fault_of(error)
            if fault.lasting:
                raise RowsRefusedError(fault.what) from error
            raise fault.as_error(self._address) from error


def _insert_into(kind: RowKind) -> str:
    columns = columns_of(kind)
    names = ", ".join(columns)
    # JSON of the log comes as text, and is read there
    typed = ", ".join(f"{name} {'text' if type_ == 'jsonb' else type_}" for name, type_ in columns.items())
    chosen = ", ".join(f"sent.{name}::{type_}" for name, type_ in columns.items())
    rows = f"SELECT %s, {chosen} FROM json_to_recordset(%s::json) AS sent({typed})"  # noqa: S608 - names of the schema
    return f"INSERT INTO inspector.{TABLES[kind]} (station_key, {names}) {rows} ON CONFLICT DO NOTHING"
