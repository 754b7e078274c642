"""What the set-up says of the trigger is what the line's trigger does."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.geometry import Box
from inspector.domain.records import Frame
from inspector.domain.trigger import make_trigger
from inspector.gui.settings.would_trigger import WouldTrigger
from tests.engine.fakes import frame
from tests.gui.conftest import Station

BELT = TriggerConfig(mode=TriggerMode.PART_CROSSING, min_area_fraction=0.02)
INDEXED = TriggerConfig(mode=TriggerMode.PART_SETTLED, min_area_fraction=0.02, settle_s=0.3)


def scene(number: int, left: int | None, *, side: int = 30, grey: int = 200) -> Frame:
    """A picture of 200 × 100 with a square part, or none."""
    image = np.full((100, 200), 60, np.uint8)
    if left is not None:
        image[40 : 40 + side, left : left + side] = grey
    return replace(frame(number), image=image, time_s=number / 30)


def empty(trial: WouldTrigger, first: int = 0) -> int:
    for number in range(first, first + 10):
        trial.look(scene(number, None))
    return first + 10


def place(trial: WouldTrigger) -> Box | None:
    assert trial.sighting is not None
    return trial.sighting.place


def words(trial: WouldTrigger) -> str:
    assert trial.sighting is not None
    return trial.sighting.words


def test_it_triggers_where_the_line_s_trigger_does() -> None:
    trial, line = WouldTrigger(), make_trigger(BELT, None)
    trial.set_up(BELT, None)
    assert trial.sighting is None
    trial.look(scene(0, None))
    line.update(scene(0, None))
    assert words(trial) == "Learning the empty belt: keep parts out of the region"
    captured, said, in_view = [], [], False
    for number in range(1, 60):
        shown = scene(number, None if number < 10 else min(5 * (number - 10), 170))
        captured += [number] * len(line.update(shown))
        trial.look(shown)
        said += [number] * ("Would trigger" in words(trial))
        if captured == [number]:
            assert place(trial) == Box(x=5 * (number - 10), y=40, width=30, height=30)
        in_view |= "Part in view, would trigger as its middle crosses the line" in words(trial)
    assert len(captured) == 1
    assert said == list(range(captured[0], captured[0] + len(said)))  # from then on, for a second
    assert in_view


def test_the_measured_area_stands_beside_its_threshold_and_follows_what_is_typed() -> None:
    trial = WouldTrigger()
    trial.set_up(INDEXED, None)
    number = empty(trial)
    assert words(trial) == "No part · nothing differs from the empty belt, a part is 2 % of the region or more"
    later = scene(number, 60)
    trial.look(later)
    assert words(trial) == (
        "Part in view, would trigger once, at rest for 0.3 s · 4.5 % of the region differs, a part is 2 % or more"
    )
    assert trial.sighting is not None
    assert trial.sighting_of(later.image) is trial.sighting
    assert trial.sighting_of(later.image.copy()) is None
    assert (trial.sighting.boxes, trial.sighting.place) == ((Box(x=60, y=40, width=30, height=30),), None)
    for number in range(number, number + 15):  # noqa: B020 - goes on
        trial.look(scene(number, 60))
    assert words(trial) == "Would trigger · 4.5 % of the region differs, a part is 2 % or more"
    trial.set_up(replace(INDEXED, min_area_fraction=0.1), None)  # the empty belt is known still
    trial.look(scene(number + 1, 60))
    assert words(trial) == "No part · 4.5 % of the region differs, a part is 10 % or more"
    trial.set_up(replace(INDEXED, foreground_level=240), None)
    trial.look(scene(number + 2, 60))
    assert "too little of it by 240 grey levels" in words(trial)
    trial.set_up(INDEXED, Box(x=0, y=0, width=100, height=100))  # another region is learnt anew
    trial.look(scene(number + 3, 60))
    assert words(trial).startswith("Learning the empty belt")
    trial.set_up(INDEXED, Box(x=150, y=0, width=100, height=100))
    trial.look(scene(number + 4, 60))
    assert "region" in words(trial)  # which lies outside: said, not raised


@pytest.mark.parametrize(
    ("mode", "said", "triggers"),
    [
        (TriggerMode.EXTERNAL, "The line asks for each part; none is looked for in the picture", False),
        (TriggerMode.MANUAL, "A hand asks for each part; none is looked for in the picture", False),
        (TriggerMode.EVERY_PICTURE, "Would trigger: each picture is a part", True),
        (TriggerMode.INTERVAL, "Would trigger every 1 s, whatever is seen", True),
    ],
)
def test_modes_that_do_not_look_say_what_asks(mode: TriggerMode, said: str, triggers: bool) -> None:
    trial = WouldTrigger()
    trial.set_up(TriggerConfig(mode=mode), None)
    trial.look(scene(0, 60))
    assert trial.sighting is not None
    assert (trial.sighting.words, trial.sighting.triggers, trial.looks) == (said, triggers, False)


def test_a_preview_says_it_live_by_settings_that_are_not_applied(station: Station) -> None:
    station.window.show_page("settings")
    page = station.window.settings
    page.show_section("Region and trigger")
    page.recipe_form.set_value("source", "demo:")
    page.recipe_form.set_value("trigger.mode", "part-crossing")
    assert not page.picture.would.isVisible()
    station.qtbot.mouseClick(page.picture.preview_button, Qt.MouseButton.LeftButton)
    station.until(page.picture.would.isVisible)
    assert page.picture.learn_button.isVisible()
    station.until(lambda: page.picture.would.text().startswith("Would trigger"))
    assert re.search(r"% of the region differs, a part is [\d.]+ % or more", page.picture.would.text())
    page.recipe_form.set_value("trigger.mode", "external")
    station.until(lambda: page.picture.would.text().startswith("The line asks"))
    assert not page.picture.learn_button.isVisible()
    page.show_section("Code on the part")
    station.until(lambda: not page.picture.would.isVisible())
    page.toggle_preview()
