"""What a salvaged log has lost by its chain: named once, in the record itself, so that it does not look like tampering.

Whoever reads the record sees it as a gap. That nobody has used the damage to take rows away cannot be proven, and is
not claimed.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from inspector.json_file import JsonError, parse_model
from inspector.outputs.chain import chain_rows_of_before, install
from inspector.outputs.chain_check import ChainWalk, ChangeKind
from inspector.outputs.schema import CHAIN_BEGINS, CHAINED, GAP, chain, events

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from inspector.outputs.chain_check import RowChange

_LOST = (ChangeKind.REMOVED, ChangeKind.INSERTED, ChangeKind.ENTRIES)


class Gap(BaseModel):
    """What was found missing when a log was saved, as an event's words hold it."""

    model_config = ConfigDict(frozen=True)

    lost: tuple[tuple[ChangeKind, str, str], ...]  #: kind, table, key


def note_gaps(new: sqlite3.Connection) -> None:
    """Name in a salvaged log what it has lost by its chain.

    Args:
        new: In autocommit mode; all that could be saved is in it.
    """
    walk = ChainWalk(new)
    for _ in walk.steps():
        pass
    lost = tuple((change.kind, change.table, change.key) for change in walk.changes if change.kind in _LOST)
    if lost:
        note(new, GAP, Gap(lost=lost).model_dump_json())


def begin_anew(new: sqlite3.Connection, why: str) -> None:
    """Chain all rows of a log as they are now: it has no chain, or has lost it.

    Args:
        new: In autocommit mode.
        why: What is said of it in the record.
    """
    with unguarded(new, chain.name):
        new.execute("DELETE FROM chain")
    names = [table.name for table in CHAINED if table is not events]
    chain_rows_of_before(new, [*names, events.name])
    note(new, CHAIN_BEGINS, why)


def recorded_gaps(log: sqlite3.Connection) -> dict[tuple[str, str, str], str]:
    """Return what is recorded as lost: kind, table and key, and when it was found out.

    Args:
        log: Its ``text_factory`` is `any_text`.

    Raises:
        sqlite3.Error: If the log cannot be read.
    """
    recorded: dict[tuple[str, str, str], str] = {}
    for time, words in log.execute("SELECT time_utc, words FROM events WHERE kind = ?", (GAP,)):
        with contextlib.suppress(JsonError):  # one that was altered is named by the chain
            lost = parse_model(str(words), Gap, where=GAP).lost
            recorded |= {(str(kind), table, key): time for kind, table, key in lost}
    return recorded


def is_recorded(change: RowChange, recorded: dict[tuple[str, str, str], str]) -> bool:
    """Say whether something is missing since a salvage that has named it."""
    return (str(change.kind), change.table, change.key) in recorded


@contextlib.contextmanager
def unguarded(new: sqlite3.Connection, *tables: str, only: str = "") -> Iterator[None]:
    """Take the triggers of some tables of a log that is being built away, and make them again at the end.

    Args:
        only: How the triggers' names end; all where empty.
    """
    made = [
        (name, sql)
        for table in tables
        for name, sql in new.execute(
            "SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
        )
        if name.endswith(only)
    ]
    for name, _ in made:
        new.execute(f"DROP TRIGGER main.{name}")
    yield
    for _, sql in made:
        new.execute(sql)


def note(new: sqlite3.Connection, kind: str, words: str) -> None:
    """Record what befell a log that is being built."""
    install(new)
    new.text_factory = str
    new.execute(
        "INSERT INTO events (time_utc, kind, after, words) "
        "VALUES (?, ?, (SELECT coalesce(max(rowid), 0) FROM inspections), ?)",
        (datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"), kind, words),
    )
