"""What is asked of the record of reviews. What cannot be read is noted, the rest is served."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from inspector.domain.errors import LogError
from inspector.domain.review import Judgement, QueueKind, Review, Standing, standings
from inspector.outputs.damage import Reader, all_numbers, is_damage, readable_rows
from inspector.outputs.log_reads import read_parts
from inspector.outputs.query import where
from inspector.outputs.rows import RowError, from_row, time_of, verdict_of
from inspector.outputs.schema import SEQUENCE, inspections, reviews

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Select

    from inspector.domain.records import Inspection, Verdict
    from inspector.outputs.base import LogQuery

_IDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class PartRow:
    """What a queue is made of: one inspection, without the rest of its row.

    Args:
        id: Id of the inspection.
        recipe: The recipe's name.
        recipe_version: The recipe's version.
        picture: Path of the kept picture, which may have been removed since; None where none was kept.
        not_saved: Whether one should have been kept but could not be.
    """

    id: str
    verdict: Verdict
    recipe: str
    recipe_version: int
    picture: str | None
    not_saved: bool


def part_row(row: Mapping[str, Any]) -> PartRow:
    """Return what a queue is made of.

    Raises:
        RowError: If the verdict is none.
    """
    return PartRow(
        row["id"],
        verdict_of(row["verdict"]),
        row["recipe"],
        row["recipe_version"],
        row["picture_path"],
        row["image_not_saved"] != "",
    )


class ReviewReader(Reader):
    """The reading half of a record of reviews; any thread."""

    def history(self, inspection_id: str) -> list[Review]:
        """Return all that was ever said of a part, in the order in which it was committed.

        Raises:
            LogError: If the log cannot be read.
        """
        these = select(reviews).where(reviews.c.inspection_id == inspection_id)
        return self._said(these, lambda said: said.inspection_id == inspection_id)

    def find(self, review_id: str) -> Review | None:
        """Return one review; None where there is no such.

        Raises:
            LogError: If the log cannot be read.
        """
        said = self._said(select(reviews).where(reviews.c.id == review_id), lambda said: said.id == review_id)
        return said[0] if said else None

    def standing(self, inspection_id: str) -> Standing:
        """Return what stands of a part at present.

        Raises:
            LogError: If the log cannot be read.
        """
        empty = Standing(inspection_id=inspection_id, reviews=())
        return standings(self.history(inspection_id)).get(inspection_id, empty)

    def rows(self, query: LogQuery) -> list[Review]:
        """Return all that was ever said of the parts of a query, in the order in which it was committed.

        Raises:
            LogError: If the log cannot be read.
        """
        joined = select(reviews).join(inspections, inspections.c.id == reviews.c.inspection_id)
        parts: set[str] = set()

        def is_meant(said: Review) -> bool:
            if not parts:
                parts.update(part.id for part in self.parts(query))
            return said.inspection_id in parts

        return self._said(where(joined, query, by_id=True), is_meant)

    def standings(self, query: LogQuery) -> dict[str, Standing]:
        """Return what stands of every part of a query of which something does, by its inspection's id.

        Raises:
            LogError: If the log cannot be read.
        """
        return standings(self.rows(query))

    def standings_of(self, parts: Sequence[str]) -> dict[str, Standing]:
        """Return what stands of these inspections where something does, by their ids.

        Raises:
            LogError: If the log cannot be read.
        """
        # there are far fewer judgements than parts: all are read, rather than one part looked up after another
        wanted = frozenset(parts)
        said = self._said(select(reviews), lambda _: True)
        return standings([review for review in said if review.inspection_id in wanted])

    def last_of(self, reviewer: str) -> Review | None:
        """Return the reviewer's last judgement that stands, which an undo withdraws; None where there is none.

        Raises:
            LogError: If the log cannot be read.
        """
        own = (reviews.c.reviewer == reviewer) | reviews.c.undoes.is_not(None)
        said = self._said(select(reviews).where(own), lambda said: said.reviewer == reviewer or bool(said.undoes))
        withdrawn = {review.undoes for review in said}
        return next(
            (
                review
                for review in reversed(said)
                if review.reviewer == reviewer and review.judgement is not None and review.id not in withdrawn
            ),
            None,
        )

    def parts(self, query: LogQuery) -> Generator[PartRow]:
        """Iterate over the inspections of a query in the order in which they were recorded, with flat memory.

        Raises:
            LogError: If the log cannot be read.
        """
        columns = inspections.c
        wanted = (
            *(columns.id, columns.verdict, columns.recipe, columns.recipe_version),
            *(columns.picture_path, columns.image_not_saved),
        )
        with self._errors("read"), self._reading() as connection:
            for row in read_parts(connection, wanted, query, self.unreadable):
                try:
                    part = part_row(row)
                except RowError as error:
                    self.unreadable.note(inspections.name, row["sequence"], str(error))
                    continue
                yield part

    def counted_parts(self, query: LogQuery) -> Iterator[tuple[PartRow, int]]:
        """Return the inspections of a query: one by one where a picture was kept, of others how many are alike.

        Of millions of parts most have no picture: they are counted in the database. Those that were kept come in the
        order in which they were recorded; of others the id says nothing.

        Raises:
            LogError: If the log cannot be read.
        """
        columns = inspections.c
        kind = (columns.verdict, columns.recipe, columns.recipe_version, (columns.image_not_saved != "").label("lost"))
        alike = select(*kind, func.count()).where(columns.picture_path.is_(None)).group_by(*kind)
        kept = select(*kind, columns.id, columns.picture_path).where(columns.picture_path.is_not(None))
        try:
            with self._errors("read"), self._reading() as connection:
                others = [tuple(row) for row in connection.execute(where(alike, query))]
                shown = [tuple(row) for row in connection.execute(where(kept, query).order_by(SEQUENCE))]
            verdicts = {name: verdict_of(name) for name in {row[0] for row in (*others, *shown)}}
        except (LogError, RowError):  # read past what is damaged or odd, and note it
            return ((part, 1) for part in self.parts(query))
        return itertools.chain(
            (
                (PartRow("", verdicts[verdict], recipe, version, None, bool(lost)), count)
                for verdict, recipe, version, lost, count in others
            ),
            (
                (PartRow(part, verdicts[verdict], recipe, version, picture, bool(lost)), 1)
                for verdict, recipe, version, lost, part, picture in shown
            ),
        )

    def inspection(self, inspection_id: str) -> Inspection | None:
        """Return one inspection with its verdict; None where there is no such.

        Raises:
            LogError: If the log cannot be read.
        """
        return self.inspections([inspection_id]).get(inspection_id)

    def inspections(self, ids: list[str]) -> dict[str, Inspection]:
        """Return inspections by their ids; those that are not there, or cannot be read, are left out.

        Raises:
            LogError: If the log cannot be read.
        """
        parts: dict[str, Inspection] = {}
        with self._errors("read"), self._reading() as connection:
            for start in range(0, len(ids), _IDS_AT_ONCE):
                for row in self._rows_of(connection, ids[start : start + _IDS_AT_ONCE]):
                    try:
                        parts[row["id"]] = from_row(row)
                    except RowError as error:
                        self.unreadable.note(inspections.name, row["sequence"], str(error))
        return parts

    def _rows_of(self, connection: Connection, ids: Sequence[str]) -> list[Mapping[str, Any]]:
        these = inspections.c.id.in_(ids)
        try:
            rows = connection.execute(select(SEQUENCE, *inspections.c).where(these)).mappings()
            return [dict(row) for row in rows]
        except DBAPIError as error:
            if not is_damage(error):
                raise
            connection.rollback()
        try:
            numbers: Sequence[int] = connection.execute(select(SEQUENCE).where(these)).scalars().all()
        except DBAPIError:
            connection.rollback()
            numbers = all_numbers(connection, inspections.name)
        rows_there = readable_rows(connection, inspections.name, numbers, self.unreadable)
        return [row for row in rows_there if row["id"] in ids]

    def _said(self, statement: Select[Any], is_meant: Callable[[Review], bool]) -> list[Review]:
        """Return the reviews of a statement; where that is damaged, those of all that can be read that are meant."""
        with self._errors("read"), self._reading() as connection:
            try:
                rows = [dict(row) for row in connection.execute(statement.order_by(reviews.c.number)).mappings()]
                return list(self._reviews_in(rows))
            except DBAPIError as error:
                if not is_damage(error):
                    raise
                connection.rollback()
            numbers = all_numbers(connection, reviews.name)
            rows = list(readable_rows(connection, reviews.name, numbers, self.unreadable))
        return [review for review in self._reviews_in(rows) if is_meant(review)]

    def _reviews_in(self, rows: Sequence[Mapping[str, Any]]) -> Generator[Review]:
        for row in rows:
            try:
                review = review_of(row)
            except (RowError, ValueError) as error:
                self.unreadable.note(reviews.name, row["number"], str(error))
                continue
            yield review


def review_of(row: Mapping[str, Any]) -> Review:
    """Return the review of a row.

    Raises:
        ValueError: If a value is none that a review has.
    """
    return Review(
        id=row["id"],
        inspection_id=row["inspection_id"],
        time_utc=time_of(row["time_utc"]),
        reviewer=row["reviewer"],
        judgement=Judgement(row["judgement"]) if row["judgement"] is not None else None,
        defect_type=row["defect_type"],
        note=row["note"],
        queue=QueueKind(row["queue"]),
        blind=bool(row["blind"]),
        undoes=row["undoes"],
    )
