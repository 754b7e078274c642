"""The challenge on Live and on Settings: which part is to be shown, what is said, what an engineer sets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from inspector.domain.challenge import ChallengePart, ChallengeWay, KnownAs
from inspector.domain.challenge_attempt import Attempt
from inspector.domain.moment import Moment
from inspector.domain.records import Verdict
from inspector.domain.release import ReleaseStanding, ReleaseState
from inspector.engine.status import EngineStatus, RunState
from inspector.gui.language.retold import speak
from inspector.gui.live.challenge_panel import ChallengePanel
from inspector.gui.settings.challenge_form import ChallengeForm
from inspector.settings import Language
from tests.release.kit import PARTS, recipe
from tests.waits import WAIT_MS

HELD = ReleaseStanding(needed=True, released=False, why="lens or lamp were changed")
BEGUN = Moment(utc=datetime(2026, 3, 2, 7, 0, tzinfo=UTC), steady_s=1.0, boot="b")
ATTEMPT = Attempt(id="a", who="Pim", role="", begun=BEGUN, way=ChallengeWay.CAMERA, parts=PARTS)


class Desk(QObject):
    """Keeps what is asked of it."""

    picture_read = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[object] = []

    def begin(self, way: ChallengeWay) -> None:
        self.asked.append(way)

    def leave(self) -> None:
        self.asked.append("leave")

    def optics_changed(self, words: str) -> None:
        self.asked.append(words)

    def withdraw(self, reason: str) -> None:
        self.asked.append(("withdraw", reason))

    def read_picture(self, part: ChallengePart) -> None:
        """None of them has one."""


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def panel(page: QWidget, desk: Desk) -> ChallengePanel:
    return ChallengePanel(desk, page)  # type: ignore[arg-type]


def shown(panel: ChallengePanel, release: ReleaseState, state: RunState = RunState.RUNNING, **more: Any) -> list[str]:
    """Show a state; return what can be pressed."""
    panel.show_state(EngineStatus(state=state, release=release), recipe(**more))
    return [button.text() for button in panel.findChildren(QPushButton) if not button.isHidden()]


def test_it_says_why_nothing_is_released_and_begins_a_challenge(panel: ChallengePanel, desk: Desk) -> None:
    assert shown(panel, ReleaseState(standing=HELD)) == ["Begin the challenge", "Lens or lamp changed…"]
    assert panel.title.text() == "Lens or lamp were changed."
    panel.begin_button.click()
    assert desk.asked == [ChallengeWay.CAMERA]


def test_it_names_the_part_to_show_and_what_was_said(panel: ChallengePanel) -> None:
    state = ReleaseState(standing=HELD, attempt=ATTEMPT.answered(Verdict.PASS, "", ""))
    assert shown(panel, state) == ["Take this part (space)", "Leave"]
    assert panel.title.text() == "Show part 2 of 2: “burr” (B-07), a defective part"
    assert panel.said.text() == "Part 1 of 2, “good 1”: PASS, right"
    assert (panel.progress.value(), panel.progress.maximum()) == (1, 2)


def test_a_wrong_part_is_named_with_what_to_do(panel: ChallengePanel) -> None:
    shown(panel, ReleaseState(standing=HELD, last=ATTEMPT.answered(Verdict.FAIL, "", "")))
    assert "“good 1”, is known to be good and was judged FAIL" in panel.said.text()
    assert "begin again" in panel.said.text()


def test_lens_and_lamp_take_a_reason_and_so_does_a_withdrawal(panel: ChallengePanel, desk: Desk, qtbot: QtBot) -> None:
    assert shown(panel, ReleaseState(), RunState.IDLE) == ["Lens or lamp changed…"]
    panel.optics_button.click()
    assert panel.question is not None
    assert not panel.question.yes_button.isEnabled()
    qtbot.keyClicks(panel.question.reason, "new lamp")
    panel.question.yes_button.click()
    withdrawable = replace(HELD, withdrawable=True)
    assert "Withdraw…" in shown(panel, ReleaseState(standing=withdrawable), required=False)
    assert desk.asked == ["new lamp"]


def test_a_recipe_without_a_challenge_shows_nothing(panel: ChallengePanel) -> None:
    shown(panel, ReleaseState(), required=False)
    assert panel.isHidden()


@pytest.mark.parametrize("language", [Language.ENGLISH, Language.GERMAN, Language.CHINESE])
def test_no_button_is_cut_off_where_the_station_is_released(
    panel: ChallengePanel, page: QWidget, qtbot: QtBot, language: Language
) -> None:
    speak(language)
    released = ReleaseState(standing=replace(HELD, released=True))
    page.resize(844, 300)
    panel.setGeometry(0, 0, 844, 200)
    page.show()
    parts = tuple(replace(part, picture="p.png") for part in PARTS)
    shown(panel, released, pictures_count=True, parts=parts)
    buttons = [button for button in panel.findChildren(QPushButton) if not button.isHidden()]
    assert len(buttons) == 3
    qtbot.waitUntil(lambda: all(button.width() >= button.sizeHint().width() for button in buttons), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: all(panel.rect().contains(button.geometry()) for button in buttons), timeout=WAIT_MS)


class Pictures:
    """Makes a part of each picture at once."""

    def challenge_parts(self, paths: list[Path], expected: KnownAs, taken: object, done: Any, failed: object) -> None:
        done([ChallengePart(name=path.stem, expected=expected, picture=f"{path.stem}.png") for path in paths])


def test_a_set_is_made_from_pictures_and_another_one_takes_a_reason(qtbot: QtBot) -> None:
    form = ChallengeForm(Pictures())  # type: ignore[arg-type]
    qtbot.addWidget(form)
    filled = recipe().model_dump(mode="json")
    form.fill(filled)
    assert form.into(filled) == filled
    form.removers[0].click()
    form.add_pictures([Path("/p/new.png")], KnownAs.GOOD)
    form.show_faults({})
    assert form.faulty_fields() == ["challenge.parts"]
    qtbot.keyClicks(form.reason, "good 1 is lost")
    form.show_faults({})
    assert form.faulty_fields() == []
    challenge = form.into(filled)["challenge"]
    assert [(part["name"], part["expected"]) for part in challenge["parts"]] == [("burr", "defective"), ("new", "good")]
    assert (challenge["reason"], challenge["required"]) == ("good 1 is lost", True)
