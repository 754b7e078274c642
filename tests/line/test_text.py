"""Lines of text, over TCP and over a pair of pseudo terminals (socat): plain sockets and files are the controller."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from inspector.domain.line_protocol import LineProtocol, TemplateError, checked_answer_line, checked_trigger_line
from inspector.domain.records import Verdict
from inspector.line.adapters import LineError, connect
from inspector.line.desk import Link
from inspector.line.service import LineService
from inspector.line.signals import PlcInputs
from inspector.line.simulator import SimulatedPlc, simulate
from inspector.line.text import trigger_pattern
from inspector.settings import Settings
from tests.line.engines import FakeEngine
from tests.line.test_service import free_port
from tests.terminals import opened
from tests.waits import WAIT_S, until

_VERDICTS = (Verdict.PASS, Verdict.FAIL, Verdict.ERROR)
_WORDS = ("OK 0.2500", "NOK 0.2500", "ERROR -")


@contextmanager
def spoken(settings: Settings) -> Iterator[tuple[LineService, FakeEngine]]:
    engine = FakeEngine(lambda event: _VERDICTS[int(event.id) % 3])
    service = LineService(engine, settings=lambda: settings)
    service.start()
    try:
        yield service, engine
    finally:
        service.stop()


class Terminal:
    """Sends and reads lines."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
        self._lines = self._socket.makefile("rb")

    def ask(self, line: str) -> str:
        self._socket.sendall(line.encode() + b"\n")
        return self.read()

    def read(self) -> str:
        return self._lines.readline().decode().strip()

    def send(self, line: str) -> None:
        self._socket.sendall(line.encode() + b"\n")

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


def _tcp(**more: str) -> Settings:
    return Settings(line_protocol=LineProtocol.TEXT, line_port=free_port(), **more)  # type: ignore[arg-type]


@contextmanager
def terminal(settings: Settings, service: LineService) -> Iterator[Terminal]:
    until(lambda: service.status().link in {Link.WAITING, Link.LOST})
    assert settings.line_port
    terminal = Terminal(settings.line_port)
    try:
        yield terminal
    finally:
        terminal.close()


def test_each_trigger_is_one_row_and_has_its_verdict() -> None:
    settings = _tcp()
    with spoken(settings) as (service, engine), terminal(settings, service) as plc:
        assert plc.ask("?") == "READY"
        for number in range(1, 31):
            assert plc.ask(f"T {number} SN-{number}") == f"{number} TAKEN"
            assert plc.read() == f"{number} {_WORDS[number % 3]}"
            plc.send(f"A {number}")
        assert plc.ask("T 31") == "31 TAKEN"  # without a serial number
        assert plc.read() == "31 NOK 0.2500"
    assert [(event.id, event.part_serial) for event in engine.events] == [
        *((str(number), f"SN-{number}") for number in range(1, 31)),
        ("31", ""),
    ]


def test_what_is_not_acknowledged_is_told_again_also_after_the_connection_broke() -> None:
    settings = _tcp()
    with spoken(settings) as (service, engine):
        with terminal(settings, service) as plc:
            plc.send("T 7")
            assert [plc.read(), plc.read(), plc.read()] == ["7 TAKEN", "7 NOK 0.2500", "7 NOK 0.2500"]
        until(lambda: service.status().link is Link.LOST)
        assert service.status().fault == "The line is not told: the controller is gone: it has closed the connection."
        with terminal(settings, service) as plc:
            assert plc.read() == "7 NOK 0.2500"
            plc.send("A 7")
            until(lambda: service.status().outputs.waiting == 0)
            assert service.status().fault == ""
    assert len(engine.events) == 1


def test_a_trigger_that_is_not_taken_is_said_and_what_is_no_line_is_nothing() -> None:
    settings = _tcp()
    with spoken(settings) as (service, engine), terminal(settings, service) as plc:
        engine.not_ready = "the queue is full"
        until(lambda: plc.ask("?") == "NOT READY the queue is full")
        assert plc.ask("T 4 x") == "4 MISSED"
        assert plc.ask("hello \x07") == "! hello ?"
        assert plc.ask("A 99\n?") == "NOT READY the queue is full"
    assert [event.missed for event in engine.events] == ["the queue is full"]


def test_templates_are_the_settings() -> None:
    settings = _tcp(line_trigger="TRG;{id};{serial}", line_answer="<{verdict}|{id}>")
    with spoken(settings) as (service, engine), terminal(settings, service) as plc:
        assert plc.ask("TRG;3;SN 9") == "! TRG;3;SN 9"
        assert plc.ask("TRG;3;SN9") == "3 TAKEN"
        assert plc.read() == "<OK|3>"
    assert engine.events[0].part_serial == "SN9"


@pytest.mark.parametrize(
    "template", ["T", "T {id} {id}", "T {serial}", "A {id}", "? {id}", "T {id} {x}", "T {id", "{id}\n"]
)
def test_a_template_that_could_not_be_read_is_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        checked_trigger_line(template)


@pytest.mark.parametrize("template", ["{id}", "{verdict}", "{id} {verdict} {0}", "{id!r} {verdict}", "{id} {verdict"])
def test_an_answer_without_id_or_verdict_is_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        checked_answer_line(template)


def test_signs_in_a_template_stand_for_themselves() -> None:
    assert trigger_pattern("T.{id}").fullmatch("Tx5") is None


def test_a_port_that_is_taken_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(line_protocol=LineProtocol.TEXT, line_port=taken.getsockname()[1])
        with spoken(settings) as (service, _):
            until(lambda: "cannot be listened for" in service.status().fault)
            assert "address already in use. Choose another" in service.status().fault


def test_an_address_of_another_computer_is_said() -> None:
    settings = Settings(line_protocol=LineProtocol.TEXT, line_host="192.0.2.5", line_port=5021)  # RFC 5737: nobody's
    with spoken(settings) as (service, _):
        until(lambda: "on 192.0.2.5:5021: this computer has no such address. Choose" in service.status().fault)


@pytest.mark.parametrize("answer", ["{id} {verdict} {score}", "<{verdict}|{id}>"])
def test_the_simulated_controller_reads_every_verdict_and_leaves_in_order(answer: str) -> None:
    settings = _tcp(line_answer=answer, line_trigger="T {id} {serial}")
    assert settings.line_port
    with spoken(settings) as (service, engine):
        until(lambda: service.status().link is Link.WAITING)
        link = connect(LineProtocol.TEXT, "127.0.0.1", settings.line_port, settings.line_options)
        assert link.look().ready
        plc = SimulatedPlc(map(str, range(1, 31)), serial=lambda part: f"SN-{part}")
        told = list(simulate(link, plc, stop=threading.Event().wait, say=lambda _: None, poll_s=0.001))
        link.close()
        until(lambda: service.status().link is Link.WAITING)
        assert service.status().fault == ""
    words = [(part.id, part.result.code.name) for part in told if part.result]
    assert words == [(str(number), _WORDS[number % 3].split()[0]) for number in range(1, 31)]
    assert [(event.id, event.part_serial) for event in engine.events] == [
        (str(number), f"SN-{number}") for number in range(1, 31)
    ]


def test_the_simulated_controller_is_told_of_a_part_that_is_missed_and_of_a_station_that_is_not_there() -> None:
    settings = _tcp()
    assert settings.line_port
    link = connect(LineProtocol.TEXT, "127.0.0.1", settings.line_port, settings.line_options)
    with pytest.raises(LineError, match="does not answer: the other side takes no connection"):
        link.look()
    with spoken(settings) as (service, engine):
        until(lambda: service.status().link is Link.WAITING)
        assert link.exchange(PlcInputs(enable=True)).ready
        engine.not_ready = "the queue is full"
        until(lambda: link.exchange(PlcInputs(enable=True)).not_ready == "the queue is full")
        outputs = link.exchange(PlcInputs(enable=True, trigger=True, trigger_id="4"))
        assert (outputs.missed, outputs.missed_id, outputs.trigger_ack) == (1, "4", False)
        link.close()


@pytest.mark.skipif(shutil.which("socat") is None, reason="needs socat")
def test_a_serial_port_speaks_the_same_is_said_when_it_goes_and_heals(tmp_path: Path) -> None:
    station, plc = tmp_path / "station", tmp_path / "plc"
    command = ["socat", f"pty,raw,echo=0,link={station}", f"pty,raw,echo=0,link={plc}"]
    settings = Settings(line_protocol=LineProtocol.SERIAL, line_host=str(station))
    with ExitStack() as stack:
        service, engine = stack.enter_context(spoken(settings))
        until(lambda: "cannot be opened: it is not there" in service.status().fault)
        for part in ("4", "5"):
            process = subprocess.Popen(command)
            try:
                until(lambda: service.status().link is Link.UP and plc.exists())
                with opened(plc) as cable:
                    cable.write(f"T {part} SN\n".encode())
                    said = b""
                    while said.count(b"\n") < 2:
                        said += cable.read(64)
                    assert said.decode().split("\r\n")[:2] == [f"{part} TAKEN", f"{part} {_WORDS[int(part) % 3]}"]
                    cable.write(f"A {part}\n".encode())
                    until(lambda: service.status().outputs.waiting == 0)
            finally:
                process.kill()
                process.wait(WAIT_S)
                station.unlink(missing_ok=True)
                plc.unlink(missing_ok=True)
            until(lambda: service.status().link is Link.DOWN)
    assert [event.id for event in engine.events] == ["4", "5"]


def _has_namespaces() -> bool:
    """Return whether two computers can be made of this one: Linux, and namespaces for everybody."""
    if not all(map(shutil.which, ("unshare", "nsenter", "ip"))):
        return False
    return subprocess.run(["unshare", "-rn", "true"], check=False, stderr=subprocess.DEVNULL).returncode == 0


@pytest.mark.skipif(not _has_namespaces(), reason="needs Linux, where anybody may make network namespaces")
def test_a_network_cable_that_is_pulled_in_silence_is_said_and_the_next_controller_is_let_in() -> None:
    command = ["unshare", "-rn", sys.executable, "-m", "tests.line.apart"]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=WAIT_S).stdout)
    assert said["said"] == "The line is not told: the controller is gone: there was no answer in time."
    assert said["healed"] == ""
