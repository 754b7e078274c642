"""Which lots the record knows, and what stands in it of a lot or a period, counted by the database."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from inspector.outputs.beside import LogBeside
from inspector.outputs.rows import parse_time, time_text

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from inspector.outputs.base import LogQuery

_LOTS = "SELECT lot, recipe, verdict, parts FROM counts WHERE lot <> ''"
_RECIPES = "SELECT DISTINCT recipe FROM counts WHERE lot = :lot"
#: By the index of recipe, lot and number: two looks for each lot, however many parts it has.
_ENDS = """
SELECT (SELECT time_utc FROM inspections WHERE recipe = :recipe AND lot = :lot ORDER BY part_number LIMIT 1),
       (SELECT time_utc FROM inspections WHERE recipe = :recipe AND lot = :lot ORDER BY part_number DESC LIMIT 1)
"""
_RUNS = """
SELECT recipe, recipe_version, coalesce(model_name, ''), coalesce(model_sha256, ''), verdict, fail_at, review_from,
       strange_from, software_version, station, count(*), min(rowid), max(rowid), min(time_utc), max(time_utc)
FROM inspections WHERE {where} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedLot:
    """A lot of the record.

    Args:
        name: As it was typed, scanned or sent.
        recipes: That inspected parts of it.
        parts: How many, by verdict.
        first_utc: When its first part was captured, by the station's clock.
        last_utc: When its last part was.
    """

    name: str
    recipes: tuple[str, ...]
    parts: dict[str, int]
    first_utc: datetime
    last_utc: datetime

    @property
    def inspected(self) -> int:
        """All its parts."""
        return sum(self.parts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """Parts with one version of a recipe, one model, one operating point, one program and one verdict.

    Args:
        fail_at: Limits that were in force, as in `Thresholds`.
        software: Version of the program.
        station: As it was called then.
        first: Number of the row that was recorded first.
        last: Number of the one that was recorded last.
        from_utc: The earliest time among them.
        to_utc: The latest.
    """

    recipe: str
    version: int
    model: str
    sha256: str
    verdict: str
    fail_at: float
    review_from: float | None
    strange_from: float | None
    software: str
    station: str
    parts: int
    first: int
    last: int
    from_utc: datetime
    to_utc: datetime


def recorded_lots(path: Path) -> list[RecordedLot]:
    """Return the lots of the record, that with the newest part first.

    Args:
        path: The result log; a station may write it.

    Raises:
        LogError: If it cannot be read.
    """
    beside = LogBeside(path, read_only=True)
    lots: dict[str, dict[str, dict[str, int]]] = {}
    with beside.errors_of("read"), closing(beside.connected()) as connection:
        for lot, recipe, verdict, parts in connection.execute(text(_LOTS)):
            lots.setdefault(lot, {}).setdefault(recipe, {})[verdict] = parts
        made = []
        for name, recipes in lots.items():
            times: list[datetime] = []
            tally: dict[str, int] = {}
            for recipe, parts_of in recipes.items():
                ends = connection.execute(text(_ENDS), {"recipe": recipe, "lot": name}).one()
                times += [parse_time(end) for end in ends if end]
                for verdict, parts in parts_of.items():
                    tally[verdict] = tally.get(verdict, 0) + parts
            if times:
                made.append(
                    RecordedLot(
                        name=name, recipes=tuple(recipes), parts=tally, first_utc=min(times), last_utc=max(times)
                    )
                )
    return sorted(made, key=lambda lot: lot.last_utc, reverse=True)


def recipes_of_lot(path: Path, lot: str) -> tuple[str, ...]:
    """Return the recipes that inspected parts of a lot: with them the record's index finds its parts at once.

    Raises:
        LogError: If it cannot be read.
    """
    beside = LogBeside(path, read_only=True)
    with beside.errors_of("read"), closing(beside.connected()) as connection:
        return tuple(connection.execute(text(_RECIPES), {"lot": lot}).scalars())


def recorded_runs(path: Path, query: LogQuery) -> list[RecordedRun]:
    """Return what stands in the record of a lot or a period, in the order in which it was recorded.

    Args:
        path: The result log; a station may write it.
        query: Lot, recipe and time of it count.

    Raises:
        LogError: If it cannot be read.
    """
    asked = {
        "recipe = :recipe": query.recipe,
        "lot = :lot": query.lot,
        "time_utc >= :since": None if query.since is None else time_text(query.since),
        "time_utc < :until": None if query.until is None else time_text(query.until),
    }
    meant = {words: value for words, value in asked.items() if value is not None}
    where = " AND ".join(meant) or "1"
    values = {words.rpartition(":")[2]: value for words, value in meant.items()}
    beside = LogBeside(path, read_only=True)
    runs: list[RecordedRun] = []
    with beside.errors_of("read"), closing(beside.connected()) as connection:
        recipes: list[str | None] = [query.recipe]
        if query.lot is not None and query.recipe is None:  # the index begins with the recipe
            recipes = list(connection.execute(text(_RECIPES), {"lot": query.lot}).scalars())
            where = f"recipe = :recipe AND {where}"
        statement = text(_RUNS.format(where=where))
        for recipe in recipes:
            chosen = values if recipe is None else values | {"recipe": recipe}
            runs += [_run(tuple(row)) for row in connection.execute(statement, chosen)]
    return sorted(runs, key=lambda run: run.first)


def _run(row: tuple[Any, ...]) -> RecordedRun:
    *values, begin, end = row
    names = [field.name for field in fields(RecordedRun)]
    named = dict(zip(names, (*values, parse_time(begin), parse_time(end)), strict=True))
    return RecordedRun(**named)
