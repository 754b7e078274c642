"""``inspector log``: summary and export of the record, the audit trail; also beside a running station."""

from __future__ import annotations

import io
import os
import stat
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli import proof, trail
from inspector.cli.common import (
    EXIT_OK,
    add_json,
    add_places,
    emit,
    home_of,
    say,
    settings_in_force,
    time_argument,
    told_export,
)
from inspector.cli.sign_in import needs
from inspector.domain.cells import BOM
from inspector.domain.counts import counted
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse

    from inspector.outputs.base import LogQuery
    from inspector.outputs.result_log import SqliteResultLog

_VERDICTS = ("PASS", "FAIL", "REVIEW", "ERROR")


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``log`` and its commands."""
    group = commands.add_parser("log", help="summary and export of the record, the audit trail").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )
    summary = group.add_parser("summary", help="counts and yield")
    add_json(summary)
    summary.set_defaults(command=show_summary)
    export = group.add_parser("export", help="the rows, as CSV or JSON lines, on stdout")
    form = export.add_mutually_exclusive_group(required=True)
    form.add_argument("--csv", action="store_true", help="CSV with a header")
    form.add_argument("--json", action="store_true", help="one JSON object per part")
    export.add_argument(
        "--out", type=Path, metavar="FILE", help="into this file, signed: manifest and signature lie beside it"
    )
    needs(export, Permission.EXPORT)
    export.set_defaults(command=export_rows, json_lines=True)
    proof.add_proof_commands(group)
    trail.add_trail_command(group)
    for parser in (summary, export):
        add_places(parser, log=True)
        parser.add_argument("--since", type=time_argument, help="captured at or after this date or time (local)")
        parser.add_argument("--until", type=time_argument, help="captured before this date or time (local)")
        parser.add_argument("--recipe", help="name of the recipe")
        parser.add_argument("--lot", help="lot")
        parser.add_argument("--part", help="serial number of the part, or id of the line's trigger")
        parser.add_argument("--nest", help="tool or nest that the part is from")
        parser.add_argument("--verdict", choices=_VERDICTS, action="append", help="may be given several times")


def _open(parsed: argparse.Namespace) -> SqliteResultLog:
    from inspector import assembly

    where = assembly.places(home_of(parsed), settings_in_force(parsed))
    return assembly.open_log(where.log, read_only=True)


def _query(parsed: argparse.Namespace) -> LogQuery:
    from inspector.domain.records import Verdict
    from inspector.outputs.base import LogQuery

    verdicts = frozenset(Verdict(name) for name in parsed.verdict) if parsed.verdict else None
    return LogQuery(
        since=parsed.since,
        until=parsed.until,
        recipe=parsed.recipe,
        lot=parsed.lot,
        part=parsed.part or None,
        nest=parsed.nest or None,
        verdicts=verdicts,
    )


def show_summary(parsed: argparse.Namespace) -> int:
    """Show counts."""
    from inspector.outputs.export import summary

    log = _open(parsed)
    try:
        counts = summary(log, _query(parsed))
    finally:
        log.close()
    _say_unreadable(log)
    if parsed.json:
        emit({"log": str(log.path), **counts.model_dump(mode="json"), "unreadable": log.unreadable.count})
        return EXIT_OK
    print(f"log        {log.path}")
    print(f"inspected  {counts.inspected}")
    print(f"pass       {counts.passed}")
    print(f"fail       {counts.failed}")
    print(f"review     {counts.review}")
    print(f"error      {counts.error}")
    if counts.first_pass_yield is not None and counts.yield_interval_95 is not None:
        low, high = counts.yield_interval_95
        print(f"yield      {100 * counts.first_pass_yield:.2f} %  (95 %: {100 * low:.2f} to {100 * high:.2f} %)")
    print(f"newest     {counts.newest_utc or '–'}")
    return EXIT_OK


def _is_file(stream: io.TextIOWrapper) -> bool:
    """Return whether what is written goes to the begin of a file."""
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode) and os.lseek(stream.fileno(), 0, os.SEEK_CUR) == 0
    except (OSError, ValueError):
        return False


def export_rows(parsed: argparse.Namespace) -> int:
    """Export."""
    from inspector.outputs.export import export_csv, export_jsonl

    if parsed.out is not None:
        return _export_signed(parsed)
    if parsed.csv and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(newline="")  # CSV has its own line ends; Windows would double them
        if _is_file(sys.stdout):
            sys.stdout.write(BOM)  # Excel knows the encoding by it; a program that reads along gets none
    log = _open(parsed)
    try:
        with closing(log.rows(_query(parsed))) as rows:
            count = export_csv(rows, sys.stdout) if parsed.csv else export_jsonl(rows, sys.stdout)
        sys.stdout.flush()
    finally:
        log.close()
    _say_unreadable(log)
    say(f"{counted(count, 'row')} from {log.path}")
    told_export(parsed, "the record", f"{counted(count, 'row')} as {'CSV' if parsed.csv else 'JSON'}")
    return EXIT_OK


def _export_signed(parsed: argparse.Namespace) -> int:
    """Export into a file, with its manifest and the station's signature."""
    from inspector.proof.exported import export_signed

    log = _open(parsed)
    try:
        manifest = export_signed(
            log,
            _query(parsed),
            parsed.out.absolute(),
            home_of(parsed).root,
            station=settings_in_force(parsed).station,
            csv=parsed.csv,
        )
    finally:
        log.close()
    _say_unreadable(log)
    say(f"{counted(manifest.rows, 'row')} from {log.path}, signed: {parsed.out}")
    told_export(parsed, "the record", f"{parsed.out}, signed")
    return EXIT_OK


def _say_unreadable(log: SqliteResultLog) -> None:
    if words := log.unreadable.words():
        say(f"warning: {words}. “inspector doctor” looks through the whole log")
