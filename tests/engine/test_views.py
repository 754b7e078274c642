"""Several views of one part: one verdict, the worst of all, and never a picture of another part."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from inspector.domain.config import TriggerMode
from inspector.domain.errors import BundleError, ClassifierError, SourceLostError
from inspector.domain.trigger_event import TriggerEvent
from inspector.engine.engine import Engine
from inspector.engine.faces import Face, face_of
from inspector.engine.status import RunState
from tests.engine.fakes import FakeClassifier, Listener
from tests.engine.many_views import Chance, Odds, Outcome, Station, number_in
from tests.waits import WAIT_S, until


class Rig:
    def __init__(self, station: Station) -> None:
        self.station, self.engine = station, Engine()
        self.listener = Listener(station.log)
        self.engine.subscribe(self.listener)

    def start(self) -> None:
        self.engine.start(self.station.job())
        until(lambda: not self.engine.readiness() or self.station.recipe.trigger.mode is TriggerMode.MANUAL)
        until(lambda: self.engine.status().state is RunState.RUNNING)

    def trigger(self, name: str) -> None:
        self.engine.trigger(TriggerEvent(id=name, at_s=time.perf_counter(), time_utc=datetime.now(UTC)))

    def row(self, number: int) -> tuple[str, str]:
        until(lambda: len(self.listener.parts) > number)
        decision = self.station.log.committed[number].decision
        return decision.verdict.value, decision.reason


@pytest.fixture
def rig() -> Generator[Rig]:
    rig = Rig(Station(views=2, within_s=60.0))
    yield rig
    rig.engine.stop(WAIT_S)
    assert rig.listener.told_before_commit == 0


def test_a_part_has_one_row_with_its_views_and_the_worst_verdict(rig: Rig) -> None:
    rig.start()
    main, left, right = rig.station.cameras
    rig.trigger("1")
    main.expose(1)
    left.expose(1)
    right.expose(1, defective=True)
    assert rig.row(0) == ("FAIL", "Right: defective: P(defective) 0.900 ≥ 0.5")
    (row,) = rig.station.log.committed
    assert [(view.name, view.decision.verdict.value) for view in row.views] == [
        ("Main", "PASS"),
        ("Left", "PASS"),
        ("Right", "FAIL"),
    ]
    assert row.decision.p_defective == pytest.approx(0.1)  # of the main view, whose model's it is
    assert [view.picture is not None for view in row.views] == [True, True, True]
    assert row.views[0].picture == row.picture
    assert row.views[2].decision.p_defective == pytest.approx(0.9)
    assert row.views[1].model == rig.station.classifiers[1].identity
    seen = rig.listener.parts[0].views
    assert [number_in(view.part.frame.image) for view in seen if view.part is not None] == [1, 1, 1]


def test_a_good_part_is_good_from_all_sides(rig: Rig) -> None:
    rig.start()
    rig.trigger("1")
    for camera in rig.station.cameras:
        camera.expose(1)
    assert rig.row(0) == ("PASS", "")


def test_a_damaged_picture_of_one_view_makes_the_part_an_error_that_names_it(rig: Rig) -> None:
    rig.start()
    main, left, right = rig.station.cameras
    rig.trigger("1")
    main.expose(1, defective=True)
    left.expose(1, damaged=True)
    right.expose(1)
    verdict, reason = rig.row(0)
    assert verdict == "ERROR"
    assert reason.startswith("Left: cut short; ")
    assert rig.station.log.committed[0].decision.p_defective is None


def test_a_model_that_fails_at_one_view_makes_the_part_an_error_that_names_it(rig: Rig) -> None:
    def fail(_: int) -> None:
        raise ClassifierError("the network broke")

    rig.station.classifiers[2] = FakeClassifier(fail, strangeness=lambda _: 0.1)
    rig.start()
    rig.trigger("1")
    for camera in rig.station.cameras:
        camera.expose(1)
    assert rig.row(0) == ("ERROR", "Right: the network broke")


def test_a_view_whose_picture_does_not_come_makes_the_part_an_error_that_names_it() -> None:
    rig = Rig(Station(views=2, within_s=0.1))
    rig.start()
    rig.trigger("1")
    main, left, _ = rig.station.cameras
    main.expose(1)
    left.expose(1)
    verdict, reason = rig.row(0)
    assert verdict == "ERROR"
    assert "Right: no picture of its own within 0.1 s" in reason
    rig.engine.stop(WAIT_S)


def test_the_line_waits_for_a_view_no_longer_than_the_part_may_take() -> None:
    station = Station(views=1, within_s=60.0)
    trigger = replace(station.recipe.trigger, deadline_s=0.3)
    station.recipe = station.recipe.model_copy(update={"trigger": trigger})
    rig = Rig(station)
    rig.start()
    rig.trigger("1")
    station.cameras[0].expose(1)
    verdict, reason = rig.row(0)
    assert verdict == "ERROR"
    assert "Left: no verdict in time" in reason
    rig.engine.stop(WAIT_S)


def test_a_camera_of_a_view_that_is_lost_takes_readiness_away_and_says_so(rig: Rig) -> None:
    rig.start()
    left = rig.station.cameras[1]
    rig.trigger("1")
    rig.station.cameras[0].expose(1)
    rig.station.cameras[2].expose(1)
    left.open_errors.extend([SourceLostError("fake is gone", "Check its cable.")] * 1000)
    left.tell(SourceLostError("fake has stopped", "Check its cable."))
    verdict, reason = rig.row(0)
    assert verdict == "ERROR"
    assert reason.startswith("Left: fake ")
    until(lambda: rig.engine.status().view_fault.startswith("Left: fake "))
    assert face_of(rig.engine.status(), None) is Face.FAULT
    assert rig.engine.readiness().startswith("Left: fake ")
    rig.trigger("2")
    verdict, reason = rig.row(1)
    assert verdict == "ERROR"
    assert reason.startswith("missed trigger: Left: fake ")
    left.open_errors.clear()
    until(lambda: not rig.engine.readiness() and rig.engine.status().view_fault == "")
    rig.trigger("3")
    for camera in rig.station.cameras:
        camera.expose(3)
    assert rig.row(2) == ("PASS", "")


def test_a_view_whose_model_cannot_be_loaded_breaks_the_line_with_its_name(rig: Rig) -> None:
    def load() -> FakeClassifier:
        raise BundleError("there is no model", "Choose another.")

    job = rig.station.job()
    rig.engine.start(replace(job, views=(job.views[0], replace(job.views[1], load_classifier=load))))
    assert rig.engine.wait_ended(WAIT_S)
    until(lambda: rig.engine.status().state is RunState.FAULT)
    assert rig.engine.status().fault.startswith("the view Right: there is no model")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_view_without_a_part_never_passes_though_the_others_do(rig: Rig, place: int) -> None:
    rig.start()
    rig.trigger("1")
    for number, camera in enumerate(rig.station.cameras):
        camera.expose(1, empty=number == place)
    verdict, reason = rig.row(0)
    assert verdict == "REVIEW"
    assert reason.startswith(("unlike good parts", "Left: unlike good parts", "Right: unlike good parts")[place])


@pytest.mark.parametrize(("place", "name"), [(0, "Main"), (1, "Left"), (2, "Right")])
def test_a_view_that_could_pass_an_empty_picture_is_refused_at_the_start(rig: Rig, place: int, name: str) -> None:
    rig.station.classifiers[place] = FakeClassifier()
    rig.engine.start(rig.station.job())
    assert rig.engine.wait_ended(WAIT_S)
    until(lambda: rig.engine.status().state is RunState.FAULT)
    assert rig.engine.status().fault.startswith(f"the view {name} has no guard, so it could pass a picture in which")


def test_a_view_whose_guard_is_off_is_refused_too(rig: Rig) -> None:
    job = rig.station.job()
    unguarded = replace(job.views[1], recipe=job.views[1].recipe.model_copy(update={"guard_rate": 0.0}))
    rig.engine.start(replace(job, views=(job.views[0], unguarded)))
    assert rig.engine.wait_ended(WAIT_S)
    until(lambda: rig.engine.status().state is RunState.FAULT)
    assert rig.engine.status().fault.startswith("the view Right has no guard")


def test_a_capture_by_hand_takes_the_next_picture_of_every_view() -> None:
    rig = Rig(Station(views=2, mode=TriggerMode.MANUAL, signal=False))
    rig.start()
    for camera in rig.station.cameras:
        camera.expose(0)
    until(lambda: rig.listener.frames == 1)
    until(lambda: not any(camera.waiting for camera in rig.station.cameras))
    rig.engine.fire_trigger()
    for camera in rig.station.cameras:
        camera.expose(7, defective=camera is rig.station.cameras[1])
    assert rig.row(0)[0] == "FAIL"
    event = rig.listener.parts[0]
    shown = [view.part for view in event.views]
    assert [number_in(part.frame.image) for part in shown if part is not None] == [7, 7, 7]
    rig.engine.stop(WAIT_S)


def test_the_stop_of_the_line_answers_for_views_that_wait(rig: Rig) -> None:
    rig.start()
    rig.trigger("1")
    rig.station.cameras[0].expose(1)
    until(lambda: not rig.station.cameras[0].waiting)
    assert rig.engine.stop(WAIT_S)
    verdict, _ = rig.row(0)
    assert verdict == "ERROR"
    assert len(rig.station.log.committed) == 1


@pytest.mark.parametrize("named", [True, False])
def test_thousands_of_triggers_over_five_cameras_mix_no_pictures_and_hide_nothing(named: bool) -> None:
    station = Station(views=4, within_s=0.1)
    rig = Rig(station)
    rig.start()
    chance = Chance(station, Odds(), 7, named=named)
    for number in range(1, 1001):
        until(lambda: not rig.engine.readiness())
        rig.engine.trigger(chance.event(number))
    rig.engine.stop(WAIT_S)
    until(lambda: len(rig.listener.parts) == 1000)
    outcome = Outcome()
    for event in rig.listener.parts:
        outcome.add(event, chance.expected[event.inspection.trigger_id])
    assert {event.inspection.trigger_id for event in rig.listener.parts} == set(chance.expected)
    assert outcome.clean, outcome
    assert outcome.judged > 0
