"""What was not read yet is not shown as none: figures, failures and charts before the record has answered."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from inspector.domain.tally import Tally
from inspector.gui.live.counters import Counters
from inspector.gui.live.trend import YieldChart
from inspector.gui.operator.big_counts import BigCounts
from inspector.gui.review.lessons_card import LessonsCard
from inspector.gui.review.recent_card import RecentCard
from inspector.gui.station.events import Counts, Failure
from tests.waits import WAIT_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from tests.gui.conftest import Station


@pytest.fixture
def held(station: Station) -> Iterator[threading.Event]:
    """The station's worker does nothing until this is set."""
    station.settle()
    gate = threading.Event()
    station.session.work.do(lambda: gate.wait(WAIT_S), lambda _: None, lambda _: None)
    yield gate
    gate.set()


def words_of(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if not label.isHidden()]


def test_failures_are_not_none_until_the_record_was_read(station: Station, held: threading.Event) -> None:
    live, session = station.window.live, station.session
    station.window.show_page("operator")
    station.window.show_page("live")
    assert "None so far in this shift." in words_of(live.strip)
    session.refresh_failures()
    assert "Not read yet." in words_of(live.strip)
    assert session.failures.entries is None
    session.refresh_failures()  # the first reading's answer is no longer asked for
    held.set()
    station.until(lambda: "None so far in this shift." in words_of(live.strip))
    assert session.failures.entries == []


def test_the_operator_view_says_so_too(station: Station, held: threading.Event) -> None:
    station.window.show_page("operator")
    view = station.window.operator.failure.view
    station.until(lambda: view.words_when_empty == "No part has failed in this shift")
    station.session.refresh_failures()
    station.until(lambda: view.words_when_empty == "Not read yet")
    held.set()
    station.until(lambda: view.words_when_empty == "No part has failed in this shift")


def test_a_record_that_cannot_be_read_is_not_an_empty_one(station: Station) -> None:
    station.settle()
    faults: list[Exception] = []

    def broken(_: int) -> list[Failure]:
        raise OSError("the disk is gone")

    station.session.failures.clear("Test")
    station.session.failures.read(broken, faults.append)
    station.until(lambda: faults)
    assert "Not read yet." in words_of(station.window.live.strip)


def counts(*, read: bool) -> Counts:
    """One part that came before the record was read."""
    one = Tally(passed=1)
    return Counts(recipe=one, shift=one, lot=one, shift_from=datetime.now(UTC), lot_name="", read=read)


def test_figures_of_a_record_that_was_not_read_are_dashes(qtbot: QtBot) -> None:
    counters, big = Counters(), BigCounts()
    qtbot.addWidget(counters)
    qtbot.addWidget(big)
    assert set(counters.texts().values()) == {"–"}
    counters.show_counts(counts(read=False))
    big.show_tally(None)
    assert set(counters.texts().values()) == {figure.text for figure in big.figures.values()} == {"–"}
    counters.show_counts(counts(read=True))
    big.show_tally(counts(read=True).recipe)
    assert (counters.texts()["inspected"], counters.texts()["failed"], big.figures["failed"].text) == ("1", "0", "0")


def test_a_chart_says_that_it_was_not_read(qtbot: QtBot) -> None:
    chart = YieldChart()
    qtbot.addWidget(chart)
    chart.show_minutes(None)
    assert chart.accessibleDescription() == "Not read yet."
    chart.show_minutes([])
    assert chart.accessibleDescription() == "no part yet"


def test_cards_of_the_review_claim_nothing_before_they_are_read(qtbot: QtBot) -> None:
    recent, lessons = RecentCard(), LessonsCard()
    qtbot.addWidget(recent)
    qtbot.addWidget(lessons)
    assert not any("Nothing" in words for words in words_of(recent) + words_of(lessons))
    recent.show_judged([])
    assert "Nothing is judged yet" in words_of(recent)[-1]
