"""Failures that wait for an acknowledgement are the line's alarm, and a button at the machine takes them away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from asyncua import Client

from inspector.domain.fail_watch import FailWatch
from inspector.domain.failing import FailConfig, Latch
from inspector.domain.line_protocol import LineProtocol
from inspector.engine.status import EngineStatus
from inspector.line.desk import LineDesk, Link
from inspector.line.registers import inputs_of, registers_of_inputs
from inspector.line.service import LineStatus
from inspector.line.signals import PlcInputs
from inspector.settings import Settings
from tests.domain.test_failing import part
from tests.line.engines import RUNNING, FakeEngine
from tests.line.test_opcua import Station, value, with_client
from tests.line.test_service import free_port
from tests.line.test_text import spoken, terminal
from tests.waits import until


def failing(*letters: str) -> EngineStatus:
    watch = FailWatch()
    watch.begin(FailConfig(in_a_row=2, latch=Latch.FAIL))
    for number, letter in enumerate(letters, start=1):
        watch.see(part(number, letter))
    return replace(RUNNING, failing=watch.state)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def desk(engine: FakeEngine) -> LineDesk:
    made = LineDesk(engine)
    engine.subscribe(made)
    made.set_link(Link.UP)
    made.see(PlcInputs(enable=True))
    return made


def test_what_waits_is_the_alarm_and_its_acknowledgement_goes_to_the_engine_once(
    engine: FakeEngine, desk: LineDesk
) -> None:
    assert not desk.outputs().alarm
    engine.become(failing("E", "E"))
    assert (desk.outputs().alarm, desk.outputs().ready, desk.outputs().overdue) == (True, True, False)
    for _ in range(2):
        desk.see(PlcInputs(enable=True, alarm_ack=True))
    assert engine.acknowledged == [("the controller", 1)]
    assert not desk.outputs().alarm
    desk.see(PlcInputs(enable=True))
    desk.see(PlcInputs(enable=True, alarm_ack=True))
    assert len(engine.acknowledged) == 2


def test_only_what_the_line_was_told_of_is_acknowledged(engine: FakeEngine, desk: LineDesk) -> None:
    engine.become(failing("F"))
    assert desk.outputs().alarm
    engine.now = failing("F", "F")  # a moment before the button is pressed
    desk.see(PlcInputs(enable=True, alarm_ack=True))
    assert engine.acknowledged == [("the controller", 1)]
    assert desk.outputs().alarm


def test_a_result_that_is_not_acknowledged_is_said_for_itself(engine: FakeEngine, desk: LineDesk) -> None:
    """Failures are no fault of the way to the line."""
    engine.become(failing("F"))
    status = LineStatus(protocol=LineProtocol.MODBUS, link=Link.UP, outputs=desk.outputs())
    assert (status.outputs.alarm, status.fault) == (True, "")
    overdue = replace(status, outputs=replace(desk.outputs(), overdue=True))
    assert overdue.fault.startswith("The line does not take results: ")


def test_it_has_a_bit_of_its_own() -> None:
    registers = registers_of_inputs(PlcInputs(alarm_ack=True))
    assert registers[0] == 8
    assert inputs_of(registers) == PlcInputs(alarm_ack=True)


def test_as_a_line_of_text() -> None:
    settings = Settings(line_protocol=LineProtocol.TEXT, line_port=free_port())
    with spoken(settings) as (service, engine), terminal(settings, service) as plc:
        engine.become(failing("F"))
        until(lambda: service.status().outputs.alarm)
        assert plc.ask("ALARM ACK") == "NO ALARM"
        assert plc.ask("ALARM ACK") == "NO ALARM"
    assert engine.acknowledged == [("the controller", 1), ("the controller", 0)]
    assert engine.events == []


def test_as_a_method_of_opc_ua() -> None:
    station = Station()

    async def work(client: Client) -> None:
        station.engine.become(failing("F"))
        assert await value(client, "alarm")
        assert await client.get_node("ns=2;s=Line").call_method("2:AcknowledgeAlarm")
        assert not await value(client, "alarm")

    try:
        with_client(station, work)
    finally:
        station.service.stop()
    assert station.engine.acknowledged == [("the controller", 1)]
