"""Results as ``inspector batch`` writes them, made by hand."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.batch.reader import read_table
from inspector.batch.rows import HEADER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspector.batch.table import BatchTable

MODEL = "a" * 64


@dataclass(frozen=True)
class R:
    """One row."""

    path: str
    verdict: str = "PASS"
    p: float | None = 0.1
    size: int = 5
    mtime_ns: int = 7
    reason: str = ""
    content: str = ""
    strangeness: float | None = None
    heat_outside: str = ""

    def values(self, model: str = MODEL) -> list[object]:
        score = "" if self.p is None or self.verdict == "ERROR" else f"{self.p:.6f}"
        name = "" if not score else "good" if self.verdict == "PASS" else "defective"
        return [
            self.path,
            self.size,
            self.mtime_ns,
            self.verdict,
            score,
            name,
            "{}",
            self.reason,
            "",
            model,
            "",
            self.content,
            "" if self.strangeness is None else f"{self.strangeness:.6f}",
            "",
            self.heat_outside,
        ]


def write_results(path: Path, rows: Iterable[R], *, model: str = MODEL, add: bool = False) -> Path:
    """Write a results.csv, or add to one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a" if add else "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if not add:
            writer.writerow(HEADER)
        writer.writerows(row.values(model) for row in rows)
    return path


def table_of(folder: Path, *rows: R, model: str = MODEL) -> BatchTable:
    """Return the table of rows, with labels from their folders."""
    return read_table(write_results(folder / "results.csv", rows, model=model))


def rows_of(folder: Path, *rows: R) -> list[R]:
    """Write a file of five bytes for every row, and return the rows with the files' sizes and times."""
    changed = []
    for row in rows:
        path = folder / row.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"12345")
        changed.append(
            R(path=row.path, verdict=row.verdict, p=row.p, mtime_ns=path.stat().st_mtime_ns, reason=row.reason)
        )
    return changed
