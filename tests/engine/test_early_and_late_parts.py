"""Parts that pass before the model is loaded, and parts whose trigger came late: one row each, and never a PASS.

The line's threads do not run: the test hands it the pictures of a belt, and sets the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from types import SimpleNamespace

import pytest

from inspector.domain.config import TriggerMode
from inspector.domain.records import Part
from inspector.domain.trigger import base as base_module
from inspector.engine import record as record_module
from inspector.engine.faces import Face, face_of
from inspector.engine.line import Line
from inspector.engine.status import Pace, RunState
from tests.domain.scenes import FPS, Scene, Thing, moving
from tests.engine.fakes import FakeClassifier, FakeSource, frame
from tests.engine.lines import Bench

NOT_LOADED = "the part passed before the model was loaded: it was not inspected. Inspect it again."
BELT = Scene([Thing(moving(1.0 + 3 * number, 300)) for number in range(4)])  # on the line at 2.27, 5.27, 8.27, 11.27 s


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = Bench(monkeypatch)
    clock = SimpleNamespace(perf_counter=lambda: bench.now_s)
    monkeypatch.setattr(record_module, "time", clock)
    monkeypatch.setattr(base_module, "time", clock)
    return bench


def belt_line(bench: Bench, act: Callable[[int], None] | None = None) -> Line:
    line = bench.line(FakeSource([], live=True), mode=TriggerMode.PART_CROSSING, classifier=FakeClassifier(act))
    line._open_source()
    return line


def look(line: Line, bench: Bench, seconds: Iterable[float], began_s: float) -> None:
    """Show the belt's pictures; each is looked at in the moment of its capture."""
    for second in seconds:
        bench.now_s = began_s + second
        picture = BELT.frame(round(second * FPS))
        origin = replace(picture.origin, captured_s=bench.now_s, path=None)
        line._look(replace(picture, origin=origin))


def moments(first_s: float, last_s: float) -> list[float]:
    return [number / FPS for number in range(round(first_s * FPS), round(last_s * FPS))]


def judge_what_waits(line: Line) -> None:
    line._parts.close()
    line._inspect()


# --- before the model is loaded ---------------------------------------------------------------------------------------


def test_a_part_that_passes_before_the_model_is_loaded_is_one_error_row_and_the_next_is_judged(bench: Bench) -> None:
    line, began_s = belt_line(bench), bench.now_s
    look(line, bench, moments(0.0, 4.0), began_s)
    assert face_of(bench.board.status(), None) is Face.STARTING
    assert not line._trigger.learning  # the belt was learned while it was empty
    line._ready.set()
    look(line, bench, moments(4.0, 6.0), began_s)
    judge_what_waits(line)
    rows = bench.log.committed
    assert [(row.part_number, row.decision.verdict.value, row.decision.reason) for row in rows] == [
        (1, "ERROR", NOT_LOADED),
        (2, "PASS", ""),
    ]
    status = bench.board.status()
    assert (status.state, status.unseen, status.pace) == (RunState.RUNNING, "", Pace.IN_TIME)


def test_a_belt_that_is_never_empty_is_not_learned_and_ready_is_not_said(bench: Bench) -> None:
    line, began_s = belt_line(bench), bench.now_s
    crowd = Scene([Thing(moving(0.0, 300, start_x=500.0 - 280 * n), width=200, height=200) for n in range(9)])
    bench.board.change(state=RunState.RUNNING)
    for second in moments(0.0, 8.0):
        bench.now_s = began_s + second
        line._look(crowd.frame(round(second * FPS)))
        assert face_of(bench.board.status(), None) is Face.STARTING
    words = "Learning the empty belt: let it run without parts. They are not seen yet."
    assert bench.board.status().unseen == words
    assert len(line._parts) == 0


@pytest.mark.parametrize(
    ("live", "mode", "early"),
    [
        (True, TriggerMode.PART_CROSSING, True),
        (True, TriggerMode.PART_SETTLED, True),
        (True, TriggerMode.INTERVAL, False),
        (True, TriggerMode.EVERY_PICTURE, False),
        (False, TriggerMode.PART_CROSSING, False),
    ],
)
def test_only_a_live_belt_is_looked_at_before_the_model_is_loaded(
    bench: Bench, live: bool, mode: TriggerMode, early: bool
) -> None:
    line = bench.line(FakeSource([], live=live), mode=mode)
    line._open_source()
    waited: list[str] = []

    def wait(timeout: float | None = None) -> bool:
        waited.append("for the model")
        return True

    line._ready.wait = wait  # type: ignore[method-assign]
    line._mailbox.put_newest(frame(0))
    line._mailbox.close()
    line._watch_frames()
    assert waited == ([] if early else ["for the model"])


# --- late -------------------------------------------------------------------------------------------------------------


def test_a_trigger_that_comes_late_makes_the_verdict_late(bench: Bench) -> None:
    line, began_s = belt_line(bench), bench.now_s
    line._ready.set()
    look(line, bench, moments(0.0, 2.2), began_s)
    waiting = moments(2.2, 2.4)  # the part is on the line; these pictures wait for 1.25 s until the trigger has time
    for second in waiting:
        captured_s = began_s + second
        bench.now_s = captured_s + 1.25
        picture = BELT.frame(round(second * FPS))
        line._look(replace(picture, origin=replace(picture.origin, captured_s=captured_s, path=None)))
    (part,) = [line._parts.take(0.0)]
    assert isinstance(part, Part)
    assert part.behind_s == pytest.approx(1.25)
    line._parts.put(part)
    judge_what_waits(line)
    (row,) = bench.log.committed
    assert (row.decision.verdict.value, row.decision.p_defective) == ("ERROR", None)
    late = "too late: 1.32 s from trigger to verdict, 1.00 s are allowed"
    assert row.decision.reason == f"{late}; it would have been PASS"
    status = bench.board.status()
    assert face_of(status, row.decision.verdict) is Face.TOO_SLOW
    takes = "Preparing the picture takes most of it (1.2"
    assert status.pace_message.startswith(f"T{late[1:]}. Slow the line. {takes}")


def test_a_part_that_waits_for_a_sharper_picture_that_comes_late_is_late(bench: Bench) -> None:
    line, began_s = belt_line(bench), bench.now_s
    line._ready.set()
    look(line, bench, moments(0.0, 2.3), began_s)  # it has just crossed the line, and one more picture is awaited
    assert len(line._parts) == 0
    look(line, bench, moments(8.3, 8.4), began_s)
    judge_what_waits(line)
    (row,) = bench.log.committed[:1]
    assert row.decision.reason == (
        "too late: 6.10 s from trigger to verdict, 1.00 s are allowed; it would have been PASS"
    )


def test_no_part_has_two_rows_when_the_network_is_slow_and_parts_go_on(bench: Bench) -> None:
    def act(call: int) -> None:
        bench.now_s += 10.0 if call == 2 else 0.05

    line, began_s = belt_line(bench, act), bench.now_s
    line._ready.set()
    look(line, bench, moments(0.0, 13.0), began_s)
    captured = [line._parts.take(0.0) for _ in range(5)]
    assert [type(part) for part in captured] == [Part, Part, Part, Part, type(None)]
    for part in captured[:4]:
        assert isinstance(part, Part)
        line._parts.put(replace(part, triggered_s=bench.now_s, behind_s=0.0))
    judge_what_waits(line)
    rows = bench.log.committed
    assert [row.part_number for row in rows] == [1, 2, 3, 4]
    assert [row.decision.verdict.value for row in rows] == ["PASS", "ERROR", "ERROR", "ERROR"]
    assert {row.decision.reason.partition(":")[0] for row in rows[1:]} == {"too late"}
    assert bench.board.status().pace is Pace.TOO_SLOW
