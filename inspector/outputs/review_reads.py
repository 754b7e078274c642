"""What is asked of the record of reviews. What cannot be read is noted, the rest is served."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from inspector.domain.errors import LogError
from inspector.domain.review import Judgement, QueueKind, Review, Standing, standings
from inspector.outputs import unkept
from inspector.outputs.commit_times import with_commit_times
from inspector.outputs.damage import Reader, all_numbers, is_damage, readable_rows
from inspector.outputs.log_reads import read_parts
from inspector.outputs.query import where
from inspector.outputs.rows import RowError, from_row, time_of, verdict_of
from inspector.outputs.schema import KEPT_PASS, REJECTED, SEQUENCE, inspections, reviews
from inspector.outputs.view_rows import AT_ONCE, with_views

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Select

    from inspector.domain.records import Inspection, Verdict
    from inspector.outputs.base import LogQuery

_IDS_AT_ONCE = 500


class PartRow(NamedTuple):
    """What a queue is made of: one inspection, without the rest of its row; made 100,000 times, so a plain tuple.

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

    def newest(self) -> int:
        """Return the number of the newest row, 0 where there is none: a later one says that something was said since.

        Raises:
            LogError: If the log cannot be read.
        """
        with self._errors("read"), self._reading() as connection:
            return int(connection.execute(select(func.coalesce(func.max(reviews.c.number), 0))).scalar() or 0)

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
                yield self._placed(part)

    def counted_parts(self, query: LogQuery) -> Iterator[tuple[PartRow, int]]:
        """Return the inspections of a query: one by one where a picture was kept, of others how many are alike.

        Of millions of parts most have no picture: the roll-up has counted them, and their id says nothing. The others
        come in no order.

        Raises:
            LogError: If the log cannot be read.
        """
        columns = inspections.c
        kind = (columns.verdict, columns.recipe, columns.recipe_version, (columns.image_not_saved != "").label("lost"))
        kept = select(*kind, columns.id, columns.picture_path).select_from(inspections)
        # a lot that has a name is a small part of the log, which its own index finds
        of_lot = query.recipe is not None and bool(query.lot)
        passed = text("+inspections.verdict = 'PASS'") if of_lot else KEPT_PASS  # + chooses no index
        both = (kept.where(verdict, columns.picture_path.is_not(None)) for verdict in (REJECTED, passed))
        statements = [where(these, query, by_id=not of_lot) for these in both]
        try:
            with self._errors("read"), self._reading() as connection:
                others = unkept.count(connection, query)
                shown = [row for statement in statements for row in connection.execute(statement).all()]
            verdicts = {name: verdict_of(name) for name in {row[0] for row in (*others, *shown)}}
        except (LogError, RowError):  # read past what is damaged or odd, and note it
            return ((part, 1) for part in self.parts(query))
        return itertools.chain(
            (
                (PartRow("", verdicts[verdict], recipe, version, None, lost), count)
                for (verdict, recipe, version, lost), count in others.items()
            ),
            (
                (PartRow(part, verdicts[verdict], recipe, version, self._kept.of(picture), bool(lost)), 1)
                for verdict, recipe, version, lost, part, picture in shown
            ),
        )

    def pictured(self, query: LogQuery) -> tuple[list[str], int]:
        """Return the ids of a query's inspections of which a picture was kept, as recorded, and of how many none was.

        Raises:
            LogError: If the log cannot be read.
        """
        columns = inspections.c
        chosen = where(select(columns.id, columns.picture_path.is_not(None)).select_from(inspections), query)
        try:
            with self._errors("read"), self._reading() as connection:
                rows = [
                    (part, shown) for part, shown in connection.execute(where(chosen, query).order_by(SEQUENCE)).all()
                ]
        except LogError:  # read past what is damaged, and note it
            rows = [(part.id, part.picture is not None) for part in self.parts(query)]
        ids = [part for part, shown in rows if shown]
        return ids, len(rows) - len(ids)

    def last_before(self, recipe: str, version: int) -> int | None:
        """Return the sequence of the last part that an earlier version of a recipe judged; None where none did.

        The record's order tells, not the clock, which may have been set.

        Raises:
            LogError: If the log cannot be read.
        """
        columns = inspections.c
        earlier = select(SEQUENCE).where(columns.recipe == recipe, columns.recipe_version < version)
        with self._errors("read"), self._reading() as connection:
            return connection.execute(earlier.order_by(SEQUENCE.desc()).limit(1)).scalar()

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
        with self._errors("read"):
            for start in range(0, len(parts), AT_ONCE):
                some = list(parts.values())[start : start + AT_ONCE]
                complete = with_commit_times(self._reading, with_views(self._reading, some))
                parts |= {part.id: self._kept.part(part) for part in complete}
        return parts

    def _placed(self, part: PartRow) -> PartRow:
        path = part.picture and self._kept.of(part.picture)
        return part if path == part.picture else part._replace(picture=path)

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
                said = connection.execute(statement.order_by(reviews.c.number))
                names = tuple(said.keys())
                return list(self._reviews_in([dict(zip(names, row, strict=True)) for row in said.all()]))
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
