"""The hand-shake, by tables: what the controller holds, what the station answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inspector.line.handshake import Condition, Deadlines, HandShake, TriggerWanted
from inspector.line.signals import DEPTH, LineResult, PlcInputs, ResultCode, StationOutputs

WELL = Condition(not_ready="", online=True, fault=False)
ON = PlcInputs(enable=True)


class Bench:
    """A hand-shake with its clock, and the controller's levels."""

    def __init__(self, *, condition: Condition = WELL, link: str = "") -> None:
        self.shake = HandShake(Deadlines(verdict_s=1.0, acknowledge_s=1.0))
        self.shake.link(link)
        self.shake.condition(condition)
        self.now_s = 100.0
        self.levels = PlcInputs()
        self.put(enable=True)

    def out(self) -> StationOutputs:
        return self.shake.outputs()

    def put(self, **levels: object) -> TriggerWanted | None:
        self.levels = replace(self.levels, **levels)  # type: ignore[arg-type]
        return self.shake.see(self.levels, self.now_s)

    def trigger(self, part: str) -> TriggerWanted:
        self.put(trigger=False)
        wanted = self.put(trigger=True, trigger_id=part)
        assert wanted is not None
        return wanted

    def part(self, part: str, code: ResultCode = ResultCode.OK) -> None:
        """One part as far as its result."""
        key = self.trigger(part).key
        self.shake.exposed(key)
        self.put(trigger=False)
        assert self.shake.result(key, result(code), self.now_s)

    def later(self, seconds: float) -> None:
        self.now_s += seconds
        self.shake.tick(self.now_s)


def result(code: ResultCode = ResultCode.OK) -> LineResult:
    return LineResult(id="?", code=code, score=0.25, part_number=7)


def result_of(bench: Bench) -> LineResult:
    shown = bench.out().result
    assert shown is not None
    return shown


def _bits(out: StationOutputs) -> str:
    names = ("ready", "trigger_ack", "exposed", "busy", "valid")
    return " ".join(name for name in names if getattr(out, name))


def test_one_part_goes_through_every_state() -> None:
    bench = Bench()
    seen = [_bits(bench.out())]
    key = bench.trigger("41").key
    seen.append(_bits(bench.out()))
    bench.shake.exposed(key)
    seen.append(_bits(bench.out()))
    bench.put(trigger=False)
    seen.append(_bits(bench.out()))
    bench.now_s += 0.0625
    assert bench.shake.result(key, result(ResultCode.NOK), bench.now_s)
    seen.append(_bits(bench.out()))
    assert bench.out().result == LineResult(id="41", code=ResultCode.NOK, score=0.25, part_number=7, took_ms=62.5)
    bench.put(result_ack=True)
    seen.append(_bits(bench.out()))
    bench.put(result_ack=False)
    seen.append(_bits(bench.out()))
    assert seen == [
        "ready",
        "trigger_ack busy",
        "trigger_ack exposed busy",
        "ready exposed busy",
        "ready exposed valid",
        "ready exposed",
        "ready exposed",
    ]
    assert (bench.out().trigger_id, bench.out().missed, bench.out().result) == ("41", 0, None)


def test_before_anything_was_said_every_level_is_low_but_the_fault() -> None:
    assert HandShake().outputs() == StationOutputs(fault=True, not_ready="no controller is connected")


@pytest.mark.parametrize(
    ("condition", "link", "levels", "why"),
    [
        (WELL, "the cable is pulled", ON, "the cable is pulled"),
        (WELL, "", PlcInputs(), "the controller has not set Enable"),
        (replace(WELL, not_ready="the queue is full"), "", ON, "the queue is full"),
        (Condition(), "", ON, "the line does not run"),
    ],
)
def test_ready_is_low_and_a_trigger_is_missed_where(
    condition: Condition, link: str, levels: PlcInputs, why: str
) -> None:
    shake = HandShake()
    shake.link(link)
    shake.condition(condition)
    shake.see(levels, 0.0)
    assert (shake.outputs().ready, shake.outputs().not_ready) == (False, why)
    wanted = shake.see(replace(levels, trigger=True, trigger_id="5"), 0.1)
    assert wanted is not None
    assert (wanted.key, wanted.missed, wanted.inputs.trigger_id) == (0, why, "5")
    out = shake.outputs()
    assert (out.missed, out.missed_id, out.trigger_ack, out.busy) == (1, "5", False, False)


def test_a_picture_that_nobody_waits_for_exposes_nothing() -> None:
    bench = Bench()
    bench.shake.exposed(bench.shake.exposing)
    assert not bench.out().exposed


def test_a_part_must_be_exposed_before_the_next_trigger() -> None:
    bench = Bench()
    first = bench.trigger("1")
    second = bench.trigger("2")
    assert second.missed == "the picture of the part before is not taken yet"
    bench.shake.exposed(first.key)
    bench.put(trigger=False)
    assert bench.out().ready
    assert not bench.trigger("3").missed


def test_a_trigger_must_fall_before_the_next_and_rises_once() -> None:
    bench = Bench()
    bench.shake.exposed(bench.trigger("1").key)
    assert bench.out().not_ready == "Trigger has not fallen since the last part"
    assert bench.put(trigger_id="2") is None
    assert bench.out().trigger_id == "1"


@pytest.mark.parametrize(
    ("part", "why"), [("", "the trigger has no id"), ("1", "part 1 has no result that is acknowledged")]
)
def test_an_id_that_could_not_be_told_apart_is_missed(part: str, why: str) -> None:
    bench = Bench()
    bench.part("1")
    assert bench.trigger(part).missed == why
    bench.put(result_ack=True)
    bench.put(result_ack=False, trigger=False)
    assert not bench.trigger("1").missed


def test_eight_results_wait_in_order_and_the_ninth_trigger_is_missed() -> None:
    bench = Bench()
    for number in range(DEPTH):
        assert bench.out().ready
        bench.part(str(number), ResultCode.REVIEW)
    assert (bench.out().ready, bench.out().waiting) == (False, DEPTH)
    assert bench.trigger("9").missed == "8 parts have no result that is acknowledged"
    bench.put(trigger=False)
    read = []
    while bench.out().valid:
        read.append(result_of(bench).id)
        bench.put(result_ack=True)
        assert not bench.out().valid
        bench.put(result_ack=False)
    assert read == [str(number) for number in range(DEPTH)]
    assert bench.out().ready


def test_parts_in_flight_count_too() -> None:
    bench = Bench()
    for number in range(DEPTH):
        bench.shake.exposed(bench.trigger(str(number)).key)
    bench.put(trigger=False)
    assert (bench.out().ready, bench.out().busy, bench.out().waiting) == (False, True, 0)


def test_a_result_that_is_not_acknowledged_gives_the_alarm_and_stays() -> None:
    bench = Bench()
    bench.part("1")
    bench.later(0.99)
    assert (bench.out().alarm, bench.out().ready) == (False, True)
    bench.later(0.01)
    assert (bench.out().alarm, bench.out().ready, bench.out().valid) == (True, False, True)
    assert bench.out().not_ready == "the result of part 1 is not acknowledged"
    bench.later(3600.0)
    assert result_of(bench).id == "1"
    bench.put(result_ack=True)
    assert (bench.out().alarm, bench.out().ready, bench.out().waiting) == (False, True, 0)


def test_an_acknowledgement_that_never_falls_gives_the_alarm_too() -> None:
    bench = Bench()
    bench.part("1")
    bench.put(result_ack=True)
    bench.later(60.0)
    bench.part("2")
    bench.later(0.5)
    assert not bench.out().alarm  # its time runs since there is something to acknowledge
    assert (bench.out().valid, bench.out().waiting) == (False, 1)
    bench.later(0.5)
    assert (bench.out().alarm, bench.out().ready) == (True, False)
    bench.put(result_ack=False)
    assert bench.out().valid
    bench.put(result_ack=True)
    assert (bench.out().alarm, bench.out().waiting) == (False, 0)


def test_an_acknowledgement_of_nothing_acknowledges_nothing() -> None:
    bench = Bench()
    bench.put(result_ack=True)
    bench.part("1")
    assert not bench.out().valid
    bench.put(result_ack=False)
    assert bench.out().valid


def test_a_verdict_that_is_too_late_is_an_error_at_the_line_and_the_real_one_is_not_told() -> None:
    bench = Bench()
    key = bench.trigger("1").key
    bench.put(trigger=False)
    bench.later(0.5)
    assert bench.out().busy
    bench.later(0.5)
    out = bench.out()
    assert (out.busy, out.valid, out.fault, out.ready) == (False, True, True, False)
    assert out.result == LineResult(id="1", code=ResultCode.ERROR, reason="no verdict within 1 s", took_ms=1000.0)
    bench.put(result_ack=True)
    bench.put(result_ack=False)
    assert bench.out().not_ready == "the verdict of part 1 is overdue"
    assert not bench.shake.result(key, result(), bench.now_s)
    out = bench.out()
    assert (out.fault, out.ready, out.valid, bench.shake.late) == (False, True, False, 1)


def test_a_verdict_that_comes_at_the_deadline_is_late_although_nobody_looked_at_the_clock() -> None:
    bench = Bench()
    key = bench.trigger("1").key
    bench.now_s += 1.0
    assert not bench.shake.result(key, result(), bench.now_s)
    assert result_of(bench).code is ResultCode.ERROR


def test_a_line_that_has_stopped_owes_no_verdict_any_more() -> None:
    bench = Bench()
    key = bench.trigger("1").key
    bench.put(trigger=False)
    bench.later(1.0)
    bench.shake.condition(Condition())
    bench.shake.condition(WELL)
    bench.put(result_ack=True)
    bench.put(result_ack=False)
    assert bench.out().ready
    assert not bench.shake.result(key, result(), bench.now_s)


def test_what_waits_outlives_a_controller_that_goes_and_comes_back() -> None:
    bench = Bench()
    bench.part("1")
    bench.shake.link("the controller is gone")
    assert (bench.out().valid, bench.out().ready) == (True, False)
    bench.shake.link("")
    assert (bench.out().valid, bench.out().ready) == (True, True)


def test_a_result_without_a_code_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="has no code"):
        result(ResultCode.NONE)
