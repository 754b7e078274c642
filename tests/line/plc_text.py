"""A controller as `tests.line.plc`, over lines of text: a plain socket, and the lines of docs/line.md.

``python -m tests.line.plc_text PORT FIRST_ID COUNT POLL_S``; it prints what `tests.line.plc` prints. PORT may be a serial
port's path. A result that the one before has not acknowledged is told again, at any time.
"""

from __future__ import annotations

import select
import socket
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO

from tests.terminals import opened

_ANSWER_S = 5.0
CODES = {"OK": 1, "NOK": 2, "REVIEW": 3, "ERROR": 4}


class TextPlc:
    """The connection to one station."""

    def __init__(self, port: str, poll_s: float) -> None:
        self._poll_s, self._pause = poll_s, threading.Event()
        self._lines: BinaryIO | socket.SocketIO
        if port.isdigit():
            self._lines = self._connected(int(port)).makefile("rwb", buffering=0)
        else:
            self._lines = opened(Path(port))
            self._lines.write(b"\n")  # after what the one before has left of a line
        self._read_ahead = b""

    def inspect(self, part: int) -> None:
        """Trigger one part and read its result."""
        while not self._is_ready():
            self._pause.wait(self._poll_s)
        say(f"T {part}")
        triggered_s = time.perf_counter()
        self._send(f"T {part}")
        while True:
            of, word, *_ = self._read()
            if not of:
                return  # not taken, as far as it is known here; its result is read where it comes
            if of == str(part) and word == "TAKEN":
                say(f"A {part}")
            elif of == str(part) and word == "MISSED":
                say(f"M {part}")
                return
            elif word in CODES:
                mine = of == str(part)
                took = f" {1000 * (time.perf_counter() - triggered_s):.3f}" if mine else ""
                self._acknowledge(of, word, took)
                if mine:
                    return

    def _is_ready(self) -> bool:
        self._send("?")
        while True:
            of, word, *_ = self._read()
            if of in {"READY", "NOT", ""}:
                return of == "READY"
            if word in CODES:
                self._acknowledge(of, word, "")

    def _acknowledge(self, part: str, word: str, took: str) -> None:
        say(f"R {part} {CODES[word]}{took}")
        self._send(f"A {part}")

    def _send(self, line: str) -> None:
        self._lines.write(line.encode() + b"\n")

    def _read(self) -> list[str]:
        """Return the next line's words, or two empty ones where none comes."""
        while b"\n" not in self._read_ahead:
            if not select.select([self._lines], [], [], _ANSWER_S)[0]:
                return ["", ""]
            came = self._lines.read(4096)
            if not came:
                sys.exit("the station has closed the connection")
            self._read_ahead += came
        line, _, self._read_ahead = self._read_ahead.partition(b"\n")
        return [*line.decode().split(), "", ""]

    def _connected(self, port: int) -> socket.socket:
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port))
            except OSError:
                self._pause.wait(0.05)


def say(line: str) -> None:
    """Print, and have it out: this process is killed."""
    print(line, flush=True)


if __name__ == "__main__":
    plc = TextPlc(sys.argv[1], float(sys.argv[4]))
    try:
        for number in range(int(sys.argv[2]), int(sys.argv[2]) + int(sys.argv[3])):
            plc.inspect(number)
    except OSError as error:
        sys.exit(f"the cable is torn: {error}")
    say("done")
