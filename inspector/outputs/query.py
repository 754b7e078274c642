"""What the readers of the result log share: a query as SQL and by hand, and what to do about the database's errors."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, func, literal_column, select, union_all

from inspector.domain.records import Verdict
from inspector.outputs.rows import time_text
from inspector.outputs.schema import REJECTED, SEQUENCE, inspections, reviews

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, CompoundSelect, Select

    from inspector.outputs.base import LogQuery


def where(statement: Select[Any], query: LogQuery, *, by_id: bool = False) -> Select[Any]:  # noqa: C901 - a field each
    """Return the statement restricted to the inspections of a query.

    Args:
        statement: Of the inspections, and maybe of what is joined to them.
        by_id: Whether another table says which inspections are looked up: then recipe and lot choose no index.
    """
    columns = inspections.c
    if query.after is not None:
        statement = statement.where(query.after < SEQUENCE)
    if query.before is not None:
        statement = statement.where(query.before > SEQUENCE)
    if query.since is not None:
        statement = statement.where(columns.time_utc >= time_text(query.since))
    if query.until is not None:
        statement = statement.where(columns.time_utc < time_text(query.until))
    if query.part is not None:
        # each has an index of the rows that have it
        statement = statement.where((columns.trigger_id == query.part) | (columns.part_serial == query.part))
    # within a span of time, recipe and lot choose no index (+): SQLite would walk all parts that a recipe ever had
    span = by_id or query.part is not None or query.since is not None or query.after is not None
    if query.recipe is not None:
        recipe = literal_column("+inspections.recipe", Text) if span else columns.recipe
        statement = statement.where(recipe == query.recipe)
    if query.lot is not None:
        lot = literal_column("+inspections.lot", Text) if span else columns.lot
        statement = statement.where(lot == query.lot)
    if query.nest is not None:
        statement = statement.where(columns.nest == query.nest)
    if query.verdicts is not None:
        statement = statement.where(verdict_column(query).in_(sorted(verdict.value for verdict in query.verdicts)))
        if Verdict.PASS not in query.verdicts:
            statement = statement.where(REJECTED)
    return statement


def verdict_column(query: LogQuery) -> ColumnElement[str]:
    """Return the verdict, as a query restricts it: beside what a single part is called it chooses no index (+)."""
    return inspections.c.verdict if query.part is None else literal_column("+inspections.verdict", Text)


def matches(row: Mapping[str, Any], query: LogQuery) -> bool:
    """Say whether a row is meant by a query, as `where` does; what is no time lies in every span of time."""
    time = row["time_utc"]
    if isinstance(time, str) and (
        (query.since is not None and time < time_text(query.since))
        or (query.until is not None and time >= time_text(query.until))
    ):
        return False
    return (
        (query.after is None or row["sequence"] > query.after)
        and (query.before is None or row["sequence"] < query.before)
        and (query.recipe is None or row["recipe"] == query.recipe)
        and (query.lot is None or row["lot"] == query.lot)
        and (query.part is None or query.part in (row["trigger_id"], row["part_serial"]))
        and (query.nest is None or row["nest"] == query.nest)
        and (query.verdicts is None or row["verdict"] in {verdict.value for verdict in query.verdicts})
    )


def odd_verdicts() -> CompoundSelect[Any]:
    """Return what reads the parts whose verdict is none: in ranges, so that an index finds them at once."""
    columns = inspections.c
    verdict, names = columns.verdict, sorted(verdict.value for verdict in Verdict)
    between = [(verdict > low) & (verdict < high) for low, high in itertools.pairwise(names)]
    chosen = select(SEQUENCE, verdict, columns.time_utc, columns.recipe, columns.lot).where(REJECTED)
    return union_all(*(chosen.where(odd) for odd in (verdict < names[0], *between, verdict > names[-1])))


def settled_parts() -> Select[Any]:
    """Select the ids of inspections of which all judgements that are not withdrawn say good, or all say defective."""
    withdrawn = select(reviews.c.undoes).where(reviews.c.undoes.is_not(None))
    standing = reviews.c.judgement.is_not(None) & reviews.c.id.not_in(withdrawn)
    agreed = (func.count(reviews.c.judgement.distinct()) == 1) & (func.min(reviews.c.judgement) != "unsure")
    return select(reviews.c.inspection_id).where(standing).group_by(reviews.c.inspection_id).having(agreed)
