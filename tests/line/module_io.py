"""An I/O module in a process of its own: pymodbus's server, nothing of the station's code.

``python -m tests.line.module_io PORT EVERY_MS``: discrete input 0 is a sensor that a part passes every so often, 0 for
never; input 1 is a button that SIGUSR1 presses, and presses again to let it go; coils 0 to 15. It prints each coil that changes (PLACE LEVEL SECONDS); the seconds are of the computer's clock.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

PART_S = 0.05


class Module:
    """The inputs and coils."""

    def __init__(self, every_s: float) -> None:
        self._every_s, self._begun_s = every_s, time.perf_counter()
        self._coils, self._pressed = [False] * 16, False

    def press(self) -> None:
        """Press the button, or let it go."""
        self._pressed = not self._pressed

    async def asked(
        self,
        function: int,
        _start: int,
        address: int,
        _count: int,
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> None:
        """Answer of this moment."""
        now_s = time.perf_counter()
        if function == 2:
            on_s = now_s - self._begun_s
            sensor = bool(self._every_s) and on_s > self._every_s and on_s % self._every_s < PART_S
            registers[0] = int(sensor) | int(self._pressed) << 1
        elif values is not None:
            for place, level in enumerate(values, address):
                if self._coils[place] != bool(level):
                    self._coils[place] = bool(level)
                    print(place, int(level), now_s, flush=True)


async def serve(port: int, every_s: float) -> None:
    """Serve until the process ends."""
    bits = [SimData(0, values=[False] * 16, datatype=DataType.BITS)]
    words = [SimData(0, values=0, datatype=DataType.REGISTERS)]
    module = Module(every_s)
    if hasattr(signal, "SIGUSR1"):
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, module.press)
    device = SimDevice(id=0, simdata=(bits, bits, words, words), use_bit_addressing=True, action=module.asked)
    await ModbusTcpServer(device, address=("127.0.0.1", port)).serve_forever(background=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
