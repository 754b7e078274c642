"""Modbus with the station as client: the controller, a process of its own, holds the map, and is killed and stopped."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from inspector.cli import main
from inspector.domain.line_protocol import LineOptions, LineProtocol
from inspector.domain.records import Verdict
from inspector.line.adapters import LineError, connect
from inspector.line.desk import Link
from inspector.line.service import LineService
from inspector.line.signals import PlcInputs
from inspector.line.simulator import SimulatedPlc, simulate
from inspector.settings import Settings
from inspector.settings_file import save_settings
from tests.line.engines import FakeEngine
from tests.line.plc_modbus_server import BASE
from tests.line.test_demo_line import Controller
from tests.line.test_service import free_port
from tests.waits import until

_VERDICTS = (Verdict.PASS, Verdict.FAIL, Verdict.REVIEW)
PROGRAM = "tests.line.plc_modbus_server"
PARTS = 40


class ClientStation:
    """A station without pictures that asks a Modbus server on this computer."""

    def __init__(self) -> None:
        self.port = free_port()
        self.settings = Settings(line_protocol=LineProtocol.MODBUS_CLIENT, line_port=self.port, line_base=BASE)
        self.engine = FakeEngine(lambda event: _VERDICTS[int(event.id) % 3])
        self.service = LineService(self.engine, settings=lambda: self.settings)

    def fault(self) -> str:
        return self.service.status().fault

    def is_up(self) -> bool:
        return self.service.status().link is Link.UP


@pytest.fixture
def station() -> Iterator[ClientStation]:
    station = ClientStation()
    station.service.start()
    try:
        yield station
    finally:
        station.service.stop()


@pytest.mark.skipif(os.name != "posix", reason="stops processes by signals")
def test_each_part_has_one_row_and_its_verdict_though_the_controller_is_killed_and_stopped(
    station: ClientStation, tmp_path: Path
) -> None:
    chance = random.Random(7)
    controller = Controller(station.port, tmp_path, PROGRAM)
    try:
        controller.start(1, PARTS)
        for turn, after in enumerate(sorted(chance.sample(range(2, PARTS), 4))):
            until(lambda after=after: len(set(controller.told("R"))) >= after)  # type: ignore[misc]
            if turn % 2:
                controller.kill()
                until(station.fault)
                begun = len(set(controller.told("T")))
                controller.start(begun + 1, PARTS - begun)
            else:
                controller.send(signal.SIGSTOP)
                until(lambda: f"no answer from the controller 127.0.0.1:{station.port}: " in station.fault())
                controller.send(signal.SIGCONT)
            until(station.is_up)
        until(lambda: ["done"] in controller.lines())
        lines = controller.lines()
    finally:
        controller.kill()
    rows = Counter(event.id for event in station.engine.events)
    assert set(rows.values()) == {1}
    taken = {line[1] for line in lines if line[0] == "A"}
    results = [(line[1], int(line[2])) for line in lines if line[0] == "R"]
    assert taken <= set(rows)
    assert {part for part, _ in results} >= taken
    assert all(code == 1 + int(part) % 3 for part, code in results)


def test_the_simulated_controller_reads_every_verdict(station: ClientStation) -> None:
    link = connect(LineProtocol.MODBUS_CLIENT, "127.0.0.1", station.port, LineOptions(base=BASE))
    plc = SimulatedPlc((str(number) for number in range(1, 31)), serial=lambda part: f"SN-{part}")
    with closing(link):
        parts = list(simulate(link, plc, stop=threading.Event().wait, say=lambda _: None, poll_s=0.001))
    assert [(part.id, part.result and part.result.code) for part in parts] == [
        (str(number), 1 + number % 3) for number in range(1, 31)
    ]
    assert [event.part_serial for event in station.engine.events] == [f"SN-{number}" for number in range(1, 31)]


def test_a_controller_with_the_map_at_another_place_is_said(station: ClientStation) -> None:
    link = connect(LineProtocol.MODBUS_CLIENT, "127.0.0.1", station.port, LineOptions(base=BASE + 100))
    with closing(link):
        with pytest.raises(LineError, match="no station has written into the registers from 400 on"):
            link.exchange(PlcInputs())
        until(lambda: "does not give holding registers 300 to 415 (function 3): it has no such" in station.fault())
        station.settings = station.settings.model_copy(update={"line_base": BASE + 100})
        until(station.is_up)


def test_the_command_tests_a_controller(
    capsys: pytest.CaptureFixture[str], station: ClientStation, tmp_path: Path
) -> None:
    save_settings(station.settings, tmp_path / "settings.json")
    test = ["line", "test", "--home", str(tmp_path)]
    assert main(test) == 1
    assert f"no answer from the controller 127.0.0.1:{station.port}: " in capsys.readouterr().err
    link = connect(LineProtocol.MODBUS_CLIENT, "127.0.0.1", station.port, LineOptions(base=BASE))
    with closing(link):
        with pytest.raises(LineError):
            link.exchange(PlcInputs())
        until(lambda: station.is_up() and main(test) == 0)
        assert "the station answers; high: online; results waiting: 0; missed: 0" in capsys.readouterr().out
    station.service.stop()


def test_levels_fall_when_the_station_ends() -> None:
    station = ClientStation()
    link = connect(LineProtocol.MODBUS_CLIENT, "127.0.0.1", station.port, LineOptions(base=BASE))
    with closing(link):
        with pytest.raises(LineError):
            link.exchange(PlcInputs())
        station.service.start()
        until(station.is_up)
        until(lambda: link.exchange(PlcInputs(enable=True)).ready and link.look().ready)
        station.service.stop()
        left = link.look()
        assert (left.online, left.ready, left.valid) == (False, False, False)
