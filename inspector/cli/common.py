"""What the commands share."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.paths import Home

if TYPE_CHECKING:
    from inspector.settings import Settings

EXIT_OK = 0
EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_DEFECTS = 3
EXIT_UNEXPECTED = 70
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141
DEVICES = ("auto", "cpu", "cuda", "gpu", "npu")


def say(text: str) -> None:
    """Write a line to stderr."""
    print(text, file=sys.stderr, flush=True)


def emit(value: Any) -> None:  # noqa: ANN401 - anything that JSON can hold
    """Write a JSON object as one line to stdout, at once."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


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
    """Add ``--device``."""
    parser.add_argument("--device", choices=DEVICES, default=None, help="where the network runs (default: auto)")


def home_of(parsed: argparse.Namespace) -> Home:
    """Return the data folder that the command uses."""
    root = getattr(parsed, "home", None)
    return Home(root=root.expanduser().absolute()) if root else Home.default()


def settings_of(home: Home) -> Settings:
    """Return the station's settings; what cannot be used is said and defaulted."""
    from inspector.settings import load_settings  # noqa: PLC0415 - pydantic takes a moment

    settings, faults = load_settings(home.settings)
    for fault in faults:
        say(f"warning: {fault}")
    return settings


def time_argument(text: str) -> datetime:
    """Parse an ISO date or time; without a zone it is local.

    Raises:
        argparse.ArgumentTypeError: If it is neither.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        msg = f"{text!r} is not a date or time such as 2026-01-31 or 2026-01-31T14:00"
        raise argparse.ArgumentTypeError(msg) from error
    return time.astimezone(UTC)


def positive(text: str) -> int:
    """Parse a whole number of at least 1.

    Raises:
        argparse.ArgumentTypeError: If it is not.
    """
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        msg = f"{text!r} is not a whole number of at least 1"
        raise argparse.ArgumentTypeError(msg)
    return int(text)
