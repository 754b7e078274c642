"""The roll-up of the record: counts of parts by the quarter of an hour, kept by a trigger in the commit of each row.

Statistics of millions of parts are read from it, not from the rows. It is no evidence: it is not chained, and made anew
from the rows when a damaged log is salvaged. A quarter of an hour is the longest time that every shift and day begins
with, in every time zone.

Quarters are counted from 1970 in UTC. A part whose time is none, as in a damaged row, is in `NO_QUARTER`.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.domain.bins import score_bin, time_bin
from inspector.domain.reason_kind import kind_of_reason

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

QUARTER_S = 900
NO_QUARTER = -1
_BINS_ONLY = re.compile(r"-?\d{1,18}(,-?\d{1,18})*")
_FURTHEST = 10_000
#: Figures of which bins are kept.
SCORE, TIME = "score", "time"

_TABLES = (
    """CREATE TABLE roll_up_keys (id INTEGER NOT NULL PRIMARY KEY, recipe TEXT NOT NULL, lot TEXT NOT NULL,
    model_name TEXT NOT NULL, model_sha256 TEXT NOT NULL)""",
    "CREATE UNIQUE INDEX ix_roll_up_keys ON roll_up_keys (recipe, lot, model_name, model_sha256)",
    """CREATE TABLE roll_up_counts (quarter INTEGER NOT NULL, "key" INTEGER NOT NULL, verdict TEXT NOT NULL,
    kind TEXT NOT NULL, parts INTEGER NOT NULL, PRIMARY KEY (quarter, "key", verdict, kind)) WITHOUT ROWID""",
    """CREATE TABLE roll_up_bins (quarter INTEGER NOT NULL, "key" INTEGER NOT NULL, figure TEXT NOT NULL,
    bins TEXT NOT NULL, PRIMARY KEY (quarter, "key", figure)) WITHOUT ROWID""",
)
#: What is counted together, by the columns of a row: never null.
_OF_KEY = {
    "recipe": "{of}recipe",
    "lot": "{of}lot",
    "model_name": "coalesce({of}model_name, '')",
    "model_sha256": "coalesce({of}model_sha256, '')",
}
_WITH_NEST = _OF_KEY | {"nest": "coalesce({of}nest, '')"}
#: The quarter of a row's time, as SQL; ``{of}`` stands before its columns.
QUARTER = f"coalesce(CAST(strftime('%s', {{of}}time_utc) AS INTEGER) / {QUARTER_S}, {NO_QUARTER})"
_KIND = "CASE WHEN {of}verdict = 'PASS' THEN '' ELSE reason_kind({of}reason) END"
_BINS = ((SCORE, "p_defective"), (TIME, "total_ms"))
_PLACES: dict[str, Callable[[float], int]] = {SCORE: score_bin, TIME: time_bin}


def install(connection: sqlite3.Connection) -> None:
    """Give a connection what the trigger calls; what a damaged row holds never stops a commit."""

    def kind(reason: object) -> str:
        return kind_of_reason(str(reason))

    def with_bin(bins: object, figure: str, value: object) -> str:
        counts = read_bins(bins)
        place = _place(figure, value)
        if place is not None:
            counts[place] = counts.get(place, 0) + 1
        return _written(counts)

    connection.create_function("reason_kind", 1, kind, deterministic=True)
    connection.create_function("with_bin", 3, with_bin, deterministic=True)
    connection.create_aggregate("bins_of", 2, _BinsOf)  # type: ignore[arg-type]  # typeshed knows numbers only


def read_bins(bins: object) -> dict[int, int]:
    """Return how many values each bin holds, as a row of `roll_up_bins` keeps it; nothing where it is damaged."""
    counts: dict[int, int] = {}
    try:
        for entry in str(bins).split(","):
            if entry:
                place, count = entry.split(":")
                counts[int(place)] = int(count)
    except ValueError:
        return {}
    return counts


def sum_bins(rows: Iterable[str]) -> dict[int, int]:
    """Return how many values each bin holds in many rows together: 10 times as fast as reading each."""
    joined = ",".join(row for row in rows if row).replace(":", ",")
    if not joined:
        return {}
    numbers = np.fromstring(joined, np.int64, sep=",") if _BINS_ONLY.fullmatch(joined) else np.zeros(0, np.int64)
    places, counts = numbers[::2], numbers[1::2]
    if len(places) != len(counts) or not len(places) or np.abs(places).max() > _FURTHEST:
        return {}
    lowest = int(places.min())
    totals = np.bincount(places - lowest, weights=counts)
    return {lowest + int(place): int(totals[place]) for place in np.flatnonzero(totals)}


class _BinsOf:
    """The aggregate that fills the bins of many rows; SQLite makes and calls it."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}

    def step(self, figure: Any, value: Any) -> None:  # noqa: ANN401 - whatever a row holds
        """Take one row's value."""
        place = _place(figure, value)
        if place is not None:
            self._counts[place] = self._counts.get(place, 0) + 1

    def finalize(self) -> str:
        """Return the bins."""
        return _written(self._counts)


def _place(figure: str, value: object) -> int | None:
    return _PLACES[figure](value) if isinstance(value, float | int) and math.isfinite(value) else None


def _written(counts: dict[int, int]) -> str:
    return ",".join(f"{place}:{counts[place]}" for place in sorted(counts))


def make(execute: Callable[[str], object]) -> None:
    """Make tables and trigger, and count the rows of before; on a connection that `install` was given.

    Args:
        execute: Carries out a statement, as alembic's ``op.execute``.
    """
    for statement in _TABLES:
        execute(statement)
    fill(execute, nests=False)
    _make_trigger(execute, nests=False)


def add_nests(execute: Callable[[str], object]) -> None:
    """Tell nests apart from now on (migration 0019); the parts of before have none, so that nothing is counted anew.

    Args:
        execute: Carries out a statement.
    """
    execute("ALTER TABLE roll_up_keys ADD COLUMN nest TEXT NOT NULL DEFAULT ''")
    execute("DROP INDEX ix_roll_up_keys")
    execute(f"CREATE UNIQUE INDEX ix_roll_up_keys ON roll_up_keys ({', '.join(_WITH_NEST)})")
    execute("DROP TRIGGER inspections_rolled_up")
    _make_trigger(execute, nests=True)


def _make_trigger(execute: Callable[[str], object], *, nests: bool) -> None:
    steps = [_new_key("NEW.", "", "WHERE true", nests=nests), *_added("NEW.", "", "WHERE true", nests=nests)]
    execute(f"CREATE TRIGGER inspections_rolled_up AFTER INSERT ON inspections BEGIN {'; '.join(steps)}; END")


def fill(execute: Callable[[str], object], main: str = "", *, nests: bool = True) -> None:
    """Count all rows anew, in a transaction of the caller's.

    Args:
        execute: Carries out a statement.
        main: Name of the database with a full stop, where several are attached.
        nests: Whether the log tells them apart: from migration 0019 on.
    """
    for table in ("roll_up_bins", "roll_up_counts", "roll_up_keys"):
        execute(f"DELETE FROM {main}{table}")  # noqa: S608 - names of the schema
    rows = f"FROM {main}inspections AS p WHERE true"
    execute(_new_key("p.", main, rows, nests=nests))
    for statement in _added("p.", main, rows, many=True, nests=nests):
        execute(statement)


def _of_key(of: str, *, nests: bool) -> dict[str, str]:
    return {name: words.format(of=of) for name, words in (_WITH_NEST if nests else _OF_KEY).items()}


def _new_key(of: str, main: str, rows: str, *, nests: bool) -> str:
    """Return what adds the keys that are not there yet."""
    key = _of_key(of, nests=nests)
    into = f"INSERT INTO {main}roll_up_keys ({', '.join(key)})"
    values = ", ".join(key.values())
    return f"{into} SELECT DISTINCT {values} {rows} ON CONFLICT DO NOTHING"


def _added(of: str, main: str, rows: str, *, many: bool = False, nests: bool) -> list[str]:
    """Return what adds parts to counts and bins: one by one, or many in one statement."""
    same = " AND ".join(f"k.{name} = {words}" for name, words in _of_key(of, nests=nests).items())
    key = f"(SELECT id FROM {main}roll_up_keys AS k WHERE {same})"  # noqa: S608 - names of the schema
    quarter, kind = QUARTER.format(of=of), _KIND.format(of=of)
    count, by_four, by_two = ("count(*)", " GROUP BY 1, 2, 3, 4", " GROUP BY 1, 2") if many else ("1", "", "")
    statements = [
        f"INSERT INTO {main}roll_up_counts (quarter, key, verdict, kind, parts) "
        f"SELECT {quarter}, {key}, {of}verdict, {kind}, {count} {rows}{by_four} "
        + ("" if many else "ON CONFLICT DO UPDATE SET parts = parts + 1")
    ]
    for figure, column in _BINS:
        value = f"'{figure}', {of}{column}"
        bins = f"bins_of({value})" if many else f"with_bin('', {value})"
        statements.append(
            f"INSERT INTO {main}roll_up_bins (quarter, key, figure, bins) "
            f"SELECT {quarter}, {key}, '{figure}', {bins} {rows} AND {of}{column} IS NOT NULL{by_two} "
            + ("" if many else f"ON CONFLICT DO UPDATE SET bins = with_bin(bins, {value})")
        )
    return statements
