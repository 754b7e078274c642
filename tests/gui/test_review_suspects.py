"""After an escape, as a hand searches on the Review page: with a search that answers when it is told to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from inspector.batch.progress import BatchStage, RunProgress
from inspector.gui.review.suspects_dialog import SuspectsDialog
from inspector.paths import Home
from inspector.replay.process import SuspectSearchError, SuspectsTold, SuspectTold
from tests.gui.conftest import Closes
from tests.gui.reviewing import ReviewDesk, make_home


class FakeSearch:
    """A search whose words come when they are told to."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.arguments = list(arguments)
        self.words: list[RunProgress | SuspectsTold] = []
        self.fault = ""
        self.over = False

    def poll(self) -> RunProgress | SuspectsTold | None:
        if self.fault:
            raise SuspectSearchError(self.fault, "Do something.")
        return self.words.pop(0) if self.words else None

    def cancel(self) -> None:
        self.over = True


class Searches:
    """A Review page with its dialog open, and the searches that were begun."""

    def __init__(self, qtbot: QtBot, desk: ReviewDesk) -> None:
        self.qtbot, self.desk = qtbot, desk
        self.made: list[FakeSearch] = []
        desk.page.suspects.start = self.start
        desk.until_shown()
        cards = desk.page.cards
        if not cards.wide:
            cards.tabs.choose(1)
        desk.press(cards.audit.suspects_button)
        dialog = desk.page.suspects.dialog
        assert dialog is not None
        self.dialog: SuspectsDialog = dialog
        desk.until(lambda: self.dialog.model.count() > 1)

    def start(self, arguments: Sequence[str]) -> FakeSearch:
        self.made.append(FakeSearch(arguments))
        return self.made[-1]

    def begin(self) -> FakeSearch:
        self.dialog.fail_at.setText("0.2")
        self.qtbot.mouseClick(self.dialog.start_button, Qt.MouseButton.LeftButton)
        self.desk.until(lambda: self.made)
        return self.made[-1]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path)


def test_suspect_parts_are_listed_and_looked_at(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=1, good=1)
    desks.append(desk)
    searches = Searches(qtbot, desk)
    dialog, search = searches.dialog, searches.begin()
    assert search.arguments[search.arguments.index("--recipe") + 1] == "Test"
    assert search.arguments[-2:] == ["--fail-at", "0.2"]
    search.words.append(RunProgress(stage=BatchStage.JUDGING, done=3, total=8))
    desk.until(lambda: dialog.foot.stage.text() == "3 of 8 pictures")
    part = desk.page.walk.inspection
    assert part is not None
    suspect = SuspectTold(
        id=part.id, time_utc=datetime(2026, 1, 31, tzinfo=UTC), lot="L1", part_number=7, part_serial="SN-7",
        verdict="PASS", p_defective=0.1, verdict_now="FAIL", p_defective_now=0.9,
    )  # fmt: skip
    search.words.append(
        SuspectsTold(suspects=(suspect,), passes=9, passes_judged=4, more_words="Of 5 more none.", csv="/x.csv")
    )
    desk.until(lambda: dialog.foot.stage.text() == "1 suspect part")
    items = [dialog.table.item(0, column) for column in range(1, dialog.table.columnCount())]
    assert [item.text() for item in items if item is not None] == ["L1", "SN-7", "PASS", "FAIL", "0.900"]
    assert dialog.words.text() == "4 of 9 passed parts judged again. Of 5 more none. All: /x.csv"
    assert not dialog.look_button.isEnabled()
    dialog.table.selectRow(0)
    qtbot.mouseClick(dialog.look_button, Qt.MouseButton.LeftButton)
    desk.until(lambda: desk.page.walk.looked_up is not None)
    assert not dialog.isVisible()


def test_what_cannot_be_searched_is_said(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=1)
    desks.append(desk)
    searches = Searches(qtbot, desk)
    dialog = searches.dialog
    for since, fail_at, words in (
        ("yesterday", "0.2", "“Since” is a date or time"),
        ("2026-01-31", "2", "“Fail from” is a number"),
        ("2026-01-31", "", "Choose a model that fails"),
    ):
        dialog.since.setText(since)
        dialog.fail_at.setText(fail_at)
        qtbot.mouseClick(dialog.start_button, Qt.MouseButton.LeftButton)
        assert dialog.fault.text().startswith(words)
    assert searches.made == []
    search = searches.begin()
    search.fault = "the model is gone"
    desk.until(lambda: dialog.fault.text() == "the model is gone. Do something.")
    assert dialog.start_button.isVisible()


def test_a_search_is_stopped(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=1)
    desks.append(desk)
    searches = Searches(qtbot, desk)
    search = searches.begin()
    search.words.append(RunProgress(stage=BatchStage.JUDGING, done=1, total=8))
    desk.until(lambda: searches.dialog.foot.stage.text() == "1 of 8 pictures")
    qtbot.mouseClick(searches.dialog.stop_button, Qt.MouseButton.LeftButton)
    desk.until(lambda: search.over)
    assert searches.dialog.start_button.isVisible()
