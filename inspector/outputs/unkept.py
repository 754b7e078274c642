"""Parts without a kept picture, counted by the quarter of an hour: what a blind audit asks of millions of passes.

A trigger counts in the commit of each row, as for `inspector.outputs.roll_up`; it is no evidence, either. Of a span of
time the quarters that do not lie in it whole are counted in the rows.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from inspector.outputs.query import where
from inspector.outputs.roll_up import QUARTER, QUARTER_S
from inspector.outputs.roll_up_tables import roll_up_unkept
from inspector.outputs.schema import inspections

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Select

    from inspector.outputs.base import LogQuery

    #: Verdict as it stands in the row, recipe, its version, whether a picture should have been kept but could not be.
    Kind = tuple[str, str, int, bool]

_TABLE = """CREATE TABLE roll_up_unkept (quarter INTEGER NOT NULL, recipe TEXT NOT NULL, lot TEXT NOT NULL,
    recipe_version INTEGER NOT NULL, verdict TEXT NOT NULL, lost INTEGER NOT NULL, parts INTEGER NOT NULL,
    PRIMARY KEY (quarter, recipe, lot, recipe_version, verdict, lost)) WITHOUT ROWID"""
_VALUES = f"{QUARTER}, {{of}}recipe, {{of}}lot, {{of}}recipe_version, {{of}}verdict, {{of}}image_not_saved <> ''"
_ADDED = (
    f"INSERT INTO roll_up_unkept VALUES ({_VALUES.format(of='NEW.')}, 1) "  # noqa: S608 - names of the schema
    "ON CONFLICT DO UPDATE SET parts = parts + 1"
)


def make(execute: Callable[[str], object]) -> None:
    """Make table and trigger, and count the rows of before.

    Args:
        execute: Carries out a statement, as alembic's ``op.execute``.
    """
    execute(_TABLE)
    fill(execute)
    when = "AFTER INSERT ON inspections WHEN NEW.picture_path IS NULL"
    execute(f"CREATE TRIGGER inspections_unkept {when} BEGIN {_ADDED}; END")


def fill(execute: Callable[[str], object], main: str = "") -> None:
    """Count all rows anew, in a transaction of the caller's.

    Args:
        execute: Carries out a statement.
        main: Name of the database with a full stop, where several are attached.
    """
    execute(f"DELETE FROM {main}roll_up_unkept")  # noqa: S608 - names of the schema
    execute(
        f"INSERT INTO {main}roll_up_unkept SELECT {_VALUES.format(of='p.')}, count(*) "  # noqa: S608 - likewise
        f"FROM {main}inspections AS p WHERE p.picture_path IS NULL GROUP BY 1, 2, 3, 4, 5, 6"
    )


def count(connection: Connection, query: LogQuery) -> dict[Kind, int]:
    """Return how many parts of a query have no kept picture, by what they are.

    Raises:
        DBAPIError: If the log cannot be read.
    """
    if any(bound is not None for bound in (query.after, query.before, query.part, query.nest)):
        return _in_rows(connection, query)
    first = None if query.since is None else math.ceil(query.since.timestamp() / QUARTER_S)
    last = None if query.until is None else math.floor(query.until.timestamp() / QUARTER_S)  # no longer counted
    if first is not None and last is not None and first >= last:  # no whole quarter lies between
        return _in_rows(connection, query)
    counted = Counter(_in_quarters(connection, query, first, last))
    for edge in (
        first is not None and replace(query, until=datetime.fromtimestamp(first * QUARTER_S, UTC)),
        last is not None and replace(query, since=datetime.fromtimestamp(last * QUARTER_S, UTC)),
    ):
        if edge:
            counted.update(_in_rows(connection, edge))
    return counted


def _in_quarters(connection: Connection, query: LogQuery, first: int | None, last: int | None) -> dict[Kind, int]:
    columns = roll_up_unkept.c
    kind = (columns.verdict, columns.recipe, columns.recipe_version, columns.lost)
    statement = select(*kind, func.sum(columns.parts)).group_by(*kind)
    if first is not None:
        statement = statement.where(columns.quarter >= first)
    if last is not None:
        statement = statement.where(columns.quarter < last)
    if query.recipe is not None:
        statement = statement.where(columns.recipe == query.recipe)
    if query.lot is not None:
        statement = statement.where(columns.lot == query.lot)
    if query.verdicts is not None:
        statement = statement.where(columns.verdict.in_(sorted(verdict.value for verdict in query.verdicts)))
    return _read(connection, statement)


def _in_rows(connection: Connection, query: LogQuery) -> dict[Kind, int]:
    columns = inspections.c
    kind = (columns.verdict, columns.recipe, columns.recipe_version, (columns.image_not_saved != "").label("lost"))
    alike = select(*kind, func.count()).where(columns.picture_path.is_(None)).group_by(*kind)
    return _read(connection, where(alike, query))


def _read(connection: Connection, statement: Select[Any]) -> dict[Kind, int]:
    return {
        (verdict, recipe, version, bool(lost)): parts
        for verdict, recipe, version, lost, parts in connection.execute(statement)
    }
