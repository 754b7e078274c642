"""Walks the chain beside its rows, and says what does not fit: what was altered, removed, inserted or moved."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from inspector.outputs.chain import BEGIN, any_text, chained_row, chained_rows, link
from inspector.outputs.schema import CHAINED

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from inspector.outputs.chain import ChainedRow

#: What the tables hold, in the user's words.
CALLED = {
    "inspections": "part",
    "part_views": "view",
    "reviews": "review",
    "events": "event",
    "removed_pictures": "removed picture",
    "chain_heads": "signed head",
    "regression_events": "event of the regression set",
    "shadow_events": "event of a shadow",
    "shadow_judgements": "shadow judgement",
}
#: After so many it gives up: the rest would only be more of the same.
MOST_CHANGES = 1000
_STEP = 10_000


class ChangeKind(StrEnum):
    """What befell a row since it was written."""

    ALTERED = "altered"
    REMOVED = "removed"
    INSERTED = "inserted"
    MOVED = "moved"
    ENTRIES = "entries missing"  #: of the chain itself
    CUT = "cut off"
    RECHAINED = "chained anew"  #: a signed head does not stand in the chain
    SIGNATURE = "signature wrong"
    PICTURE_ALTERED = "picture altered"
    PICTURE_GONE = "picture missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """Something that is not as it was written.

    Args:
        kind: What befell it.
        table: Of the row; “chain” for entries themselves.
        key: The row's id or number; of entries as “17-19”.
        entry: Number of the entry in the chain; None where there is none.
        words: The same, for people.
    """

    kind: ChangeKind
    table: str
    key: str
    entry: int | None
    words: str


class ChainWalk:
    """One walk along the chain of a log, which a station may be writing meanwhile.

    Args:
        connection: For reading, of the walk's own, in autocommit mode; the walk sees the log as it is when it begins.
        marks: Numbers of entries whose hashes are wanted.
    """

    def __init__(self, connection: sqlite3.Connection, marks: Iterable[int] = ()) -> None:
        connection.text_factory = any_text
        self._connection = connection
        self._wanted = frozenset(marks)
        self.marks: dict[int, bytes] = {}  #: the hashes of those that there are
        self.changes: list[RowChange] = []
        self.entries = 0  #: that were walked
        self.newest = 0  #: number of the last
        self.head = BEGIN  #: its hash
        self.gave_up = False  #: there were too many changes

    def steps(self) -> Iterator[int]:
        """Walk; yields now and then how many entries were walked.

        Raises:
            sqlite3.Error: If the log cannot be read.
        """
        self._connection.execute("BEGIN")  # all is read as it is now, whatever a station writes meanwhile
        try:
            yield from self._walk()
        finally:
            self._connection.execute("ROLLBACK")

    def _walk(self) -> Iterator[int]:
        tables = {row[0] for row in self._connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
        rows = {table.name: _Rows(self, table.name) for table in CHAINED if table.name in tables}
        before: bytes | None = BEGIN
        for number, source, key, stored in self._connection.execute(
            "SELECT number, source, row_key, hash FROM chain ORDER BY number"
        ):
            if number != self.newest + 1:
                self.note_entries(self.newest + 1, number - 1)
                before = None
            row = rows[source].take(key, number) if source in rows else None
            if row is None:
                self.note(ChangeKind.REMOVED, str(source), str(key), number)
            elif before is not None and link(before, row.content) != stored:
                self.note(ChangeKind.ALTERED, source, key, number)
            self.newest, self.entries = number, self.entries + 1
            before = stored if type(stored) is bytes and len(stored) == len(BEGIN) else None
            if number in self._wanted and before is not None:
                self.marks[number] = before
            if self.entries % _STEP == 0:
                yield self.entries
            if self.gave_up:
                return
        self.head = before or BEGIN
        for rest in rows.values():
            rest.note_rest()
        yield self.entries

    def note(self, kind: ChangeKind, table: str, key: str, entry: int | None) -> None:
        """Note what befell a row."""
        where = f" (entry {entry} of the chain)" if entry is not None else ""
        self._add(
            RowChange(kind=kind, table=table, key=key, entry=entry, words=f"{called(table)} {key}: {kind}{where}")
        )

    def note_entries(self, first: int, last: int) -> None:
        """Note entries that are missing in the chain itself."""
        words = f"entries {first} to {last} of the chain are missing; the row after them cannot be checked"
        if first == last:
            words = f"entry {first} of the chain is missing; the row after it cannot be checked"
        kind = ChangeKind.ENTRIES
        self._add(RowChange(kind=kind, table="chain", key=f"{first}-{last}", entry=first, words=words))

    def _add(self, change: RowChange) -> None:
        self.changes.append(change)
        self.gave_up = len(self.changes) >= MOST_CHANGES


class _Rows:
    """The rows of one table, taken in the order of their entries."""

    def __init__(self, walk: ChainWalk, table: str) -> None:
        self._walk = walk
        self._connection = walk._connection  # noqa: SLF001 - of this module
        self._table = table
        self._rows = chained_rows(self._connection, table)
        self._next = next(self._rows, None)
        self._taken_early: set[str] = set()
        self._named: tuple[str, bool] | None = None

    def take(self, key: str, entry: int) -> ChainedRow | None:
        """Return the row of an entry; None where there is none. What lies between is noted."""
        row = self._next
        if row is not None and row.key == key:  # nearly always
            self._next = next(self._rows, None)
            return row
        elsewhere = chained_row(self._connection, self._table, key)
        while elsewhere is not None and self._next is not None and self._next.key != key:
            if self._next.key in self._taken_early:
                self._taken_early.discard(self._next.key)
            elif not self._is_named(self._next.key):
                self._walk.note(ChangeKind.INSERTED, self._table, self._next.key, None)
            else:
                break
            self._next = next(self._rows, None)
        if elsewhere is None:
            return None
        if self._next is not None and self._next.key == key:
            self._next = next(self._rows, None)
        else:
            self._walk.note(ChangeKind.MOVED, self._table, key, entry)
            self._taken_early.add(key)
        return elsewhere

    def note_rest(self) -> None:
        """Note the rows that no entry has named."""
        while self._next is not None and not self._walk.gave_up:
            if self._next.key not in self._taken_early:
                self._walk.note(ChangeKind.INSERTED, self._table, self._next.key, None)
            self._next = next(self._rows, None)

    def _is_named(self, key: str) -> bool:
        """Say whether some entry names a row; looks through the whole chain, and remembers the last answer."""
        if self._named is None or self._named[0] != key:
            statement = "SELECT 1 FROM chain WHERE source = ? AND row_key = ? LIMIT 1"
            there = self._connection.execute(statement, (self._table, key)).fetchone()
            self._named = (key, there is not None)
        return self._named[1]


def called(table: str) -> str:
    """Return what one row of a table is called."""
    return CALLED.get(table, f"row of {table}")
