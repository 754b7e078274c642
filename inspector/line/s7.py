"""Siemens S7: the controller holds the map in a data block, the station reads and writes it there, every few ms.

A register of the map is a word of the block: register n is at byte 2n. Reading and writing are PUT and GET.
"""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING

from snap7.client import Client
from snap7.connection import ISOTCPConnection
from snap7.error import S7ConnectionError, S7Error, S7TimeoutError
from snap7.server import Server
from snap7.type import SrvArea

from inspector.domain.causes import cause_of
from inspector.line.adapters import LineError
from inspector.line.polling import ANSWER_S, StationSeen, follow, looked
from inspector.line.registers import (
    CONTROL_COUNT,
    CONTROL_START,
    STATUS_COUNT,
    STATUS_START,
    registers_of_inputs,
)

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    from inspector.domain.line_protocol import LineOptions
    from inspector.line.desk import LineDesk
    from inspector.line.signals import PlcInputs, StationOutputs

BLOCK_BYTES = 2 * (STATUS_START + STATUS_COUNT)
_CONTROL, _STATUS = 2 * CONTROL_START, 2 * STATUS_START


class S7Adapter:
    """The client; see `inspector.line.adapters.LineAdapter`.

    Args:
        host: The controller's.
        options: Its block and slot.
    """

    def __init__(self, host: str, port: int, options: LineOptions) -> None:
        self._host, self._port, self._options = host, port, options

    def run(self, desk: LineDesk, stop: threading.Event) -> None:
        """Follow the block; see there. With ``stop`` every level in it falls."""
        follow(_DataBlock(self._host, self._port, self._options), desk, stop)


class _DataBlock:
    """A connection to a controller, and its block; see `inspector.line.polling.Registers`."""

    def __init__(self, host: str, port: int, options: LineOptions) -> None:
        _hush()
        self._host, self._port, self._options = host, port, options
        self._where = f"{host}:{port}"
        self._client = Client()

    def open(self) -> None:
        """Connect; see there."""
        self._asked(self._connect)
        self.read(0, STATUS_START + STATUS_COUNT)

    def read(self, start: int, count: int) -> list[int]:
        """See there."""
        data = bytearray()
        self._asked(lambda: data.extend(self._client.db_read(self._options.block, 2 * start, 2 * count)))
        return _words(data)

    def write(self, start: int, registers: Sequence[int]) -> None:
        """See there."""
        self._asked(lambda: self._client.db_write(self._options.block, 2 * start, _bytes(registers)))

    def close(self) -> None:
        """See there."""
        self._client.disconnect()

    def _connect(self) -> None:
        """Connect; the client waits 5 s for an answer, so it is tried before whether one comes."""
        probe = ISOTCPConnection(self._host, self._port, remote_tsap=0x0100 | self._options.slot)
        probe.connect(timeout=ANSWER_S)
        probe.disconnect()
        self._client.connect(self._host, 0, self._options.slot, self._port)
        connection = self._client.connection
        if connection is not None and connection.socket is not None:
            connection.socket.settimeout(ANSWER_S)

    def _asked(self, ask: Callable[[], object]) -> None:
        try:
            ask()
        except S7Error as error:
            if not isinstance(error, (S7ConnectionError, S7TimeoutError)):
                raise LineError(
                    f"the controller {self._where} gives no DB{self._options.block} of {BLOCK_BYTES} bytes",
                    "Is the block in it, not optimised, and are PUT and GET permitted?",
                ) from error
            raise LineError(
                f"no S7 controller answers at {self._where}: {_why(error)}",
                "Check address, port, slot and cable; it is tried again every second.",
            ) from error


class S7Link:
    """A controller with the block in it, for the simulator; see `inspector.line.adapters.PlcLink`. Used by one thread.

    Args:
        host: The address of this computer on which the controller listens; to `look`, that of any controller.
        options: The block's number.
    """

    def __init__(self, host: str, port: int, options: LineOptions) -> None:
        _hush()
        self._host, self._port, self._options = host, port, options
        self._server: Server | None = None
        self._memory = bytearray(BLOCK_BYTES)
        self._station = StationSeen(f"DB{options.block} at {host}:{port}")

    def exchange(self, inputs: PlcInputs) -> StationOutputs:
        """Put the levels into the block, and take what the station has last written there."""
        server = self._server or self._listen()
        server.lock_area(SrvArea.DB, self._options.block)
        try:
            self._memory[_CONTROL : _CONTROL + 2 * CONTROL_COUNT] = _bytes(registers_of_inputs(inputs))
            registers = _words(self._memory[_STATUS:])
        finally:
            server.unlock_area(SrvArea.DB, self._options.block)
        return self._station.outputs(registers)

    def look(self) -> StationOutputs:
        """Ask the controller that listens there for what the station has written."""
        block = _DataBlock(self._host, self._port, self._options)
        try:
            block.open()
            status = block.read(STATUS_START, STATUS_COUNT)
        finally:
            block.close()
        return looked(status, f"the controller {self._host}:{self._port} with DB{self._options.block}")

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.stop()

    def _listen(self) -> Server:
        try:
            socket.create_server((self._host, self._port)).close()  # two of the library's servers would share a port
            server = Server(log=False)
            server.register_area(SrvArea.DB, self._options.block, self._memory)
            server.start_to(socket.gethostbyname(self._host), self._port)
        except (OSError, OverflowError, S7Error) as error:
            raise LineError(
                f"an S7 controller cannot listen on {self._host}:{self._port}: {cause_of(error)}",
                "Choose another port, and an address of this computer.",
            ) from error
        self._server = server
        return server


def _hush() -> None:
    """Leave it to our own errors to say what does not work; the library says it once more, to stderr."""
    logging.getLogger("snap7").setLevel(logging.CRITICAL)


def _why(error: BaseException) -> str:
    """Return the operating system's reason behind an error of the library; it keeps the text only."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno is not None:
            return cause_of(cause)
        if isinstance(cause, (TimeoutError, S7TimeoutError)):
            return "there was no answer in time"
        cause = cause.__context__
    return "it has closed the connection"


def _words(data: bytes | bytearray) -> list[int]:
    return [int.from_bytes(data[place : place + 2], "big") for place in range(0, len(data), 2)]


def _bytes(registers: Sequence[int]) -> bytearray:
    return bytearray(b"".join(register.to_bytes(2, "big") for register in registers))
