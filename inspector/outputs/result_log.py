"""The record: SQLite, one row per part, committed before anything hears of it."""

from __future__ import annotations

import logging
import sqlite3
import threading
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from inspector.domain.causes import cause_of
from inspector.domain.errors import LogError
from inspector.outputs import salvage
from inspector.outputs.ahead import mend_ahead
from inspector.outputs.commit_times import write_commit_times
from inspector.outputs.kept_places import KeptPlaces
from inspector.outputs.lock import StationLock
from inspector.outputs.log_check import LogCheck, look_through
from inspector.outputs.log_file import refuse_no_room
from inspector.outputs.log_handle import LogHandle, log_errors, probe
from inspector.outputs.log_reads import LogReader
from inspector.outputs.log_words import MALFORMED, library_says
from inspector.outputs.measure_rows import write_measures
from inspector.outputs.rows import time_text, to_row
from inspector.outputs.schema import SEQUENCE, audit_events, events, inspections, part_views, removed_pictures
from inspector.outputs.trail_rows import KINDS, event_row
from inspector.outputs.view_rows import view_rows
from inspector.trail.actor import STATION
from inspector.trail.event import TrailKind, happened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.domain.records import Inspection
    from inspector.outputs.log_file import LogFile

_logger = logging.getLogger(__name__)


class SqliteResultLog(LogReader):
    """The result log in one SQLite file (WAL, ``synchronous=FULL``).

    A station looks through the whole file beside its work. Where it is damaged, what can be read is saved into a new
    log and the damaged one is set aside (`inspector.outputs.salvage`); so is one without content.

    Args:
        path: The file; it and its folder are made if need be.
        read_only: Read beside a running station: nothing is made, migrated, mended or locked.

    Raises:
        LogError: If the file is held by another station, cannot be opened, is no result log, or was written by a newer
            version; the file is left as it is.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        super().__init__(self._reading_now, self._clear_errors, KeptPlaces(path))
        self.path = Path(path)
        self._read_only = read_only
        self._lock: StationLock | None = None
        self._writing = threading.Lock()
        self._handle: LogHandle | None = None
        self._check: LogCheck | None = None
        self._gone = False  # the file that is written is no longer the one under the log's name
        self._damage = ""  # what is damaged in it
        self._damage_said = False
        self._library_said = ""  # the last sentence of SQLite that was written into the program's log
        self._remarks: list[str] = []
        self._commit_times: dict[str, float] = {}  # of parts that are committed; not written yet
        self._removed: list[dict[str, str]] = []  # pictures that are removed; not recorded yet
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    @property
    def _engine(self) -> Engine | None:
        return self._handle.engine if self._handle is not None else None

    @property
    def _writer(self) -> Connection | None:
        return self._handle.writer if self._handle is not None else None

    def _open(self) -> None:
        if self._read_only:
            if not self.path.is_file():
                raise LogError(f"there is no result log {self.path}", "Check the path, or inspect a part first.")
            self._handle = LogHandle(self.path, read_only=True)
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LogError(
                f"the folder {self.path.parent} of the log cannot be made: {cause_of(error)}", "Choose another folder."
            ) from error
        self._lock = StationLock(self.path)
        with self._clear_errors("opened"):
            finished, emptied = salvage.finish(self.path), salvage.set_empty_aside(self.path)
            mended = mend_ahead(self.path, salvage.aside_path(self.path, "damaged"))
        try:
            self._handle = LogHandle(self.path, read_only=False)
        except LogError as error:
            if not self._is_damaged(error):
                raise
            finished = self._salvage()
        self._lock.name_holder()
        if finished:
            self._remarks.append(finished)
        for kind, words in (("empty", emptied), ("damaged", mended)):
            if words:
                self.note_event(kind, words)
        self._look_through()

    def _is_damaged(self, error: LogError) -> bool:
        """Say whether a log could not be opened because it is damaged, and not because it is something else."""
        held = "in use by another station" in error.what
        return not held and salvage.looks_like_a_log(self.path) and bool(salvage.damage_in(self.path))

    def _salvage(self) -> str:
        """Put what can be read in the damaged log's place and open that; nothing has it open."""
        words = salvage.salvage(self.path).words()
        self._handle = LogHandle(self.path, read_only=False)
        self.unreadable.clear()
        return words

    def _look_through(self) -> None:
        assert self._handle is not None
        self._check = LogCheck(self._handle.connect, self.unreadable, self._found_damaged)

    def _found_damaged(self, what: str) -> None:
        _logger.error("the log %s is damaged: %s", self.path, what)
        self._damage = what

    def wait_looked_through(self, timeout_s: float) -> bool:
        """Wait until the whole log has been looked through; False on time-out."""
        return self._check is None or self._check.done.wait(timeout_s)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What befell the record since it was opened, for the operator, the oldest first; any thread."""
        words = self.unreadable.words()
        return (*self._remarks, *((words,) if words else ()))

    def note_event(self, kind: str, words: str) -> None:
        """Record what befell the record itself; see `ResultLog.note_event`."""
        newest = select(func.coalesce(func.max(SEQUENCE.element), 0)).select_from(inspections).scalar_subquery()
        row = {"time_utc": time_text(datetime.now(UTC)), "kind": kind, "words": words}
        told = event_row(happened(KINDS.get(kind, TrailKind.RECORD), "the record", reason=words, by=STATION))
        with self._writing, self._clear_errors("written"):
            writer = self._writer_now()
            try:
                writer.execute(insert(events).values(**row, after=newest))
                writer.execute(insert(audit_events), told)
                writer.commit()
            except BaseException:
                writer.rollback()
                raise
        self._remarks.append(words)

    def check(self) -> None:
        """Look whether the next part could be committed; see `ResultLog.check`."""
        with self._writing, self._clear_errors("written"):
            probe(self._writer_now())
            refuse_no_room(self.path)

    def _writer_now(self) -> Connection:
        """Return the writer, of the file that lies under the log's name; `_writing` is held.

        Raises:
            LogError: If that is another file than before, none, or damaged; the next call opens it again.
        """
        if self._damage:
            self._mend()
        handle = self._handle
        if handle is None or handle.writer is None or handle.file is None:
            raise LogError(f"the log {self.path} is closed or read-only", "Open it again.")
        if self._gone:
            self._open_again(handle, handle.file)
        else:
            self._gone = True
            handle.file.check()
            self._gone = False
        assert self._handle is not None
        assert self._handle.writer is not None
        return self._handle.writer

    def _mend(self) -> None:
        """Say once that the log is damaged; then put what can be read in its place."""
        if not self._damage_said:
            self._damage_said = True
            raise LogError(
                f"the log {self.path} is damaged",
                "What can be read is being saved into a new log; parts wait meanwhile. A large log takes minutes.",
            )
        if self._check is not None:
            self._check.stop()
        if self._handle is not None:
            self._handle.close()
            self._handle = None
        if salvage.damage_in(self.path):
            self._remarks.append(self._salvage())
        else:  # it was read while something else changed it
            self._handle = LogHandle(self.path, read_only=False)
        self._damage, self._damage_said, self._gone = "", False, False

    def _open_again(self, lost: LogHandle, file: LogFile) -> None:
        """Save what the lost file held, and open the one that lies there now."""
        assert lost.writer is not None
        if file.saved is None:
            source = lost.writer.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            words = self._words_of_lost(file.save(source))
            _logger.warning("%s", words)
            self._remarks.append(words)
        self._handle = LogHandle(self.path, read_only=False, before=lost)
        self._gone = False
        lost.close()

    def _words_of_lost(self, saved: Path) -> str:
        """Say what befell the file that was written, and where its rows are now."""
        if saved == self.path:
            return (
                f"The log {self.path} was deleted while the station was writing it. Nothing is lost: all its rows were "
                "written again under the same name. Find out who deletes it"
            )
        return (
            f"Another file was put in the place of the log {self.path} while the station was writing it. The parts of "
            f"before are not in it; they were saved as {saved}"
        )

    def verify(self) -> None:
        """Look for damage in the whole file, however large it is; reads beside a running station.

        Rows that cannot be read are noted (`unreadable`).

        Raises:
            LogError: If it is damaged or cannot be read.
        """
        if self._handle is None:
            raise LogError(f"the log {self.path} is closed", "Open it again.")
        with self._clear_errors("read"), closing(self._handle.connect()) as connection:
            said = look_through(connection, self.unreadable)
        if said:
            raise LogError(
                f"the log {self.path} is damaged: {said}",
                "Start the station: it saves what can be read into a new log, and keeps the damaged file.",
            )

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
                if inspection.views:
                    writer.execute(insert(part_views), view_rows(inspection))
                write_measures(writer, inspection)
                write_commit_times(writer, self._commit_times)
                self._write_removed(writer)
                writer.commit()
                self._commit_times.clear()
                self._removed.clear()
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

    def note_removed(self, pictures: Sequence[str], why: str) -> None:
        """Record which kept pictures are removed; see `ResultLog.note_removed`."""
        now = time_text(datetime.now(UTC))
        with self._writing:
            self._removed += [{"time_utc": now, "picture": Path(path).name, "why": why} for path in pictures]
            try:
                with self._clear_errors("written"):
                    writer = self._writer_now()
                    try:
                        self._write_removed(writer)
                        writer.commit()
                    except BaseException:
                        writer.rollback()
                        raise
            except LogError as error:
                _logger.warning("which pictures were removed is recorded with the next part: %s", error)
            else:
                self._removed.clear()

    def _write_removed(self, writer: Connection) -> None:
        if self._removed:
            writer.execute(insert(removed_pictures), self._removed)

    def close(self) -> None:
        """Close the log and let another station have it; may be called twice."""
        if self._check is not None:
            self._check.stop()
        with self._writing:
            if self._handle is not None:
                writer = self._handle.writer
                if writer is not None:
                    with suppress(SQLAlchemyError, sqlite3.Error):  # closing goes on without them
                        self._write_removed(writer)
                        write_commit_times(writer, self._commit_times)
                        writer.commit()
                self._commit_times.clear()
                self._removed.clear()
                self._handle.close()
                self._handle = None
            self._damage = ""
            if self._lock is not None:
                self._lock.release()
                self._lock = None

    @contextmanager
    def _reading_now(self) -> Iterator[Connection]:
        handle = self._handle
        if handle is None:
            raise LogError(f"the log {self.path} is closed", "Open it again.")
        with handle.engine.connect() as connection:
            yield connection

    @contextmanager
    def _clear_errors(self, what: str) -> Iterator[None]:
        """Turn the library's errors into ours, with what to do next; damage is mended when the log is written next."""
        try:
            with log_errors(self.path, what):
                yield
        except LogError as error:
            sentence = library_says(error.__cause__)
            if error.__cause__ is not None and sentence != self._library_said:
                self._library_said = sentence  # once: what waits is tried again and again
                _logger.warning("%s (%s)", error.what, sentence)
            if what == "written" and MALFORMED in sentence and not self._damage:
                self._found_damaged(sentence)
            raise
