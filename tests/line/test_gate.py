"""When which verdict is put out: levels, pulses at a gate, edges of an input, an encoder that begins again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.domain.line_outputs import IoOptions, LateAction
from inspector.line.gate import ALARM_S, GAP_S, ConstantSpeed, Edge, Encoder, GateCounts, Levels, RejectGate
from inspector.line.signals import ResultCode

OK, NOK, REVIEW, ERROR = ResultCode.OK, ResultCode.NOK, ResultCode.REVIEW, ResultCode.ERROR
DELAY_S, PULSE_S = 1.0, 0.1


def gate(late: LateAction = LateAction.REJECT) -> RejectGate:
    return RejectGate(ConstantSpeed(), distance=DELAY_S, pulse_s=PULSE_S, late=late)


def put(plan: RejectGate | Levels, now_s: float) -> set[ResultCode]:
    """What stands at the coils at a time at which the module is reached."""
    codes = plan.due(now_s)
    plan.written(now_s)
    return set(codes)


@pytest.mark.parametrize("code", [OK, NOK, REVIEW, ERROR])
def test_a_pulse_begins_at_the_gate_and_lasts_its_time(code: ResultCode) -> None:
    plan = gate()
    plan.part("1", 5.0, 5.0)
    assert plan.result("1", code, 5.2)
    assert put(plan, 5.99) == set()
    assert put(plan, 6.0) == {code}
    assert put(plan, 6.09) == {code}
    assert put(plan, 6.11) == set()
    assert plan.faults.counts == GateCounts()


def test_several_parts_are_between_camera_and_gate_and_each_has_its_own_verdict() -> None:
    plan = gate()
    for number in range(5):
        plan.part(str(number), 0.2 * number, 0.2 * number)
    assert plan.waiting == 5
    for number in reversed(range(5)):
        plan.result(str(number), NOK if number in {1, 3} else OK, 0.9)
    assert [put(plan, 1.0 + 0.2 * number) for number in range(5)] == [{OK}, {NOK}, {OK}, {NOK}, {OK}]


def test_pulses_that_overlap_merge_and_good_waits_for_not_good() -> None:
    plan = gate()
    for part, at_s, code in (("1", 0.0, NOK), ("2", 0.05, NOK), ("3", 0.1, OK)):
        plan.part(part, at_s, at_s)
        plan.result(part, code, 0.5)
    seen = [put(plan, 1.0 + step / 100) for step in range(20)]
    assert seen[:15] == [{NOK}] * 15
    assert seen[16:] == [{OK}] * 4


def test_a_part_without_a_verdict_at_the_gate_is_rejected_counted_and_alarmed() -> None:
    plan = gate()
    plan.part("1", 0.0, 0.0)
    assert put(plan, 1.0) == {ERROR}
    assert not plan.result("1", OK, 1.01)
    assert put(plan, 1.05) == {ERROR}
    assert put(plan, 1.2) == set()
    assert plan.faults.counts == GateCounts(late=1)
    assert plan.faults.alarm(1.2) == "part 1 had no verdict in time"
    assert plan.faults.alarm(1.0 + ALARM_S) == ""


def test_holding_rejects_until_a_part_comes_that_was_decided_in_time() -> None:
    plan = gate(LateAction.HOLD)
    for part, at_s in (("1", 0.0), ("2", 1.0), ("3", 2.0)):
        plan.part(part, at_s, at_s)
    plan.result("3", OK, 2.5)
    assert [put(plan, at_s) for at_s in (1.0, 1.5, 2.0, 2.9)] == [{ERROR}] * 4
    assert put(plan, 3.0) == {OK}
    assert plan.faults.counts == GateCounts(late=2)


@pytest.mark.parametrize(("back_s", "served"), [(1.09, True), (1.11, False)])
def test_while_the_module_is_gone_a_gate_time_that_passes_is_counted(back_s: float, served: bool) -> None:
    plan = gate()
    plan.part("1", 0.0, 0.0)
    plan.result("1", NOK, 0.5)
    assert plan.due(1.01, reached=False) == set()
    assert put(plan, back_s) == ({NOK} if served else set())
    assert plan.faults.counts == GateCounts(unserved=0 if served else 1)


def test_what_could_not_be_written_is_put_out_again() -> None:
    plan = gate()
    plan.part("1", 0.0, 0.0)
    plan.result("1", NOK, 0.5)
    assert plan.due(1.0) == {NOK}  # and the module is gone before it takes it
    assert plan.due(1.02, reached=False) == set()
    assert put(plan, 1.05) == {NOK}
    assert plan.faults.counts == GateCounts()


def test_a_pulse_that_the_loss_of_the_module_may_have_cut_short_is_counted() -> None:
    plan = gate()
    for part, at_s, code in (("1", 0.0, NOK), ("2", 0.3, OK), ("3", 0.6, NOK)):
        plan.part(part, at_s, at_s)
        plan.result(part, code, 0.7)
    assert [put(plan, at_s) for at_s in (1.0, 1.2, 1.3)] == [{NOK}, set(), {OK}]
    plan.cut(1.5)  # the first had its time, the second is good
    assert plan.faults.counts == GateCounts()
    assert put(plan, 1.6) == {NOK}
    plan.cut(2.5)
    assert plan.faults.counts == GateCounts(unserved=1)


@pytest.mark.parametrize(("low_s", "counted"), [(1.21, 0), (1.25, 1)])
def test_a_part_that_met_the_ok_of_the_part_before_is_counted(low_s: float, counted: int) -> None:
    plan = gate()
    for part, at_s, code in (("1", 0.0, OK), ("2", 0.2, NOK)):
        plan.part(part, at_s, at_s)
        plan.result(part, code, 0.5)
    assert put(plan, 1.0) == {OK}
    assert plan.due(1.11) == set()
    plan.written(low_s)  # the module has answered only now
    assert put(plan, low_s + 0.001) == {NOK}
    assert put(plan, 1.5) == set()
    assert plan.faults.counts == GateCounts(unserved=counted)


@pytest.mark.parametrize(("code", "ends_s"), [(NOK, 1.18), (OK, 1.1)])
def test_a_pulse_that_begins_late_is_whole_and_that_of_a_good_part_ends_with_it(
    code: ResultCode, ends_s: float
) -> None:
    plan = gate()
    plan.part("1", 0.0, 0.0)
    plan.result("1", code, 0.5)
    assert [put(plan, at_s) for at_s in (1.08, ends_s - 0.005)] == [{code}, {code}]
    assert put(plan, ends_s + 0.005) == set()


def test_a_module_that_takes_a_pulse_only_after_the_window_is_counted() -> None:
    plan = gate()
    plan.part("1", 0.0, 0.0)
    plan.result("1", NOK, 0.5)
    assert plan.due(1.0) == {NOK}
    plan.written(1.3)
    assert put(plan, 1.31) == set()
    assert plan.faults.counts == GateCounts(unserved=1)


def test_a_part_that_is_known_only_after_its_gate_time_is_late_and_rejected_where_that_still_helps() -> None:
    plan = gate()
    plan.part("1", 0.0, 1.05)
    assert not plan.result("1", OK, 1.05)
    assert put(plan, 1.06) == {ERROR}
    assert plan.faults.counts == GateCounts(late=1)


def test_by_an_encoder_a_belt_that_stops_keeps_the_parts_places() -> None:
    encoder = Encoder()
    plan = RejectGate(encoder, distance=100, pulse_s=PULSE_S, late=LateAction.REJECT)
    encoder.see(65_500, 0.0)
    plan.part("1", 0.0, 0.0)
    plan.result("1", NOK, 0.1)
    encoder.see(14, 1.0)  # 50 on, and begun again
    assert put(plan, 1.0) == set()
    encoder.see(14, 30.0)
    assert put(plan, 30.0) == set()
    encoder.see(74, 30.1)
    assert encoder.time_at(100) == pytest.approx(30.0 + 0.1 * 50 / 60)
    assert put(plan, 30.1) == {NOK}
    encoder.forget()
    for part, code in (("2", NOK), ("3", OK)):  # nobody knows where they are
        plan.part(part, 31.0, 31.0)
        assert not plan.result(part, code, 31.0)
    assert plan.faults.counts == GateCounts(unserved=1)
    encoder.see(500, 32.0)
    plan.part("4", 32.0, 32.0)
    plan.lose(33.0)
    assert plan.waiting == 0
    assert plan.faults.counts == GateCounts(unserved=2)


def test_a_level_stands_until_the_next_part() -> None:
    plan = Levels()
    plan.part("1", 0.0, 0.0)
    assert put(plan, 0.1) == set()
    plan.result("1", NOK, 0.2)
    assert put(plan, 0.2) == put(plan, 9.0) == {NOK}
    plan.part("2", 10.0, 10.0)
    plan.result("2", OK, 10.0)
    assert put(plan, 10.0 + GAP_S / 2) == set()
    assert put(plan, 10.0 + GAP_S) == {OK}
    plan.part("3", 11.0, 11.0)
    plan.part("4", 12.0, 12.0)
    assert not plan.result("3", OK, 12.1)
    assert put(plan, 12.1) == set()
    assert plan.faults.counts == GateCounts(late=1)


def test_a_level_that_was_never_put_out_is_counted_unless_it_was_good() -> None:
    plan = Levels()
    for part, code in (("1", NOK), ("2", OK), ("3", ERROR)):
        plan.part(part, 0.0, 0.0)
        plan.result(part, code, 0.0)
    plan.lose(1.0)
    assert put(plan, 2.0) == set()
    assert plan.faults.counts == GateCounts(unserved=2)


def test_an_edge_counts_once_the_level_has_stayed_and_has_the_time_at_which_it_rose() -> None:
    edge = Edge(0.01)
    seen = [
        (True, 0.0),
        (False, 0.1),
        (False, 0.2),
        (True, 1.0),
        (False, 1.004),
        (True, 1.006),
        (True, 1.02),
        (True, 2),
    ]
    assert [edge.see(level, at_s) for level, at_s in seen] == [None, None, None, None, None, None, 1.006, None]
    edge = Edge(0.0)
    assert [edge.see(level, at_s) for level, at_s in seen[:4]] == [None, None, None, 1.0]
    edge.forget()
    assert edge.see(True, 3.0) is None


def test_wiring_that_would_say_two_things_at_once_is_refused() -> None:
    assert IoOptions(ok=3, nok=3).wrong == "coil 3 cannot say OK and NOK"
    assert IoOptions(nok=None).wrong == "no coil says NOK, REVIEW, ERROR"
    assert IoOptions(nok=None, review=5, error=6).wrong == "no coil says NOK"
    assert IoOptions(ok=None).wrong == ""


_PARTS = st.lists(
    st.tuples(
        st.floats(0.0, 0.4),  # after the part before
        st.sampled_from([OK, OK, NOK, REVIEW, ERROR]),
        st.floats(0.0, 1.3) | st.none(),  # verdict after the trigger; never
    ),
    min_size=1,
    max_size=12,
)
_TICKS = st.lists(st.floats(0.001, 0.3), min_size=40, max_size=120)


@given(_PARTS, _TICKS, st.sets(st.integers(0, 119)), st.sampled_from(LateAction), st.randoms(use_true_random=False))
def test_whatever_comes_when_each_part_that_is_not_good_has_its_pulse_or_is_counted(
    parts: list[tuple[float, ResultCode, float | None]],
    ticks: list[float],
    unreached: set[int],
    late: LateAction,
    order: object,
) -> None:
    plan = gate(late)
    at_s, events = 0.0, []
    gates: dict[str, tuple[float, bool]] = {}  # time at the gate, and whether it is known to be good there
    for number, (gap_s, code, after_s) in enumerate(parts):
        at_s += gap_s
        gates[str(number)] = at_s + DELAY_S, code is OK and after_s is not None
        events.append((at_s, 0, str(number), ResultCode.NONE))
        if after_s is not None:
            events.append((at_s + after_s, 1, str(number), code))
    events.sort(key=lambda event: event[:2])
    now_s, stood = 0.0, list[tuple[float, set[ResultCode]]]()
    times = [now_s := now_s + step for step in ticks]
    times += [times[-1] + 0.09 * step for step in range(80)]
    refused = set()
    for number, now_s in enumerate(times):
        waiting = [event for event in events if event[0] <= now_s]
        events = events[len(waiting) :]
        results = [event for event in waiting if event[1]]
        order.shuffle(results)  # type: ignore[attr-defined]
        for event_s, _, key, _ in [event for event in waiting if not event[1]]:
            plan.part(key, event_s, now_s)
        for _, _, key, code in results:
            if not plan.result(key, code, now_s):
                refused.add(key)
        if number in unreached:
            plan.due(now_s, reached=False)
        else:
            stood.append((now_s, put(plan, now_s)))
    counts = plan.faults.counts
    rejects = [at_s for at_s, codes in stood if codes - {OK}]
    bad = {key for key, (_, good) in gates.items() if not good or key in refused}
    lost = 0
    for key in bad:
        begins_s = gates[key][0]
        lost += not any(begins_s <= at_s <= begins_s + PULSE_S + 1e-9 for at_s in rejects)
    assert lost <= counts.unserved <= len(bad)
    for _, codes in stood:
        assert not (OK in codes and codes - {OK})
    for at_s in rejects if late is LateAction.REJECT else []:  # a pulse has a part that is not good
        assert any(gates[key][0] <= at_s <= gates[key][0] + 2 * PULSE_S + 1e-9 for key in bad)
    assert plan.waiting == 0
