"""``inspector doctor``: what a support person needs to know, on one screen and in one file, without secrets."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import EXIT_ERROR, EXIT_OK, add_json, add_places, emit, home_of, one_line, overrides_of

if TYPE_CHECKING:
    import argparse

    from inspector.checks import Check
    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe

_WIDTH = 118
_NAME_WIDTH = 13
_LAST_LINES = 200


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``doctor``."""
    parser = commands.add_parser(
        "doctor",
        help="examine this installation",
        description="Examine program, computer, devices, folders, log, recipe, model, speed and cameras. Nothing is "
        "inspected, recorded or sent; users and passwords in addresses are left out. A camera that a running line "
        "uses cannot be opened a second time.",
        epilog="Exit codes: 0 nothing is wrong; 1 something is, the lines marked “fault” say what to do.",
    )
    parser.add_argument("--save", type=Path, metavar="FILE", help="write it there too, with the end of the program log")
    add_places(parser, log=True)
    add_json(parser)
    parser.set_defaults(command=doctor)


def doctor(parsed: argparse.Namespace) -> int:
    """Examine."""
    from inspector import assembly
    from inspector.checks import State, examine, without_secrets
    from inspector.data_version import version_fault
    from inspector.domain.errors import InspectorError
    from inspector.settings_file import load_settings

    home = home_of(parsed)
    settings, faults = load_settings(home.settings)
    faults += filter(None, [version_fault(home.root)])
    where = assembly.places(home, overrides_of(parsed).applied(settings))
    recipe: Recipe | InspectorError
    try:
        recipe = assembly.find_recipe(settings.recipe, home)
    except InspectorError as error:
        recipe = error
    lines, checks = [], []
    for check in examine(where, settings, faults, recipe):
        checks.append(check)
        lines += [without_secrets(line) for line in _lines(check)]
        if not parsed.json:
            print("\n".join(lines[-len(_lines(check)) :]), flush=True)
    if parsed.save is not None:
        _save(parsed.save, [*lines, "", *_last_words(home)])
    if parsed.json:
        emit(
            {
                "time_utc": datetime.now(UTC).isoformat(timespec="seconds"),
                "ok": all(check.state is not State.FAULT for check in checks),
                "checks": [
                    {
                        "name": check.name,
                        "state": check.state.value,
                        "found": without_secrets(check.result),
                        "next_step": without_secrets(check.next_step),
                    }
                    for check in checks
                ],
            }
        )
    return EXIT_ERROR if any(check.state is State.FAULT for check in checks) else EXIT_OK


def _lines(check: Check) -> list[str]:
    """Return a check as text for a terminal."""
    head = f"{check.state.value:6}{check.name:{_NAME_WIDTH}}"
    text = one_line(check.result if not check.next_step else f"{check.result}. {check.next_step}")
    return textwrap.wrap(text, _WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False)


def _last_words(home: Home) -> list[str]:
    """Return the end of the program log, without secrets."""
    from inspector.checks import without_secrets

    try:
        text = home.program_log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ["There is no program log."]
    return ["The end of the program log:", *(without_secrets(line) for line in text.splitlines()[-_LAST_LINES:])]


def _save(path: Path, lines: list[str]) -> None:
    from inspector.domain.errors import ReportError
    from inspector.files import FileError, write_text

    try:
        write_text(path, "\n".join(lines) + "\n")
    except FileError as error:
        raise ReportError(error.what, "Name another file (--save).") from error
