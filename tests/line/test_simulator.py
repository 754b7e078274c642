"""The simulated controller, against a hand-shake in the same thread: no sockets, a clock of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from inspector.line.adapters import LineError
from inspector.line.handshake import Condition, Deadlines, HandShake
from inspector.line.signals import LineResult, PlcInputs, ResultCode, StationOutputs
from inspector.line.simulator import PlcPart, SimulatedPlc, one_part, simulate


class Wire:
    """A station whose parts take so many exchanges each; `broken` exchanges fail."""

    def __init__(self, *, takes: int = 2) -> None:
        self.shake = HandShake(Deadlines(verdict_s=1e9, acknowledge_s=1e9))
        self.shake.link("")
        self.shake.condition(Condition(not_ready="", online=True, fault=False))
        self.now_s = 0.0
        self.broken = 0
        self.seen: list[PlcInputs] = []
        self._takes = takes
        self._left: dict[int, int] = {}

    def exchange(self, inputs: PlcInputs) -> StationOutputs:
        if self.broken:
            self.broken -= 1
            raise LineError("the cable is pulled")
        self.now_s += 1.0
        self.seen.append(inputs)
        wanted = self.shake.see(inputs, self.now_s)
        if wanted is not None and wanted.key:
            self._left[wanted.key] = self._takes
        for key in list(self._left):
            self.shake.exposed(key)
            self._left[key] -= 1
            if not self._left[key]:
                del self._left[key]
                self.shake.result(key, LineResult(id="", code=ResultCode.NOK), self.now_s)
        return self.shake.outputs()

    def look(self) -> StationOutputs:
        return self.shake.outputs()

    def close(self) -> None:
        """Nothing to close."""


def _run(wire: Wire, plc: SimulatedPlc, say: Callable[[str], None] = pytest.fail) -> list[PlcPart]:
    return list(simulate(wire, plc, stop=lambda _: len(wire.seen) > 1000, say=say))


def _ids(*numbers: int) -> Iterator[str]:
    return map(str, numbers)


def test_every_part_has_its_result_and_afterwards_no_level_is_up() -> None:
    wire = Wire()
    parts = _run(wire, SimulatedPlc(_ids(5, 6, 7)))
    assert [(part.id, part.result and part.result.code) for part in parts] == [
        (part, ResultCode.NOK) for part in ("5", "6", "7")
    ]
    assert wire.seen[-1] == PlcInputs()
    assert wire.shake.outputs().waiting == 0


def test_parts_are_triggered_while_others_are_inspected() -> None:
    wire = Wire(takes=9)
    most = 0
    for part in simulate(wire, SimulatedPlc(_ids(*range(1, 6))), stop=lambda _: False, say=pytest.fail):
        triggered = int(wire.shake.outputs().trigger_id)
        most = max(most, triggered - int(part.id))
    assert most > 0


def test_a_trigger_that_is_not_taken_is_told_and_the_next_goes_on() -> None:
    wire = Wire()
    plc = SimulatedPlc(_ids(1, 2))
    plc.step(wire.exchange(plc.inputs), 0.0)
    wire.shake.condition(Condition(not_ready="the queue is full", online=True, fault=False))
    part = plc.step(wire.exchange(plc.inputs), 0.0)
    assert part == PlcPart(id="1", result=None, seen_ms=None)
    wire.shake.condition(Condition(not_ready="", online=True, fault=False))
    assert [part.id for part in _run(wire, plc)] == ["2"]


def test_what_was_waiting_from_before_is_read_first() -> None:
    wire = Wire()
    before = SimulatedPlc(_ids(1))
    while not wire.shake.outputs().valid:
        before.step(wire.exchange(before.inputs), 0.0)
    parts = _run(wire, SimulatedPlc(_ids(2)))
    assert [(part.id, part.seen_ms is None) for part in parts] == [("1", True), ("2", False)]


def test_a_cable_that_is_pulled_is_said_once_and_nothing_is_lost() -> None:
    wire, said = Wire(), list[str]()
    told = simulate(wire, SimulatedPlc(_ids(1, 2, 3)), stop=lambda _: False, say=said.append)
    ids = [next(told).id]
    wire.broken = 5
    ids += [part.id for part in told]
    assert ids == ["1", "2", "3"]
    assert said == ["the cable is pulled", ""]


def test_one_part_alone_has_its_answer_or_none() -> None:
    wire = Wire()
    part = one_part(wire, "41", ready_s=0.0, within_s=60.0)
    assert part is not None
    assert (part.id, part.result and part.result.code) == ("41", ResultCode.NOK)
    assert (wire.seen[-1], wire.shake.outputs().waiting) == (PlcInputs(), 0)
    wire.shake.condition(Condition(not_ready="the line does not run", online=False))
    assert one_part(wire, "42", ready_s=0.0, within_s=60.0) is None
    assert wire.shake.outputs().missed == 0


def test_parts_come_no_faster_than_they_should() -> None:
    plc = SimulatedPlc(_ids(1, 2), every_s=10.0)
    ready = StationOutputs(ready=True)
    plc.step(ready, 0.0)
    assert plc.inputs.trigger_id == "1"
    plc.step(StationOutputs(ready=True, trigger_ack=True, trigger_id="1"), 1.0)
    plc.step(ready, 9.9)
    assert not plc.inputs.trigger
    plc.step(ready, 10.0)
    assert plc.inputs.trigger_id == "2"


def test_a_trigger_that_was_missed_while_a_result_came_is_told_of_all_the_same() -> None:
    plc = SimulatedPlc(_ids(1, 2))
    ready = StationOutputs(online=True, ready=True)
    assert plc.step(ready, 0.0) is None
    assert plc.step(replace(ready, ready=False, trigger_ack=True, trigger_id="1"), 1.0) is None
    assert plc.step(ready, 2.0) is None
    assert plc.inputs.trigger_id == "2"
    missed = StationOutputs(online=True, missed=1, missed_id="2")
    first = plc.step(replace(missed, valid=True, result=LineResult(id="1", code=ResultCode.OK)), 3.0)
    second = plc.step(missed, 4.0)
    assert [part and (part.id, part.result and part.result.code) for part in (first, second)] == [
        ("1", ResultCode.OK),
        ("2", None),
    ]
    plc.step(missed, 5.0)
    assert plc.finished
