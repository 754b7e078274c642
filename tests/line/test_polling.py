"""The loop of protocols where the station asks, against registers of the test's own: no socket, and no clock."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from inspector.domain.records import Verdict
from inspector.line.adapters import LineError
from inspector.line.desk import LineDesk, Link
from inspector.line.polling import ANSWER_S, POLL_S, follow
from inspector.line.registers import CONTROL_COUNT, MAP_VERSION, STATUS_START, outputs_of
from inspector.line.signals import StationOutputs
from tests.line.engines import FakeEngine


class Block:
    """The registers of a controller that answers so many readings, and then no more."""

    def __init__(self, answers: int, *, status: Sequence[int] = (0xFFFF,) * 16, control: Sequence[int] = (1,)) -> None:
        self.answers, self.asked, self.open_ = answers, 0, False
        self.status, self._control = list(status), control
        self.seen: list[StationOutputs] = []  # after each writing
        self.written: list[int] = []  # the words of levels, in their order

    def open(self) -> None:
        self.open_ = True

    def read(self, _start: int, count: int) -> list[int]:
        self.asked += 1
        if self.asked > self.answers:
            raise LineError("no answer", "Check the cable.")
        assert count == CONTROL_COUNT
        return [*self._control, *[0] * (count - len(self._control))]

    def write(self, start: int, registers: Sequence[int]) -> None:
        place = start - STATUS_START
        self.status[place : place + len(registers)] = registers
        if place == 0:
            self.written.append(registers[0])
        if self.status[2] == MAP_VERSION:
            self.seen.append(outputs_of(self.status))

    def close(self) -> None:
        self.open_ = False


def test_a_controller_that_does_not_answer_once_is_gone_after_the_time_of_one_answer() -> None:
    """It is said within a second: one pause and one answer that does not come are well below it."""
    block, desk = Block(answers=4), LineDesk(FakeEngine())
    with pytest.raises(LineError, match="no answer"):
        follow(block, desk, threading.Event())
    assert block.asked == 5  # nobody waits for a second silence
    assert desk.link[0] is Link.UP  # who runs it says the rest at once
    assert not block.open_
    assert POLL_S + ANSWER_S <= 0.6


def test_every_level_falls_before_anything_is_said_and_at_the_end() -> None:
    block, stop = Block(answers=1000), threading.Event()
    desk = LineDesk(FakeEngine())
    desk.subscribe(stop.set)
    follow(block, desk, stop)
    assert block.written[0] & ~1 == 0  # the line runs: online alone may be high
    assert block.written[-1] == 0
    assert not outputs_of(block.status).ready


def test_a_result_of_while_the_cable_was_out_is_never_valid_before_it_stands_there() -> None:
    engine = FakeEngine()
    desk = LineDesk(engine)
    engine.subscribe(desk)
    before = Block(answers=3, control=(3, 0, 0, 7))  # Enable and Trigger of part 7
    with pytest.raises(LineError, match="no answer"):
        follow(before, desk, threading.Event())
    (event,) = engine.events
    engine.expose(event.at_s)
    engine.inspect(event, Verdict.FAIL)
    after = Block(answers=3, status=before.status)
    with pytest.raises(LineError, match="no answer"):
        follow(after, desk, threading.Event())
    assert after.written[0] == 0
    assert {seen.result.id if seen.result else None for seen in after.seen if seen.valid} == {"7"}
    assert after.seen[-1].valid


def test_a_result_that_was_acknowledged_while_the_cable_was_out_is_not_told_again() -> None:
    engine = FakeEngine()
    desk = LineDesk(engine)
    engine.subscribe(desk)
    before = Block(answers=3, control=(3, 0, 0, 7))
    with pytest.raises(LineError, match="no answer"):
        follow(before, desk, threading.Event())
    engine.expose(engine.events[0].at_s)
    engine.inspect(engine.events[0], Verdict.FAIL)
    shown = Block(answers=3, status=before.status)
    with pytest.raises(LineError, match="no answer"):
        follow(shown, desk, threading.Event())
    assert shown.seen[-1].valid
    after = Block(answers=3, status=shown.status, control=(5,))  # Enable and Result Ack
    with pytest.raises(LineError, match="no answer"):
        follow(after, desk, threading.Event())
    assert not any(seen.valid for seen in after.seen)
    assert desk.outputs().waiting == 0


class InspectedBlock(Block):
    """Part 7 is triggered, and inspected at the fourth reading; the fifth is the last.

    The first is of the start, the second sees the trigger, the third finds it told.
    """

    def __init__(self, engine: FakeEngine, stop: threading.Event) -> None:
        super().__init__(answers=1000, control=(3, 0, 0, 7))
        self._engine, self._stop = engine, stop
        self.writings: list[int] = []  # before each reading

    def read(self, start: int, count: int) -> list[int]:
        answer = super().read(start, count)
        self.writings.append(len(self.seen))
        if self.asked == 4:
            (event,) = self._engine.events
            self._engine.expose(event.at_s)
            self._engine.inspect(event, Verdict.FAIL)
        if self.asked == 5:
            self._stop.set()
        return answer


def test_a_result_takes_two_writings_and_busy_falls_as_valid_rises() -> None:
    """Each writing is a round trip of the time until the controller has the result: its values, then the levels."""
    engine, stop = FakeEngine(), threading.Event()
    desk = LineDesk(engine)
    engine.subscribe(desk)
    block = InspectedBlock(engine, stop)
    follow(block, desk, stop)
    values, levels = block.seen[block.writings[3] : block.writings[4]]
    assert (values.busy, values.valid) == (True, False)
    assert (levels.busy, levels.valid) == (False, True)
    assert levels.result is not None
    assert levels.result.id == "7"
