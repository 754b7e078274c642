"""Which parts the choices at the top of the Review page mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from inspector.domain.review import QueueKind
from inspector.gui.review.queue_bar import QueueBar
from inspector.gui.review.scope import Period, Scope, Whose
from inspector.outputs.base import LogQuery
from tests.gui.conftest import Station
from tests.waits import WAIT_MS

NOW = datetime(2026, 1, 31, 15, 30, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("whose", "period", "query"),
    [
        (Whose.ALL, Period.ALL, LogQuery()),
        (Whose.RECIPE, Period.ALL, LogQuery(recipe="R")),
        (Whose.LOT, Period.ALL, LogQuery(recipe="R", lot="L1")),
        (Whose.ALL, Period.DAY, LogQuery(since=datetime(2026, 1, 30, 13, 30, tzinfo=UTC))),
        (Whose.ALL, Period.WEEK, LogQuery(since=datetime(2026, 1, 24, 13, 30, tzinfo=UTC))),
        (Whose.RECIPE, Period.SHIFT, LogQuery(since=datetime(2026, 1, 31, 12, 0, tzinfo=UTC), recipe="R")),
    ],
)
def test_the_choices_become_a_question_to_the_record(whose: Whose, period: Period, query: LogQuery) -> None:
    scope = Scope(whose=whose, period=period)
    assert scope.query(NOW, shift_starts=(6, 14, 22), recipe="R", lot="L1", zone=NOW.tzinfo) == query


def test_a_part_is_looked_up_among_those_that_are_chosen() -> None:
    scope = Scope(whose=Whose.RECIPE, period=Period.ALL, part="F-0047")
    assert scope.query(NOW, shift_starts=(6,), recipe="R", lot="L1") == LogQuery(recipe="R", part="F-0047")


def test_without_a_recipe_every_recipe_is_meant() -> None:
    scope = Scope(whose=Whose.LOT, period=Period.ALL)
    assert scope.query(NOW, shift_starts=(6,), recipe=None, lot="") == LogQuery(lot="")


@pytest.mark.parametrize(("width", "rows"), [(1180, 2), (1900, 1)])
def test_nothing_at_the_top_is_cut_off(qtbot: QtBot, width: int, rows: int) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    bar = QueueBar(page)
    bar.show_counts(dict.fromkeys(QueueKind, 12_345))
    bar.setGeometry(0, 0, width, 120)
    page.resize(width, 200)
    page.show()
    qtbot.waitExposed(page, timeout=WAIT_MS)
    shown = [*bar.buttons.values(), bar.second, bar.whose, bar.period, bar.part, bar.reviewer]
    qtbot.waitUntil(lambda: len({widget.geometry().center().y() // 30 for widget in shown}) == rows, timeout=WAIT_MS)
    for widget in shown:
        assert bar.rect().contains(widget.geometry())
        assert not isinstance(widget, QPushButton) or widget.width() >= widget.sizeHint().width()
        assert not any(widget.geometry().intersects(other.geometry()) for other in shown if other is not widget)


@pytest.mark.parametrize("width", [1280, 1366, 1600, 1920])
def test_nothing_at_the_top_is_cut_off_in_the_window(station: Station, width: int) -> None:
    station.window.resize(width, 800)
    station.window.show_page("review")
    bar = station.window.review.bar
    shown = [*bar.buttons.values(), bar.second, bar.whose, bar.period, bar.part, bar.reviewer]
    station.until(lambda: all(widget.isVisible() for widget in shown))
    buttons = [*bar.buttons.values(), bar.second]
    station.until(lambda: all(button.width() >= button.sizeHint().width() for button in buttons))
    station.until(lambda: all(bar.rect().contains(widget.geometry()) for widget in shown))


@pytest.mark.parametrize(("height", "shown"), [(800, False), (900, True)])
def test_what_is_known_of_a_part_is_whole_or_a_tip(station: Station, height: int, shown: bool) -> None:
    station.window.resize(1280, height)
    station.window.show_page("review")
    facts = station.window.review.cards.facts
    station.until(lambda: facts.values["Recipe"].isVisible() is shown)
    value = facts.values["Recipe"]
    station.until(lambda: not shown or value.height() >= value.sizeHint().height())
