"""The Review page as a hand uses it: queues walked, parts judged, blind or not, beside others."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from inspector.domain.review import Judgement, QueueKind
from inspector.engine.faces import Face
from inspector.gui.review.scope import Whose
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.paths import Home
from inspector.recipes.recipe import load_recipe
from inspector.settings import Settings
from tests.gui.conftest import Closes
from tests.gui.reviewing import NO_MENUS, ReviewDesk, make_home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path)


@NO_MENUS
def test_failures_are_walked_with_the_keyboard(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, good=1, bad=3)
    desks.append(desk)
    page = desk.page
    first = desk.until_shown()
    desk.until(lambda: page.bar.buttons[QueueKind.FAILURES].text() == "Failures 3")
    desk.until(lambda: page.judging.types == ("dent", "scratch"))
    assert desk.face() is Face.FAIL
    assert page.cards.facts.score.number.text() == "1.00"
    assert page.judging.place.text() == "1 OF 3"
    assert desk.scene().heatmap is not None
    desk.key(Qt.Key.Key_H)
    desk.until(lambda: page.part_view.view.shown is not None and page.part_view.view.shown.scene.heatmap is None)

    desk.key(Qt.Key.Key_G)
    second = desk.until_shown(first)
    assert [(review.judgement, review.reviewer, review.queue, review.blind) for review in desk.reviews(first)] == [
        (Judgement.GOOD, "Anna", QueueKind.FAILURES, False)
    ]
    assert "against FAIL: a false reject" in desk.message
    desk.key(Qt.Key.Key_D)
    menu = page.judging.menu
    assert menu is not None
    assert [action.text()[:2] for action in menu.actions() if action.text()] == ["&1", "&2", "&D", "&N"]
    qtbot.keyClick(menu, Qt.Key.Key_2)
    third = desk.until_shown(second)
    assert [(review.judgement, review.defect_type) for review in desk.reviews(second)] == [
        (Judgement.DEFECTIVE, "scratch")
    ]
    desk.key(Qt.Key.Key_Left)
    assert desk.until_shown(third) == second
    assert page.judging.defective.isChecked()
    desk.key(Qt.Key.Key_Right)
    assert desk.until_shown(second) == third
    desk.key(Qt.Key.Key_U)
    desk.until(lambda: page.walk.ended and not page.walk.writing)
    assert "The end of this queue: 3 judged" in page.part_view.view.words_when_empty
    desk.until(lambda: page.bar.buttons[QueueKind.FAILURES].text() == "Failures 0")
    desk.until(lambda: page.cards.recent.list.count() == 3)
    assert desk.face() is Face.NO_PART


def test_undo_withdraws_and_shows_the_part_again(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=2)
    desks.append(desk)
    first = desk.until_shown()
    assert not desk.page.judging.undo.isEnabled()
    desk.key(Qt.Key.Key_G)
    desk.until_shown(first)
    desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    desk.until(lambda: desk.shown == first and desk.page.walk.can_judge)
    said = desk.reviews(first)
    assert [review.judgement for review in said] == [Judgement.GOOD, None]
    assert said[1].undoes == said[0].id
    assert desk.message == "Withdrawn: good."
    assert not desk.page.judging.undo.isEnabled()
    desk.until(lambda: desk.page.bar.buttons[QueueKind.FAILURES].text() == "Failures 2")


def test_nothing_is_recorded_without_a_name(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=1, settings=Settings(recipe="Test"))
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
    desk.until(lambda: desk.station.session.settings.reviewer == "Gudrun Unger")
    desk.until_shown()
    desk.key(Qt.Key.Key_G)
    desk.until(lambda: page.walk.ended and not page.walk.writing)
    assert [review.reviewer for review in desk.reviews(part)] == ["Gudrun Unger"]
    assert Settings.model_validate_json(home.settings.read_text()).reviewer == "Gudrun Unger"


def test_a_note_goes_with_the_judgement(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=2)
    desks.append(desk)
    part = desk.until_shown()
    note = desk.page.judging.note
    note.setFocus()
    qtbot.keyClicks(note, "dug up, glue?")
    qtbot.keyClick(note, Qt.Key.Key_Return)
    assert desk.reviews(part) == []
    desk.key(Qt.Key.Key_U)
    desk.until_shown(part)
    assert [review.note for review in desk.reviews(part)] == ["dug up, glue?"]
    assert note.text() == ""


@NO_MENUS
def test_a_new_type_is_offered_from_then_on(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=2)
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
    assert [review.defect_type for review in desk.reviews(part)] == ["glue thread"]
    desk.until(lambda: "glue thread" in desk.page.judging.types)


def test_the_blind_audit_withholds_everything_until_the_part_is_judged(
    qtbot: QtBot, home: Home, desks: list[Closes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.review.walk.ANSWER_S", 3600.0)
    desk = ReviewDesk(qtbot, home, good=2, bad=2)
    desks.append(desk)
    desk.open(QueueKind.AUDIT)
    page = desk.page
    first = desk.until_shown()
    desk.until(lambda: all(page.walk.known(part) for part in page.walk.ids))
    assert len(page.walk.ids) == 4
    assert desk.face() is Face.WITHHELD
    assert page.cards.facts.score.number.text() == "–"
    assert desk.scene().heatmap is None
    assert {still.state for still in page.part_view.film.stills} == {"idle"}
    seen = " ".join(
        [desk.scene().label, *(value.text() for value in page.cards.facts.values.values())]
        + [f"{still.words} {still.tip}" for still in page.part_view.film.stills]
    ).lower()
    assert [word for word in ("fine", "spot", "pass", "fail", "1.00", "0.00", ".png") if word in seen] == []
    assert not page.part_view.look_button.isEnabled()
    assert not page.part_view.heatmap_button.isEnabled()

    desk.key(Qt.Key.Key_G)
    desk.until(lambda: page.walk.answer is not None)
    assert [(review.blind, review.queue) for review in desk.reviews(first)] == [(True, QueueKind.AUDIT)]
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
    assert [review.blind for review in desk.reviews(first) if review.judgement] == [True, False]
    desk.key(Qt.Key.Key_U)
    desk.until(lambda: page.walk.answer is not None)
    desk.key(Qt.Key.Key_Right)
    desk.until_shown(second)
    assert desk.face() is Face.WITHHELD
    desk.until(lambda: page.cards.audit.values["counted"].text() == "50.0 %")


def test_the_answer_goes_by_itself(
    qtbot: QtBot, home: Home, desks: list[Closes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.review.walk.ANSWER_S", 0.05)
    desk = ReviewDesk(qtbot, home, good=2)
    desks.append(desk)
    desk.open(QueueKind.AUDIT)
    first = desk.until_shown()
    desk.key(Qt.Key.Key_G)
    desk.until_shown(first)
    assert desk.page.walk.answer is None
    desk.until(lambda: desk.page.cards.audit.values["audited"].text() == "1 of 2")
    assert "is not shown" in desk.page.cards.audit.words.text()


def test_what_cannot_be_written_stays_with_its_part(
    qtbot: QtBot, home: Home, desks: list[Closes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.gui.review.walk_runner.ReviewLog", partial(ReviewLog, busy_s=0.3))
    desk = ReviewDesk(qtbot, home, bad=2)
    desks.append(desk)
    page = desk.page
    first = desk.until_shown()
    with closing(sqlite3.connect(home.log)) as other:
        other.execute("BEGIN IMMEDIATE")
        desk.key(Qt.Key.Key_G)
        desk.until(page.judging.again.isVisible)
        assert "Not recorded" in desk.message
        assert "another program holds it" in desk.message
        assert desk.shown == first
        assert desk.reviews(first) == []
        other.rollback()
    desk.press(page.judging.again)
    desk.until_shown(first)
    assert [review.judgement for review in desk.reviews(first)] == [Judgement.GOOD]
    assert not page.judging.again.isVisible()


def test_two_reviewers_stand_beside_one_another(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=2)
    desks.append(desk)
    first = desk.until_shown()
    desk.say_as("Ben", first, Judgement.DEFECTIVE)
    desk.key(Qt.Key.Key_G)
    second = desk.until_shown(first)
    assert "Meanwhile judged by Ben (defective)" in desk.message
    assert [(review.reviewer, review.judgement) for review in desk.reviews(first)] == [
        ("Ben", Judgement.DEFECTIVE),
        ("Anna", Judgement.GOOD),
    ]
    desk.key(Qt.Key.Key_Left)
    desk.until_shown(second)
    assert "Ben: defective" in desk.page.cards.facts.values["Others"].text()


def test_a_part_that_a_colleague_has_judged_is_left_out(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=2)
    desks.append(desk)
    first = desk.until_shown()
    desk.say_as("Ben", first, Judgement.DEFECTIVE)
    desk.open(QueueKind.FAILURES)
    desk.until(lambda: len(desk.page.walk.ids) == 1)
    assert desk.until_shown() != first


def test_a_picture_deleted_since_is_passed_over_and_never_judged(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=2)
    desks.append(desk)
    first = desk.until_shown()
    desk.open(QueueKind.REVIEWS)
    with closing(SqliteResultLog(home.log, read_only=True)) as log:
        parts = {part.id: part for part in log.rows(LogQuery())}
    kept = parts[first].picture
    assert kept is not None
    kept.path.unlink()
    desk.open(QueueKind.FAILURES)
    assert desk.until_shown() != first
    assert "passed over: its picture has been removed since" in desk.message
    desk.key(Qt.Key.Key_G)
    desk.until(lambda: desk.page.walk.ended and not desk.page.walk.writing)
    assert "1 passed over" in desk.page.part_view.view.words_when_empty
    assert desk.reviews(first) == []


def test_empty_queues_say_what_belongs_there(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home)
    desks.append(desk)
    for kind, words in (
        (QueueKind.FAILURES, "Parts that FAIL come here"),
        (QueueKind.REVIEWS, "Parts between the two thresholds, and parts that are unlike good ones"),
        (QueueKind.ERRORS, "Parts that could not be judged"),
        (QueueKind.AUDIT, "A random sample of passed parts"),
    ):
        desk.open(kind)
        desk.until(lambda words=words: words in desk.page.part_view.view.words_when_empty)
        assert not desk.page.judging.good.isEnabled()
        assert not desk.page.judging.skip.isEnabled()
    desk.until(lambda: desk.page.bar.buttons[QueueKind.ERRORS].text() == "Errors 0")


def test_a_recent_judgement_leads_back_to_its_part(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=2)
    desks.append(desk)
    page = desk.page
    first = desk.until_shown()
    desk.key(Qt.Key.Key_G)
    second = desk.until_shown(first)
    recent = page.cards.recent
    desk.until(lambda: recent.list.count() == 1)
    assert recent.list.item(0).text().startswith("good against FAIL\nAnna")
    desk.press(page.cards.tabs.buttons[3])
    qtbot.mouseClick(
        recent.list.viewport(), Qt.MouseButton.LeftButton, pos=recent.list.visualItemRect(recent.list.item(0)).center()
    )
    desk.until(lambda: page.walk.looked_up is not None and desk.shown == first)
    assert page.judging.place.text() == "LOOKED UP"
    assert page.judging.good.isChecked()
    desk.key(Qt.Key.Key_U)
    desk.until(lambda: len(desk.reviews(first)) == 2 and page.judging.unsure.isChecked())
    assert desk.reviews(first)[1].queue is QueueKind.DIRECT
    desk.key(Qt.Key.Key_Left)
    desk.until(lambda: desk.shown == second)


def test_a_window_closed_in_the_middle_loses_nothing(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=3)
    first = desk.until_shown()
    desk.key(Qt.Key.Key_G)
    desk.close()
    assert [review.judgement for review in desk.reviews(first)] == [Judgement.GOOD]
    again = ReviewDesk(qtbot, home)
    desks.append(again)
    again.until(lambda: len(again.page.walk.ids) == 2)
    assert first not in again.page.walk.ids


def test_another_recipe_brings_its_own_parts(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=1)
    desks.append(desk)
    desk.until_shown()
    other = load_recipe(home.recipes / "Test.json").model_copy(update={"name": "Other", "version": 1})
    desk.station.session.apply_recipe(other, lambda _: None)
    desk.until(lambda: desk.page.walk.queue is not None and desk.page.walk.ended)
    desk.page.bar.whose.setCurrentIndex(desk.page.bar.whose.findText(Whose.ALL.value))
    desk.until_shown()


def test_a_key_that_comes_too_early_does_not_part_the_answer_from_its_picture(
    qtbot: QtBot, home: Home, desks: list[Closes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.review.walk.ANSWER_S", 3600.0)
    desk = ReviewDesk(qtbot, home, good=2)
    desks.append(desk)
    desk.open(QueueKind.AUDIT)
    walk = desk.page.walk
    first = desk.until_shown()
    for key in (Qt.Key.Key_G, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_D):
        desk.key(key)  # the window has not heard yet whether the judgement is on the disk
    assert walk.writing
    desk.until(lambda: walk.answer is not None)
    assert walk.answer is not None
    assert desk.shown == first == walk.answer.review.inspection_id
    assert [review.judgement for review in desk.reviews(first)] == [Judgement.GOOD]


def test_a_second_opinion_is_given_without_seeing_the_first(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=2)
    desks.append(desk)
    first = desk.until_shown()
    desk.say_as("Gudrun", first, Judgement.DEFECTIVE)
    page = desk.page
    desk.open(QueueKind.FAILURES)
    desk.until(lambda: page.walk.queue is not None)
    assert first not in page.walk.ids
    desk.press(page.bar.second)
    desk.until(lambda: first in page.walk.ids)
    desk.until(lambda: page.bar.buttons[QueueKind.FAILURES].text() == "Failures 2")
    assert desk.until_shown() == first
    assert page.cards.facts.values["Others"].text() == "shown once you have judged"
    desk.until(lambda: page.cards.recent.list.count() == 0)
    desk.key(Qt.Key.Key_G)
    desk.until_shown(other_than=first)
    desk.key(Qt.Key.Key_Left)
    desk.until(lambda: desk.shown == first)
    assert page.cards.facts.values["Others"].text().startswith("Gudrun: defective")
    desk.until(lambda: page.cards.recent.list.count() == 2)
    assert [review.judgement for review in desk.reviews(first)] == [Judgement.DEFECTIVE, Judgement.GOOD]
    desk.press(page.bar.second)
    desk.until(lambda: page.walk.queue is not None and first not in page.walk.ids)
