"""A deep look at one picture, as a process of the trainer: torch is never in the station's own process."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.domain.errors import InspectorError
from inspector.json_file import JsonError, LineTail, parse_json
from inspector.programs import has_trainer, trainer_command
from inspector.runs.processes import ProcessError, launch
from trainer.protocol import Explained, parse_explain_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trainer.protocol import ExplainReport

_END_S = 5.0


class DeepLookError(InspectorError):
    """A deep look cannot be started, or has failed."""


class ExplainProcess:
    """Runs ``trainer explain`` beside the station at low priority; asked from time to time for what is there.

    Used by one thread at a time. It is over when `poll` has returned an `Explained`, has raised, or after `cancel`.

    Args:
        model: Folder of the bundle.
        picture: File of the picture that is explained.
        out: Folder of the PNG files; the caller's to remove.
        methods: As ``trainer explain --methods``; empty for all.
        layers: As ``--layers``; empty for all.
        command: Runs the trainer, its own arguments follow; None for this program's own.

    Raises:
        DeepLookError: If it cannot be started.
    """

    def __init__(
        self,
        model: Path,
        picture: Path,
        out: Path,
        *,
        methods: Sequence[str] = (),
        layers: Sequence[str] = (),
        command: Sequence[str] | None = None,
    ) -> None:
        if command is None and not has_trainer():
            raise DeepLookError("a deep look is the trainer's, and this package has none", "Use the full package.")
        words = [
            *(trainer_command() if command is None else command),
            "explain",
            str(model),
            str(picture),
            "--out",
            str(out),
            "--json",
        ]
        for flag, values in (("--methods", methods), ("--layers", layers)):
            if values:
                words += [flag, *values]
        self.over = False
        # named files, opened again for reading: a file that is shared with the process shares its place with it
        self._folder = tempfile.TemporaryDirectory(prefix="deep-look-", ignore_cleanup_errors=True)
        self._out, self._errors = Path(self._folder.name, "reports.jsonl"), Path(self._folder.name, "stderr.txt")
        self._tail = LineTail(self._out)
        try:
            with self._out.open("wb") as reports, self._errors.open("wb") as errors:
                self._process = launch(words, name="deep look", out=reports.fileno(), errors=errors.fileno())
        except ProcessError as error:
            self._close()
            raise DeepLookError(error.what, error.next_step) from error

    def poll(self) -> list[ExplainReport]:
        """Return what has come since the last time, and never wait; empty where nothing has, or it is over.

        Raises:
            DeepLookError: If it has failed; the maps that came before stay.
        """
        if self.over:
            return []
        code = self._process.poll()  # before reading: what the process wrote before its end is there then
        reports: list[ExplainReport] = []
        for line in self._lines():
            try:
                reports.append(parse_explain_report(line))
            except JsonError as error:
                self._fail(line, error)
        if any(isinstance(report, Explained) for report in reports):
            self._close()
        elif code is not None:
            said = self._errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            self._close()
            raise DeepLookError(
                f"the deep look ended with code {code}: {said[-1] if said else 'it said nothing'}", "Try again."
            )
        return reports

    def cancel(self) -> None:
        """End it; nothing happens where it is over. What is in its folder stays."""
        if self.over:
            return
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # it hangs in the system; there is no more to be done
            self._process.wait(_END_S)
        self._close()

    def _lines(self) -> list[bytes]:
        """Return the whole lines that are new."""
        return self._tail.read()[0]

    def _fail(self, line: bytes, cause: JsonError) -> None:
        """Raise what a line says that is no report.

        Raises:
            DeepLookError: Always.
        """
        self.cancel()
        try:
            error: Any = parse_json(line, where="the answer")
            what, next_step = str(error["error"]["what"]), str(error["error"]["next_step"])
        except (JsonError, KeyError, TypeError):
            what, next_step = f"the deep look answered with {line[:80]!r}", "Try again."
        raise DeepLookError(what, next_step) from cause

    def _close(self) -> None:
        self.over = True
        self._folder.cleanup()
