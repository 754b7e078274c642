"""Counterparts of scanners for tests: an engine that takes codes, and a scanner that listens on loopback."""

from __future__ import annotations

import socket

from inspector.domain.errors import EngineError
from inspector.engine.next_serial import NextSerial, SerialState
from tests.waits import WAIT_S


class PartNames:
    """An engine whose line runs, or does not."""

    def __init__(self) -> None:
        self.serials = NextSerial(needed=False)
        self.codes: list[tuple[str, float]] = []
        self.runs = True

    def set_next_serial(self, serial: str, *, within_s: float) -> str:
        if not self.runs:
            raise EngineError("no part is being waited for: the line does not run", "Start it.")
        self.codes.append((serial, within_s))
        return self.serials.set(serial, within_s=within_s)

    def next_serial(self) -> SerialState:
        return self.serials.state if self.runs else SerialState.NONE


class ListeningScanner:
    """A scanner that listens, for one station after the other."""

    def __init__(self, port: int = 0) -> None:
        self._server = socket.create_server(("127.0.0.1", port))
        self._server.settimeout(WAIT_S)
        self.port = self._server.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self._connection: socket.socket | None = None

    def accept(self) -> None:
        self.hang_up()
        self._connection, _ = self._server.accept()

    def send(self, data: bytes) -> None:
        assert self._connection is not None
        self._connection.sendall(data)

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        self.hang_up()
        self._server.close()
