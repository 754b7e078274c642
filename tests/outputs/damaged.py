"""Logs for tests of damage: whole ones, and the ways to spoil them."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.records import Verdict
from inspector.domain.review import Judgement
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from tests.outputs.samples import inspection
from tests.review.parts import said

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = 4096
PARTS = 120
_KINDS = {2: "inside an index", 5: "inside a table", 10: "leaf of an index", 13: "leaf of a table"}


def whole_log(path: Path) -> Path:
    """Make a log of parts and judgements, closed."""
    path.parent.mkdir(exist_ok=True)
    with closing(SqliteResultLog(path)) as log:
        parts = [inspection(number, Verdict.PASS if number % 10 else Verdict.FAIL) for number in range(1, PARTS + 1)]
        for part in parts:
            log.append(part)
        for part in parts[:5]:
            ReviewLog(path).add(said(part.id, Judgement.GOOD))
    return path


def pages_of(path: Path) -> dict[str, int]:
    """Return a page of every kind in a log: where it begins. Kinds are told by SQLite's first byte of a page."""
    data = path.read_bytes()
    pages = {"header": 0}
    with closing(sqlite3.connect(path)) as log:
        for name, root in log.execute("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0"):
            pages[f"root of {name}"] = (root - 1) * PAGE
    for begin in range(PAGE, len(data), PAGE):
        kind = _KINDS.get(data[begin], "rest of a long row")
        pages.setdefault(kind, begin)
        if kind == "leaf of a table" and b"interval" in data[begin : begin + PAGE]:
            pages["leaf of inspections"] = begin
    return pages


def flip(data: bytearray, begin: int, chance: random.Random) -> None:
    """Flip one bit, more often where the page says what it is."""
    data[begin + chance.randrange(chance.choice((12, 110, PAGE)))] ^= 1 << chance.randrange(8)


def blank(data: bytearray, begin: int, _: random.Random) -> None:
    """Take the whole page away."""
    data[begin : begin + PAGE] = bytes(PAGE)


def scribble(data: bytearray, begin: int, chance: random.Random) -> None:
    """Write over the page."""
    data[begin : begin + PAGE] = chance.randbytes(PAGE)


WAYS: dict[str, Callable[[bytearray, int, random.Random], None]] = {"flip": flip, "blank": blank, "scribble": scribble}


def spoil(path: Path, begin: int, way: str, seed: int) -> None:
    """Damage a closed log."""
    data = bytearray(path.read_bytes())
    WAYS[way](data, begin, random.Random(seed))
    path.write_bytes(data)
