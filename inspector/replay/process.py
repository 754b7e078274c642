"""The search for suspect parts, as a process of its own beside the station."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from inspector.batch.progress import RunProgress, RunWord
from inspector.domain.errors import InspectorError
from inspector.json_file import JsonError, parse_model
from inspector.programs import station_command
from inspector.runs.answering import AnsweringProcess

if TYPE_CHECKING:
    from collections.abc import Sequence

_Shape = TypeVar("_Shape", bound=BaseModel)


class SuspectSearchError(InspectorError):
    """A search for suspect parts cannot be started, or has failed."""


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class SuspectTold(_Told):
    """A suspect part, as ``inspector suspects --json`` says it."""

    id: str
    time_utc: AwareDatetime
    lot: str
    part_number: int
    part_serial: str
    verdict: str
    p_defective: float | None
    verdict_now: str
    p_defective_now: float | None


class SuspectsTold(_Told):
    """The answer of ``inspector suspects --json``; `more_words` are its sentences."""

    suspects: tuple[SuspectTold, ...]
    passes: int
    passes_judged: int
    more_words: str
    notes: tuple[str, ...] = ()
    csv: str


class SuspectProcess(AnsweringProcess["RunWord | SuspectsTold"]):
    """Runs ``inspector suspects``. What has been judged stays where it is cancelled, for the next time.

    Args:
        arguments: What is searched, as the command takes it.

    Raises:
        SuspectSearchError: If it cannot be started.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        command = (*station_command(), "suspects", *arguments, "--progress", "json")
        super().__init__(command, name="suspects", called="the search", failed=SuspectSearchError)

    def read(self, line: bytes) -> RunWord | SuspectsTold | None:
        """Return the answer, or how far it is."""
        if (answer := _parsed(line, SuspectsTold)) is not None:
            return answer
        word = _parsed(line, RunWord)
        if word is not None and word.fault is not None:
            raise SuspectSearchError(word.fault.what, word.fault.next_step)
        return word

    def is_answer(self, word: RunWord | SuspectsTold) -> bool:
        """The suspects come last."""
        return isinstance(word, SuspectsTold)

    def poll(self) -> RunProgress | SuspectsTold | None:
        """Return the newest word, or the answer; None where nothing has come.

        Raises:
            SuspectSearchError: If it has failed.
        """
        words = self.new_words()
        answer = next((word for word in words if isinstance(word, SuspectsTold)), None)
        newest = [word for word in words if isinstance(word, RunWord) and word.stage is not None]
        return answer or (newest[-1] if newest else None)


def _parsed(line: bytes, shape: type[_Shape]) -> _Shape | None:
    try:
        return parse_model(line, shape, where="a line")
    except JsonError:
        return None
