"""A controller in a process of its own: pymodbus's client and the numbers of docs/line.md, nothing of the station's code.

``python -m tests.line.plc PORT FIRST_ID COUNT POLL_S``: one part after the other. It prints a line before it triggers (T ID),
when its trigger was taken (A ID) or missed (M ID), and before it acknowledges a result (R ID CODE MS). Results that were
waiting have no MS.
"""

from __future__ import annotations

import sys
import threading
import time

from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ModbusException

ENABLE, TRIGGER, ACK = 1, 2, 4
READY, TRIGGER_ACK, VALID = 2, 4, 32


class Plc:
    """The registers of one station."""

    def __init__(self, port: int, poll_s: float) -> None:
        self._client = ModbusTcpClient("127.0.0.1", port=port, timeout=10, retries=0)
        self._poll_s = poll_s
        self._pause = threading.Event()
        self.part = 0

    def put(self, bits: int) -> list[int]:
        """Write control word and id, then read the status; again and again while nobody answers."""
        while True:
            try:
                if self._client.connected or self._client.connect():
                    registers = [ENABLE | bits, 0, self.part >> 16, self.part & 0xFFFF]
                    answer = self._client.readwrite_registers(
                        read_address=100, read_count=16, write_address=0, values=registers
                    )
                    if not answer.isError():
                        return list(answer.registers)
            except ModbusException:
                self._client.close()
            self._pause.wait(0.05)

    def until(self, bits: int, mask: int, level: int) -> list[int]:
        """Hold these bits until the masked status bits are as wanted."""
        while True:
            status = self.put(bits)
            if status[0] & mask == level:
                return status
            self._pause.wait(self._poll_s)

    def read(self, status: list[int], triggered_s: float | None) -> int:
        """Print the result and acknowledge it; return whose it was."""
        part, code = status[6] << 16 | status[7], status[8]
        took = "" if triggered_s is None else f" {1000 * (time.perf_counter() - triggered_s):.3f}"
        say(f"R {part} {code}{took}")
        self.until(ACK, VALID, 0)
        return part

    def inspect(self, part: int) -> None:
        """Trigger one part and read its result."""
        status = self.until(0, READY, READY)
        while status[0] & VALID:
            self.read(status, None)
            status = self.until(0, READY, READY)
        missed = status[3]
        self.part = part
        say(f"T {part}")
        triggered_s = time.perf_counter()
        while not status[0] & TRIGGER_ACK:
            status = self.put(TRIGGER)
            if status[3] != missed and status[14] << 16 | status[15] == part:
                say(f"M {part}")
                self.put(0)
                return
        say(f"A {part}")
        while True:
            status = self.until(0, VALID, VALID)
            if self.read(status, triggered_s) == part:
                self.put(0)
                return


def say(line: str) -> None:
    """Print, and have it out: this process is killed."""
    print(line, flush=True)


def work(plc: Plc, first: int, count: int) -> None:
    """Inspect so many parts."""
    status = plc.put(0)
    while status[0] & VALID or status[10]:  # what the one before has not read
        if status[0] & VALID:
            plc.read(status, None)
        status = plc.put(0)
    for part in range(first, first + count):
        plc.inspect(part)
    say("done")


if __name__ == "__main__":
    work(Plc(int(sys.argv[1]), float(sys.argv[4])), int(sys.argv[2]), int(sys.argv[3]))
