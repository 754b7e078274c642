"""What people and files are called is shown as it is written: no page, dialog or tip takes it for markup."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from inspector.gui.training.page import TrainingPage
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.settings import Settings
from tests.bundles import make_bundle
from tests.gui.conftest import SHIFT_STARTS, Station, picture

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="file names have no angle brackets there"),
    pytest.mark.qt_log_ignore("This plugin does not support"),  # tips, where there is no display
]

BOLD, IMAGE = "<b>bold", "<img src=logo.png>"
ENTITY = "&lt;b&gt;bold"  # the name of a recipe is that of a file, and holds no angle bracket


@pytest.fixture
def hostile(qtbot: QtBot, tmp_path: Path) -> Station:
    """A station whose names are all markup, after a part has passed and one has failed."""
    home = Home(root=tmp_path / "home")
    make_bundle(home.models / BOLD)
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name, bad in ((BOLD, False), (IMAGE, True)):
        picture(pictures / f"{name}.png", bad=bad)
    save_recipe(Recipe(name=ENTITY, source=f"folder:{pictures}", model=BOLD), home.recipes)
    settings = Settings(recipe=ENTITY, station=BOLD, reviewer=IMAGE, shift_starts=SHIFT_STARTS)
    return Station(qtbot, home, settings)


def markup(shown: QWidget) -> list[str]:
    """Return the texts that a label takes for markup; those of our own that are meant to be are named."""
    return [
        label.text()
        for label in shown.findChildren(QLabel)
        if label.textFormat() is not Qt.TextFormat.PlainText and not label.property("rich")
    ]


def text_of_a_tip(text: str, over: QWidget) -> list[Qt.TextFormat]:
    """Show a tip; return how it takes its text."""
    QToolTip.showText(QPoint(40, 40), text, over)
    tips = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QLabel) and widget.text() == text]
    formats = [tip.textFormat() for tip in tips]
    QToolTip.hideText()
    return formats


def test_names_are_no_markup_on_any_page(hostile: Station) -> None:
    station, window = hostile, hostile.window
    try:
        window.header.lot.edit.setText(BOLD)
        station.qtbot.keyClick(window.header.lot.edit, Qt.Key.Key_Return)
        station.session.start()
        station.until_status(lambda now: now.parts == 2)
        station.session.stop()
        for name in window.bar.names:
            window.show_page(name)
            station.settle()
            assert markup(window) == [], name
        for section in range(window.settings.sections.count()):
            window.settings.sections.setCurrentRow(section)
            station.settle()
            assert markup(window) == [], section
        station.session.fault.emit("recipe", f"The recipe {IMAGE} cannot be used.")
        assert f"The recipe {IMAGE} cannot be used." in [label.text() for label in window.findChildren(QLabel)]
        assert markup(window) == []
        assert text_of_a_tip(BOLD, window) == [Qt.TextFormat.PlainText]
    finally:
        station.close()


def test_dialogs_and_runs_show_names_as_they_are(hostile: Station) -> None:
    station, window = hostile, hostile.window
    try:
        window.set_up()
        assert window.first_start is not None
        station.until(window.first_start.isVisible)
        assert markup(window.first_start) == []
        window.first_start.reject()
        window.show_page("settings")
        window.settings.show_section("Training")
        assert isinstance(window.training, TrainingPage)
        window.training.train_on(str(station.pictures))
        station.settle()
        assert markup(window) == []
        assert [label for label in window.findChildren(QLabel) if label.property("rich")] != []  # the legend is ours
    finally:
        station.close()
