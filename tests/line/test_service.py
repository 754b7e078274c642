"""The service: follows the settings, heals by itself, and says what is wrong within a second."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from inspector.domain.line_protocol import LineOptions, LineProtocol
from inspector.domain.records import Verdict
from inspector.line.adapters import LineAdapter, LineError, connect
from inspector.line.desk import LineDesk, Link
from inspector.line.service import LineService, LineStatus
from inspector.line.signals import PlcInputs
from inspector.settings import Settings
from tests import ports
from tests.line.engines import FakeEngine
from tests.waits import WAIT_S, until


def free_port() -> int:
    """See `tests.ports`."""
    return ports.free_port()


def on_modbus(port: int) -> Settings:
    return Settings(line_protocol=LineProtocol.MODBUS, line_port=port)


@contextmanager
def running(settings: Callable[[], Settings], **options: object) -> Iterator[LineService]:
    service = LineService(FakeEngine(lambda _: Verdict.PASS), settings=settings, **options)  # type: ignore[arg-type]
    service.start()
    try:
        yield service
    finally:
        service.stop()
    until(lambda: not [thread for thread in threading.enumerate() if thread.name in {"line watch", "line adapter"}])


def _is_well(status: LineStatus) -> bool:
    return (status.link, status.fault) == (Link.UP, "")


class Scripted:
    """An adapter that does what a test says."""

    def __init__(self, run: Callable[[LineDesk, threading.Event], None]) -> None:
        self._run = run

    def run(self, desk: LineDesk, stop: threading.Event) -> None:
        self._run(desk, stop)

    def make(self, protocol: LineProtocol, host: str, port: int, options: LineOptions) -> LineAdapter:
        return self


def test_without_a_protocol_nothing_listens() -> None:
    with running(Settings) as service:
        assert (service.status().words, service.status().fault) == ("", "")


def test_it_begins_moves_and_ends_with_the_settings() -> None:
    now = [on_modbus(free_port())]
    with running(lambda: now[0]) as service:
        until(lambda: service.status().link is Link.WAITING)
        first = now[0].line_port
        assert service.status().words == f"Modbus TCP on 127.0.0.1:{first}: no controller has asked yet."
        assert service.status().fault == ""
        now[0] = on_modbus(free_port())
        until(
            lambda: service.status().address.endswith(str(now[0].line_port)) and service.status().link is Link.WAITING
        )
        assert first is not None
        socket.create_server(("127.0.0.1", first)).close()  # it is free again
        now[0] = Settings()
        until(lambda: service.status().protocol is LineProtocol.OFF)


def test_a_port_that_is_taken_is_said_and_used_once_it_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        with running(lambda: on_modbus(port)) as service:
            until(lambda: "cannot listen" in service.status().fault)
            assert f"Modbus TCP cannot listen on 127.0.0.1:{port}: address already in use" in service.status().fault
            taken.close()
            until(lambda: service.status().link is Link.WAITING)


def test_an_address_that_is_not_of_this_computer_is_said() -> None:
    settings = Settings(line_protocol=LineProtocol.MODBUS, line_host="192.0.2.1")
    with running(lambda: settings) as service:
        until(lambda: service.status().fault)
        assert service.status().fault.startswith("The line is not told: Modbus TCP cannot listen on 192.0.2.1:5020: ")


def test_a_controller_that_asks_nothing_any_more_is_gone_and_comes_back() -> None:
    settings = on_modbus(free_port())
    with running(lambda: settings) as service:
        until(lambda: service.status().link is Link.WAITING)
        assert settings.line_port is not None
        link = connect(LineProtocol.MODBUS, "127.0.0.1", settings.line_port)
        until(lambda: link.exchange(PlcInputs(enable=True)).online and _is_well(service.status()))
        until(lambda: service.status().link is Link.LOST)
        assert service.status().fault.startswith("The line is not told: the controller has asked nothing since ")
        until(lambda: link.look() and _is_well(service.status()))  # it may well wait for Ready, and write nothing
        link.close()


def test_a_controller_that_has_taken_enable_back_is_not_missed_and_one_who_only_reads_is_none() -> None:
    settings = on_modbus(free_port())
    with running(lambda: settings) as service:
        until(lambda: service.status().link is Link.WAITING)
        assert settings.line_port is not None
        link = connect(LineProtocol.MODBUS, "127.0.0.1", settings.line_port)
        assert link.look().online
        assert service.status().link is Link.WAITING
        until(lambda: link.exchange(PlcInputs(enable=True)) and _is_well(service.status()))
        link.exchange(PlcInputs())
        until(lambda: service.status().link is Link.WAITING)
        assert service.status().fault == ""
        link.close()


def test_an_adapter_that_hangs_takes_ready_away_and_gives_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.line.service._STARTING_S", 0.0)
    hang, hanging = threading.Event(), threading.Event()

    def run(desk: LineDesk, stop: threading.Event) -> None:
        desk.set_link(Link.UP)
        desk.see(PlcInputs(enable=True))
        hanging.set()
        hang.wait(WAIT_S)
        while not stop.is_set():
            stop.wait(0.01)

    with running(lambda: on_modbus(1), make=Scripted(run).make) as service:
        assert hanging.wait(WAIT_S)
        until(lambda: service.status().fault)
        status = service.status()
        assert (status.fault, status.outputs.ready) == ("The line is not told: what speaks Modbus TCP hangs.", False)
        hang.set()
        until(lambda: service.status().outputs.ready)
        assert service.status().fault == ""


def test_what_breaks_an_adapter_is_said_and_it_is_started_again() -> None:
    runs: list[int] = []
    seen = threading.Semaphore(0)  # each fault, before the next run

    def run(desk: LineDesk, stop: threading.Event) -> None:
        runs.append(len(runs))
        assert len(runs) == 1 or seen.acquire(timeout=WAIT_S)
        if len(runs) == 1:
            raise ZeroDivisionError
        if len(runs) == 2:
            raise LineError("the cable is pulled", "Plug it in.")
        desk.set_link(Link.UP)
        stop.wait(WAIT_S)

    with running(lambda: on_modbus(1), make=Scripted(run).make) as service:
        until(lambda: "unexpected ZeroDivisionError" in service.status().fault)
        seen.release()
        until(lambda: service.status().fault == "The line is not told: the cable is pulled. Plug it in.")
        seen.release()
        until(lambda: service.status().link is Link.UP)


def test_a_result_that_nobody_acknowledges_is_said() -> None:
    def run(desk: LineDesk, stop: threading.Event) -> None:
        desk.set_link(Link.UP)
        desk.see(PlcInputs(enable=True, trigger=True, trigger_id="8"))
        while not stop.is_set():
            stop.wait(0.01)

    with running(lambda: on_modbus(1), make=Scripted(run).make) as service:
        until(lambda: service.status().fault)
        assert service.status().fault == "The line does not take results: that of part 8 is not acknowledged."
