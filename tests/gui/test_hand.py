"""A wheel turned in passing and a heavy thumb on the space bar change nothing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QScrollArea,
    QScrollBar,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from inspector.gui import theme
from inspector.gui.live.failure_strip import LIMIT
from inspector.gui.widgets.inputs import ChoiceBox, NumberBox, SlideBar
from tests.gui.conftest import Station, picture
from tests.waits import WAIT_MS


def turn(widget: QWidget, notches: int = -1) -> None:
    """Turn the wheel with the pointer over the middle of a widget."""
    window = widget.window()
    place = widget.mapTo(window, QPoint(widget.width() // 2, widget.height() // 2))
    QTest.wheelEvent(window.windowHandle(), QPointF(place), QPoint(0, 120 * notches))


def value_of(widget: QWidget) -> object:
    return widget.currentText() if isinstance(widget, QComboBox) else widget.value()  # type: ignore[attr-defined]


def inputs_of(window: QWidget) -> list[QWidget]:
    """What a wheel could change, as far as it can be seen."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if isinstance(widget, QComboBox | QAbstractSpinBox | QAbstractSlider)
        and not isinstance(widget, QScrollBar)
        and widget.isVisible()
    ]


def until_filled(station: Station) -> None:
    """Wait for the lists that are read for what is shown: they fill their boxes, whatever a wheel does."""
    station.settle()
    for widget in inputs_of(station.window):
        if isinstance(widget, QComboBox) and not widget.isEditable():
            station.until(widget.count)


def test_the_wheel_changes_nothing_in_passing(station: Station) -> None:
    turned: set[str] = set()
    window = station.window
    sections = window.settings.sections
    for page in window.bar.names:
        window.show_page(page)
        rows = range(sections.count()) if page == "settings" else (0,)
        for row in rows:
            sections.setCurrentRow(row)
            until_filled(station)
            for widget in inputs_of(window):
                before = value_of(widget)
                for notches in (-1, 1):
                    turn(widget, notches)
                    assert value_of(widget) == before, (page, widget.accessibleName())
                    assert not widget.hasFocus(), (page, widget.accessibleName())
                turned.add(type(widget).__name__)
    assert {"ChoiceBox", "SlideBar", "NumberBox"} <= turned


def test_the_wheel_over_a_field_scrolls_its_page(station: Station) -> None:
    station.window.resize(1024, 700)
    station.window.show_page("settings")
    page = station.window.settings
    page.show_section("Region and trigger")
    box = page.recipe_form.editors["trigger.mode"]
    (area,) = (area for area in page.findChildren(QScrollArea) if area.isAncestorOf(box))
    bar = area.verticalScrollBar()
    station.until(lambda: bar.maximum() > 0)
    before = value_of(box)
    turn(box)
    assert bar.value() > 0
    assert value_of(box) == before


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_wheel_reaches_the_failures_that_have_no_room(station: Station) -> None:
    for number in range(LIMIT):
        image = np.full((128, 128, 3), 100 + number, np.uint8)
        image[40:72, 40:72] = (0, 0, 255)
        cv2.imwrite(str(station.pictures / f"{number}.png"), image)
    strip = station.window.live.strip
    station.qtbot.mouseClick(station.window.live.run_button, Qt.MouseButton.LeftButton)
    station.until(lambda: len(strip.buttons()) == LIMIT)
    station.until(lambda: strip.buttons()[-1].visibleRegion().isEmpty())
    turn(strip, -20)
    station.until(lambda: not strip.buttons()[-1].visibleRegion().isEmpty())
    turn(strip, 20)
    station.until(lambda: not strip.buttons()[0].visibleRegion().isEmpty())


def test_a_picture_that_a_wheel_has_zoomed_says_so(station: Station) -> None:
    view = station.window.live.view
    picture(station.pictures / "good.png", bad=False)
    station.qtbot.mouseClick(station.window.live.run_button, Qt.MouseButton.LeftButton)
    station.until(lambda: view.shown is not None)
    assert view.zoom_words == ""
    turn(view, 1)
    assert view.zoom_words == "1.2× larger · a double click shows all"
    station.qtbot.mouseDClick(view, Qt.MouseButton.LeftButton)
    assert view.zoom_words == ""


@pytest.mark.qt_log_ignore("This plugin does not support")  # where there is no display
def test_a_slider_that_has_the_focus_follows_the_wheel(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp, theme.DARK)
    holder = QWidget()
    qtbot.addWidget(holder)
    column = QVBoxLayout(holder)
    slider, number, choice = SlideBar(Qt.Orientation.Horizontal), NumberBox(), ChoiceBox()
    choice.addItems(["a", "b"])
    for widget in (slider, number, choice):
        column.addWidget(widget)
    holder.show()
    qtbot.waitExposed(holder, timeout=WAIT_MS)
    holder.activateWindow()
    for widget in (slider, number, choice):
        widget.setFocus()
        qtbot.waitUntil(widget.hasFocus, timeout=WAIT_MS)
        turn(widget, 1)
    assert slider.value() > 0
    assert (number.value(), choice.currentText()) == (0.0, "a")


def test_a_button_that_was_clicked_does_not_keep_the_keys(station: Station) -> None:
    window = station.window
    window.show_page("settings")
    page = window.settings
    page.show_section("Station")
    presses: list[str] = []
    for widget in window.findChildren(QAbstractButton):
        if widget.isVisible() and widget.isEnabled():
            widget.pressed.connect(lambda widget=widget: presses.append(widget.text()))
    page.station.set_value("station", "Line 7")
    station.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: station.session.settings.station == "Line 7")
    assert not isinstance(QApplication.focusWidget(), QAbstractButton | QComboBox)
    presses.clear()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(window.windowHandle(), key)
    assert presses == []


def test_a_button_that_goes_grey_under_the_thumb_hands_the_keys_to_the_page(station: Station) -> None:
    window = station.window
    window.show_page("settings")
    page = window.settings
    page.station.set_value("station", "Line 8")
    page.apply_button.setFocus(Qt.FocusReason.TabFocusReason)
    station.until(page.apply_button.hasFocus)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Space)
    station.until(lambda: station.session.settings.station == "Line 8")
    station.until(lambda: not page.apply_button.isEnabled())
    assert QApplication.focusWidget() is page
