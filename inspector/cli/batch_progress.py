"""How far a batch is: a bar for people, JSON lines for programs."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from inspector.batch.progress import BatchStage, RunProgress
from inspector.cli.common import emit, say

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from pathlib import Path

_SAY_EVERY_S = 10.0
_EMIT_EVERY_S = 0.25


class Reporter(Protocol):
    """Is told how far a batch is."""

    def stage(self, stage: BatchStage) -> None:
        """Note what is done now: listing or loading."""
        ...

    def begin(self, done: int, total: int) -> None:
        """Note that judging begins: so many files have a row already, so many there are."""
        ...

    def advance(self, count: int) -> None:
        """Note that so many more have a row."""
        ...

    def end(self) -> None:
        """Note that judging has ended, or was stopped: what is said last is how far it came."""
        ...


class Lines:
    """Writes JSON lines to stdout, and looks whether a file asks for the end.

    Args:
        stop_file: What asks.
        stop: Is set then.
    """

    def __init__(self, stop_file: Path, stop: threading.Event) -> None:
        self._stop_file = stop_file
        self._stop = stop
        self._done = self._judged = self._total = 0
        self._begun_s = self._said_s = time.perf_counter()

    def hello(self) -> None:
        """Say which process this is."""
        from inspector.runs.processes import mark_of

        emit(mark_of(os.getpid()).model_dump())

    def stage(self, stage: BatchStage) -> None:
        """See `Reporter`."""
        emit(RunProgress(stage=stage).model_dump(exclude_unset=True))
        self._look()

    def begin(self, done: int, total: int) -> None:
        """See `Reporter`."""
        self._done, self._total = done, total
        self._begun_s = time.perf_counter()
        self._say()

    def advance(self, count: int) -> None:
        """See `Reporter`."""
        self._done += count
        self._judged += count
        if time.perf_counter() - self._said_s >= _EMIT_EVERY_S or self._done >= self._total:
            self._say()

    def end(self) -> None:
        """See `Reporter`."""
        self._say()

    def _say(self) -> None:
        self._said_s = time.perf_counter()
        rate = self._judged / max(self._said_s - self._begun_s, 1e-6) if self._judged else None
        left = round((self._total - self._done) / rate, 1) if rate else None
        rate = round(rate, 2) if rate else None
        far = RunProgress(stage=BatchStage.JUDGING, done=self._done, total=self._total, rate=rate, seconds_left=left)
        emit(far.model_dump())
        self._look()

    def _look(self) -> None:
        if self._stop_file.exists():
            self._stop.set()


class Bar:
    """Shows a bar with rate and remaining time on stderr; without a terminal a line every ten seconds."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._console = Console(stderr=True)
        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
        self._progress = Progress(*columns, console=self._console, disable=not self._console.is_terminal)
        self._task = self._progress.add_task("", total=0, rate="", visible=False)
        self._done = self._total = 0
        self._begun_s = self._said_s = time.perf_counter()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show it while the batch runs."""
        with self._progress:
            yield

    def stage(self, stage: BatchStage) -> None:
        """See `Reporter`."""

    def begin(self, done: int, total: int) -> None:
        """See `Reporter`."""
        if done:
            say(f"{done} of {total} files have a row already; going on with the others")
        self._total = total - done
        self._begun_s = self._said_s = time.perf_counter()
        self._progress.update(self._task, total=self._total, visible=True)

    def advance(self, count: int) -> None:
        """See `Reporter`."""
        self._done += count
        now = time.perf_counter()
        rate = self._done / max(now - self._begun_s, 1e-6)
        words = f"{rate:.{0 if rate >= 10 else 1}f} pictures/s"
        self._progress.update(self._task, completed=self._done, rate=words)
        if not self._console.is_terminal and now - self._said_s > _SAY_EVERY_S:
            self._said_s = now
            left = (self._total - self._done) / max(rate, 1e-6)
            say(f"{self._done} of {self._total} files, {rate:.1f} pictures/s, {left:.0f} s to go")

    def end(self) -> None:
        """See `Reporter`; the summary follows."""
