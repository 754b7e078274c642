"""``inspector dossier``: lock acceptance criteria, fill the validation dossier, print it."""

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
    one_line,
    say,
    settings_in_force,
)
from inspector.cli.sign_in import acting, needs
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse

    from inspector.dossier.files import KnownDossier
    from inspector.dossier.fill import DossierWork


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``dossier`` and its commands."""
    group = commands.add_parser(
        "dossier", help="validation dossier: lock acceptance criteria, fill it (IQ, OQ, PQ), print it"
    ).add_subparsers(title="commands", metavar="COMMAND", required=True)
    example = group.add_parser("example", help="print a file of criteria to start from")
    example.set_defaults(command=show_example)
    begin = group.add_parser(
        "begin",
        help="lock the criteria, before the test part is read",
        description="Lock acceptance criteria for a recipe and its model as they are now: signed, with their hashes in "
        "the audit trail. From then on they cannot be changed.",
    )
    begin.add_argument("name", help="of the dossier")
    begin.add_argument("--criteria", type=Path, required=True, metavar="FILE", help="JSON, see “dossier example”")
    begin.add_argument("--recipe", default="", help="recipe: its name (default: the station's)")
    begin.set_defaults(command=begin_dossier)
    run = group.add_parser(
        "run",
        help="fill it: installation, operation, performance on a test part",
        description="Fill a dossier and print it. Refused, before a picture is judged: other criteria than those that "
        "were locked, another recipe or model, a test part that the model has learnt from (by content), one that "
        "another dossier has read under other criteria.",
        epilog="Exit codes: 0 every criterion is met; 1 an error, or refused; 3 a criterion is not met or not shown.",
    )
    run.add_argument("name", help="of the dossier")
    run.add_argument("--test", type=Path, required=True, metavar="DIR", help="good/ and a folder per defect type")
    run.add_argument("--criteria", type=Path, metavar="FILE", help="refuse where this file is not what was locked")
    run.set_defaults(command=run_dossier)
    listing = group.add_parser("list", help="list the dossiers with their state, that which was changed last first")
    listing.set_defaults(command=show_dossiers)
    printing = group.add_parser("print", help="write the page and the PDF, as far as the dossier is")
    printing.add_argument("name", help="of the dossier")
    printing.add_argument("--html", type=Path, metavar="FILE", help="write the page there, too")
    printing.add_argument("--pdf", type=Path, metavar="FILE", help="write the PDF there, too")
    printing.set_defaults(command=print_dossier)
    checks = group.add_parser(
        "self-checks",
        help="make the faults that a station can make for itself, in a folder of its own",
        epilog="Exit codes: 0 all hold; 3 one does not, or could not be tried.",
    )
    checks.set_defaults(command=show_self_checks)
    needs(begin, Permission.VALIDATION)
    needs(run, Permission.VALIDATION)
    for parser in (begin, run, listing, printing):
        add_places(parser, log=True)
    add_places(checks)
    for parser in (begin, run, listing, printing, checks):
        add_json(parser)


def show_example(parsed: argparse.Namespace) -> int:  # noqa: ARG001 - as every command
    """Print an example."""
    from inspector.dossier.criteria import EXAMPLE

    print(EXAMPLE.model_dump_json(indent=2))
    return EXIT_OK


def begin_dossier(parsed: argparse.Namespace) -> int:
    """Lock."""
    from inspector.dossier.criteria import read_criteria

    work = _work(parsed)
    locked = work.begin(parsed.name, read_criteria(parsed.criteria), parsed.recipe)
    if parsed.json:
        emit(locked.model_dump(mode="json"))
    else:
        print(f"locked: {locked.criteria_sha256} for {locked.recipe}, version {locked.recipe_version}, {locked.model}")
        say(f"Fill it with: inspector dossier run “{locked.name}” --test FOLDER")
    return EXIT_OK


def run_dossier(parsed: argparse.Namespace) -> int:
    """Fill, and print."""
    from inspector.dossier.criteria import read_criteria
    from inspector.dossier.result import Came

    work = _work(parsed)
    criteria = None if parsed.criteria is None else read_criteria(parsed.criteria)
    result = work.fill(parsed.name, parsed.test.absolute(), criteria, _told)
    page, pdf = _printed(work, parsed.name)
    if parsed.json:
        emit({**result.model_dump(mode="json"), "conclusion": result.conclusion, "page": str(page), "pdf": str(pdf)})
    else:
        for line in result.lines:
            if line.shown is not Came.TOLD:
                print(f"{line.shown.value:10} {line.name}: {line.said}")
        print(result.conclusion)
        print(page)
        print(pdf)
    fine = result.chain_whole and not result.count(Came.NOT_MET) and not result.count(Came.NOT_SHOWN)
    return EXIT_OK if fine else EXIT_DEFECTS


def show_dossiers(parsed: argparse.Namespace) -> int:
    """List."""
    from inspector import assembly
    from inspector.dossier.files import list_dossiers

    home = home_of(parsed)
    dossiers = list_dossiers(home, assembly.places(home, settings_in_force(parsed)).log)
    if parsed.json:
        emit({"dossiers": [_figures(dossier) for dossier in dossiers]})
        return EXIT_OK
    for dossier in dossiers:
        words = [dossier.state]
        if dossier.locked is not None:
            locked = dossier.locked
            words.append(f"{locked.recipe}, version {locked.recipe_version}, {locked.model}")
            words.append(f"locked {locked.locked.astimezone():%Y-%m-%d %H:%M} by {locked.who}")
        elif dossier.fault:
            words.append(dossier.fault.rstrip("."))
        words.append(str(dossier.folder))
        print(one_line(f"{dossier.name}: {'; '.join(words)}"))
    if not dossiers:
        say("there is no dossier yet; “inspector dossier example” prints criteria to begin one with")
    return EXIT_OK


def print_dossier(parsed: argparse.Namespace) -> int:
    """Print."""
    from inspector.files import write_bytes

    page, pdf = _printed(_work(parsed), parsed.name)
    for file, wanted in ((page, parsed.html), (pdf, parsed.pdf)):
        if wanted is not None:
            write_bytes(wanted, file.read_bytes())
    if parsed.json:
        emit({"page": str(page), "pdf": str(pdf)})
    else:
        print(page)
        print(pdf)
    return EXIT_OK


def show_self_checks(parsed: argparse.Namespace) -> int:
    """Make the faults."""
    from inspector.dossier.result import Came
    from inspector.dossier.self_checks import NOT_TRIED, self_checks

    lines = []
    for line in self_checks():
        lines.append(line)
        if not parsed.json:
            print(f"{line.shown.value:10} {line.name}: {line.said}", flush=True)
    if parsed.json:
        emit({"checks": [line.model_dump(mode="json") for line in lines], "not_tried": NOT_TRIED})
    else:
        say(NOT_TRIED)
    return EXIT_OK if all(line.shown is Came.MET for line in lines) else EXIT_DEFECTS


def _work(parsed: argparse.Namespace) -> DossierWork:
    from inspector import assembly
    from inspector.dossier.fill import DossierWork

    settings = settings_in_force(parsed)
    return DossierWork(assembly.places(home_of(parsed), settings), settings, acting(parsed).name)


def _printed(work: DossierWork, name: str) -> tuple[Path, Path]:
    from inspector.dossier.files import write_dossier
    from inspector.gui.paper import print_pdf, without_window

    files = write_dossier(work.dossier(name))
    with without_window():
        print_pdf(files.html, files.pdf, title=files.title, foot=files.foot)
    return files.page, files.pdf


def _figures(dossier: KnownDossier) -> dict[str, Any]:
    locked, result = dossier.locked, dossier.result
    return {
        "name": dossier.name,
        "state": dossier.state,
        "folder": str(dossier.folder),
        "pictures_read": dossier.read,
        "printed": dossier.printed,
        "fault": dossier.fault,
        "locked": None if locked is None else locked.model_dump(mode="json"),
        "filled": None if result is None else result.filled.isoformat(),
        "conclusion": None if result is None else result.conclusion,
    }


def _told(words: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{words[:100]:100}")
        sys.stderr.flush()
