"""Processes of the trainer beside the station: started at low priority, asked for their answer, looked up again."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.domain.errors import InspectorError
from inspector.json_file import JsonError, last_lines, parse_json, parse_model
from inspector.runs import processes
from trainer.protocol import Progress

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

    from trainer.protocol import Started

#: Of what a command has said on stderr, so much is looked at.
_TAIL_BYTES = 2000


class TrainingError(InspectorError):
    """A training cannot be started, told, resumed or deleted, or a command of the trainer has failed."""


class Inquiry:
    """A command of the trainer that answers with one JSON object; it runs beside, and is asked whether it is done.

    Args:
        command: Program and arguments.

    Raises:
        TrainingError: If it cannot be started.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._words = " ".join(command[-2:])
        self._folder = tempfile.TemporaryDirectory(prefix="trainer-", ignore_cleanup_errors=True)
        self._out, self._errors = (Path(self._folder.name) / name for name in ("out", "errors"))
        try:
            with self._out.open("wb") as out, self._errors.open("wb") as errors:
                self._process = launch(command, out=out.fileno(), errors=errors.fileno())
        except TrainingError:
            self._folder.cleanup()
            raise

    def answer(self) -> dict[str, Any] | None:
        """Return the answer, once; None while the command runs.

        Raises:
            TrainingError: If the command failed, or did not answer with a JSON object.
        """
        code = self._process.poll()
        if code is None:
            return None
        out, errors = self._out.read_bytes(), self._errors.read_bytes().decode("utf-8", "replace").strip()
        self._folder.cleanup()
        try:
            found: Any = parse_json(out, where="the answer")
        except JsonError:
            found = None
        if isinstance(found, dict) and isinstance(found.get("error"), dict):
            error = found["error"]
            raise TrainingError(str(error.get("what", "the trainer failed")), str(error.get("next_step", "")))
        if code != 0 or not isinstance(found, dict):
            said = [line for line in errors.splitlines() if _progress(line) is None]
            last = said[-1] if said else "it said nothing"
            raise TrainingError(f"the trainer ended with code {code} ({self._words}): {last}", "Try again.")
        return found

    def progress(self) -> Progress | None:
        """Return how far the command is; None before it has said so, and after its answer."""
        found = (_progress(line) for line in reversed(last_lines(self._errors, _TAIL_BYTES)))
        return next((one for one in found if one is not None), None)

    def kill(self) -> None:
        """End the command; nothing happens where it has ended."""
        self._process.kill()
        self._folder.cleanup()


def _progress(line: str | bytes) -> Progress | None:
    """Read a line of stderr; None where it is another, a library's warning for instance."""
    try:
        return parse_model(line, Progress, where="a line")
    except JsonError:
        return None


def launch(command: Sequence[str], *, out: int, errors: int) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one and leaves the processor to the line.

    Args:
        command: Program and arguments.
        out: Where its stdout goes.
        errors: Where its stderr goes.

    Raises:
        TrainingError: If it cannot be started.
    """
    try:
        return processes.launch(command, name="training", out=out, errors=errors)
    except processes.ProcessError as error:
        raise TrainingError(error.what, error.next_step) from error


def is_alive(started: Started) -> bool:
    """True where that very process runs: a number alone may be another process's by now."""
    return processes.is_alive(processes.ProcessMark(pid=started.pid, created=started.created))
