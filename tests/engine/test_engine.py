"""The line: one verdict per part, committed before it is told, whatever breaks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inspector.domain.config import TriggerMode
from inspector.domain.errors import (
    BundleError,
    ClassifierError,
    EngineError,
    SourceError,
    SourceLostError,
)
from inspector.domain.records import Frame, Verdict
from inspector.engine.engine import Engine
from inspector.engine.stages import Stage
from inspector.engine.status import RunState, SourceState
from tests.engine.conftest import Rig
from tests.engine.fakes import (
    BAD,
    GOOD,
    FakeClassifier,
    FakeSource,
    Listener,
    MemoryArchive,
    MemoryLog,
    bad_picture,
    frame,
    make_job,
)
from tests.waits import WAIT_S, until


def test_every_picture_gets_one_verdict_in_order(rig: Rig) -> None:
    greys = [GOOD, BAD, GOOD, BAD, BAD]
    source = FakeSource([frame(n, grey) for n, grey in enumerate(greys)])
    assert rig.run(source) == ["PASS", "FAIL", "PASS", "FAIL", "FAIL"]
    rows = rig.log.committed
    assert [row.part_number for row in rows] == [1, 2, 3, 4, 5]
    assert [row.file_key for row in rows] == ["k0", "k1", "k2", "k3", "k4"]
    assert {(row.recipe, row.recipe_version, row.lot, row.station) for row in rows} == {("R", 3, "L", "S")}
    assert all(row.latencies.total_ms is not None and row.latencies.inference_ms == 0.2 for row in rows)
    assert rows[0].model is not None
    assert list(rig.log.commit_times) == [row.id for row in rows]
    assert rig.engine.status().state is RunState.IDLE
    assert rig.engine.status().source_state is SourceState.ENDED


def test_the_stages_of_a_part_add_up_to_its_time(rig: Rig) -> None:
    assert rig.run(FakeSource([frame(n) for n in range(20)])) == ["PASS"] * 20
    for event in rig.listener.parts:
        times = event.inspection.latencies
        assert times.commit_ms is None  # it is not in the record that was committed
        stages = (times.wait_ms, times.quality_ms, times.preprocess_ms, times.inference_ms, times.decision_ms)
        told = sum(time or 0.0 for time in (*stages, times.archive_ms)) + event.commit_ms
        assert None not in stages
        assert told <= event.committed_ms + 0.31  # the fake network tells 0.3 ms that it does not take
    figures = {one.stage: one for one in rig.engine.stages()}
    assert list(figures) == list(Stage)
    assert {one.parts for one in figures.values()} == {20}
    assert all(0.0 <= one.p50_ms <= one.p99_ms for one in figures.values())
    assert figures[Stage.INFERENCE].p99_ms == 0.2


def test_stages_that_did_not_run_are_left_out(rig: Rig) -> None:
    assert rig.engine.stages() == ()
    assert rig.run(FakeSource([bad_picture(1)])) == ["ERROR"]
    assert {one.stage for one in rig.engine.stages()} == {Stage.TRIGGER, Stage.WAIT, Stage.COMMIT, Stage.VERDICT}


def test_hundreds_of_parts_lose_none(rig: Rig) -> None:
    source = FakeSource([frame(n, BAD if n % 7 == 0 else GOOD) for n in range(400)])
    assert rig.run(source).count("FAIL") == 58
    assert [row.file_key for row in rig.log.committed] == [f"k{n}" for n in range(400)]


def test_a_picture_that_cannot_be_read_is_an_error_with_its_reason(rig: Rig) -> None:
    bad = bad_picture(1)
    bad = replace(bad, origin=replace(bad.origin, path=Path("/f/1.png"), file_key="k1"))
    assert rig.run(FakeSource([frame(0), bad, frame(2)])) == ["PASS", "ERROR", "PASS"]
    row = rig.log.committed[1]
    assert (row.decision.reason, row.decision.p_defective, row.trigger) == ("cut short", None, "every-picture")
    assert (row.source, row.source_path, row.file_key) == ("fake", str(Path("/f/1.png")), "k1")
    assert (row.time_utc, row.part_number, row.classes, row.picture) == (bad.origin.captured_at, 2, None, None)
    assert row.model == FakeClassifier().identity
    assert row.decision.thresholds == FakeClassifier().thresholds
    assert row.latencies.trigger_ms is not None
    assert 0.0 <= row.latencies.trigger_ms < 1000 * WAIT_S


def test_a_black_picture_is_an_error_and_never_a_pass(rig: Rig) -> None:
    assert rig.run(FakeSource([frame(0, 0)])) == ["ERROR"]
    assert "black" in rig.log.committed[0].decision.reason


@pytest.mark.parametrize("error", [ClassifierError("NaN came out", ""), ValueError("surprise"), MemoryError()])
def test_a_classifier_that_fails_on_one_part_makes_that_part_an_error(rig: Rig, error: Exception) -> None:
    def act(call: int) -> None:
        if call == 2:
            raise error

    source = FakeSource([frame(n) for n in range(3)])
    assert rig.run(source, classifier=FakeClassifier(act)) == ["PASS", "ERROR", "PASS"]


def test_a_classifier_that_hangs_makes_errors_until_it_answers(rig: Rig) -> None:
    release = threading.Event()

    def act(call: int) -> None:
        if call == 2:
            release.wait(WAIT_S)

    source = FakeSource([frame(n) for n in range(4)])
    verdicts = rig.run(source, classifier=FakeClassifier(act), predict_limit_s=2.0, file_wait_s=0.1)
    release.set()
    assert verdicts[:2] == ["PASS", "ERROR"]
    assert "PASS" not in verdicts[2:] or verdicts[2] == "ERROR"
    assert "not answered within 0.1 s" in rig.log.committed[1].decision.reason


def test_a_model_that_cannot_be_loaded_is_a_fault_and_nothing_is_counted(rig: Rig) -> None:
    def load() -> Any:
        raise BundleError("graph.bin has been altered", "Restore the bundle.")

    assert rig.run(FakeSource([frame(0)]), load_classifier=load) == []
    status = rig.engine.status()
    assert status.state is RunState.FAULT
    assert "graph.bin has been altered" in status.fault


def test_nothing_is_told_before_the_log_can_be_written_and_nothing_is_lost(rig: Rig) -> None:
    rig.log.broken.set()
    rig.engine.start(make_job(FakeSource([frame(0), frame(1, BAD)]), rig.log))
    assert rig.log.refused.wait(WAIT_S)
    rig.listener.until(lambda: any(one.log_fault for one in rig.listener.states))
    assert rig.listener.parts == []
    rig.log.broken.clear()
    assert rig.engine.wait_ended(WAIT_S)
    assert rig.listener.verdicts == ["PASS", "FAIL"]
    assert rig.engine.status().log_fault == ""


def test_a_part_that_could_not_be_recorded_before_the_stop_is_said(rig: Rig) -> None:
    rig.log.broken.set()
    rig.engine.start(make_job(FakeSource([frame(0)], ends=False), rig.log))
    assert rig.log.refused.wait(WAIT_S)
    assert rig.engine.stop()
    status = rig.engine.status()
    assert status.state is RunState.FAULT
    assert "1 part(s) could not be inspected and recorded" in status.fault
    assert rig.log.committed == []


def test_a_full_disk_marks_the_row_and_the_verdicts_go_on(rig: Rig) -> None:
    archive = MemoryArchive()
    archive.full = True

    def free() -> None:
        rig.listener.until(lambda: len(rig.listener.parts) == 2)
        archive.full = False

    assert rig.run(FakeSource([frame(0), frame(1), free, frame(2)]), archive=archive) == ["PASS"] * 3
    assert [bool(row.image_not_saved) for row in rig.log.committed] == [True, True, False]
    assert [row.picture is None for row in rig.log.committed] == [True, True, False]
    assert any("No space left" in one.archive_fault for one in rig.listener.states)
    assert rig.engine.status().archive_fault == ""


def test_a_lost_camera_is_reported_and_taken_up_again(rig: Rig) -> None:
    source = FakeSource([frame(0), SourceLostError("cable", ""), frame(5)], live=True, ends=False)
    source.open_errors.extend([])
    rig.engine.start(make_job(source, rig.log, mode=TriggerMode.INTERVAL))
    rig.listener.until(lambda: len(rig.listener.parts) == 2)
    states = [one.source_state for one in rig.listener.states]
    assert SourceState.LOST in states
    lost = states.index(SourceState.LOST)
    assert "cable" in rig.listener.states[lost].source_message
    assert SourceState.LIVE in states[lost:]
    assert source.opened == 2
    assert rig.engine.status().parts == 2


def test_a_source_that_cannot_be_opened_is_tried_again(rig: Rig) -> None:
    source = FakeSource([frame(0)])
    source.open_errors.append(SourceError("not there", "Connect it."))
    assert rig.run(source) == ["PASS"]
    assert any("not there" in one.source_message for one in rig.listener.states)


def test_an_unexpected_error_of_a_source_counts_as_lost(rig: Rig) -> None:
    assert rig.run(FakeSource([frame(0), RuntimeError("driver"), frame(1)])) == ["PASS", "PASS"]
    assert any("unexpected RuntimeError: driver" in one.source_message for one in rig.listener.states)


def test_a_read_that_hangs_does_not_hang_the_stop() -> None:
    engine, log, release = Engine(), MemoryLog(), threading.Event()
    engine.start(make_job(FakeSource([lambda: release.wait(WAIT_S)], ends=False), log))
    begun = time.perf_counter()
    assert engine.stop(timeout_s=2.0) is False
    assert time.perf_counter() - begun < WAIT_S / 2  # the read hangs for all of it
    release.set()
    assert engine.status().state is RunState.IDLE


def until_taken(rig: Rig) -> Callable[[], None]:
    """Return what waits until the trigger has taken every picture that has come."""
    return lambda: until(lambda: rig.engine._line is not None and not rig.engine._line._mailbox._items)


def test_live_frames_that_are_not_taken_in_time_are_counted_as_dropped(rig: Rig) -> None:
    loaded = threading.Event()

    def load() -> FakeClassifier:
        assert loaded.wait(WAIT_S)
        return FakeClassifier()

    script = [frame(0), until_taken(rig), *(frame(number) for number in (1, 2, 3, 6))]
    source = FakeSource(script, live=True, ends=False)
    rig.engine.start(make_job(source, rig.log, load_classifier=load, mode=TriggerMode.MANUAL))
    rig.listener.until(lambda: rig.listener.frames == 5)
    loaded.set()
    # the driver lost frames 4 and 5; frame 1 gave way to others while the model was loading, and 0 was looked at
    assert rig.engine.status().dropped == 3


def test_parts_that_come_too_fast_become_errors_and_none_is_lost(rig: Rig) -> None:
    gate = threading.Event()

    def act(call: int) -> None:
        gate.wait(WAIT_S)

    total = 30
    script: list[Any] = [item for number in range(total) for item in (frame(number), until_taken(rig))]
    source = FakeSource([*script, gate.set], live=True)
    job = make_job(source, rig.log, classifier=FakeClassifier(act), predict_limit_s=WAIT_S)
    patient = replace(job.recipe.trigger, deadline_s=WAIT_S)  # too late is something else
    rig.engine.start(replace(job, recipe=job.recipe.model_copy(update={"trigger": patient})))
    assert rig.engine.wait_ended(WAIT_S)
    assert rig.engine.stop()
    verdicts = rig.listener.verdicts
    dropped = rig.engine.status().dropped
    assert len(verdicts) + dropped == total
    assert set(verdicts) == {"PASS", "ERROR"}
    late = [row for row in rig.log.committed if row.decision.verdict is Verdict.ERROR]
    reason = "inspection could not keep up: the part passed uninspected. Slow the line or use a faster device."
    assert {row.decision.reason for row in late} == {reason}
    assert {row.file_key for row in late} < {f"k{number}" for number in range(total)}
    assert [row.source_path for row in late] == [str(Path(f"/f/{row.file_key[1:]}.png")) for row in late]
    assert {(row.source, row.trigger, row.picture) for row in late} == {("fake", "every-picture", None)}
    captured = {f"k{item.sequence}": item for item in script if isinstance(item, Frame)}
    for row in late:
        assert row.time_utc == captured[row.file_key].origin.captured_at
        assert row.latencies.trigger_ms is not None
        assert row.latencies.total_ms is not None
        assert 0.0 < row.latencies.trigger_ms < row.latencies.total_ms < 1000 * WAIT_S


def test_it_stops_after_exactly_the_wanted_number(rig: Rig) -> None:
    source = FakeSource([frame(n) for n in range(50)], ends=False)
    assert rig.run(source, max_parts=7) == ["PASS"] * 7
    assert len(rig.log.committed) == 7
    assert (rig.engine.status().state, rig.engine.status().fault) == (RunState.IDLE, "")


def test_the_lot_can_be_changed_while_it_runs_and_numbers_go_on_from_the_log(rig: Rig) -> None:
    def change() -> None:
        rig.listener.until(lambda: len(rig.listener.parts) == 2)
        rig.engine.set_lot("L2")

    rig.run(FakeSource([frame(0), frame(1), change, frame(2)]))
    assert [(row.lot, row.part_number) for row in rig.log.committed] == [("L", 1), ("L", 2), ("L2", 1)]
    rig.run(FakeSource([frame(3)]))
    assert (rig.log.committed[-1].lot, rig.log.committed[-1].part_number) == ("L", 3)


def test_a_part_by_hand_and_nothing_without_a_line(rig: Rig) -> None:
    with pytest.raises(EngineError, match="does not run"):
        rig.engine.fire_trigger()
    fired = threading.Event()
    source = FakeSource([lambda: fired.wait(WAIT_S), frame(1, BAD), frame(2)], live=True, ends=False)
    rig.engine.start(make_job(source, rig.log, mode=TriggerMode.MANUAL))
    rig.engine.fire_trigger()
    fired.set()
    rig.listener.until(lambda: len(rig.listener.parts) == 1)
    assert rig.log.committed[0].trigger == "manual"


def test_without_a_line_there_is_nothing_to_wait_for_and_nothing_to_stop() -> None:
    engine = Engine()
    assert engine.wait_ended(0.0) is True
    assert engine.stop() is True
    engine.set_lot("L9")
    with pytest.raises(EngineError) as caught:
        engine.fire_trigger()
    assert caught.value.what == "there is nothing to trigger: the line does not run"
    assert caught.value.next_step == "Start it first."


def test_starting_twice_is_refused_and_replacing_goes_on(rig: Rig) -> None:
    rig.engine.start(make_job(FakeSource([], ends=False), rig.log))
    with pytest.raises(EngineError) as caught:
        rig.engine.start(make_job(FakeSource([]), rig.log))
    assert (caught.value.what, caught.value.next_step) == ("the line runs already", "Stop it first.")
    rig.engine.replace(make_job(FakeSource([frame(0)]), rig.log))
    assert rig.engine.wait_ended(WAIT_S)
    assert rig.listener.verdicts == ["PASS"]


def test_a_listener_that_raises_harms_nobody(rig: Rig) -> None:
    class Broken(Listener):
        def on_part(self, event: Any) -> None:
            raise RuntimeError

    rig.engine.subscribe(Broken())
    unsubscribe = rig.engine.subscribe(other := Listener())
    unsubscribe()
    assert rig.run(FakeSource([frame(0), frame(1)])) == ["PASS", "PASS"]
    assert other.parts == []


def test_a_region_outside_the_picture_is_an_error_for_files(rig: Rig) -> None:
    from inspector.domain.records import Box

    job = make_job(FakeSource([frame(0)]), rig.log)
    recipe = job.recipe.model_copy(update={"region": Box(x=900, y=0, width=5, height=5)})
    assert rig.run(FakeSource([frame(0)]), recipe=recipe) == ["ERROR"]
    assert "900" in rig.log.committed[0].decision.reason


def test_a_region_outside_the_picture_is_a_fault_for_a_live_trigger(rig: Rig) -> None:
    from inspector.domain.config import TriggerConfig
    from inspector.domain.records import Box

    job = make_job(FakeSource([]), rig.log)
    trigger = TriggerConfig(mode=TriggerMode.PART_CROSSING)
    recipe = job.recipe.model_copy(update={"region": Box(x=900, y=0, width=5, height=5), "trigger": trigger})
    rig.engine.start(make_job(FakeSource([frame(0)], live=True, ends=False), rig.log, recipe=recipe))
    assert rig.engine.wait_ended(WAIT_S)
    rig.listener.until(lambda: rig.listener.states[-1].state is RunState.FAULT)
    assert "900" in rig.engine.status().fault


def test_stopping_at_any_moment_ends_every_thread(rig: Rig) -> None:
    rng = np.random.default_rng(0)
    for _ in range(12):
        rig.engine.start(make_job(FakeSource([frame(n) for n in range(200)], ends=False), rig.log))
        wanted = int(rng.integers(0, 5))
        before = len(rig.listener.parts)
        rig.listener.until(lambda b=before, w=wanted: len(rig.listener.parts) >= b + w)  # type: ignore[misc]
        assert rig.engine.stop()
    assert len(rig.listener.parts) == len(rig.log.committed)
