"""The command line. Results go to stdout, everything else to stderr; see docs/commands.md."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import traceback
from typing import TYPE_CHECKING

from inspector import __version__
from inspector.cli import batch, bench, inspect, logs, models, recipes, run
from inspector.cli.common import (
    EXIT_BROKEN_PIPE,
    EXIT_ERROR,
    EXIT_INTERRUPTED,
    EXIT_UNEXPECTED,
    add_places,
    home_of,
    say,
)
from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    from collections.abc import Sequence


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    parser = argparse.ArgumentParser(
        prog="inspector", description="Visual inspection station. Without a command: the window."
    )
    parser.add_argument("--version", action="version", version=f"inspector {__version__}")
    add_places(parser, log=True)
    run.add_window_options(parser)
    parser.set_defaults(command=run.window)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for module in (run, batch, inspect, bench, models, logs, recipes):
        module.add_commands(commands)
    return parser


def main(arguments: Sequence[str]) -> int:
    """Run one command.

    Args:
        arguments: Without the program's name.

    Returns:
        The exit code: 0 done, 1 an error that was explained, 2 wrong usage, 70 an unexpected error, 130 interrupted.
        Some commands have further ones, named in their help.
    """
    parsed = build_parser().parse_args(arguments)
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(message)s", stream=sys.stderr)
    try:
        return int(parsed.command(parsed))
    except InspectorError as error:
        return _explain(parsed, error)
    except BrokenPipeError:
        # the reader of stdout has gone; Python would complain once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_BROKEN_PIPE
    except KeyboardInterrupt:
        say("interrupted")
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort of the program
        return _unexpected(parsed, error)


def _explain(parsed: argparse.Namespace, error: InspectorError) -> int:
    say(f"error: {error}")
    if getattr(parsed, "json", False) and not getattr(parsed, "json_lines", False):
        print(json.dumps({"error": {"what": error.what, "next_step": error.next_step}}, ensure_ascii=False))
    return EXIT_ERROR


def _unexpected(parsed: argparse.Namespace, error: Exception) -> int:
    path = home_of(parsed).program_log
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write("".join(traceback.format_exception(error)) + "\n")
        where = f"; details are in {path}"
    except OSError:
        traceback.print_exception(error)
        where = ""
    say(f"unexpected error: {type(error).__name__}: {error}{where}")
    return EXIT_UNEXPECTED
