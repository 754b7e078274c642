"""What parts that did not pass do to a line: one is held, several give an alarm or stop it in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from inspector.domain.config import TriggerMode
from inspector.domain.errors import EngineError
from inspector.domain.failing import FailAction, FailConfig, Latch
from inspector.domain.trigger_event import TriggerEvent
from inspector.engine import engine
from inspector.engine.engine import Engine
from inspector.engine.job import LineJob
from inspector.engine.status import RunState
from inspector.outputs.alarms import alarms_path, read_alarms
from inspector.outputs.pulse import read_pulse
from tests.engine.fakes import BAD, GOOD, FakeClassifier, FakeSource, Listener, MemoryLog, frame, make_job
from tests.logs import told
from tests.waits import WAIT_S, until


class Rig:
    """An engine whose listener notes what the line said of its readiness when a part was told."""

    def __init__(self) -> None:
        self.engine, self.log = Engine(), MemoryLog()
        self.listener = Listener(self.log)
        self.engine.subscribe(self.listener)

    def job(self, source: FakeSource, failing: FailConfig, **changes: Any) -> LineJob:
        job = make_job(source, self.log, **changes)
        return replace(job, recipe=job.recipe.model_copy(update={"failing": failing}))

    def run(self, greys: list[int], failing: FailConfig, **changes: Any) -> None:
        source = FakeSource([frame(number, grey) for number, grey in enumerate(greys)])
        self.engine.start(self.job(source, failing, **changes))
        assert self.engine.wait_ended(WAIT_S)
        until(lambda: self.engine.status().state is RunState.IDLE)


@pytest.fixture
def rig() -> Generator[Rig]:
    rig = Rig()
    yield rig
    rig.engine.stop(WAIT_S)


def live(*greys: int) -> FakeSource:
    """A camera that goes on, with these pictures to begin with."""
    return FakeSource([frame(number, grey) for number, grey in enumerate(greys)], live=False, ends=False)


def test_a_line_that_is_stopped_judges_what_waits_and_counts_anew_at_the_next_start(rig: Rig) -> None:
    failing = FailConfig(in_a_row=3, in_a_row_does=FailAction.STOP)
    gate = threading.Event()

    def slow(call: int) -> None:
        if call == 3:  # so that others wait by then
            assert gate.wait(WAIT_S)

    source = FakeSource([frame(number, BAD) for number in range(40)], ends=False)
    rig.engine.start(rig.job(source, failing, classifier=FakeClassifier(slow)))
    until(lambda: rig.engine.status().waiting > 3)
    waiting = rig.engine.status().waiting
    gate.set()
    assert rig.engine.wait_ended(WAIT_S)
    until(lambda: rig.engine.status().state is RunState.IDLE)
    status = rig.engine.status()
    assert 3 + waiting <= len(rig.log.committed) < 40
    judged = [row.decision.verdict.value for row in rig.log.committed]
    assert judged[: 3 + waiting] == ["FAIL"] * (3 + waiting)
    assert status.fault == ""
    assert status.failing.stopped.startswith(f"the line was stopped: {len(judged)} parts in a row did not pass, since ")

    before = len(judged)
    rig.engine.start(rig.job(live(BAD, BAD), failing))
    until(lambda: len(rig.log.committed) == before + 2)
    assert rig.engine.status().state is RunState.RUNNING
    assert rig.engine.status().failing == status.failing  # until it is acknowledged


def test_a_line_that_stopped_in_order_is_given_up_by_hand(rig: Rig) -> None:
    """Where the log cannot be written meanwhile."""
    failing = FailConfig(in_a_row=2, in_a_row_does=FailAction.STOP)
    source = FakeSource([frame(number, BAD) for number in range(9)], ends=False)

    def breaks(call: int) -> None:
        if call == 3:
            rig.log.broken.set()

    rig.engine.start(rig.job(source, failing, classifier=FakeClassifier(breaks)))
    assert rig.log.refused.wait(WAIT_S)
    assert rig.engine.status().state is RunState.STOPPING
    assert rig.engine.stop()
    assert rig.engine.status().state is RunState.FAULT
    assert "could not be inspected and recorded" in rig.engine.status().fault


def test_an_alarm_stays_until_it_is_acknowledged_and_the_log_says_by_whom(rig: Rig) -> None:
    with told("inspector.engine.alarms") as said:
        rig.run([BAD, BAD, GOOD], FailConfig(in_a_row=2))
        (words,) = rig.engine.status().failing.words
        assert rig.engine.acknowledge("anna") == (words,)
    assert [row.decision.verdict.value for row in rig.log.committed] == ["FAIL", "FAIL", "PASS"]
    assert words.startswith("2 parts in a row did not pass, since ")
    assert f"to be acknowledged (recipe R, lot L): {words}" in said
    assert not rig.engine.status().failing.waits
    assert said[-1] == f"acknowledged by anna: {words}"
    assert rig.engine.acknowledge("anna") == ()


def test_the_status_says_it_before_the_part_is_told(rig: Rig) -> None:
    """A controller that reads a result must see Ready fall with it, not after it."""
    seen: list[bool] = []

    class Asks(Listener):
        def on_part(self, event: Any) -> None:
            seen.append(rig.engine.status().failing.held is not None)

    rig.engine.subscribe(Asks())
    rig.run([GOOD, BAD, GOOD], FailConfig(latch=Latch.FAIL))
    assert seen == [False, True, True]
    held = rig.engine.held
    assert held is not None
    assert held.part is not None
    assert held.inspection is rig.log.committed[1]
    rig.engine.acknowledge("anna")
    assert rig.engine.held is None


def test_a_held_part_takes_ready_away_and_no_trigger_is_lost(rig: Rig) -> None:
    source = live()
    job = rig.job(source, FailConfig(latch=Latch.FAIL), mode=TriggerMode.EXTERNAL)
    rig.engine.start(job)
    until(lambda: not rig.engine.readiness())
    first, second = (TriggerEvent(id=name, at_s=time.perf_counter(), time_utc=datetime.now(UTC)) for name in "AB")
    rig.engine.trigger(first)
    source.script.append(frame(0, BAD))
    source.closing.set()
    until(lambda: len(rig.listener.parts) == 1)  # what is told of: by then it is held
    assert rig.engine.readiness().startswith("part 1 (trigger A) is held: FAIL at ")
    rig.engine.trigger(second)
    until(lambda: len(rig.log.committed) == 2)
    assert rig.log.committed[1].decision.reason.startswith("missed trigger: part 1 (trigger A) is held")
    rig.engine.acknowledge("anna")
    until(lambda: not rig.engine.readiness())


def test_a_held_part_takes_no_capture_by_hand(rig: Rig) -> None:
    rig.run([BAD], FailConfig(latch=Latch.FAIL))
    rig.engine.start(rig.job(live(GOOD), FailConfig(), mode=TriggerMode.MANUAL))
    until(lambda: rig.engine.status().state is RunState.RUNNING)
    with pytest.raises(EngineError, match="part 1 is held: FAIL"):
        rig.engine.fire_trigger()
    rig.engine.acknowledge("anna")
    rig.engine.fire_trigger()


def test_those_who_look_from_elsewhere_hear_of_it(rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_PULSE_END_S", WAIT_S)  # the disk may take its time
    pulse = tmp_path / "line.json"
    rig.run([BAD, BAD], FailConfig(in_a_row=2), pulse=pulse)
    rig.engine.stop()
    said = read_pulse(pulse)
    assert said is not None
    assert said.faults == rig.engine.status().failing.words


def test_what_waits_is_kept_before_the_part_is_told_and_waits_in_the_next_program(rig: Rig, tmp_path: Path) -> None:
    log, kept = tmp_path / "results.sqlite3", list[bool]()

    class Asks(Listener):
        def on_part(self, event: Any) -> None:
            kept.append(read_alarms(alarms_path(log)).waits)

    rig.engine.recall(log)
    rig.engine.subscribe(Asks())
    rig.run([GOOD, BAD, BAD], FailConfig(latch=Latch.FAIL, in_a_row=2, in_a_row_does=FailAction.STOP))
    assert kept == [False, True, True]
    before = rig.engine.status().failing
    again = Engine()
    again.recall(log)
    failing = again.status().failing
    assert [words.split(" at ")[0].split(" since ")[0] for words in failing.words] == [
        words.split(" at ")[0].split(" since ")[0] for words in before.words
    ]
    assert (failing.stopped_now, before.stopped_now) == (False, True)
    assert all(" 2" in words for words in failing.words)  # with the day
    assert failing.no_trigger
    seen = failing.newest
    again.acknowledge("anna", seen)
    assert again.stop(WAIT_S)
    until(lambda: not read_alarms(alarms_path(log)).waits)
    third = Engine()
    third.recall(log)
    assert not third.status().failing.waits


def test_a_part_that_is_held_after_the_restart_is_told_apart_from_what_waited(rig: Rig, tmp_path: Path) -> None:
    log = tmp_path / "results.sqlite3"
    rig.engine.recall(log)
    rig.run([BAD, BAD], FailConfig(in_a_row=2))
    rig.engine.stop(WAIT_S)
    again = Rig()
    again.engine.recall(log)
    seen = again.engine.status().failing.newest
    again.run([BAD], FailConfig(latch=Latch.FAIL))
    again.engine.acknowledge("anna", seen)
    failing = again.engine.status().failing
    assert (failing.held is not None, failing.alarms) == (True, ())
    again.engine.stop(WAIT_S)


def test_a_file_that_cannot_be_read_is_an_alarm_and_one_that_cannot_be_written_is_said(
    rig: Rig, tmp_path: Path
) -> None:
    damaged = tmp_path / "results.alarms.json"
    damaged.write_text('{"waits": {"held"')
    rig.engine.recall(tmp_path / "results.sqlite3")
    (words,) = rig.engine.status().failing.words
    assert words.startswith("what waited for an acknowledgement when the program ended cannot be read")
    rig.engine.acknowledge("anna")
    rig.engine.stop(WAIT_S)
    until(lambda: not read_alarms(damaged).waits)
    blocked = tmp_path / "blocked.alarms.json"
    rig.engine.recall(tmp_path / "blocked.sqlite3")
    blocked.mkdir()
    rig.run([BAD], FailConfig(latch=Latch.FAIL))
    (words,) = rig.engine.status().failing.words
    assert "; with the program's end this is forgotten: " in words
    blocked.rmdir()
    rig.engine.acknowledge("anna")
    rig.engine.stop(WAIT_S)
    rig.run([BAD], FailConfig(latch=Latch.FAIL))
    (words,) = rig.engine.status().failing.words
    assert "forgotten" not in words
