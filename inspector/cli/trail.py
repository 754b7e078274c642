"""``inspector log trail``: what was done at the station, by whom, when, and why."""

from __future__ import annotations

import csv
import io
import sys
from typing import TYPE_CHECKING, Any

from inspector.cli.common import (
    EXIT_OK,
    add_places,
    emit,
    home_of,
    one_line,
    positive,
    say,
    settings_in_force,
    time_argument,
)
from inspector.domain.cells import safe_cell
from inspector.domain.counts import counted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from inspector.outputs.trail_log import TrailQuery
    from inspector.outputs.trail_rows import TrailRow

#: Of a line in the terminal.
_LONGEST = 400


def add_trail_command(group: argparse._SubParsersAction[Any]) -> None:
    """Add ``trail`` to the commands of the log."""
    trail = group.add_parser(
        "trail",
        help="what was done at this station, by whom, when and why",
        description="The audit trail, the oldest first: changes of settings, recipes, thresholds and models with what "
        "was before and after, exports, alarms, starts and ends of the program. Events that are not in the log yet "
        "come at the end, without a number.",
    )
    form = trail.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object per event")
    form.add_argument("--csv", action="store_true", help="CSV with a header")
    trail.add_argument("--since", type=time_argument, help="done at or after this date or time (local)")
    trail.add_argument("--until", type=time_argument, help="done before this date or time (local)")
    trail.add_argument("--who", help="by this person")
    trail.add_argument("--what", action="append", metavar="KIND", help="of this kind; may be given several times")
    trail.add_argument("--about", default="", metavar="WORDS", help="in what it was done to, or in its reason")
    trail.add_argument("--last", type=positive, metavar="N", help="only the newest N")
    add_places(trail, log=True)
    trail.set_defaults(command=show_trail, json_lines=True)


def show_trail(parsed: argparse.Namespace) -> int:
    """Show the trail."""
    from inspector import assembly
    from inspector.outputs.trail_rows import COLUMNS, cells_of, json_of, line_of

    home = home_of(parsed)
    where = assembly.places(home, settings_in_force(parsed)).log
    query = _query(parsed)
    rows = _rows(where, home.root, query, parsed.last)
    count = 0
    if parsed.csv:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(newline="")  # CSV has its own line ends; Windows would double them
        writer = csv.writer(sys.stdout)
        writer.writerow(COLUMNS)
    for count, row in enumerate(rows, 1):  # noqa: B007 - said at the end
        if parsed.csv:
            writer.writerow([safe_cell(cell) for cell in cells_of(row)])
        elif parsed.json:
            emit(json_of(row))
        else:
            print(_shortened(one_line(line_of(row))))
    sys.stdout.flush()
    say(f"{counted(count, 'event')} from {where}")
    return EXIT_OK


def _shortened(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}… (--json tells all)"


def _query(parsed: argparse.Namespace) -> TrailQuery:
    from inspector.domain.errors import InspectorError
    from inspector.outputs.trail_log import TrailQuery
    from inspector.trail.event import TrailKind

    known = {kind.value: kind for kind in TrailKind}
    for name in parsed.what or ():
        if name not in known:
            raise InspectorError(f"there is no kind of event “{name}”", f"Name one of: {', '.join(known)}.")
    return TrailQuery(
        since=parsed.since,
        until=parsed.until,
        who=parsed.who,
        kinds=frozenset(known[name] for name in parsed.what) if parsed.what else None,
        words=parsed.about,
    )


def _rows(where: Path, root: Path, query: TrailQuery, last: int | None) -> Iterator[TrailRow]:
    """Return the events in the log, then those that wait for it, the oldest first."""
    from inspector.outputs.trail_log import TrailLog, waiting_rows

    held = waiting_rows(root, query)
    if last is not None:
        held = held[-last:]
    if where.is_file() or not held:
        log = TrailLog(where, read_only=True)
        if last is None:
            yield from log.rows(query)
        elif last > len(held):
            yield from reversed(log.read(query, limit=last - len(held)))
    yield from held
