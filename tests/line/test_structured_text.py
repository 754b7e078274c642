"""The Structured Text of docs/line.md, run as it stands there: against the hand-shake, and at a station over Modbus."""

from __future__ import annotations

import time
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.client import ModbusTcpClient

from inspector.domain.records import Verdict
from inspector.line.desk import Link
from inspector.line.handshake import Condition, HandShake
from inspector.line.registers import inputs_of, registers_of
from inspector.line.service import LineService
from inspector.line.signals import CODES, LineResult, ResultCode
from tests.line.engines import FakeEngine
from tests.line.structured_text import Program
from tests.line.test_service import free_port, on_modbus
from tests.waits import WAIT_S, until

CYCLE_S, WELL = 0.01, Condition(not_ready="", online=True, fault=False)
READY, EXPOSED, TRIGGER = 2, 8, 2
_CODES = (ResultCode.OK, ResultCode.NOK, ResultCode.REVIEW, ResultCode.ERROR)
#: So long the station waits for a controller, and the page's program, at most, for anything at all.
_SILENT_S, _LONGEST_S = 0.8, 2.5


class Line:
    """The page's controller and a station's hand-shake; a cycle of 10 ms after the other, and no clock but theirs."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.exposure_s, self.verdict_s = 0.05, 0.2  #: from the trigger on
        self.plugged, self.condition = True, WELL
        self.codes: dict[int, ResultCode] = {}  #: what comes of each id; else OK
        self.done: list[tuple[int, bool, int]] = []  #: id, Good, Code of each Done
        self.start_controller(0)
        self.start_station()
        self.wait(1.0)

    def start_controller(self, last_id: int) -> None:
        """Start it, anew where it ran: it knows nothing but the last id."""
        self.program = Program(lambda: self.now_s, Id=last_id)

    def start_station(self) -> None:
        """Start it, anew where it ran: it knows nothing."""
        self.shake = HandShake()
        self._pending = list[tuple[float, float, int, int]]()
        self._read = [0] * 16
        self._heard_s = self._begun_s = self.now_s

    def cycle(self, *, start: bool = False) -> None:
        """Read, run the program, write."""
        self.now_s += CYCLE_S
        self._inspect()
        if self.plugged:
            self._read = registers_of(self.shake.outputs(), int((self.now_s - self._begun_s) / 0.5))
        trigger = self.program.Out[0] & TRIGGER
        self.program.cycle(In=self._read, Start=start)
        assert trigger or not self.program.Out[0] & TRIGGER or self._read[0] & READY
        if self.program.Done:
            self.done.append((self.program.Id, self.program.Good, self.program.Code))
        if self.plugged:
            self._heard_s = self.now_s
            wanted = self.shake.see(inputs_of(self.program.Out), self.now_s)
            if wanted is not None and wanted.key:
                part = int(wanted.inputs.trigger_id)
                self._pending.append((self.now_s + self.exposure_s, self.now_s + self.verdict_s, wanted.key, part))

    def _inspect(self) -> None:
        """Do what the station does beside the hand-shake."""
        self.shake.condition(self.condition)
        self.shake.link("gone" if self.now_s - self._heard_s > _SILENT_S else "")
        for entry in list(self._pending):
            exposed_s, known_s, key, part = entry
            if self.now_s >= exposed_s:
                self.shake.exposed(key)
            if self.now_s >= known_s:
                self._pending.remove(entry)
                self.shake.result(key, LineResult(id=str(part), code=self.code_of(part)), self.now_s)
        self.shake.tick(self.now_s)

    def code_of(self, part: int) -> ResultCode:
        return self.codes.get(part, ResultCode.OK)

    def inspect(self) -> tuple[int, bool, int]:
        """Put a part in place and wait until it is Done; return what is known of it."""
        before, until_s = len(self.done), self.now_s + _LONGEST_S
        while len(self.done) == before:
            assert self.now_s < until_s, f"the part waits in step {self.program.Step}"
            self.cycle(start=True)
            assert not self.program.MayMove or self.program.Done or self._read[0] & EXPOSED
        self.cycle()
        return self.done[-1]

    def put_in_place(self, seconds: float) -> None:
        """Put a part in place and look at it no longer than this."""
        self.cycle(start=True)
        self.wait(seconds)

    def reach(self, step: int) -> None:
        """Go on until the program is in a step."""
        until_s = self.now_s + _LONGEST_S
        while self.program.Step != step:
            assert self.now_s < until_s, f"it stays in step {self.program.Step}"
            self.cycle()

    def wait(self, seconds: float) -> None:
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            self.cycle()


@pytest.fixture
def line() -> Line:
    return Line()


def test_each_part_has_its_own_verdict_and_only_ok_is_good(line: Line) -> None:
    line.codes = dict(enumerate(_CODES, 1))
    told = [line.inspect() for _ in range(5)]
    assert told == [(1, True, 1), (2, False, 2), (3, False, 3), (4, False, 4), (5, True, 1)]
    line.wait(0.1)
    outputs = line.shake.outputs()
    assert (outputs.ready, outputs.waiting, outputs.missed, outputs.alarm) == (True, 0, 0, False)
    assert line.program.MayMove


def test_what_waits_is_acknowledged_after_a_restart_of_the_controller_and_told_of_nobody(line: Line) -> None:
    line.start_controller(69_999)
    line.wait(0.1)
    line.put_in_place(0.1)
    assert line.shake.outputs().busy
    line.start_controller(line.program.Id)
    line.wait(0.5)
    assert line.shake.outputs().waiting == 0
    assert not line.done
    line.codes = {70_001: ResultCode.NOK}
    assert line.inspect() == (70_001, False, 2)


def test_after_the_last_id_comes_the_first(line: Line) -> None:
    line.start_controller(0xFFFFFFFE)
    line.wait(0.1)
    assert [line.inspect() for _ in range(2)] == [(0xFFFFFFFF, True, 1), (1, True, 1)]


def test_a_part_is_rejected_without_a_trigger_where_the_station_is_not_ready(line: Line) -> None:
    line.condition = Condition()
    line.wait(0.1)
    assert line.inspect() == (0, False, 0)
    line.cycle()
    assert line.program.MayMove
    line.condition = WELL
    line.wait(0.1)
    assert line.inspect() == (1, True, 1)


def test_a_verdict_that_comes_too_late_is_an_error_and_the_next_part_has_its_own(line: Line) -> None:
    line.verdict_s = 1.4
    assert line.inspect() == (1, False, 4)
    line.verdict_s = 0.2
    line.wait(1.0)
    assert line.inspect() == (2, True, 1)


@pytest.mark.parametrize("step", [1, 2, 4])
def test_a_part_is_rejected_and_the_next_ones_too_while_the_station_is_gone_and_it_heals(line: Line, step: int) -> None:
    line.put_in_place(0.0)
    line.reach(step)
    line.plugged = False
    line.wait(_LONGEST_S)
    assert line.done == [(1, step == 4, {1: 0, 2: 4, 4: 1}[step])]
    assert [line.inspect()[1:] for _ in range(2)] == [(False, 0)] * 2
    line.plugged = True
    line.wait(1.0)
    assert line.inspect()[1:] == (True, 1)


def test_a_result_of_a_part_whose_acknowledgement_was_late_is_that_of_nobody(line: Line) -> None:
    line.verdict_s, line.codes = 0.6, {2: ResultCode.NOK}
    line.put_in_place(0.0)
    line.plugged = False
    line.wait(0.2)
    line.plugged = True
    line.wait(0.05)
    assert line.done == [(1, False, 0)]
    line.put_in_place(0.05)
    assert line.program.Step == 2
    line.wait(1.0)
    assert line.done[1:] == [(2, False, 2)]
    assert line.shake.outputs().waiting == 0


def test_nobody_waits_for_a_station_that_goes_while_it_shows_the_result_of_another_part(line: Line) -> None:
    line.verdict_s = 0.6
    line.put_in_place(0.0)
    line.plugged = False
    line.wait(0.2)
    line.plugged = True
    line.wait(0.05)
    line.put_in_place(0.0)
    line.reach(5)
    line.plugged = False
    line.wait(_LONGEST_S)
    assert line.done == [(1, False, 0), (2, False, 4)]


def test_a_station_that_was_started_anew_knows_nothing_of_the_part(line: Line) -> None:
    line.put_in_place(0.1)
    line.start_station()
    line.wait(_LONGEST_S)
    assert line.done == [(1, False, 4)]
    assert line.inspect() == (2, True, 1)


@given(data=st.data())
def test_every_part_is_done_once_and_good_only_if_the_station_said_so_of_it(data: st.DataObject) -> None:
    line, parts = Line(), data.draw(st.integers(1, 6))
    for number in range(parts):
        line.exposure_s = data.draw(st.sampled_from((0.0, 0.05, 0.3)))
        line.verdict_s = line.exposure_s + data.draw(st.sampled_from((0.0, 0.03, 0.5, 1.2)))
        line.codes[line.program.Id + 1] = data.draw(st.sampled_from(_CODES))
        line.put_in_place(data.draw(st.sampled_from((0.0, 0.02, 0.06, 0.25))))
        mishap = data.draw(st.sampled_from(("", "", "cable", "station")))
        if mishap == "station":
            line.start_station()
        line.plugged = mishap != "cable"
        line.wait(data.draw(st.sampled_from((0.05, 0.5, 2.0, 5.0))))
        line.plugged = True
        line.wait(_LONGEST_S)
        assert len(line.done) == number + 1
    assert all(not good or (code == 1 and line.code_of(part) is ResultCode.OK) for part, good, code in line.done)


def test_at_a_station_over_modbus_each_part_has_its_own_verdict() -> None:
    verdicts = (Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR)
    engine, port, count = FakeEngine(lambda event: verdicts[int(event.id) % 4]), free_port(), 60
    service = LineService(engine, settings=lambda: on_modbus(port))
    service.start()
    program, told = Program(time.monotonic), list[tuple[int, bool, int]]()
    try:
        until(lambda: service.status().link is Link.WAITING)
        with closing(ModbusTcpClient("127.0.0.1", port=port, timeout=WAIT_S)) as client:

            def exchanged() -> list[int]:
                answer = client.readwrite_registers(
                    read_address=100, read_count=16, write_address=0, values=program.Out
                )
                return list(answer.registers)

            assert client.connect()
            while not exchanged()[0] & READY:
                program.cycle(In=exchanged(), Start=False)
            while len(told) < count:
                program.cycle(In=exchanged(), Start=program.Step == 0 and not program.Done)
                if program.Done:
                    told.append((program.Id, program.Good, program.Code))
    finally:
        service.stop()
    assert [event.id for event in engine.events if not event.missed] == [str(number + 1) for number in range(count)]
    assert told == [
        (part, verdicts[part % 4] is Verdict.PASS, CODES[verdicts[part % 4]].value) for part in range(1, count + 1)
    ]
