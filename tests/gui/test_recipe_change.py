"""Another recipe: nothing of the one before stays on the screen."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.engine.engine import Engine
from inspector.engine.faces import Face
from inspector.engine.status import RunState
from inspector.gui.live import line_picture
from inspector.gui.live.line_picture import OLD_S
from inspector.gui.station.events import Listener
from inspector.gui.station.line import StationLine
from inspector.gui.work import Results, Worker
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, save_recipe
from tests.bundles import make_bundle
from tests.gui.conftest import Station, picture
from tests.gui.test_seen import frame
from tests.waits import WAIT_S


@pytest.fixture
def two(qtbot: QtBot, home: Home, tmp_path: Path) -> Iterator[Station]:
    """A station with the recipes “Test” and “Under”, each with its folder and model."""
    make_bundle(home.models / "other", seed=1)
    (tmp_path / "second").mkdir()
    save_recipe(Recipe(name="Under", source=f"folder:{tmp_path / 'second'}", model="other"), home.recipes)
    opened = Station(qtbot, home)
    opened.until(lambda: opened.window.header.recipe_box.count() >= 2)
    yield opened
    opened.close()


def choose(station: Station, name: str) -> None:
    """Choose a recipe with the keyboard."""
    box = station.window.header.recipe_box
    box.setFocus(Qt.FocusReason.TabFocusReason)
    steps = box.findText(name) - box.currentIndex()
    for _ in range(abs(steps)):
        QTest.keyClick(box, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)
    station.until(lambda: station.session.recipe is not None and station.session.recipe.name == name)
    station.settle()


def shown_counts(station: Station) -> list[str]:
    """What the counters say, in turn: of the recipe, of the shift, of the lot."""
    counters, shown = station.window.live.counters, []
    for _ in range(3):
        texts = counters.texts()
        shown.append(f"{texts['inspected']} {texts['failed']}")
        station.qtbot.mouseClick(counters.switch, Qt.MouseButton.LeftButton)
    return shown


def test_nothing_of_the_recipe_before_is_on_the_screen(two: Station) -> None:
    live, header = two.window.live, two.window.header
    for number in range(2):
        picture(two.pictures / f"{number}.png", bad=number == 1)
    two.qtbot.mouseClick(live.run_button, Qt.MouseButton.LeftButton)
    two.until(lambda: live.counters.texts()["inspected"] == "2" and len(live.strip.buttons()) == 1)
    two.until(lambda: live.view.shown is not None and header.model_pill.toolTip().count("SHA-256"))
    two.qtbot.mouseClick(live.strip.buttons()[0], Qt.MouseButton.LeftButton)
    two.until(live.pin_view.isVisible)
    two.qtbot.mouseClick(live.run_button, Qt.MouseButton.LeftButton)
    two.until_status(lambda now: now.state is RunState.IDLE)
    choose(two, "Under")
    assert (live.verdict.face, live.view.shown, live.pin_view.isVisible()) == (Face.STOPPED, None, False)
    assert live.score.number.text() == "–"
    assert "second" in header.source_pill.text()
    assert header.model_pill.text() == "other"
    assert live.strip.buttons() == []
    assert live.counters.title.text().startswith("THIS RECIPE SINCE")
    assert shown_counts(two) == ["0 0", "2 1", "0 0"]
    choose(two, "Test")
    two.until(lambda: len(live.strip.buttons()) == 1)
    assert shown_counts(two) == ["2 1", "2 1", "2 1"]


def test_the_preview_is_not_that_of_the_recipe_before(two: Station) -> None:
    window, picture_card = two.window, two.window.settings.picture
    picture(two.pictures / "good.png", bad=False)
    two.qtbot.mouseClick(window.live.run_button, Qt.MouseButton.LeftButton)
    window.show_page("settings")
    window.settings.show_section("Source")
    picture(two.pictures / "another.png", bad=False)
    two.until(lambda: picture_card.view.shown is not None)
    window.show_page("live")
    two.qtbot.mouseClick(window.live.run_button, Qt.MouseButton.LeftButton)
    two.until_status(lambda now: now.state is RunState.IDLE)
    window.show_page("settings")
    assert picture_card.view.scene is not None
    choose(two, "Under")
    assert str((picture_card.view.scene, picture_card.image)) == "(None, None)"


def test_the_space_bar_makes_no_part_where_parts_come_by_themselves(two: Station) -> None:
    live = two.window.live
    two.qtbot.mouseClick(live.run_button, Qt.MouseButton.LeftButton)
    two.until_status(lambda now: now.state is RunState.RUNNING)
    for _ in range(3):
        QTest.keyClick(two.window.windowHandle(), Qt.Key.Key_Space)
    assert not live.trigger_button.isVisible()
    picture(two.pictures / "good.png", bad=False)
    two.until_status(lambda now: now.parts == 1)
    two.settle()
    assert two.session.status().parts == 1


def test_the_space_bar_triggers_where_parts_are_captured_by_hand(qtbot: QtBot, home: Home) -> None:
    recipe = Recipe(name="Test", source="demo:", model="tiny", trigger=TriggerConfig(mode=TriggerMode.MANUAL))
    save_recipe(recipe, home.recipes)
    station = Station(qtbot, home)
    live = station.window.live
    station.qtbot.mouseClick(live.run_button, Qt.MouseButton.LeftButton)
    station.until(lambda: live.trigger_button.isVisible() and live.trigger_button.isEnabled())
    station.until(lambda: station.window.header.source_pill.state == "good")
    station.until(lambda: "Press Trigger (space)" in live.score.reason.text())
    QTest.keyClick(station.window.windowHandle(), Qt.Key.Key_Space)
    station.until_status(lambda now: now.parts == 1)
    station.close()


def test_a_picture_is_called_live_while_it_is(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    view = station.window.live.view
    station.session.frame_arrived.emit(frame(1))
    assert view.scene is not None
    assert view.scene.label == "live · 48×32"
    now = time.perf_counter()
    monkeypatch.setattr(line_picture, "perf_counter", lambda: now + OLD_S + 0.1)
    station.until(lambda: view.scene is not None and view.scene.label.startswith("not live: the picture of "))


def test_a_picture_that_waits_does_not_stand_beside_the_verdict_of_another(station: Station) -> None:
    live = station.window.live
    picture(station.pictures / "good.png", bad=False)
    station.qtbot.mouseClick(live.run_button, Qt.MouseButton.LeftButton)
    station.until(lambda: live.verdict.face is Face.PASS)
    assert live.view.scene is not None
    for _ in range(2):
        station.session.frame_arrived.emit(frame(2))
        assert live.view.scene.label.startswith("part 1 ")
        QTest.keyClick(station.window.windowHandle(), Qt.Key.Key_Escape)
    (station.pictures / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")
    station.until(lambda: live.verdict.face is Face.ERROR)
    assert str((live.view.scene, live.view.words_when_empty)) == "(None, 'Part 2 has no picture')"
    assert live.score.reason.text().startswith("The picture ")


def test_the_first_frame_of_a_line_is_shown_and_the_last_of_the_one_before_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[Listener] = []
    first = frame(2)

    def subscribe(_: Engine, listener: Listener) -> Mock:
        heard.append(listener)
        return Mock()

    monkeypatch.setattr(Engine, "subscribe", subscribe)
    monkeypatch.setattr(Engine, "replace", lambda *_: heard[0].on_frame(first))
    results = Results()
    control, started = Worker("control", results), threading.Event()
    line = StationLine(control, pytest.fail, lambda _: None)
    recipe = Recipe(name="Test", source="demo:", model="tiny")
    heard[0].on_frame(frame(1))
    line.start(recipe, Mock())
    control.do(started.set)
    assert started.wait(WAIT_S)
    assert line.take_frame(recipe) is None  # the window has not been told yet that the line runs
    results.hand_out()
    assert line.take_frame(recipe) is first
    assert line.take_frame(recipe) is None
    control.close()
    assert control.join(WAIT_S)
