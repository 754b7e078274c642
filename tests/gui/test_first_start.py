"""The first start, step by step as a hand would."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from inspector import app
from inspector.app import AppOptions
from inspector.assembly import demo_recipe
from inspector.domain.config import KeepPolicy, TriggerMode
from inspector.domain.source import SourceKind
from inspector.domain.tally import Tally
from inspector.gui.composition import Composition
from inspector.gui.first_start import pictures_step
from inspector.gui.first_start.answers import NO_MODEL
from inspector.gui.first_start.dialog import FirstStart
from inspector.gui.station.store import Store
from inspector.gui.widgets.question import Question
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.overrides import Overrides
from inspector.paths import Home
from inspector.recipes.recipe import load_recipe, save_recipe
from inspector.settings import Settings
from inspector.settings_file import load_settings
from inspector.sources.check import check_source
from tests.bundles import make_bundle
from tests.gui.conftest import picture
from tests.waits import WAIT_MS, WAIT_S


class Fresh:
    """A station that was never set up, with the dialog open."""

    def __init__(self, qtbot: QtBot, home: Home) -> None:
        self.qtbot, self.home = qtbot, home
        composition = Composition(Store(home, Settings()))
        self.session, self.window = composition.session, composition.window()
        self.closed = False
        self.window.closed.connect(self._on_closed)
        self.window.painted.connect(lambda: self.session.begin(start=False))
        self.window.show()
        self.until(lambda: self.session.recipe is not None and self.session.log_path is not None)
        self.window.set_up()
        assert self.window.first_start is not None
        self.dialog: FirstStart = self.window.first_start
        self.until(self.dialog.isVisible)

    def _on_closed(self) -> None:
        self.closed = True

    def until(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=WAIT_MS)

    def press(self, button: QWidget) -> None:
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        self.until(lambda: not self.dialog.next_button.text().startswith("Looking"))

    def close(self) -> None:
        self.window.leave()
        self.until(lambda: self.closed)
        for thread in threading.enumerate():
            if thread.name in {"control", "work"}:
                thread.join(WAIT_S)
        self.window.deleteLater()  # not left to a collector that may run on another thread


@pytest.fixture
def fresh(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fresh]:
    home = Home(root=tmp_path / "home")
    make_bundle(home.models / "tiny")
    monkeypatch.setattr(Store, "cameras", lambda _: [])
    station = Fresh(qtbot, home)
    yield station
    station.close()


def test_every_step_has_room_for_what_it_asks(fresh: Fresh) -> None:
    dialog = fresh.dialog
    for place, step in enumerate((dialog.pictures, dialog.model, dialog.record)):
        dialog.show_step(place)
        fresh.until(step.isVisible)
        layout = step.layout()
        assert layout is not None
        assert step.height() >= max(layout.minimumSize().height(), layout.minimumHeightForWidth(step.width()))


def test_a_folder_a_model_and_a_record_become_a_recipe_in_force(fresh: Fresh, tmp_path: Path) -> None:
    folder = tmp_path / "line"
    folder.mkdir()
    picture(folder / "a.png", bad=False)
    dialog, steps = fresh.dialog, fresh.dialog.pictures
    fresh.press(steps.choices[SourceKind.FOLDER])
    fresh.press(dialog.next_button)
    assert dialog.message.text() == "Name the folder of pictures."
    steps.folder.choose(str(folder))
    fresh.until(lambda: steps.view.picture_size == (128, 128))
    steps.product.setText("Flange")
    fresh.press(dialog.next_button)
    assert dialog.step == 1
    fresh.press(dialog.model.choices["there"])
    fresh.until(dialog.model.models.count)
    dialog.model.models.setCurrentText("tiny")
    fresh.press(dialog.next_button)
    dialog.record.station.setText("Station 7")
    dialog.record.keep.setCurrentIndex(list(KeepPolicy).index(KeepPolicy.ALL))
    fresh.until(lambda: "GB are free" in dialog.record.room.text())
    fresh.press(dialog.next_button)
    fresh.until(lambda: fresh.session.recipe is not None and fresh.session.recipe.name == "Flange")
    saved = load_recipe(fresh.home.recipes / "Flange.json")
    assert (saved.source, saved.model, saved.archive.keep) == (f"folder:{folder}", "tiny", KeepPolicy.ALL)
    assert saved.trigger.mode is TriggerMode.EVERY_PICTURE
    settings, faults = load_settings(fresh.home.settings)
    assert (settings.station, settings.recipe, faults) == ("Station 7", "Flange", [])


def test_a_part_without_a_model_is_never_judged_by_the_demo_model(fresh: Fresh, tmp_path: Path) -> None:
    dialog = fresh.dialog
    fresh.press(dialog.pictures.choices[SourceKind.FOLDER])
    dialog.pictures.folder.choose(str(tmp_path))
    fresh.press(dialog.next_button)
    fresh.press(dialog.model.choices["train"])
    fresh.press(dialog.next_button)
    fresh.press(dialog.skip_button)
    fresh.until(lambda: fresh.session.recipe is not None and fresh.session.recipe.name == "Part 1")
    assert fresh.session.recipe is not None
    assert fresh.session.recipe.model == NO_MODEL
    current = fresh.window.settings.sections.currentItem()
    assert current is not None
    assert current.text() == "Training"
    fresh.session.start()
    fresh.until(lambda: fresh.session.status().fault)
    assert "there is no model “not yet trained”" in fresh.session.status().fault
    with closing(SqliteResultLog(fresh.home.log, read_only=True)) as log:
        assert log.tally(LogQuery()) == Tally()


def test_good_parts_are_shown_to_the_source_that_was_chosen(fresh: Fresh, tmp_path: Path) -> None:
    folder = tmp_path / "line"
    folder.mkdir()
    picture(folder / "a.png", bad=False)
    dialog = fresh.dialog
    fresh.press(dialog.pictures.choices[SourceKind.FOLDER])
    dialog.pictures.folder.choose(str(folder))
    dialog.pictures.product.setText("Flange")
    fresh.press(dialog.next_button)
    fresh.press(dialog.model.choices["show"])
    fresh.press(dialog.next_button)
    fresh.press(dialog.next_button)
    fresh.until(lambda: fresh.window.good_parts is not None and fresh.window.good_parts.isVisible())
    assert fresh.window.good_parts is not None
    shown = fresh.window.good_parts
    fresh.until(lambda: shown.show_parts.view.picture_size == (128, 128))
    assert shown.title.text() == "Show good parts of Flange"
    assert load_recipe(fresh.home.recipes / "Flange.json").model == NO_MODEL
    fresh.press(shown.show_parts.good_button)
    fresh.until(lambda: shown.show_parts.taken.list.count() == 1)
    assert len(list((fresh.home.good_parts / "Flange" / "good").iterdir())) == 1
    fresh.press(shown.later_button)


def test_everything_skipped_changes_nothing_but_that_it_does_not_ask_again(fresh: Fresh) -> None:
    assert app.is_first_start(AppOptions(home=fresh.home))
    for _ in range(3):
        fresh.press(fresh.dialog.skip_button)
    fresh.until(fresh.home.settings.exists)
    assert not fresh.dialog.isVisible()
    assert not list(fresh.home.recipes.glob("*.json"))
    assert load_settings(fresh.home.settings)[0].station == Settings().station
    assert not app.is_first_start(AppOptions(home=fresh.home))


def test_escape_sets_up_later(fresh: Fresh) -> None:
    fresh.qtbot.keyClick(fresh.dialog, Qt.Key.Key_Escape)
    fresh.until(fresh.home.settings.exists)
    assert not fresh.dialog.isVisible()
    fresh.window.show_page("settings")
    fresh.press(fresh.window.settings.set_up_button)
    fresh.until(lambda: fresh.window.first_start is not None and fresh.window.first_start.isVisible())


def test_the_demo_line_needs_nothing(fresh: Fresh) -> None:
    dialog = fresh.dialog
    fresh.press(dialog.pictures.choices[SourceKind.DEMO])
    fresh.until(lambda: dialog.pictures.view.picture_size is not None)
    fresh.press(dialog.next_button)
    assert dialog.model.chosen == "there"
    assert dialog.model.model() == "demo"
    fresh.press(dialog.next_button)
    fresh.press(dialog.next_button)
    fresh.until(fresh.home.settings.exists)
    assert fresh.session.recipe is not None
    assert fresh.session.recipe.source == "demo:"


def test_a_bad_name_is_said_and_nothing_is_saved(fresh: Fresh, tmp_path: Path) -> None:
    dialog = fresh.dialog
    fresh.press(dialog.pictures.choices[SourceKind.FOLDER])
    dialog.pictures.folder.choose(str(tmp_path))
    dialog.pictures.product.setText("a/b")
    fresh.press(dialog.next_button)
    fresh.press(dialog.skip_button)
    fresh.press(dialog.next_button)
    assert "no slash" in dialog.message.text()
    assert dialog.isVisible()
    assert not fresh.home.settings.exists()


def test_an_import_that_fails_says_why(fresh: Fresh, tmp_path: Path) -> None:
    dialog = fresh.dialog
    fresh.press(dialog.skip_button)
    fresh.press(dialog.model.choices["import"])
    fresh.press(dialog.model.import_button)
    assert dialog.model.message.text() == "Name the file of weights."
    dialog.model.weights.line.setText(str(tmp_path / "absent.pth"))
    fresh.press(dialog.model.import_button)
    fresh.until(lambda: "absent.pth cannot be read" in dialog.model.message.text())
    fresh.press(dialog.next_button)
    assert dialog.message.text() == "Import the file first, or choose another way."


def test_the_first_start_is_not_one_where_the_command_line_says_what_to_do(tmp_path: Path) -> None:
    home = Home(root=tmp_path)
    assert app.is_first_start(AppOptions(home=home))
    assert not app.is_first_start(AppOptions(home=home, overrides=Overrides(source="demo:")))
    home.recipes.mkdir()
    (home.recipes / "A.json").write_text(json.dumps({}))
    assert not app.is_first_start(AppOptions(home=home))


def _to_the_end(fresh: Fresh, folder: str, *, mode: TriggerMode | None = None) -> None:
    """Answer for a folder and the demo model, and press Finish."""
    dialog = fresh.dialog
    fresh.press(dialog.pictures.choices[SourceKind.FOLDER])
    dialog.pictures.folder.choose(folder)
    if mode is not None:
        dialog.pictures.mode.setCurrentIndex(dialog.pictures.mode.findData(mode))
    fresh.press(dialog.next_button)
    for _ in range(2):
        if dialog.step > 0:
            fresh.press(dialog.skip_button)


def test_a_recipe_of_the_same_name_is_replaced_only_when_that_is_wanted(fresh: Fresh, tmp_path: Path) -> None:
    path = save_recipe(demo_recipe().model_copy(update={"name": "Part 1"}), fresh.home.recipes)
    _to_the_end(fresh, str(tmp_path))
    fresh.until(lambda: fresh.dialog.findChildren(Question))
    question = fresh.dialog.findChildren(Question)[0]
    assert question.windowTitle() == "Replace the recipe “Part 1”?"
    fresh.qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert fresh.dialog.isVisible()
    assert load_recipe(path).version == 1
    fresh.press(fresh.dialog.skip_button)
    fresh.until(lambda: len(fresh.dialog.findChildren(Question)) == 2)
    fresh.press(fresh.dialog.findChildren(Question)[1].yes_button)
    fresh.until(lambda: load_recipe(path).version == 2)
    assert load_recipe(path).source == f"folder:{tmp_path}"
    assert not fresh.dialog.isVisible()


def test_a_folder_that_is_not_there_or_waits_for_a_belt_is_refused(fresh: Fresh, tmp_path: Path) -> None:
    absent = str(tmp_path / "absent")
    _to_the_end(fresh, absent)
    fresh.until(lambda: f"There is no folder {absent}" in fresh.dialog.message.text())
    assert fresh.dialog.step == 0
    _to_the_end(fresh, str(tmp_path), mode=TriggerMode.PART_CROSSING)
    assert fresh.dialog.step == 0
    assert "Let every picture be a part." in fresh.dialog.message.text()
    assert not list(fresh.home.recipes.glob("*.json"))


def test_a_thumb_on_the_space_bar_answers_nothing(fresh: Fresh) -> None:
    dialog = fresh.dialog
    for step in range(3):
        assert dialog.step == step
        for key in (Qt.Key.Key_Space, Qt.Key.Key_Down):
            fresh.qtbot.keyClick(dialog.focusWidget() or dialog, key)
        assert (dialog.step, dialog.message.text(), dialog.isVisible()) == (step, "", True)
        fresh.press(dialog.skip_button)


def test_next_waits_until_it_is_known_whether_the_source_is_there(
    fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = threading.Event()

    def slow(source: str, mode: TriggerMode) -> None:
        assert free.wait(WAIT_S)
        check_source(source, mode)

    monkeypatch.setattr(pictures_step, "check_source", slow)  # as on a share that takes its time
    dialog, steps, absent = fresh.dialog, fresh.dialog.pictures, tmp_path / "absent"
    fresh.qtbot.mouseClick(steps.choices[SourceKind.FOLDER], Qt.MouseButton.LeftButton)
    fresh.qtbot.keyClicks(steps.folder.line, str(absent))
    fresh.qtbot.mouseClick(dialog.next_button, Qt.MouseButton.LeftButton)
    assert (dialog.step, dialog.next_button.text(), dialog.message.text()) == (0, "Looking at the source…", "")
    free.set()
    fresh.until(lambda: f"There is no folder {absent}" in dialog.message.text())
    assert (dialog.step, dialog.next_button.text()) == (0, "Next")
    absent.mkdir()
    free.clear()
    fresh.qtbot.keyClicks(steps.folder.line, "/")
    fresh.qtbot.mouseClick(dialog.next_button, Qt.MouseButton.LeftButton)
    assert dialog.step == 0
    free.set()
    fresh.until(lambda: dialog.step == 1)


def test_another_answer_takes_back_that_next_was_pressed(fresh: Fresh, tmp_path: Path) -> None:
    dialog, steps = fresh.dialog, fresh.dialog.pictures
    fresh.qtbot.mouseClick(steps.choices[SourceKind.FOLDER], Qt.MouseButton.LeftButton)
    fresh.qtbot.keyClicks(steps.folder.line, str(tmp_path))
    fresh.qtbot.mouseClick(dialog.next_button, Qt.MouseButton.LeftButton)
    assert dialog.next_button.text() == "Looking at the source…"
    fresh.qtbot.mouseClick(steps.choices[SourceKind.DEMO], Qt.MouseButton.LeftButton)
    assert dialog.next_button.text() == "Next"
    with fresh.qtbot.waitSignal(steps.looked, timeout=WAIT_MS):
        pass
    assert dialog.step == 0


def test_what_was_said_of_an_answer_goes_with_it(fresh: Fresh) -> None:
    dialog, steps = fresh.dialog, fresh.dialog.pictures
    fresh.press(dialog.next_button)
    assert dialog.message.text().startswith("No camera is chosen.")
    fresh.press(steps.choices[SourceKind.FOLDER])
    assert dialog.message.text() == ""
    fresh.press(dialog.next_button)
    assert dialog.message.text() == "Name the folder of pictures."
    fresh.qtbot.keyClicks(steps.folder.line, "/")
    assert dialog.message.text() == ""


def test_a_field_of_the_model_stands_under_its_words(fresh: Fresh) -> None:
    dialog = fresh.dialog
    fresh.press(dialog.skip_button)
    fresh.press(dialog.model.choices["there"])
    (words,) = (words for words in dialog.model.findChildren(QLabel) if words.text() == "Model")
    fresh.until(lambda: dialog.model.models.y() > 0)
    assert dialog.model.models.y() - words.geometry().bottom() < 12
