"""The code on a part: set in Settings, its place framed in the picture, its serial number shown in Live."""

from __future__ import annotations

from contextlib import closing

import cv2
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from inspector.domain.part_code import CodeConfig, CodeKinds
from inspector.gui.settings.page import SettingsPage
from inspector.gui.widgets.render import Scene
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from inspector.recipes.recipe import load_recipe, save_recipe
from tests.gui.conftest import Closes, Station
from tests.pictures.drawn_codes import code, scene


def coded(station: Station, name: str, *texts: str) -> None:
    cv2.imwrite(str(station.pictures / name), scene(*(code(text) for text in texts)))


def test_the_serial_number_stands_under_the_verdict_and_in_the_log(
    qtbot: QtBot, home: Home, desks: list[Closes]
) -> None:
    recipe = load_recipe(home.recipes / "Test.json")
    save_recipe(recipe.model_copy(update={"code": CodeConfig(kinds=CodeKinds.EITHER)}), home.recipes)
    station = Station(qtbot, home)
    desks.append(station)
    coded(station, "1.png", "SN-0001")
    live = station.window.live
    station.qtbot.mouseClick(live.run_button, Qt.MouseButton.LeftButton)
    station.until(lambda: "part 1 · SN-0001 · " in live.verdict.caption)
    coded(station, "2.png", "SN-0001", "SN-0002")
    station.until(lambda: "part 2 · " in live.verdict.caption)
    assert "SN" not in live.verdict.caption
    station.qtbot.mouseClick(live.run_button, Qt.MouseButton.LeftButton)
    station.close()
    with closing(SqliteResultLog(home.log, read_only=True)) as log:
        second, first = log.recent(LogQuery(), 2)
    assert (first.part_serial, second.part_serial) == ("SN-0001", "")
    assert second.decision.reason.startswith("2 different codes were read: ")


@pytest.fixture
def page(station: Station) -> SettingsPage:
    station.window.show_page("settings")
    station.window.settings.show_section("Code on the part")
    return station.window.settings


def shown(page: SettingsPage, name: str) -> bool:
    return page.recipe_form.editors[name].isVisibleTo(page)


def test_what_belongs_to_a_code_is_asked_for_where_one_is_read(page: SettingsPage) -> None:
    fields = ("code.budget_ms", "code.unread", "code_region.x")
    assert not any(shown(page, name) for name in fields)
    box = page.recipe_form.editors["code.kinds"]
    assert isinstance(box, QComboBox)
    assert [box.itemText(number) for number in range(box.count())] == [
        *("is not read", "Data Matrix", "QR code", "Data Matrix or QR code")
    ]
    box.setCurrentIndex(1)
    assert all(shown(page, name) for name in fields)


def test_its_place_is_framed_in_the_picture(station: Station, page: SettingsPage) -> None:
    box = page.recipe_form.editors["code.kinds"]
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(1)
    view = page.picture.view
    page.picture.image = scene()
    view.show_scene(Scene(image=page.picture.image, label="400×300"))
    station.until(lambda: view.shown is not None)
    station.settle()
    scale = min(view.width() / 400, view.height() / 300)  # the whole picture, in the middle
    start = QPoint(round((view.width() - 400 * scale) / 2), round((view.height() - 300 * scale) / 2))
    end = start + QPoint(40, 30)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    station.until(lambda: page.recipe_form.values({})[0].get("code_region"))
    region = page.recipe_form.values({})[0]["code_region"]
    assert region["x"] > 0
    assert region["y"] > 0
    assert page.recipe_form.values({})[0]["region"] is None
    station.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: station.session.recipe is not None and station.session.recipe.code_region is not None)
    saved = load_recipe(station.home.recipes / "Test.json")
    assert (saved.code.kinds, saved.code_region) == (CodeKinds.DATA_MATRIX, station.session.recipe.code_region)  # type: ignore[union-attr]
    station.qtbot.mouseClick(page.picture.whole_button, Qt.MouseButton.LeftButton)
    assert page.recipe_form.values({})[0]["code_region"] is None


def test_a_place_outside_of_the_picture_is_refused(page: SettingsPage) -> None:
    box = page.recipe_form.editors["code.kinds"]
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(1)
    page.picture.image = scene()
    for name, value in (("x", 390), ("y", 0), ("width", 100), ("height", 100)):
        page.recipe_form.set_value(f"code_region.{name}", value)
    assert "reaches outside the 400 × 300 picture" in page.recipe_form.fault_of("code_region.width")
    assert not page.apply_button.isEnabled()
    box.setCurrentIndex(0)  # where none is read, its place does not matter
    assert page.recipe_form.faulty_fields() == []
