"""The command line. Results go to stdout, everything else to stderr; see docs/commands.md."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import os
import subprocess
import sys
from typing import TYPE_CHECKING, NoReturn

from inspector import __version__
from inspector.cli import (
    backup,
    batch,
    bench,
    challenge,
    cluster,
    doctor,
    dossier,
    fleet,
    inspect,
    keys,
    licences,
    line,
    logs,
    lots,
    models,
    mqtt,
    msa,
    operating_point,
    recipes,
    regression,
    replay,
    report,
    results,
    review,
    run,
    serve,
    shadow,
    statistics,
    users,
)
from inspector.cli.common import (
    EXIT_BROKEN_PIPE,
    EXIT_ERROR,
    EXIT_INTERRUPTED,
    EXIT_UNEXPECTED,
    TorchUse,
    add_places,
    home_of,
    say,
)
from inspector.cli.sign_in import acting
from inspector.domain.causes import cause_of
from inspector.domain.class_words import WordsError
from inspector.domain.errors import InspectorError
from inspector.domain.secret import redacted
from inspector.private import make_private
from inspector.programs import AS_STATION, has_trainer, is_installed, is_packaged, trainer_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_log = logging.getLogger(__name__)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    parser = _Parser(prog="inspector", description="Visual inspection station. Without a command: the window.")
    parser.add_argument("--version", action="version", version=f"inspector {__version__}")
    add_places(parser, log=True)
    run.add_window_options(parser)
    parser.set_defaults(command=run.window)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for module in (
        run,
        batch,
        results,
        regression,
        shadow,
        replay,
        inspect,
        bench,
        models,
        logs,
        lots,
        report,
        statistics,
        recipes,
        operating_point,
        review,
        msa,
        dossier,
        serve,
        fleet,
        mqtt,
        cluster,
        line,
        challenge,
        users,
        backup,
        keys,
        doctor,
        licences,
    ):
        module.add_commands(commands)
    return parser


def main(arguments: Sequence[str]) -> int:
    """Run one command.

    Args:
        arguments: Without the program's name.

    Returns:
        The exit code: 0 done, 1 an error that was explained, 2 wrong usage, 70 an unexpected error, 130 interrupted,
        141 the reader of stdout has gone. Some commands have further ones, named in their help.

    Raises:
        SystemExit: With code 2 on wrong usage, with 0 after ``--help`` and ``--version``.
    """
    _write_any_name()
    parser = build_parser()
    parsed = parser.parse_args(arguments)
    _refuse_window_options(parser, parsed)
    from inspector.backup.unfinished import finish_restore
    from inspector.data_version import check_data, version_fault  # pydantic takes a moment; --help is answered

    with _program_log(home_of(parsed).program_log, windowed=run.opens_window(parsed)):
        try:
            if finish_restore(home_of(parsed).root):
                say(f"the restore of {home_of(parsed).root} was finished, which had been cut short")
            check_data(home_of(parsed).root)
            if fault := version_fault(home_of(parsed).root):
                say(f"warning: {fault}")
            make_private(home_of(parsed).root)
            code = _with_torch(parsed, arguments)
            sys.stdout.flush()
        except InspectorError as error:
            code = _failed(
                parsed, error.what, error.next_step, EXIT_ERROR, error.words if isinstance(error, WordsError) else ()
            )
        except BrokenPipeError:
            # the reader of stdout has gone; Python would complain once more at exit
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = EXIT_BROKEN_PIPE
        except KeyboardInterrupt:
            say("interrupted")
            code = EXIT_INTERRUPTED
        except Exception as error:  # noqa: BLE001 - the last resort of the program
            _log.exception("the command %s failed", arguments)
            short = isinstance(error, MemoryError)
            what = "out of memory" if short else redacted(f"unexpected {type(error).__name__}: {cause_of(error)}")
            code = _failed(parsed, what, f"Details are in {home_of(parsed).program_log}.", EXIT_UNEXPECTED)
        _take_up(parsed)
    make_private(home_of(parsed).root)  # which the command may have made
    return code


def _take_up(parsed: argparse.Namespace) -> None:
    """Bring what a command has recorded in the audit trail into the station's log; else it waits."""
    from inspector.trail.waiting import waits

    home = home_of(parsed)
    if not waits(home.root):
        return
    from inspector import assembly
    from inspector.outputs.trail_log import take_up
    from inspector.settings_file import load_settings

    try:
        take_up(home.root, assembly.places(home, load_settings(home.settings)[0]).log)
    except (InspectorError, OSError) as error:  # the command itself has done its work
        _log.warning("the audit trail's events wait: %s", cause_of(error))


def _with_torch(parsed: argparse.Namespace, arguments: Sequence[str]) -> int:
    """Run a command; one that uses torch is run by the trainer's program where, packaged, only that one has torch."""
    wants = getattr(parsed, "torch", TorchUse.NONE)
    if wants is not TorchUse.NONE and is_packaged() and not is_installed("torch"):
        if has_trainer():
            return subprocess.run((*trainer_command(), AS_STATION, *arguments), check=False).returncode  # noqa: S603
        if wants is TorchUse.NEEDS:
            raise InspectorError(
                "this command needs torch, which this package does not have", "Use the full package, with the trainer."
            )
    if (permission := getattr(parsed, "needs", None)) is not None:
        parsed.actor = acting(parsed, permission)
    return int(parsed.command(parsed))


def _write_any_name() -> None:
    """Let stdout and stderr hold every file name, whatever the terminal's encoding (Windows) and the name's bytes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _refuse_window_options(parser: argparse.ArgumentParser, parsed: argparse.Namespace) -> None:
    """An option of the window before a command would not be heard."""
    if parsed.command is run.window:
        return
    for name in ("source", "recipe", "model", "device", "precision"):
        if getattr(parsed, f"window_{name}") is not None:
            parser.error(f"--{name} belongs behind the command")


def _failed(parsed: argparse.Namespace, what: str, next_step: str, code: int, words: Sequence[str] = ()) -> int:
    say(f"error: {what}. {next_step}" if next_step else f"error: {what}")
    if getattr(parsed, "json", False) and not getattr(parsed, "json_lines", False):
        with contextlib.suppress(BrokenPipeError):
            fault = {"what": what, "next_step": next_step} | ({"words": list(words)} if words else {})
            print(json.dumps({"error": fault}, ensure_ascii=False), flush=True)
    return code


@contextlib.contextmanager
def _program_log(path: Path, *, windowed: bool) -> Iterator[None]:
    """While a command runs, keep warnings and what breaks in a rotating file; the window sees to its own."""
    root = logging.getLogger()
    handler = _LateFile(path)
    if not windowed:
        root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


class _Parser(argparse.ArgumentParser):
    """Tells no secret of what it was given."""

    def error(self, message: str) -> NoReturn:
        super().error(redacted(message))


class _LateFile(logging.Handler):
    """The program log, which is made with the first record."""

    def __init__(self, path: Path) -> None:
        super().__init__(logging.WARNING)
        self._path = path
        self._target: logging.Handler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; called under the handler's lock."""
        if self._target is None:
            from inspector.program_log import log_handler

            self._target = log_handler(self._path)
        self._target.emit(record)

    def close(self) -> None:
        """Close the file."""
        if self._target is not None:
            self._target.close()
        super().close()
