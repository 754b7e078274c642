"""Adding rows to a log beside a running station, which goes on writing its parts."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from inspector.domain.errors import LogError
from inspector.outputs.chain import install
from inspector.outputs.log_words import LOCKED, library_says, said_of
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.schema import HEAD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUSY_S = 5.0
_TRIES = 3


class LogBeside:
    """The log for those who are not its station; any thread, any number of programs at once.

    Every call has a connection of its own; the station's lock is not needed. The file is held for writing only while a
    row goes to the write-ahead log; that this reaches the disk is waited for after the file has been let go, so that
    the station's next commit need not wait for it. Moving the log's pages into the file is left to the station.

    Args:
        path: The result log.
        read_only: Whether it can be read only.
        busy_s: How long one attempt waits for another writer, seconds; there are three.
        migrates: Whether a log of an older version is brought up to date.

    Raises:
        LogError: If there is no log, it is damaged, no result log, of a newer version; or of an older one, and it can
            not be brought up to date because that is not wanted here or a station uses it.
    """

    def __init__(self, path: Path, *, read_only: bool = False, busy_s: float = BUSY_S, migrates: bool = True) -> None:
        self.path = Path(path)
        self._read_only = read_only
        self._busy_s = busy_s
        self._migrates = migrates
        if not self.path.is_file():
            raise LogError(f"there is no result log {self.path}", "Check the path, or inspect a part first.")
        self.engine = create_engine("sqlite://", creator=self._connect, poolclass=NullPool)
        event.listen(self.engine, "connect", _on_connect)
        self._check_schema()

    def write(self, add: Callable[[Connection], None], is_there: Callable[[], bool]) -> None:
        """Add rows, again where another program holds the log.

        Args:
            add: Adds and commits them (`sync`).
            is_there: Says whether they are in the log that lies under its name now: it may have been replaced.

        Raises:
            LogError: If it could not be written; nothing is.
        """
        if self._read_only:
            raise LogError(f"the log {self.path} was opened read-only", "Open it for writing.")
        for attempt in range(1, _TRIES + 1):
            try:
                with self.errors_of("written"), self.engine.connect() as connection:
                    add(connection)
            except LogError as error:
                if attempt == _TRIES or LOCKED not in library_says(error.__cause__):
                    raise
            else:
                if is_there():
                    return
        raise LogError(f"the log {self.path} was replaced while it was written", "Do it again.")

    def connected(self) -> Connection:
        """Return a connection of its own; its user closes it."""
        return self.engine.connect()

    def _connect(self) -> sqlite3.Connection:
        uri = f"file:{quote(str(self.path.resolve()))}?mode={'ro' if self._read_only else 'rw'}"
        connection = sqlite3.connect(uri, uri=True, timeout=self._busy_s, check_same_thread=False)
        install(connection)
        return connection

    def sync(self) -> None:
        """Bring the write-ahead log to the disk; without one, the commit has done so.

        Where the station has moved its pages into the file meanwhile, it has brought both to the disk itself.
        """
        file = self.path.resolve()  # SQLite puts it beside the file itself, not beside a link to it
        with suppress(FileNotFoundError), file.with_name(file.name + "-wal").open("r+b") as ahead:
            os.fsync(ahead.fileno())

    def _check_schema(self) -> None:
        with self.errors_of("opened"), self.engine.connect() as connection:
            tables = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type='table'")).scalars())
            schema = None
            if "alembic_version" in tables:
                schema = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if schema == HEAD:
            return
        if schema is None or str(schema) > HEAD or self._read_only or not self._migrates:
            SqliteResultLog(self.path, read_only=True).close()  # says what is wrong
            return
        try:
            SqliteResultLog(self.path).close()
        except LogError as error:
            if "in use by another station" not in error.what:
                raise
            raise LogError(
                f"the log {self.path} has schema {schema}, and a station uses it",
                "Restart that station with this version of the program; it brings the log up to date.",
            ) from error

    @contextmanager
    def errors_of(self, what: str) -> Iterator[None]:
        """Turn the library's errors into ours: “the log … cannot be WHAT”."""
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            said = said_of(error)
            step = "Try again." if said.sign == LOCKED else said.next_step
            raise LogError(f"the log {self.path} cannot be {what}: {said.words}", step) from error


def _on_connect(connection: sqlite3.Connection, _: object) -> None:
    with closing(connection.cursor()) as cursor:
        ahead = cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        cursor.execute(f"PRAGMA synchronous={'NORMAL' if ahead else 'FULL'}")  # NORMAL: see `LogBeside.sync`
        # moving the log's pages into the file is the station's work; here it would hold the station's next commit up
        cursor.execute("PRAGMA wal_autocheckpoint=0")
        cursor.execute("PRAGMA cache_size=-2000")
