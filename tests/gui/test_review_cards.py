"""The cards of the Review page as a hand uses them: the audit, what is to be learned, and where they are shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from inspector.domain.config import KeepPolicy
from inspector.domain.review import Judgement, QueueKind
from inspector.gui.review.lessons_card import LessonsCard
from inspector.gui.training.page import TrainingPage
from inspector.gui.widgets.judgement_card import JudgementCard
from inspector.paths import Home
from tests.gui.conftest import Closes
from tests.gui.reviewing import NO_MENUS, ReviewDesk, make_home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path)


def test_without_kept_passes_the_audit_says_so_and_leads_to_the_archive(
    qtbot: QtBot, tmp_path: Path, desks: list[Closes]
) -> None:
    desk = ReviewDesk(qtbot, make_home(tmp_path, KeepPolicy.FAILURES), good=2, bad=1)
    desks.append(desk)
    audit = desk.page.cards.audit
    desk.until(lambda: "No pictures of passed parts were kept" in audit.words.text())
    desk.press(desk.page.cards.tabs.buttons[1])
    desk.press(audit.archive_button)
    desk.until(desk.station.window.settings.isVisible)
    assert desk.station.window.settings.title.text() == "Archive"


def test_in_a_wide_window_every_card_is_in_view(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=1)
    desks.append(desk)
    cards = desk.page.cards

    def in_view() -> set[str]:
        names = ("facts", "tabs", "audit", "lessons", "recent")
        return {name for name in names if getattr(cards, name).isVisible()}

    assert in_view() == {"facts", "tabs"}
    desk.press(cards.tabs.buttons[2])
    assert in_view() == {"tabs", "lessons"}
    desk.station.window.resize(1920, 1080)
    desk.until(lambda: in_view() == {"facts", "audit", "lessons", "recent"})
    desk.station.window.resize(1280, 800)
    desk.until(lambda: in_view() == {"tabs", "lessons"})
    desk.press(desk.page.bar.buttons[QueueKind.REVIEWS])  # whoever chooses a queue wants to judge
    assert in_view() == {"facts", "tabs"}


@NO_MENUS
def test_what_contradicts_the_line_is_to_be_learned(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, good=1, bad=2)
    desks.append(desk)
    page, card = desk.page, desk.page.cards.lessons
    desk.until(lambda: "Nothing is to be learned yet" in card.words.text())
    assert not card.train_button.isEnabled()
    first = desk.until_shown()
    desk.key(Qt.Key.Key_G)
    desk.until_shown(first)
    desk.until(lambda: page.judging.types)
    desk.key(Qt.Key.Key_D)
    desk.key_in_menu(Qt.Key.Key_2)
    desk.until(lambda: card.words.text() == "1 to learn: 1 good.")
    assert (home.learning / "Test" / "pictures" / f"{first}.png").is_file()
    desk.press(page.cards.tabs.buttons[2])
    assert card.list.item(0).text() == "good\nagainst FAIL · Anna"
    assert not card.list.item(0).icon().isNull()
    card.confirmed.click()
    desk.until(lambda: card.words.text() == "2 to learn: 1 good, 1 scratch.")

    centre = card.list.visualItemRect(card.list.item(1)).center()
    qtbot.mouseClick(card.list.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    desk.press(card.remove_button)
    desk.until(lambda: card.words.text() == "1 to learn: 1 scratch. 1 removed by hand.")
    assert [review.judgement for review in desk.reviews(first)] == [Judgement.GOOD]  # what was said stays
    desk.press(card.back_button)
    desk.until(lambda: card.words.text() == "2 to learn: 1 good, 1 scratch.")
    assert not card.back_button.isEnabled()

    desk.press(card.train_button)  # what was confirmed is locked: it is released first, with a reason
    desk.until(lambda: page.question is not None)
    assert page.question is not None
    assert page.question.windowTitle() == "Release 2 locked parts and learn from them?"
    qtbot.keyClicks(page.question.reason, "to be learnt")
    desk.press(page.question.yes_button)
    training = desk.station.window.training
    assert isinstance(training, TrainingPage)
    desk.until(training.isVisible)
    manifest = Path(training.data.path.text())
    assert manifest.parent == home.learning / "Test"
    assert manifest.read_text().count(str(home.learning)) == 2
    desk.station.window.show_page("review")
    desk.until(lambda: "only what was learned is in" in card.fault.text())
    training.release()


def test_the_end_of_a_queue_leads_to_what_is_to_be_learned(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=1)
    desks.append(desk)
    desk.until_shown()
    desk.key(Qt.Key.Key_G)
    desk.until(lambda: desk.page.walk.ended)
    view = desk.page.part_view.view
    desk.until(lambda: "1 picture is to be learned: “To learn” leads to a training" in view.words_when_empty)
    desk.open(QueueKind.REVIEWS)
    desk.until(lambda: "1 picture is to be learned" in view.words_when_empty)
    desk.press(desk.page.cards.tabs.buttons[3])
    recent = desk.page.cards.recent.list
    desk.until(lambda: recent.count() == 1)
    qtbot.mouseClick(recent.viewport(), Qt.MouseButton.LeftButton, pos=recent.visualItemRect(recent.item(0)).center())
    desk.until(lambda: desk.page.walk.looked_up is not None)
    desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    desk.until(lambda: desk.page.walk.own is None and not desk.page.walk.writing)
    desk.key(Qt.Key.Key_Escape)
    desk.until(lambda: "to be learned" not in view.words_when_empty)


def test_a_withdrawn_judgement_is_not_learned_from(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=2)
    desks.append(desk)
    card = desk.page.cards.lessons
    first = desk.until_shown()
    desk.key(Qt.Key.Key_G)
    desk.until_shown(first)
    desk.until(lambda: card.words.text() == "1 to learn: 1 good.")
    desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    desk.until(lambda: "Nothing is to be learned yet" in card.words.text())


def test_a_long_message_is_not_cut_through_a_line(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=1)
    desks.append(desk)
    message = desk.page.cards.judging.message
    desk.page.cards.judging.say("Passes of the recipe were not kept, and are left out. " * 6)
    line_px = message.fontMetrics().lineSpacing()
    desk.until(lambda: message.height() in (2 * line_px, 3 * line_px))


def test_what_went_wrong_is_said_as_a_sentence(qtbot: QtBot) -> None:
    lessons, judging = LessonsCard(), JudgementCard()
    for card in (lessons, judging):
        qtbot.addWidget(card)
        card.say("the log cannot be read: the disk is full")
    assert lessons.fault.text() == judging.message.text() == "The log cannot be read: the disk is full"
