"""The record of reviews: rows that are only added, in the result log's file, beside a running station."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, event, insert, select, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from inspector.domain.errors import LogError, ReviewError
from inspector.domain.text import DEFECT_TYPE, PERSON, REMARK, TextError
from inspector.outputs.log_words import LOCKED, library_says, said_of
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.review_reads import ReviewReader
from inspector.outputs.rows import time_text
from inspector.outputs.schema import HEAD, inspections, reviews

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.domain.review import Review


_BUSY_S = 5.0
_TRIES = 3


class ReviewLog(ReviewReader):
    """Reads and adds reviews; any thread, any number of programs at once, with or without a station on the log.

    Every call has a connection of its own; the station's lock is not needed. The file is held for writing only while a
    row goes to the write-ahead log; that this reaches the disk is waited for after the file has been let go, so that
    the station's next commit need not wait for it. Moving the log's pages into the file is left to the station.

    Args:
        path: The result log.
        read_only: Whether reviews can be read only.
        busy_s: How long one attempt waits for another writer, seconds; there are three.

    Raises:
        LogError: If there is no log, it is damaged, no result log, of a newer version; or of an older one, and it can
            not be brought up to date because it is opened read-only or a station uses it.
    """

    def __init__(self, path: Path, *, read_only: bool = False, busy_s: float = _BUSY_S) -> None:
        super().__init__(self._connected, self._errors_of)
        self.path = Path(path)
        self._read_only = read_only
        self._busy_s = busy_s
        if not self.path.is_file():
            raise LogError(f"there is no result log {self.path}", "Check the path, or inspect a part first.")
        self._engine = create_engine("sqlite://", creator=self._connect, poolclass=NullPool)
        event.listen(self._engine, "connect", _on_connect)
        self._check_schema()

    # --- adding -------------------------------------------------------------------------------------------------------

    def add(self, review: Review) -> None:
        """Commit a judgement or a withdrawal; when this returns, it survives a power cut.

        Repeated after an unclear failure, the row is not doubled.

        Raises:
            ReviewError: If there is no such part, or what is to be withdrawn is not there, not this reviewer's, or
                withdrawn already.
            LogError: If it could not be written; nothing is, and the same review can be added later.
        """
        if self._read_only:
            raise LogError(f"the log {self.path} was opened read-only", "Open it for writing.")
        _check_texts(review)
        row = _to_row(review)
        for attempt in range(1, _TRIES + 1):
            try:
                with self._errors("written"), self._engine.connect() as connection:
                    self._add(connection, review, row)
            except LogError as error:
                if attempt == _TRIES or LOCKED not in library_says(error.__cause__):
                    raise
            else:
                # the log may have been replaced meanwhile: what counts is what lies under its name now
                if self.find(review.id) is not None:
                    return
        raise LogError(f"the log {self.path} was replaced while the review was written", "Say it again.")

    def _add(self, connection: Connection, review: Review, row: Mapping[str, Any]) -> None:
        self._refuse(connection, review)
        connection.execute(text("BEGIN IMMEDIATE"))
        try:
            connection.execute(insert(reviews).values(row))
            connection.commit()
            self._sync()
        except IntegrityError:
            connection.rollback()
            there = connection.execute(select(reviews).where(reviews.c.id == review.id)).mappings().first()
            if there is not None and {name: there[name] for name in row} == row:
                self._sync()
                return
            if review.undoes is not None and there is None:
                raise ReviewError(f"the review {review.undoes} is withdrawn already", "") from None
            raise

    def _refuse(self, connection: Connection, review: Review) -> None:
        """Refuse what does not fit the rows that are there; those never change, so no lock is needed."""
        part = select(inspections.c.id).where(inspections.c.id == review.inspection_id)
        if connection.execute(part).first() is None:
            raise ReviewError(
                f"there is no inspection {review.inspection_id} in {self.path}", "Name one of this log's parts."
            )
        if review.undoes is None:
            return
        withdrawn = connection.execute(select(reviews).where(reviews.c.id == review.undoes)).mappings().first()
        if withdrawn is None or withdrawn["inspection_id"] != review.inspection_id or withdrawn["judgement"] is None:
            raise ReviewError(f"there is no judgement {review.undoes} of this part to withdraw", "See its history.")
        if withdrawn["reviewer"] != review.reviewer:
            raise ReviewError(
                f"the judgement was made by {withdrawn['reviewer']}, not by {review.reviewer}",
                "A reviewer withdraws own judgements only; judge the part yourself, both stand beside one another.",
            )

    # --- inside -------------------------------------------------------------------------------------------------------

    def _connected(self) -> Connection:
        return self._engine.connect()

    def _connect(self) -> sqlite3.Connection:
        uri = f"file:{quote(str(self.path.resolve()))}?mode={'ro' if self._read_only else 'rw'}"
        return sqlite3.connect(uri, uri=True, timeout=self._busy_s, check_same_thread=False)

    def _sync(self) -> None:
        """Bring the write-ahead log to the disk; without one, the commit has done so.

        Where the station has moved its pages into the file meanwhile, it has brought both to the disk itself.
        """
        file = self.path.resolve()  # SQLite puts it beside the file itself, not beside a link to it
        with suppress(FileNotFoundError), file.with_name(file.name + "-wal").open("r+b") as ahead:
            os.fsync(ahead.fileno())

    def _check_schema(self) -> None:
        with self._errors("opened"), self._engine.connect() as connection:
            tables = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type='table'")).scalars())
            schema = None
            if "alembic_version" in tables:
                schema = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if schema == HEAD:
            return
        if schema is None or str(schema) > HEAD or self._read_only:
            SqliteResultLog(self.path, read_only=True).close()  # says what is wrong
            return
        try:
            SqliteResultLog(self.path).close()
        except LogError as error:
            if "in use by another station" not in error.what:
                raise
            raise LogError(
                f"the log {self.path} has schema {schema}, which holds no reviews yet, and a station uses it",
                "Restart that station with this version of the program; it brings the log up to date.",
            ) from error

    @contextmanager
    def _errors_of(self, what: str) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            said = said_of(error)
            step = "Try again." if said.sign == LOCKED else said.next_step
            raise LogError(f"the log {self.path} cannot be {what}: {said.words}", step) from error


def _on_connect(connection: sqlite3.Connection, _: object) -> None:
    with closing(connection.cursor()) as cursor:
        ahead = cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        cursor.execute(f"PRAGMA synchronous={'NORMAL' if ahead else 'FULL'}")  # NORMAL: see `ReviewLog._sync`
        # moving the log's pages into the file is the station's work; here it would hold the station's next commit up
        cursor.execute("PRAGMA wal_autocheckpoint=0")
        cursor.execute("PRAGMA cache_size=-2000")


def _check_texts(review: Review) -> None:
    """Refuse what could not be read or printed again; rows of earlier versions are read as they are.

    Raises:
        ReviewError: If a text is too long or holds control characters.
    """
    for kind, typed in ((PERSON, review.reviewer), (DEFECT_TYPE, review.defect_type), (REMARK, review.note)):
        try:
            kind.checked(typed)
        except TextError as error:
            raise ReviewError(error.what, "Type it anew; nothing was recorded.") from error


def _to_row(review: Review) -> dict[str, Any]:
    return {
        "id": review.id,
        "inspection_id": review.inspection_id,
        "time_utc": time_text(review.time_utc),
        "reviewer": review.reviewer,
        "judgement": review.judgement.value if review.judgement else None,
        "defect_type": review.defect_type,
        "note": review.note,
        "queue": review.queue.value,
        "blind": review.blind,
        "undoes": review.undoes,
    }
