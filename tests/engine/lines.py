"""A line whose threads do not run: a test calls their work itself, and sets the clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from inspector.engine import capture as capture_module
from inspector.engine import line as line_module
from inspector.engine import triggers as triggers_module
from inspector.engine.board import Board
from inspector.engine.job import LineJob
from inspector.engine.line import Line
from inspector.engine.status import RunState, SourceState
from tests.engine import fakes
from tests.engine.fakes import (
    FakeSource,
    Listener,
    MemoryArchive,
    MemoryLog,
    make_job,
)


class Inert:
    """A thread that never runs."""

    def __init__(self, *, target: Callable[..., None], args: tuple[Any, ...], name: str, daemon: bool) -> None:
        self.target, self.args, self.name, self.daemon = target, args, name, daemon
        self.started = False
        self.joined: list[float] = []

    def start(self) -> None:
        self.started = True

    def is_alive(self) -> bool:
        return False

    def join(self, timeout_s: float) -> None:
        self.joined.append(timeout_s)


class Stop(threading.Event):
    """Keeps how long was waited, and is set after so many waits."""

    def __init__(self, waits: int = 1000) -> None:
        super().__init__()
        self.waits: list[float] = []
        self._left = waits

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waits.append(timeout)
        self._left -= 1
        if self._left <= 0:
            self.set()
        return self.is_set()


class Bench:
    """A line whose threads do not run, with its board, its log and a clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch
        self.now_s = 1000.0
        monkeypatch.setattr(fakes, "time", SimpleNamespace(perf_counter=lambda: self.now_s))  # of the frames
        self.log, self.archive, self.board = MemoryLog(), MemoryArchive(), Board()
        self.listener = Listener(self.log)
        self.board.subscribe(self.listener)
        self.board.begin(state=RunState.STARTING)

    def line(self, source: FakeSource | None = None, *, waits: int = 1000, **changes: Any) -> Line:
        source = source or FakeSource([])
        fake = SimpleNamespace(Thread=Inert, Event=threading.Event, current_thread=threading.current_thread)
        self.monkeypatch.setattr(line_module, "threading", fake)
        for module in (line_module, triggers_module, capture_module):
            self.monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: self.now_s))
        job: LineJob = make_job(source, self.log, archive=self.archive, **changes)
        line = Line(job, self.board)
        line._stop = line._over._stop = Stop(waits)
        return line

    @property
    def sources(self) -> list[tuple[SourceState, str]]:
        """What was said of the source, changes only."""
        told = [(status.source_state, status.source_message) for status in self.listener.states]
        return [item for item, before in zip(told, [(SourceState.NONE, ""), *told], strict=False) if item != before]
