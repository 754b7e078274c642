"""What is set on the Settings page beside a running line, and what another recipe would take away, asks first."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from inspector.engine.status import RunState
from inspector.gui.first_start.dialog import FirstStart
from inspector.gui.settings.leaving import LeaveQuestion
from inspector.gui.settings.page import SettingsPage
from inspector.gui.widgets.question import Question
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, save_recipe
from tests.gui.conftest import Station


@pytest.fixture
def other(home: Home, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    save_recipe(Recipe(name="Other", source=f"folder:{tmp_path / 'other'}", model="tiny"), home.recipes)


def run(station: Station) -> None:
    station.qtbot.mouseClick(station.window.live.run_button, Qt.MouseButton.LeftButton)
    station.until_status(lambda now: now.state is RunState.RUNNING)


def settings(station: Station, section: str) -> SettingsPage:
    station.window.show_page("settings")
    station.window.settings.show_section(section)
    return station.window.settings


def write(station: Station, line: object, text: str) -> None:
    assert isinstance(line, QLineEdit)
    line.selectAll()
    station.qtbot.keyClicks(line, text)


def guards(station: Station) -> Question:
    """The question of the running line."""
    station.until(lambda: station.window.guard.question is not None and station.window.guard.question.isVisible())
    question = station.window.guard.question
    assert question is not None
    return question


def leaves(page: SettingsPage) -> LeaveQuestion:
    """The question about what is not applied."""
    assert page.question is not None
    assert page.question.isVisible()
    return page.question


@pytest.mark.parametrize(
    ("section", "field", "text"),
    [("Model and thresholds", "thresholds.fail_at", "0.7"), ("Station", "station", "Line 9")],
)
def test_what_restarts_the_running_line_asks_before_it_is_applied(
    qtbot: QtBot, home: Home, section: str, field: str, text: str
) -> None:
    station = Station(qtbot, home)
    run(station)
    page = settings(station, section)
    form = page.station if section == "Station" else page.recipe_form
    write(station, form.editors[field], text)
    if page.why.isVisible():
        write(station, page.why, "scratches passed")
    qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    question = guards(station)
    assert question.windowTitle() == "Apply to the running line?"
    station.until(question.isActiveWindow)
    QTest.keyClick(question.windowHandle(), Qt.Key.Key_Space)
    station.until(lambda: not question.isVisible())
    assert (form.changed_fields(), page.said.text()) == ([field], "")
    qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(guards(station).yes_button, Qt.MouseButton.LeftButton)
    station.until(lambda: "in use" in page.said.text())
    assert form.changed_fields() == []
    station.close()


def test_what_the_running_line_does_not_notice_is_applied_at_once(qtbot: QtBot, home: Home) -> None:
    station = Station(qtbot, home)
    run(station)
    page = settings(station, "Station")
    write(station, page.station.editors["heatmap_opacity"], "0.4")
    qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: "in use" in page.said.text())
    assert station.window.guard.question is None
    station.close()


@pytest.mark.usefixtures("other")
def test_another_recipe_asks_where_something_is_not_applied(qtbot: QtBot, home: Home) -> None:
    station = Station(qtbot, home)
    box = station.window.header.recipe_box
    station.until(lambda: box.count() >= 2)
    page = settings(station, "Model and thresholds")
    line = page.recipe_form.editors["thresholds.fail_at"]
    assert isinstance(line, QLineEdit)
    write(station, line, "0.7")
    write(station, page.why, "scratches passed")

    def choose() -> None:
        box.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(box, Qt.Key.Key_Down if box.findText("Other") > box.currentIndex() else Qt.Key.Key_Up)

    choose()
    station.qtbot.keyClick(leaves(page), Qt.Key.Key_Return)
    assert (box.currentText(), line.text()) == ("Test", "0.7")
    choose()
    station.qtbot.mouseClick(leaves(page).apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: box.currentText() == "Other")
    assert line.text() == ""
    station.close()


def test_setting_up_asks_where_something_is_not_applied(qtbot: QtBot, home: Home) -> None:
    station = Station(qtbot, home)
    page = settings(station, "Model and thresholds")
    write(station, page.recipe_form.editors["thresholds.fail_at"], "0.7")
    qtbot.mouseClick(page.set_up_button, Qt.MouseButton.LeftButton)
    assert station.window.findChildren(FirstStart) == []
    qtbot.mouseClick(leaves(page).discard_button, Qt.MouseButton.LeftButton)
    (dialog,) = station.window.findChildren(FirstStart)
    station.until(dialog.isVisible)
    dialog.reject()
    station.close()


def test_settings_are_validated_as_typed_and_applied_at_once(station: Station) -> None:
    page = station.window.settings
    station.qtbot.keyClick(station.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    station.until(page.isVisible)
    page.show_section("Model and thresholds")
    field = page.recipe_form.editors["thresholds.fail_at"]
    assert isinstance(field, QLineEdit)
    for text, good in (("0.8", True), ("1.8", False), ("zero", False), ("", True), ("0.7", True)):
        field.setText(text)
        assert bool(page.recipe_form.faulty_fields()) is not good
        assert page.why.isVisible() == (good and text != "")  # what decides is not changed without a reason
        assert not page.apply_button.isEnabled()
        page.why.setText("scratches passed")
        assert page.apply_button.isEnabled() == (good and text != "")
    station.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: station.session.recipe is not None and station.session.recipe.version == 2)
    assert station.session.recipe is not None
    assert station.session.recipe.thresholds is not None
    assert station.session.recipe.thresholds.fail_at == 0.7
    change = station.session.recipe.change
    assert change is not None
    assert (change.reason, change.before.fail_at, change.after.fail_at) == ("scratches passed", 0.5, 0.7)
    assert not page.apply_button.isEnabled()
