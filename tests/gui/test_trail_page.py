"""The audit trail in the window: what is done there is in it, by whom; read, filtered and exported."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog
from pytestqt.qtbot import QtBot

from inspector.gui.trail.filters import TrailFilters
from inspector.gui.trail.model import TrailColumn
from inspector.gui.trail.page import TrailPage
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.trail_log import TrailLog, TrailQuery
from inspector.paths import Home
from inspector.trail.actor import Doer
from inspector.trail.event import TrailKind, happened
from tests.gui.conftest import Station

ADA, BEN = Doer(name="Ada", role="engineer"), Doer(name="Ben", role="operator")


def choose(box: QComboBox, words: str) -> None:
    """Choose in a list."""
    box.setCurrentText(words)
    box.activated.emit(box.currentIndex())


def fill(home: Home, count: int) -> None:
    """Write a trail in which Ben's are the promotions, each tenth event."""
    SqliteResultLog(home.log).close()
    TrailLog(home.log).add(
        [
            happened(
                TrailKind.SETTINGS if number % 10 else TrailKind.PROMOTION,
                f"thing {number}",
                before={"a": number},
                after={"a": number + 1},
                reason="" if number % 10 else "fewer escapes",
                by=ADA if number % 10 else BEN,
            )
            for number in range(count)
        ]
    )


def open_trail(station: Station) -> TrailPage:
    station.window.show_page("settings")
    station.window.settings.show_section("Audit trail")
    page = station.window.settings.findChild(TrailPage)
    assert page is not None
    station.until(lambda: "event" in page.said.text() and page.export_button.isEnabled())
    return page


def shown(page: TrailPage, column: TrailColumn) -> list[str]:
    model = page.table.model()
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def test_what_is_done_in_the_window_is_in_the_trail_with_before_and_after(qtbot: QtBot, home: Home) -> None:
    station = Station(qtbot, home)
    done: list[None] = []
    settings = station.session.settings.model_copy(update={"station": "North 3"})
    station.session.apply_settings(settings, lambda: done.append(None))
    station.until(lambda: done)

    page = open_trail(station)
    station.until(lambda: "Settings changed" in shown(page, TrailColumn.WHAT))
    page.table.selectRow(shown(page, TrailColumn.WHAT).index("Settings changed"))

    assert ("station", "Station 1", "North 3") in page.details.lines
    assert "Settings changed" in page.details.title.text()
    assert "user of the computer" in page.details.about.text()
    qtbot.mouseClick(page.refresh_button, Qt.MouseButton.LeftButton)
    station.until(lambda: "Program started" in shown(page, TrailColumn.WHAT))
    station.close()


def test_older_events_come_as_one_scrolls(qtbot: QtBot, home: Home) -> None:
    fill(home, 1000)
    station = Station(qtbot, home)
    page = open_trail(station)
    first = page.table.model().rowCount()
    assert first < 1000

    qtbot.keyClick(page.table, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    station.until(lambda: page.table.model().rowCount() > first)

    def all_read() -> bool:
        page.table.scrollToBottom()
        return page.table.model().rowCount() >= 1000

    station.until(all_read)
    assert "thing 0" in shown(page, TrailColumn.ON)
    station.close()


def test_events_are_filtered_by_who_what_and_on_what(qtbot: QtBot, home: Home) -> None:
    fill(home, 100)
    station = Station(qtbot, home)
    page = open_trail(station)

    choose(page.filters.who, "Ben")
    station.until(lambda: page.said.text() == "10 events")
    assert set(shown(page, TrailColumn.WHAT)) == {"Model promoted"}
    qtbot.keyClicks(page.filters.words, "ESCAPES thing 9")
    station.until(lambda: page.said.text() == "1 event")
    assert shown(page, TrailColumn.ON) == ["thing 90"]
    choose(page.filters.what, "Alarm acknowledged")
    station.until(lambda: page.said.text() == "Nothing was done that these filters let through.")
    assert not page.details.isVisible()
    assert not page.export_button.isEnabled()
    station.close()


def test_an_export_holds_what_the_filters_let_through_and_is_in_the_trail(
    qtbot: QtBot, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(home, 50)
    station = Station(qtbot, home)
    page = open_trail(station)
    choose(page.filters.who, "Ben")
    station.until(lambda: page.said.text() == "5 events")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "trail"), ""))

    qtbot.mouseClick(page.export_button, Qt.MouseButton.LeftButton)

    station.until(lambda: page.said.text().startswith("5 events written to"))
    with (tmp_path / "trail.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["on"] for row in rows] == [f"thing {number}" for number in range(0, 50, 10)]
    assert rows[1]["before"] == '{"a": 10}'
    station.until(lambda: TrailLog(home.log).count(TrailQuery(kinds=frozenset({TrailKind.EXPORT}))) == 1)
    station.close()


def test_while_the_log_takes_nothing_events_are_shown_and_said_to_wait(qtbot: QtBot, home: Home) -> None:
    fill(home, 3)
    station = Station(qtbot, home)
    page = open_trail(station)
    with closing(sqlite3.connect(home.log)) as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'full'); END")
        other.commit()
        done: list[None] = []
        settings = station.session.settings.model_copy(update={"station": "South"})
        station.session.apply_settings(settings, lambda: done.append(None))
        station.until(lambda: done)
        qtbot.mouseClick(page.refresh_button, Qt.MouseButton.LeftButton)
        station.until(lambda: "wait to be written into the log" in page.said.text())
        page.table.selectRow(0)
        assert "not in the log yet" in page.details.about.text()
        other.execute("DROP TRIGGER full")
        other.commit()
    station.close()


def test_today_begins_at_midnight_of_the_wall(qtbot: QtBot) -> None:
    now = datetime(2026, 3, 29, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    filters = TrailFilters(now=lambda: now)
    qtbot.addWidget(filters)
    choose(filters.when, "Today")

    assert filters.query().since == now.replace(minute=0)
    choose(filters.when, "Last 7 days")
    assert filters.query().since == datetime(2026, 3, 23, tzinfo=now.tzinfo)
