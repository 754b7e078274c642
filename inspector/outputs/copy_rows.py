"""Copies a table of a damaged database row by row, past what cannot be read."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inspector.outputs.carve import rows_in
from inspector.outputs.chain import BEGIN
from inspector.outputs.review_reads import review_of
from inspector.outputs.rows import from_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_log = logging.getLogger(__name__)
_AT_ONCE = 20_000
_HIGHEST = 2**62
_SIZES = ("page_count", "page_size")
_NAMED = 20
_LEAST_ROW_BYTES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What was copied of a table.

    Args:
        copied: Rows in the new table.
        missing: Numbers of the rows that were there and could not be read.
        unknown: Whether not even that could be found out.
    """

    copied: int = 0
    missing: tuple[int, ...] = ()
    unknown: bool = False

    @property
    def lost(self) -> int:
        """How many could not be read, as far as that is known."""
        return len(self.missing)

    def named(self) -> str:
        """Name the first rows that were lost, in ranges."""
        ranges: list[list[int]] = []
        for number in self.missing[:_NAMED]:
            if ranges and number == ranges[-1][1] + 1:
                ranges[-1][1] = number
            else:
                ranges.append([number, number])
        words = ", ".join(f"{low}" if low == high else f"{low} to {high}" for low, high in ranges)
        return words + (", …" if self.lost > _NAMED else "")


def copy_table(new: sqlite3.Connection, table: str) -> Copied:
    """Copy a table of the database that is attached as “damaged” into the one of the same name.

    Args:
        new: In autocommit mode.
        table: Its columns stand in the same order in both.

    Raises:
        sqlite3.Error: If the table is not as it was made.
    """
    made = new.execute(
        "SELECT type, name, sql FROM main.sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL "
        "AND (type = 'trigger' OR (type = 'index' AND sql NOT LIKE 'CREATE UNIQUE%'))",
        (table,),
    ).fetchall()
    for kind, name, _ in made:
        new.execute(f"DROP {kind} main.{name}")  # at the end they are made at once, which is faster
    new.execute(f"DELETE FROM main.{table}")  # noqa: S608 - what the migrations have noted of the new file itself
    copier = _Copier(new, table)
    known = copier.known()
    for numbers, low, high in _spans(known) if known is not None else copier.walk():
        copier.copy(numbers, low, high)
    if known is not None:
        there = {number for (number,) in new.execute(f"SELECT rowid FROM main.{table}")}  # noqa: S608 - of the schema
        copier.lost = [number for number in known if number not in there]
    for _, _, sql in made:
        new.execute(sql)
    copied = new.execute(f"SELECT count(*) FROM main.{table}").fetchone()[0]  # noqa: S608 - a name of the schema
    return Copied(copied=copied, missing=tuple(copier.lost))


def copy_outbox(new: sqlite3.Connection) -> None:
    """Copy what waits to be passed on; where that cannot be read, everything waits again: rows are known by their id.

    Args:
        new: In autocommit mode; the damaged log is attached as “damaged”, and the rows are there.
    """
    copy = "INSERT INTO main.{0} SELECT * FROM damaged.{0}"
    try:
        new.execute(copy.format("outbox_consumers"))
    except sqlite3.Error as error:
        _log.warning("who passes rows on could not be read: %s. What was recorded before is not sent again", error)
        return
    with contextlib.suppress(sqlite3.Error):  # what is lost of it is found out anew
        new.execute(copy.format("outbox_aside"))
    try:
        new.execute(copy.format("outbox"))
    except sqlite3.Error as error:
        _log.warning("what waits to be passed on could not be read: %s. All rows are sent again", error)
        new.execute("UPDATE main.outbox_consumers SET taken = 0")
        for kind, table in (("part", "inspections"), ("review", "reviews")):
            rows = f"SELECT '{kind}', id FROM main.{table} ORDER BY rowid"  # noqa: S608 - names of the schema
            new.execute(f"INSERT INTO main.outbox (kind, row_id) {rows}")


def copy_figures(new: sqlite3.Connection, *, measured: bool) -> None:
    """Copy what is no evidence and may be lost: how long commits took, and what pictures are like.

    Args:
        new: In autocommit mode; the damaged log is attached as “damaged”.
        measured: Whether the log has the latter.
    """
    tables = {"commit_times": "how long commits took"} | (
        {"picture_measures": "what pictures are like"} if measured else {}
    )
    for table, what in tables.items():
        try:
            new.execute(f"INSERT INTO main.{table} SELECT * FROM damaged.{table}")  # noqa: S608 - names of the schema
        except sqlite3.Error as error:
            _log.warning("%s could not be read: %s", what, error)


def _spans(numbers: Sequence[int]) -> Iterator[tuple[Sequence[int], int, int]]:
    """Cut the numbers of rows into spans that leave no number out, also none that should not be there."""
    low = 0
    for start in range(0, max(1, len(numbers)), _AT_ONCE):
        after = numbers[start + _AT_ONCE : start + _AT_ONCE + 1]
        high = after[0] - 1 if len(after) else _HIGHEST
        yield numbers[start : start + _AT_ONCE], low, high
        low = high + 1


class _Copier:
    """Copies spans of one table."""

    def __init__(self, new: sqlite3.Connection, table: str) -> None:
        self._new = new
        self._table = table
        self.lost: list[int] = []
        columns = [row[1] for row in new.execute(f"PRAGMA main.table_info({table})")]
        if len(columns) != len(new.execute(f"PRAGMA damaged.table_info({table})").fetchall()):
            raise sqlite3.DatabaseError(f"the columns of {table} are not as they were made")
        key = "" if columns[0] == "number" else "rowid, "
        names = ", ".join(f'"{name}"' for name in columns)
        self._insert = (
            f"INSERT INTO main.{table} ({key}{names}) "  # noqa: S608 - names of the schema
            f"SELECT {key}* FROM damaged.{table} NOT INDEXED WHERE rowid BETWEEN ? AND ? ORDER BY rowid"
        )

    def copy(self, numbers: Sequence[int], low: int, high: int) -> None:
        """Copy the rows from one number to another; where that fails, the halves of those that are known."""
        try:
            self._new.execute(self._insert, (low, high))
        except sqlite3.Error:
            if len(numbers) == 0:
                return
            if len(numbers) == 1:
                if low != high:
                    self.copy(numbers, numbers[0], numbers[0])
                else:
                    self.lost.append(low)
                return
            middle = len(numbers) // 2
            self.copy(numbers[:middle], low, numbers[middle] - 1)
            self.copy(numbers[middle:], numbers[middle], high)

    def known(self) -> Sequence[int] | None:
        """Return the numbers of all rows from an index that can be read; None where there is none."""
        names = self._new.execute(
            "SELECT name FROM damaged.sqlite_master WHERE type = 'index' AND tbl_name = ? "
            "AND coalesce(sql, '') NOT LIKE '%WHERE%'",
            (self._table,),
        ).fetchall()
        for (name,) in names:
            statement = f'SELECT rowid FROM damaged.{self._table} INDEXED BY "{name}"'  # noqa: S608 - of the schema
            with contextlib.suppress(sqlite3.Error):
                return array("q", sorted(number for (number,) in self._new.execute(statement)))
        return None

    def walk(self) -> Iterator[tuple[Sequence[int], int, int]]:
        """Walk the table itself, over the gaps between its numbers, as far as rows can lie in a file of its size."""
        pages, size = (self._new.execute(f"PRAGMA damaged.{what}").fetchone()[0] for what in _SIZES)
        most, low = pages * size // _LEAST_ROW_BYTES, 0
        statement = f"SELECT min(rowid) FROM damaged.{self._table} NOT INDEXED WHERE rowid >= ?"  # noqa: S608 - of the schema
        while True:
            try:
                following = self._new.execute(statement, (low,)).fetchone()[0]
            except sqlite3.Error:
                following = low if low <= most else None
            if following is None:
                return
            low = following
            yield range(low, low + _AT_ONCE), low, low + _AT_ONCE - 1
            low += _AT_ONCE


def add_carved(new: sqlite3.Connection, table: str, source: Path, before: Copied) -> Copied:
    """Add the rows of a table that lie in leaves of a damaged file to which no page leads any more.

    Args:
        new: The new log; its columns have the order of the old ones.
        source: The damaged log.
        before: What was copied already.
    """
    names = [row[1] for row in new.execute(f"PRAGMA main.table_info({table})")]
    keyed = names[0] == "number"
    columns = ", ".join(f'"{name}"' for name in (names if keyed else ["rowid", *names]))
    signs = ", ".join("?" * (len(names) + (not keyed)))
    statement = f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({signs})"  # noqa: S608 - names of the schema
    missing, added = set(before.missing), 0
    for number, values in rows_in(source, lambda number: before.unknown or number in missing):
        row = dict(zip(names, values + [None] * (len(names) - len(values)), strict=False))
        if len(values) > len(names) or not _is_row(table, row, number):
            continue
        inserted = new.execute(statement, [number, *list(row.values())[1 if keyed else 0 :]])
        added += inserted.rowcount
        missing.discard(number)
    return Copied(copied=before.copied + added, missing=tuple(sorted(missing)), unknown=before.unknown)


def _is_row(table: str, row: Mapping[str, Any], number: int) -> bool:
    """Say whether values are a row of the table: leaves of all tables look alike."""
    try:
        if table == "chain":
            return _is_entry(row)
        if table == "inspections":
            from_row(row)
        else:
            review_of({**row, "number": number})
    except (ValueError, KeyError, TypeError):
        return False
    return True


def _is_entry(row: Mapping[str, Any]) -> bool:
    texts = isinstance(row["source"], str) and isinstance(row["row_key"], str)
    return texts and isinstance(row["hash"], bytes) and len(row["hash"]) == len(BEGIN)
