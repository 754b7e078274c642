"""What is asked of the result log: counts, rows, numbers. What cannot be read is noted, the rest is served."""

from __future__ import annotations

import itertools
from array import array
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Integer, cast, func, select, text
from sqlalchemy.exc import DBAPIError

from inspector.domain.records import Verdict
from inspector.domain.tally import Tally
from inspector.outputs.base import LogEvent, LogQuery, YieldPoint
from inspector.outputs.commit_times import with_commit_times
from inspector.outputs.damage import Reader, all_numbers, is_damage, readable_rows
from inspector.outputs.outbox import unsent_pictures
from inspector.outputs.query import matches, odd_verdicts, settled_parts, verdict_column, where
from inspector.outputs.rows import RowError, from_row, time_of, time_text, verdict_of
from inspector.outputs.schema import (
    CHAIN_BEGINS,
    GAP,
    LOST_PICTURE,
    REJECTED,
    SEQUENCE,
    counts,
    events,
    inspections,
    part_views,
)
from inspector.outputs.view_rows import AT_ONCE, with_views

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from sqlalchemy import ColumnElement, Connection, Select

    from inspector.domain.records import Inspection
    from inspector.outputs.damage import Unreadable
_Answer = TypeVar("_Answer")
_STREAMED = 500
_NO_NUMBER = 2**62
# by indexes alone: the newest part before a time, the newest of all, and how many the clock says came since
_CLOCK_AND_SEQUENCE = """
SELECT coalesce((SELECT rowid FROM inspections WHERE time_utc < :time ORDER BY time_utc DESC, rowid DESC LIMIT 1), 0),
       coalesce((SELECT max(rowid) FROM inspections), 0),
       (SELECT count(*) FROM inspections WHERE time_utc >= :time)
"""
_LAST_BEFORE = "SELECT rowid FROM inspections NOT INDEXED WHERE time_utc < :time ORDER BY rowid DESC LIMIT 1"
_TABLE = inspections.name
_VERDICTS = tuple(sorted(verdict.value for verdict in Verdict))
_FIELDS = {
    Verdict.PASS.value: "passed",
    Verdict.FAIL.value: "failed",
    Verdict.REVIEW.value: "review",
    Verdict.ERROR.value: "error",
}


def read_parts(
    connection: Connection,
    columns: Sequence[ColumnElement[Any]],
    query: LogQuery,
    unreadable: Unreadable,
    *,
    newest_first: bool = False,
) -> Generator[dict[str, Any]]:
    """Read the parts of a query in the order in which they were recorded, with flat memory while the file is whole.

    Where a part of the file is damaged, the rows are read by their numbers, past those that cannot be read.

    Args:
        connection: To the log; nothing else uses it meanwhile.
        columns: What is wanted; where the log is damaged, a row has the other columns too.
        query: Which parts.
        unreadable: Takes the rows that cannot be read.
        newest_first: The other way round.

    Raises:
        DBAPIError: If nothing can be read.
    """
    names = ("sequence", *(column.name for column in columns))
    read = 0
    try:
        for values in connection.execution_options(yield_per=_STREAMED).execute(
            statement_of(columns, query, newest_first=newest_first)
        ):
            row = dict(zip(names, values, strict=True))
            read = row["sequence"]
            yield row
    except DBAPIError as error:
        if not is_damage(error):
            raise
        connection.rollback()
    else:
        return
    numbers, exact = _numbers(connection, query)
    if newest_first:
        numbers = numbers[::-1]
    rest = [number for number in numbers if not read or ((number < read) if newest_first else (number > read))]
    for row in readable_rows(connection, _TABLE, rest, unreadable):
        if exact or matches(row, query):
            yield row


def statement_of(columns: Sequence[ColumnElement[Any]], query: LogQuery, *, newest_first: bool = False) -> Select[Any]:
    """Return what reads the parts of a query in the order of their commits."""
    order = SEQUENCE.desc() if newest_first else SEQUENCE
    chosen = select(SEQUENCE, *columns).select_from(inspections)
    if len(columns) < len(inspections.columns):
        return where(chosen, query).order_by(order)  # an index may hold all of it
    narrow = where(select(SEQUENCE).select_from(inspections), query)
    if narrow.whereclause is not None:
        # only numbers are sorted, not whole rows
        chosen = chosen.where(SEQUENCE.in_(narrow.correlate(None)))
    return chosen.order_by(order)


def _numbers(connection: Connection, query: LogQuery) -> tuple[Sequence[int], bool]:
    """Return the numbers of a query's rows; or of all rows, and False, where its index is damaged."""
    try:
        statement = where(select(SEQUENCE).select_from(inspections), query).order_by(SEQUENCE)
        return array("q", connection.execute(statement).scalars()), True
    except DBAPIError as error:
        if not is_damage(error):
            raise
        connection.rollback()
    return all_numbers(connection, _TABLE), False


class LogReader(Reader):
    """The reading half of a result log; any thread."""

    def tally(self, query: LogQuery) -> Tally:
        """Count the parts of a query; see `ResultLog.tally`."""
        bounds = (query.since, query.until, query.after, query.before, query.part, query.nest)
        of_lot = all(bound is None for bound in bounds)
        verdict = inspections.c.verdict
        known = verdict_column(query).in_(_VERDICTS)
        statement = where(select(verdict, func.count()).where(known), query).group_by(verdict)

        def counted(connection: Connection, statement: Select[Any]) -> Tally:
            numbers = {_FIELDS[name]: number for name, number in connection.execute(statement) if name in _FIELDS}
            if query.verdicts is None:
                self._note_odd(connection, query)
            return Tally(**numbers)

        def by_row(connection: Connection) -> Tally:
            tally = Tally()
            for row in read_parts(connection, (verdict,), query, self.unreadable):
                if self._is_verdict(row["sequence"], row["verdict"]):
                    tally = tally.plus(Verdict(row["verdict"]))
            return tally

        statements = (counts_of(query), statement) if of_lot else (statement,)
        return self._read(*(partial(counted, statement=statement) for statement in statements), by_row)

    def _note_odd(self, connection: Connection, query: LogQuery) -> None:
        """Note the rows whose verdict is none."""
        if query.part is not None or query.nest is not None:  # so few that they are looked at one by one
            return
        for row in connection.execute(odd_verdicts()).mappings():
            if matches(dict(row), query):
                self._is_verdict(row["sequence"], row["verdict"])

    def _read(self, *ways: Callable[[Connection], _Answer]) -> _Answer:
        """Ask in one way after another, the quickest first: where a part of the file is damaged, the next needs less.

        Raises:
            LogError: If the last one fails too.
        """
        with self._errors("read"), self._reading() as connection:
            for way in ways[:-1]:
                try:
                    return way(connection)
                except DBAPIError as error:
                    if not is_damage(error):
                        raise
                    connection.rollback()
            answer: _Answer = ways[-1](connection)
            return answer

    def _is_verdict(self, number: int, name: object) -> bool:
        try:
            verdict_of(name)
        except RowError as error:
            self.unreadable.note(_TABLE, number, str(error))
            return False
        return True

    def recent(self, query: LogQuery, limit: int) -> list[Inspection]:
        """Return the parts that were recorded last, the last first; see `ResultLog.recent`."""
        with closing(self._inspections(query, newest_first=True)) as parts:
            newest = list(itertools.islice(parts, limit))
        return list(self._complete(newest))

    def rows(self, query: LogQuery) -> Generator[Inspection]:
        """Iterate over the parts in the order in which they were recorded; see `ResultLog.rows`."""
        with closing(self._inspections(query)) as parts:
            yield from self._complete(parts)

    def _complete(self, parts: Iterable[Inspection]) -> Generator[Inspection]:
        rest = iter(parts)
        while some := list(itertools.islice(rest, AT_ONCE)):
            with self._errors("read"):
                complete = with_commit_times(self._reading, with_views(self._reading, some))
            yield from map(self._kept.part, complete)

    def _inspections(self, query: LogQuery, *, newest_first: bool = False) -> Generator[Inspection]:
        with self._errors("read"), self._reading() as connection:
            for row in read_parts(connection, tuple(inspections.c), query, self.unreadable, newest_first=newest_first):
                try:
                    part = from_row(row)
                except RowError as error:
                    self.unreadable.note(_TABLE, row["sequence"], str(error))
                    continue
                yield part

    def sequence_of(self, inspection_id: str) -> int | None:
        """Return a part's place in the order of the commits; None where there is no such part.

        Raises:
            LogError: If the log cannot be read.
        """
        statement = select(SEQUENCE).select_from(inspections).where(inspections.c.id == inspection_id)
        return self._read(lambda connection: connection.execute(statement).scalar())

    def recorded_since(self, time: datetime) -> LogQuery:
        """Return the query of what was recorded from a time on; see `ResultLog.recorded_since`."""
        by_clock = LogQuery(since=time)
        values = {"time": time_text(time)}

        def agreed(connection: Connection) -> LogQuery:
            before, newest, since = connection.execute(text(_CLOCK_AND_SEQUENCE), values).one()
            if newest - before == since:
                return by_clock
            # from the newest row back: as many rows are looked at as were recorded since
            return LogQuery(after=int(connection.execute(text(_LAST_BEFORE), values).scalar() or 0))

        return self._read(agreed, lambda _: by_clock)

    def events(self, limit: int) -> list[LogEvent]:
        """Return what befell the record itself, the newest first; what cannot be read is left out.

        Raises:
            LogError: If the log cannot be read.
        """
        told = events.c.kind.not_in((LOST_PICTURE, CHAIN_BEGINS, GAP))
        statement = select(events).where(told).order_by(events.c.number.desc()).limit(limit)
        with self._errors("read"), self._reading() as connection:
            rows = connection.execute(statement).all()
        read = []
        for row in rows:
            try:
                read.append(LogEvent(time_of(row.time_utc), str(row.kind), str(row.words)))
            except RowError as error:
                self.unreadable.note(events.name, row.number, str(error))
        return read

    def yield_over_time(self, query: LogQuery, bucket_s: int) -> list[YieldPoint]:
        """Return counts per time bucket, oldest first; see `ResultLog.yield_over_time`."""
        verdict, time = inspections.c.verdict, inspections.c.time_utc
        bucket = (cast(func.strftime("%s", time), Integer) // bucket_s).label("bucket")
        statement = where(select(bucket, verdict, func.count()).where(verdict.in_(_VERDICTS)), query)

        def counted(connection: Connection) -> dict[int, Tally]:
            buckets: dict[int, Tally] = {}
            for start, name, count in connection.execute(statement.group_by("bucket", verdict)):
                if start is not None:  # a time that is none
                    buckets[start] = buckets.get(start, Tally()) + Tally(**{_FIELDS[name]: count})
            return buckets

        def by_row(connection: Connection) -> dict[int, Tally]:
            buckets: dict[int, Tally] = {}
            for row in read_parts(connection, (verdict, time), query, self.unreadable):
                try:
                    start = int(time_of(row["time_utc"]).timestamp()) // bucket_s
                except RowError as error:
                    self.unreadable.note(_TABLE, row["sequence"], str(error))
                    continue
                if self._is_verdict(row["sequence"], row["verdict"]):
                    buckets[start] = buckets.get(start, Tally()).plus(Verdict(row["verdict"]))
            return buckets

        buckets = self._read(counted, by_row)
        return [
            YieldPoint(start=datetime.fromtimestamp(start * bucket_s, UTC), tally=buckets[start])
            for start in sorted(buckets)
        ]

    def last_part_number(self, *, recipe: str, lot: str) -> int:
        """Return the highest part number of a recipe and lot, 0 where there is none."""
        number = inspections.c.part_number
        query = LogQuery(recipe=recipe, lot=lot)
        # a damaged number may be a text, which is greater than every number
        statement = where(select(func.max(number)).where(number < _NO_NUMBER), query)

        def by_row(connection: Connection) -> int:
            rows = read_parts(connection, (number,), query, self.unreadable)
            return max((row["part_number"] for row in rows if isinstance(row["part_number"], int)), default=0)

        return self._read(lambda connection: int(connection.execute(statement).scalar() or 0), by_row)

    def file_keys(self, source: str) -> tuple[str, ...]:
        """Return the keys of all files of a source that are already recorded, the newest last."""
        key, of = inspections.c.file_key, inspections.c.source
        statement = select(key).where((of == source) & (key != "")).order_by(SEQUENCE)

        def by_row(connection: Connection) -> tuple[str, ...]:
            rows = read_parts(connection, (key, of), LogQuery(), self.unreadable)
            return tuple(row["file_key"] for row in rows if row["source"] == source and row["file_key"])

        return self._read(lambda connection: tuple(connection.execute(statement).scalars()), by_row)

    def failure_pictures(self) -> list[str]:
        """Return what the archive protects: see `ResultLog.failure_pictures`."""
        with self._errors("read"), self._reading() as connection:
            lost = select(events.c.words).where(events.c.kind == LOST_PICTURE)
            return [
                self._kept.of(path)
                for statement in (unsettled_pictures(), unsettled_views(), lost)
                for path in connection.execute(statement).scalars()
            ]

    def unsent_pictures(self, among: frozenset[str]) -> frozenset[str]:
        """Return what waits to be sent: see `ResultLog.unsent_pictures`."""
        with self._errors("read"), self._reading() as connection:
            waiting = connection.execute(unsent_pictures(), execution_options={"yield_per": _STREAMED}).scalars()
            return among.intersection(map(self._kept.of, waiting))


def counts_of(query: LogQuery) -> Select[Any]:
    """Return what reads the counts that are kept of a recipe and lot."""
    statement = select(counts.c.verdict, func.sum(counts.c.parts)).group_by(counts.c.verdict)
    if query.recipe is not None:
        statement = statement.where(counts.c.recipe == query.recipe)
    if query.lot is not None:
        statement = statement.where(counts.c.lot == query.lot)
    if query.verdicts is not None:
        statement = statement.where(counts.c.verdict.in_([verdict.value for verdict in query.verdicts]))
    return statement


def unsettled_pictures() -> Select[Any]:
    """Return what reads the paths of kept pictures of parts that did not pass and are not settled."""
    kept = inspections.c.picture_path.is_not(None)
    return select(inspections.c.picture_path).where(REJECTED, kept, inspections.c.id.not_in(settled_parts()))


def unsettled_views() -> Select[Any]:
    """Return what reads the paths of kept pictures of such parts' views, also where a part's row was lost."""
    passed = select(inspections.c.id).where(
        inspections.c.id == part_views.c.inspection_id, inspections.c.verdict == Verdict.PASS.value
    )
    kept = part_views.c.picture_path.is_not(None)
    return select(part_views.c.picture_path).where(
        kept, ~passed.exists(), part_views.c.inspection_id.not_in(settled_parts())
    )
