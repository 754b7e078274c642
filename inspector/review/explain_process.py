"""A deep look at one picture, as a process of the trainer: torch is never in the station's own process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError
from inspector.json_file import JsonError
from inspector.programs import has_trainer, trainer_command
from inspector.runs.answers import ToldFault, told_fault
from inspector.runs.processes import ProcessError
from inspector.runs.side_process import SideProcess, last_word
from trainer.explain_protocol import Explained, parse_explain_report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from trainer.explain_protocol import ExplainReport

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
        try:
            self._process = SideProcess(words, name="deep look")
        except ProcessError as error:
            raise DeepLookError(error.what, error.next_step) from error

    def poll(self) -> list[ExplainReport]:
        """Return what has come since the last time, and never wait; empty where nothing has, or it is over.

        Raises:
            DeepLookError: If it has failed; the maps that came before stay.
        """
        if self.over:
            return []
        code = self._process.code()  # before reading: what the process wrote before its end is there then
        reports: list[ExplainReport] = []
        for line in self._process.new_lines():
            try:
                reports.append(parse_explain_report(line))
            except JsonError as error:
                self.cancel()
                fault = told_fault(line) or ToldFault(
                    what=f"the deep look answered with {line[:80]!r}", next_step="Try again."
                )
                raise DeepLookError(fault.what, fault.next_step) from error
        if any(isinstance(report, Explained) for report in reports):
            self._close()
        elif code is not None:
            words = last_word(self._process.said())
            self._close()
            raise DeepLookError(f"the deep look ended with code {code}: {words}", "Try again.")
        return reports

    def cancel(self) -> None:
        """End it; nothing happens where it is over. What is in its folder stays."""
        if not self.over:
            self._process.kill(wait_s=_END_S)
            self.over = True

    def _close(self) -> None:
        self.over = True
        self._process.close()
