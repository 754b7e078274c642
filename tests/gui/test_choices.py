"""An open list of choices is made for fingers: its rows are as tall as the field, and say what can be chosen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from inspector.gui import theme
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


def test_every_choice_of_the_window_is_such_a_list(station: Station) -> None:
    window = station.window
    for name in window.bar.names:
        window.show_page(name)
    plain = [box.accessibleName() for box in window.findChildren(QComboBox) if not isinstance(box, ChoiceBox)]
    assert plain == []
