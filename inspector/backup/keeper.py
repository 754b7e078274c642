"""Has a running station backed up when it is due, by a process of its own at low priority."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from inspector.backup.state import note_failed, read_state
from inspector.domain.backup import is_due
from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.programs import station_command
from inspector.runs.side_process import SideProcess, last_word

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from inspector.settings import Settings

_log = logging.getLogger(__name__)
_LOOK_EVERY_S = 2.0
_ENDING_S = 5.0
#: One that failed is tried again after so long.
_AGAIN = timedelta(hours=1)


class BackupKeeper:
    """Looks every two seconds, on a thread of its own; nothing of the line waits for it.

    Args:
        home: The data folder.
        settings: The station's, as they are in force.
        log: Where the result log is.
        command: What is started, with its arguments behind it; None for this program's own.
        now: The time, with a zone.
    """

    def __init__(
        self,
        home: Path,
        *,
        settings: Callable[[], Settings],
        log: Callable[[], Path],
        command: Sequence[str] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._home, self._settings, self._log_path, self._now = home, settings, log, now
        self._command = tuple(command or (*station_command(), "backup"))
        self._process: SideProcess | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="backup", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End it, and a backup that is being written, of which nothing stays."""
        self._stop.set()
        self._thread.join(_ENDING_S)

    def _run(self) -> None:
        while not self._stop.wait(_LOOK_EVERY_S):
            try:
                self._look()
            except (InspectorError, OSError) as error:
                _log.warning("the backup: %s", cause_of(error))
        if self._process is not None:
            self._process.end(wait_s=1.0)

    def _look(self) -> None:
        process = self._process
        if process is None:
            if self._is_wanted():
                self._process = SideProcess(self._arguments(), name="backup")
        elif (code := process.code()) is not None:
            self._process = None
            said = last_word(process.said())
            process.close()
            if code != 0:
                _log.warning("the backup has failed: %s", said)
                if read_state(self._home).fault == "":  # it was killed before it could say so itself
                    note_failed(self._home, f"it ended with code {code}: {said}.", self._now())

    def _is_wanted(self) -> bool:
        settings, state = self._settings(), read_state(self._home)
        if not settings.backup_to:
            return False
        now = self._now()
        just_failed = bool(state.fault) and state.tried is not None and timedelta() <= now - state.tried < _AGAIN
        return not just_failed and is_due(settings.backup_every, settings.backup_hour, state.made, now.astimezone())

    def _arguments(self) -> tuple[str, ...]:
        return (*self._command, *backup_arguments(self._settings(), self._home, self._log_path()))


def backup_arguments(settings: Settings, home: Path, log: Path) -> tuple[str, ...]:
    """Return what ``inspector backup`` is told by the settings; they name a folder."""
    choice = (*(["--pictures"] if settings.backup_pictures else []), *(["--keys"] if settings.backup_keys else []))
    kept = ("--keep", str(settings.backup_keep), "--scheduled")
    return (settings.backup_to, *choice, *kept, "--home", str(home), "--log", str(log))
