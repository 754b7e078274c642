"""A Modbus server on a thread of its own, for the simulators: a controller with the map, or an I/O module."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import TYPE_CHECKING

from pymodbus.server import ModbusTcpServer

from inspector.line.adapters import look_at_port, no_server

if TYPE_CHECKING:
    from pymodbus.simulator import SimDevice

_START_S = 10.0
_END_S = 2.0


class ModbusServed:
    """See the module.

    Args:
        what: Its name for people, where it cannot listen.
        device: Its memory; `SimDevice.action` is called on the server's thread.
    """

    def __init__(self, what: str, host: str, port: int, device: SimDevice) -> None:
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
        self._what, self._host, self._port, self._device = what, host, port, device
        self._stop, self._listens = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulated Modbus server", daemon=True)

    def start(self) -> None:
        """Listen.

        Raises:
            LineError: If nothing can listen there.
        """
        look_at_port(self._what, self._host, self._port)
        self._thread.start()
        if not self._listens.wait(_START_S):
            raise no_server(self._what, self._host, self._port, "another program has taken it meanwhile")

    def stop(self) -> None:
        """Listen no more."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(_END_S)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        server = ModbusTcpServer(self._device, address=(self._host, self._port))
        try:
            await server.serve_forever(background=True)
        except RuntimeError:  # it is said by who waits for it
            return
        self._listens.set()
        await asyncio.to_thread(self._stop.wait)
        await server.shutdown()
