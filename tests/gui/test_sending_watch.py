"""The window says where something is wrong with sending to the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pytestqt.qtbot import QtBot

from inspector.fleet.status import status_path
from inspector.gui.settings.page import SettingsPage
from inspector.gui.station import sending_watch
from inspector.gui.station.sending_watch import SendingWatch, of_database
from inspector.paths import Home
from inspector.sending.status import write_status
from inspector.settings import Settings
from tests.fleet.sender import said
from tests.gui.conftest import SHIFT_STARTS, Closes, Station


def test_what_is_wrong_is_said_once_and_taken_back(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending_watch, "_STARTING", timedelta())
    session = station.session
    watch = SendingWatch(session, "forward_to", of_database)
    banners: list[str] = []
    watch.fault.connect(banners.append)
    assert session.log_path is not None
    path = status_path(session.log_path)
    since = datetime.now(UTC) - timedelta(hours=1)
    wrong = {"error": "the database is not reached", "next_step": "Check the network.", "waiting_since_utc": since}
    write_status(path, said(**wrong, waiting=3))
    done: list[int] = []
    settings = Settings(recipe="Test", shift_starts=SHIFT_STARTS, forward_to="postgresql:///quality")
    station.beat(20)
    assert banners == []  # no database is set
    session.apply_settings(settings, lambda: done.append(1))
    station.until(lambda: done)
    station.until(lambda: banners)
    assert banners == ["Nothing is being sent to the database: the database is not reached. Check the network."]
    write_status(path, said(**wrong, waiting=4))
    write_status(path, said(**wrong, waiting=4, set_aside=2))
    station.until(lambda: len(banners) == 2)
    assert "refuses 2 rows for good" in banners[1]
    write_status(path, said())
    station.until(lambda: len(banners) == 3)
    assert banners[2] == ""


def test_a_sender_that_is_not_heard_is_said(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending_watch, "_STARTING", timedelta())
    session = station.session
    watch = SendingWatch(session, "forward_to", of_database)
    banners: list[str] = []
    watch.fault.connect(banners.append)
    assert session.log_path is not None
    write_status(status_path(session.log_path), said(time_utc=datetime.now(UTC) - timedelta(minutes=5)))
    settings = Settings(recipe="Test", shift_starts=SHIFT_STARTS, forward_to="postgresql:///quality")
    session.apply_settings(settings, lambda: None)
    station.until(lambda: banners)
    assert banners == ["Nothing is being sent to the database: the program that sends is not running."]


def test_what_cannot_be_read_is_said_in_the_window_and_is_no_fault_of_the_line(
    qtbot: QtBot, home: Home, desks: list[Closes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending_watch, "_STARTING", timedelta())
    settings = Settings(recipe="Test", shift_starts=SHIFT_STARTS, forward_to="postgresql:///quality")
    station = Station(qtbot, home, settings)
    desks.append(station)
    assert station.session.log_path is not None
    status_path(station.session.log_path).write_text("{ torn", encoding="utf-8")
    station.until(lambda: "fleet" in station.window.banners.texts())
    assert "how sending is doing cannot be read" in station.window.banners.texts()["fleet"].casefold()
    write_status(status_path(station.session.log_path), said())
    station.until(lambda: "fleet" not in station.window.banners.texts())


def test_how_far_sending_is_stands_under_the_database_s_address(
    qtbot: QtBot, home: Home, desks: list[Closes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending_watch, "_STARTING", timedelta())
    settings = Settings(recipe="Test", shift_starts=SHIFT_STARTS, forward_to="postgresql:///quality")
    station = Station(qtbot, home, settings)
    desks.append(station)
    assert station.session.log_path is not None
    path = status_path(station.session.log_path)
    write_status(path, said(waiting=12, last_sent_utc=datetime.now(UTC)))
    station.window.show_page("settings")
    page = station.window.settings
    assert isinstance(page, SettingsPage)
    station.until(
        lambda: "12 rows wait; the last row was sent" in page.station.editors["forward_to"].accessibleDescription()
    )
    write_status(path, said(error="the database is not reached", next_step="Check the network."))
    station.until(
        lambda: (
            "the database is not reached. Check the network."
            in page.station.editors["forward_to"].accessibleDescription()
        )
    )


def test_what_was_wrong_before_the_start_is_not_said_while_the_sender_is_being_started(station: Station) -> None:
    session = station.session
    watch = SendingWatch(session, "forward_to", of_database)
    banners: list[str] = []
    watch.fault.connect(banners.append)
    assert session.log_path is not None
    path, before = status_path(session.log_path), datetime.now(UTC) - timedelta(minutes=5)
    wrong = {"error": "the database is not reached", "next_step": "Check the network."}
    write_status(path, said(**wrong, time_utc=before))
    session.apply_settings(
        Settings(recipe="Test", shift_starts=SHIFT_STARTS, forward_to="postgresql:///quality"), lambda: None
    )
    station.until(lambda: watch.words == "It is being started.")
    assert banners == []
    write_status(path, said(**wrong, time_utc=datetime.now(UTC)))
    station.until(lambda: banners)
    assert "the database is not reached" in banners[0]
