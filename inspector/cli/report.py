"""``inspector report``: what was inspected in a lot or a period, as a page, a PDF, JSON and a table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import (
    EXIT_DEFECTS,
    EXIT_OK,
    add_json,
    add_places,
    emit,
    home_of,
    say,
    settings_in_force,
    time_argument,
)
from inspector.cli.sign_in import acting

if TYPE_CHECKING:
    import argparse


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``report``."""
    parser = commands.add_parser(
        "report",
        help="report of a lot or a period: a page, a PDF, the figures as JSON, the parts as a table",
        description="Write the report of a lot, a period or both into a folder: report.html (one file, with pictures "
        "and heatmaps of the failures), report.pdf (the same on A4), report.json, parts.csv. The record is checked by "
        "its chain of hashes first, which takes minutes with millions of rows. Reads beside a running station.",
        epilog="Exit codes: 0 written; 1 an error; 3 written, and the record is not as it was written: the first page "
        "says so.",
    )
    parser.add_argument("--lot", help="parts of this lot")
    parser.add_argument("--recipe", help="parts of this recipe")
    parser.add_argument("--since", type=time_argument, help="captured at or after this date or time (local)")
    parser.add_argument("--until", type=time_argument, help="captured before this date or time (local)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder (default: reports in the data folder)")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the page there, too")
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="write the PDF there, too")
    parser.add_argument("--no-check", action="store_true", help="leave out the check of the record; the report says so")
    add_places(parser, log=True)
    add_json(parser)
    parser.set_defaults(command=write)


def write(parsed: argparse.Namespace) -> int:
    """Write the report."""
    from inspector import assembly
    from inspector.files import write_bytes
    from inspector.gui.paper import print_pdf, without_window
    from inspector.reports.files import FIGURES, PARTS, write_report
    from inspector.reports.span import ReportMaker, ReportSpan

    home, settings = home_of(parsed), settings_in_force(parsed)
    written = write_report(
        ReportSpan(lot=parsed.lot, since=parsed.since, until=parsed.until, recipe=parsed.recipe),
        assembly.places(home, settings).log,
        home,
        ReportMaker(station=settings.station, by=acting(parsed).name, shift_starts=settings.shift_starts),
        checks=not parsed.no_check,
        folder=parsed.out,
        told=_follow if sys.stderr.isatty() else None,
    )
    report = written.report
    with without_window():
        sheets = print_pdf(written.html, written.pdf, title=report.title, foot=report.foot)
    for file, wanted in ((written.page, parsed.html), (written.pdf, parsed.pdf)):
        if wanted is not None:
            write_bytes(wanted, file.read_bytes())
    if parsed.json:
        files = {"page": written.page, "pdf": written.pdf, "figures": written.folder / FIGURES}
        named = {name: str(path) for name, path in files.items()} | {"parts": str(written.folder / PARTS)}
        emit({**named, "sheets": sheets, "report": report.model_dump(mode="json")})
    else:
        say(f"{report.title}: {report.inspected:,} parts, first-pass yield {report.first_pass_yield.words}")
        if report.chain is not None and not report.chain.whole:
            say(f"warning: {report.chain.words}")
        print(written.page)
        print(written.pdf)
    return EXIT_DEFECTS if report.chain is not None and not report.chain.whole else EXIT_OK


def _follow(what: str, done: int, total: int) -> None:
    end = "\r" if done < total else "\n"
    sys.stderr.write(f"checking the record, {what}: {done:,} of {total:,}{end}")
