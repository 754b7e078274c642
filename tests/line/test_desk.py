"""The desk: engine threads put down, the adapter takes up, each part's result finds its own trigger."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from inspector.domain.records import Verdict
from inspector.engine.status import RunState, SourceState
from inspector.line.desk import LineDesk, Link
from inspector.line.handshake import Deadlines
from inspector.line.signals import PlcInputs, ResultCode
from tests.line.engines import RUNNING, FakeEngine
from tests.waits import WAIT_S


class Bench:
    """A desk on a fake engine, its clock, and the controller's levels."""

    def __init__(self) -> None:
        self.now_s = 50.0
        self.engine = FakeEngine()
        self.desk = LineDesk(self.engine, now_s=lambda: self.now_s)
        self.engine.subscribe(self.desk)
        self.desk.set_link(Link.UP)
        self.levels = PlcInputs(enable=True)
        self.desk.see(self.levels)

    def put(self, **levels: object) -> None:
        self.levels = replace(self.levels, **levels)  # type: ignore[arg-type]
        self.desk.see(self.levels)

    def trigger(self, part: str) -> None:
        self.put(trigger=True, trigger_id=part)
        self.put(trigger=False)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_trigger_reaches_the_engine_with_all_that_the_controller_said(bench: Bench) -> None:
    bench.put(trigger=True, trigger_id="17", part_serial="SN 4", recipe="R")
    (event,) = bench.engine.events
    assert (event.id, event.part_serial, event.recipe, event.at_s, event.missed) == ("17", "SN 4", "R", 50.0, "")
    assert bench.desk.outputs().trigger_ack


def test_a_picture_from_before_the_trigger_exposes_nothing(bench: Bench) -> None:
    bench.trigger("1")
    bench.engine.expose(49.9)
    assert not bench.desk.outputs().exposed
    bench.engine.expose(50.0)
    assert bench.desk.outputs().exposed


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (Verdict.PASS, ResultCode.OK),
        (Verdict.FAIL, ResultCode.NOK),
        (Verdict.REVIEW, ResultCode.REVIEW),
        (Verdict.ERROR, ResultCode.ERROR),
    ],
)
def test_each_verdict_has_its_code(bench: Bench, verdict: Verdict, code: ResultCode) -> None:
    bench.trigger("1")
    bench.now_s += 0.25
    bench.engine.inspect(bench.engine.events[0], verdict, number=9)
    result = bench.desk.outputs().result
    assert result is not None
    assert (result.id, result.code, result.part_number, result.took_ms) == ("1", code, 9, 250.0)
    assert result.score == (None if verdict is Verdict.ERROR else 0.25)


def test_the_row_of_a_missed_trigger_is_not_the_result_of_the_part_with_the_same_id(bench: Bench) -> None:
    bench.trigger("1")
    bench.engine.expose(50.0)
    bench.trigger("1")  # a controller that forgot to count
    taken, missed = bench.engine.events
    assert "no result" in missed.missed
    bench.engine.inspect(missed, Verdict.ERROR)
    assert not bench.desk.outputs().valid
    bench.engine.inspect(taken, Verdict.PASS)
    result = bench.desk.outputs().result
    assert result is not None
    assert result.code is ResultCode.OK


def test_parts_that_nobody_triggered_are_not_told(bench: Bench) -> None:
    bench.engine.inspect(None, Verdict.FAIL)
    assert bench.desk.outputs().waiting == 0


@pytest.mark.parametrize(
    ("status", "fault", "not_recorded", "online"),
    [
        (RUNNING, False, False, True),
        (replace(RUNNING, state=RunState.STARTING), True, False, False),
        (replace(RUNNING, source_state=SourceState.LOST), True, False, True),
        (replace(RUNNING, model_fault="it has changed"), True, False, True),
        (replace(RUNNING, log_fault="the disk is full"), False, True, True),
    ],
)
def test_how_the_line_is_stands_in_the_levels(
    bench: Bench, status: object, fault: bool, not_recorded: bool, online: bool
) -> None:
    bench.engine.become(status)  # type: ignore[arg-type]
    out = bench.desk.outputs()
    assert (out.fault, out.not_recorded, out.online) == (fault, not_recorded, online)


def test_ready_follows_the_engine_at_the_trigger_itself(bench: Bench) -> None:
    assert bench.desk.outputs().ready
    bench.engine.not_ready = "eight triggers wait"
    bench.trigger("1")
    assert bench.engine.events[0].missed == "eight triggers wait"
    assert (bench.desk.outputs().missed, bench.desk.outputs().missed_id) == (1, "1")


def test_a_line_that_stopped_for_a_moment_owes_nothing(bench: Bench) -> None:
    bench.desk.use_deadlines(Deadlines(verdict_s=0.5))
    bench.trigger("1")
    bench.now_s += 0.5
    assert bench.desk.outputs().fault
    bench.engine.become(replace(RUNNING, state=RunState.STOPPING))
    bench.engine.become(RUNNING)
    out = bench.desk.outputs()
    assert (out.fault, out.valid) == (False, True)


def test_without_anybody_who_takes_results_the_inspection_goes_on(bench: Bench) -> None:
    bench.trigger("1")
    for number in range(200):
        bench.engine.inspect(bench.engine.events[0], Verdict.PASS, number=number)
    result = bench.desk.outputs().result
    assert result is not None
    assert result.part_number == 0  # the first


def test_an_engine_thread_never_waits_for_an_adapter_that_holds_the_desk(bench: Bench) -> None:
    """The desk's lock is held: all that the engine tells still comes back at once."""
    bench.trigger("1")
    held, told = threading.Event(), threading.Event()
    bench.engine.readiness = lambda: held.set() or ("" if told.wait(WAIT_S) else "in vain")  # type: ignore[method-assign,func-returns-value]
    bench.now_s += 1.0
    asking = threading.Thread(target=bench.desk.outputs)
    asking.start()
    assert held.wait(WAIT_S)
    bench.engine.expose(bench.now_s)
    bench.engine.inspect(bench.engine.events[0], Verdict.PASS)
    bench.engine.become(RUNNING)
    told.set()
    asking.join(WAIT_S)
    assert not asking.is_alive()


def test_whoever_must_tell_the_controller_is_woken(bench: Bench) -> None:
    woken: list[int] = []
    unsubscribe = bench.desk.subscribe(lambda: woken.append(len(woken)))
    bench.trigger("1")
    bench.engine.inspect(bench.engine.events[0], Verdict.PASS)
    count = len(woken)
    assert count >= 2
    unsubscribe()
    bench.engine.inspect(bench.engine.events[0], Verdict.PASS)
    assert len(woken) == count


def test_each_level_says_when_it_changed_last(bench: Bench) -> None:
    bench.trigger("1")
    bench.desk.outputs()
    assert {"enable", "trigger", "trigger_id"} <= set(bench.desk.times)
    assert "part_serial" not in bench.desk.times
