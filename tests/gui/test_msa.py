"""Measurement system studies in the window, as hands plan and judge them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from inspector.gui.msa.desk import StudyDesk
from inspector.gui.msa.dialog import StudyDialog
from inspector.msa.study import open_study
from tests.gui.conftest import picture
from tests.msa.studies import judge_all, make_pictures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from tests.gui.conftest import Station


class Studies:
    """The dialog over a station's window."""

    def __init__(self, station: Station, qtbot: QtBot) -> None:
        self.station, self.qtbot = station, qtbot
        session = station.session
        log = session.log_path
        assert log is not None
        desk = StudyDesk(
            station.home, settings=lambda: session.settings, log=lambda: log, worker=session.workers.make("studies")
        )
        self.dialog = StudyDialog(session, desk, station.window)
        self.dialog.show()

    @property
    def root(self) -> Path:
        return self.station.home.root

    def press(self, button: QWidget) -> None:
        self.station.until(button.isEnabled)
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def key(self, key: Qt.Key) -> None:
        self.station.until(self.dialog.judge.good.isEnabled)
        self.qtbot.keyClick(self.dialog.judge, key)

    def until_count(self, words: str) -> None:
        self.station.until(lambda: self.dialog.judge.count.text() == words)

    def plan(self, folder: Path, *, people: str = "Ada", repeats: int = 2) -> None:
        dialog = self.dialog
        self.press(dialog.studies.new_button)
        self.qtbot.keyClicks(dialog.plan.name, "Lids")
        dialog.plan.folder.choose(str(folder))
        dialog.plan.people.setText(people)
        dialog.plan.repeats.setValue(repeats)
        self.press(dialog.plan.plan_button)
        self.station.until(dialog.who.isVisible)

    def words(self, widget: QWidget) -> str:
        return " | ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


@pytest.fixture
def studies(station: Station, qtbot: QtBot) -> Iterator[Studies]:
    made = Studies(station, qtbot)
    yield made
    made.dialog.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_pictures(tmp_path / "labelled", good=3, defective=2)


def test_a_study_is_planned_judged_by_keys_and_reported(studies: Studies, folder: Path) -> None:
    dialog, until = studies.dialog, studies.station.until
    studies.plan(folder)
    studies.press(dialog.who.buttons["Ada"])
    until(dialog.judge.isVisible)
    until(lambda: dialog.judge.view.shown is not None)
    assert "scratch" not in studies.words(dialog)
    for place in range(1, 10):
        studies.key(Qt.Key.Key_G if place % 2 else Qt.Key.Key_D)
        studies.until_count(f"{place} of 10")
    studies.key(Qt.Key.Key_G)
    until(dialog.who.isVisible)
    studies.press(dialog.who.buttons["Station"])
    until(lambda: dialog.who.isVisible() and not dialog.who.buttons["Station"].isEnabled())
    studies.press(dialog.who.result_button)
    until(dialog.figures.isVisible)
    assert "Station pass" in dialog.figures.summary.text()
    words = studies.words(dialog.figures)
    assert "identical by design" in words
    assert "100.0 % (47.8 to 100.0), 5 of 5: pass" in words
    assert (studies.root / "msa" / "Lids" / "report.html").exists()


def test_a_pause_keeps_what_was_judged_and_goes_on_there(studies: Studies, folder: Path) -> None:
    dialog, until = studies.dialog, studies.station.until
    studies.plan(folder)
    studies.press(dialog.who.buttons["Ada"])
    until(dialog.judge.isVisible)
    studies.key(Qt.Key.Key_D)
    until(lambda: dialog.judge.count.text() == "1 of 10")
    studies.qtbot.keyClick(dialog.judge, Qt.Key.Key_P)
    until(dialog.who.isVisible)
    assert "1 of 10" in studies.words(dialog.who)
    assert len(open_study(studies.root, "Lids").judgements.rows) == 1
    studies.press(dialog.who.buttons["Ada"])
    until(dialog.judge.isVisible)
    assert dialog.judge.count.text() == "1 of 10"
    dialog.close()
    studies.station.settle()


def test_the_station_is_shown_the_parts(studies: Studies, folder: Path) -> None:
    dialog, until, station = studies.dialog, studies.station.until, studies.station
    studies.plan(folder, people="", repeats=1)
    studies.press(dialog.who.buttons["Station live"])
    until(dialog.judge.take.isVisible)
    assert "to the running line, once" in dialog.judge.words.text()
    studies.press(dialog.judge.take)
    until(lambda: "no part was recorded since this one was asked for" in dialog.judge.words.text())
    picture(station.pictures / "part.png", bad=False)
    station.session.start()
    station.until_status(lambda now: now.parts == 1)
    studies.press(dialog.judge.take)
    until(lambda: dialog.judge.count.text() == "1 of 5")
    studies.press(dialog.judge.pause)
    until(dialog.who.isVisible)


def test_what_is_missing_in_a_plan_is_said(studies: Studies) -> None:
    dialog = studies.dialog
    studies.press(dialog.studies.new_button)
    studies.press(dialog.plan.plan_button)
    assert dialog.message.text() == "Give the study a name."
    studies.qtbot.keyClicks(dialog.plan.name, "Lids")
    dialog.plan.source.setCurrentIndex(1)
    dialog.plan.people.setText("Ada, ada")
    studies.press(dialog.plan.plan_button)
    studies.station.until(lambda: "No part of the record was judged" in dialog.message.text())


def test_a_study_that_was_altered_is_refused_in_words(studies: Studies, folder: Path) -> None:
    dialog = studies.dialog
    studies.plan(folder)
    judge_all(studies.root, open_study(studies.root, "Lids"), "Ada")
    path = studies.root / "msa" / "Lids" / "judgements.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"part":1,', '"part":2,', 1), encoding="utf-8")
    studies.press(dialog.back_button)
    studies.station.until(dialog.studies.open_button.isEnabled)
    studies.press(dialog.studies.open_button)
    studies.station.until(lambda: "is not as it was written" in dialog.message.text())


def test_review_leads_there(station: Station, qtbot: QtBot) -> None:
    station.window.show_page("review")
    cards = station.window.review.cards
    if not cards.wide:
        cards.tabs.choose(1)
    qtbot.mouseClick(cards.audit.study_button, Qt.MouseButton.LeftButton)
    dialog = station.window.findChild(StudyDialog)
    assert dialog is not None
    station.until(lambda: "There is no study yet" in dialog.studies.words.text())
    dialog.close()
