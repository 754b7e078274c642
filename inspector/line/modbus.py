"""Modbus TCP: the station is a server, the controller asks it. Functions 3, 4, 6, 16, 22 and 23; any unit number."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pymodbus.client import ModbusTcpClient
from pymodbus.constants import ExcCodes
from pymodbus.exceptions import ModbusException
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from inspector.line.adapters import LOOK_S, SILENT_S, LineError, look_at_port, no_server
from inspector.line.desk import Link
from inspector.line.registers import (
    CONTROL_COUNT,
    CONTROL_START,
    MAP_VERSION,
    STATUS_COUNT,
    STATUS_START,
    inputs_of,
    outputs_of,
    registers_of,
    registers_of_inputs,
)

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from pymodbus.pdu import ModbusPDU

    from inspector.line.desk import LineDesk
    from inspector.line.signals import PlcInputs, StationOutputs

_READS = frozenset({3, 4})
_WRITES = frozenset({6, 16, 22, 23})
_HEARTBEAT_S = 0.5
_VERSION_PLACE = 2
_STATUS = slice(STATUS_START, STATUS_START + STATUS_COUNT)
_CONTROL = slice(CONTROL_START, CONTROL_START + CONTROL_COUNT)


class ModbusAdapter:
    """The server; see `inspector.line.adapters.LineAdapter`.

    What the controller writes is taken in, and acted upon, before it has the answer; what it reads is of that moment.

    Args:
        host: The address of this computer on which it listens.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        _hush()

    def run(self, desk: LineDesk, stop: threading.Event) -> None:
        """Serve; see there."""
        look_at_port("Modbus TCP", self._host, self._port)
        asyncio.run(_Registers(desk).serve(self._host, self._port, stop))


class _Registers:
    """The registers of one server; lives on its event loop.

    Args:
        desk: As for the adapter.
    """

    def __init__(self, desk: LineDesk) -> None:
        self._desk = desk
        self._begun_s = self._asked_s = time.monotonic()
        self._up = self._lost = False

    async def serve(self, host: str, port: int, stop: threading.Event) -> None:
        device = SimDevice(
            id=0,
            simdata=[SimData(0, count=STATUS_START + STATUS_COUNT, values=0, datatype=DataType.REGISTERS)],
            action=self._asked,
        )
        server = ModbusTcpServer(device, address=(host, port))
        try:
            await server.serve_forever(background=True)
        except RuntimeError as error:
            raise no_server("Modbus TCP", host, port, "another program has taken it meanwhile") from error
        self._desk.set_link(Link.WAITING, "no controller has asked yet")
        try:
            while not stop.is_set():
                if self._up and time.monotonic() - self._asked_s > SILENT_S:
                    self._silent()
                await asyncio.sleep(LOOK_S)
        finally:
            await server.shutdown()

    def _silent(self) -> None:
        """Say that nobody asks any more; one that has taken Enable back has gone in order."""
        self._up = False
        since = datetime.now().astimezone() - timedelta(seconds=SILENT_S)
        self._lost = self._desk.inputs.enable
        link = Link.LOST if self._lost else Link.WAITING
        self._desk.set_link(link, f"the controller has asked nothing since {since:%H:%M:%S}")

    async def _asked(
        self,
        function: int,
        start: int,
        address: int,
        count: int,
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """Answer one request: before registers are read they are of this moment, what is written is acted upon."""
        if function not in _READS | _WRITES:
            return ExcCodes.ILLEGAL_FUNCTION
        self._asked_s = time.monotonic()
        if not self._up and (self._lost or values is not None):  # who only reads is no controller, unless it was one
            self._up = True
            self._desk.set_link(Link.UP)
        if values is None:
            beat = int((self._asked_s - self._begun_s) / _HEARTBEAT_S)
            registers[_STATUS] = registers_of(self._desk.outputs(), beat)
            return None
        place = address - start
        if address < CONTROL_START or address + count > CONTROL_START + CONTROL_COUNT:
            return ExcCodes.ILLEGAL_ADDRESS
        registers[place : place + count] = [int(value) for value in values]
        self._desk.see(inputs_of(registers[_CONTROL]))
        return None


class ModbusLink:
    """A controller's end; see `inspector.line.adapters.PlcLink`. Used by one thread.

    Args:
        host: The station's.
        timeout_s: So long an answer may take.
    """

    def __init__(self, host: str, port: int, *, timeout_s: float = 1.0) -> None:
        _hush()
        self._client = ModbusTcpClient(host, port=port, timeout=timeout_s, retries=0, reconnect_delay=0)
        self._where = f"{host}:{port}"

    def exchange(self, inputs: PlcInputs) -> StationOutputs:
        """Write, then read, in one transaction (function 23)."""
        return self._answer(
            lambda: self._client.readwrite_registers(
                read_address=STATUS_START,
                read_count=STATUS_COUNT,
                write_address=CONTROL_START,
                values=registers_of_inputs(inputs),
            )
        )

    def look(self) -> StationOutputs:
        """Read (function 3)."""
        return self._answer(lambda: self._client.read_holding_registers(STATUS_START, count=STATUS_COUNT))

    def _answer(self, ask: Callable[[], ModbusPDU]) -> StationOutputs:
        try:
            if not self._client.connected and not self._client.connect():
                raise LineError(f"{self._where} takes no connection", "Is the station running, with this protocol?")
            answer = ask()
        except (ModbusException, OSError) as error:
            self._client.close()
            raise LineError(f"{self._where} does not answer", "Is it the station, and does its line run?") from error
        registers = answer.registers
        if answer.isError() or len(registers) != STATUS_COUNT or registers[_VERSION_PLACE] != MAP_VERSION:
            raise LineError(f"{self._where} has no such registers: it is another device", "Check the address.")
        return outputs_of(registers)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def _hush() -> None:
    """Leave it to our own errors to say what does not work; the library says it once more, to stderr."""
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
