"""The folder in which a process beside the station works, and by which any window finds it again."""

from __future__ import annotations

import contextlib
import logging
import subprocess
from typing import TYPE_CHECKING

from inspector.files import FileError, write_text
from inspector.json_file import JsonError, read_model
from inspector.runs.processes import ProcessError, ProcessMark, launch, mark_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PROCESS_FILE = "process.json"
_log = logging.getLogger(__name__)


class WorkFolder:
    """Starts processes in a folder, notes the last one, and keeps what it says on stderr.

    Args:
        path: Where the process works; it is there already.
        errors: Name of the file that gets stderr.
    """

    def __init__(self, path: Path, *, errors: str) -> None:
        self.path = path
        self._errors = path / errors

    def launch(self, command: Sequence[str], *, name: str, out: Path | None = None) -> None:
        """Start a process that outlives this one, at low priority.

        Args:
            command: Program and arguments.
            name: What it is, as “training”.
            out: The file that gets its stdout; None where nobody reads it.

        Raises:
            ProcessError: If it cannot be started, or the folder cannot be written.
        """
        try:
            with self._errors.open("wb") as errors, contextlib.ExitStack() as files:
                stdout = subprocess.DEVNULL if out is None else files.enter_context(out.open("wb")).fileno()
                process = launch(command, name=name, out=stdout, errors=errors.fileno())
        except OSError as error:
            fault = FileError(self.path, error)
            raise ProcessError(f"the {name} cannot be started: {fault.what}", fault.next_step) from error
        try:
            write_text(self.path / PROCESS_FILE, mark_of(process.pid).model_dump_json())
        except (ProcessError, FileError):  # its own first word says the same a second later
            _log.warning("the process of the %s in %s is not noted", name, self.path, exc_info=True)

    def mark(self) -> ProcessMark | None:
        """Return the process that was started last; None where that is not known."""
        try:
            return read_model(self.path / PROCESS_FILE, ProcessMark)
        except JsonError:
            return None

    def why_died(self, name: str, way_on: str) -> str:
        """Return in words why a process ended without a last word.

        Args:
            name: Name of the process for a reader, as “the training”.
            way_on: What to do now, as a sentence.
        """
        try:
            said = self._errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        except OSError:
            said = []
        cause = f"its last words: {said[-1]}" if said else "it was killed, or the computer ran out of memory"
        return f"The {name}'s process has ended before its time; {cause}. {way_on}"
