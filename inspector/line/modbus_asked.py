"""A Modbus server that the station asks: its connection, with faults in words. Controllers and I/O modules are such."""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING, TypeVar

from pymodbus.client import ModbusTcpClient
from pymodbus.constants import ExcCodes
from pymodbus.exceptions import ModbusException

from inspector.domain.causes import cause_of
from inspector.line.adapters import LineError
from inspector.line.polling import ANSWER_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pymodbus.pdu import ModbusPDU

Value = TypeVar("Value", int, bool)
_REFUSED: dict[int, str] = {
    ExcCodes.ILLEGAL_FUNCTION: "it does not know this function",
    ExcCodes.ILLEGAL_ADDRESS: "it has no such address, or does not let it be written",
    ExcCodes.ILLEGAL_VALUE: "it does not take the count, or the value",
    ExcCodes.GATEWAY_PATH_UNAVIABLE: "behind it nobody has this unit number",
    ExcCodes.GATEWAY_NO_RESPONSE: "behind it nobody with this unit number answers",
}


class ModbusAsked:
    """A connection; used by one thread.

    Args:
        what: The other side for people, as “the controller”.
        unit: Its unit number, 0..255.
    """

    def __init__(self, what: str, host: str, port: int, unit: int) -> None:
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # our own errors say what does not work
        self._host, self._port, self._unit = host, port, unit
        self.where = f"{what} {host}:{port}"
        self._client = ModbusTcpClient(host, port=port, timeout=ANSWER_S, retries=0, reconnect_delay=0)

    def open(self) -> None:
        """Connect.

        Raises:
            LineError: If the other side takes no connection.
        """
        try:
            connected = self._client.connect()
        except (ModbusException, OSError) as error:
            raise self._gone(cause_of(error)) from error
        if not connected:
            raise self._gone(self._why_not())

    def registers(self, start: int, count: int) -> list[int]:
        """Read holding registers (function 3).

        Raises:
            LineError: If there is no answer, or it is refused.
        """
        what = f"holding registers {start} to {start + count - 1} (function 3)"
        answer = self._asked(
            what, lambda: self._client.read_holding_registers(start, count=count, device_id=self._unit)
        )
        return self._of_count(answer.registers, count, what)

    def write_registers(self, start: int, registers: list[int]) -> None:
        """Write holding registers (function 16).

        Raises:
            LineError: As `registers`.
        """
        what = f"holding registers {start} to {start + len(registers) - 1} to be written (function 16)"
        self._asked(what, lambda: self._client.write_registers(start, registers, device_id=self._unit))

    def input_registers(self, start: int, count: int) -> list[int]:
        """Read input registers (function 4).

        Raises:
            LineError: As `registers`.
        """
        what = f"input register {start} (function 4)"
        answer = self._asked(what, lambda: self._client.read_input_registers(start, count=count, device_id=self._unit))
        return self._of_count(answer.registers, count, what)

    def discrete_input(self, place: int) -> bool:
        """Read one discrete input (function 2).

        Raises:
            LineError: As `registers`.
        """
        what = f"discrete input {place} (function 2)"
        answer = self._asked(what, lambda: self._client.read_discrete_inputs(place, count=1, device_id=self._unit))
        return self._of_count(answer.bits[:1], 1, what)[0]

    def coils(self, start: int, count: int) -> list[bool]:
        """Read coils (function 1).

        Raises:
            LineError: As `registers`.
        """
        what = f"coils {start} to {start + count - 1} (function 1)" if count > 1 else f"coil {start} (function 1)"
        answer = self._asked(what, lambda: self._client.read_coils(start, count=count, device_id=self._unit))
        return self._of_count(answer.bits[:count], count, what)

    def write_coils(self, start: int, levels: list[bool]) -> None:
        """Write coils (function 15).

        Raises:
            LineError: As `registers`.
        """
        what = f"coils {start} to {start + len(levels) - 1} to be written (function 15)"
        self._asked(what, lambda: self._client.write_coils(start, levels, device_id=self._unit))

    def close(self) -> None:
        """Disconnect."""
        self._client.close()

    def _asked(self, what: str, ask: Callable[[], ModbusPDU]) -> ModbusPDU:
        try:
            if not self._client.connected:
                raise self._gone("it has closed the connection")
            answer = ask()
        except (ModbusException, OSError) as error:
            self._client.close()
            why = cause_of(error) if isinstance(error, OSError) else "there was no answer in time"
            raise self._gone(why) from error
        if answer.isError():
            code = getattr(answer, "exception_code", 0)
            why = _REFUSED.get(code, f"Modbus exception {code}")
            raise LineError(f"{self.where} does not give {what}: {why}", "Check the numbers: Settings → Line.")
        return answer

    def _of_count(self, values: Sequence[Value], count: int, what: str) -> list[Value]:
        if len(values) != count:
            raise LineError(f"{self.where} does not give {what}: {len(values)} of {count} came", "Is it this device?")
        return list(values)

    def _gone(self, why: str) -> LineError:
        return LineError(
            f"no answer from {self.where}: {why}", "Check address, port and cable; it is tried again every second."
        )

    def _why_not(self) -> str:
        """Find out why no connection is taken; the library only says that."""
        try:
            socket.create_connection((self._host, self._port), ANSWER_S / 2).close()
        except OSError as error:
            return cause_of(error)
        return "it has just closed the connection"
