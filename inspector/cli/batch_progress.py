"""How far a batch is: a bar for people, JSON lines for programs."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from inspector.batch.progress import BatchStage
from inspector.cli.common import emit, say
from inspector.domain.counts import counted, verb
from inspector.runs.processes import mark_of

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from inspector.batch.progress import RunProgress

_SAY_EVERY_S = 10.0


class Reporter(Protocol):
    """Says how far a batch is."""

    def shown(self) -> AbstractContextManager[None]:
        """Begin to say, and end."""
        ...

    def tell(self, progress: RunProgress) -> None:
        """Say how far it is."""
        ...


class Lines:
    """Writes JSON lines to stdout, the first of which says which process this is; looks whether it is to end.

    Args:
        stop_file: Asks for the end once it is there.
    """

    def __init__(self, stop_file: Path, stop: threading.Event) -> None:
        self._stop_file = stop_file
        self._stop = stop

    @contextmanager
    def shown(self) -> Iterator[None]:
        """See `Reporter`."""
        emit(mark_of(os.getpid()).model_dump())
        yield

    def tell(self, progress: RunProgress) -> None:
        """See `Reporter`."""
        emit(progress.model_dump(exclude_unset=True))
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
        self._there: int | None = None
        self._said_s = 0.0
        self._waiting = ""

    @contextmanager
    def shown(self) -> Iterator[None]:
        """See `Reporter`."""
        with self._progress:
            yield

    def tell(self, progress: RunProgress) -> None:
        """See `Reporter`."""
        for line in progress.understood:
            say(f"labels understood: {line}")
        if progress.stage is not BatchStage.JUDGING:
            return
        if self._there is None:
            self._there, self._said_s = progress.done, time.perf_counter()
            if progress.done:
                say(
                    f"{progress.done} of {counted(progress.total, 'file')} {verb(progress.done, 'has')} a row "
                    f"already; going on with the others"
                )
        done, total = progress.done - self._there, progress.total - self._there
        rate = progress.rate or 0.0
        words = f"{rate:.{0 if rate >= 10 else 1}f} pictures/s" if progress.rate else ""
        if progress.waiting and progress.waiting != self._waiting:
            say(progress.waiting)
        self._waiting = progress.waiting
        self._progress.update(self._task, completed=done, total=total, rate=words, visible=True)
        now = time.perf_counter()
        if not self._console.is_terminal and progress.rate and now - self._said_s > _SAY_EVERY_S:
            self._said_s = now
            say(f"{done} of {counted(total, 'file')}, {rate:.1f} pictures/s, {progress.seconds_left:.0f} s to go")
