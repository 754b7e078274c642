"""The outbox of the result log: what was recorded, for those who pass it on; each has a mark of what it has taken.

An entry names a row and never holds it: rows of parts and reviews do not change once they are there. The time that a
part's commit took is known later and stands beside the row (`commit_times`); whoever passes rows on leaves it out.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import Connection, Select, create_engine, delete, event, func, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from inspector.domain.errors import LogError
from inspector.outputs.log_handle import log_errors
from inspector.outputs.rows import parse_time, time_text
from inspector.outputs.schema import HEAD, inspections, outbox, outbox_aside, outbox_consumers, reviews

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Table

#: The consumer that sends to the database of many stations.
FLEET = "fleet"
#: The consumer that sends kept pictures.
PICTURES = "pictures"
#: The consumer that publishes at an MQTT broker.
MQTT = "mqtt"
_BUSY_S = 5.0
#: So many entries are removed at once: the file is held for writing meanwhile, for 2 ms.
_REMOVED_AT_ONCE = 1000


class RowKind(StrEnum):
    """Which table an entry's row is in."""

    PART = "part"
    REVIEW = "review"


_TABLES = {RowKind.PART: inspections, RowKind.REVIEW: reviews}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A row that waits.

    Args:
        seq: Its place; 0 for one that was set aside.
        kind: Tells the table.
        values: Its columns as they are in the log; None where the row is no longer there.
    """

    seq: int
    kind: RowKind
    row_id: str
    values: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A row that the other side can never take.

    Args:
        kind: Tells the table.
        time: When that was found out, UTC.
        why: What the other side said.
    """

    kind: RowKind
    row_id: str
    time: datetime
    why: str


class Outbox:
    """One consumer's view of a log's outbox, beside a running station; any thread.

    Every call has a connection of its own, so that a log which was replaced meanwhile is the one that is read. Where a
    power cut takes back what a consumer has noted as taken, it takes it again: the other side must know rows by their
    id.

    Args:
        path: The result log.
        consumer: As “fleet”: each has its own mark.
        busy_s: How long another writer is waited for, seconds.
    """

    def __init__(self, path: Path, consumer: str, *, busy_s: float = _BUSY_S) -> None:
        self.path = Path(path)
        self.consumer = consumer
        self._busy_s = busy_s
        self._engine = create_engine("sqlite://", creator=self._connect, poolclass=NullPool)
        event.listen(self._engine, "connect", _on_connect)
        self._shared: Connection | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let all calls within the block share one connection: making one takes longer than reading. One thread.

        Hold it for a second at most: a log that is replaced meanwhile is not noticed, and cannot be on Windows.

        Raises:
            LogError: If the log cannot be read.
        """
        with self._reading() as connection:
            self._shared = connection
            try:
                yield
            finally:
                self._shared = None

    def version(self) -> int:
        """Return a number that changes once somebody else has committed; only within one `held` block.

        Raises:
            LogError: If the log cannot be read.
        """
        with self._reading() as connection:
            return int(connection.exec_driver_sql("PRAGMA data_version").scalar() or 0)

    # --- who consumes -------------------------------------------------------------------------------------------------

    def subscribe(self) -> None:
        """Have noted what is recorded from now on; does nothing where that is so already.

        Raises:
            LogError: If the log is not there, of another version, or cannot be written.
        """
        if self.is_subscribed():
            return
        newest = select(func.coalesce(func.max(outbox.c.seq), 0)).scalar_subquery()
        now = time_text(datetime.now(UTC))
        with self._writing() as connection:
            statement = insert_or(outbox_consumers).values(name=self.consumer, taken=newest, since_utc=now)
            connection.execute(statement.on_conflict_do_nothing())

    def unsubscribe(self) -> None:
        """Have nothing noted any more, and forget what waits; does nothing where that is so already.

        Raises:
            LogError: See `subscribe`.
        """
        if not self.is_subscribed():
            return
        with self._writing() as connection:
            connection.execute(delete(outbox_consumers).where(outbox_consumers.c.name == self.consumer))
            connection.execute(delete(outbox_aside).where(outbox_aside.c.consumer == self.consumer))
        removed = _REMOVED_AT_ONCE
        while removed:
            with self._writing() as connection:
                removed = _remove_taken(connection)

    def is_subscribed(self) -> bool:
        """Return whether what is recorded is noted for this consumer.

        Raises:
            LogError: If the log is not there, of another version, or cannot be read.
        """
        with self._reading() as connection:
            return _taken(connection, self.consumer) is not None

    def add_all(self) -> int:
        """Have everything in the log wait, also what is older than the consumer; return how many rows that are.

        Raises:
            LogError: See `subscribe`.
        """
        added = 0
        for kind, table in _TABLES.items():
            number, last = 0, -1
            while number != last:
                last = number
                with self._writing() as connection:
                    some = text(
                        f"SELECT rowid, id FROM {table.name} WHERE rowid > :after ORDER BY rowid LIMIT :most"  # noqa: S608
                    )
                    rows = connection.execute(some, {"after": number, "most": _REMOVED_AT_ONCE}).all()
                    if rows:
                        connection.execute(insert(outbox), [{"kind": kind.value, "row_id": row[1]} for row in rows])
                        number = rows[-1][0]
                added += len(rows)
        return added

    # --- what waits ---------------------------------------------------------------------------------------------------

    def waiting(self, *, after: int = 0) -> int:
        """Return how many rows wait; 0 where there is no such consumer.

        Args:
            after: Only those behind this entry.

        Raises:
            LogError: If the log cannot be read.
        """
        with self._reading() as connection:
            taken = _taken(connection, self.consumer)
            newest = connection.execute(select(func.max(outbox.c.seq))).scalar()
        # numbers have no gaps
        return 0 if taken is None or newest is None else max(0, int(newest) - max(taken, after))

    def waiting_pictures(self, most: int) -> int:
        """Return how many parts that wait have a kept picture, up to a number.

        Raises:
            LogError: If the log cannot be read.
        """
        with self._reading() as connection:
            some = unsent_pictures(self.consumer).limit(most).subquery()
            return int(connection.execute(select(func.count()).select_from(some)).scalar() or 0)

    def read(self, limit: int, *, after: int = 0) -> list[OutboxRow]:
        """Return the rows that wait longest, in the order of their commits.

        Args:
            after: Only those behind this entry.

        Raises:
            LogError: If the log cannot be read.
        """
        with self._reading() as connection:
            taken = _taken(connection, self.consumer)
            if taken is None:
                return []
            entries = select(outbox).where(outbox.c.seq > max(taken, after)).order_by(outbox.c.seq).limit(limit)
            return _with_rows(connection, [(row.seq, row.kind, row.row_id) for row in connection.execute(entries)])

    def read_set_aside(self) -> list[OutboxRow]:
        """Return the rows that were set aside, to be tried once more.

        Raises:
            LogError: If the log cannot be read.
        """
        names = [(0, aside.kind, aside.row_id) for aside in self.set_aside()]
        with self._reading() as connection:
            return _with_rows(connection, names)

    def set_aside(self) -> list[SetAside]:
        """Return what was set aside, the oldest first.

        Raises:
            LogError: If the log cannot be read.
        """
        statement = select(outbox_aside).where(outbox_aside.c.consumer == self.consumer)
        with self._reading() as connection:
            return [
                SetAside(kind=RowKind(row.kind), row_id=row.row_id, time=parse_time(row.time_utc), why=row.why)
                for row in connection.execute(statement.order_by(outbox_aside.c.time_utc))
            ]

    # --- what was taken -----------------------------------------------------------------------------------------------

    def take(self, upto: int, aside: Sequence[tuple[OutboxRow, str]] = ()) -> None:
        """Note that the other side has the rows up to an entry; what all consumers have is removed.

        Args:
            upto: The entry's place.
            aside: Rows up to there that it can never take, each with the reason.

        Raises:
            LogError: If the log cannot be written; the rows will be read again.
        """
        mark = update(outbox_consumers).where(outbox_consumers.c.name == self.consumer, outbox_consumers.c.taken < upto)
        with self._writing() as connection:
            connection.execute(mark.values(taken=upto))
            self._put_aside(connection, aside)
            _remove_taken(connection)

    def take_back(self, taken: Sequence[OutboxRow], aside: Sequence[tuple[OutboxRow, str]]) -> None:
        """Note that the other side has rows now which were set aside, and why it still cannot take others.

        Raises:
            LogError: If the log cannot be written.
        """
        mine = outbox_aside.c.consumer == self.consumer
        with self._writing() as connection:
            for row in taken:
                of_row = (outbox_aside.c.kind == row.kind, outbox_aside.c.row_id == row.row_id)
                connection.execute(delete(outbox_aside).where(mine, *of_row))
            self._put_aside(connection, aside)

    def _put_aside(self, connection: Connection, aside: Sequence[tuple[OutboxRow, str]]) -> None:
        now = time_text(datetime.now(UTC))
        for row, why in aside:
            values = {"consumer": self.consumer, "kind": row.kind, "row_id": row.row_id, "time_utc": now, "why": why}
            connection.execute(insert(outbox_aside).prefix_with("OR REPLACE").values(values))

    # --- inside -------------------------------------------------------------------------------------------------------

    def _connect(self) -> sqlite3.Connection:
        uri = f"file:{quote(str(self.path.resolve()))}?mode=rw"
        return sqlite3.connect(uri, uri=True, timeout=self._busy_s, check_same_thread=False)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        if self._shared is not None:
            with log_errors(self.path, "read"):
                yield self._shared
                self._shared.rollback()  # the next call reads what is committed by then
            return
        if not self.path.is_file():
            raise LogError(f"there is no result log {self.path}", "Start the station once; it makes the log.")
        with log_errors(self.path, "read"), self._engine.connect() as connection:
            tables = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type='table'")).scalars())
            schema = None
            if "alembic_version" in tables:
                schema = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if schema != HEAD:
                raise LogError(
                    f"the log {self.path} has schema {schema or 'none'}, this program knows {HEAD}",
                    "Start the station with this version of the program; it brings an older log up to date.",
                )
            connection.rollback()
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._reading() as connection, log_errors(self.path, "written"):
            connection.execute(text("BEGIN IMMEDIATE"))
            yield connection
            connection.commit()


def unsent_pictures(consumer: str = PICTURES) -> Select[Any]:
    """Return what reads the paths of kept pictures that a consumer has not taken yet; nothing where there is none."""
    taken = select(outbox_consumers.c.taken).where(outbox_consumers.c.name == consumer).scalar_subquery()
    waits = (outbox.c.seq > taken) & (outbox.c.kind == RowKind.PART.value)
    parts = outbox.join(inspections, inspections.c.id == outbox.c.row_id)
    path = inspections.c.picture_path
    return select(path).select_from(parts).where(waits, path.is_not(None))


def _on_connect(connection: sqlite3.Connection, _: object) -> None:
    # nothing here need survive a power cut, and moving the log's pages into the file is the station's work
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute("PRAGMA cache_size=-2000")


def _taken(connection: Connection, consumer: str) -> int | None:
    statement = select(outbox_consumers.c.taken).where(outbox_consumers.c.name == consumer)
    taken = connection.execute(statement).scalar()
    return None if taken is None else int(taken)


def _remove_taken(connection: Connection) -> int:
    """Remove the oldest entries that every consumer has, and never the newest one; return how many."""
    least = connection.execute(select(func.min(outbox_consumers.c.taken))).scalar()
    newest = connection.execute(select(func.max(outbox.c.seq))).scalar()
    if newest is None:
        return 0
    below = newest + 1 if least is None else min(least + 1, newest)
    first = select(outbox.c.seq).where(outbox.c.seq < below).order_by(outbox.c.seq).limit(_REMOVED_AT_ONCE)
    return int(connection.execute(delete(outbox).where(outbox.c.seq.in_(first.scalar_subquery()))).rowcount)


def _with_rows(connection: Connection, names: Sequence[tuple[int, str, str]]) -> list[OutboxRow]:
    there = {
        kind: _rows_of(connection, table, [row_id for _, named, row_id in names if named == kind])
        for kind, table in _TABLES.items()
    }
    return [
        OutboxRow(seq=seq, kind=RowKind(kind), row_id=row_id, values=there[RowKind(kind)].get(row_id))
        for seq, kind, row_id in names
    ]


def _rows_of(connection: Connection, table: Table, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    if not ids:
        return {}
    statement, names = select(table).where(table.c.id.in_(ids)), table.columns.keys()
    try:
        rows = connection.execute(statement).all()
    except DBAPIError as error:
        if "decode to UTF-8" not in str(error):
            raise
        # a text that is none is for the other side to refuse, row by row
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        rows = connection.execute(statement).all()
    return {values["id"]: values for values in (dict(zip(names, row, strict=True)) for row in rows)}
