"""The Modbus server against pymodbus's own client: what a controller may do, and what it may not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from pymodbus.client import ModbusTcpClient

from inspector.domain.line_protocol import LineProtocol
from inspector.domain.records import Verdict
from inspector.line.adapters import LineError, connect
from inspector.line.desk import Link
from inspector.line.service import LineService
from inspector.line.signals import PlcInputs, ResultCode
from inspector.line.simulator import SimulatedPlc, simulate
from tests.line.engines import FakeEngine
from tests.line.test_service import free_port, on_modbus
from tests.waits import until

READY, TRIGGER_ACK, VALID = 0b10, 0b100, 0b100000


class Station:
    """A station without pictures that answers on a port."""

    def __init__(self) -> None:
        self.port = free_port()
        verdicts = (Verdict.PASS, Verdict.FAIL, Verdict.REVIEW)
        self.engine = FakeEngine(lambda event: verdicts[int(event.id) % 3])
        self.service = LineService(self.engine, settings=lambda: on_modbus(self.port))
        self.service.start()
        until(lambda: self.service.status().link is Link.WAITING)


@pytest.fixture
def station() -> Iterator[Station]:
    station = Station()
    try:
        yield station
    finally:
        station.service.stop()


@pytest.fixture
def client(station: Station) -> Iterator[ModbusTcpClient]:
    with closing(ModbusTcpClient("127.0.0.1", port=station.port)) as client:
        assert client.connect()
        yield client


def _status(client: ModbusTcpClient) -> list[int]:
    return list(client.read_holding_registers(100, count=16).registers)


def test_one_part_by_single_registers_as_a_simple_controller_writes_them(
    station: Station, client: ModbusTcpClient
) -> None:
    client.write_register(0, 0b001)
    assert _status(client)[0] & READY
    client.write_registers(2, [1, 5])  # id 65541
    client.write_register(0, 0b011)
    status = _status(client)
    assert status[0] & TRIGGER_ACK
    assert not status[0] & READY
    assert status[4:6] == [1, 5]
    client.write_register(0, 0b001)
    until(lambda: _status(client)[0] & VALID)
    status = _status(client)
    assert (status[6:8], status[8], status[9]) == ([1, 5], ResultCode.OK, 2500)
    client.write_register(0, 0b101)
    assert not _status(client)[0] & VALID
    assert [event.id for event in station.engine.events] == ["65541"]


def test_status_can_be_read_as_input_registers_too_and_by_any_unit(client: ModbusTcpClient) -> None:
    assert client.read_input_registers(102, count=1, device_id=7).registers == [1]


def test_the_heartbeat_goes_on(client: ModbusTcpClient) -> None:
    before = _status(client)[1]
    until(lambda: _status(client)[1] > before)


@pytest.mark.parametrize(("address", "values"), [(100, [1]), (35, [0, 0]), (116, [1]), (36, [0]), (65535, [1])])
def test_what_is_the_stations_cannot_be_written(client: ModbusTcpClient, address: int, values: list[int]) -> None:
    answer = client.write_registers(address, values)
    assert answer.isError()
    assert _status(client)[0] & VALID == 0


def test_coils_are_refused(client: ModbusTcpClient) -> None:
    assert client.read_coils(0, count=8).isError()
    assert client.write_coil(0, value=True).isError()
    assert client.read_holding_registers(0, count=1).registers == [0]


def test_a_hundred_parts_each_have_their_own_verdict(station: Station) -> None:
    link = connect(LineProtocol.MODBUS, "127.0.0.1", station.port)
    plc = SimulatedPlc((str(number) for number in range(1, 101)), serial=lambda part: f"SN-{part}")
    parts = list(simulate(link, plc, stop=lambda _: False, say=pytest.fail, poll_s=0.0))
    assert [(part.id, part.result and part.result.code) for part in parts] == [
        (str(number), 1 + number % 3) for number in range(1, 101)
    ]
    assert [(event.id, event.part_serial) for event in station.engine.events] == [
        (str(number), f"SN-{number}") for number in range(1, 101)
    ]
    link.close()


def test_the_simulator_leaves_no_level_up(station: Station) -> None:
    link = connect(LineProtocol.MODBUS, "127.0.0.1", station.port)
    list(simulate(link, SimulatedPlc(iter(["4"])), stop=lambda _: False, say=pytest.fail, poll_s=0.0))
    assert station.service.status().inputs == PlcInputs()
    link.close()


def test_a_missed_trigger_is_seen_by_the_controller_and_recorded(station: Station) -> None:
    link = connect(LineProtocol.MODBUS, "127.0.0.1", station.port)
    link.exchange(PlcInputs(trigger=True, trigger_id="3"))  # without Enable
    outputs = link.exchange(PlcInputs())
    assert (outputs.missed, outputs.missed_id, outputs.trigger_ack, outputs.waiting) == (1, "3", False, 0)
    assert station.engine.events[0].missed == "the controller has not set Enable"
    link.close()


def test_a_station_that_is_not_there_is_said() -> None:
    link = connect(LineProtocol.MODBUS, "127.0.0.1", free_port())
    with pytest.raises(LineError, match="takes no connection"):
        link.exchange(PlcInputs())
