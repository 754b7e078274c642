"""Lines of text: a controller's end, for the simulator and for “Test connection”."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from inspector.domain.line_protocol import LineProtocol
from inspector.line.adapters import LineError
from inspector.line.signals import LineResult, PlcInputs, ResultCode, StationOutputs
from inspector.line.text import BYE, SerialPort, TcpPort, cause_at_port

if TYPE_CHECKING:
    from inspector.domain.line_protocol import LineOptions

_FIELD = {"id": r"(?P<id>\S+)", "verdict": r"(?P<verdict>OK|NOK|REVIEW|ERROR)", "score": r"(?P<score>\S+)"}


class TextLink:
    """A controller's end; see `inspector.line.adapters.PlcLink`. Used by one thread.

    Args:
        protocol: `LineProtocol.TEXT` connects to host and port; `LineProtocol.SERIAL` opens the port that host names.
        options: The templates, and the serial port's speed.
        timeout_s: So long an answer may take.
    """

    def __init__(
        self, protocol: LineProtocol, host: str, port: int, options: LineOptions, *, timeout_s: float = 2.0
    ) -> None:
        self._serial = protocol is LineProtocol.SERIAL
        self._host, self._port, self._options, self._timeout_s = host, port, options, timeout_s
        self._where = host if self._serial else f"{host}:{port}"
        self._pattern = answer_pattern(options.answer_line)
        self._opened: TcpPort | SerialPort | None = None
        self._buffer = b""
        self._done = PlcInputs()  # what the station has been told
        self._result: LineResult | None = None  # not acknowledged
        self._acknowledged = ""
        self._answered = False
        self._said = StationOutputs()

    def exchange(self, inputs: PlcInputs) -> StationOutputs:
        """Send a line for each level that has risen, then ask."""
        before, self._done = self._done, inputs
        if not inputs.enable:
            self._leave()
            return StationOutputs()
        if inputs.trigger and not before.trigger:
            line = self._options.trigger_line.format(id=inputs.trigger_id, serial=inputs.part_serial)
            self._send(line.strip())
        if not inputs.trigger:
            self._said = replace(self._said, trigger_ack=False)
        if inputs.result_ack and not before.result_ack and self._result is not None:
            self._send(f"A {self._result.id}")
            self._acknowledged, self._result = self._result.id, None
        return self.look()

    def look(self) -> StationOutputs:
        """Ask."""
        self._send("?")
        end_s = time.monotonic() + self._timeout_s
        self._answered = False
        while time.monotonic() < end_s:
            for line in self._lines():
                self._hear(line)
            if self._answered:
                shown = None if self._done.result_ack else self._result
                return replace(self._said, valid=shown is not None, result=shown, waiting=int(shown is not None))
        self._drop()
        raise LineError(f"{self._where} does not answer", "Is it the station, and is no other controller connected?")

    def close(self) -> None:
        """Leave in order."""
        self._leave()

    def _hear(self, line: str) -> None:
        part, _, word = line.partition(" ")
        if line == "READY" or line.startswith("NOT READY"):
            ready, why = line == "READY", line.removeprefix("NOT READY").strip()
            self._said = replace(self._said, online=ready, ready=ready, not_ready="" if ready else why)
            self._answered = True
        elif word == "TAKEN":
            self._said = replace(self._said, trigger_ack=self._done.trigger, trigger_id=part)
        elif word == "MISSED":
            self._said = replace(self._said, missed=self._said.missed + 1, missed_id=part)
        elif (match := self._pattern.fullmatch(line)) and match["id"] != self._acknowledged:
            score = match.groupdict().get("score") or "-"
            self._result = LineResult(
                id=match["id"], code=ResultCode[match["verdict"]], score=None if score == "-" else float(score)
            )

    def _send(self, line: str) -> None:
        try:
            self._open().write(line.encode("latin-1", "replace") + b"\n")
        except OSError as error:
            raise self._gone(error) from error

    def _lines(self) -> list[str]:
        try:
            data = self._open().read()
        except OSError as error:
            raise self._gone(error) from error
        *whole, self._buffer = (self._buffer + data).split(b"\n")
        return [text for line in whole if (text := line.decode("latin-1").strip())]

    def _open(self) -> TcpPort | SerialPort:
        if self._opened is None:
            if self._serial:
                self._opened = SerialPort(self._host, self._options.baud)
            else:
                self._opened = TcpPort(socket.create_connection((self._host, self._port), self._timeout_s))
            self._buffer = b""
        return self._opened

    def _gone(self, error: OSError) -> LineError:
        self._drop()
        return LineError(f"{self._where} does not answer: {cause_at_port(error)}", "Is the station running?")

    def _leave(self) -> None:
        if self._opened is not None:
            with contextlib.suppress(OSError):
                self._opened.write(BYE.encode() + b"\n")
            self._drop()

    def _drop(self) -> None:
        if self._opened is not None:
            self._opened.close()
        self._opened = None


def answer_pattern(template: str) -> re.Pattern[str]:
    """Return what matches a line that tells a verdict; fields are ``{id}``, ``{verdict}`` and ``{score}``."""
    parts = re.split(r"\{(id|verdict|score)\}", template)
    return re.compile("".join(_FIELD[part] if place % 2 else re.escape(part) for place, part in enumerate(parts)))
