"""The hand-shake under any order of events: no result is lost, doubled, or given to another part."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from inspector.line.handshake import Condition, Deadlines, HandShake
from inspector.line.signals import DEPTH, LineResult, PlcInputs, ResultCode

WELL = Condition(not_ready="", online=True, fault=False)
ACKNOWLEDGE_S = 1.0


class AnyOrder(RuleBasedStateMachine):
    """A controller that does as it likes, a station that answers in any order, a clock that jumps ahead."""

    def __init__(self) -> None:
        super().__init__()
        self.shake = HandShake(Deadlines(verdict_s=2.0, acknowledge_s=ACKNOWLEDGE_S))
        self.now_s = 0.0
        self.levels = PlcInputs()
        self._ack = False
        self.open: dict[int, tuple[str, ResultCode]] = {}  # by key: id, and the verdict it will have
        self.triggered = 0
        self.missed = 0
        self.taken: list[str] = []  # ids that were acknowledged by the station
        self.verdicts: dict[str, ResultCode] = {}  # that were told in time
        self.read: list[tuple[str, ResultCode]] = []  # what the controller has read and acknowledged
        self.shake.link("")
        self.shake.condition(WELL)

    def put(self, **levels: object) -> None:
        self.levels = replace(self.levels, **levels)  # type: ignore[arg-type]
        before = self.shake.outputs()
        rises = self.levels.result_ack and before.valid and not self._ack
        self._ack = self.levels.result_ack
        wanted = self.shake.see(self.levels, self.now_s)
        if rises:
            assert before.result is not None
            self.read.append((before.result.id, before.result.code))
        if wanted is None:
            return
        if wanted.missed:
            self.missed += 1
            assert wanted.key == 0
        else:
            assert wanted.key not in self.open
            code = ResultCode(1 + self.triggered % 4)
            self.open[wanted.key] = (wanted.inputs.trigger_id, code)
            self.taken.append(wanted.inputs.trigger_id)

    @rule()
    def trigger_up_with_a_new_id(self) -> None:
        ready, rises = self.shake.outputs().ready, not self.levels.trigger
        self.triggered += 1
        taken = len(self.taken)
        # the clock stands still between the two, so Ready must be kept as promised
        self.put(trigger=True, trigger_id=str(self.triggered))
        if rises:
            assert len(self.taken) == taken + ready

    @rule()
    def trigger_up_with_an_old_id(self) -> None:
        self.put(trigger=True, trigger_id=str(max(0, self.triggered - 1)) if self.triggered > 1 else "")

    @rule()
    def trigger_down(self) -> None:
        self.put(trigger=False)

    @rule(high=st.booleans())
    def acknowledge(self, *, high: bool) -> None:
        self.put(result_ack=high)

    @rule(high=st.booleans())
    def enable(self, *, high: bool) -> None:
        self.put(enable=high)

    @rule(gone=st.booleans())
    def link(self, *, gone: bool) -> None:
        self.shake.link("gone" if gone else "")

    @rule()
    def expose(self) -> None:
        self.shake.exposed(self.shake.exposing)

    @rule(data=st.data())
    @precondition(lambda self: self.open)
    def verdict(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.open)))
        part, code = self.open.pop(key)
        if self.shake.result(key, LineResult(id="of another", code=code), self.now_s):
            self.verdicts[part] = code

    @rule(seconds=st.sampled_from([0.01, 0.3, 1.0, 5.0]))
    def later(self, seconds: float) -> None:
        self.now_s += seconds
        self.shake.tick(self.now_s)

    @rule()
    def line_stops_and_starts(self) -> None:
        self.shake.condition(Condition())
        assert not self.shake.outputs().ready
        self.shake.condition(WELL)

    @invariant()
    def levels_go_together(self) -> None:
        out = self.shake.outputs()
        assert out.valid == (out.result is not None)
        assert out.ready == (not out.not_ready)
        assert not (out.ready and (out.alarm or out.fault or not self.levels.enable))
        assert out.missed == self.missed
        assert out.waiting <= DEPTH
        assert not (out.valid and self.levels.result_ack)

    @invariant()
    def nothing_is_read_twice(self) -> None:
        ids = [part for part, _ in self.read]
        assert all(ids.count(part) <= self.taken.count(part) for part in set(ids))

    def teardown(self) -> None:
        """The controller reads what is left: every part that was taken has one result, and its own."""
        self.now_s += 10.0
        self.shake.tick(self.now_s)
        self.put(result_ack=False)
        for _ in range(DEPTH + 1):
            self.put(result_ack=True)
            self.put(result_ack=False)
        assert sorted(part for part, _ in self.read) == sorted(self.taken)
        for part, code in self.read:
            if self.taken.count(part) == 1:
                assert code is self.verdicts.get(part, ResultCode.ERROR)
        out = self.shake.outputs()
        assert (out.waiting, out.busy, out.valid) == (0, False, False)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=300, stateful_step_count=60)
