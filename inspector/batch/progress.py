"""What the process of a batch says while it works: JSON lines, written by the one and read by the other."""

from __future__ import annotations

import contextlib
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from inspector.json_file import JsonError, last_lines, parse_model
from inspector.runs.answers import ToldFault

if TYPE_CHECKING:
    from pathlib import Path

_TAIL_BYTES = 8192


class BatchStage(StrEnum):
    """What a batch is at."""

    LISTING = "listing"
    LOADING = "loading"
    JUDGING = "judging"
    DONE = "done"
    INTERRUPTED = "interrupted"


#: While it is at one of these, it says how far it is.
WORKING = frozenset({BatchStage.LISTING, BatchStage.LOADING, BatchStage.JUDGING})


class RunProgress(BaseModel):
    """How far a batch is."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    stage: BatchStage | None = None  #: none: before its first word
    done: int = 0  #: files that have a row
    total: int = 0  #: all files; 0 before they are listed
    rate: float | None = None  #: pictures per second of this process; none before it is known
    seconds_left: float | None = None
    waiting: str = ""  #: what a batch on a cluster waits for, as a sentence; empty while workers work
    understood: tuple[str, ...] = ()  #: once, before loading: what words of the labels were understood to mean

    def figures(self) -> dict[str, str | float | None]:
        """As ``inspector results list --json`` says it: the stage is empty before the first word."""
        return {
            "stage": self.stage.value if self.stage else "",
            "done": self.done,
            "total": self.total,
            "rate": self.rate,
            "seconds_left": self.seconds_left,
        }


class RunWord(RunProgress):
    """One line: how far it is, that it has ended, or why it failed."""

    error: ToldFault | int | None = None  #: at the end: how many pictures are errors

    @property
    def fault(self) -> ToldFault | None:
        """Why it failed; None where it did not."""
        return self.error if isinstance(self.error, ToldFault) else None


def last_words(path: Path) -> list[RunWord]:
    """Return the last words of the process, the oldest first; a line that is still being written waits."""
    words = []
    for line in last_lines(path, _TAIL_BYTES):
        with contextlib.suppress(JsonError):  # the first may be cut short
            word = parse_model(line, RunWord, where=path.name)
            if word.stage is not None or word.fault is not None:
                words.append(word)
    return words
