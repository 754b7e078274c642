"""The regression set in the result log: parts that are locked or released, by rows that are only added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, text

from inspector.domain.ids import new_id
from inspector.domain.regression import LockedKind
from inspector.outputs.beside import LogBeside
from inspector.outputs.rows import time_of, time_text
from inspector.outputs.schema import audit_events, regression_events
from inspector.outputs.trail_rows import event_row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from inspector.trail.event import TrailEvent

_LOCKED, _RELEASED = "locked", "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedPart:
    """A test part of a recipe.

    Args:
        number: Of its newest row, in the order of the commits; 0 before it has one.
        recipe: The recipe's name.
        picture: Name of the copy of its picture: the SHA-256, with the ending of the kept one. Of a part with several
            views those of all, the main one's first, with "; " between them.
        picture_sha256: Hex; of several views likewise.
        confirmed_by: Who judged it so, with "; " between them.
        confirmed_utc: When the last of them did.
        review_ids: Their rows in the record of reviews, likewise.
        released: Whether it is taken out.
        time_utc: When it was locked or released.
        who: Did so; “station” for what follows from reviews.
        reason: Why it was released or locked again; empty for what follows from reviews.
    """

    inspection_id: str
    recipe: str
    kind: LockedKind
    defect_type: str
    picture: str
    picture_sha256: str
    confirmed_by: str
    confirmed_utc: datetime
    review_ids: str
    time_utc: datetime
    who: str
    reason: str = ""
    released: bool = False
    number: int = 0

    @property
    def pictures(self) -> tuple[str, ...]:
        """Names of the copies, of each view one."""
        return tuple(self.picture.split("; "))

    @property
    def hashes(self) -> tuple[str, ...]:
        """SHA-256 of each picture, hex."""
        return tuple(self.picture_sha256.split("; "))


class RegressionLog:
    """Reads and adds rows; any thread, beside a running station.

    Args:
        path: The result log.
        read_only: Whether it can be read only.

    Raises:
        LogError: See `LogBeside`.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._beside = LogBeside(path, read_only=read_only)
        self.path = self._beside.path

    def parts(self, recipe: str | None = None) -> list[LockedPart]:
        """Return every part that was ever locked, as it stands now, in the order in which they were first locked.

        Args:
            recipe: Of this recipe alone.

        Raises:
            LogError: If the log cannot be read.
        """
        statement = select(regression_events).order_by(regression_events.c.number)
        with self._beside.errors_of("read"), self._beside.connected() as connection:
            rows = [_part(row) for row in connection.execute(statement).mappings()]
        newest = {part.inspection_id: part for part in rows}  # says whose it is, too: a recipe may be renamed
        return [part for part in newest.values() if recipe in {None, part.recipe}]

    def lock(self, parts: Sequence[LockedPart]) -> None:
        """Commit parts that follow from reviews; one that was ever locked is left as it stands.

        Raises:
            LogError: If it could not be written; nothing is.
        """
        self._add(parts, None)

    def change(self, parts: Sequence[LockedPart], told: TrailEvent) -> None:
        """Commit that parts are released, locked again or another recipe's, and the event of the trail with it.

        Raises:
            LogError: If it could not be written; nothing is.
        """
        self._add(parts, told)

    def _add(self, parts: Sequence[LockedPart], told: TrailEvent | None) -> None:
        if not parts:
            return
        rows = [{"id": new_id(), **_row(part)} for part in parts]

        def add(connection: Connection) -> None:
            connection.execute(text("BEGIN IMMEDIATE"))
            try:
                known = set[str]()
                if told is None:
                    known = set(connection.execute(select(regression_events.c.inspection_id)).scalars())
                new = [row for row in rows if row["inspection_id"] not in known]
                if new:
                    connection.execute(insert(regression_events), new)
                if told is not None:
                    connection.execute(insert(audit_events), event_row(told))
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            self._beside.sync()

        self._beside.write(add, lambda: self._holds(parts))

    def _holds(self, parts: Sequence[LockedPart]) -> bool:
        return {part.inspection_id for part in parts} <= {part.inspection_id for part in self.parts()}


def _row(part: LockedPart) -> dict[str, Any]:
    return {
        "time_utc": time_text(part.time_utc),
        "event": _RELEASED if part.released else _LOCKED,
        "recipe": part.recipe,
        "inspection_id": part.inspection_id,
        "kind": part.kind.value,
        "defect_type": part.defect_type,
        "picture": part.picture,
        "picture_sha256": part.picture_sha256,
        "confirmed_by": part.confirmed_by,
        "confirmed_utc": time_text(part.confirmed_utc),
        "review_ids": part.review_ids,
        "who": part.who,
        "reason": part.reason,
    }


def _part(row: Mapping[Any, Any]) -> LockedPart:
    return LockedPart(
        number=row["number"],
        inspection_id=row["inspection_id"],
        recipe=row["recipe"],
        kind=LockedKind(row["kind"]),
        defect_type=row["defect_type"],
        picture=row["picture"],
        picture_sha256=row["picture_sha256"],
        confirmed_by=row["confirmed_by"],
        confirmed_utc=time_of(row["confirmed_utc"]),
        review_ids=row["review_ids"],
        time_utc=time_of(row["time_utc"]),
        who=row["who"],
        reason=row["reason"],
        released=row["event"] == _RELEASED,
    )
