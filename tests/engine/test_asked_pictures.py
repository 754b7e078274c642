"""Where the station triggers the camera: each trigger of the line asks for one picture and gets no other."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import replace

import pytest
from pydantic import ValidationError

from inspector.assembly import demo_recipe
from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.source_options import FrameStart, SourceOptions
from inspector.engine.job import LineJob
from inspector.json_file import field_fault
from inspector.recipes.recipe import Recipe
from tests.engine.fakes import BAD, bad_picture
from tests.engine.test_line_triggers import Camera, Rig, event, now
from tests.waits import WAIT_S, until

BY_EVENT = SourceOptions(frame_start=FrameStart.EVENT)


class AskedCamera(Camera):
    """Keeps what it was asked for; what it delivers the test says."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, float]] = []

    def ask_for_picture(self, trigger_id: str, until_s: float) -> None:
        self.asked.append((trigger_id, until_s))

    def answer(self, trigger_id: str, grey: int = 60, *, damaged: bool = False) -> None:
        made = now(self._number, grey)
        origin = replace(made.origin, trigger_id=trigger_id)
        bad = replace(bad_picture(self._number), origin=origin)
        self.script.append(bad if damaged else replace(made, origin=origin))
        self._number += 1
        self.closing.set()


class AskedRig(Rig):
    def __init__(self) -> None:
        super().__init__()
        self.camera: AskedCamera = AskedCamera()

    def job(self, **changes: object) -> LineJob:
        job = super().job(**changes)  # type: ignore[arg-type]
        recipe = job.recipe.model_copy(update={"source": "genicam:7", "source_options": BY_EVENT})
        return replace(job, recipe=recipe)


@pytest.fixture
def rig() -> Generator[AskedRig]:
    rig = AskedRig()
    yield rig
    rig.engine.stop(WAIT_S)


def test_each_trigger_asks_once_and_has_the_picture_that_carries_its_id(rig: AskedRig) -> None:
    rig.start(within_s=60.0)
    first, second = event("A"), event("B")
    rig.engine.trigger(first)
    rig.engine.trigger(second)
    assert rig.camera.asked == [("A", first.at_s + 60.0), ("B", second.at_s + 60.0)]
    rig.camera.answer("")  # as the first one after the opening: nobody's
    rig.camera.lose(3)  # pictures of others that were lost on the way take nothing from these
    rig.camera.answer("B", BAD)
    rig.camera.answer("A")
    assert sorted(rig.rows(2)) == [("A", "PASS", ""), ("B", "FAIL", rig.rows(2)[0][2])]
    rig.engine.trigger(event("C"))
    rig.camera.answer("C", damaged=True)
    assert rig.rows(3)[2] == ("C", "ERROR", "cut short")


def test_a_picture_that_stays_away_is_an_error_by_its_deadline_and_the_next_trigger_goes_on(rig: AskedRig) -> None:
    rig.start(within_s=0.3)
    rig.engine.trigger(event("A"))
    assert rig.rows(1) == [("A", "ERROR", "no picture of its own within 0.3 s")]
    rig.camera.answer("A")  # too late: it is nobody's
    until(lambda: rig.listener.frames == 1)
    rig.engine.trigger(event("B", frame_id=77))
    rig.camera.answer("B")
    until(lambda: len(rig.listener.parts) == 2)
    row = rig.log.committed[1]
    assert row.trigger_id == "B"
    assert "no picture" in row.decision.reason or row.decision.verdict.value == "PASS"  # under load it may be late


def test_a_capture_by_hand_asks_the_camera_too(rig: AskedRig) -> None:
    rig.start()
    before_s = time.perf_counter()
    rig.engine.fire_trigger()
    ((name, until_s),) = rig.camera.asked
    assert before_s + 5.0 <= until_s <= time.perf_counter() + 5.0
    rig.camera.answer(name)
    until(lambda: len(rig.listener.parts) == 1)
    assert (rig.log.committed[0].trigger, rig.log.committed[0].trigger_id) == ("manual", name)


@pytest.mark.parametrize("mode", list(TriggerMode))
def test_a_recipe_whose_trigger_waits_for_pictures_that_nobody_asks_for_is_refused(mode: TriggerMode) -> None:
    recipe = demo_recipe().model_dump() | {"source": "genicam:7", "source_options": BY_EVENT}
    recipe["trigger"] = TriggerConfig(mode=mode)
    if mode in (TriggerMode.EXTERNAL, TriggerMode.MANUAL):
        assert Recipe.model_validate(recipe).source_options.frame_start is FrameStart.EVENT
        return
    with pytest.raises(ValidationError) as caught:
        Recipe.model_validate(recipe)
    ((field, words),) = map(field_fault, caught.value.errors())
    assert field == "trigger.mode"
    assert words.startswith("Must be external or manual where each trigger of the line starts a picture")
    assert Recipe.model_validate(recipe | {"source": "demo:"}).source == "demo:"  # which has no such option


def test_a_look_without_a_line_asks_for_pictures_itself() -> None:
    assert BY_EVENT.without_line().frame_start is FrameStart.SOFTWARE
    by_signal = SourceOptions(frame_start=FrameStart.LINE1)
    assert by_signal.without_line() is by_signal
