"""Modbus TCP with the roles changed: the controller is the server and holds the map, the station asks every few ms.

Register n of the map is holding register base + n. Functions 3 and 16.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from pymodbus.simulator import DataType, SimData, SimDevice

from inspector.line.modbus_asked import ModbusAsked
from inspector.line.modbus_served import ModbusServed
from inspector.line.polling import StationSeen, follow, looked
from inspector.line.registers import CONTROL_COUNT, CONTROL_START, STATUS_COUNT, STATUS_START, registers_of_inputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.line_protocol import LineOptions
    from inspector.line.desk import LineDesk
    from inspector.line.signals import PlcInputs, StationOutputs

MAP_COUNT = STATUS_START + STATUS_COUNT
_READS = frozenset({3, 4})


class ModbusClientAdapter:
    """The client; see `inspector.line.adapters.LineAdapter`.

    Args:
        host: The controller's.
        options: Its unit, and the map's first register.
    """

    def __init__(self, host: str, port: int, options: LineOptions) -> None:
        self._host, self._port, self._options = host, port, options

    def run(self, desk: LineDesk, stop: threading.Event) -> None:
        """Follow the registers; see there. With ``stop`` every level in them falls."""
        follow(_Map(self._host, self._port, self._options), desk, stop)


class _Map:
    """See `inspector.line.polling.Registers`."""

    def __init__(self, host: str, port: int, options: LineOptions) -> None:
        self._base = options.base
        self._asked = ModbusAsked("the controller", host, port, options.unit)
        self.where = f"{self._asked.where} with registers from {self._base}"

    def open(self) -> None:
        """See there."""
        self._asked.open()
        self.read(0, MAP_COUNT)

    def read(self, start: int, count: int) -> list[int]:
        """See there."""
        return self._asked.registers(self._base + start, count)

    def write(self, start: int, registers: Sequence[int]) -> None:
        """See there."""
        self._asked.write_registers(self._base + start, list(registers))

    def close(self) -> None:
        """See there."""
        self._asked.close()


class ModbusServerLink:
    """A controller with the registers in it, for the simulator; see `inspector.line.adapters.PlcLink`.

    Args:
        host: The address of this computer on which the controller listens; to `look`, that of any controller.
        options: The map's first register.
    """

    def __init__(self, host: str, port: int, options: LineOptions) -> None:
        self._host, self._port, self._options = host, port, options
        self._memory, self._lock = [0] * MAP_COUNT, threading.Lock()
        self._station = StationSeen(f"the registers from {options.base} on at {host}:{port}")
        self._served: ModbusServed | None = None

    def exchange(self, inputs: PlcInputs) -> StationOutputs:
        """Put the levels into the registers, and take what the station has last written there."""
        if self._served is None:
            block = SimData(self._options.base, count=MAP_COUNT, values=0, datatype=DataType.REGISTERS)
            device = SimDevice(id=0, simdata=[block], action=self._on_request)
            served = ModbusServed("a Modbus controller", self._host, self._port, device)
            served.start()
            self._served = served
        with self._lock:
            self._memory[CONTROL_START : CONTROL_START + CONTROL_COUNT] = registers_of_inputs(inputs)
            status = self._memory[STATUS_START:]
        return self._station.outputs(status)

    def look(self) -> StationOutputs:
        """Ask the controller that listens there for what the station has written."""
        registers = _Map(self._host, self._port, self._options)
        try:
            registers.open()
            status = registers.read(STATUS_START, STATUS_COUNT)
        finally:
            registers.close()
        return looked(status, registers.where)

    def close(self) -> None:
        """Listen no more."""
        if self._served is not None:
            self._served.stop()

    async def _on_request(
        self,
        function: int,
        start: int,
        address: int,
        count: int,
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> None:
        """Answer from the memory of this side."""
        place = address - start
        with self._lock:
            if function in _READS:
                registers[:] = self._memory
            elif values is not None:
                self._memory[place : place + count] = [int(value) for value in values]
