"""Checks a record: every row by the chain, every signed head, every kept picture; reads beside a running station."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from inspector.domain.causes import cause_of
from inspector.domain.counts import counted
from inspector.domain.errors import LogError
from inspector.outputs.chain import any_text
from inspector.outputs.chain_check import MOST_CHANGES, ChainWalk, ChangeKind, RowChange
from inspector.outputs.gaps import is_recorded, recorded_gaps
from inspector.outputs.kept_places import KeptPlaces
from inspector.outputs.log_handle import log_errors
from inspector.outputs.schema import CHAIN_BEGINS, HEAD
from inspector.proof.heads import ProofError, RecordHead, stored_heads

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.signing import TrustedKey

_AT_ONCE = 500
#: Of a kept picture's path: year, month, day, verdict, name. The folder above may have been moved.
_TAIL = 5
_PICTURES = {
    "inspections": "SELECT rowid, id, picture_path, picture_sha256 FROM inspections WHERE picture_path IS NOT NULL",
    "part_views": (
        "SELECT rowid, number, picture_path, picture_sha256 FROM part_views "
        "WHERE picture_path IS NOT NULL AND place > 0"  # the main view's picture is the part's
    ),
}


@dataclass(slots=True, kw_only=True)
class RecordReport:
    """What the check of a record has found.

    Args:
        entries: Rows that were checked.
        before_chain: How many of them were there before the chain, and were chained as they were then.
        chained_since: When the chain began, UTC; empty where its begin is lost.
        changes: What is not as it was written.
        gaps: What is missing since a damage, as the record itself says.
        heads: Signed heads that were checked, given ones too.
        last_head: The newest of them.
        unsigned: Rows after the newest signed head, without its own: whoever cuts these off is not seen.
        unknown_key: Fingerprint of the key in the record, where no key is trusted here; empty otherwise.
        pictures: Kept pictures that are as they were.
        removed: Kept pictures that the archive's limits have removed, as the record says.
        gave_up: There were so many changes that the rest was not looked at.
    """

    entries: int = 0
    before_chain: int = 0
    chained_since: str = ""
    changes: list[RowChange] = field(default_factory=list)
    gaps: list[RowChange] = field(default_factory=list)
    heads: int = 0
    last_head: RecordHead | None = None
    unsigned: int = 0
    unknown_key: str = ""
    pictures: int = 0
    removed: int = 0
    gave_up: bool = False

    @property
    def whole(self) -> bool:
        """Whether all is as it was written."""
        return not self.changes and not self.gaps

    def verdict(self) -> str:
        """Say it in a sentence."""
        if self.changes:
            at_least = "at least " if self.gave_up else ""
            return f"The record was changed: {at_least}{counted(len(self.changes), 'finding')}."
        if self.gaps:
            return f"The record is as it was written, but rows are missing since it was damaged: {len(self.gaps)}."
        return "The record is as it was written."


class RecordCheck:
    """One check of a log; `steps` does it, then `report` holds what was found.

    Args:
        log: The result log.
        keys: Public keys whose signatures count; none: the key in the record is used, and said to be unknown.
        heads: Signed heads that were sent away.
        pictures: Whether kept pictures are read, too.
        archive: Where they lie, if neither where the record says nor beside the log.
    """

    def __init__(
        self,
        log: Path,
        *,
        keys: Sequence[TrustedKey] = (),
        heads: Sequence[RecordHead] = (),
        pictures: bool = True,
        archive: Path | None = None,
    ) -> None:
        self._log, self._keys, self._given = log, tuple(keys), tuple(heads)
        self._pictures, self._archive, self._places = pictures, archive, KeptPlaces(log)
        self.report = RecordReport()

    def steps(self) -> Iterator[tuple[str, int, int]]:
        """Check; yields what is looked at (“rows”, “pictures”), how many were, and about how many there are.

        Raises:
            LogError: If the log cannot be read, or is of another version.
        """
        if not self._log.is_file():
            raise LogError(f"there is no result log {self._log}", "Check the path.")
        uri = f"file:{quote(str(self._log.resolve()))}?mode=ro"
        with log_errors(self._log, "read"), closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as log:
            log.text_factory = any_text
            self._refuse_another(log)
            yield from self._rows(log)
            if self._pictures and not self.report.gave_up:
                yield from self._kept(log)

    def _refuse_another(self, log: sqlite3.Connection) -> None:
        tables = {row[0] for row in log.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        schema = None
        if "alembic_version" in tables:
            schema = log.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        if schema is None or "chain" not in tables:
            raise LogError(
                f"the log {self._log} has schema {schema or 'none'}, older than {HEAD}: it has no chain",
                "Open it in a station once.",
            )

    def _rows(self, log: sqlite3.Connection) -> Iterator[tuple[str, int, int]]:
        stored = stored_heads(self._log)
        heads = (*stored, *self._given)
        total = log.execute("SELECT coalesce(max(number), 0) FROM chain").fetchone()[0]
        walk = ChainWalk(log, [head.entries for head in heads])
        for walked in walk.steps():
            yield "rows", walked, total
        report = self.report
        report.entries, report.gave_up = walk.entries, walk.gave_up
        self._begins(log)
        recorded = recorded_gaps(log)
        for change in walk.changes:
            (report.gaps if is_recorded(change, recorded) else report.changes).append(change)
        if not walk.gave_up:
            for head in heads:
                self._check_head(head, walk)
            self._check_keys(heads)
        report.heads = len(heads)
        report.last_head = max(heads, key=lambda head: head.entries, default=None)
        report.unsigned = walk.newest - (report.last_head.entries if report.last_head else 0)
        report.unsigned -= report.last_head in stored  # the row of the head itself

    def _begins(self, log: sqlite3.Connection) -> None:
        """Find where the chain began: what stands before that entry was there before it."""
        begin = log.execute(
            "SELECT number, time_utc FROM events WHERE kind = ? ORDER BY number DESC LIMIT 1", (CHAIN_BEGINS,)
        ).fetchone()
        if begin is None:
            return
        self.report.chained_since = begin[1]
        entry = log.execute(
            "SELECT number FROM chain WHERE source = 'events' AND row_key = ? LIMIT 1", (str(begin[0]),)
        ).fetchone()
        self.report.before_chain = entry[0] - 1 if entry else 0

    def _check_head(self, head: RecordHead, walk: ChainWalk) -> None:
        if head.entries > walk.newest:
            self._say(
                ChangeKind.CUT,
                head,
                f"the record ends at entry {walk.newest}; entry {head.entries} was signed on {head.time_utc}: "
                "its end was cut off",
            )
        elif (stands := walk.marks.get(head.entries)) is None or stands.hex() != head.hash:
            self._say(
                ChangeKind.RECHAINED,
                head,
                f"entry {head.entries} is not what was signed on {head.time_utc}: rows up to there were changed, and "
                "the chain was made anew",
            )

    def _check_keys(self, heads: Sequence[RecordHead]) -> None:
        keys = self._keys
        if not keys and heads:
            try:
                own = heads[0].key()
            except ProofError as error:
                self._say(ChangeKind.SIGNATURE, heads[0], error.what)
                return
            keys, self.report.unknown_key = (own,), own.fingerprint
        for head in heads:
            if not any(head.is_signed_by(key) for key in keys):
                self._say(
                    ChangeKind.SIGNATURE,
                    head,
                    f"the head of {head.time_utc} (entry {head.entries}) is not signed by a key that counts here",
                )

    def _say(self, kind: ChangeKind, head: RecordHead, words: str) -> None:
        key = str(head.entries)
        self.report.changes.append(RowChange(kind=kind, table="chain_heads", key=key, entry=head.entries, words=words))

    # --- pictures -----------------------------------------------------------------------------------------------------

    def _kept(self, log: sqlite3.Connection) -> Iterator[tuple[str, int, int]]:
        """Read the kept pictures, some rows at a time: a long read would hold up the station's log."""
        counts = (f"SELECT count(*) FROM ({rows})" for rows in _PICTURES.values())  # noqa: S608 - of this module
        looked, total = 0, sum(log.execute(statement).fetchone()[0] for statement in counts)
        for table, rows in _PICTURES.items():
            last = 0
            while some := log.execute(f"{rows} AND rowid > ? ORDER BY rowid LIMIT {_AT_ONCE}", (last,)).fetchall():
                for last, key, path, sha256 in some:  # noqa: B007 - the next rows begin after it
                    self._look_at(log, table, str(key), str(path), sha256)
                    looked += 1
                    if len(self.report.changes) >= MOST_CHANGES:
                        self.report.gave_up = True
                        return
                yield "pictures", looked, total

    def _look_at(self, log: sqlite3.Connection, table: str, key: str, path: str, sha256: object) -> None:
        file = Path(self._places.of(path))
        if self._archive is not None:
            file = self._archive.joinpath(*file.parts[-_TAIL:])
        try:
            with file.open("rb") as picture:
                digest = hashlib.file_digest(picture, "sha256").hexdigest()
        except FileNotFoundError:
            removed = "SELECT 1 FROM removed_pictures WHERE picture = ? LIMIT 1"
            if log.execute(removed, (file.name,)).fetchone():
                self.report.removed += 1
            else:
                self._say_picture(ChangeKind.PICTURE_GONE, table, key, f"{file} is missing, and no limit removed it")
        except OSError as error:
            self._say_picture(ChangeKind.PICTURE_GONE, table, key, f"{file} cannot be read: {cause_of(error)}")
        else:
            if digest == sha256:
                self.report.pictures += 1
            else:
                self._say_picture(ChangeKind.PICTURE_ALTERED, table, key, f"{file} is not the picture that was kept")

    def _say_picture(self, kind: ChangeKind, table: str, key: str, words: str) -> None:
        self.report.changes.append(RowChange(kind=kind, table=table, key=key, entry=None, words=words))
