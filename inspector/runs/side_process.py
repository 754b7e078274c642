"""A command that runs beside the station and writes to files, which are gone with it."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.json_file import LineTail, last_lines
from inspector.runs.processes import ProcessError, ask_to_end, kill_tree, launch, mark_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.runs.processes import ProcessMark

#: Of what a command has said on stderr, so much is looked at.
_TAIL_BYTES = 8192


class SideProcess:
    """One run of a command, at low priority. Used by one thread at a time.

    Args:
        command: Program and arguments.
        name: What it is, as “deep look”.

    Raises:
        ProcessError: If it cannot be started.
    """

    def __init__(self, command: Sequence[str], *, name: str) -> None:
        # named files, opened again for reading: a file that is shared with the process shares its place with it
        self._folder = tempfile.TemporaryDirectory(prefix=f"{name.replace(' ', '-')}-", ignore_cleanup_errors=True)
        self._out, self._errors = Path(self._folder.name, "out"), Path(self._folder.name, "errors")
        self._lines = LineTail(self._out)
        try:
            with self._out.open("wb") as out, self._errors.open("wb") as errors:
                self._process = launch(command, name=name, out=out.fileno(), errors=errors.fileno())
        except ProcessError:
            self.close()
            raise
        self._mark: ProcessMark | None = None
        with contextlib.suppress(ProcessError):  # it was that quick
            self._mark = mark_of(self._process.pid)

    def code(self) -> int | None:
        """Return its exit code; None while it runs."""
        return self._process.poll()

    def output(self) -> bytes:
        """Return all that it has written to stdout."""
        return self._out.read_bytes()

    def new_lines(self) -> list[bytes]:
        """Return the whole lines of stdout that have come since the last time."""
        return self._lines.read()[0]

    def said(self) -> list[bytes]:
        """Return the last lines of stderr, the oldest first."""
        return last_lines(self._errors, _TAIL_BYTES, whole=False)

    def kill(self, *, wait_s: float = 0.0) -> None:
        """End it and its children, and remove its files.

        Args:
            wait_s: So long the process is waited for.
        """
        if self._mark is not None:
            kill_tree(self._mark, wait_s=wait_s)
        self.close()

    def end(self, *, wait_s: float) -> None:
        """Ask it to end in order, where the system knows such a request; kill it where it has not by then.

        Args:
            wait_s: So long each of the two is waited for.
        """
        if self._mark is not None and ask_to_end(self._mark):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(wait_s)
        self.kill(wait_s=wait_s)

    def close(self) -> None:
        """Remove its files; may be called twice."""
        self._folder.cleanup()


def last_word(lines: Sequence[bytes]) -> str:
    """Return the last line that says something, as text."""
    texts = (line.decode("utf-8", "replace").strip() for line in reversed(lines))
    return next((text for text in texts if text), "it said nothing")
