"""The MQTT broker in Settings → Network: tried before it is applied, and how publishing is doing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from inspector.gui.station import sending_watch
from inspector.mqtt.status import PublishStatus, publish_path
from inspector.passwords import Passwords
from inspector.paths import Home
from inspector.sending.status import write_status
from inspector.settings import Settings
from inspector.settings_file import load_settings
from tests.gui.conftest import SHIFT_STARTS, Closes, Station
from tests.gui.test_network import Network
from tests.mqtt.broker import PASSWORD, USER, Broker, password_file


@pytest.fixture
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    folder = tmp_path_factory.mktemp("broker")
    broker = Broker(folder, f"password_file {password_file(folder)}")
    yield broker
    broker.close()


def press_test(network: Network) -> None:
    holder = network.line("publish_to").parentWidget()
    assert holder is not None
    (button,) = holder.findChildren(QPushButton)
    assert button.text() == "Test connection"
    network.station.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_broker_is_tried_as_typed_and_says_what_fails(station: Station, broker: Broker) -> None:
    network = Network(station)
    said = network.page.said
    press_test(network)
    assert said.text() == "Type the broker's address first."
    network.type("publish_to", broker.address(user=f"{USER}:wrong@"))
    press_test(network)
    station.until(lambda: "refuses the user or the password" in said.text())
    assert "wrong" not in said.text()
    assert said.text().startswith("The broker ")
    assert said.property("tone") == "fail"
    network.type("publish_to", broker.address(user=f"{USER}:{PASSWORD}@"))
    press_test(network)
    station.until(lambda: said.text().startswith("Connected to"))
    assert said.text().endswith("may publish under plant/Station 1.")
    assert said.property("tone") == "muted"
    assert load_settings(station.home.settings)[0].publish_to == ""  # nothing was applied
    network.apply()
    shown = broker.address(user=f"{USER}:***@")
    station.until(lambda: network.line("publish_to").text() == shown)
    assert Passwords(station.home.root).complete(shown) == broker.address(user=f"{USER}:{PASSWORD}@")
    press_test(network)
    station.until(lambda: said.text().startswith("Connected to"))
    broker.kill()
    press_test(network)
    station.until(lambda: said.text().startswith("Nobody takes connections at"))
    assert said.property("tone") == "fail"
    assert "goes on trying" not in said.text()  # nothing of the station waits for a broker that is only tried


def test_a_broker_that_is_applied_and_does_not_work_is_said_at_once(station: Station) -> None:
    network = Network(station)
    network.type("publish_to", "mqtt://127.0.0.1:9/plant")
    station.qtbot.mouseClick(network.page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: network.page.said.text().startswith("Nobody takes connections at 127.0.0.1, port 9."))
    assert network.page.said.property("tone") == "fail"


def test_how_publishing_is_doing_stands_under_the_address_and_in_the_banner(
    qtbot: QtBot, home: Home, desks: list[Closes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending_watch, "_STARTING", timedelta())
    settings = Settings(recipe="Test", shift_starts=SHIFT_STARTS, publish_to="mqtt://127.0.0.1:9/plant")
    station = Station(qtbot, home, settings)
    desks.append(station)
    assert station.session.log_path is not None
    path, now = publish_path(station.session.log_path), datetime.now(UTC)
    well = PublishStatus(
        time_utc=now, running=True, waiting=2, waiting_since_utc=now, sent=7, last_sent_utc=now, set_aside=0, error="",
        next_step="", error_since_utc=None, next_try_utc=None, broker="mqtt://h", topic="plant/Press 1",
    )  # fmt: skip
    write_status(path, well)
    station.window.show_page("settings")
    editor = station.window.settings.station.editors["publish_to"]
    station.until(lambda: "2 rows wait; the last row was sent" in editor.accessibleDescription())
    assert "Published under plant/Press 1." in editor.accessibleDescription()
    assert "mqtt" not in station.window.banners.texts()
    write_status(path, well.model_copy(update={"error": "nobody subscribes", "next_step": "Start what receives."}))
    station.until(lambda: "mqtt" in station.window.banners.texts())
    assert station.window.banners.texts()["mqtt"].startswith(
        "Nothing is being sent to the MQTT broker: nobody subscribes. Start what receives."
    )
