"""What the trainer is asked beside the station: a command that answers once, in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from inspector.domain.class_words import WordsError
from inspector.domain.errors import InspectorError
from inspector.json_file import JsonError, parse_model, parse_shape
from inspector.runs.answers import told_fault
from inspector.runs.processes import ProcessError
from inspector.runs.side_process import SideProcess, last_word
from trainer.protocol import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import TypeAdapter

_Answer = TypeVar("_Answer")


class TrainingError(InspectorError):
    """A training cannot be started, told, resumed or deleted, or a command of the trainer has failed."""


class Inquiry(Generic[_Answer]):
    """A command of the trainer that runs beside, and is asked whether it has answered.

    Args:
        command: Program and arguments.
        shape: What its answer must be.

    Raises:
        TrainingError: If it cannot be started.
    """

    def __init__(self, command: Sequence[str], shape: TypeAdapter[_Answer]) -> None:
        self._words = " ".join(command[-2:])
        self._shape = shape
        try:
            self._process = SideProcess(command, name="trainer")
        except ProcessError as error:
            raise TrainingError(error.what, error.next_step) from error

    def answer(self) -> _Answer | None:
        """Return the answer, once; None while the command runs.

        Raises:
            TrainingError: If the command failed, or its answer is not understood.
            WordsError: If words of the pictures' folders or table are to be explained.
        """
        code = self._process.code()
        if code is None:
            return None
        out, said = self._process.output(), self._process.said()
        self._process.close()
        if (fault := told_fault(out)) is not None:
            if fault.words:
                raise WordsError(fault.what, fault.next_step, words=fault.words)
            raise TrainingError(fault.what, fault.next_step)
        if code != 0:
            words = last_word([line for line in said if _progress(line) is None])
            raise TrainingError(f"the trainer ended with code {code} ({self._words}): {words}", "Try again.")
        try:
            return parse_shape(out, self._shape, where="the trainer's answer")
        except JsonError as error:
            raise TrainingError(error.what, "Update the program.") from error

    def progress(self) -> Progress | None:
        """Return how far the command is; None before it has said so, and after its answer."""
        steps = (_progress(line) for line in reversed(self._process.said()))
        return next((step for step in steps if step is not None), None)

    def kill(self) -> None:
        """End the command; nothing happens where it has ended."""
        self._process.kill()


def _progress(line: bytes) -> Progress | None:
    """Read a line of stderr; None where it is another, a library's warning for instance."""
    try:
        return parse_model(line, Progress, where="a line")
    except JsonError:
        return None
