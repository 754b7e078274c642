"""The audit trail in the result log: events are taken up from where they wait, and read by who, what, when, on what."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, or_, select, text

from inspector.domain.errors import LogError
from inspector.outputs.beside import LogBeside
from inspector.outputs.rows import time_text
from inspector.outputs.schema import audit_events
from inspector.outputs.trail_rows import TrailRow, event_row, trail_row
from inspector.trail.waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection, Select

    from inspector.trail.event import TrailEvent, TrailKind

_log = logging.getLogger(__name__)
_AT_ONCE = 500
_PAGE = 1000
# every name once, by the index alone: a step for each name instead of one for each event
_NAMES = """
WITH RECURSIVE names(who) AS (
    SELECT min(who) FROM audit_events
    UNION ALL
    SELECT (SELECT min(who) FROM audit_events WHERE who > names.who) FROM names WHERE names.who IS NOT NULL
)
SELECT who FROM names WHERE who IS NOT NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailQuery:
    """Which events are meant; a field left out does not restrict.

    Args:
        since: Done at or after this time.
        until: Done before this time.
        who: By this person.
        kinds: Only events of these kinds.
        words: In what it was done to, or in its reason; capitals do not matter.
    """

    since: datetime | None = None
    until: datetime | None = None
    who: str | None = None
    kinds: frozenset[TrailKind] | None = None
    words: str = ""


class TrailLog:
    """Reads and adds events; any thread, beside a running station.

    Args:
        path: The result log.
        read_only: Whether it can be read only.

    Raises:
        LogError: See `LogBeside`.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._beside = LogBeside(path, read_only=read_only, migrates=False)
        self.path = self._beside.path

    def add(self, events: Sequence[TrailEvent]) -> None:
        """Commit events in their order; those that are there already, by id, are not doubled.

        Raises:
            LogError: If they could not be committed; none is.
        """
        if not events:
            return

        def add(connection: Connection) -> None:
            connection.execute(text("BEGIN IMMEDIATE"))
            try:
                there = set(self._ids(connection, events))
                rows = [event_row(event) for event in events if event.id not in there]
                if rows:
                    connection.execute(insert(audit_events), rows)
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            self._beside.sync()

        self._beside.write(add, lambda: self._holds(events))

    def read(self, query: TrailQuery, *, limit: int, before: TrailRow | None = None) -> list[TrailRow]:
        """Return the newest events of a query, the newest first.

        Args:
            limit: How many at most.
            before: Only those that come after this one in that order.

        Raises:
            LogError: If the log cannot be read.
        """
        statement = _where(select(audit_events), query)
        if before is not None and before.number is not None:
            statement = statement.where(audit_events.c.number < before.number)
        statement = statement.order_by(audit_events.c.number.desc()).limit(limit)
        with self._reading() as connection:
            return [trail_row(dict(row)) for row in connection.execute(statement).mappings()]

    def rows(self, query: TrailQuery) -> Iterator[TrailRow]:
        """Iterate over the events of a query, the oldest first, with flat memory.

        Raises:
            LogError: If the log cannot be read.
        """
        number = 0
        while True:
            statement = _where(select(audit_events), query).where(audit_events.c.number > number)
            statement = statement.order_by(audit_events.c.number).limit(_PAGE)
            with self._reading() as connection:
                rows = [trail_row(dict(row)) for row in connection.execute(statement).mappings()]
            yield from rows
            if len(rows) < _PAGE:
                return
            number = rows[-1].number or 0

    def count(self, query: TrailQuery) -> int:
        """Return how many events a query has.

        Raises:
            LogError: If the log cannot be read.
        """
        statement = _where(select(func.count()).select_from(audit_events), query)
        with self._reading() as connection:
            return int(connection.execute(statement).scalar() or 0)

    def people(self) -> list[str]:
        """Return everybody who ever did something, by name.

        Raises:
            LogError: If the log cannot be read.
        """
        with self._reading() as connection:
            return list(connection.execute(text(_NAMES)).scalars())

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._beside.errors_of("read"), self._beside.connected() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            raw.text_factory = lambda text: text.decode("utf-8", "replace")  # a damaged text hides no event
            yield connection

    def _ids(self, connection: Connection, events: Sequence[TrailEvent]) -> Iterator[str]:
        for start in range(0, len(events), _AT_ONCE):
            ids = [event.id for event in events[start : start + _AT_ONCE]]
            yield from connection.execute(select(audit_events.c.id).where(audit_events.c.id.in_(ids))).scalars()

    def _holds(self, events: Sequence[TrailEvent]) -> bool:
        with self._reading() as connection:
            return set(self._ids(connection, events)) == {event.id for event in events}


def take_up(root: Path, path: Path) -> int:
    """Bring what waits in a data folder into the log; what cannot be goes on waiting.

    Args:
        root: The data folder.
        path: The result log; where there is none yet, everything waits.

    Returns:
        How many events still wait.
    """
    held = waiting(root)
    if not held:
        return 0
    events = [event for each in held for event in each.events]
    if not path.is_file():
        return len(events)
    try:
        TrailLog(path).add(events)
    except LogError as error:
        _log.info("%d events of the audit trail wait in %s: %s", len(events), root, error)
        return len(events)
    for each in held:
        with contextlib.suppress(OSError):  # it is taken up again, and not doubled
            each.path.unlink()
    return 0


def waiting_rows(root: Path, query: TrailQuery) -> list[TrailRow]:
    """Return the events of a query that are not in the log yet, the oldest first."""
    events = [event for each in waiting(root) for event in each.events]
    return [TrailRow(None, event) for event in events if _is_meant(event, query)]


def _is_meant(event: TrailEvent, query: TrailQuery) -> bool:
    told = f"{event.on}\n{event.reason}".casefold()
    return (
        (query.since is None or event.time >= query.since)
        and (query.until is None or event.time < query.until)
        and query.who in {None, event.who}
        and (query.kinds is None or event.kind in query.kinds)
        and all(word.casefold() in told for word in query.words.split())
    )


def _where(statement: Select[Any], query: TrailQuery) -> Select[Any]:
    columns = audit_events.c
    if query.since is not None:
        statement = statement.where(columns.time_utc >= time_text(query.since))
    if query.until is not None:
        statement = statement.where(columns.time_utc < time_text(query.until))
    if query.who is not None:
        statement = statement.where(columns.who == query.who)
    if query.kinds is not None:
        statement = statement.where(columns.kind.in_(sorted(kind.value for kind in query.kinds)))
    for word in query.words.split():
        statement = statement.where(
            or_(columns.object.icontains(word, autoescape=True), columns.reason.icontains(word, autoescape=True))
        )
    return statement
