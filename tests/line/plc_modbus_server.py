"""A controller as `tests.line.plc` that is the Modbus server: pymodbus's memory holds the map, the station comes to it.

``python -m tests.line.plc_modbus_server PORT FIRST_ID COUNT POLL_S``: registers from 300 on, by the numbers of
docs/line.md. The status is only what the station has written, so this waits until it has come.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tests.line.plc import ENABLE, Plc, work

BASE = 300


class ServingPlc(Plc):
    """The registers."""

    def __init__(self, port: int, poll_s: float) -> None:
        self._poll_s = poll_s
        self._pause = threading.Event()
        self.part = 0
        self._control, self._status, self._lock = [0] * 36, [0] * 16, threading.Lock()
        listens = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve(port, listens)), daemon=True).start()
        listens.wait()

    async def _serve(self, port: int, listens: threading.Event) -> None:
        block = SimData(BASE, count=116, values=0, datatype=DataType.REGISTERS)
        server = ModbusTcpServer(SimDevice(id=0, simdata=[block], action=self._asked), address=("127.0.0.1", port))
        await server.serve_forever(background=True)
        listens.set()
        await asyncio.Event().wait()

    async def _asked(
        self,
        function: int,
        start: int,
        address: int,
        count: int,
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> None:
        with self._lock:
            if function == 3:
                registers[:36] = self._control
            elif values is not None:
                place = address - BASE - 100
                self._status[place : place + count] = [int(value) for value in values]

    def put(self, bits: int) -> list[int]:
        """Write id and control word; a cycle of the controller later read the status, once a station has come."""
        with self._lock:
            self._control[:4] = [ENABLE | bits, 0, self.part >> 16, self.part & 0xFFFF]
        self._pause.wait(0.002)
        while self._status[2] != 1:
            self._pause.wait(0.05)
        with self._lock:
            return list(self._status)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    work(ServingPlc(int(sys.argv[1]), float(sys.argv[4])), int(sys.argv[2]), int(sys.argv[3]))
