"""OPC UA with the station as client: the controller, asyncua's server in a process of its own, is killed and stopped."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from asyncua import Node, ua

from inspector.cli import main
from inspector.domain.line_protocol import LineOptions, LineProtocol, checked_node_id
from inspector.domain.records import Verdict
from inspector.line.adapters import LineError, connect
from inspector.line.desk import Link
from inspector.line.service import LineService
from inspector.line.signals import PlcInputs
from inspector.line.simulator import SimulatedPlc, simulate
from inspector.settings import Settings
from inspector.settings_file import save_settings
from tests.line.certificates import make_folder, trust
from tests.line.engines import FakeEngine
from tests.line.plc_opcua_server import CONTROL, NODES, serve
from tests.line.test_demo_line import Controller
from tests.line.test_service import free_port
from tests.waits import WAIT_S, until

_VERDICTS = (Verdict.PASS, Verdict.FAIL, Verdict.REVIEW)
PARTS = 40


class NodeStation:
    """A station without pictures that asks an OPC UA server on this computer."""

    def __init__(self, certificates: str = "") -> None:
        self.port = free_port()
        self.settings = Settings(
            line_protocol=LineProtocol.OPCUA_CLIENT,
            line_port=self.port,
            line_nodes=NODES,
            line_certificates=certificates,
        )
        self.engine = FakeEngine(lambda event: _VERDICTS[int(event.id) % 3])
        self.service = LineService(self.engine, settings=lambda: self.settings)

    def fault(self) -> str:
        return self.service.status().fault

    def is_up(self) -> bool:
        return self.service.status().link is Link.UP


@pytest.fixture
def station() -> Iterator[NodeStation]:
    station = NodeStation()
    station.service.start()
    try:
        yield station
    finally:
        station.service.stop()


@contextmanager
def controller_with(
    port: int, *, without: str = "", other: ua.VariantType | None = None
) -> Iterator[Callable[[str, int | str], None]]:
    """A controller that holds nodes and does nothing with them; yields what writes one of its own."""
    loop, listens, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    nodes: dict[str, Node] = {}

    async def run() -> None:
        server, made = await serve(port, without=without, other=other)
        nodes.update(made)
        listens.set()
        await stop.wait()
        await server.stop()

    def write(name: str, value: int | str) -> None:
        writing = nodes[name].write_value(value, CONTROL[name])
        asyncio.run_coroutine_threadsafe(writing, loop).result(WAIT_S)

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    try:
        assert listens.wait(WAIT_S)
        yield write
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(WAIT_S)
        loop.close()


@pytest.mark.skipif(os.name != "posix", reason="stops processes by signals")
def test_each_part_has_one_row_and_its_verdict_though_the_controller_is_killed_and_stopped(
    station: NodeStation, tmp_path: Path
) -> None:
    chance = random.Random(3)
    controller = Controller(station.port, tmp_path, "tests.line.plc_opcua_server")
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
                said = f"The line is not told: no OPC UA answer from the controller 127.0.0.1:{station.port}: "
                until(lambda said=said: station.fault().startswith(said))  # type: ignore[misc]
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


def test_the_simulated_controller_reads_every_verdict_and_no_level_is_left_up(station: NodeStation) -> None:
    link = connect(LineProtocol.OPCUA_CLIENT, "127.0.0.1", station.port, LineOptions(nodes=NODES))
    plc = SimulatedPlc((str(number) for number in range(1, 31)), serial=lambda part: f"SN-{part}")
    with closing(link):
        parts = list(simulate(link, plc, stop=threading.Event().wait, say=lambda _: None, poll_s=0.001))
        until(lambda: link.exchange(PlcInputs(enable=True)).ready and link.look().ready)
        station.service.stop()
        left = link.look()
        assert (left.online, left.ready, left.valid) == (False, False, False)
    assert [(part.id, part.result and part.result.code) for part in parts] == [
        (str(number), 1 + number % 3) for number in range(1, 31)
    ]
    assert [event.part_serial for event in station.engine.events] == [f"SN-{number}" for number in range(1, 31)]


def test_what_is_wrong_with_the_nodes_is_named(station: NodeStation) -> None:
    where = f"the controller 127.0.0.1:{station.port}"
    until(lambda: f"no OPC UA answer from {where}: the other side takes no connection" in station.fault())
    with controller_with(station.port, without="waiting"):
        until(lambda: f"{where} has no ns=2;s=Gate.waiting" in station.fault())
    with controller_with(station.port, other=ua.VariantType.Int16):
        until(lambda: f"ns=2;s=Gate.score of {where} has a Int16. It must be of the type UInt16" in station.fault())
    with controller_with(station.port, other=ua.VariantType.Int64):  # wider is as good
        until(station.is_up)


def test_a_text_that_is_too_long_is_said_and_never_cut_off(station: NodeStation) -> None:
    with controller_with(station.port) as write:
        until(station.is_up)
        write("part_serial", "S" * 33)
        until(lambda: "ns=2;s=Gate.part_serial holds 'SSS" in station.fault())
        assert "It must be a text of 32 characters at most" in station.fault()
        write("part_serial", "S" * 32)
        until(station.is_up)
        write("trigger_id", 7)
        write("control", 3)
        until(lambda: station.engine.events)
    assert [(event.id, event.part_serial) for event in station.engine.events] == [("7", "S" * 32)]


def test_only_a_controller_that_trusts_and_is_trusted_is_written_to(tmp_path: Path) -> None:
    for side in ("station", "controller", "stranger"):
        make_folder(tmp_path / side)
    for side, other in (("station", "controller"), ("controller", "station"), ("stranger", "station")):
        trust(tmp_path / side, tmp_path / other)
    station = NodeStation(str(tmp_path / "station"))
    station.service.start()

    def served(side: str) -> LineOptions:
        return LineOptions(nodes=NODES, certificates=str(tmp_path / side))

    try:
        with closing(connect(LineProtocol.OPCUA_CLIENT, "127.0.0.1", station.port, served("stranger"))) as link:
            with pytest.raises(LineError):
                link.exchange(PlcInputs())
            until(lambda: f"the certificate of 127.0.0.1:{station.port} is not trusted here" in station.fault())
        with closing(connect(LineProtocol.OPCUA_CLIENT, "127.0.0.1", station.port, LineOptions(nodes=NODES))) as link:
            with pytest.raises(LineError):
                link.exchange(PlcInputs())
            until(lambda: "does not open an encrypted session" in station.fault())
        (tmp_path / "controller" / "password.txt").write_text("line:another-one\n", encoding="utf-8")
        with closing(connect(LineProtocol.OPCUA_CLIENT, "127.0.0.1", station.port, served("controller"))) as link:
            with pytest.raises(LineError):
                link.exchange(PlcInputs())
            until(lambda: "does not let this user in" in station.fault())
        (tmp_path / "controller" / "password.txt").write_bytes((tmp_path / "station" / "password.txt").read_bytes())
        (tmp_path / "controller" / "trusted" / "station.pem").unlink()
        trust(tmp_path / "controller", tmp_path / "stranger")
        with closing(connect(LineProtocol.OPCUA_CLIENT, "127.0.0.1", station.port, served("controller"))) as link:
            with pytest.raises(LineError):
                link.exchange(PlcInputs())
            until(
                lambda: (
                    "answers in the clear, and opens no encrypted connection: there was no answer in time"
                    in station.fault()
                )
            )
        trust(tmp_path / "controller", tmp_path / "station")
        with closing(connect(LineProtocol.OPCUA_CLIENT, "127.0.0.1", station.port, served("controller"))) as link:
            plc = SimulatedPlc(str(number) for number in range(1, 4))
            parts = list(simulate(link, plc, stop=threading.Event().wait, say=lambda _: None))
        assert [part.result and int(part.result.code) for part in parts] == [2, 3, 1]
    finally:
        station.service.stop()


def test_beyond_this_computer_it_needs_certificates_and_a_template_needs_its_name() -> None:
    with pytest.raises(LineError, match=r"192\.0\.2\.1 is beyond this computer"):
        connect(LineProtocol.OPCUA_CLIENT, "192.0.2.1", 4840, LineOptions()).look()
    assert checked_node_id('ns=3;s="Inspector"."{name}"') == 'ns=3;s="Inspector"."{name}"'
    for wrong in ("ns=2;i={name}", "ns=2;s=Inspector", "s={name}{name}", "{name}", "ns=2;s={name}\n"):
        with pytest.raises(ValueError, match="is no template of a NodeId"):
            checked_node_id(wrong)


def test_the_command_tests_a_controller_and_prints_its_nodes(
    capsys: pytest.CaptureFixture[str], station: NodeStation, tmp_path: Path
) -> None:
    save_settings(station.settings, tmp_path / "settings.json")
    test = ["line", "test", "--home", str(tmp_path)]
    assert main(test) == 1
    assert f"no OPC UA answer from the controller 127.0.0.1:{station.port}: " in capsys.readouterr().err
    with closing(connect(LineProtocol.OPCUA_CLIENT, "127.0.0.1", station.port, LineOptions(nodes=NODES))) as link:
        with pytest.raises(LineError):
            link.exchange(PlcInputs())
        until(lambda: station.is_up() and main(test) == 0)
        assert "the station answers; high: online; results waiting: 0; missed: 0" in capsys.readouterr().out
    assert main(["line", "map", "--protocol", "opcua-client", "--home", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "ns=2;s=Gate.trigger_id" in printed
    assert "reserved_in" not in printed
