"""The S7 client against snap7's server: in a process of its own it is the controller, which is killed and stopped."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
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
from tests.line.plc_s7 import BLOCK
from tests.line.test_demo_line import Controller
from tests.line.test_service import free_port
from tests.waits import until

_VERDICTS = (Verdict.PASS, Verdict.FAIL, Verdict.REVIEW)
PARTS = 40


def on_s7(port: int, block: int = BLOCK) -> Settings:
    return Settings(line_protocol=LineProtocol.S7, line_port=port, line_block=block)


class AskingStation:
    """A station without pictures that asks a controller on this computer."""

    def __init__(self) -> None:
        self.port = free_port()
        self.settings = on_s7(self.port)
        self.engine = FakeEngine(lambda event: _VERDICTS[int(event.id) % 3])
        self.service = LineService(self.engine, settings=lambda: self.settings)

    def link(self) -> tuple[Link, str]:
        status = self.service.status()
        return status.link, status.fault


@pytest.fixture
def station() -> Iterator[AskingStation]:
    station = AskingStation()
    station.service.start()
    try:
        yield station
    finally:
        station.service.stop()


@contextmanager
def controller_of(station: AskingStation, folder: Path) -> Iterator[Controller]:
    controller = Controller(station.port, folder, "tests.line.plc_s7")
    try:
        yield controller
    finally:
        controller.kill()


def _gone(station: AskingStation) -> str:
    until(lambda: station.link()[1])
    return station.link()[1]


def test_each_part_has_one_row_and_its_own_verdict(station: AskingStation, tmp_path: Path) -> None:
    with controller_of(station, tmp_path) as controller:
        controller.start(1, PARTS)
        until(lambda: ["done"] in controller.lines())
        results = [(int(line[1]), int(line[2])) for line in controller.lines() if line[0] == "R"]
    assert results == [(number, 1 + number % 3) for number in range(1, PARTS + 1)]
    assert [event.id for event in station.engine.events] == [str(number) for number in range(1, PARTS + 1)]


@pytest.mark.skipif(os.name != "posix", reason="stops processes by signals")
def test_a_controller_that_is_killed_or_stopped_is_said_and_no_part_is_lost_or_doubled(
    station: AskingStation, tmp_path: Path
) -> None:
    chance = random.Random(5)
    with controller_of(station, tmp_path) as controller:
        controller.start(1, PARTS)
        gone = f"The line is not told: no S7 controller answers at 127.0.0.1:{station.port}: "
        for turn, after in enumerate(sorted(chance.sample(range(2, PARTS), 4))):
            until(lambda after=after: len(set(controller.told("R"))) >= after)  # type: ignore[misc]
            if turn % 2:
                controller.kill()
                until(lambda: station.link()[1].startswith(gone))
                begun = len(set(controller.told("T")))
                controller.start(begun + 1, PARTS - begun)
            else:
                controller.send(signal.SIGSTOP)
                until(lambda: station.link()[1].startswith(gone))
                controller.send(signal.SIGCONT)
            until(lambda: station.link() == (Link.UP, ""))
        until(lambda: ["done"] in controller.lines())
        lines = controller.lines()
    rows = Counter(event.id for event in station.engine.events)
    assert set(rows.values()) == {1}
    taken = {line[1] for line in lines if line[0] == "A"}
    assert taken <= set(rows)
    results = [(line[1], int(line[2])) for line in lines if line[0] == "R"]
    assert {part for part, _ in results} >= taken
    assert all(code == 1 + int(part) % 3 for part, code in results)


def test_a_controller_that_is_not_there_is_said_and_found_once_it_is(station: AskingStation, tmp_path: Path) -> None:
    said = _gone(station)
    assert said == (
        f"The line is not told: no S7 controller answers at 127.0.0.1:{station.port}: the other side takes no "
        "connection. Check address, port, slot and cable; it is tried again every second."
    )
    with controller_of(station, tmp_path) as controller:
        controller.start(1, 1)
        until(lambda: ["done"] in controller.lines())


def test_a_controller_without_the_block_is_said(station: AskingStation) -> None:
    link = connect(LineProtocol.S7, "127.0.0.1", station.port, LineOptions(block=9))
    with closing(link):
        with pytest.raises(LineError, match="no station has written into DB9"):
            link.exchange(PlcInputs())
        until(lambda: "gives no DB5 of 232 bytes" in station.link()[1])
        station.settings = on_s7(station.port, block=9)
        until(lambda: station.link() == (Link.UP, ""))
    _gone(station)


def test_a_station_that_ends_leaves_no_level_up_in_the_block() -> None:
    station = AskingStation()
    link = connect(LineProtocol.S7, "127.0.0.1", station.port, LineOptions(block=BLOCK))
    with closing(link):
        with pytest.raises(LineError):
            link.exchange(PlcInputs())
        station.service.start()
        until(lambda: station.link()[0] is Link.UP)
        until(lambda: link.exchange(PlcInputs(enable=True)).ready and link.look().ready)
        station.service.stop()
        left = link.look()
        assert (left.online, left.ready, left.valid) == (False, False, False)
        until(
            lambda: (
                _silence(link.exchange)
                == f"the station has written nothing into DB{BLOCK} at 127.0.0.1:{station.port} for 2 s"
            )
        )


def _silence(exchange: object) -> str:
    try:
        exchange(PlcInputs())  # type: ignore[operator]
    except LineError as error:
        return error.what
    return ""


def test_the_simulated_controller_reads_every_verdict(station: AskingStation) -> None:
    link = connect(LineProtocol.S7, "127.0.0.1", station.port, LineOptions(block=BLOCK))
    plc = SimulatedPlc((str(number) for number in range(1, 31)), serial=lambda part: f"SN-{part}")
    with closing(link):
        parts = list(simulate(link, plc, stop=threading.Event().wait, say=lambda _: None, poll_s=0.001))
    assert [(part.id, part.result and part.result.code) for part in parts] == [
        (str(number), 1 + number % 3) for number in range(1, 31)
    ]
    assert [event.part_serial for event in station.engine.events] == [f"SN-{number}" for number in range(1, 31)]


def test_the_command_tests_a_controller(
    capsys: pytest.CaptureFixture[str], station: AskingStation, tmp_path: Path
) -> None:
    save_settings(station.settings, tmp_path / "settings.json")
    test = ["line", "test", "--home", str(tmp_path)]
    assert main(test) == 1
    assert f"no S7 controller answers at 127.0.0.1:{station.port}" in capsys.readouterr().err
    link = connect(LineProtocol.S7, "127.0.0.1", station.port, LineOptions(block=BLOCK))
    with closing(link):
        with pytest.raises(LineError):
            link.exchange(PlcInputs())
        until(lambda: station.link()[0] is Link.UP and main(test) == 0)
        assert "the station answers; high: online; results waiting: 0; missed: 0" in capsys.readouterr().out
        other = connect(LineProtocol.S7, "127.0.0.1", station.port, LineOptions(block=BLOCK))
        with pytest.raises(LineError, match="cannot listen on .*: address already in use"):
            other.exchange(PlcInputs())
