"""Processes of the trainer beside the station: started at low priority, asked for their answer, looked up again."""

from __future__ import annotations

import json
import tempfile
from typing import TYPE_CHECKING, Any

from inspector import processes
from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

    from trainer.protocol import Started


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
        self._out = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the answer, or by kill()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            self._process = launch(command, out=self._out.fileno(), errors=self._errors.fileno())
        except TrainingError:
            self._close()
            raise

    def answer(self) -> dict[str, Any] | None:
        """Return the answer, once; None while the command runs.

        Raises:
            TrainingError: If the command failed, or did not answer with a JSON object.
        """
        code = self._process.poll()
        if code is None:
            return None
        self._out.seek(0)
        self._errors.seek(0)
        out, errors = self._out.read(), self._errors.read().decode("utf-8", "replace").strip()
        self._close()
        try:
            found = json.loads(out)
        except ValueError:
            found = None
        if isinstance(found, dict) and isinstance(found.get("error"), dict):
            error = found["error"]
            raise TrainingError(str(error.get("what", "the trainer failed")), str(error.get("next_step", "")))
        if code != 0 or not isinstance(found, dict):
            last = errors.splitlines()[-1] if errors else "it said nothing"
            raise TrainingError(f"the trainer ended with code {code} ({self._words}): {last}", "Try again.")
        return found

    def kill(self) -> None:
        """End the command; nothing happens where it has ended."""
        self._process.kill()
        self._close()

    def _close(self) -> None:
        self._out.close()
        self._errors.close()


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
