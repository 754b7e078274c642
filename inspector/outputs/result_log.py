"""The record: SQLite, one row per part, committed before anything hears of it."""

from __future__ import annotations

import logging
import sqlite3
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, text, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from inspector.domain.causes import cause_of
from inspector.domain.errors import LogError
from inspector.outputs.lock import StationLock
from inspector.outputs.log_file import LogFile
from inspector.outputs.log_reads import LogReader
from inspector.outputs.query import advice
from inspector.outputs.rows import to_row
from inspector.outputs.schema import HEAD, inspections

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.domain.records import Inspection

_logger = logging.getLogger(__name__)
_BUSY_S = 5.0
#: The writer waits so long for a program that holds the file; then it is said, and tried again.
_WRITER_BUSY_MS = 300
#: Up to this size the whole file is checked when it is opened; a larger one only where it is read.
_CHECK_UP_TO_BYTES = 64_000_000


class SqliteResultLog(LogReader):
    """The result log in one SQLite file (WAL, ``synchronous=FULL``).

    Args:
        path: The file; it and its folder are made if need be.
        read_only: Read beside a running station: nothing is made, migrated or locked.

    Raises:
        LogError: If the file is held by another station, cannot be opened, is damaged, is no result log, or was written
            by a newer version; the file is left as it is.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        super().__init__(self._reading_now, self._clear_errors)
        self.path = Path(path)
        self._read_only = read_only
        self._lock: StationLock | None = None
        self._writing = threading.Lock()
        self._writer: Connection | None = None
        self._engine: Engine | None = None
        self._file: LogFile | None = None
        self._gone = False  # the file that is written is no longer the one under the log's name
        self._commit_times: dict[str, float] = {}  # of parts that are committed, not yet in their rows
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        if self._read_only:
            if not self.path.is_file():
                raise LogError(f"there is no result log {self.path}", "Check the path, or inspect a part first.")
        else:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise LogError(
                    f"the folder {self.path.parent} of the log cannot be made: {cause_of(error)}",
                    "Choose another folder.",
                ) from error
            self._lock = StationLock(self.path.with_name(self.path.name + ".lock"))
        self._open_database()

    def _open_database(self) -> None:
        # not the pool that goes with an in-memory database: that one closes connections which other threads still use
        self._engine = create_engine("sqlite://", creator=self._connect, poolclass=QueuePool)
        event.listen(self._engine, "connect", self._on_connect)
        with self._clear_errors("opened"):
            if self.path.exists() and 0 < self.path.stat().st_size <= _CHECK_UP_TO_BYTES:
                self._check()
            self._bring_up_to_date()
            if not self._read_only:
                self._writer = self._engine.connect()
                # a log that cannot be written must not be found out with the first part
                self._probe(self._writer)
                self._writer.execute(text(f"PRAGMA busy_timeout={_WRITER_BUSY_MS}"))
                self._writer.rollback()
                self._file = LogFile(self.path)

    @staticmethod
    def _probe(writer: Connection) -> None:
        try:
            writer.execute(text("BEGIN IMMEDIATE"))
        finally:
            writer.rollback()

    def check(self) -> None:
        """Look whether the next part could be committed; see `ResultLog.check`."""
        with self._writing, self._clear_errors("written"):
            self._probe(self._writer_now())

    def _writer_now(self) -> Connection:
        """Return the writer, of the file that lies under the log's name; `_writing` is held.

        Raises:
            LogError: If that is another file than before, or none; the next call opens it again.
        """
        if self._writer is None or self._file is None:
            raise LogError(f"the log {self.path} is closed or read-only", "Open it again.")
        if self._gone:
            self._open_again(self._file)
        else:
            self._gone = True
            self._file.check()
            self._gone = False
        return self._writer

    def _open_again(self, lost: LogFile) -> None:
        """Save what the lost file held, and open the one that lies there now."""
        assert self._writer is not None
        assert self._engine is not None
        if lost.saved is None:
            source = self._writer.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            lost.save(source)
            _logger.warning("the log %s was lost while it was written: its rows are in %s", self.path, lost.saved)
        engine, writer = self._engine, self._writer
        try:
            self._open_database()
        except BaseException:
            if self._writer is not writer:
                self._writer.close()
            if self._engine is not engine:
                self._engine.dispose()
            self._engine, self._writer = engine, writer
            raise
        self._gone = False
        writer.close()
        engine.dispose()

    def _connect(self) -> sqlite3.Connection:
        mode = "ro" if self._read_only else "rwc"
        uri = f"file:{quote(str(self.path.resolve()))}?mode={mode}"
        return sqlite3.connect(uri, uri=True, timeout=_BUSY_S, check_same_thread=False)

    def _on_connect(self, connection: sqlite3.Connection, _: object) -> None:
        if not self._read_only:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
        # 4 MB for each connection: parts are added at the end, and a cache that fills for days looks like a leak
        connection.execute("PRAGMA cache_size=-4000")

    def verify(self) -> None:
        """Look for damage in the whole file, however large it is; reads beside a running station.

        Raises:
            LogError: If it is damaged or cannot be read.
        """
        with self._clear_errors("read"):
            self._check()

    def _check(self) -> None:
        with self._reading() as connection:
            said = connection.execute(text("PRAGMA quick_check(1)")).scalar()
        if said != "ok":
            raise LogError(
                f"the log {self.path} is damaged: {said}",
                "Restore a copy, or start a new log (--log FILE, or Settings, Log); keep the damaged file.",
            )

    def _bring_up_to_date(self) -> None:
        with self._reading() as connection:
            tables = {row[0] for row in connection.execute(text("SELECT name FROM sqlite_master WHERE type='table'"))}
            schema = None
            if "alembic_version" in tables:
                schema = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if schema == HEAD:
            return
        if tables and schema is None:
            raise LogError(
                f"{self.path} is a database, but not a result log (its tables: {', '.join(sorted(tables))})",
                "Choose another file for the log.",
            )
        if schema is not None and schema > HEAD:
            raise LogError(
                f"the log {self.path} has schema {schema}, newer than {HEAD}, which this program knows",
                "Update the program, or choose another log.",
            )
        if self._read_only:
            raise LogError(
                f"the log {self.path} has schema {schema or 'none'}, older than {HEAD}", "Open it in a station once."
            )
        self._migrate()

    def _migrate(self) -> None:
        # only here: the import takes a while, and a log that is up to date does not need it
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        assert self._engine is not None
        with self._engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, HEAD)

    def append(self, inspection: Inspection) -> None:
        """Commit one inspection; repeated after an unclear failure, the row is not doubled.

        Raises:
            LogError: If it could not be committed.
        """
        row = to_row(inspection)
        with self._writing, self._clear_errors("written"):
            writer = self._writer_now()
            try:
                writer.execute(insert(inspections).values(row))
                self._write_commit_times(writer)
                writer.commit()
                self._commit_times.clear()
            except IntegrityError:
                writer.rollback()
                there = writer.execute(select(inspections).where(inspections.c.id == row["id"])).mappings().first()
                writer.rollback()
                if there is None or dict(there) != row:
                    raise
            except BaseException:
                writer.rollback()
                raise

    def note_commit(self, inspection_id: str, commit_ms: float) -> None:
        """Note how long a commit took; see `ResultLog.note_commit`."""
        with self._writing:
            self._commit_times[inspection_id] = commit_ms

    def _write_commit_times(self, writer: Connection) -> None:
        for inspection_id, commit_ms in self._commit_times.items():
            writer.execute(update(inspections).where(inspections.c.id == inspection_id).values(commit_ms=commit_ms))

    def close(self) -> None:
        """Close the log and let another station have it; may be called twice."""
        with self._writing:
            if self._writer is not None:
                with suppress(SQLAlchemyError, sqlite3.Error):  # a figure for engineers; closing goes on without it
                    self._write_commit_times(self._writer)
                    self._writer.commit()
                self._commit_times.clear()
                self._writer.close()
                self._writer = None
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None
            if self._lock is not None:
                self._lock.release()
                self._lock = None

    @contextmanager
    def _reading_now(self) -> Iterator[Connection]:
        engine = self._engine
        if engine is None:
            raise LogError(f"the log {self.path} is closed", "Open it again.")
        with engine.connect() as connection:
            yield connection

    @contextmanager
    def _clear_errors(self, what: str) -> Iterator[None]:
        """Turn the library's errors into ours, with what to do next."""
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            cause = str(getattr(error, "orig", None) or error)
            raise LogError(f"the log {self.path} cannot be {what}: {cause}", advice(cause)) from error
