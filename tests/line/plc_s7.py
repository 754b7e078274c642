"""A controller as `tests.line.plc`, over S7: snap7's server holds its data block, the station comes to it.

``python -m tests.line.plc_s7 PORT FIRST_ID COUNT POLL_S``: DB5, by the numbers of docs/line.md. The status is only what
the station has written, so this waits until it has come.
"""

from __future__ import annotations

import sys
import threading

from snap7.server import Server
from snap7.type import SrvArea

from tests.line.plc import ENABLE, Plc, work

BLOCK = 5


class S7Plc(Plc):
    """The data block."""

    def __init__(self, port: int, poll_s: float) -> None:
        self._poll_s = poll_s
        self._pause = threading.Event()
        self.part = 0
        self._memory = bytearray(232)
        self._server = Server(log=False)
        self._server.register_area(SrvArea.DB, BLOCK, self._memory)
        self._server.start_to("127.0.0.1", port)

    def put(self, bits: int) -> list[int]:
        """Write id, then control word; a cycle of the controller later read the status, once a station has come."""
        self._memory[4:8] = self.part.to_bytes(4, "big")
        self._memory[0:2] = (ENABLE | bits).to_bytes(2, "big")
        self._pause.wait(0.002)
        while self._memory[204:206] != b"\0\1":
            self._pause.wait(0.05)
        self._server.lock_area(SrvArea.DB, BLOCK)
        status = bytes(self._memory[200:232])
        self._server.unlock_area(SrvArea.DB, BLOCK)
        return [status[place] << 8 | status[place + 1] for place in range(0, 32, 2)]


if __name__ == "__main__":
    work(S7Plc(int(sys.argv[1]), float(sys.argv[4])), int(sys.argv[2]), int(sys.argv[3]))
