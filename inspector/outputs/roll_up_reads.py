"""What is asked of the roll-up: counts by the quarter of an hour, bins of scores and times, the parts behind them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from inspector.outputs.base import LogQuery
from inspector.outputs.beside import LogBeside
from inspector.outputs.kept_places import KeptPlaces
from inspector.outputs.query import where
from inspector.outputs.roll_up import QUARTER_S
from inspector.outputs.roll_up_tables import roll_up_bins, roll_up_counts, roll_up_keys
from inspector.outputs.rows import RowError, from_row
from inspector.outputs.schema import SEQUENCE, inspections

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import ColumnElement, Select, Table

    from inspector.domain.records import Inspection, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUpQuery:
    """Which parts are meant; a field left out does not restrict.

    Args:
        since: Captured at or after this time; the quarter of an hour in which it lies counts whole.
        until: Captured before this time; likewise.
        recipe: The recipe's name.
        lot: The lot's name; empty for the parts without a lot.
        model_sha256: Of the model that judged; empty for the parts that none judged.
        nest: From which nest or tool they are; empty for the parts of which that is not known.
    """

    since: datetime | None = None
    until: datetime | None = None
    recipe: str | None = None
    lot: str | None = None
    model_sha256: str | None = None
    nest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUpKey:
    """What is counted together; model and hash are empty where no model judged, the nest where there is none."""

    recipe: str
    lot: str
    model_name: str
    model_sha256: str
    nest: str = ""


class CountedParts(NamedTuple):
    """Parts of one quarter of an hour, counted from 1970 in UTC; made a hundred thousand times, so a plain tuple."""

    quarter: int
    key: int
    verdict: str
    kind: str
    parts: int


class BinnedParts(NamedTuple):
    """In which bins the scores or times of one quarter's parts lie; likewise."""

    quarter: int
    key: int
    bins: str  #: see `inspector.outputs.roll_up.read_bins`


class RollUpLog:
    """Reads the roll-up beside a running station; any thread.

    Args:
        path: The result log.

    Raises:
        LogError: See `LogBeside`.
    """

    def __init__(self, path: Path) -> None:
        self._beside = LogBeside(path, read_only=True, migrates=False)
        self._places = KeptPlaces(path)

    def keys(self) -> dict[int, RollUpKey]:
        """Return all that is counted together, by number.

        Raises:
            LogError: If the log cannot be read.
        """
        return {row[0]: _key(row) for row in self._rows(select(roll_up_keys).order_by(roll_up_keys.c.id))}

    def counts(self, query: RollUpQuery) -> list[CountedParts]:
        """Return the counts of a query, the oldest quarter first.

        Raises:
            LogError: If the log cannot be read.
        """
        table = roll_up_counts
        columns = (table.c.quarter, table.c.key, table.c.verdict, table.c.kind, table.c.parts)
        return [CountedParts(*row) for row in self._rows(_where(select(*columns), table, query))]

    def bins(self, query: RollUpQuery, figure: str) -> Iterator[BinnedParts]:
        """Iterate over the bins of a query, the oldest quarter first.

        Raises:
            LogError: If the log cannot be read.
        """
        table = roll_up_bins
        statement = _where(select(table.c.quarter, table.c.key, table.c.bins), table, query)
        for row in self._rows(statement.where(table.c.figure == figure)):
            yield BinnedParts(*row)

    def newest_parts(
        self, query: RollUpQuery, verdicts: frozenset[Verdict] | None, kind: str | None, limit: int
    ) -> list[Inspection]:
        """Return the parts of a query, the newest first; rows that cannot be read are left out.

        Args:
            verdicts: Only these; None for all.
            kind: Only parts rejected for a reason of this kind; None for all.
            limit: How many at most.

        Raises:
            LogError: If the log cannot be read.
        """
        asked = LogQuery(
            since=_quarter_start(query.since),
            until=_quarter_end(query.until),
            recipe=query.recipe,
            lot=query.lot,
            verdicts=verdicts,
        )
        columns = inspections.c
        statement = where(select(SEQUENCE, *columns).select_from(inspections), asked)
        if query.model_sha256 is not None:
            statement = statement.where(func.coalesce(columns.model_sha256, "") == query.model_sha256)
        if query.nest is not None:
            statement = statement.where(func.coalesce(columns.nest, "") == query.nest)
        if kind is not None:
            statement = statement.where(func.reason_kind(columns.reason) == kind)
        statement = statement.order_by(columns.time_utc.desc(), SEQUENCE.desc()).limit(limit)
        names = ("sequence", *(column.name for column in columns))
        parts = []
        for row in self._rows(statement):
            try:
                parts.append(self._places.part(from_row(dict(zip(names, tuple(row), strict=True)))))
            except RowError:
                continue
        return parts

    def _rows(self, statement: Select[Any]) -> Sequence[Any]:
        with self._beside.errors_of("read"), self._beside.connected() as connection:
            return connection.execute(statement).all()


def _key(row: Any) -> RollUpKey:  # noqa: ANN401 - a row
    return RollUpKey(recipe=row[1], lot=row[2], model_name=row[3], model_sha256=row[4], nest=row[5])


def _where(statement: Select[Any], table: Table, query: RollUpQuery) -> Select[Any]:
    quarter: ColumnElement[int] = table.c.quarter
    if query.since is not None:
        statement = statement.where(quarter >= quarter_of(query.since))
    if query.until is not None:
        statement = statement.where(quarter < math.ceil(query.until.timestamp() / QUARTER_S))
    meant = select(roll_up_keys.c.id)
    for column in ("recipe", "lot", "model_sha256", "nest"):
        if (value := getattr(query, column)) is not None:
            meant = meant.where(roll_up_keys.c[column] == value)
    if meant.whereclause is not None:
        statement = statement.where(table.c.key.in_(meant))
    return statement.order_by(quarter)


def quarter_of(time: datetime) -> int:
    """Return the quarter of an hour in which a time lies."""
    return int(time.timestamp() // QUARTER_S)


def _quarter_start(time: datetime | None) -> datetime | None:
    if time is None:
        return None
    return datetime.fromtimestamp(quarter_of(time) * QUARTER_S, UTC)


def _quarter_end(time: datetime | None) -> datetime | None:
    if time is None:
        return None
    return datetime.fromtimestamp(math.ceil(time.timestamp() / QUARTER_S) * QUARTER_S, UTC)
