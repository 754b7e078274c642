"""``inspector lot``: the lots of the record; begins and ends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.cli.common import EXIT_OK, add_json, add_places, emit, home_of, say, settings_in_force, text_argument
from inspector.cli.sign_in import acting, add_user
from inspector.domain.text import LOT
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse
    from pathlib import Path


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``lot`` and its commands."""
    group = commands.add_parser("lot", help="list lots, begin and end them").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )
    listing = group.add_parser("list", help="the lots of the record, that with the newest part first")
    listing.set_defaults(command=list_lots)
    begin = group.add_parser(
        "begin",
        help="begin a lot at the running station",
        description="Begin a lot, and end the one before: a window of this data folder takes it up in two seconds.",
    )
    begin.add_argument("lot", type=text_argument(LOT))
    begin.set_defaults(command=begin_lot)
    end = group.add_parser("end", help="end the lot that is in force; a running window writes its report")
    end.set_defaults(command=end_lot)
    add_places(listing, log=True)
    for parser in (begin, end):
        add_places(parser)
        add_user(parser)
    for parser in (listing, begin, end):
        add_json(parser)


def list_lots(parsed: argparse.Namespace) -> int:
    """List."""
    from inspector.outputs.lot_reads import recorded_lots
    from inspector.outputs.rows import time_text

    lots = recorded_lots(_log(parsed))
    if parsed.json:
        rows = [
            {
                "lot": lot.name,
                "recipes": list(lot.recipes),
                "parts": lot.parts,
                "first_utc": time_text(lot.first_utc),
                "last_utc": time_text(lot.last_utc),
            }
            for lot in lots
        ]
        emit({"lots": rows})
        return EXIT_OK
    for lot in lots:
        print(
            f"{lot.last_utc.astimezone():%Y-%m-%d %H:%M}  {lot.inspected:>8,}  {lot.name:24} {', '.join(lot.recipes)}"
        )
    if not lots:
        say("no part has a lot yet")
    return EXIT_OK


def begin_lot(parsed: argparse.Namespace) -> int:
    """Begin one."""
    return _put(parsed, parsed.lot)


def end_lot(parsed: argparse.Namespace) -> int:
    """End it."""
    return _put(parsed, "")


def _log(parsed: argparse.Namespace) -> Path:
    from inspector import assembly

    named: Path | None = getattr(parsed, "log", None)
    return named or assembly.places(home_of(parsed), settings_in_force(parsed)).log


def _put(parsed: argparse.Namespace, lot: str) -> int:
    """Set the lot; it is recorded here, and the station only takes it up."""
    from inspector.last_lot import read_lot, write_lot
    from inspector.trail.program import lot_changed
    from inspector.trail.waiting import recorded

    acting(parsed, Permission.LOT)
    home = home_of(parsed)
    before = read_lot(home.last_lot)
    with recorded(home.root, *lot_changed(before, lot)):
        write_lot(home.last_lot, lot)
    if parsed.json:
        emit({"lot": lot, "before": before})
    elif lot:
        print(f"lot {lot} is in force{f' instead of {before}' if before else ''}")
    else:
        print(f"lot {before} has ended" if before else "no lot was in force")
    return EXIT_OK
