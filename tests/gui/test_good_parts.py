"""“Show me good parts” as a hand uses it, with a trainer that does in no time what the real one does in a minute."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from inspector.gui.first_start.answers import NO_MODEL
from inspector.gui.good_parts.dialog import GoodPartsDialog
from inspector.gui.training.page import TrainingPage
from inspector.paths import Home
from inspector.recipes.promotions import Promotions
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.runs.trainings import Trainings
from inspector.settings import Settings
from inspector.vision.imagenet import IMAGENET_URL
from tests.fake_trainer import COMMAND
from tests.gui.conftest import SHIFT_STARTS, Station
from tests.waits import WAIT_S


def part(folder: Path, number: int, *, brighter: int = 0, name: str = "") -> Path:
    """A good part unlike every other, in some light; each arrives whole."""
    image = np.random.default_rng(number).integers(90, 140, (128, 128, 3), dtype=np.uint8)
    image[20 : 60 + number, 30:90] = 100 + number
    path = folder / f"{name or format(number, '02')}.png"
    cv2.imwrite(str(folder.parent / "arriving.png"), image + brighter)
    return (folder.parent / "arriving.png").replace(path)


class Show:
    """A station whose recipe has no model yet, with the dialog open."""

    def __init__(self, qtbot: QtBot, home: Home, recipe: str) -> None:
        self.qtbot, self.home = qtbot, home
        self.folder = home.root.parent / "pictures"
        save_recipe(Recipe(name=recipe, source=f"folder:{self.folder}", model=NO_MODEL), home.recipes)
        settings = Settings(recipe=recipe, shift_starts=SHIFT_STARTS)
        self.station = Station(qtbot, home, settings, trainer=COMMAND)
        self.open()

    def open(self) -> None:
        window = self.station.window
        window.show_page("settings")
        self.press(window.settings.good_parts_button)
        self.station.until(lambda: window.good_parts is not None and window.good_parts.isVisible())
        assert window.good_parts is not None
        self.dialog: GoodPartsDialog = window.good_parts

    def press(self, button: QWidget) -> None:
        self.station.until(lambda: button.isVisible() and button.isEnabled())
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def arrive(self, *numbers: int) -> None:
        for number in numbers:
            part(self.folder, number)

    def counted(self, count: int) -> None:
        self.station.until(lambda: self.dialog.show_parts.taken.list.count() == count)

    def teach(self) -> None:
        """Press Teach; no weights are here, and they may be downloaded."""
        self.press(self.dialog.teach_button)
        self.press(self.dialog.teach.again)

    def teach_all(self, count: int) -> None:
        self.arrive(*range(count))
        self.press(self.dialog.show_parts.every)
        self.counted(count)
        self.teach()


@pytest.fixture
def show(
    qtbot: QtBot, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Show]:
    monkeypatch.setattr("inspector.vision.imagenet.weights_folder", lambda: tmp_path / "weights")
    opened = Show(qtbot, home, getattr(request, "param", "quick"))
    yield opened
    opened.dialog.reject()
    opened.station.close()
    desk = Trainings(home, command=COMMAND)
    for training in desk.history():
        desk.kill(training)
    for thread in [one for one in threading.enumerate() if one.name in {"training", "work", "good parts"}]:
        thread.join(WAIT_S)


def test_parts_are_taken_taught_and_inspected_by_mouse_alone(show: Show) -> None:
    dialog, panel, station = show.dialog, show.dialog.show_parts, show.station
    assert not dialog.teach_button.isEnabled()

    def answered() -> None:
        station.until(lambda: not panel.good_button.isEnabled())  # nothing is asked until the next part is there

    show.arrive(0)
    station.until(lambda: panel.view.picture_size == (128, 128))
    show.press(panel.good_button)
    show.counted(1)
    assert panel.taken.count.text() == "1 of at least 5"
    answered()
    show.arrive(1)
    show.press(panel.skip_button)  # 1 is left out
    answered()
    show.arrive(2)
    show.press(panel.good_button)
    show.counted(2)
    answered()
    show.arrive(3, 4, 5, 6)
    show.press(panel.every)
    show.counted(6)
    panel.taken.list.setFocus()
    panel.taken.list.setCurrentRow(5)
    show.press(panel.taken.remove_button)
    show.counted(5)
    assert len(list((show.home.good_parts / "quick" / "good").glob("*.png"))) == 5
    assert dialog.teach_button.text() == "Teach with 5 good parts"
    show.teach()
    station.until(dialog.inspect_button.isVisible)
    request = dialog.teaching.training
    assert request is not None
    assert (request.request.method, request.request.data) == ("good-only", str(show.home.good_parts / "quick"))
    assert "would go to review" in dialog.teach.words.text()
    show.press(dialog.inspect_button)
    station.until(lambda: station.session.recipe is not None and station.session.recipe.model == "quick-1")
    station.until_status(lambda now: station.session.running and now.model is not None)
    assert station.window.live.isVisible()
    assert not dialog.isVisible()
    said = [(record.to_model, record.why) for record in Promotions(show.home).read()]
    assert said == [("quick-1", "Learnt from 5 good parts that were shown to the station")]


def test_weights_that_were_given_are_proposed_and_there_is_no_way_back_to_no_model(show: Show) -> None:
    dialog, station = show.dialog, show.station
    weights = show.folder.parent / "weights.npz"
    weights.write_bytes(b"given")
    show.arrive(*range(5))
    show.press(dialog.show_parts.every)
    show.counted(5)
    show.press(dialog.teach_button)
    station.until(dialog.teach.weights.isVisible)
    assert dialog.teaching.training is None  # nothing was begun that would fail without a network
    assert not dialog.cancel_button.isVisible()
    assert "are not on this computer" in dialog.teach.heading.text()
    assert "download.pytorch.org" in dialog.teach.words.text()
    dialog.teach.weights.choose(str(weights))
    show.press(dialog.teach.again)
    show.press(dialog.inspect_button)
    station.until(lambda: station.session.recipe is not None and station.session.recipe.model == "quick-1")
    station.window.show_page("settings")
    station.window.settings.show_section("Training")
    page = station.window.training
    assert isinstance(page, TrainingPage)
    field = page.method.form.editors["weights"]
    assert isinstance(field, QLineEdit)
    station.until(lambda: field.text() == str(weights))
    station.until(page.history.isVisible)  # the worker answers in turn: it has looked for a way back by then
    assert not page.history.back_button.isVisible()


def test_weights_that_are_here_are_not_asked_for(show: Show, tmp_path: Path) -> None:
    here = tmp_path / "weights" / IMAGENET_URL.rpartition("/")[2]
    here.parent.mkdir()
    here.write_bytes(b"whole")
    show.arrive(*range(5))
    show.press(show.dialog.show_parts.every)
    show.counted(5)
    show.press(show.dialog.teach_button)
    show.station.until(show.dialog.inspect_button.isVisible)
    assert show.dialog.teaching.training is not None
    assert not show.dialog.teaching.training.request.weights


@pytest.mark.parametrize("show", ["fail"], indirect=True)
def test_a_teaching_that_fails_says_why_and_the_pictures_are_there_the_next_time(show: Show) -> None:
    show.teach_all(5)
    dialog, station = show.dialog, show.station
    station.until(lambda: "There is no good picture" in dialog.teach.words.text())
    assert dialog.teach.weights.isVisible()
    assert not dialog.inspect_button.isVisible()
    dialog.teach.weights.choose(str(show.folder / "not there.npz"))
    show.press(dialog.teach.again)
    station.until(lambda: "file of the backbone's weights is not there" in dialog.teach.words.text())
    show.press(dialog.later_button)
    assert station.session.recipe is not None
    assert station.session.recipe.model == NO_MODEL
    show.open()
    show.counted(5)
    assert show.dialog.teach_button.text() == "Teach with 5 good parts"


@pytest.mark.parametrize("show", ["hold"], indirect=True)
def test_a_teaching_goes_on_while_the_dialog_is_closed_and_can_be_cancelled(show: Show) -> None:
    show.teach_all(6)
    show.station.until(lambda: "epoch 2" in show.dialog.teach.progress.stage.text().lower())
    show.press(show.dialog.later_button)
    show.open()
    show.station.until(show.dialog.teach.progress.isVisible)
    show.press(show.dialog.cancel_button)
    show.station.until(lambda: show.dialog.teach.heading.text() == "Cancelled")
    assert not (show.home.models / "hold-1").exists()
    show.press(show.dialog.back_button)
    show.counted(6)


def test_a_running_line_is_asked_for_before_its_source_is_taken(station: Station, qtbot: QtBot) -> None:
    station.session.start()
    station.until_status(lambda now: now.model is not None)
    window = station.window
    window.show_page("settings")
    qtbot.mouseClick(window.settings.good_parts_button, Qt.MouseButton.LeftButton)
    station.until(lambda: window.guard.question is not None and window.guard.question.isVisible())
    assert station.session.running
    assert window.guard.question is not None
    qtbot.mouseClick(window.guard.question.yes_button, Qt.MouseButton.LeftButton)
    station.until(lambda: window.good_parts is not None and window.good_parts.isVisible())
    assert window.good_parts is not None
    assert window.good_parts.title.text() == "Show good parts of Test"
    station.until(lambda: not station.session.running)
    window.good_parts.reject()
