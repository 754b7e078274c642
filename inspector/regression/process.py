"""Judging a candidate by the locked parts, as a process of its own beside the station."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from inspector.batch.progress import RunProgress, RunWord
from inspector.json_file import JsonError, parse_model
from inspector.programs import station_command
from inspector.regression.check import RegressionCheck
from inspector.regression.locked import RegressionError
from inspector.runs.answering import AnsweringProcess

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Checks(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    checks: tuple[RegressionCheck, ...]


class CheckProcess(AnsweringProcess["RunWord | RegressionCheck"]):
    """Runs ``inspector regression check``.

    Args:
        arguments: The candidate, and of which station and recipe, as the command takes them.

    Raises:
        RegressionError: If it cannot be started.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        command = (*station_command(), "regression", "check", *arguments, "--progress", "json")
        super().__init__(command, name="locked-parts", called="judging the locked parts", failed=RegressionError)

    def read(self, line: bytes) -> RunWord | RegressionCheck | None:
        """Return the answer, or how far it is."""
        try:
            return parse_model(line, _Checks, where="a line").checks[0]
        except JsonError:
            pass
        try:
            word = parse_model(line, RunWord, where="a line")
        except JsonError:
            return None
        if word.fault is not None:
            raise RegressionError(word.fault.what, word.fault.next_step)
        return word

    def is_answer(self, word: RunWord | RegressionCheck) -> bool:
        """What the candidate makes of them comes last."""
        return isinstance(word, RegressionCheck)

    def poll(self) -> RunProgress | RegressionCheck | None:
        """Return the newest word, or the answer; None where nothing has come.

        Raises:
            RegressionError: If it has failed.
        """
        words = self.new_words()
        return words[-1] if words else None
