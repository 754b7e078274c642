"""How the program starts itself and the trainer, as modules of this Python or from a package's folder; what ends it."""

from __future__ import annotations

import importlib.util
import signal
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What the packaged trainer is given before a command of the station that needs torch.
AS_STATION = "--as-station"


def is_packaged() -> bool:
    """True in a package made by PyInstaller, where there is no Python to call."""
    return bool(getattr(sys, "frozen", False))


def station_command() -> tuple[str, ...]:
    """Return what runs ``inspector``; its own arguments follow."""
    return _beside("inspector") if is_packaged() else (sys.executable, "-m", "inspector")


def trainer_command() -> tuple[str, ...]:
    """Return what runs ``trainer``; its own arguments follow. `has_trainer` says whether it is there."""
    return _beside("trainer") if is_packaged() else (sys.executable, "-m", "trainer")


def has_trainer() -> bool:
    """False in a package that was built without the trainer."""
    return not is_packaged() or Path(trainer_command()[0]).is_file()


def is_installed(package: str) -> bool:
    """Return True where a package can be imported; nothing is imported.

    In a packaged station the folder of torch is there, but holds the trainer's libraries only; Python would take it
    for an empty package.
    """
    spec = importlib.util.find_spec(package)
    return spec is not None and spec.origin is not None


def ending_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that end the program in order: SIGHUP too where there is one and it is not ignored."""
    hang_up = getattr(signal, "SIGHUP", None)
    more = () if hang_up is None or signal.getsignal(hang_up) is signal.SIG_IGN else (hang_up,)
    return (signal.SIGINT, signal.SIGTERM, *more)


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP do what Ctrl-C does, from the first moment: while libraries and a log are opened too.

    A command that finishes what is at hand, and the window, have handlers of their own later.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [number for number in ending_signals() if number != signal.SIGINT]
    before = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _beside(name: str) -> tuple[str, ...]:
    suffix = ".exe" if sys.platform == "win32" else ""
    return (str(Path(sys.executable).with_name(name + suffix)),)
