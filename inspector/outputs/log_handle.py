"""An opened log: its connections, which file they write, and the lock on that file."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from inspector.domain.errors import LogError
from inspector.outputs.chain import install
from inspector.outputs.lock import FileLock
from inspector.outputs.log_file import LogFile, log_identity
from inspector.outputs.log_words import said_of
from inspector.outputs.schema import HEAD

if TYPE_CHECKING:
    from collections.abc import Iterator

_BUSY_S = 5.0
#: The writer waits so long for a program that holds the file; then it is said, and tried again.
_WRITER_BUSY_MS = 300


class LogHandle:
    """One opening of a log's file; owned by `SqliteResultLog`.

    Args:
        path: The log; made where it is not there and is to be written.
        read_only: Nothing is made, migrated or locked.
        before: An opening of the same log that goes on until this one has succeeded.

    Raises:
        LogError: If the file is held by another station, cannot be opened, is damaged, is no result log, or was written
            by a newer version; the file is left as it is.
    """

    def __init__(self, path: Path, *, read_only: bool, before: LogHandle | None = None) -> None:
        self.path = path
        self._read_only = read_only
        self.writer: Connection | None = None
        self.file: LogFile | None = None
        self._lock: FileLock | None = None
        # not the pool that goes with an in-memory database: that one closes connections which other threads still use
        self.engine: Engine = create_engine("sqlite://", creator=self.connect, poolclass=QueuePool)
        event.listen(self.engine, "connect", self._on_connect)
        try:
            with log_errors(path, "opened"):
                self._open(before)
        except BaseException:
            if before is not None and before.is_of(path):
                before.take_back(self)
            self.close()
            raise

    def _open(self, before: LogHandle | None) -> None:
        if not self._read_only:
            if not self.path.exists():
                with self.engine.connect():
                    pass  # makes the file
            # before anything is read or written: it may be another station's
            self._lock = FileLock(self.path) if before is None or not before.is_of(self.path) else before.hand_over()
        bring_up_to_date(self.engine, self.path, read_only=self._read_only)
        if not self._read_only:
            self.writer = self.engine.connect()
            # a log that cannot be written must not be found out with the first part
            probe(self.writer)
            self.writer.execute(text(f"PRAGMA busy_timeout={_WRITER_BUSY_MS}"))
            self.writer.rollback()
            self.file = LogFile(self.path)

    def connect(self) -> sqlite3.Connection:
        """Return a connection of one's own."""
        mode = "ro" if self._read_only else "rwc"
        uri = f"file:{quote(str(self.path.resolve()))}?mode={mode}"
        connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_S, check_same_thread=False)
        install(connection)
        return connection

    def _on_connect(self, connection: sqlite3.Connection, _: object) -> None:
        if not self._read_only:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
        # 4 MB for each connection: parts are added at the end, and a cache that fills for days looks like a leak
        connection.execute("PRAGMA cache_size=-4000")

    def is_of(self, path: Path) -> bool:
        """Say whether this opening holds the very file that lies there now."""
        identity = log_identity(path).database
        return self.file is not None and identity is not None and self.file.opened.database == identity

    def hand_over(self) -> FileLock | None:
        """Give the lock to another opening of the same file."""
        lock, self._lock = self._lock, None
        return lock

    def take_back(self, other: LogHandle) -> None:
        """Take the lock that was given to an opening which did not succeed."""
        self._lock = self._lock or other.hand_over()

    def close(self) -> None:
        """Close the connections, and let go of the file after them; may be called twice."""
        if self.writer is not None:
            self.writer.close()
            self.writer = None
        self.engine.dispose()
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def probe(writer: Connection) -> None:
    """Look whether a commit could begin.

    Raises:
        SQLAlchemyError: If it could not.
    """
    try:
        writer.execute(text("BEGIN IMMEDIATE"))
    finally:
        writer.rollback()


def bring_up_to_date(engine: Engine, path: Path, *, read_only: bool) -> None:
    """Bring a log to the schema of this version.

    Raises:
        LogError: If it is no result log, of a newer version, or may not be written.
    """
    with engine.connect() as connection:
        tables = {row[0] for row in connection.execute(text("SELECT name FROM sqlite_master WHERE type='table'"))}
        schema = None
        if "alembic_version" in tables:
            schema = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if schema == HEAD:
        return
    if tables and schema is None:
        raise LogError(
            f"{path} is a database, but not a result log (its tables: {', '.join(sorted(tables))})",
            "Choose another file for the log.",
        )
    if schema is not None and schema > HEAD:
        raise LogError(
            f"the log {path} has schema {schema}, newer than {HEAD}, which this program knows",
            "Update the program, or choose another log.",
        )
    if read_only:
        raise LogError(f"the log {path} has schema {schema or 'none'}, older than {HEAD}", "Open it in a station once.")
    migrate(engine)


def migrate(engine: Engine, to: str = HEAD) -> None:
    """Make a log's tables, or bring them to a later schema."""
    # only here: the import takes a while, and a log that is up to date does not need it
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


@contextmanager
def log_errors(path: Path, what: str) -> Iterator[None]:
    """Turn the library's errors into ours, with what to do next."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        said = said_of(error)
        raise LogError(f"the log {path} cannot be {what}: {said.words}", said.next_step) from error
