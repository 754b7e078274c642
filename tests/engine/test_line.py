"""Inspection, faults, stop and housekeeping of a line, step by step in the test's own thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from inspector.domain.config import TriggerMode
from inspector.domain.errors import ArchiveError, BundleError, NetworkHangsError
from inspector.domain.picture_range import PictureRange
from inspector.domain.policy import error_decision
from inspector.domain.records import Box, Image, Part, Prediction, Thresholds
from inspector.engine import line as line_module
from inspector.engine import record as record_module
from inspector.engine.board import Board
from inspector.engine.housekeeping import keep_house
from inspector.engine.predictor import Predictor
from inspector.engine.queues import Unjudged
from inspector.engine.status import Pace, RunState
from tests.engine.fakes import (
    FakeClassifier,
    FakeSource,
    bad_picture,
    frame,
    make_job,
)
from tests.engine.lines import Bench, Stop


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def test_six_threads_with_their_names_are_started(bench: Bench) -> None:
    line = bench.line()
    threads: Any = line._threads
    assert not any(thread.started for thread in threads)
    line.start()
    assert [thread.name for thread in threads] == ["capture", "trigger", "inspection", "housekeeping", "watch", "disks"]
    assert all(thread.started and thread.daemon for thread in threads)


# --- inspection -------------------------------------------------------------------------------------------------------


def test_the_model_s_own_operating_point_is_in_force_where_the_recipe_has_none(bench: Bench) -> None:
    classifier = FakeClassifier()
    line = bench.line(classifier=classifier)
    line._parts.close()
    line._inspect()
    status = bench.board.status()
    assert (status.state, status.model, status.thresholds) == (
        RunState.RUNNING,
        classifier.identity,
        classifier.thresholds,
    )
    assert line._ready.is_set()
    assert classifier.closed == 1


def test_a_network_that_hangs_at_the_end_is_not_waited_for(bench: Bench) -> None:
    closed: list[float] = []
    bench.monkeypatch.setattr(Predictor, "close", lambda predictor, timeout_s: closed.append(timeout_s))
    line = bench.line()
    line._parts.close()
    line._inspect()
    assert closed == [0.3]
    assert line._ready.is_set()


def test_the_recipe_s_operating_point_wins(bench: Bench) -> None:
    wanted = Thresholds(fail_at=0.75, review_from=0.25)
    recipe = make_job(FakeSource([]), bench.log).recipe.model_copy(update={"thresholds": wanted})
    line = bench.line(recipe=recipe)
    line._parts.put(Part(frame=frame(0), region=None, triggered_s=999.0, trigger="manual"))
    line._parts.close()
    line._inspect()
    assert bench.board.status().thresholds == wanted
    assert [row.decision.thresholds for row in bench.log.committed] == [wanted]
    assert bench.log.committed[0].latencies.wait_ms == 1000.0


def test_a_part_without_pixels_or_outside_the_picture_is_an_error_at_the_operating_point(bench: Bench) -> None:
    line = bench.line()
    outside = Part(frame=frame(0), region=Box(x=900, y=0, width=5, height=5), triggered_s=999.0, trigger="manual")
    bad = Unjudged(reason="cut short", triggered_s=999.0, trigger="manual", origin=frame(1).origin)
    partly = Part(frame=frame(0), region=Box(x=30, y=20, width=4, height=4), triggered_s=999.0, trigger="manual")
    for item in (outside, partly, bad):
        line._parts.put(item)
    line._parts.close()
    line._inspect()
    thresholds = FakeClassifier().thresholds
    reasons = [
        "the region 5×5 at 900, 0 is outside the 32×24 picture",
        "the region 4×4 at 30, 20 reaches outside the 32×24 picture",
        "cut short",
    ]
    assert [row.decision.reason.partition(". ")[0] for row in bench.log.committed] == reasons
    assert [row.decision for row in bench.log.committed] == [
        error_decision(row.decision.reason, thresholds) for row in bench.log.committed
    ]
    assert bench.log.committed[0].latencies.decision_ms is None


def test_a_model_that_is_ready_after_the_stop_does_not_run(bench: Bench) -> None:
    line = bench.line()
    line._stop.set()
    line._parts.close()
    line._inspect()
    assert bench.board.status().state is RunState.STARTING


def test_what_waits_is_judged_for_a_while_after_the_stop_and_the_rest_becomes_errors(bench: Bench) -> None:
    line = bench.line()
    for number in range(4):
        line._parts.put(Part(frame=frame(number), region=None, triggered_s=999.0, trigger="manual"))
    line._parts.put(Unjudged(reason="cut short", triggered_s=999.0, trigger="manual", origin=bad_picture(4).origin))
    line._parts.close()
    real = line._judge

    def judge(*arguments: Any) -> None:
        real(*arguments)
        bench.now_s += 0.625

    bench.monkeypatch.setattr(line, "_judge", judge)
    line.request_stop()
    line.request_stop()  # asked twice, the time is that of the first
    line._inspect()
    # 1 s from the stop on: at 0.0 and at 0.625, not at 1.25
    told = [(row.part_number, row.decision.verdict.value, row.decision.reason) for row in bench.log.committed]
    stopped = "stopped before it was judged"
    assert told == [
        (1, "PASS", ""),
        (2, "PASS", ""),
        (3, "ERROR", stopped),
        (4, "ERROR", stopped),
        (5, "ERROR", "cut short"),
    ]
    assert line.uncommitted == 0


def test_a_part_that_is_unlike_the_training_pictures_is_judged_with_a_remark(bench: Bench) -> None:
    classifier = FakeClassifier()
    known = PictureRange(width_px=(500, 600), height_px=(400, 400), bits=(8,), coloured=(True,))
    classifier.identity = replace(classifier.identity, pictures=known)
    line = bench.line(classifier=classifier)
    line._parts.put(Part(frame=frame(0), region=None, triggered_s=999.0, trigger="part-crossing"))
    line._parts.close()
    line._inspect()
    (row,) = bench.log.committed
    assert row.decision.verdict.value == "PASS"
    assert row.decision.reason.startswith("unlike the training pictures: grey (they are in colour), ")


def test_a_part_that_was_not_seen_well_enough_is_an_error_with_its_picture(bench: Bench) -> None:
    classifier = FakeClassifier()
    line = bench.line(classifier=classifier)
    fault = "not seen whole: the part touches the region's left side."
    line._parts.put(Part(frame=frame(0), region=None, triggered_s=999.0, trigger="part-crossing", fault=fault))
    line._parts.close()
    line._inspect()
    (row,) = bench.log.committed
    assert (row.decision.verdict.value, row.decision.reason, row.decision.p_defective) == ("ERROR", fault, None)
    assert row.picture is not None
    assert classifier.calls == 0


def test_with_enough_parts_the_line_stops_and_judges_no_more(bench: Bench) -> None:
    source = FakeSource([])
    line = bench.line(source, max_parts=2)
    line._open_source()
    for number in range(4):
        line._parts.put(Part(frame=frame(number), region=None, triggered_s=999.0, trigger="manual"))
    assert line.uncommitted == 4
    line._inspect()
    assert len(bench.log.committed) == 2
    assert line.uncommitted == 0
    assert line._stop.is_set()
    assert source.closed == 1


def test_parts_that_could_not_be_committed_do_not_count_towards_the_wanted_number(bench: Bench) -> None:
    bench.log.broken.set()
    line = bench.line(max_parts=1)
    line._abandon.set()
    for number in range(2):
        line._parts.put(Part(frame=frame(number), region=None, triggered_s=999.0, trigger="manual"))
    line._parts.close()
    line._inspect()
    assert (line._committed, line.uncommitted) == (0, 2)


# --- faults, stop and housekeeping ------------------------------------------------------------------------------------


def test_a_thread_that_breaks_stops_the_line_with_the_first_reason(bench: Bench) -> None:
    line = bench.line()

    def raises(error: Exception) -> Callable[[], None]:
        def work() -> None:
            raise error

        return work

    line._guarded(raises(BundleError("graph.bin has been altered", "Restore the bundle.")))
    line._guarded(raises(ValueError("odd")))
    assert line.fault == "graph.bin has been altered. Restore the bundle."
    status = bench.board.status()
    assert (status.state, status.fault) == (RunState.FAULT, line.fault)
    assert line._stop.is_set()
    assert line.alive  # until the inspection has ended
    other = bench.line()
    other._guarded(raises(ValueError("odd")))
    assert other.fault == f"unexpected ValueError in the {threading.current_thread().name} thread: odd"


@pytest.mark.parametrize(("name", "ends"), [("inspection", True), ("capture", False)])
def test_the_line_ends_with_its_inspection(bench: Bench, name: str, ends: bool) -> None:
    line = bench.line()
    thread = SimpleNamespace(name=name)
    bench.monkeypatch.setattr(line_module, "threading", SimpleNamespace(current_thread=lambda: thread))
    line._guarded(lambda: None)
    assert (line.alive, line._stop.is_set()) == (not ends, ends)
    assert line.wait(0.0) is ends


def test_joining_gives_up_what_cannot_be_recorded_and_shares_its_time(bench: Bench) -> None:
    line = bench.line()
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        assert line._abandon.is_set() is (len(waits) >= 2)
        waits.append(seconds)
        bench.now_s += seconds
        return False

    line._finished = SimpleNamespace(wait=wait)  # type: ignore[assignment]
    given_up: list[float] = []
    line._model = SimpleNamespace(give_up=lambda: given_up.append(bench.now_s))  # type: ignore[assignment]
    line.request_stop()
    assert line.join(2.0) is True
    assert waits == [pytest.approx(1.0), pytest.approx(0.6)]
    assert given_up == [pytest.approx(1001.0)]
    assert line._abandon.is_set()
    threads: Any = line._threads
    assert [thread.joined for thread in threads] == [[pytest.approx(0.4)]] * 6
    threads[2].is_alive = lambda: True
    assert line.join(0.0) is False
    assert waits[2:] == [0.0, 0.0]


def test_log_and_archive_are_looked_at_without_a_part(bench: Bench) -> None:
    line = bench.line()
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        said.append((bench.board.status().log_fault, bench.board.status().archive_fault))
        if len(waits) == 2:
            bench.log.broken.set()
            bench.archive.full = True
        if len(waits) == 3:
            bench.log.broken.clear()
            bench.archive.full = False
        return len(waits) == 4

    said: list[tuple[str, str]] = []
    line._finished = SimpleNamespace(wait=wait)  # type: ignore[assignment]
    line._watch_disks()
    faults = ("the log is locked. Wait.", "No space left on device. Free space.")
    assert said == [("", ""), ("", ""), faults, ("", "")]
    assert waits == [0.4] * 4


def test_the_archive_s_limits_are_applied_soon_and_then_every_minute(bench: Bench) -> None:
    line = bench.line()
    asked: list[Any] = []
    bench.log.failure_pictures = lambda: ["/a/1.png"]  # type: ignore[method-assign]

    bench.log.unsent_pictures = lambda among: among & {"/a/2.png"}  # type: ignore[method-assign]

    def prune(protected: Any, unsent: Any, removing: Any) -> int:
        asked.append((protected, unsent(frozenset({"/a/2.png", "/a/3.png"}))))
        removing([f"/a/{len(asked)}.png"], "age")
        raise ArchiveError("it is gone") if len(asked) == 1 else OSError

    bench.archive.prune = prune  # type: ignore[method-assign, assignment]
    stop = Stop(4)
    keep_house(line._job, stop, Board())
    assert stop.waits == [5.0, 60.0, 60.0, 60.0]
    assert asked == [(["/a/1.png"], {"/a/2.png"})] * 3
    assert bench.log.removed == ["/a/1.png", "/a/2.png", "/a/3.png"]


def test_a_capture_by_hand_and_a_lot_reach_trigger_and_recorder(bench: Bench) -> None:
    line = bench.line(mode=TriggerMode.MANUAL)
    line.triggers.fire()
    line.set_lot("L9")
    (part,) = line._trigger.update(frame(0))
    line._parts.put(part)
    line._parts.close()
    line._inspect()
    assert [(row.lot, row.trigger) for row in bench.log.committed] == [("L9", "manual")]


def test_a_verdict_that_is_late_is_an_error_and_the_next_in_time_heals_it(bench: Bench) -> None:
    def act(call: int) -> None:
        bench.now_s += 1.5 if call == 1 else 0.25

    bench.monkeypatch.setattr(record_module, "time", SimpleNamespace(perf_counter=lambda: bench.now_s))
    line = bench.line(FakeSource([], live=True), classifier=FakeClassifier(act))
    line._ready.set()
    line._open_source()
    first, second = frame(0), frame(1)
    second_s = bench.now_s + 1.5  # as soon as the first has its verdict
    second = replace(second, origin=replace(second.origin, captured_s=second_s))
    for shown, triggered_s in ((first, bench.now_s), (second, second_s)):
        line._hand_over(Part(frame=shown, region=None, triggered_s=triggered_s, trigger="manual"))
    line._parts.close()
    line._inspect()
    assert [row.decision.verdict.value for row in bench.log.committed] == ["ERROR", "PASS"]
    late = "too late: 1.50 s from trigger to verdict, 1.00 s are allowed"
    assert bench.log.committed[0].decision.reason == f"{late}; it would have been PASS"
    status = bench.board.status()
    assert (status.pace, status.pace_message) == (
        Pace.TOO_SLOW,
        f"T{late[1:]}. Slow the line or use a faster device.",
    )
    line._say_sight(bench.now_s + 2.0)
    assert bench.board.status().pace is Pace.IN_TIME


@pytest.mark.parametrize(("live", "verdicts"), [(False, ["PASS", "PASS"]), (True, ["ERROR", "PASS"])])
def test_a_file_is_tried_again_and_a_part_on_the_belt_is_not(bench: Bench, live: bool, verdicts: list[str]) -> None:
    hangs = iter([NetworkHangsError("the network has not answered within 5 s")])

    def predict(predictor: Predictor, image: Image) -> Prediction:
        for error in hangs:
            raise error
        return classifier.predict(image)

    classifier = FakeClassifier()
    bench.monkeypatch.setattr(record_module, "time", SimpleNamespace(perf_counter=lambda: bench.now_s))
    bench.monkeypatch.setattr(Predictor, "predict", predict)
    line = bench.line(FakeSource([], live=live), classifier=classifier)
    line._open_source()
    for number in range(2):
        line._parts.put(Part(frame=frame(number), region=None, triggered_s=bench.now_s, trigger="manual"))
    line._parts.close()
    line._inspect()
    assert [row.decision.verdict.value for row in bench.log.committed] == verdicts
