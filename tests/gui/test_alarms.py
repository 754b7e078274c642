"""A part that is held, alarms, and a line that failures stopped, as an operator meets them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.fail_watch import FailWatch
from inspector.domain.failing import FailAction, FailConfig, Latch
from inspector.engine.faces import Face
from inspector.engine.status import RunState
from inspector.gui.alarm_bar import AlarmBar
from inspector.gui.station.events import Failure
from inspector.paths import Home
from inspector.recipes.recipe import load_recipe, save_recipe
from inspector.user import user_name
from tests.domain.test_failing import part
from tests.gui.conftest import Closes, Station, picture
from tests.logs import told


class Line(Station):
    """A station whose recipe has rules for failures; it is started."""

    def __init__(self, qtbot: QtBot, home: Home, mode: TriggerMode = TriggerMode.EVERY_PICTURE, **failing: Any) -> None:
        recipe = load_recipe(home.recipes / "Test.json")
        changes = {"failing": FailConfig(**failing), "trigger": TriggerConfig(mode=mode)}
        save_recipe(recipe.model_copy(update=changes), home.recipes)
        super().__init__(qtbot, home)
        self.live, self.alarm, self.parts, self.before = self.window.live, self.window.alarm, 0, 0
        self.press(self.live.run_button)
        self.until_status(lambda now: now.state is RunState.RUNNING)

    def press(self, button: Any) -> None:
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def show(self, *, bad: bool) -> None:
        self.parts += 1
        picture(self.pictures / f"{self.parts}.png", bad=bad)
        self.until_status(lambda now: now.parts == self.parts - self.before)
        self.settle()
        self.beat()


def test_a_held_part_stays_with_its_picture_until_the_key_is_pressed(
    qtbot: QtBot, home: Home, desks: list[Closes]
) -> None:
    line = Line(qtbot, home, latch=Latch.FAIL, sound=False)
    desks.append(line)
    assert not line.alarm.isVisible()
    line.show(bad=True)
    line.until(lambda: line.live.verdict.caption.startswith("held: part 1 · "))
    line.show(bad=False)
    line.show(bad=True)
    line.until(lambda: "1 further part did not pass since" in line.alarm.words.text())
    assert line.live.verdict.face is Face.FAIL
    assert line.live.verdict.caption.startswith("held: part 1 · ")
    assert not line.live.verdict.dimmed
    assert "Part 1 is held: FAIL at " in line.alarm.words.text()
    assert line.alarm.words.text().endswith("Parts that come are still judged and recorded.")
    QTest.keyClick(line.window, Qt.Key.Key_Escape)  # dismisses what may be dismissed
    assert line.live.pin_view.isVisible()
    with told("inspector.engine.alarms") as said:
        QTest.keyClick(line.window, Qt.Key.Key_F8)
    assert not line.alarm.isVisible()
    line.until(lambda: not line.live.pin_view.isVisible())
    assert "part 3 · " in line.live.verdict.caption
    assert any(f"acknowledged by {user_name()}: part 1 is held" in words for words in said)


def test_another_failure_may_be_looked_at_meanwhile(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    line = Line(qtbot, home, latch=Latch.FAIL, sound=False)
    desks.append(line)
    entries: list[Failure] = []
    line.session.failures_changed.connect(lambda newest: entries.__setitem__(slice(None), newest))
    line.show(bad=True)
    line.show(bad=True)
    line.until(lambda: len(entries) == 2 and line.live.pin_view.isVisible())
    titles = [
        widget for widget in line.live.findChildren(QLabel) if widget.text().startswith("HELD · FAIL · PART 1 · ")
    ]
    assert len(titles) == 1
    line.live.pin(entries[0])
    assert titles[0].text().startswith("FAIL · PART 2 · ")
    QTest.keyClick(line.window, Qt.Key.Key_Escape)
    assert titles[0].text().startswith("HELD · FAIL · PART 1 · ")


def test_an_alarm_is_over_every_page_and_its_button_acknowledges(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    line = Line(qtbot, home, in_a_row=2, sound=False)
    desks.append(line)
    line.show(bad=True)
    assert not line.alarm.isVisible()
    line.show(bad=True)
    line.until(line.alarm.isVisible)
    line.window.show_page("settings")
    assert line.alarm.isVisible()
    button = line.alarm.button
    line.show(bad=True)
    line.until(lambda: line.alarm.words.text().startswith("3 parts in a row did not pass, since "))
    assert line.alarm.button is button  # not another one under the hand
    line.press(button)
    assert not line.alarm.isVisible()


def test_failures_stop_the_line_and_the_page_says_why(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    line = Line(qtbot, home, in_a_row=2, in_a_row_does=FailAction.STOP, sound=False)
    desks.append(line)
    line.show(bad=True)
    line.show(bad=True)
    line.until_status(lambda now: now.state is RunState.IDLE)
    line.until(lambda: line.live.run_button.text() == "Start")
    assert line.live.verdict.face is Face.STOPPED
    line.until(lambda: "press Start" in line.alarm.words.text())
    assert line.alarm.words.text().startswith("The line was stopped: 2 parts in a row did not pass, since ")
    assert line.alarm.words.text().endswith("Acknowledge, and press Start on Live (F5).")
    line.press(line.live.run_button)
    line.until_status(lambda now: now.state is RunState.RUNNING)
    line.until(lambda: "press Start" not in line.alarm.words.text())
    assert line.alarm.isVisible()  # until somebody acknowledges it
    line.before = line.parts
    line.show(bad=True)
    assert line.session.status().state is RunState.RUNNING  # counted anew
    line.press(line.alarm.button)
    assert not line.alarm.isVisible()


def test_no_part_is_captured_by_hand_while_one_is_held(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    line = Line(qtbot, home, latch=Latch.FAIL, sound=False)
    desks.append(line)
    line.show(bad=True)
    recipe = load_recipe(home.recipes / "Test.json")
    line.session.apply_recipe(
        recipe.model_copy(update={"trigger": TriggerConfig(mode=TriggerMode.MANUAL), "source": "demo:"}), lambda _: None
    )
    trigger = line.live.trigger_button
    line.until_status(lambda now: trigger.isVisible() and now.state is RunState.RUNNING)
    assert not trigger.isEnabled()
    assert "No part is captured by hand till then." in line.alarm.words.text()
    line.press(line.alarm.button)
    line.until(trigger.isEnabled)


@pytest.mark.parametrize("sound", [True, False])
def test_it_is_heard_at_once_where_the_recipe_wants_it(station: Station, *, sound: bool) -> None:
    heard: list[None] = []
    AlarmBar(station.session, station.window, beep=lambda: heard.append(None))
    quiet = station.session.status()
    watch = FailWatch()
    watch.begin(FailConfig(in_a_row=1, sound=sound))
    watch.see(part(1, "F"))
    station.session.status_changed.emit(quiet)
    assert heard == []
    for _ in range(2):
        station.session.status_changed.emit(replace(quiet, failing=watch.state))
    assert len(heard) == sound
    station.session.status_changed.emit(quiet)


def test_a_mute_is_shown_and_ends_with_what_is_new_or_by_itself(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    line = Line(qtbot, home, latch=Latch.FAIL, in_a_row=2)
    desks.append(line)
    heard: list[None] = []
    long = AlarmBar(line.session, line.window, beep=lambda: heard.append(None))
    short = AlarmBar(line.session, line.window, beep=lambda: None, mute_ms=50)
    line.show(bad=True)
    line.until(lambda: heard and long.mute.text() == short.mute.text() == "Mute (F9)")
    long.mute.click()
    assert long.mute.text().startswith("Muted till ")
    before = len(heard)
    short.mute.click()
    assert short.mute.text().startswith("Muted till ")
    line.until(lambda: short.mute.text() == "Mute (F9)")
    assert (long.mute.text()[:5], len(heard)) == ("Muted", before)
    line.show(bad=True)  # an alarm beside the part that is held
    line.until(lambda: len(heard) > before and long.mute.text() == "Mute (F9)")


def test_the_window_asks_again_after_it_was_closed(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    line = Line(qtbot, home, latch=Latch.FAIL, sound=False)
    line.show(bad=True)
    line.until(lambda: "Part 1 is held: FAIL at " in line.alarm.words.text())
    line.close()
    again = Station(qtbot, home)
    desks.append(again)
    again.until(again.window.alarm.isVisible)
    assert "Part 1 is held: FAIL at 2" in again.window.alarm.words.text()
    assert again.window.alarm.words.text().endswith("Its picture is on Review.")
    QTest.keyClick(again.window, Qt.Key.Key_F8)
    assert not again.window.alarm.isVisible()
    again.close()
    third = Station(qtbot, home)
    desks.append(third)
    third.beat()
    assert not third.window.alarm.isVisible()
