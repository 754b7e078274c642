"""Which columns of the log go into the database, how they are called there, and how a row is written for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Float, Integer

from inspector.outputs.outbox import RowKind
from inspector.outputs.rows import parse_time
from inspector.outputs.schema import inspections, reviews

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Column

_LOG_TABLES = {RowKind.PART: inspections, RowKind.REVIEW: reviews}
#: Tables of the database.
TABLES = {RowKind.PART: "results", RowKind.REVIEW: "reviews"}
_TIME = "time_utc"
_JSON = frozenset({"class_names", "probabilities"})
#: Written into the log with the next part, when this one may have been sent already; and what only judging anew needs.
_LEFT_OUT = frozenset({"commit_ms", "heat_outside"})


def columns_of(kind: RowKind) -> dict[str, str]:
    """Return the columns of a table of the database with their types, but for those that the database fills."""
    columns = (column for column in _LOG_TABLES[kind].columns if column.name not in _LEFT_OUT)
    return {"time" if column.name == _TIME else column.name: _type_of(column) for column in columns}


def values_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the log as the database takes it.

    Raises:
        ValueError: If its time is none: the database knows words such as “now”, and they are no time either.
    """
    time = str(row[_TIME])
    parse_time(time)
    return {"time": time, **row}


def _type_of(column: Column[Any]) -> str:
    if column.name == _TIME:
        return "timestamptz"
    if column.name in _JSON:
        return "jsonb"
    for kind, name in ((Boolean, "boolean"), (Integer, "bigint"), (Float, "float8")):
        if isinstance(column.type, kind):
            return name
    return "text"
