"""Keeps ``inspector forward`` running beside a station whose settings name a database."""

from __future__ import annotations

import logging
import os
import subprocess
import threading
import time
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.errors import LogError
from inspector.fleet.status import is_sending
from inspector.programs import station_command
from inspector.runs.processes import ProcessError, launch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from inspector.settings import Settings

_log = logging.getLogger(__name__)
_LOOK_EVERY_S = 2.0
#: A process that ends at once, as on a computer without the extra, is started again so often.
_START_EVERY_S = 30.0
_ENDING_S = 5.0


class SenderKeeper:
    """Looks every two seconds, on a thread of its own; nothing of the line waits for it.

    Args:
        home: The data folder.
        settings: The station's, as they are in force.
        log: Where the result log is.
        command: What is started, with the data folder, the log and this process behind it; None for this program.
    """

    def __init__(
        self,
        home: Path,
        *,
        settings: Callable[[], Settings],
        log: Callable[[], Path],
        command: Sequence[str] | None = None,
    ) -> None:
        self._home, self._settings, self._log_path = home, settings, log
        self._command = tuple(command or (*station_command(), "forward"))
        self._process: subprocess.Popen[bytes] | None = None
        self._sends: Path | None = None  # the log whose rows that process sends
        self._started_s = float("-inf")
        self._said = ""
        self._wanted: Path | None = None  # the log whose rows are to be sent
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)

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
                self._said = ""
            except (LogError, ProcessError, OSError) as error:
                why = cause_of(error)
                if why != self._said:
                    self._said = why
                    _log.warning("what is recorded is not sent on: %s", why)
        self._end()

    def _look(self) -> None:
        from inspector.outputs.outbox import FLEET, Outbox  # SQLAlchemy takes its time; the first paint does not wait

        log = self._log_path()
        if self._sends != log:
            self._end()
        wanted = bool(self._settings().forward_to)
        if wanted and log.is_file():  # else nothing is recorded yet
            Outbox(log, FLEET).subscribe()
            self._wanted = log
        elif not wanted and self._wanted == log:
            # somebody has just taken the database out; settings that cannot be read forget nothing that waits
            Outbox(log, FLEET).unsubscribe()
            self._wanted = None
        if not wanted:
            self._end()
        elif self._process is None or self._process.poll() is not None:
            self._begin(log)

    def _begin(self, log: Path) -> None:
        if not log.is_file() or time.monotonic() - self._started_s < _START_EVERY_S or is_sending(log):
            return
        self._started_s = time.monotonic()
        places = ("--home", str(self._home), "--log", str(log), "--beside", str(os.getpid()))
        nowhere = subprocess.DEVNULL
        self._process = launch((*self._command, *places), name="sender's end", out=nowhere, errors=nowhere)
        self._sends = log

    def _end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
        self._process, self._sends, self._started_s = None, None, float("-inf")
