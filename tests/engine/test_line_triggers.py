"""Triggers of the line: each becomes exactly one row, whatever happens."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.errors import BundleError, EngineError, SourceLostError
from inspector.domain.records import BadPicture, Frame
from inspector.domain.trigger.events import MOST_WAITING, NO_PLACE
from inspector.domain.trigger_event import TriggerEvent
from inspector.engine.engine import Engine
from inspector.engine.job import LineJob
from inspector.engine.status import RunState, SourceState
from tests.engine.fakes import BAD, FakeClassifier, FakeSource, Listener, MemoryLog, bad_picture, frame, make_job
from tests.logs import told
from tests.waits import WAIT_S, until


def event(name: str, **more: Any) -> TriggerEvent:
    return TriggerEvent(id=name, at_s=time.perf_counter(), time_utc=datetime.now(UTC), **more)


def now(number: int, grey: int = 60, frame_id: int | None = None) -> Frame:
    """Return a picture that is captured now."""
    made = frame(number, grey)
    return replace(made, origin=replace(made.origin, path=None, file_key="", frame_id=frame_id))


class Camera(FakeSource):
    """Delivers what a test shows, when it shows it; other sources than this one end by themselves."""

    def __init__(self) -> None:
        super().__init__([], live=True, ends=False)
        self._number = 0

    def show(self, grey: int = 60, frame_id: int | None = None) -> None:
        self.script.append(now(self._number, grey, frame_id))
        self._number += 1
        self.closing.set()

    def show_bad(self) -> None:
        self.script.append(bad_picture(self._number))
        self._number += 1
        self.closing.set()

    def lose(self, number: int) -> None:
        self._number += number

    def read(self, timeout_s: float) -> Frame | BadPicture | None:
        item = super().read(timeout_s)
        if not self.script:
            self.closing.clear()
        return item


class Rig:
    def __init__(self) -> None:
        self.engine, self.log, self.camera = Engine(), MemoryLog(), Camera()
        self.listener = Listener(self.log)
        self.engine.subscribe(self.listener)

    def job(self, *, mode: TriggerMode = TriggerMode.EXTERNAL, within_s: float = 60.0, **changes: Any) -> LineJob:
        job = make_job(changes.pop("source", self.camera), self.log, **changes)
        trigger = TriggerConfig(mode=mode, frame_within_s=within_s, deadline_s=WAIT_S)
        return replace(job, recipe=job.recipe.model_copy(update={"trigger": trigger}))

    def start(self, **changes: Any) -> None:
        self.engine.start(self.job(**changes))
        until(lambda: not self.engine.readiness())

    def rows(self, number: int) -> list[tuple[str, str, str]]:
        """Wait for so many rows; return trigger id, verdict, reason of each."""
        until(lambda: len(self.listener.parts) >= number)
        return [(row.trigger_id, row.decision.verdict.value, row.decision.reason) for row in self.log.committed]


@pytest.fixture
def rig() -> Generator[Rig]:
    rig = Rig()
    yield rig
    rig.engine.stop(WAIT_S)


def test_a_part_has_the_picture_after_its_trigger_and_carries_what_the_line_said(rig: Rig) -> None:
    rig.start()
    rig.camera.show()  # nobody asked for this one
    rig.engine.trigger(event("A", part_serial="S-1", recipe="R"))
    rig.camera.show(BAD)
    until(lambda: len(rig.listener.parts) == 1)
    (row,) = rig.log.committed
    assert (row.trigger, row.trigger_id, row.part_serial) == ("external", "A", "S-1")
    assert row.decision.verdict.value == "FAIL"
    assert rig.listener.parts[0].inspection is row
    assert rig.listener.told_before_commit == 0
    assert rig.engine.status().missed_triggers == 0


@pytest.mark.parametrize(
    ("mode", "errors", "skipped"),
    [
        (TriggerMode.INTERVAL, 0, 1),  # the belt's parts are counted by what is seen of them
        (TriggerMode.MANUAL, 0, 1),
        (TriggerMode.EVERY_PICTURE, 1, 0),  # a signal starts each picture: each is a part
    ],
)
def test_a_damaged_picture_of_a_camera_is_a_part_only_where_every_picture_is(
    rig: Rig, mode: TriggerMode, errors: int, skipped: int
) -> None:
    rig.engine.start(rig.job(mode=mode))
    rig.camera.show()
    until(lambda: rig.listener.frames == 1)
    rig.camera.show_bad()
    until(lambda: not rig.camera.script)
    rig.camera.show()

    def seen() -> tuple[int, int]:
        reasons = [row.decision.reason for row in rig.log.committed]
        return reasons.count("cut short"), rig.engine.status().dropped

    until(lambda: rig.listener.frames == 2 and seen() == (errors, skipped))
    rig.engine.stop(WAIT_S)
    assert seen() == (errors, skipped)


def test_two_triggers_before_a_picture_are_two_parts(rig: Rig) -> None:
    rig.start(within_s=2.0)
    rig.engine.trigger(event("A"))
    rig.engine.trigger(event("B"))
    rig.camera.show()
    assert rig.rows(2) == [("A", "PASS", ""), ("B", "ERROR", "no picture of its own within 2 s")]
    assert (rig.log.committed[1].latencies.trigger_ms or 0.0) >= 2000


def test_pictures_that_come_together_are_not_dropped_and_each_goes_to_the_trigger_that_names_it(rig: Rig) -> None:
    rig.start()
    for number in range(MOST_WAITING):
        rig.engine.trigger(event(f"{number}", frame_id=number))
    for number in range(MOST_WAITING):
        rig.camera.show(BAD if number % 2 else 60, frame_id=number)
    rows = rig.rows(MOST_WAITING)
    assert rows[0][:2] == ("0", "PASS")
    assert {name: verdict for name, verdict, _ in rows} == {
        f"{number}": "FAIL" if number % 2 else "PASS" for number in range(MOST_WAITING)
    }


def test_a_picture_that_cannot_be_read_is_the_trigger_s_and_nobody_s_without_one(rig: Rig) -> None:
    rig.start()
    rig.camera.show_bad()
    until(lambda: not rig.camera.script)
    rig.engine.trigger(event("A", part_serial="S"))
    rig.camera.show_bad()
    assert rig.rows(1) == [("A", "ERROR", "cut short")]
    assert rig.log.committed[0].part_serial == "S"


def test_another_recipe_than_the_one_in_force_is_not_judged_but_its_picture_is_its_own(rig: Rig) -> None:
    rig.start()
    rig.engine.trigger(event("A", recipe="Flange"))
    rig.engine.trigger(event("B", recipe="R"))
    rig.camera.show(BAD)
    rig.camera.show()
    wanted = "the line wants the recipe “Flange”, in force is “R”"
    assert rig.rows(2) == [("A", "ERROR", wanted), ("B", "PASS", "")]
    assert rig.log.committed[0].picture is not None


def test_a_ninth_trigger_is_missed_and_counted(rig: Rig) -> None:
    rig.start()
    for number in range(MOST_WAITING + 1):
        rig.engine.trigger(event(f"{number}"))
    assert rig.engine.readiness() == NO_PLACE
    assert rig.rows(1) == [("8", "ERROR", f"missed trigger: {NO_PLACE}")]
    assert rig.engine.status().missed_triggers == 1
    for _ in range(MOST_WAITING):
        rig.camera.show()
    assert [row[:2] for row in rig.rows(9)[1:]] == [(f"{number}", "PASS") for number in range(8)]
    assert rig.engine.readiness() == ""


def test_what_the_hand_shake_has_not_taken_is_an_error_at_once_and_takes_nobody_s_picture(rig: Rig) -> None:
    rig.start()
    rig.engine.trigger(event("A"))
    rig.engine.trigger(event("A", missed="the controller has not set Enable"))
    assert rig.rows(1) == [("A", "ERROR", "missed trigger: the controller has not set Enable")]
    rig.camera.show()
    assert rig.rows(2)[1] == ("A", "PASS", "")
    assert [part.missed for part in rig.listener.parts] == [True, False]
    assert rig.engine.status().missed_triggers == 1
    assert rig.engine.stop(WAIT_S)
    rig.engine.trigger(event("B", missed="the line does not run"))
    assert rig.rows(3)[2] == ("B", "ERROR", "missed trigger: the line does not run")
    assert rig.listener.parts[2].missed


def test_a_camera_that_is_lost_answers_at_once_and_takes_readiness_away(rig: Rig) -> None:
    rig.start()
    rig.engine.trigger(event("A"))
    rig.camera.script.append(SourceLostError("fake has stopped", "Check its cable."))
    rig.camera.open_errors.extend([SourceLostError("fake is gone", "Check its cable.")] * 1000)
    rig.camera.closing.set()
    (first,) = rig.rows(1)
    assert first[:2] == ("A", "ERROR")
    assert first[2].startswith("fake has stopped")
    until(lambda: rig.engine.status().source_state is SourceState.LOST)
    assert rig.engine.readiness().startswith("fake ")
    rig.engine.trigger(event("B"))
    assert rig.rows(2)[1][2].startswith("missed trigger: fake ")


def test_the_stop_of_the_line_answers_what_waits_and_what_comes_after(rig: Rig) -> None:
    rig.start()
    rig.engine.trigger(event("A"))
    rig.engine.fire_trigger()
    rig.engine.stop(WAIT_S)
    assert rig.engine.readiness() == "the line does not run"
    rig.engine.trigger(event("B", part_serial="S"))
    stopped = "the line stopped before a picture came"
    rows = rig.rows(3)
    assert rows[0] == ("A", "ERROR", stopped)
    assert rows[1][1:] == ("ERROR", stopped)
    assert rows[2] == ("B", "ERROR", "missed trigger: the line does not run")
    assert [row.part_number for row in rig.log.committed] == [1, 2, 3]
    assert [row.trigger for row in rig.log.committed] == ["external", "manual", "external"]
    assert rig.engine.status().missed_triggers == 1


def test_before_the_first_line_a_trigger_is_only_counted(rig: Rig) -> None:
    with told("inspector.engine.latecomers") as said:
        rig.engine.trigger(event("A"))
    assert rig.engine.status().missed_triggers == 1
    assert "the trigger A is not in the log: the line does not run" in said[0]


def test_a_log_that_cannot_be_written_after_the_end_loses_the_row_and_says_so(rig: Rig) -> None:
    rig.start()
    rig.engine.stop(WAIT_S)
    rig.log.broken.set()
    with told("inspector.engine.latecomers") as said:
        rig.engine.trigger(event("A"))
        until(lambda: any("the trigger A is not in the log" in line for line in said))
    assert rig.log.committed == []
    rig.log.broken.clear()


def test_a_model_that_cannot_be_loaded_loses_no_trigger(rig: Rig) -> None:
    tried, go = threading.Event(), threading.Event()

    def load() -> FakeClassifier:
        tried.set()
        go.wait(WAIT_S)
        raise BundleError("there is no model", "Choose another.")

    rig.engine.start(replace(rig.job(), load_classifier=load))
    assert tried.wait(WAIT_S)
    assert rig.engine.readiness() == "the line is starting"
    rig.engine.trigger(event("A"))
    go.set()
    assert rig.engine.wait_ended(WAIT_S)
    until(lambda: rig.engine.status().state is RunState.FAULT and len(rig.log.committed) == 1)
    assert rig.rows(1) == [("A", "ERROR", "missed trigger: the line is starting")]
    assert rig.engine.readiness().startswith("the line has a fault: there is no model")
    rig.engine.trigger(event("B"))
    assert rig.rows(2)[1][2].startswith("missed trigger: the line has a fault: there is no model")


def test_a_recipe_with_another_trigger_takes_none_of_the_line(rig: Rig) -> None:
    rig.engine.start(rig.job(mode=TriggerMode.MANUAL))
    until(lambda: rig.engine.status().state is RunState.RUNNING)
    why = "the recipe R takes no external trigger: its trigger is manual"
    assert rig.engine.readiness() == why
    rig.engine.trigger(event("A"))
    assert rig.rows(1) == [("A", "ERROR", f"missed trigger: {why}")]


def test_after_enough_parts_what_was_triggered_is_recorded_all_the_same(rig: Rig) -> None:
    judging, go = threading.Event(), threading.Event()

    def act(call: int) -> None:
        judging.set()
        go.wait(WAIT_S)

    rig.start(max_parts=1, classifier=FakeClassifier(act), predict_limit_s=WAIT_S)
    rig.engine.trigger(event("A"))
    rig.camera.show()
    assert judging.wait(WAIT_S)
    rig.engine.trigger(event("B"))
    rig.camera.show()
    until(lambda: rig.engine.status().waiting == 1)
    go.set()
    assert rig.engine.wait_ended(WAIT_S)
    assert rig.rows(2) == [("A", "PASS", ""), ("B", "ERROR", "stopped before it was judged")]
    until(lambda: rig.engine.status().state is RunState.IDLE)
    assert rig.engine.status().fault == ""


def test_eight_captures_by_hand_may_wait_and_a_ninth_is_refused(rig: Rig) -> None:
    rig.engine.start(rig.job(mode=TriggerMode.MANUAL))
    until(lambda: rig.engine.status().state is RunState.RUNNING)
    for _ in range(MOST_WAITING):
        rig.engine.fire_trigger()
    with pytest.raises(EngineError, match="no further capture can be asked for: 8 triggers wait"):
        rig.engine.fire_trigger()
    for number in range(MOST_WAITING):
        rig.camera.show()
        rig.rows(number + 1)
    assert len({row.trigger_id for row in rig.log.committed}) == MOST_WAITING


@pytest.mark.parametrize("seed", range(4))
def test_whatever_befalls_the_line_each_trigger_has_one_row_and_no_other_part_s_picture(rig: Rig, seed: int) -> None:
    chance = random.Random(seed)
    rig.start(within_s=0.02)
    greys: dict[str, int] = {}
    for number in range(120):
        what = chance.random()
        if what < 0.04:
            rig.camera.script.append(SourceLostError("lost", "Check."))
            rig.camera.closing.set()
        elif what < 0.06:
            rig.engine.replace(rig.job(within_s=0.02), WAIT_S)
        elif what < 0.1:
            rig.camera.lose(1)
        name, grey = f"{number}", chance.choice((60, BAD))
        greys[name] = grey
        asked = event(name, frame_id=number)
        shows = chance.random() < 0.9
        if shows and chance.random() < 0.3:
            rig.camera.show(grey, frame_id=number)
            rig.engine.trigger(asked)
        else:
            rig.engine.trigger(asked)
            if shows:
                rig.camera.show(grey, frame_id=number)
    rig.engine.stop(WAIT_S)
    until(lambda: len(rig.listener.parts) == len(greys))
    assert sorted(int(row.trigger_id) for row in rig.log.committed) == list(range(120))
    judged = {row.trigger_id: row.decision.verdict.value for row in rig.log.committed}
    wrong = [
        name for name, verdict in judged.items() if verdict != "ERROR" and (verdict == "FAIL") != (greys[name] == BAD)
    ]
    assert wrong == []
    assert {event.inspection.trigger_id for event in rig.listener.parts} == set(greys)
