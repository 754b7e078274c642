"""Settings → Line as a hand uses it: the protocol set, the connection tested, a part triggered, the levels seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.line_protocol import LineProtocol
from inspector.gui.settings.line_card import LineCard
from inspector.gui.settings.module_view import ModuleView
from inspector.gui.settings.page import SettingsPage
from inspector.gui.station.line_watch import LineWatch
from inspector.line.adapters import LOOK_S, SILENT_S, connect
from inspector.line.signals import PlcInputs
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, save_recipe
from tests.gui.conftest import Station
from tests.line.test_demo_line import Controller
from tests.ports import free_port


@pytest.fixture
def station(qtbot: QtBot, home: Home) -> Iterator[Station]:
    """A station on the demo line, whose parts only the line triggers."""
    trigger = TriggerConfig(mode=TriggerMode.EXTERNAL, deadline_s=60.0, frame_within_s=30.0)
    save_recipe(Recipe(name="Test", source="demo:", model="tiny", trigger=trigger), home.recipes)
    opened = Station(qtbot, home)
    opened.window.resize(1280, 800)
    opened.window.show_page("settings")
    opened.window.settings.show_section("Line")
    yield opened
    opened.close()


def speak(station: Station, protocol: str = "Modbus TCP", waits: str = "no controller has asked yet") -> int:
    """Set the protocol by hand; return the port."""
    page, port = station.window.settings, free_port()
    box, line = page.station.editors["line_protocol"], page.station.editors["line_port"]
    assert isinstance(box, QComboBox)
    assert isinstance(line, QLineEdit)
    box.setCurrentIndex(box.findText(protocol))
    line.clear()
    station.qtbot.keyClicks(line, str(port))
    press(station, page.apply_button)
    station.until(lambda: hint(page) == f"{protocol} on 127.0.0.1:{port}: {waits}.")
    return port


def hint(page: SettingsPage) -> str:
    return page.station.editors["line_protocol"].accessibleDescription()


def press(station: Station, button: QPushButton) -> None:
    station.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def shown(card: LineCard, name: str) -> str:
    return card.rows[name][0].text()


def test_only_what_the_protocol_uses_is_asked_for(station: Station) -> None:
    page = station.window.settings
    box = page.station.editors["line_protocol"]
    assert isinstance(box, QComboBox)

    def asked(words: str) -> list[str]:
        box.setCurrentIndex(box.findText(words))
        line = [name for name in page.station.editors if name.startswith("line_") and name != "line_protocol"]
        return [name.removeprefix("line_") for name in line if page.station.editors[name].isVisible()]

    def said(name: str) -> str:
        return page.station.editors[f"line_{name}"].accessibleDescription()

    assert asked("none") == []
    assert asked("Modbus TCP") == ["host", "port", "recipes"]
    assert (said("host").split(";")[0], said("port")) == (
        "of this computer, where the controller asks",
        "5020 unless set",
    )
    assert asked("Modbus TCP, as client") == ["host", "port", "unit", "base", "recipes"]
    assert asked("S7") == ["host", "port", "block", "slot", "recipes"]
    assert (said("host"), said("port")) == ("of the controller, which the station asks", "102 unless set")
    assert asked("text over TCP") == ["host", "port", "trigger", "answer", "recipes"]
    assert asked("text over a serial port") == ["host", "baud", "trigger", "answer", "recipes"]
    assert said("host") == "serial port, as COM3 or /dev/ttyUSB0"
    assert asked("OPC UA") == ["host", "port", "certificates", "recipes"]


def test_the_chosen_section_stays_in_sight_when_a_fault_takes_room_above_it(station: Station) -> None:
    sections = station.window.settings.sections
    station.window.resize(1280, 760)

    def in_sight() -> bool:
        return sections.viewport().rect().contains(sections.visualItemRect(sections.currentItem()))

    station.until(in_sight)
    high = sections.viewport().height()
    page = station.window.settings
    box = page.station.editors["line_protocol"]
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findText("S7"))
    press(station, page.apply_button)  # nobody answers at 127.0.0.1:102
    station.until(lambda: sections.viewport().height() < high and in_sight())


def test_of_a_module_the_gate_is_asked_for_only_with_pulses(station: Station) -> None:
    page = station.window.settings
    box, kind = page.station.editors["line_protocol"], page.station.editors["line_io.kind"]
    assert isinstance(box, QComboBox)
    assert isinstance(kind, QComboBox)
    pulses = {f"line_io.{name}" for name in ("pulse_ms", "delay_ms", "encoder", "delay_counts", "late")}
    wiring = {name for name in page.station.editors if name.startswith("line_io.")}

    def asked() -> set[str]:
        return {name for name in wiring if page.station.editors[name].isVisible()}

    assert asked() == set()
    box.setCurrentIndex(box.findText("Modbus I/O module"))
    assert asked() == wiring - pulses
    kind.setCurrentIndex(kind.findText("pulse, at a gate downstream"))
    assert asked() == wiring


def test_the_coils_of_a_module_are_seen(station: Station, tmp_path: Path) -> None:
    page, port = station.window.settings, free_port()
    card = page.line
    box, line = page.station.editors["line_protocol"], page.station.editors["line_port"]
    assert isinstance(box, QComboBox)
    assert isinstance(line, QLineEdit)
    module = Controller(port, tmp_path, "tests.line.module_io")
    module.start(0, 0)
    try:
        box.setCurrentIndex(box.findText("Modbus I/O module"))
        station.qtbot.keyClicks(line, str(port))
        press(station, page.apply_button)
        view = card.findChild(ModuleView)
        assert view is not None
        station.until(lambda: view.isVisible() and view.rows["ready"][2].text() == "○ low")
        assert [cell.text() for cell in view.rows["nok"][:3]] == ["coil 1", "NOK", "○ low"]
        assert not view.rows["busy"][0].isVisible()
        press(station, card.test_button)
        assert card.answer.text() == f"Modbus I/O module on 127.0.0.1:{port}: the line does not run."
        press(station, card.trigger_button)
        assert card.answer.text() == "A controller is connected: let it trigger."
        station.session.start()
        station.until(lambda: view.rows["ready"][2].text() == "● high")
        module.kill()
        station.until(lambda: view.rows["ready"][2].text() == "–")
    finally:
        module.kill()
    press(station, card.test_button)
    assert f"no answer from the I/O module 127.0.0.1:{port}" in card.answer.text()


def test_a_controller_that_is_gone_is_seen_within_a_second(station: Station) -> None:
    watch = station.session.findChild(LineWatch)
    assert watch is not None
    timer = watch.findChild(QTimer)
    assert timer is not None
    assert 1000 * (SILENT_S + LOOK_S) + timer.interval() < 1000


def test_its_watch_ends_with_the_window(station: Station) -> None:
    watch = station.session.findChild(LineWatch)
    assert watch is not None
    timer = watch.findChild(QTimer)
    assert timer is not None
    assert timer.isActive()
    station.close()
    station.until(lambda: not timer.isActive())


def test_a_part_is_triggered_from_the_window_and_its_answer_seen(station: Station) -> None:
    card = station.window.settings.line
    assert card.isVisible()
    press(station, card.trigger_button)
    assert card.answer.text() == "No protocol is in use. Choose one, and press Apply."
    assert card.answered.text().startswith("at ")
    station.until(lambda: {value.text() for value, _ in card.rows.values()} == {"–"})
    port = speak(station)
    station.until(lambda: (card.places["valid"].text(), card.places["waiting"].text()) == ("100.5", "110"))
    press(station, card.test_button)
    wanted = f"The station answers at 127.0.0.1:{port}; no controller has asked yet."
    station.until(lambda: card.answer.text() == wanted)
    press(station, card.trigger_button)
    station.until(lambda: card.answer.text().endswith("was not triggered: the line does not run."))
    assert shown(card, "online") == "○ low"
    station.session.start()
    station.until(lambda: shown(card, "online") == "● high")
    press(station, card.trigger_button)
    station.until(lambda: " ms after Trigger." in card.answer.text())
    part, said = card.answer.text().removeprefix("Part ").split(": ", 1)
    names = ("trigger_echo", "trigger", "valid", "waiting")  # the levels of a moment ago may be those of the handshake
    station.until(lambda: [shown(card, name) for name in names] == [part, "○ low", "○ low", "0"])
    assert card.rows["trigger_echo"][1].text()
    assert shown(card, "late") == "0"
    with closing(SqliteResultLog(station.home.log, read_only=True)) as log:
        (row,) = log.rows(LogQuery())
    assert row.trigger_id == part
    code = {"PASS": "OK", "FAIL": "NOK", "REVIEW": "REVIEW", "ERROR": "ERROR"}[row.decision.verdict.value]
    assert said.startswith(code)
    press(station, card.trigger_button)  # at once, and by a thumb that slips: one more part
    press(station, card.trigger_button)
    station.until(lambda: " ms after Trigger." in card.answer.text() and part not in card.answer.text())
    with closing(SqliteResultLog(station.home.log, read_only=True)) as log:
        assert len(list(log.rows(LogQuery()))) == 2


def test_lines_of_text_are_tried_from_the_window_too_and_an_answer_goes_with_its_protocol(station: Station) -> None:
    card = station.window.settings.line
    speak(station)
    press(station, card.test_button)
    station.until(lambda: card.answer.text().startswith("The station answers at "))
    port = speak(station, "text over TCP", "no controller has connected yet")
    station.until(lambda: (card.answer.text(), card.answered.text(), card.places["valid"].text()) == ("", "", ""))
    press(station, card.test_button)
    wanted = f"The station answers at 127.0.0.1:{port}; no controller is connected."
    station.until(lambda: card.answer.text() == wanted)
    station.session.start()
    station.until(lambda: shown(card, "online") == "● high")
    press(station, card.trigger_button)
    station.until(lambda: " ms after Trigger." in card.answer.text())
    station.until(lambda: hint(station.window.settings).endswith("no controller is connected."))


def test_while_a_controller_is_connected_it_triggers_and_one_that_is_gone_is_a_banner(station: Station) -> None:
    card = station.window.settings.line
    faults: list[str] = []
    station.session.fault.connect(lambda key, text: faults.append(text) if key == "controller" else None)
    port = speak(station)
    link = connect(LineProtocol.MODBUS, "127.0.0.1", port)
    station.until(lambda: link.exchange(PlcInputs(enable=True)) and shown(card, "enable") == "● high")
    link.exchange(PlcInputs(enable=True))
    press(station, card.trigger_button)
    assert card.answer.text() == "A controller is connected: let it trigger."
    link.close()
    station.until(lambda: any("asked nothing since" in fault for fault in faults))
    assert hint(station.window.settings).startswith("The line is not told: the controller has asked nothing since ")


def test_a_port_that_is_taken_is_said_under_the_protocol(station: Station) -> None:
    import socket

    page = station.window.settings
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        box, line = page.station.editors["line_protocol"], page.station.editors["line_port"]
        assert isinstance(box, QComboBox)
        assert isinstance(line, QLineEdit)
        box.setCurrentIndex(box.findText("Modbus TCP"))
        station.qtbot.keyClicks(line, str(port))
        press(station, page.apply_button)
        station.until(lambda: f"cannot listen on 127.0.0.1:{port}: address already in use" in hint(page))
        press(station, page.line.test_button)
        assert "address already in use" in page.line.answer.text()
    station.until(lambda: hint(page) == f"Modbus TCP on 127.0.0.1:{port}: no controller has asked yet.")
