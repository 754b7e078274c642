"""What must hold of a record, whatever broke: nothing told is missing, no wrong PASS, each part has one row."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from inspector.sources.demo_scene import DemoScene

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SEED = 5
DEFECT_RATE = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Of the log; a part of the demo line is known by the code on its tag."""

    id: str
    lot: str
    number: int
    serial: str
    verdict: str
    reason: str


@cache
def _scene() -> DemoScene:
    return DemoScene(seed=SEED, defect_rate=DEFECT_RATE, tags=True)


def part_of(serial: str | None) -> int | None:
    """Return the number of a part on the demo line by the code on its tag."""
    return int(serial.rpartition("-")[2]) if serial else None


def is_wrong(verdict: str, serial: str | None) -> bool:
    """Whether a PASS is of a defective part, or of nobody knows which."""
    part = part_of(serial)
    return verdict == "PASS" and (part is None or _scene().plan(part).defect is not None)


def rows_of(log: Path) -> list[Row]:
    """Return the rows of a log, oldest first, read beside whoever writes it."""
    with closing(sqlite3.connect(f"file:{log}?mode=ro", uri=True, timeout=30.0)) as opened:
        if not opened.execute("SELECT 1 FROM pragma_table_info('inspections') WHERE name = 'part_serial'").fetchone():
            return []  # killed while the log was begun; whatever was told is missing then
        columns = "id, lot, part_number, part_serial, verdict, reason"
        rows = opened.execute(f"SELECT {columns} FROM inspections ORDER BY rowid").fetchall()  # noqa: S608
    return [Row(id=r[0], lot=r[1], number=r[2], serial=r[3] or "", verdict=r[4], reason=r[5]) for r in rows]


def lost(told: Iterable[dict[str, Any]], rows: list[Row]) -> int:
    """How many parts were told and have no row, or one with another verdict."""
    verdicts = {row.id: row.verdict for row in rows}
    return sum(verdicts.get(part["id"]) != part["verdict"] for part in told)


def wrong(told: Iterable[dict[str, Any]], rows: list[Row]) -> int:
    """How many PASS were told or recorded that should be none."""
    ids = {row.id for row in rows if is_wrong(row.verdict, row.serial)}
    return len(ids | {part["id"] for part in told if is_wrong(part["verdict"], part["part_serial"])})


def twice(rows: list[Row]) -> int:
    """How many parts have a second row in their lot, or a number that was given before."""
    named = Counter((row.lot, row.serial) for row in rows if row.serial)
    numbered = Counter((row.lot, row.number) for row in rows)
    return sum(count - 1 for count in named.values()) + sum(count - 1 for count in numbered.values())


def unaccounted(rows: list[Row]) -> int:
    """How many parts between the first and the last of a run have no row; a row without a code may be one of them."""
    parts = sorted(part for row in rows if (part := part_of(row.serial)) is not None)
    if not parts:
        return 0
    nameless = sum(not row.serial for row in rows)
    return max(0, parts[-1] - parts[0] + 1 - len(set(parts)) - nameless)
