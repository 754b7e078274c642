"""What the commands share."""

from __future__ import annotations

import argparse
import getpass
import json
import signal
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.field_options import DEVICE, PRECISION, add_field
from inspector.domain.secret import redacted
from inspector.paths import Home
from inspector.programs import ending_signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from inspector.domain.text import TextKind
    from inspector.overrides import Overrides
    from inspector.settings import Settings

EXIT_OK = 0
EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_DEFECTS = 3
EXIT_STOPPED = 4
EXIT_UNEXPECTED = 70
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141


class TorchUse(Enum):
    """Whether a command uses torch; ``set_defaults(torch=…)``."""

    NONE = "none"
    COMPARES = "compares"  #: without torch some of its rows are left out
    NEEDS = "needs"


def say(text: str) -> None:
    """Write a line to stderr, without secrets."""
    print(redacted(text), file=sys.stderr, flush=True)


def one_line(text: object) -> str:
    """Return a text for a line of a table: line breaks and other control characters of file names are spelled out."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode("ascii")
        for char in str(text)
    )


@contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """Turn Ctrl-C, SIGTERM and SIGHUP into an event, so that what is at hand is finished.

    A second Ctrl-C ends at once. Where SIGHUP is ignored (``nohup``), it stays so.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set() and number == signal.SIGINT:
            signal.default_int_handler(number, frame)
        stop.set()

    before = {number: signal.signal(number, on_signal) for number in ending_signals()}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def add_beside(parser: argparse.ArgumentParser) -> None:
    """Add ``--beside``; see `beside`."""
    parser.add_argument(
        "--beside", type=positive, metavar="PID", help="end when that process has ended, as a station's own does"
    )


def beside(parsed: argparse.Namespace) -> Callable[[], bool]:
    """Return what says whether the process beside which the command runs is there; true where none was named.

    A process that was killed cannot end those beside it.

    Raises:
        ProcessError: If it has ended already.
    """
    from inspector.runs.processes import is_alive, mark_of

    if parsed.beside is None:
        return lambda: True
    mark = mark_of(parsed.beside)
    return lambda: is_alive(mark)


def ask_secret(words: str) -> str:
    """Ask for a password: on the terminal, unseen, else it is the next line of stdin."""
    if sys.stdin.isatty():
        return getpass.getpass(words)
    return sys.stdin.readline().rstrip("\r\n")


def emit(value: Any) -> None:  # noqa: ANN401 - anything that JSON can hold
    """Write a JSON object as one line to stdout, at once, without secrets."""
    print(json.dumps(_clean(value), ensure_ascii=False), flush=True)


def _clean(value: Any) -> Any:  # noqa: ANN401 - anything that JSON can hold
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {key: _clean(inner) for key, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, list | tuple) else value


def add_places(parser: argparse.ArgumentParser, *, log: bool = False) -> None:
    """Add ``--home``, and ``--log`` for commands that use the record."""
    parser.add_argument("--home", type=Path, default=argparse.SUPPRESS, help="data folder (default: the platform's)")
    if log:
        parser.add_argument(
            "--log", type=Path, default=argparse.SUPPRESS, help="result log (default: in the data folder)"
        )


def add_json(parser: argparse.ArgumentParser, what: str = "one JSON object on stdout") -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help=what)


def add_device(parser: argparse.ArgumentParser) -> None:
    """Add ``--device`` and ``--precision``."""
    for field in (DEVICE, PRECISION):
        add_field(parser, field, words=" (default: the setting)")


def told_export(parsed: argparse.Namespace, what: str, where: str) -> None:
    """Record in the audit trail that something was given out.

    Args:
        parsed: The command's options.
        what: Was exported.
        where: To which file, or how much and in which form.
    """
    from inspector.trail.event import TrailKind, happened
    from inspector.trail.waiting import note

    if fault := note(home_of(parsed).root, happened(TrailKind.EXPORT, what, after={"to": where})):
        say(f"warning: {fault}")


def home_of(parsed: argparse.Namespace) -> Home:
    """Return the data folder that the command uses."""
    root = getattr(parsed, "home", None)
    return Home(root=root.expanduser().absolute()) if root else Home.default()


def settings_of(home: Home) -> Settings:
    """Return the station's settings; what cannot be used is said and defaulted."""
    from inspector.settings_file import load_settings  # pydantic takes a moment

    settings, faults = load_settings(home.settings)
    for fault in faults:
        say(f"warning: {fault}")
    return settings


def overrides_of(parsed: argparse.Namespace, prefix: str = "") -> Overrides:
    """Return what a command's options say instead of settings and recipe.

    Args:
        parsed: The options; those that a command has not are not said.
        prefix: Of the options' names, as they stand once parsed; ``--log`` has none.
    """
    from inspector.domain.devices import DeviceKind, WantedPrecision
    from inspector.overrides import Overrides

    def said(name: str) -> Any:  # noqa: ANN401 - as argparse gives it
        return getattr(parsed, prefix + name, None)

    return Overrides(
        recipe=said("recipe"),
        source=said("source"),
        model=said("model"),
        device=DeviceKind(said("device")) if said("device") else None,
        precision=WantedPrecision(said("precision")) if said("precision") else None,
        log=getattr(parsed, "log", None),
    )


def settings_in_force(parsed: argparse.Namespace) -> Settings:
    """Return the station's settings with what the command's options say instead; not to be saved."""
    return overrides_of(parsed).applied(settings_of(home_of(parsed)))


def time_argument(text: str) -> datetime:
    """Parse an ISO date or time; without a zone it is local.

    Raises:
        argparse.ArgumentTypeError: If it is neither.
    """
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        msg = f"{text!r} is not a date or time such as 2026-01-31 or 2026-01-31T14:00"
        raise argparse.ArgumentTypeError(msg) from error


def text_argument(kind: TextKind) -> Callable[[str], str]:
    """Return what checks a typed text, for argparse."""

    def text(value: str) -> str:
        try:
            return kind.checked(value.strip())
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return text


def positive(text: str) -> int:
    """Parse a whole number of at least 1.

    Raises:
        argparse.ArgumentTypeError: If it is not.
    """
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        msg = f"{text!r} is not a whole number of at least 1"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def port_number(text: str) -> int:
    """Parse a port; 0 is any.

    Raises:
        argparse.ArgumentTypeError: If it is none.
    """
    if text.isascii() and text.isdecimal() and int(text) <= 65535:
        return int(text)
    msg = f"{text!r} is no port from 0 to 65535"
    raise argparse.ArgumentTypeError(msg)


def fraction(text: str) -> float:
    """Parse a number from 0 to 1.

    Raises:
        argparse.ArgumentTypeError: If it is not.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        msg = f"{text!r} is not a number from 0 to 1"
        raise argparse.ArgumentTypeError(msg)
    return value
