"""Several views of one part in the window: set up on the Settings page, side by side on the Live page and in Review."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from inspector.assembly import RecipeEntry
from inspector.domain.classes import Classes
from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.prediction import Prediction
from inspector.domain.records import Decision, Thresholds, Verdict
from inspector.engine.status import EngineStatus, PartInspected, RunState, SourceState
from inspector.engine.view_seen import ViewSeen
from inspector.gui.settings.sections import Mark
from inspector.recipes.recipe import Recipe, load_recipe, save_recipe
from inspector.recipes.views import MOST_VIEWS, RecipeView
from tests.gui.conftest import Station
from tests.gui.test_seen import event


@pytest.fixture
def several(station: Station) -> Station:
    """A station whose recipe has two views of the demo line."""
    recipe = Recipe(
        name="Two views",
        source="demo:",
        model="tiny",
        trigger=TriggerConfig(mode=TriggerMode.MANUAL),
        views=(RecipeView(name="Left", source="demo:", model="tiny"),),
    )
    path = save_recipe(recipe, station.home.recipes)
    station.session.choose_recipe(RecipeEntry("Two views", path))
    station.until(lambda: station.session.recipe is not None and station.session.recipe.name == "Two views")
    return station


def seen(name: str, number: int, verdict: Verdict) -> ViewSeen:
    shown = event(number)
    bad = verdict is Verdict.FAIL
    return ViewSeen(
        name=name,
        source="demo:",
        decision=Decision(
            verdict=verdict,
            reason="scratch" if bad else "",
            p_defective=0.9 if bad else 0.1,
            thresholds=Thresholds(fail_at=0.5),
        ),
        part=shown.part,
        prediction=Prediction(
            classes=Classes(("good", "defective"), "good"),
            probabilities=np.array([0.1, 0.9] if bad else [0.9, 0.1], np.float32),
            maps=np.ones((2, 2, 2), np.float32),
            preprocess_ms=0.0,
            inference_ms=0.0,
        ),
    )


def failed_at_left(number: int) -> PartInspected:
    made = event(number)
    decision = replace(made.inspection.decision, verdict=Verdict.FAIL, reason="Left: scratch")
    views = (seen("Main", number, Verdict.PASS), seen("Left", number + 1, Verdict.FAIL))
    inspection = replace(made.inspection, decision=decision, recipe="Two views")
    return replace(made, inspection=inspection, views=views)


def test_live_shows_a_tile_for_each_view_and_the_worst_one_large(several: Station) -> None:
    live = several.window.live
    assert [tile.text() for tile in live.views.tiles] == ["Main", "Left"]
    running = EngineStatus(state=RunState.RUNNING, source="demo:", source_state=SourceState.LIVE)
    several.session.status_changed.emit(running)
    told = failed_at_left(7)
    several.session.part_inspected.emit(told)
    assert [tile.text() for tile in live.views.tiles] == ["Main · PASS", "Left · FAIL"]
    assert [tile.isChecked() for tile in live.views.tiles] == [False, True]
    assert live.views.tiles[1].toolTip() == "Left · FAIL: scratch"
    left = told.views[1].part
    assert live.view.scene is not None
    assert left is not None
    assert live.view.scene.image is left.frame.image
    assert " · Left" in live.view.scene.label
    several.qtbot.mouseClick(live.views.tiles[0], Qt.MouseButton.LeftButton)
    assert told.part is not None
    assert live.view.scene.image is told.views[0].part.frame.image  # type: ignore[union-attr]
    assert [tile.isChecked() for tile in live.views.tiles] == [True, False]
    several.qtbot.mouseClick(live.views.tiles[0], Qt.MouseButton.LeftButton)
    assert live.view.scene.image is left.frame.image


def test_no_view_keeps_its_verdict_beside_a_part_that_was_not_seen(several: Station) -> None:
    running = EngineStatus(state=RunState.RUNNING, source="demo:", source_state=SourceState.LIVE)
    several.session.status_changed.emit(running)
    told = failed_at_left(7)
    several.session.part_inspected.emit(told)
    live = several.window.live
    assert [tile.text() for tile in live.views.tiles] == ["Main · PASS", "Left · FAIL"]
    several.session.part_inspected.emit(replace(event(8), views=(), part=None, prediction=None))
    assert [tile.text() for tile in live.views.tiles] == ["Main", "Left"]


def test_a_recipe_with_one_view_shows_no_tiles(station: Station) -> None:
    assert not station.window.live.views.isVisible()
    assert station.window.live.views.tiles == []


def test_a_view_that_cannot_be_judged_is_said_in_place_of_the_verdict(several: Station) -> None:
    running = EngineStatus(state=RunState.RUNNING, source="demo:", source_state=SourceState.LIVE)
    several.session.status_changed.emit(replace(running, view_fault="Left: the camera is gone. Check its cable."))
    live = several.window.live
    assert live.verdict.face.value == "LINE FAULT"
    assert live.score.reason.text() == "Left: the camera is gone. Check its cable."


def test_views_are_added_named_and_removed_on_the_settings_page(several: Station) -> None:
    several.window.show_page("settings")
    page = several.window.settings
    page.show_section("Views")
    views = page.views
    assert [line.text() for line in views.names] == ["Left"]
    several.qtbot.mouseClick(views.add_button, Qt.MouseButton.LeftButton)
    assert views.names[1].hasFocus() or not several.window.isActiveWindow()
    assert page.sections.mark_of("Views") is Mark.FAULTY  # it has no source yet
    assert not page.apply_button.isEnabled()
    several.qtbot.keyClicks(views.names[1], "Top")
    line = views.sources[1].lineEdit()
    assert line is not None
    several.qtbot.keyClicks(line, "demo:")
    assert views.fault.text() == ""
    assert page.sections.mark_of("Views") is Mark.CHANGED
    assert [model.currentText() for model in views.models] == ["tiny", "tiny"]
    assert not page.apply_button.isEnabled()  # views decide: why others?
    several.qtbot.keyClicks(page.why, "dents on the top")
    several.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    path = several.home.recipes / "Two views.json"
    several.until(lambda: len(load_recipe(path).views) == 2)
    assert [view.name for view in load_recipe(path).views] == ["Left", "Top"]
    several.until(lambda: page.sections.mark_of("Views") is Mark.NONE)
    several.qtbot.mouseClick(views.removers[0], Qt.MouseButton.LeftButton)
    several.qtbot.keyClicks(page.why, "seen from the top as well")
    several.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    several.until(lambda: [view.name for view in load_recipe(path).views] == ["Top"])


def test_views_with_a_trigger_that_finds_parts_itself_are_refused_beside_them(several: Station) -> None:
    several.window.show_page("settings")
    page = several.window.settings
    page.recipe_form.set_value("trigger.mode", "interval")
    assert page.views.fault.text().startswith("Several views need a trigger that tells all cameras of a part")
    assert page.sections.mark_of("Views") is Mark.FAULTY
    assert not page.apply_button.isEnabled()
    several.qtbot.mouseClick(page.revert_button, Qt.MouseButton.LeftButton)
    assert page.views.fault.text() == ""


def test_no_more_views_are_offered_than_a_recipe_may_have(several: Station) -> None:
    views = several.window.settings.views
    for _ in range(MOST_VIEWS - 1):
        assert views.add_button.isEnabled()
        views.add_button.click()
    assert not views.add_button.isEnabled()
