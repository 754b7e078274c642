"""A damaged log is set aside, and what can be read of it becomes a new one. Nothing is ever deleted.

The new log is built beside the damaged one, under a name of its own. Once it is whole and on the disk it is renamed to
`finished_path`: from then on it takes the damaged one's place, also where the program ends in between.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from inspector.domain.counts import counted
from inspector.domain.errors import LogError
from inspector.files import DISK
from inspector.outputs import roll_up, unkept
from inspector.outputs.copy_rows import Copied, add_carved, copy_figures, copy_outbox, copy_table
from inspector.outputs.gaps import begin_anew, note, note_gaps, unguarded
from inspector.outputs.log_handle import migrate
from inspector.outputs.log_words import said_of
from inspector.outputs.schema import CHAINED, HEAD, LOST_PICTURE, chain, inspections, reviews
from inspector.outputs.trail_rows import event_row
from inspector.trail.actor import STATION
from inspector.trail.event import TrailKind, happened

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)
_TABLES = (*(table.name for table in CHAINED), chain.name)
#: Tables of which rows are looked for that no page leads to any more.
_CARVED = (inspections.name, reviews.name, chain.name)
_SCHEMAS = tuple(f"{number:04}" for number in range(1, int(HEAD) + 1))
_COUNTED, _OUTBOX, _CHAINED, _ROLLED_UP, _MEASURED = "0005", "0007", "0012", "0015", "0017"
_UNKEPT, _NESTS = "0018", "0019"
_HEADER = b"SQLite format 3\x00"
_PAGE_BYTES = 4096
_LOOK_BYTES = 1_000_000
_REJECTED = "ix_inspections_rejected"
_LOT = "recipe, lot, verdict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvaged:
    """What became of a damaged log.

    Args:
        aside: The damaged log under its new name.
        parts: Rows of inspections.
        reviews: Rows of judgements.
    """

    aside: Path
    parts: Copied
    reviews: Copied

    def words(self) -> str:
        """Say it to the operator."""
        lost = counted(self.parts.lost, "part") + (
            f" and {counted(self.reviews.lost, 'review')}" if self.reviews.lost else ""
        )
        could_not = f"{lost} could not be read" if self.parts.lost or self.reviews.lost else "nothing was lost"
        if self.parts.unknown:
            could_not = "how many could not be read is not known"
        named = f" (rows {self.parts.named()})" if self.parts.lost else ""
        return (
            f"The log was damaged. {counted(self.parts.copied, 'part')} and "
            f"{counted(self.reviews.copied, 'review')} were saved into a new "
            f"log; {could_not}{named}. The damaged log is kept as {self.aside}"
        )


def finished_path(log: Path) -> Path:
    """Return where a new log lies that is whole and has not taken its place yet."""
    return log.with_name(log.name + ".salvaged")


def looks_like_a_log(path: Path) -> bool:
    """Say whether a file that is no database any more was a result log, and not a text that somebody named."""
    try:
        with path.open("rb") as file:
            head = file.read(_LOOK_BYTES)
    except OSError:
        return False
    return b"ix_inspections_" in head or b"alembic_version" in head


def damage_in(path: Path) -> str:
    """Return what is damaged in a log that nothing has open; empty where it is whole."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        head = file.read(100)
        if head[:16] != _HEADER:
            return "it does not begin as a database does"
        if head[18] not in (1, 2) or head[19] not in (1, 2) or head[21:24] != bytes((64, 32, 32)):
            return "its header is damaged"
    try:
        with contextlib.closing(_read_only(path)) as log:
            return damage_seen_by(log)
    except (sqlite3.Error, UnicodeError) as error:
        return str(error)


def damage_seen_by(log: sqlite3.Connection) -> str:
    """Return what is damaged in a log; empty where it is whole.

    Raises:
        sqlite3.Error: If not even that can be found out.
    """
    said = str(log.execute("PRAGMA quick_check(1)").fetchone()[0])
    if said != "ok":
        return " ".join(said.replace("*** in database main ***", "").split())
    version = log.execute("SELECT version_num FROM alembic_version").fetchone()
    if version is None:
        return "it does not say its version"
    if version[0] != HEAD:
        return ""  # a newer version's, or one that migrations bring up to date
    for table in (*CHAINED, chain):
        names = {row[1] for row in log.execute(f"PRAGMA table_info({table.name})")}
        if names != {column.name for column in table.columns}:
            return f"the columns of {table.name} are not as they were made"
    return ""


def salvage(log: Path) -> Salvaged:
    """Set a damaged log aside and put what can be read of it in its place; nothing has it open.

    Raises:
        LogError: If the disk is full or the folder cannot be written; the damaged log stays where it is.
    """
    partial = log.with_name(log.name + ".salvage")
    aside = aside_path(log, "damaged")
    try:
        _remove(partial)
        parts, said = _rebuild(log, partial)
        salvaged = Salvaged(aside=aside, parts=parts, reviews=said)
        for picture in _lost_pictures(log, parts):
            _note_in(partial, LOST_PICTURE, picture)
        _note_in(partial, "damaged", salvaged.words())
        with partial.open("r+b") as file:
            os.fsync(file.fileno())
        partial.replace(finished_path(log))
        DISK.flush_folder(log.parent)
        put_in_place(log, aside)
    except (OSError, sqlite3.Error) as error:
        raise LogError(
            f"the damaged log {log} cannot be replaced by what can be read of it: {said_of(error).words}",
            "Free space on its disk and see that the folder can be written; the station goes on trying.",
        ) from error
    _log.error("%s", salvaged.words())
    return salvaged


def put_in_place(log: Path, aside: Path | None = None) -> None:
    """Set the log aside that lies there, and put the finished one in its place; does nothing where there is none."""
    finished = finished_path(log)
    if not finished.exists():
        return
    if log.exists():
        set_aside(log, aside or aside_path(log, "damaged"), finished)
    else:
        finished.replace(log)
    DISK.flush_folder(log.parent)


def set_aside(log: Path, aside: Path, instead: Path | None = None) -> None:
    """Give a log and its write-ahead log another name, and another file its place at once.

    Args:
        aside: The new name; a ``-wal`` goes with it.
        instead: Takes the log's place; None to leave it empty.
    """
    ahead, shared = (log.with_name(log.name + suffix) for suffix in ("-wal", "-shm"))
    pairs = [(file, aside.with_name(aside.name + suffix)) for file, suffix in ((ahead, "-wal"), (log, ""))]
    for file, name in pairs:
        if file.exists():
            try:
                os.link(file, name)  # so that there is no moment without a log
            except OSError:
                file.replace(name)  # a file system without such links
    # a write-ahead log would be played into whichever log lies beside it
    for file in (ahead, shared, *((log,) if instead is None else ())):
        file.unlink(missing_ok=True)
    if instead is not None:
        instead.replace(log)
    DISK.flush_folder(log.parent)


def aside_path(log: Path, why: str) -> Path:
    """Return a name for a log that is set aside, which nothing has yet."""
    stem = f"{log.stem}.{why}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    names = (log.with_name(f"{stem}{'' if number == 1 else f'-{number}'}{log.suffix}") for number in range(1, 10_000))
    return next(name for name in names if not name.exists())


# --- reading what can be read ----------------------------------------------------------------------------------------


def _rebuild(log: Path, partial: Path) -> tuple[Copied, Copied]:
    """Build a new log of what can be read; a header that is damaged is mended in a copy."""
    try:
        return _with_carved(log, partial, _copy(log, partial))
    except sqlite3.Error as error:
        _log.warning("the damaged log %s cannot be opened (%s); its header is mended in a copy", log, error)
    copy = log.with_name(log.name + ".mended")
    try:
        for suffix in ("", "-wal"):
            source = log.with_name(log.name + suffix)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + suffix))
        for mend in (_mend_header, _take_first_page_anew):
            mend(copy)
            _remove(partial)
            with contextlib.suppress(sqlite3.Error):
                return _with_carved(copy, partial, _copy(copy, partial))
        _remove(partial)
        _make(partial, HEAD)
        return _with_carved(log, partial, {})
    finally:
        _remove(copy)


def _copy(source: Path, partial: Path) -> dict[str, Copied]:
    """Copy what can be read, and return it by table; tables that the damaged log's schema has not are left out."""
    with contextlib.closing(_read_only(source)) as damaged:
        tables = {row[0] for row in damaged.execute("SELECT name FROM sqlite_master WHERE type='table'")}
        if inspections.name not in tables:
            raise sqlite3.DatabaseError("the list of its tables is damaged")
        schema = HEAD
        with contextlib.suppress(sqlite3.Error, TypeError):
            version = damaged.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            schema = version if version in _SCHEMAS else HEAD
    _make(partial, schema)
    uri = f"file:{quote(str(partial))}?mode=rw"
    with contextlib.closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as new:
        new.execute("PRAGMA journal_mode=MEMORY")
        new.execute("PRAGMA synchronous=OFF")
        new.execute("ATTACH ? AS damaged", (f"file:{quote(str(source))}?mode=ro",))
        copied = {name: copy_table(new, name) for name in _TABLES if name in tables}
        if schema >= _COUNTED:  # the migration to it counts by itself
            new.execute("DELETE FROM counts")
            new.execute(f"INSERT INTO counts SELECT {_LOT}, count(*) FROM inspections GROUP BY {_LOT}")  # noqa: S608
        if schema >= _OUTBOX:
            copy_outbox(new)
        if schema >= _CHAINED:
            copy_figures(new, measured=schema >= _MEASURED)
        if schema >= _ROLLED_UP:
            roll_up.install(new)
            roll_up.fill(new.execute, "main.", nests=schema >= _NESTS)
        if schema >= _UNKEPT:
            unkept.fill(new.execute, "main.")
    if schema != HEAD:
        _make(partial, HEAD)
    return copied


def _with_carved(source: Path, partial: Path, copied: dict[str, Copied]) -> tuple[Copied, Copied]:
    """Add the rows to which no page of the damaged log leads any more, and name what the chain then lacks.

    Args:
        copied: What was copied, by table; empty where not even the list of tables could be read.
    """
    nothing = Copied() if copied else Copied(unknown=True)
    now = {name: copied.get(name, nothing) for name in _CARVED}
    with contextlib.closing(sqlite3.connect(partial)) as new:
        new.isolation_level = None
        roll_up.install(new)  # rows that are added are counted
        new.execute("BEGIN")
        with unguarded(new, inspections.name, reviews.name, only="_chained"):
            for name in (inspections.name, reviews.name):
                if now[name].missing or now[name].unknown:
                    now[name] = add_carved(new, name, source, now[name])
            if now[chain.name].missing:
                now[chain.name] = add_carved(new, chain.name, source, now[chain.name])
        new.execute("COMMIT")
        if not copied.get(chain.name, Copied()).copied:
            begin_anew(new, "the log was damaged, and the chain over its rows begins here")
        elif any(table.missing for table in copied.values()):
            note_gaps(new)
    return now[inspections.name], now[reviews.name]


def _lost_pictures(log: Path, parts: Copied) -> list[str]:
    """Return the pictures of parts that did not pass and whose rows are lost, as far as their index can be read."""
    if not parts.missing:
        return []
    rejected = f"SELECT rowid, picture_path FROM inspections INDEXED BY {_REJECTED} WHERE verdict <> 'PASS'"  # noqa: S608
    missing, pictures = frozenset(parts.missing), list[str]()
    with contextlib.suppress(sqlite3.Error), contextlib.closing(_read_only(log)) as damaged:
        pictures += [path for number, path in damaged.execute(rejected) if number in missing and path is not None]
    return pictures


def _make(partial: Path, schema: str) -> None:
    engine = create_engine(f"sqlite:///{partial}", poolclass=NullPool)
    migrate(engine, schema)
    engine.dispose()


def _note_in(log: Path, kind: str, words: str) -> None:
    with contextlib.closing(sqlite3.connect(log)) as new:
        note(new, kind, words)
        told = event_row(happened(TrailKind.RECORD, "the record", reason=words, by=STATION))
        names = ", ".join(f'"{name}"' for name in told)
        signs = ", ".join("?" * len(told))
        new.execute(f"INSERT INTO audit_events ({names}) VALUES ({signs})", tuple(told.values()))  # noqa: S608
        new.commit()


def _mend_header(copy: Path) -> None:
    """Write what every log's header says; what differs from log to log is kept, or follows from the file."""
    data = bytearray(copy.read_bytes()[:_PAGE_BYTES].ljust(_PAGE_BYTES, b"\0"))
    pages = max(1, copy.stat().st_size // _PAGE_BYTES)
    data[:24] = _HEADER + _PAGE_BYTES.to_bytes(2, "big") + bytes((2, 2, 0, 64, 32, 32))
    data[28:40] = pages.to_bytes(4, "big") + bytes(8)  # no free pages: rows are never deleted
    data[44:68] = (4).to_bytes(4, "big") + bytes(8) + (1).to_bytes(4, "big") + data[60:64] + bytes(4)
    data[72:92] = bytes(20)
    data[92:96] = data[24:28]  # the size that stands above is valid
    with copy.open("r+b") as file:
        file.write(data)


def _take_first_page_anew(copy: Path) -> None:
    """Take the first page, which lists the tables, from a new log: logs that were never migrated have the same."""
    fresh = copy.with_name(copy.name + ".fresh")
    try:
        _make(fresh, HEAD)
        page = fresh.read_bytes()[:_PAGE_BYTES]
    finally:
        _remove(fresh)
    with copy.open("r+b") as file:
        file.write(page)
    _mend_header(copy)


def finish(log: Path) -> str:
    """Put a new log in place that the last run had finished; return what was said of it, empty where there was none."""
    if not finished_path(log).exists():
        return ""
    put_in_place(log)
    with contextlib.closing(_read_only(log)) as new:
        return str(new.execute("SELECT words FROM events ORDER BY number DESC LIMIT 1").fetchone()[0])


def set_empty_aside(log: Path) -> str:
    """Set aside a log without content, or what a log has left of itself; return what was found, empty for nothing."""
    ahead = log.with_name(log.name + "-wal")
    rows = ahead.exists() and ahead.stat().st_size > 0
    if (log.exists() and log.stat().st_size > 0) or not (log.exists() or rows):
        return ""
    aside = aside_path(log, "empty" if log.exists() else "lost")
    if log.exists():
        what = f"The log {log} was empty (0 bytes)"
    else:
        what = f"The log {log} was gone, and only what was last written to it was left"
    set_aside(log, aside)
    kept = aside if aside.exists() else aside.with_name(aside.name + "-wal")
    words = f"{what}. It is kept as {kept}, and a new log was begun: the parts of before are not in it. Restore a copy"
    _log.error("%s", words)
    return words


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)


def _remove(path: Path) -> None:
    """Remove a log that is being made, never one that was."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
