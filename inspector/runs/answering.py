"""A process beside the station that tells how far it is, line by line, until its answer; asked from time to time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

from inspector.runs.processes import ProcessError
from inspector.runs.side_process import SideProcess, last_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.errors import InspectorError

_END_S = 5.0
_Word = TypeVar("_Word")


class AnsweringProcess(ABC, Generic[_Word]):
    """Runs at low priority. It is over when `poll` has returned its answer, has raised, or after `cancel`.

    Used by one thread at a time.

    Args:
        command: Program and arguments.
        name: Of the process, as “deep look”.
        called: In words, as “the deep look”.
        failed: Made of what has gone wrong and what to do next.

    Raises:
        InspectorError: The one of ``failed``, if it cannot be started.
    """

    def __init__(self, command: Sequence[str], *, name: str, called: str, failed: type[InspectorError]) -> None:
        self.over = False
        self._called, self._failed = called, failed
        try:
            self._process = SideProcess(command, name=name)
        except ProcessError as error:
            raise failed(error.what, error.next_step) from error

    @abstractmethod
    def read(self, line: bytes) -> _Word | None:
        """Return what a line says; None where it says nothing.

        Raises:
            InspectorError: If the process has failed, by its own words.
        """

    @abstractmethod
    def is_answer(self, word: _Word) -> bool:
        """Say whether nothing comes after a word."""

    def new_words(self) -> list[_Word]:
        """Return what has come since the last time, and never wait; empty where nothing has, or it is over.

        Raises:
            InspectorError: If it has failed.
        """
        if self.over:
            return []
        code = self._process.code()  # before reading: what the process wrote before its end is there then
        words: list[_Word] = []
        try:
            words += [word for line in self._process.new_lines() if (word := self.read(line)) is not None]
        except self._failed:
            self.cancel()
            raise
        if any(map(self.is_answer, words)):
            self._close()
        elif code is not None:
            said = last_word(self._process.said())
            self._close()
            raise self._failed(f"{self._called} ended with code {code}: {said}", "Try again.")
        return words

    def cancel(self) -> None:
        """End it; nothing happens where it is over. What it has kept elsewhere stays."""
        if not self.over:
            self._process.kill(wait_s=_END_S)
            self.over = True

    def _close(self) -> None:
        self.over = True
        self._process.close()
