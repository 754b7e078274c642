"""An open list of choices is made for fingers: its rows are as tall as the field, and say what can be chosen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QStyle, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from inspector.gui import theme
from inspector.gui.settings.fields import recipe_sections, station_sections
from inspector.gui.widgets.forms import EditorKind
from inspector.gui.widgets.inputs import ChoiceBox
from tests.gui.conftest import Station
from tests.waits import WAIT_MS


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_the_rows_of_an_open_list_are_as_tall_as_the_field(qapp: QApplication, qtbot: QtBot, look: theme.Theme) -> None:
    theme.apply(qapp, look)
    box = ChoiceBox()
    qtbot.addWidget(box)
    box.addItems(["part crossing the line", "part at rest", "every picture"])
    box.show()
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    view = box.view()
    qtbot.waitUntil(view.isVisible, timeout=WAIT_MS)
    for row in range(3):
        assert view.visualRect(box.model().index(row, 0)).height() >= theme.TARGET_PX - 2
    assert view.grab().toImage().pixelColor(view.width() - 4, 4) in (
        look.colour("panel"),
        look.colour("accent"),
    )
    box.hidePopup()


def test_no_choice_of_the_settings_is_cut_off_in_a_narrow_window(station: Station) -> None:
    station.window.resize(1280, 800)
    station.window.show_page("settings")
    page = station.window.settings
    page.show_section("Region and trigger")
    box = page.recipe_form.editors["trigger.mode"]
    assert isinstance(box, ChoiceBox)
    station.until(box.isVisible)
    option = QStyleOptionComboBox()
    option.initFrom(box)
    part = QStyle.SubControl.SC_ComboBoxEditField
    room = box.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, box).width()
    choices = [
        words
        for section in (*recipe_sections(), *station_sections())
        for field in section.fields
        if field.kind is EditorKind.CHOICE
        for _, words in field.choices
    ]
    assert [words for words in choices if box.fontMetrics().horizontalAdvance(words) > room] == []


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_an_open_list_shows_the_whole_of_a_long_name(qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply(qapp, theme.DARK)
    box = ChoiceBox()
    qtbot.addWidget(box)
    box.setFixedWidth(120)
    long = "a recipe whose name is much longer than the field in which it stands"
    box.addItems(["short", long])
    box.show()
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    view = box.view()
    qtbot.waitUntil(view.isVisible, timeout=WAIT_MS)
    assert view.viewport().width() > box.fontMetrics().horizontalAdvance(long)
    box.hidePopup()


def test_every_choice_of_the_window_is_such_a_list(station: Station) -> None:
    window = station.window
    for name in window.bar.names:
        window.show_page(name)
    plain = [box.accessibleName() for box in window.findChildren(QComboBox) if not isinstance(box, ChoiceBox)]
    assert plain == []
