"""Keeps a command that sends running beside a station whose settings name whom it sends to."""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.errors import LogError
from inspector.programs import station_command
from inspector.runs.companion import Companion
from inspector.sending.status import is_sending

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from inspector.settings import Settings

_log = logging.getLogger(__name__)
_LOOK_EVERY_S = 2.0
_ENDING_S = 5.0


@dataclass(frozen=True, slots=True)
class SendingCommand:
    """A command of the station that sends.

    Args:
        name: As “forward”.
        failing: What does not work where it does not run, for the program log.
        status: Where it says how it is doing, for a log.
        consumers: The consumers of the log's outbox that it is, and whether the settings want each; it runs where
            they want the first one.
    """

    name: str
    failing: str
    status: Callable[[Path], Path]
    consumers: Callable[[Settings], Mapping[str, bool]]


class SenderKeeper:
    """Looks every two seconds, on a thread of its own; nothing of the line waits for it.

    Args:
        sending: What is kept running.
        home: The data folder.
        settings: The station's, as they are in force.
        log: Where the result log is.
        command: What is started, with the data folder, the log and this process behind it; None for this program.
    """

    def __init__(
        self,
        sending: SendingCommand,
        home: Path,
        *,
        settings: Callable[[], Settings],
        log: Callable[[], Path],
        command: Sequence[str] | None = None,
    ) -> None:
        self._sending = sending
        self._home, self._settings, self._log_path = home, settings, log
        self._command = tuple(command or (*station_command(), sending.name))
        self._companion = Companion(sending.name)
        self._said = ""
        self._wanted: dict[str, Path] = {}  # by consumer, the log from which something is to be sent
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=sending.name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End it, and the process with it; what has not been sent waits in the log."""
        self._stop.set()
        self._thread.join(_ENDING_S)

    def _run(self) -> None:
        while not self._stop.wait(_LOOK_EVERY_S):
            try:
                self._look()
            except (LogError, OSError) as error:
                self._say(cause_of(error))
        self._companion.end()

    def _look(self) -> None:
        log = self._log_path()
        consumers = self._sending.consumers(self._settings())
        wanted = next(iter(consumers.values()))
        self._have_wait(log, consumers)
        self._companion.want(self._started(log) if wanted and log.is_file() else ())
        if self._companion.running or not is_sending(self._sending.status(log)):  # a service may do so
            self._companion.look()
        self._say(self._companion.fault)

    def _have_wait(self, log: Path, consumers: Mapping[str, bool]) -> None:
        """Have wait what is to be sent; forget what waits for what somebody has just taken out."""
        from inspector.outputs.outbox import Outbox  # SQLAlchemy takes its time

        for consumer, wanted in consumers.items():
            if wanted and log.is_file():  # else nothing is recorded yet
                Outbox(log, consumer).subscribe()
                self._wanted[consumer] = log
            elif not wanted and self._wanted.get(consumer) == log:
                # settings that cannot be read forget nothing that waits
                Outbox(log, consumer).unsubscribe()
                del self._wanted[consumer]

    def _started(self, log: Path) -> tuple[str, ...]:
        return (*self._command, "--home", str(self._home), "--log", str(log), "--beside", str(os.getpid()))

    def _say(self, why: str) -> None:
        if why != self._said:
            self._said = why
            if why:
                _log.warning("%s: %s", self._sending.failing, why)
