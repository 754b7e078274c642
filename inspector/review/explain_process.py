"""A deep look at one picture, as a process of the trainer: torch is never in the station's own process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError
from inspector.json_file import JsonError
from inspector.programs import has_trainer, trainer_command
from inspector.runs.answering import AnsweringProcess
from inspector.runs.answers import ToldFault, told_fault
from trainer.explain_protocol import Explained, parse_explain_report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from trainer.explain_protocol import ExplainReport


class DeepLookError(InspectorError):
    """A deep look cannot be started, or has failed."""


class ExplainProcess(AnsweringProcess["ExplainReport"]):
    """Runs ``trainer explain``; its answer is an `Explained`. What is in its folder stays where it is cancelled.

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
        super().__init__(words, name="deep look", called="the deep look", failed=DeepLookError)

    def read(self, line: bytes) -> ExplainReport:
        """Return what a line reports; any other line is its fault."""
        try:
            return parse_explain_report(line)
        except JsonError as error:
            what = f"the deep look answered with {line[:80]!r}"
            fault = told_fault(line) or ToldFault(what=what, next_step="Try again.")
            raise DeepLookError(fault.what, fault.next_step) from error

    def is_answer(self, word: ExplainReport) -> bool:
        """The last report says that all maps are there."""
        return isinstance(word, Explained)

    def poll(self) -> list[ExplainReport]:
        """Return what has come since the last time, and never wait; empty where nothing has, or it is over.

        Raises:
            DeepLookError: If it has failed; the maps that came before stay.
        """
        return self.new_words()
