"""The Review page as a hand uses it, on parts that a line has inspected."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from inspector.domain.config import ArchiveConfig, KeepPolicy
from inspector.domain.ids import new_id
from inspector.domain.review import Judgement, QueueKind, Review
from inspector.gui.pages.review import ReviewPage
from inspector.gui.pages.review_looking import PLAN
from inspector.gui.render import Scene
from inspector.gui.widgets.verdict import Face
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.paths import Home
from inspector.recipe import Recipe, load_recipe, save_recipe
from inspector.review.deep_look import DeepLookError
from inspector.settings import Settings
from tests.bundles import make_bundle
from tests.gui.conftest import Station, picture
from trainer.protocol import Explained, ExplainReport, MapMade, Progress

#: Qt's platform without a display says so at every menu that pops up.
NO_MENUS = pytest.mark.qt_log_ignore("This plugin does not support")
ANNA = Settings(recipe="Test", reviewer="Anna")


def make_home(tmp_path: Path, keep: KeepPolicy = KeepPolicy.ALL) -> Home:
    home = Home(root=tmp_path / "home")
    make_bundle(home.models / "tiny", classes=("good", "dent", "scratch"))
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    recipe = Recipe(name="Test", source=f"folder:{pictures}", model="tiny", archive=ArchiveConfig(keep=keep))
    save_recipe(recipe, home.recipes)
    return home


class Desk:
    """A station whose line has inspected pictures, showing its Review page."""

    def __init__(
        self, qtbot: QtBot, home: Home, *, good: int = 0, bad: int = 0, broken: int = 0, settings: Settings = ANNA
    ) -> None:
        self.qtbot, self.home = qtbot, home
        pictures = home.root.parent / "pictures"
        for number in range(good):
            picture(pictures / f"{number:02d}-fine.png", bad=False)
        for number in range(bad):
            picture(pictures / f"{number:02d}-spot.png", bad=True)
        for number in range(broken):
            (pictures / f"{number:02d}-torn.png").write_bytes(b"")
        self.station = Station(qtbot, home, settings)
        count = good + bad + broken
        if count:
            self.station.session.start()
            self.until(lambda: self.station.session.engine.status().parts == count)
        self.station.session.stop()
        self.station.window.show_page("review")
        self.page: ReviewPage = self.station.window.review
        self.until(lambda: self.page.walk.queue is not None)

    def until(self, condition: object) -> None:
        self.station.until(condition)  # type: ignore[arg-type]

    def press(self, button: QWidget) -> None:
        self.until(lambda: button.isVisible() and button.isEnabled())
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        window = self.page.window()
        if not window.isActiveWindow():  # without a display a menu that closes leaves no window active
            window.activateWindow()
            self.page.setFocus()
            self.until(window.isActiveWindow)
        self.qtbot.keyClick(self.page, key, modifier)

    def key_in_menu(self, key: Qt.Key) -> None:
        menu = self.page.judging.menu
        assert menu is not None
        self.qtbot.keyClick(menu, key)

    def open(self, kind: QueueKind) -> None:
        self.press(self.page.bar.buttons[kind])
        self.until(lambda: self.page.walk.queue is not None and self.page.walk.kind is kind)

    @property
    def shown(self) -> str:
        """The id of the part whose picture is on the screen; empty where there is none."""
        found, view = self.page.walk.current, self.page.stage.view
        there = found is not None and view._shown is not None and view._shown.scene.image is found.image
        return found.inspection_id if found is not None and there else ""

    def until_shown(self, other_than: str = "") -> str:
        self.until(lambda: self.shown and self.shown != other_than and self.page.walk.can_judge)
        return self.shown

    def face(self) -> Face:
        return self.page.columns.facts.verdict.face

    def scene(self) -> Scene:
        found = self.page.stage.view._scene
        assert found is not None
        return found

    @property
    def message(self) -> str:
        return self.page.judging.message.text()

    def reviews(self, inspection_id: str) -> list[Review]:
        return ReviewLog(self.home.log, read_only=True).history(inspection_id)

    def say_as(self, reviewer: str, inspection_id: str, judgement: Judgement) -> None:
        now = datetime.now(UTC)
        ReviewLog(self.home.log).add(
            Review(id=new_id(), inspection_id=inspection_id, time_utc=now, reviewer=reviewer, judgement=judgement)
        )

    def close(self) -> None:
        self.station.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path)


@pytest.fixture
def desks(qtbot: QtBot) -> Iterator[list[Desk]]:
    made: list[Desk] = []
    yield made
    for one in made:
        one.close()
    for thread in threading.enumerate():  # a thread that the end of the process tears out of a library would abort it
        if thread.name in {"work", "training"}:
            thread.join(20)


@NO_MENUS
def test_failures_are_walked_with_the_keyboard(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, good=1, bad=3)
    desks.append(desk)
    page = desk.page
    first = desk.until_shown()
    desk.until(lambda: page.bar.buttons[QueueKind.FAILURES].text() == "Failures 3")
    desk.until(lambda: page.judging._types == ("dent", "scratch"))
    assert desk.face() is Face.FAIL
    assert page.columns.facts.score._number.text() == "1.00"
    assert page.judging.place.text() == "1 OF 3"
    assert desk.scene().heatmap is not None
    desk.key(Qt.Key.Key_H)
    desk.until(lambda: page.stage.view._shown is not None and page.stage.view._shown.scene.heatmap is None)

    desk.key(Qt.Key.Key_G)
    second = desk.until_shown(first)
    assert [(one.judgement, one.reviewer, one.queue, one.blind) for one in desk.reviews(first)] == [
        (Judgement.GOOD, "Anna", QueueKind.FAILURES, False)
    ]
    assert "against FAIL: a false reject" in desk.message
    desk.key(Qt.Key.Key_D)
    menu = page.judging.menu
    assert menu is not None
    assert [one.text()[:2] for one in menu.actions() if one.text()] == ["&1", "&2", "&D", "&N"]
    qtbot.keyClick(menu, Qt.Key.Key_2)
    third = desk.until_shown(second)
    assert [(one.judgement, one.defect_type) for one in desk.reviews(second)] == [(Judgement.DEFECTIVE, "scratch")]
    desk.key(Qt.Key.Key_Left)
    assert desk.until_shown(third) == second
    assert page.judging.defective.isChecked()
    desk.key(Qt.Key.Key_Right)
    assert desk.until_shown(second) == third
    desk.key(Qt.Key.Key_U)
    desk.until(lambda: page.walk.ended and not page.walk.writing)
    assert "The end of this queue: 3 judged" in page.stage.view.words_when_empty
    desk.until(lambda: page.bar.buttons[QueueKind.FAILURES].text() == "Failures 0")
    desk.until(lambda: page.side.recent.list.count() == 3)
    assert desk.face() is Face.NO_PART


def test_undo_withdraws_and_shows_the_part_again(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, bad=2)
    desks.append(desk)
    first = desk.until_shown()
    assert not desk.page.judging.undo.isEnabled()
    desk.key(Qt.Key.Key_G)
    desk.until_shown(first)
    desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    desk.until(lambda: desk.shown == first and desk.page.walk.can_judge)
    said = desk.reviews(first)
    assert [one.judgement for one in said] == [Judgement.GOOD, None]
    assert said[1].undoes == said[0].id
    assert desk.message == "Withdrawn: good."
    assert not desk.page.judging.undo.isEnabled()
    desk.until(lambda: desk.page.bar.buttons[QueueKind.FAILURES].text() == "Failures 2")


def test_nothing_is_recorded_without_a_name(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, bad=1, settings=Settings(recipe="Test"))
    desks.append(desk)
    page = desk.page
    part = desk.until_shown()
    desk.press(page.judging.good)
    assert "Say who you are first" in desk.message
    assert page.bar.reviewer.property("bad") == "true"
    assert desk.reviews(part) == []
    page.bar.reviewer.setFocus()
    qtbot.keyClicks(page.bar.reviewer, "Gudrun  Unger")
    assert desk.reviews(part) == []  # the letters are a name's, not a judgement
    qtbot.keyClick(page.bar.reviewer, Qt.Key.Key_Return)
    desk.until(lambda: desk.station.session.store.settings.reviewer == "Gudrun Unger")
    desk.until_shown()
    desk.key(Qt.Key.Key_G)
    desk.until(lambda: page.walk.ended and not page.walk.writing)
    assert [one.reviewer for one in desk.reviews(part)] == ["Gudrun Unger"]
    assert Settings.model_validate_json(home.settings.read_text()).reviewer == "Gudrun Unger"


def test_a_note_goes_with_the_judgement(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, bad=2)
    desks.append(desk)
    part = desk.until_shown()
    note = desk.page.judging.note
    note.setFocus()
    qtbot.keyClicks(note, "dug up, glue?")
    qtbot.keyClick(note, Qt.Key.Key_Return)
    assert desk.reviews(part) == []
    desk.key(Qt.Key.Key_U)
    desk.until_shown(part)
    assert [one.note for one in desk.reviews(part)] == ["dug up, glue?"]
    assert note.text() == ""


@NO_MENUS
def test_a_new_type_is_offered_from_then_on(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, bad=2)
    desks.append(desk)
    part = desk.until_shown()
    desk.key(Qt.Key.Key_D)
    menu = desk.page.judging.menu
    assert menu is not None
    qtbot.keyClick(menu, Qt.Key.Key_N)
    question = desk.page.judging.question
    assert question is not None
    assert not question.yes_button.isEnabled()
    qtbot.keyClicks(question.reason, "glue thread")
    qtbot.mouseClick(question.yes_button, Qt.MouseButton.LeftButton)
    desk.until_shown(part)
    assert [one.defect_type for one in desk.reviews(part)] == ["glue thread"]
    desk.until(lambda: "glue thread" in desk.page.judging._types)


def test_the_blind_audit_withholds_everything_until_the_part_is_judged(
    qtbot: QtBot, home: Home, desks: list[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.gui.pages.review_walk.ANSWER_S", 3600.0)
    desk = Desk(qtbot, home, good=2, bad=2)
    desks.append(desk)
    desk.open(QueueKind.AUDIT)
    page = desk.page
    first = desk.until_shown()
    desk.until(lambda: all(page.walk.reader.known(one) for one in page.walk.ids))
    assert len(page.walk.ids) == 4
    assert desk.face() is Face.WITHHELD
    assert page.columns.facts.score._number.text() == "–"
    assert desk.scene().heatmap is None
    assert {one.state for one in page.stage.film.stills} == {"idle"}
    seen = " ".join(
        [desk.scene().label, *(value.text() for value in page.columns.facts.values.values())]
        + [f"{one.words} {one.tip}" for one in page.stage.film.stills]
    ).lower()
    assert [word for word in ("fine", "spot", "pass", "fail", "1.00", "0.00", ".png") if word in seen] == []
    assert not page.stage.look_button.isEnabled()
    assert not page.stage.heatmap_button.isEnabled()

    desk.key(Qt.Key.Key_G)
    desk.until(lambda: page.walk.answer is not None)
    assert [(one.blind, one.queue) for one in desk.reviews(first)] == [(True, QueueKind.AUDIT)]
    assert desk.shown == first  # the answer is shown beside it
    assert desk.face() in {Face.PASS, Face.FAIL}
    assert desk.scene().heatmap is not None
    desk.key(Qt.Key.Key_G)  # not meant for this part any more, and the next is not on the screen yet
    assert len(desk.reviews(first)) == 1
    desk.press(page.judging.undo)
    desk.until(lambda: page.walk.can_judge and desk.shown == first)
    assert "You have seen its verdict" in desk.message
    desk.key(Qt.Key.Key_G)
    second = desk.until_shown(first)
    assert [one.blind for one in desk.reviews(first) if one.judgement] == [True, False]
    desk.key(Qt.Key.Key_U)
    desk.until(lambda: page.walk.answer is not None)
    desk.key(Qt.Key.Key_Right)
    desk.until_shown(second)
    assert desk.face() is Face.WITHHELD
    desk.until(lambda: page.side.audit.values["counted"].text() == "50.0 %")


def test_the_answer_goes_by_itself(
    qtbot: QtBot, home: Home, desks: list[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.gui.pages.review_walk.ANSWER_S", 0.05)
    desk = Desk(qtbot, home, good=2)
    desks.append(desk)
    desk.open(QueueKind.AUDIT)
    first = desk.until_shown()
    desk.key(Qt.Key.Key_G)
    desk.until_shown(first)
    assert desk.page.walk.answer is None
    desk.until(lambda: desk.page.side.audit.values["audited"].text() == "1 of 2")
    assert "is not shown" in desk.page.side.audit.words.text()


def test_what_cannot_be_written_stays_with_its_part(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, bad=2)
    desks.append(desk)
    page = desk.page
    desk.until_shown()
    page._log = ReviewLog(home.log, busy_s=0.01)
    page.open_queue(QueueKind.FAILURES)
    first = desk.until_shown()
    with closing(sqlite3.connect(home.log)) as other:
        other.execute("BEGIN IMMEDIATE")
        desk.key(Qt.Key.Key_G)
        desk.until(page.judging.again.isVisible)
        assert "Not recorded" in desk.message
        assert "locked" in desk.message
        assert desk.shown == first
        assert desk.reviews(first) == []
        other.rollback()
    desk.press(page.judging.again)
    desk.until_shown(first)
    assert [one.judgement for one in desk.reviews(first)] == [Judgement.GOOD]
    assert not page.judging.again.isVisible()


def test_two_reviewers_stand_beside_one_another(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, bad=2)
    desks.append(desk)
    first = desk.until_shown()
    desk.say_as("Ben", first, Judgement.DEFECTIVE)
    desk.key(Qt.Key.Key_G)
    second = desk.until_shown(first)
    assert "Meanwhile judged by Ben (defective)" in desk.message
    assert [(one.reviewer, one.judgement) for one in desk.reviews(first)] == [
        ("Ben", Judgement.DEFECTIVE),
        ("Anna", Judgement.GOOD),
    ]
    desk.key(Qt.Key.Key_Left)
    desk.until_shown(second)
    assert "Ben: defective" in desk.page.columns.facts.values["Others"].text()


def test_a_part_that_a_colleague_has_judged_is_left_out(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, bad=2)
    desks.append(desk)
    first = desk.until_shown()
    desk.say_as("Ben", first, Judgement.DEFECTIVE)
    desk.open(QueueKind.FAILURES)
    desk.until(lambda: len(desk.page.walk.ids) == 1)
    assert desk.until_shown() != first


def test_a_picture_deleted_since_is_passed_over_and_never_judged(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, bad=2)
    desks.append(desk)
    first = desk.until_shown()
    desk.open(QueueKind.REVIEWS)
    with closing(SqliteResultLog(home.log, read_only=True)) as log:
        parts = {one.id: one for one in log.rows(LogQuery())}
    kept = parts[first].picture
    assert kept is not None
    kept.path.unlink()
    desk.open(QueueKind.FAILURES)
    assert desk.until_shown() != first
    assert "passed over: its picture has been removed since" in desk.message
    desk.key(Qt.Key.Key_G)
    desk.until(lambda: desk.page.walk.ended and not desk.page.walk.writing)
    assert "1 passed over" in desk.page.stage.view.words_when_empty
    assert desk.reviews(first) == []


def test_empty_queues_say_what_belongs_there(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home)
    desks.append(desk)
    for kind, words in (
        (QueueKind.FAILURES, "Parts that FAIL come here"),
        (QueueKind.REVIEWS, "Parts between the two thresholds"),
        (QueueKind.ERRORS, "Parts that could not be judged"),
        (QueueKind.AUDIT, "A random sample of passed parts"),
    ):
        desk.open(kind)
        desk.until(lambda words=words: words in desk.page.stage.view.words_when_empty)
        assert not desk.page.judging.good.isEnabled()
        assert not desk.page.judging.skip.isEnabled()
    desk.until(lambda: desk.page.bar.buttons[QueueKind.ERRORS].text() == "Errors 0")


def test_without_kept_passes_the_audit_says_so_and_leads_to_the_archive(
    qtbot: QtBot, tmp_path: Path, desks: list[Desk]
) -> None:
    desk = Desk(qtbot, make_home(tmp_path, KeepPolicy.FAILURES), good=2, bad=1)
    desks.append(desk)
    audit = desk.page.side.audit
    desk.until(lambda: "No pictures of passed parts were kept" in audit.words.text())
    desk.press(desk.page.side.tabs.buttons[1])
    desk.press(audit.archive_button)
    desk.until(desk.station.window.settings.isVisible)
    assert desk.station.window.settings._title.text() == "Archive"


def test_a_recent_judgement_leads_back_to_its_part(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, bad=2)
    desks.append(desk)
    page = desk.page
    first = desk.until_shown()
    desk.key(Qt.Key.Key_G)
    second = desk.until_shown(first)
    recent = page.side.recent
    desk.until(lambda: recent.list.count() == 1)
    assert recent.list.item(0).text().startswith("good against FAIL\nAnna")
    desk.press(page.side.tabs.buttons[3])
    qtbot.mouseClick(
        recent.list.viewport(), Qt.MouseButton.LeftButton, pos=recent.list.visualItemRect(recent.list.item(0)).center()
    )
    desk.until(lambda: page.walk.direct is not None and desk.shown == first)
    assert page.judging.place.text() == "LOOKED UP"
    assert page.judging.good.isChecked()
    desk.key(Qt.Key.Key_U)
    desk.until(lambda: len(desk.reviews(first)) == 2 and page.judging.unsure.isChecked())
    assert desk.reviews(first)[1].queue is QueueKind.DIRECT
    desk.key(Qt.Key.Key_Left)
    desk.until(lambda: desk.shown == second)


def test_a_window_closed_in_the_middle_loses_nothing(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, bad=3)
    first = desk.until_shown()
    desk.key(Qt.Key.Key_G)
    desk.close()
    assert [one.judgement for one in desk.reviews(first)] == [Judgement.GOOD]
    again = Desk(qtbot, home)
    desks.append(again)
    again.until(lambda: len(again.page.walk.ids) == 2)
    assert first not in again.page.walk.ids


def test_another_recipe_brings_its_own_parts(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, bad=1)
    desks.append(desk)
    desk.until_shown()
    other = load_recipe(home.recipes / "Test.json").model_copy(update={"name": "Other", "version": 1})
    desk.station.session.apply_recipe(other, lambda _: None)
    desk.until(lambda: desk.page.walk.queue is not None and desk.page.walk.ended)
    desk.page.bar.whose.setCurrentIndex(desk.page.bar.whose.findData("all"))
    desk.until_shown()


def test_in_a_wide_window_every_card_is_in_view(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, bad=1)
    desks.append(desk)
    side, cards = desk.page.side, (desk.page.side.audit, desk.page.side.learning, desk.page.side.recent)
    assert [one.isVisible() for one in (desk.page.columns.facts, side.tabs, *cards)] == [
        True,
        True,
        False,
        False,
        False,
    ]
    desk.press(side.tabs.buttons[2])
    assert [one.isVisible() for one in (desk.page.columns.facts, side.tabs, *cards)] == [
        False,
        True,
        False,
        True,
        False,
    ]
    desk.station.window.resize(1920, 1080)
    desk.until(
        lambda: [one.isVisible() for one in (desk.page.columns.facts, side.tabs, *cards)] == [True, False, *[True] * 3]
    )
    desk.station.window.resize(1280, 800)
    desk.until(
        lambda: (
            [one.isVisible() for one in (desk.page.columns.facts, side.tabs, *cards)]
            == [False, True, False, True, False]
        )
    )


@NO_MENUS
def test_what_contradicts_the_line_is_to_be_learned(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, good=1, bad=2)
    desks.append(desk)
    page, card = desk.page, desk.page.side.learning
    desk.until(lambda: "Nothing is to be learned yet" in card.words.text())
    assert not card.train_button.isEnabled()
    first = desk.until_shown()
    desk.key(Qt.Key.Key_G)
    desk.until_shown(first)
    desk.until(lambda: page.judging._types)
    desk.key(Qt.Key.Key_D)
    desk.key_in_menu(Qt.Key.Key_2)
    desk.until(lambda: card.words.text() == "1 to learn: 1 good.")
    assert (home.learning / "Test" / "pictures" / f"{first}.png").is_file()
    desk.press(page.side.tabs.buttons[2])
    assert card.list.item(0).text() == "good\nagainst FAIL · Anna"
    assert not card.list.item(0).icon().isNull()
    card.confirmed.click()
    desk.until(lambda: card.words.text() == "2 to learn: 1 good, 1 scratch.")

    centre = card.list.visualItemRect(card.list.item(1)).center()
    qtbot.mouseClick(card.list.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    desk.press(card.remove_button)
    desk.until(lambda: card.words.text() == "1 to learn: 1 scratch. 1 removed by hand.")
    assert [one.judgement for one in desk.reviews(first)] == [Judgement.GOOD]  # what was said stays
    desk.press(card.back_button)
    desk.until(lambda: card.words.text() == "2 to learn: 1 good, 1 scratch.")
    assert not card.back_button.isEnabled()

    desk.press(card.train_button)
    training = desk.station.window.settings.training
    desk.until(training.isVisible)
    manifest = Path(training.data.path.text())
    assert manifest.parent == home.learning / "Test"
    assert manifest.read_text().count(str(home.learning)) == 2
    desk.station.window.show_page("review")
    desk.until(lambda: "only what was learned is in" in card.fault.text())
    training.release()


def test_a_withdrawn_judgement_is_not_learned_from(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, bad=2)
    desks.append(desk)
    card = desk.page.side.learning
    first = desk.until_shown()
    desk.key(Qt.Key.Key_G)
    desk.until_shown(first)
    desk.until(lambda: card.words.text() == "1 to learn: 1 good.")
    desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    desk.until(lambda: "Nothing is to be learned yet" in card.words.text())


class FakeLook:
    """A deep look whose maps come when they are told to."""

    def __init__(self, model: Path, picture: Path, out: Path) -> None:
        self.model, self.picture, self.out = model, picture, out
        self.over = False
        self.fault = ""
        self.reports: list[ExplainReport] = []

    def make(self, method: str, layer: str, done: int) -> None:
        path = self.out / f"{method}-{layer}.png"
        cv2.imwrite(str(path), np.full((32, 32, 3), 90, np.uint8))
        made = MapMade(
            method=method, layer=layer, overlay=str(path), heatmap=str(path), map_box=(0, 0, 1, 1), seconds=0.1
        )
        self.reports += [made, Progress(stage="maps", done=done, total=9)]

    def poll(self) -> list[ExplainReport]:
        if self.fault:
            raise DeepLookError(self.fault, "Try again.")
        found, self.reports = self.reports, []
        return found

    def cancel(self) -> None:
        self.over = True


class Looks:
    """Starts them, and keeps them."""

    def __init__(self, desk: Desk) -> None:
        self.made: list[FakeLook] = []
        desk.page.looking.start = self.start

    def start(self, model: Path, picture: Path, out: Path) -> FakeLook:
        self.made.append(FakeLook(model, picture, out))
        return self.made[-1]


def test_a_deep_look_shows_its_maps_one_by_one(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, bad=1)
    desks.append(desk)
    looks = Looks(desk)
    desk.until_shown()
    desk.key(Qt.Key.Key_L)
    desk.until(lambda: looks.made)
    dialog, look = desk.page.looking.dialog, looks.made[0]
    assert dialog is not None
    assert look.model == home.models / "tiny"
    assert look.picture.is_file()
    desk.until(lambda: dialog.cells["layer3", "picture"].image is not None)
    assert "the model that judged it" in dialog.words.text()
    look.make("Grad-CAM++", "layer3", 1)
    cell = dialog.cells["layer3", "Grad-CAM++"]
    desk.until(lambda: cell.image is not None)
    assert dialog.stage.text() == "1 of 9 maps"
    assert dialog.cells["layer4", "Grad-CAM++"].image is None
    desk.press(cell)
    assert dialog.pages.currentWidget() is dialog._large
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.pages.currentWidget() is dialog._maps
    look.reports.append(Explained(picture="", model="tiny", model_sha256="", p_defective=0.999, explained_class="dent"))
    desk.until(lambda: dialog.stage.text() == "P(defective) 0.999, explained: dent.")
    assert not dialog.cancel_button.isVisible()
    qtbot.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
    desk.until(lambda: not look.out.exists() and desk.page.looking.dialog is None)


def test_a_deep_look_can_be_cancelled_and_tried_again(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, bad=1)
    desks.append(desk)
    looks = Looks(desk)
    desk.until_shown()
    desk.key(Qt.Key.Key_L)
    desk.until(lambda: desk.page.looking._begun is not None)
    dialog = desk.page.looking.dialog
    assert dialog is not None
    looks.made[0].fault = "the memory is full"
    desk.until(dialog.again_button.isVisible)
    assert dialog.fault.text() == "the memory is full. Try again."
    qtbot.mouseClick(dialog.again_button, Qt.MouseButton.LeftButton)
    desk.until(lambda: len(looks.made) == 2 and desk.page.looking._begun is not None)
    assert not dialog.fault.isVisible()
    qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    desk.until(lambda: looks.made[1].over and not looks.made[1].out.exists())
    assert dialog.stage.text() == "Cancelled"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_a_deep_look_says_when_the_model_is_replaced_or_gone(qtbot: QtBot, home: Home, desks: list[Desk]) -> None:
    desk = Desk(qtbot, home, bad=1)
    desks.append(desk)
    looks = Looks(desk)
    desk.until_shown()
    manifest = home.models / "tiny" / "manifest.json"
    manifest.write_bytes(manifest.read_bytes() + b"\n")
    desk.press(desk.page.stage.look_button)
    desk.until(lambda: desk.page.looking._begun is not None)
    dialog = desk.page.looking.dialog
    assert dialog is not None
    assert "has been replaced since" in dialog.words.text()
    dialog.reject()
    manifest.unlink()
    desk.press(desk.page.stage.look_button)
    dialog = desk.page.looking.dialog
    assert dialog is not None
    desk.until(lambda: "there is no model “tiny”" in dialog.fault.text())
    assert len(looks.made) == 1
    dialog.reject()


def test_the_plan_of_a_deep_look_has_the_trainers_maps() -> None:
    from trainer.explain import LAYERS, METHODS

    planned = {(layer, key) for layer, maps in PLAN for key, _ in maps}
    made = {(layer, words) for words, kind in METHODS.values() for layer in (LAYERS if kind else ("layer4",))}
    assert planned == {*made, ("layer3", "picture")}


def test_a_key_that_comes_too_early_does_not_part_the_answer_from_its_picture(
    qtbot: QtBot, home: Home, desks: list[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.gui.pages.review_walk.ANSWER_S", 3600.0)
    desk = Desk(qtbot, home, good=2)
    desks.append(desk)
    desk.open(QueueKind.AUDIT)
    walk = desk.page.walk
    first = desk.until_shown()
    walk.judge(Judgement.GOOD)
    walk._written.wait(5)  # on the disk, but the window has not heard of it
    walk.skip()
    walk.back()
    walk.jump(walk.ids[1])
    desk.until(lambda: walk.answer is not None)
    assert walk.answer is not None
    assert desk.shown == first == walk.answer.review.inspection_id
