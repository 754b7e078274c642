"""The page bar: pages by name, made when they are wanted, in the order of the bar."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from inspector.gui.page_bar import PageBar
from inspector.gui.widgets.icons import icon
from inspector.gui.widgets.later import LaterPage, Page
from tests.gui.conftest import Station


class Noted(Page):
    """A page that notes what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def enter(self) -> None:
        self.calls.append("enter")

    def poll(self) -> None:
        self.calls.append("poll")

    def release(self) -> None:
        self.calls.append("release")


def _shows(bar: PageBar, name: str) -> bool:
    return bar.current == name


def test_a_page_is_made_when_it_is_first_shown_and_asked_from_then_on(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    bar = PageBar(holder)
    made: list[Noted] = []

    def make() -> Noted:
        made.append(Noted())
        return made[0]

    later = LaterPage(make)
    bar.add("live", "Live", QWidget())
    bar.add("batch", "Batch", later)
    bar.show_page("live")
    bar.poll()
    bar.release()
    assert made == []
    holder.show()
    qtbot.mouseClick(bar.buttons["batch"], Qt.MouseButton.LeftButton)
    assert bar.current == "batch"
    assert bar.buttons["batch"].isChecked()
    bar.poll()
    bar.release()
    assert [page.calls for page in made] == [["enter", "poll", "release"]]
    assert bar.names == ["live", "batch"]
    with pytest.raises(KeyError, match="nowhere"):
        bar.show_page("nowhere")


def test_the_operator_view_is_the_last_page_and_every_entry_has_its_key(station: Station) -> None:
    bar = station.window.bar
    assert (bar.names[0], *bar.names[-2:]) == ("live", "settings", "operator")
    for number, name in enumerate(bar.names, 1):
        station.qtbot.keyClick(station.window, Qt.Key(Qt.Key.Key_0 + number), Qt.KeyboardModifier.ControlModifier)
        station.until(partial(_shows, bar, name))
        assert f"(Ctrl+{number})" in bar.buttons[name].toolTip()


@pytest.mark.parametrize("name", ["live", "batch", "review", "operating", "settings", "operator"])
def test_every_page_has_an_icon(qtbot: QtBot, name: str) -> None:
    image = icon(name, QColor("white")).pixmap(24, 24).toImage()
    inked = sum(image.pixelColor(x, y).alpha() > 128 for x in range(image.width()) for y in range(image.height()))
    assert 20 < inked < image.width() * image.height() / 2
