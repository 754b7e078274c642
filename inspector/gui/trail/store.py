"""What the page asks of the audit trail; called on its worker."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.cells import safe_cell
from inspector.domain.counts import counted
from inspector.files import atomic_text_file
from inspector.outputs.trail_log import TrailLog, TrailQuery, take_up, waiting_rows
from inspector.outputs.trail_rows import COLUMNS, cells_of
from inspector.trail.event import TrailKind, happened
from inspector.trail.waiting import note

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.outputs.trail_rows import TrailRow

AT_ONCE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailAnswer:
    """The newest events of a query.

    Args:
        rows: The newest first; those that wait for the log stand before it.
        more: Whether there are older ones.
        count: How many there are in all.
        waiting: How many of them are not in the log yet.
        people: Everybody who ever did something.
    """

    rows: list[TrailRow]
    more: bool
    count: int
    waiting: int
    people: list[str]


class TrailStore:
    """Reads the trail of a station.

    Args:
        root: The data folder.
        log: Where the result log is now.
    """

    def __init__(self, root: Path, log: Callable[[], Path]) -> None:
        self._root, self._log = root, log

    def newest(self, query: TrailQuery) -> TrailAnswer:
        """Return the newest events of a query.

        Raises:
            LogError: If the log cannot be read.
        """
        take_up(self._root, self._log())
        held = waiting_rows(self._root, query)[::-1]
        if not self._log().is_file():
            return TrailAnswer(rows=held, more=False, count=len(held), waiting=len(held), people=[])
        log = TrailLog(self._log(), read_only=True)
        rows = log.read(query, limit=AT_ONCE)
        return TrailAnswer(
            rows=held + rows,
            more=len(rows) == AT_ONCE,
            count=log.count(query) + len(held),
            waiting=len(held),
            people=log.people(),
        )

    def older(self, query: TrailQuery, than: TrailRow) -> list[TrailRow]:
        """Return the events that come after one in that order.

        Raises:
            LogError: If the log cannot be read.
        """
        return TrailLog(self._log(), read_only=True).read(query, limit=AT_ONCE, before=than)

    def export(self, query: TrailQuery, path: Path) -> str:
        """Write the events of a query as CSV, the oldest first; return what came of it.

        Raises:
            LogError: If the log cannot be read.
            FileError: If the file cannot be written; an older one is as it was.
        """
        count = 0
        with atomic_text_file(path, encoding="utf-8-sig") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for row in TrailLog(self._log(), read_only=True).rows(query):
                writer.writerow([safe_cell(cell) for cell in cells_of(row)])
                count += 1
        fault = note(self._root, happened(TrailKind.EXPORT, "audit trail", after={"to": str(path)}))
        return f"{counted(count, 'event')} written to {path}. {fault}".rstrip()
