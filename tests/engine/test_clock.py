"""The computer's clock jumps: it is recorded and said once, and the order of the parts stays."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from inspector.engine import record
from inspector.engine.board import Board
from inspector.engine.clock import JUMP_S, ClockWatch, set_back
from inspector.engine.pace import PaceWatch
from inspector.engine.record import Recorder
from inspector.engine.watchdog import Watchdog
from tests.engine.fakes import FakeSource, MemoryLog, make_job
from tests.outputs.samples import inspection

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("jump_s", "words"),
    [
        (7200.0, "forward by 2 h 0 min, from"),
        (-7200.0, "back by 2 h 0 min, from"),
        (-20.0, "back by 20 s, from"),
        (90.0, "forward by 2 min, from"),
        (5400.0, "forward by 1 h 30 min, from"),
    ],
)
def test_a_jump_is_said_with_its_size_once(jump_s: float, words: str) -> None:
    watch, jump = ClockWatch(), timedelta(seconds=jump_s)
    assert watch.look(NOW, 100.0) == ""
    assert words in watch.look(NOW + jump + timedelta(seconds=0.4), 100.4)
    assert watch.look(NOW + jump + timedelta(seconds=0.8), 100.8) == ""


def test_a_clock_that_is_put_right_little_by_little_does_not_jump() -> None:
    watch = ClockWatch()
    said = [watch.look(NOW + timedelta(seconds=step * (0.4 + JUMP_S / 100)), 0.4 * step) for step in range(1000)]
    assert set(said) == {""}


def test_a_log_whose_newest_part_has_a_time_to_come_tells_of_a_jump() -> None:
    assert set_back(NOW, NOW) == set_back(NOW - HOUR, NOW) == ""
    assert "back by 1 h 0 min" in set_back(NOW + HOUR, NOW)


class Clock:
    """Stands in for the datetime of the recorder's module."""

    time = NOW

    @classmethod
    def now(cls, zone: object) -> datetime:
        assert zone is UTC
        return cls.time


def test_the_recorder_notes_a_jump_once_also_where_the_log_could_not_be_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = MemoryLog()
    log.committed.append(replace(inspection(1), time_utc=NOW + HOUR))  # the clock was set back before the start
    monkeypatch.setattr(record, "datetime", Clock)
    job = make_job(FakeSource([]), log)
    recorder = Recorder(job, Board(), threading.Event(), PaceWatch(job.recipe.trigger), Watchdog())
    recorder.check()
    recorder.check()
    assert [(kind, "back by 1 h 0 min" in words) for kind, words in log.events] == [("clock", True)]
    monkeypatch.setattr(Clock, "time", NOW + 3 * HOUR)
    log.broken.set()
    recorder.check()
    log.broken.clear()
    recorder.check()
    recorder.check()
    assert len(log.events) == 2
    assert "forward by 3 h 0 min" in log.events[1][1]
