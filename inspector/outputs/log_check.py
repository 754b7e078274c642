"""Looks through a whole log for damage, beside everything else: at the start of a station, and for ``doctor``."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import sys
import threading
from typing import TYPE_CHECKING

from sqlalchemy import Float, Integer

from inspector.domain.records import Verdict
from inspector.outputs.rows import RowError, from_row
from inspector.outputs.salvage import damage_seen_by
from inspector.outputs.schema import inspections

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.outputs.damage import Unreadable

_log = logging.getLogger(__name__)
_PATIENCE_S = 5.0
_NAMED = 1000
_LARGEST = 1.7e308
_NICE = 15
_DIGIT = "[0-9]"
_TIME = f"{_DIGIT * 4}-{_DIGIT * 2}-{_DIGIT * 2}T{_DIGIT * 2}:{_DIGIT * 2}:{_DIGIT * 2}.{_DIGIT * 6}Z"


def look_through(log: sqlite3.Connection, unreadable: Unreadable) -> str:
    """Look at every page and every row.

    Args:
        log: A connection of one's own, for reading.
        unreadable: Takes the rows that hold what no part has.

    Returns:
        What is damaged in the file; empty where it is whole.

    Raises:
        sqlite3.Error: If it was interrupted, or cannot be read.
    """
    try:
        said = damage_seen_by(log)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        return str(error)
    if said:
        return said
    log.text_factory = lambda raw: raw.decode("utf-8", "replace")
    log.row_factory = sqlite3.Row
    statement = f"SELECT rowid AS sequence, * FROM inspections NOT INDEXED WHERE {_odd()} LIMIT {_NAMED}"  # noqa: S608
    for row in log.execute(statement):
        try:
            from_row(dict(row))
        except RowError as error:
            unreadable.note(inspections.name, row["sequence"], str(error))
    return ""


def _odd() -> str:
    """Return the condition that a row holds what no part has."""
    verdicts = ", ".join(f"'{verdict.value}'" for verdict in Verdict)
    conditions = [f"verdict NOT IN ({verdicts})", f"time_utc NOT GLOB '{_TIME}'"]
    for name in ("class_names", "probabilities"):
        conditions += [f"NOT json_valid({name})", f"json_type({name}) <> 'array'"]
    conditions.append("good_class IS NOT NULL AND instr(class_names, json_quote(good_class)) = 0")
    for column in inspections.columns:
        kinds = ["'text'"]
        if isinstance(column.type, Integer):
            kinds = ["'integer'"]
        elif isinstance(column.type, Float):
            kinds = ["'real'", "'integer'"]
            conditions.append(f'abs("{column.name}") > {_LARGEST}')
        if column.nullable:
            kinds.append("'null'")
        conditions.append(f'typeof("{column.name}") NOT IN ({", ".join(kinds)})')
    return " OR ".join(conditions)


class LogCheck:
    """Looks through a log on a thread of its own, of low priority; it is ended with the log.

    Args:
        connect: Gives the connection.
        unreadable: Takes the rows that cannot be read.
        damaged: Told what is damaged, on that thread.
    """

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], unreadable: Unreadable, damaged: Callable[[str], None]
    ) -> None:
        self._unreadable = unreadable
        self._damaged = damaged
        self._stopped = threading.Event()
        self.done = threading.Event()  #: everything was looked at, or it was ended
        self._connection = connect()
        self._thread = threading.Thread(target=self._look, name="log check", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it; may be called twice."""
        self._stopped.set()
        with contextlib.suppress(sqlite3.ProgrammingError):  # it has closed its connection
            self._connection.interrupt()
        if threading.current_thread() is not self._thread:
            self._thread.join(_PATIENCE_S)

    def _look(self) -> None:
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        try:
            said = look_through(self._connection, self._unreadable)
            if said and not self._stopped.is_set():
                self._damaged(said)
        except sqlite3.Error as error:
            if not self._stopped.is_set():
                _log.warning("the log could not be looked through: %s", error)
        finally:
            self._connection.close()
            self.done.set()
