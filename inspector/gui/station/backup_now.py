"""Has a backup made while somebody waits for it, and tells the window how backups are doing."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.backup.keeper import backup_arguments
from inspector.backup.state import read_state
from inspector.domain.errors import InspectorError
from inspector.gui.work import Latest
from inspector.people.roles import Permission
from inspector.programs import station_command
from inspector.runs.side_process import SideProcess, last_word

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.gui.station.session import Session
    from inspector.paths import Home
    from inspector.settings import Settings

_LOOK_EVERY_S = 0.2


class BackupFailedError(InspectorError):
    """The process that was to write a backup has ended without one."""


class BackupNow(QObject):
    """Starts ``inspector backup`` beside the station. Lives on the GUI thread; a worker of its own waits for it.

    Args:
        home: The station's data folder.
    """

    said = Signal(str)  #: that it began, or how it went
    failed = Signal(str)  #: why it failed

    def __init__(self, session: Session, home: Home) -> None:
        super().__init__(session)
        self._session, self._home = session, home
        self._latest = Latest(session.workers.make("backup"), lambda error: self.failed.emit(str(error)))

    def ask(self, settings: Settings) -> None:
        """Back up now.

        Args:
            settings: As they are typed; they name the folder.
        """
        log, refused = self._session.log_path, self._session.people.why_not(Permission.EXPORT)
        if refused:
            self.failed.emit(refused)
        elif not settings.backup_to:
            self.failed.emit("Type a folder for the backups first.")
        elif log is None:
            self.failed.emit("The log is not open yet; try it in a moment.")
        elif not self._latest.busy:
            self.said.emit("A backup is being written; the station goes on.")
            command = (*station_command(), "backup", *backup_arguments(settings, self._home.root, log))
            self._latest.ask(lambda: self._made(command), self.said.emit)

    def _made(self, command: tuple[str, ...]) -> str:
        process, pause = SideProcess(command, name="backup"), threading.Event()
        try:
            while (code := process.code()) is None:
                pause.wait(_LOOK_EVERY_S)
            if code != 0:
                raise BackupFailedError(last_word(process.said()).removeprefix("error: ").removesuffix("."))
        finally:
            process.close()
        state = read_state(self._home.root)
        return f"Backed up: {state.file}, {state.size_bytes / 1e6:.1f} MB."


def of_backups(root: Path) -> tuple[list[str], str]:
    """Return what is wrong with the backups of a data folder, and how they are doing."""
    state = read_state(root)
    return ([f"The last backup failed: {state.fault}"] if state.fault else []), state.words or "None was made yet."
