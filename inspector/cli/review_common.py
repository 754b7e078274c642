"""What the commands of ``inspector review`` share: which record, which parts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.cli.common import home_of, settings_in_force, settings_of, time_argument

if TYPE_CHECKING:
    import argparse

    from inspector.outputs.base import LogQuery
    from inspector.outputs.reviews import ReviewLog


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which parts are meant."""
    parser.add_argument("--since", type=time_argument, help="captured at or after this date or time (local)")
    parser.add_argument("--until", type=time_argument, help="captured before this date or time (local)")
    parser.add_argument("--shift", action="store_true", help="of the shift that runs now")
    parser.add_argument("--recipe", help="name of the recipe")
    parser.add_argument("--lot", help="lot")


def add_part(parser: argparse.ArgumentParser) -> None:
    """Add the option that names a single part: not for the audit, which is a sample."""
    parser.add_argument("--part", help="serial number of the part, or id of the line's trigger")


def open_reviews(parsed: argparse.Namespace, *, read_only: bool = False) -> ReviewLog:
    """Open the record of reviews of the command's log.

    Raises:
        LogError: See `ReviewLog`.
    """
    from inspector import assembly
    from inspector.outputs.reviews import ReviewLog

    where = assembly.places(home_of(parsed), settings_in_force(parsed))
    return ReviewLog(where.log, read_only=read_only)


def selection(parsed: argparse.Namespace) -> LogQuery:
    """Return the parts that the command is about."""
    from inspector.domain.shifts import shift_start
    from inspector.outputs.base import LogQuery

    since = parsed.since
    if parsed.shift:
        start = shift_start(datetime.now().astimezone(), settings_of(home_of(parsed)).shift_starts)
        since = max(start.astimezone(UTC), since or start)
    part = getattr(parsed, "part", None) or None
    return LogQuery(since=since, until=parsed.until, recipe=parsed.recipe, lot=parsed.lot, part=part)
