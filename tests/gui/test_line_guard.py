"""What a hand does by accident asks first while the line runs; what nobody could answer does not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from inspector.engine.status import RunState
from inspector.gui.first_start.dialog import FirstStart
from inspector.gui.widgets.question import Question
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, save_recipe
from tests.gui.conftest import Station
from tests.waits import WAIT_S


def run(station: Station) -> None:
    station.qtbot.mouseClick(station.window.live.run_button, Qt.MouseButton.LeftButton)
    station.until_status(lambda now: now.state is RunState.RUNNING)


def asked(station: Station) -> Question:
    """The question that is open; the keys are with its “no”."""
    station.until(lambda: station.window.guard.question is not None and station.window.guard.question.isVisible())
    question = station.window.guard.question
    assert question is not None
    station.until(question.isActiveWindow)
    return question


def press(question: Question, key: Qt.Key) -> None:
    QTest.keyClick(question.windowHandle(), key)


@pytest.fixture
def second(home: Home, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    save_recipe(Recipe(name="Under", source=f"folder:{tmp_path / 'second'}", model="tiny"), home.recipes)


@pytest.mark.usefixtures("second")
def test_another_recipe_of_a_running_line_asks_first(qtbot: QtBot, home: Home) -> None:
    station = Station(qtbot, home)
    box = station.window.header.recipe_box
    station.until(lambda: box.count() >= 2)
    run(station)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Escape):  # a heavy thumb says no
        box.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(box, Qt.Key.Key_Down if box.findText("Under") > box.currentIndex() else Qt.Key.Key_Up)
        question = asked(station)
        press(question, key)
        station.until(lambda: not asked_is_open(station))
        assert station.session.recipe is not None
        assert (station.session.recipe.name, box.currentText()) == ("Test", "Test")
    box.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(box, Qt.Key.Key_Down if box.findText("Under") > box.currentIndex() else Qt.Key.Key_Up)
    station.qtbot.mouseClick(asked(station).yes_button, Qt.MouseButton.LeftButton)
    station.until(lambda: box.currentText() == "Under")
    station.until_status(lambda now: "second" in now.source)
    station.close()


def test_setting_up_beside_a_running_line_asks_first(qtbot: QtBot, home: Home) -> None:
    station = Station(qtbot, home)
    run(station)
    station.window.show_page("settings")
    button = station.window.settings.set_up_button
    station.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    press(asked(station), Qt.Key.Key_Space)
    station.until(lambda: not asked_is_open(station))
    assert station.window.findChildren(FirstStart) == []
    station.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    station.qtbot.mouseClick(asked(station).yes_button, Qt.MouseButton.LeftButton)
    (dialog,) = station.window.findChildren(FirstStart)
    station.until(dialog.isVisible)
    dialog.reject()
    assert station.session.status().state is RunState.RUNNING
    station.close()


def test_closing_the_window_of_a_running_line_asks_first(qtbot: QtBot, home: Home) -> None:
    station = Station(qtbot, home)
    run(station)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Escape):
        station.window.close()
        press(asked(station), key)
        station.until(lambda: not asked_is_open(station))
        assert (station.window.isVisible(), station.session.running) == (True, True)
    station.window.activateWindow()
    station.until(station.window.isActiveWindow)
    QTest.keyClick(station.window.windowHandle(), Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    station.qtbot.mouseClick(asked(station).yes_button, Qt.MouseButton.LeftButton)
    station.until(lambda: station.closed)


def asked_is_open(station: Station) -> bool:
    question = station.window.guard.question
    return question is not None and question.isVisible()


def test_a_window_without_a_running_line_closes_at_once(qtbot: QtBot, home: Home) -> None:
    station = Station(qtbot, home)
    station.window.close()
    station.until(lambda: station.closed)
    assert not asked_is_open(station)


def test_the_end_of_the_session_asks_nothing(qtbot: QtBot, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    station = Station(qtbot, home)
    run(station)
    monkeypatch.setattr(QApplication, "isSavingSession", lambda _: True)
    assert station.window.close()  # refused, it would hold up the logout
    station.until(lambda: station.closed)
    assert not asked_is_open(station)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to be handled")
def test_a_signal_ends_the_running_line_without_a_question(home: Home) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from inspector.app import AppOptions, main\n"
        "from inspector.engine.status import RunState\n"
        "from inspector.gui.station.session import Session\n"
        "from inspector.overrides import Overrides\n"
        "from inspector.paths import Home\n"
        "begin = Session.begin\n"
        "def told(status):\n"
        "    if status.state is RunState.RUNNING: print('running', flush=True)\n"
        "def new(self, **k):\n"
        "    self.status_changed.connect(told)\n"
        "    begin(self, **k)\n"
        "Session.begin = new\n"
        f"options = AppOptions(home=Home(root=Path({str(home.root)!r})), overrides=Overrides(recipe='Test'), start=True)\n"
        "sys.exit(main(options))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "running"
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0
