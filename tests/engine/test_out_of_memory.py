"""A line whose memory runs out for a moment: that part is an ERROR or waits, nothing is passed over, the line goes on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from inspector.domain.config import TriggerMode
from inspector.domain.errors import ClassifierError
from inspector.domain.records import Part
from inspector.engine.status import Pace, SourceState
from tests.engine.conftest import Rig
from tests.engine.fakes import FakeClassifier, FakeSource, MemoryLog, frame
from tests.engine.lines import Bench

REASON = "out of memory: the picture could not be judged. Close other programs, or give the computer more memory."


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


@pytest.mark.parametrize("broken", [MemoryError(), RuntimeError("bad_alloc")])
def test_a_network_without_memory_makes_an_error_and_the_line_goes_on(rig: Rig, broken: Exception) -> None:
    def act(call: int) -> None:
        if call == 2:
            raise broken

    source = FakeSource([frame(n) for n in range(4)])
    assert rig.run(source, classifier=FakeClassifier(act)) == ["PASS", "ERROR", "PASS", "PASS"]
    assert rig.log.committed[1].decision.reason == REASON


def test_a_part_whose_pixels_find_no_memory_is_an_error(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels, calls = Part.pixels, []

    def short(part: Part) -> Any:
        calls.append(part)
        if len(calls) == 1:
            raise MemoryError
        return pixels(part)

    monkeypatch.setattr(Part, "pixels", short)
    assert rig.run(FakeSource([frame(n) for n in range(3)])) == ["ERROR", "PASS", "PASS"]
    assert rig.log.committed[0].decision.reason == REASON


def test_a_part_that_finds_no_memory_for_its_row_waits_and_is_recorded(rig: Rig) -> None:
    class Short(MemoryLog):
        shortages = 1

        def append(self, inspection: Any) -> None:
            if self.shortages:
                self.shortages -= 1
                raise MemoryError
            super().append(inspection)

    rig.listener._log = rig.log = Short()
    assert rig.run(FakeSource([frame(n) for n in range(3)])) == ["PASS"] * 3
    assert "out of memory: a part waits to be recorded. Close other programs." in {
        status.log_fault for status in rig.listener.states
    }


def test_a_live_picture_that_the_trigger_had_no_memory_for_is_too_slow(bench: Bench) -> None:
    line = bench.line(FakeSource([], live=True), mode=TriggerMode.PART_CROSSING)
    line._open_source()

    def update(_: Any) -> Any:
        raise MemoryError

    line._trigger = SimpleNamespace(update=update)  # type: ignore[assignment]
    line._look(frame(0))
    pace, why = line._pace.state(bench.now_s)
    assert pace is Pace.TOO_SLOW
    assert why.startswith("Out of memory: a picture was not looked at, parts can have passed. ")


@pytest.mark.parametrize(("live", "broken"), [(False, MemoryError()), (True, ClassifierError("odd"))])
def test_a_file_that_was_not_looked_at_ends_the_line(bench: Bench, live: bool, broken: Exception) -> None:
    line = bench.line(FakeSource([], live=live))
    line._open_source()

    def update(_: Any) -> Any:
        raise broken

    line._trigger = SimpleNamespace(update=update)  # type: ignore[assignment]
    with pytest.raises(type(broken)):
        line._look(frame(0))


def test_a_source_without_memory_is_tried_again(bench: Bench) -> None:
    line = bench.line(FakeSource([MemoryError()]), waits=1)
    line._capture()
    state, why = bench.sources[-1]
    assert state is SourceState.LOST
    assert why.startswith("out of memory: ")
