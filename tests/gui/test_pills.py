"""The three lights at the top right: pressed, each says more and leads to where it is set."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from inspector.engine.status import EngineStatus, RunState, SourceState
from tests.gui.conftest import Station


@pytest.mark.parametrize(
    ("name", "section", "words"),
    [
        ("source_pill", "Source", "pictures"),
        ("model_pill", "Model and thresholds", "tiny: loaded when the line starts"),
        ("log_pill", "Station", "results.sqlite3"),
    ],
)
def test_a_light_opens_what_it_promises(station: Station, name: str, section: str, words: str) -> None:
    window = station.window
    pill = getattr(window.header, name)
    for _ in range(2):  # a second press closes it
        station.qtbot.mouseClick(pill, Qt.MouseButton.LeftButton)
        assert pill.panel.isVisible()
        station.qtbot.mouseClick(pill, Qt.MouseButton.LeftButton)
        assert not pill.panel.isVisible()
    station.qtbot.mouseClick(pill, Qt.MouseButton.LeftButton)
    assert words in pill.panel.said
    assert pill.panel.words.text().replace("\u200b", "") == pill.panel.said
    assert window.rect().contains(pill.panel.geometry())
    station.qtbot.mouseClick(pill.panel.copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == pill.panel.said
    station.qtbot.mouseClick(pill.panel.lead, Qt.MouseButton.LeftButton)
    assert (window.bar.current, window.settings.title.text()) == ("settings", section)
    assert not pill.panel.isVisible()


def test_an_open_light_says_what_is_so_now(station: Station) -> None:
    pill = station.window.header.source_pill
    station.qtbot.mouseClick(pill, Qt.MouseButton.LeftButton)
    lost = EngineStatus(
        state=RunState.RUNNING,
        source="camera:0",
        source_state=SourceState.LOST,
        source_message="Camera 0 is unplugged.",
    )
    station.session.status_changed.emit(lost)
    assert (pill.panel.said, pill.state, pill.panel.isVisible()) == ("Camera 0 is unplugged.", "fail", True)
    QTest.keyClick(station.window.windowHandle(), Qt.Key.Key_Escape)
    assert not pill.panel.isVisible()


def test_the_light_of_the_log_says_why_it_is_red(station: Station) -> None:
    pill = station.window.header.log_pill
    running = EngineStatus(state=RunState.RUNNING, source="camera:0", source_state=SourceState.LIVE)
    for fault, state in (("the log is held by another program", "fail"), ("", "good")):
        station.session.status_changed.emit(EngineStatus(state=running.state, source="camera:0", log_fault=fault))
        assert pill.state == state
        assert pill.panel.said.endswith(fault or "results.sqlite3")


def test_a_model_that_is_named_by_its_folder_has_room_in_its_light(station: Station) -> None:
    pill, folder = station.window.header.model_pill, station.home.models / "tiny"
    recipe = station.session.recipe
    assert recipe is not None
    station.session.recipe_changed.emit(recipe.model_copy(update={"model": str(folder)}))
    assert pill.text() == "tiny"
    assert pill.toolTip().startswith(str(folder))
