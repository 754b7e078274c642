"""The record of reviews: rows that are only added, in the result log's file, beside a running station."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import IntegrityError

from inspector.domain.errors import ReviewError
from inspector.domain.text import DEFECT_TYPE, PERSON, REMARK, TextError
from inspector.outputs.beside import BUSY_S, LogBeside
from inspector.outputs.kept_places import KeptPlaces
from inspector.outputs.review_reads import ReviewReader
from inspector.outputs.rows import time_text
from inspector.outputs.schema import audit_events, inspections, reviews
from inspector.outputs.trail_rows import event_row
from inspector.trail.actor import doer
from inspector.trail.event import TrailEvent, TrailKind, happened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from inspector.domain.review import Review


class ReviewLog(ReviewReader):
    """Reads and adds reviews; any thread, any number of programs at once, with or without a station on the log.

    Args:
        path: The result log.
        read_only: Whether reviews can be read only.
        busy_s: How long one attempt waits for another writer, seconds; there are three.

    Raises:
        LogError: See `LogBeside`.
    """

    def __init__(self, path: Path, *, read_only: bool = False, busy_s: float = BUSY_S) -> None:
        self._beside = LogBeside(path, read_only=read_only, busy_s=busy_s)
        super().__init__(self._beside.connected, self._beside.errors_of, KeptPlaces(path))
        self.path = self._beside.path
        self._engine = self._beside.engine

    # --- adding -------------------------------------------------------------------------------------------------------

    def add(self, review: Review) -> None:
        """Commit a judgement or a withdrawal; when this returns, it survives a power cut.

        Repeated after an unclear failure, the row is not doubled.

        Raises:
            ReviewError: If there is no such part, or what is to be withdrawn is not there, not this reviewer's, or
                withdrawn already.
            LogError: If it could not be written; nothing is, and the same review can be added later.
        """
        _check_texts(review)
        row = _to_row(review)
        self._beside.write(
            lambda connection: self._add(connection, review, row), lambda: self.find(review.id) is not None
        )

    def _add(self, connection: Connection, review: Review, row: Mapping[str, Any]) -> None:
        self._refuse(connection, review)
        connection.execute(text("BEGIN IMMEDIATE"))
        try:
            connection.execute(insert(reviews).values(row))
            if review.undoes is not None:
                connection.execute(insert(audit_events), event_row(_taken_back(review)))
            connection.commit()
            self._beside.sync()
        except IntegrityError:
            connection.rollback()
            there = connection.execute(select(reviews).where(reviews.c.id == review.id)).mappings().first()
            if there is not None and {name: there[name] for name in row} == row:
                self._beside.sync()
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


def _taken_back(review: Review) -> TrailEvent:
    after, by = {"review": review.undoes}, doer(review.reviewer)
    return happened(TrailKind.TAKE_BACK, review.inspection_id, after=after, reason=review.note, by=by)


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
