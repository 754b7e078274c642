"""“Train with these” from a batch and from a picture that was tried, as a hand does it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from inspector.gui.training.page import TrainingPage
from inspector.gui.widgets.teach_bar import TeachBar
from inspector.paths import Home
from inspector.review.learning import LearningSet
from tests.batch.samples import R
from tests.bundles import make_bundle
from tests.fake_trainer import COMMAND
from tests.gui.batch_hand import ROWS, BatchHand, make_run, real_rows
from tests.gui.conftest import Station, picture
from tests.gui.reviewing import NO_MENUS
from tests.gui.test_trial import drop


def press(station: Station, button: QWidget) -> None:
    station.until(lambda: button.isVisible() and button.isEnabled())
    station.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def labels(station: Station) -> list[tuple[str, str]]:
    lessons = LearningSet(station.home.learning, "Test").lessons()
    return [(Path(lesson.archived).name, lesson.label) for lesson in lessons]


def distinct(folder: Path, rows: list[R]) -> list[R]:
    """Give every picture a content of its own."""
    for number, row in enumerate(rows):
        image = cv2.imread(str(folder / row.path))
        assert image is not None
        image[0, 0] = 40 + number
        cv2.imwrite(str(folder / row.path), image)
    stats = [(folder / row.path).stat() for row in rows]
    return [replace(row, size=s.st_size, mtime_ns=s.st_mtime_ns) for row, s in zip(rows, stats, strict=True)]


def until_training(station: Station, pictures: int) -> None:
    """Wait for Training with the manifest of so many pictures that goes on from the recipe's model."""
    station.until(station.window.settings.isVisible)
    page = station.window.training
    assert isinstance(page, TrainingPage)
    station.until(lambda: page.data.contents is not None)
    assert page.data.basis.parent == str((station.home.models / "tiny").absolute())
    assert len(Path(page.data.place).read_text(encoding="utf-8").splitlines()) == 1 + pictures
    page.release()


@NO_MENUS
def test_a_picture_that_was_tried_is_said_to_be_defective_and_trained_with(
    qtbot: QtBot, home: Home, tmp_path: Path
) -> None:
    station = Station(qtbot, home, trainer=COMMAND)
    live = station.window.live
    teach = live.trial.teach
    drop(station, picture(tmp_path / "tried.png", bad=False))
    station.until(live.trial.isVisible)
    assert not teach.train_button.isEnabled()
    press(station, teach.good)
    station.until(lambda: labels(station) == [("tried.png", "good")] and teach.good.isChecked())
    press(station, teach.defective)
    assert teach.menu is not None
    qtbot.keyClick(teach.menu, Qt.Key.Key_D)
    station.until(lambda: labels(station) == [("tried.png", "defective")] and teach.defective.isChecked())
    assert not teach.good.isChecked()
    press(station, teach.good)  # it is good after all
    station.until(lambda: labels(station) == [("tried.png", "good")] and teach.good.isChecked())
    press(station, teach.good)  # once more takes it back
    station.until(lambda: labels(station) == [] and not teach.good.isChecked())
    press(station, teach.good)
    station.until(lambda: teach.train_button.text() == "Train with these (1)")
    press(station, teach.train_button)
    until_training(station, 1)
    station.close()


def test_pictures_of_a_batch_are_said_to_be_good_by_key_and_trained_with(
    qtbot: QtBot, home: Home, tmp_path: Path
) -> None:
    parts = tmp_path / "parts"
    make_run(home, parts, real_rows(parts, *ROWS[:2]))
    station = Station(qtbot, home, trainer=COMMAND)
    hand = BatchHand(station)
    teach: TeachBar = hand.page.details.picture.teach
    station.until(teach.good.isEnabled)
    qtbot.keyClick(hand.page, Qt.Key.Key_G)
    station.until(lambda: len(labels(station)) == 1 and teach.good.isChecked())
    qtbot.keyClick(hand.page, Qt.Key.Key_Down)
    station.until(lambda: not teach.good.isChecked())
    hand.page.results.table.setFocus()  # as after a click on a row
    qtbot.keyClick(hand.page.results.table, Qt.Key.Key_G)
    station.until(teach.good.isChecked)
    press(station, teach.train_button)
    until_training(station, 2)
    station.close()


@NO_MENUS
@pytest.mark.parametrize("gallery", [False, True])
def test_selected_pictures_of_a_batch_are_said_to_be_defective_at_once(
    gallery: bool, qtbot: QtBot, home: Home, tmp_path: Path
) -> None:
    parts = tmp_path / "parts"
    make_run(home, parts, distinct(parts, real_rows(parts, *ROWS[:4])))
    station = Station(qtbot, home, trainer=COMMAND)
    hand = BatchHand(station)
    results, teach = hand.page.results, hand.page.details.picture.teach
    station.until(teach.good.isEnabled)
    if gallery:
        press(station, results.gallery_button)

    def click(row: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        if gallery:
            view, spot = results.gallery.viewport(), results.gallery.cell(row).center()
        else:
            view, spot = results.table.viewport(), QPoint(20, results.table.rowViewportPosition(row) + 5)
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, keys, spot)

    assert results.rows is not None
    places = [int(place) for place in results.rows.indexes]
    names = [Path(results.rows.file(place)).name for place in places]
    click(0)
    click(2, Qt.KeyboardModifier.ShiftModifier)
    click(1, Qt.KeyboardModifier.ControlModifier)
    assert results.selected == [places[0], places[2]]
    assert teach.words.text() == "2 pictures are selected: Good and Defective are said of all of them."
    press(station, teach.defective)
    assert teach.menu is not None
    qtbot.keyClick(teach.menu, Qt.Key.Key_D)
    chosen = [(names[0], "defective"), (names[2], "defective")]
    station.until(lambda: labels(station) == chosen and teach.defective.isChecked())
    click(3)
    assert teach.words.text() == ""
    station.until(lambda: not teach.defective.isChecked())
    click(0)
    click(2, Qt.KeyboardModifier.ShiftModifier)  # of the one between nothing is said
    assert not teach.defective.isChecked()
    press(station, teach.good)
    station.until(lambda: [label for _, label in labels(station)] == ["good"] * 3 and teach.good.isChecked())
    press(station, teach.good)  # once more takes all of them back
    station.until(lambda: labels(station) == [] and not teach.good.isChecked())
    view = results.gallery if gallery else results.table
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert results.selected == places
    click(1)
    assert results.selected == places[1:2]
    station.close()


def test_a_batch_of_another_model_is_not_for_this_recipe_to_learn(qtbot: QtBot, home: Home, tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    make_bundle(home.models / "other")
    make_run(home, parts, real_rows(parts, *ROWS[:2]), model="other")
    station = Station(qtbot, home, trainer=COMMAND)
    teach = BatchHand(station).page.details.picture.teach
    station.until(lambda: "Judged with the model other, and Test is in force" in teach.words.text())
    assert not teach.good.isEnabled()
    assert not teach.train_button.isEnabled()
    station.close()


def test_a_picture_that_is_gone_is_said_and_nothing_is_marked(qtbot: QtBot, home: Home, tmp_path: Path) -> None:
    station = Station(qtbot, home, trainer=COMMAND)
    trial = station.window.live.trial
    file = picture(tmp_path / "tried.png", bad=False)
    drop(station, file)
    station.until(trial.isVisible)
    file.unlink()
    press(station, trial.teach.good)
    station.until(lambda: "cannot be read" in trial.teach.words.text())
    assert not trial.teach.good.isChecked()
    station.close()
