"""A line with fakes around it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from inspector.engine.engine import Engine
from tests.engine.fakes import FakeSource, Listener, MemoryLog, make_job
from tests.waits import WAIT_S


class Rig:
    """An engine, a log in memory, and a listener."""

    def __init__(self) -> None:
        self.engine, self.log = Engine(), MemoryLog()
        self.listener = Listener(self.log)
        self.engine.subscribe(self.listener)

    def run(self, source: FakeSource, **changes: Any) -> list[str]:
        """Run to the end, stop, and return the verdicts."""
        self.engine.start(make_job(source, self.log, **changes))
        assert self.engine.wait_ended(WAIT_S)
        assert self.engine.stop()
        return self.listener.verdicts


@pytest.fixture
def rig() -> Iterator[Rig]:
    before = set(threading.enumerate())
    made = Rig()
    yield made
    assert made.engine.stop()
    assert made.listener.told_before_commit == 0
    for thread in set(threading.enumerate()) - before:
        thread.join(WAIT_S)
        assert not thread.is_alive(), thread.name
