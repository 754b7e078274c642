"""The chain over the record: every row is hashed with the entry before it, in the commit of the row.

An entry names a row and holds ``SHA-256(hash of the entry before + the row's canonical form)``; before the first entry
stand 32 zero bytes. The canonical form (`canonical`) is JSON in ASCII without blanks: a list of the table's name and an
object of the row's columns by name, sorted, without those that are null. So a column that a later version adds leaves
the rows of before as they are. Numbers stand as Python writes them: the shortest that reads back as the same double.

A trigger of each table writes the entry: no writer can forget it. It calls `chained`, which every connection that adds
rows is given by `install`; a program that does not know it can add no row.

**A further table joins** with one line in its migration, ``add_to_chain(op.execute, table, columns, never)``, after the
table was made, and its name in `inspector.outputs.schema.CHAINED`. Its key is its column ``number`` (an INTEGER PRIMARY
KEY), or ``id`` where it has no such. Its rows can then neither be changed nor deleted, and `inspector log verify`,
salvage and the tests take it up by themselves. A migration that adds a column to a chained table makes the trigger anew
with `chain_trigger`; it may not fill the column for the rows of before.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inspector.outputs import roll_up

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

#: What stands before the first entry.
BEGIN = bytes(32)
#: What is said where a row is to be put in the place of another.
TWICE = "another row of the same id is in it"
_FUNCTION = "chained"
_AT_ONCE = 5_000
_encoded = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), default=lambda raw: {"bytes": raw.hex()}).encode


@dataclass(frozen=True, slots=True)
class ChainedRow:
    """A row as the chain sees it.

    Args:
        number: SQLite's number of the row, which rises in the order of the commits.
        key: What an entry calls it.
        content: Its canonical form.
    """

    number: int
    key: str
    content: bytes


def canonical(table: str, row: Mapping[str, Any]) -> bytes:
    """Return a row's canonical form.

    Args:
        row: All columns of the row by name, in the order of the names; values as SQLite has them. Bytes of a text that
            are no UTF-8 come as lone surrogates.
    """
    return _encoded([table, {name: value for name, value in row.items() if value is not None}]).encode("ascii")


def link(before: bytes, content: bytes) -> bytes:
    """Return the hash of an entry.

    Args:
        before: The hash of the entry before it, 32 bytes.
        content: The canonical form of its row.
    """
    return hashlib.sha256(before + content).digest()


def install(connection: sqlite3.Connection) -> None:
    """Give a connection what the triggers of the log call: of chained tables, and of the roll-up."""
    roll_up.install(connection)
    split: dict[str, tuple[str, ...]] = {}

    def chained(before: bytes | None, table: str, names: str, *values: object) -> bytes:
        if names not in split:
            split[names] = tuple(names.split(","))
        return link(before or BEGIN, canonical(table, dict(zip(split[names], values, strict=True))))

    connection.create_function(_FUNCTION, -1, chained, deterministic=True)


def key_of(columns: Iterable[str]) -> str:
    """Return which column names a row in the chain."""
    return "number" if "number" in columns else "id"


def add_to_chain(execute: Callable[[str], object], table: str, columns: Sequence[str], never: str) -> None:
    """Let a table's rows never be changed, and chain those that are added from now on; see the module's words.

    Args:
        execute: Carries out a statement, as alembic's ``op.execute``.
        columns: All that it has, by name.
        never: What is said to whoever tries to change a row.
    """
    append_only(execute, table, (key_of(columns),), never)
    chain_trigger(execute, table, columns)


def append_only(execute: Callable[[str], object], table: str, unique: Sequence[str], never: str) -> None:
    """Let a table's rows be neither changed nor deleted; one that is so already stays so.

    Args:
        execute: Carries out a statement.
        unique: Columns that no two rows share: INSERT OR REPLACE deletes without a trigger for DELETE.
        never: What is said to whoever tries.
    """
    same = " OR ".join(f"{name} = NEW.{name}" for name in unique)
    for name, when, words in (
        ("no_update", f"BEFORE UPDATE ON {table}", never),
        ("no_delete", f"BEFORE DELETE ON {table}", never),
        ("no_replace", f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})", TWICE),  # noqa: S608
    ):
        execute(f"CREATE TRIGGER IF NOT EXISTS {table}_{name} {when} BEGIN SELECT RAISE(ABORT, '{words}'); END")


def chain_trigger(execute: Callable[[str], object], table: str, columns: Sequence[str]) -> None:
    """Make the trigger that chains a table's rows, anew where there is one.

    Args:
        execute: Carries out a statement.
        columns: All that the table has, by name.
    """
    names = sorted(columns)
    values = ", ".join(f'NEW."{name}"' for name in names)
    before = "(SELECT hash FROM chain ORDER BY number DESC LIMIT 1)"
    content = f"{_FUNCTION}({before}, '{table}', '{','.join(names)}', {values})"
    entry = f"INSERT INTO chain (source, row_key, hash) VALUES ('{table}', NEW.{key_of(columns)}, {content})"  # noqa: S608
    execute(f"DROP TRIGGER IF EXISTS {table}_chained")
    execute(f"CREATE TRIGGER {table}_chained AFTER INSERT ON {table} BEGIN {entry}; END")


def chained_rows(connection: sqlite3.Connection, table: str) -> Iterator[ChainedRow]:
    """Read a table's rows in the order of the commits, with flat memory.

    Args:
        connection: Its ``text_factory`` is `any_text`.

    Raises:
        sqlite3.Error: If it cannot be read.
    """
    statement, names = _all_columns(connection, table)
    key = key_of(names)
    place = names.index(key)
    for number, *values in connection.execute(f"{statement} ORDER BY rowid"):
        yield ChainedRow(number, str(values[place]), canonical(table, dict(zip(names, values, strict=True))))


def chained_row(connection: sqlite3.Connection, table: str, key: str) -> ChainedRow | None:
    """Read one row by its key; None where there is none."""
    statement, names = _all_columns(connection, table)
    found_row = connection.execute(f'{statement} WHERE "{key_of(names)}" = ?', (key,)).fetchone()
    if found_row is None:
        return None
    return ChainedRow(found_row[0], key, canonical(table, dict(zip(names, found_row[1:], strict=True))))


def _all_columns(connection: sqlite3.Connection, table: str) -> tuple[str, list[str]]:
    """Return what reads a table's rows with their numbers, and its columns in the order of their names."""
    names = sorted(str(row[1]) for row in connection.execute(f'PRAGMA table_info("{table}")'))
    columns = ", ".join(f'"{name}"' for name in names)
    return f'SELECT rowid, {columns} FROM "{table}"', names  # noqa: S608 - names of the schema


def any_text(raw: bytes) -> str:
    """Return a text of the log, whatever its bytes: those that are no UTF-8 as lone surrogates (``text_factory``)."""
    return raw.decode("utf-8", "surrogateescape")


def chain_rows_of_before(connection: sqlite3.Connection, tables: Sequence[str]) -> None:
    """Add entries for the rows that tables hold already, table by table.

    Args:
        connection: In a transaction of its owner's.
        tables: One after the other, by name.
    """
    newest = connection.execute("SELECT hash FROM chain ORDER BY number DESC LIMIT 1").fetchone()
    before, entries = newest[0] if newest else BEGIN, list[tuple[str, str, bytes]]()
    factory, connection.text_factory = connection.text_factory, any_text
    insert = "INSERT INTO chain (source, row_key, hash) VALUES (?, ?, ?)"
    try:
        for table in tables:
            for row in chained_rows(connection, table):
                before = link(before, row.content)
                entries.append((table, row.key, before))
                if len(entries) == _AT_ONCE:
                    connection.executemany(insert, entries)
                    entries.clear()
        connection.executemany(insert, entries)
    finally:
        connection.text_factory = factory
