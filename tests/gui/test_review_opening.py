"""The queue with which the Review page opens."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from inspector import assembly
from inspector.domain.review import QueueKind
from inspector.gui.review.page import ReviewPage
from inspector.paths import Home
from tests.engine.fakes import FakeClassifier
from tests.gui.conftest import Closes, Station
from tests.gui.reviewing import ANNA, ReviewDesk, make_home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path)


@pytest.fixture
def _unlike_good(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a model that knows good parts only says of every part: it goes to review."""
    monkeypatch.setattr(assembly, "load_classifier", lambda *_, **__: FakeClassifier(strangeness=lambda _: 1.5))


def until_walked(desk: ReviewDesk, kind: QueueKind, parts: int) -> None:
    desk.until(lambda: desk.page.walk.queue is not None and desk.page.walk.kind is kind)
    assert len(desk.page.walk.ids) == parts
    assert desk.page.bar.buttons[kind].isChecked()


@pytest.mark.usefixtures("_unlike_good")
def test_the_page_opens_with_what_waits_where_nothing_has_failed(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, good=1)
    desks.append(desk)
    page, window = desk.page, desk.station.window
    until_walked(desk, QueueKind.REVIEWS, 1)
    desk.open(QueueKind.ERRORS)  # an empty queue that is wanted stays, whatever waits elsewhere
    desk.until(lambda: page.bar.buttons[QueueKind.REVIEWS].text() == "Reviews 1")
    window.show_page("review")
    until_walked(desk, QueueKind.ERRORS, 0)
    assert "Parts that could not be judged" in page.part_view.view.words_when_empty
    window.show_page("live")
    window.show_page("review")
    until_walked(desk, QueueKind.REVIEWS, 1)


@pytest.mark.usefixtures("_unlike_good")
def test_a_queue_that_is_chosen_while_the_log_is_opened_stays(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    ReviewDesk(qtbot, home, good=1).close()
    station = Station(qtbot, home, ANNA)
    desks.append(station)
    station.window.show_page("review")
    page: ReviewPage = station.window.review
    assert page.walk.queue is None
    qtbot.mouseClick(page.bar.buttons[QueueKind.ERRORS], Qt.MouseButton.LeftButton)
    station.until(lambda: page.bar.buttons[QueueKind.REVIEWS].text() == "Reviews 1" and page.walk.queue is not None)
    assert (page.walk.kind, page.walk.ids) == (QueueKind.ERRORS, ())
