"""The page in the browser is started from Settings → Network, and says there where it is, or why it is not."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator

import httpx2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit
from pytestqt.qtbot import QtBot

from inspector.passwords import SERVE, Passwords
from inspector.paths import Home
from inspector.runs.companion import Companion
from inspector.settings import Settings
from inspector.settings_file import load_settings, save_settings
from tests.children import children_with
from tests.gui.conftest import SHIFT_STARTS, Closes, Station
from tests.ports import free_port
from tests.waits import WAIT_S

pytest.importorskip("uvicorn")


class Network:
    """The section Network of a station's settings."""

    def __init__(self, station: Station) -> None:
        self.station = station
        station.window.show_page("settings")
        self.page = station.window.settings
        self.page.show_section("Network")

    def line(self, name: str) -> QLineEdit:
        editor = self.page.station.editors[name]
        assert isinstance(editor, QLineEdit)
        return editor

    def type(self, name: str, text: str) -> None:
        self.line(name).selectAll()
        self.station.qtbot.keyClicks(self.line(name), text)

    def tick(self) -> None:
        box = self.page.station.editors["serve"]
        assert isinstance(box, QCheckBox)
        box.toggle()

    def apply(self) -> None:
        self.station.until(self.page.apply_button.isEnabled)
        self.station.qtbot.mouseClick(self.page.apply_button, Qt.MouseButton.LeftButton)
        self.station.until(lambda: "saved" in self.page.said.text())

    @property
    def words(self) -> str:
        return self.page.station.editors["serve"].accessibleDescription()


@pytest.fixture
def network(station: Station) -> Network:
    return Network(station)


@pytest.fixture(autouse=True)
def nothing_serves_on() -> Iterator[None]:
    yield
    assert children_with("serve") == []


def test_the_page_opens_and_closes_with_its_switch(network: Network) -> None:
    port = free_port()
    network.type("serve_port", str(port))
    network.tick()
    network.apply()
    network.station.until(lambda: "Open at" in network.words)
    address = re.sub("^Open at ", "", network.words)
    assert address == f"http://127.0.0.1:{port}/"
    assert httpx2.get(f"{address}api/board", timeout=WAIT_S).json()["shift"]["inspected"] == 0
    network.tick()
    network.apply()
    network.station.until(lambda: "board, results" in network.words)
    network.station.until(lambda: _refuses(port))


def test_what_is_wrong_is_said_in_the_window_and_the_line_goes_on(network: Network) -> None:
    network.type("serve_host", "0.0.0.0")
    network.tick()
    network.apply()
    network.station.until(lambda: "cannot be opened" in network.words)
    assert "no password is set" in network.words
    assert "--" not in network.words
    assert any("cannot be opened" in text for text in network.station.window.banners.texts().values())
    assert network.station.session.recipe is not None


def test_a_password_is_kept_apart_and_asked_for(network: Network) -> None:
    network.type("serve_port", str(free_port()))
    network.type("serve_password", "corridor-lamp-9")
    network.tick()
    network.apply()
    network.station.until(lambda: "Open at" in network.words)
    home = network.station.home
    assert "corridor" not in home.settings.read_text(encoding="utf-8")
    assert load_settings(home.settings)[0].serve_password == "***"
    assert Passwords(home.root).kept(SERVE) == "corridor-lamp-9"
    assert network.line("serve_password").text() == "***"
    results = f"{network.words.removeprefix('Open at ')}api/results"
    assert httpx2.get(results, timeout=WAIT_S).status_code == 401


@pytest.mark.parametrize(("typed", "said"), [("short", "10 are the least"), ("***long-enough", "Type the whole")])
def test_a_password_that_is_too_short_or_half_typed_is_not_saved(network: Network, typed: str, said: str) -> None:
    network.type("serve_password", typed)
    assert said in network.page.station.fault_of("serve_password")
    assert not network.page.apply_button.isEnabled()


def test_it_stays_open_beside_other_changes_and_takes_a_new_password_at_once(network: Network) -> None:
    station, session = network.station, network.station.session
    network.type("serve_port", str(free_port()))
    network.type("serve_password", "corridor-lamp-9")
    network.tick()
    network.apply()
    station.until(lambda: "Open at" in network.words)
    address = network.words.removeprefix("Open at ")
    before = served_by()
    applied: list[None] = []
    session.apply_settings(session.settings.model_copy(update={"reviewer": "Ada"}), lambda: applied.append(None))
    station.until(lambda: applied)
    station.settle()
    assert "Open at" in network.words
    assert served_by() == before
    network.type("serve_password", "stairwell-bulb-7")
    network.apply()
    station.until(lambda: "Open at" in network.words and served_by() not in ([], before))
    results = f"{address}api/results"
    assert httpx2.get(results, auth=("", "corridor-lamp-9"), timeout=WAIT_S).status_code == 401
    assert httpx2.get(results, auth=("", "stairwell-bulb-7"), timeout=WAIT_S).status_code != 401


def test_what_is_still_being_heard_of_the_page_before_is_not_said_of_the_new_one(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, held, looks, goes_on = Companion.look, threading.Event(), threading.Event(), threading.Event()

    def slow(companion: Companion) -> bytes:
        ready = look(companion)
        if held.is_set():
            held.clear()
            looks.set()
            assert goes_on.wait(WAIT_S)
        return ready

    station = network.station
    network.type("serve_port", str(free_port()))
    network.tick()
    network.apply()
    station.until(lambda: "Open at" in network.words)
    before = served_by()
    monkeypatch.setattr(Companion, "look", slow)
    held.set()
    station.until(looks.is_set)
    network.type("serve_password", "corridor-lamp-9")
    network.apply()
    assert network.words == "It is being started."
    goes_on.set()
    station.until(lambda: served_by() != before)
    station.beat()
    assert network.words == "It is being started."
    station.until(lambda: "Open at" in network.words)
    assert served_by() not in ([], before)


def served_by() -> list[int]:
    return [process.pid for process in children_with("serve")]


def test_a_station_whose_settings_want_it_opens_it_at_its_start(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    port = free_port()
    settings = Settings(recipe="Test", shift_starts=SHIFT_STARTS, serve=True, serve_port=port)
    save_settings(settings, home.settings)
    station = Station(qtbot, home, settings)
    desks.append(station)
    station.until(lambda: not _refuses(port))
    station.close()
    station.until(lambda: _refuses(port))


def _refuses(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) != 0
