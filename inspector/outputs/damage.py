"""Rows of a log that cannot be read: noted by number, while the rows around them are served."""

from __future__ import annotations

import contextlib
import threading
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

from inspector.domain.counts import counted, verb
from inspector.outputs.log_words import said_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from inspector.outputs.kept_places import KeptPlaces

#: What SQLite and Python say where a part of the file is damaged and the rest may well be read.
_SIGNS = ("malformed", "Could not decode to UTF-8", "disk I/O error")
#: What the tables hold, in the user's words.
_CALLED = {"inspections": "parts"}
_NAMED = 1000
_SHOWN = 3
_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class UnreadableRow:
    """A row that cannot be read.

    Args:
        table: “inspections” or “reviews”.
        number: SQLite's rowid, which is the order of the commits.
        why: What is wrong with it, in words.
    """

    table: str
    number: int
    why: str


class Unreadable:
    """What could not be read of a log so far; any thread may ask and note."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: set[tuple[str, int]] = set()
        self._named: list[UnreadableRow] = []

    def note(self, table: str, number: int, why: str) -> None:
        """Note a row once, however often it is met."""
        with self._lock:
            if (table, number) in self._numbers:
                return
            self._numbers.add((table, number))
            if len(self._named) < _NAMED:
                self._named.append(UnreadableRow(table, number, why))

    def clear(self) -> None:
        """Forget all: the log is another."""
        with self._lock:
            self._numbers.clear()
            self._named.clear()

    @property
    def count(self) -> int:
        """How many rows could not be read."""
        with self._lock:
            return len(self._numbers)

    @property
    def rows(self) -> tuple[UnreadableRow, ...]:
        """The first of them, by table and number."""
        with self._lock:
            return tuple(sorted(self._named, key=lambda row: (row.table, row.number)))

    def words(self) -> str:
        """Say how many rows are left out, and name the first; empty where all can be read."""
        count, rows = self.count, self.rows
        if not count:
            return ""
        named = "; ".join(
            f"row {row.number} of the {_CALLED.get(row.table, row.table)}: {row.why}" for row in rows[:_SHOWN]
        )
        more = f"; and {count - _SHOWN} more" if count > _SHOWN else ""
        return f"{counted(count, 'row')} of the log cannot be read and {verb(count, 'is')} left out ({named}{more})"


class Reader:
    """What reads a log past its damage; any thread.

    Args:
        reading: Gives a connection of one's own.
        errors: Turns the library's errors into `LogError`, with what was tried.
        kept: Says where kept pictures lie now.
    """

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[Connection]],
        errors: Callable[[str], AbstractContextManager[None]],
        kept: KeptPlaces,
    ) -> None:
        self._reading = reading
        self._errors = errors
        self._kept = kept
        self.unreadable = Unreadable()  #: the rows that could not be read so far


def is_damage(error: BaseException) -> bool:
    """Say whether an error of the database is about a part of the file, so that other parts may be read."""
    cause = str(getattr(error, "orig", None) or error)
    return any(sign in cause for sign in _SIGNS)


def readable_rows(
    connection: Connection, table: str, numbers: Sequence[int], unreadable: Unreadable
) -> Iterator[dict[str, Any]]:
    """Read the rows with these numbers, past those that cannot be read; ``sequence`` is the number.

    Args:
        connection: Its texts may be no UTF-8; such bytes come as “�”.
        table: The table's name.
        numbers: In the order in which the rows are wanted, all of them there.
        unreadable: Takes the rows that cannot be read.
    """
    driver: Any = connection.connection.driver_connection
    driver.text_factory = _lenient
    try:
        for start in range(0, len(numbers), _AT_ONCE):
            yield from _read(connection, table, list(numbers[start : start + _AT_ONCE]), unreadable)
    finally:
        driver.text_factory = str


def _read(connection: Connection, table: str, numbers: list[int], unreadable: Unreadable) -> list[dict[str, Any]]:
    """Read some rows at once; where that fails, the halves of them."""
    wanted = ",".join(map(str, numbers))
    statement = f"SELECT rowid AS sequence, * FROM {table} NOT INDEXED WHERE rowid IN ({wanted})"  # noqa: S608 - numbers
    try:
        rows = {row["sequence"]: dict(row) for row in connection.exec_driver_sql(statement).mappings()}
    except DBAPIError as error:
        if not is_damage(error):
            raise
        connection.rollback()
        if len(numbers) > 1:
            middle = len(numbers) // 2
            halves = (numbers[:middle], numbers[middle:])
            return [row for half in halves for row in _read(connection, table, half, unreadable)]
        unreadable.note(table, numbers[0], said_of(error).words)
        return []
    for number in numbers:
        if number not in rows:
            unreadable.note(table, number, "it is in an index, and not in its table")
    return [rows[number] for number in numbers if number in rows]


def all_numbers(connection: Connection, table: str) -> Sequence[int]:
    """Return the numbers of all rows, in order, from whatever of table and indexes can be read.

    Raises:
        DBAPIError: If none of them can.
    """
    indexes = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND coalesce(sql, '') NOT LIKE '%WHERE%'",
        (table,),
    ).scalars()
    last: DBAPIError | None = None
    known: set[int] = set()
    for source in ("NOT INDEXED", *(f'INDEXED BY "{name}"' for name in indexes.all())):
        statement = f"SELECT rowid FROM {table} {source}"  # noqa: S608 - names of the schema
        try:
            numbers = array("q", connection.exec_driver_sql(statement).scalars())
        except DBAPIError as error:
            if not is_damage(error):
                raise
            connection.rollback()
            last = error
            continue
        if not last:
            return numbers  # the table itself is whole
        known.update(numbers)
    if not known and last is not None:
        known.update(_numbers_that_can_be_read(connection, table))
    return sorted(known)


def _numbers_that_can_be_read(connection: Connection, table: str) -> Iterator[int]:
    """Walk a table of which no index can be read, from both ends up to what is damaged."""
    for order in ("ASC", "DESC"):
        statement = f"SELECT rowid FROM {table} NOT INDEXED ORDER BY rowid {order}"  # noqa: S608 - names of the schema
        with contextlib.suppress(DBAPIError):
            yield from connection.exec_driver_sql(statement).scalars()
    connection.rollback()


def _lenient(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
