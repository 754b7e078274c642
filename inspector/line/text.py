"""Lines of text, over TCP or a serial port: a line triggers, a line tells the verdict, a line acknowledges it.

The hand-shake is the one of every protocol; here Trigger and Result Ack rise and fall within one line.
"""

from __future__ import annotations

import contextlib
import errno
import re
import socket
import time
from typing import TYPE_CHECKING, Protocol

import serial

from inspector.domain.causes import cause_of
from inspector.domain.line_protocol import LineProtocol
from inspector.line.adapters import LineError
from inspector.line.desk import Link
from inspector.line.signals import PlcInputs
from inspector.silence import Silence

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from inspector.domain.line_protocol import LineOptions
    from inspector.line.desk import LineDesk

_POLL_S = 0.004
_ACCEPT_S = 0.1
#: A result that is not acknowledged is told again after so long.
_AGAIN_S = 1.0
_LONGEST = 512
#: What is sent is confirmed within so long: a controller that is gone must be said within a second.
_CONFIRMED_MS = 800
#: The controller leaves in order: nothing is wrong.
BYE = "BYE"
_FIELD = {"id": r"(?P<id>\S{1,64})", "serial": r"(?P<serial>\S{0,200})"}


class TextPort(Protocol):
    """Where lines come from and go to; used by one thread."""

    def read(self) -> bytes:
        """Return what has come, nothing after a few ms.

        Raises:
            OSError: If the other side is gone.
        """
        ...

    def write(self, data: bytes) -> None:
        """Send all of it.

        Raises:
            OSError: If it cannot be.
        """
        ...


class TcpPort:
    """A connected socket, whoever has opened it."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _CONFIRMED_MS)
        self._silence = Silence(connection)
        connection.settimeout(_POLL_S)
        self._connection = connection

    def read(self) -> bytes:
        """See there."""
        try:
            data = self._connection.recv(4096)
        except TimeoutError as error:
            if error.errno is not None:  # the system has given the other side up; without a number, nothing has come
                raise
            self._silence.look(time.monotonic())
            return b""
        if not data:
            raise ConnectionResetError("it has closed the connection")
        return data

    def write(self, data: bytes) -> None:
        """See there."""
        self._connection.settimeout(_AGAIN_S / 2)
        try:
            self._connection.sendall(data)
        finally:
            self._connection.settimeout(_POLL_S)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class SerialPort:
    """An open serial port; its errors are OSErrors."""

    def __init__(self, device: str, baud: int) -> None:
        self._opened = serial.Serial(device, baud, timeout=_POLL_S, write_timeout=_AGAIN_S / 2)

    def read(self) -> bytes:
        """See there."""
        return bytes(self._opened.read(max(1, self._opened.in_waiting)))

    def write(self, data: bytes) -> None:
        """See there."""
        self._opened.write(data)

    def close(self) -> None:
        """Close the port."""
        self._opened.close()


class TextAdapter:
    """See `inspector.line.adapters.LineAdapter`.

    Args:
        protocol: `LineProtocol.TEXT` listens at host and port; `LineProtocol.SERIAL` opens the port that host names.
        options: Templates, and the serial port's speed.
    """

    def __init__(self, protocol: LineProtocol, host: str, port: int, options: LineOptions) -> None:
        self._protocol, self._host, self._port, self._options = protocol, host, port, options

    def run(self, desk: LineDesk, stop: threading.Event) -> None:
        """Listen; see there."""
        if self._protocol is LineProtocol.SERIAL:
            try:
                port = SerialPort(self._host, self._options.baud)
            except (OSError, ValueError) as error:
                raise LineError(
                    f"the serial port {self._host} cannot be opened: {cause_at_port(error)}",
                    "Check its name, and whether its cable is plugged in; it is tried again every second.",
                ) from error
            with contextlib.closing(port):
                self._talk(desk, port, stop.is_set)
            return
        try:
            server = socket.create_server((self._host, self._port))
        except (OSError, OverflowError) as error:
            raise LineError(
                f"text lines cannot be listened for on {self._host}:{self._port}: {cause_of(error)}",
                "Choose another address: Settings → Line.",
            ) from error
        with server:
            server.settimeout(_ACCEPT_S)
            desk.set_link(Link.WAITING, "no controller has connected yet")
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    connection, _ = server.accept()
                    with connection:
                        self._serve(desk, TcpPort(connection), stop)

    def _serve(self, desk: LineDesk, port: TcpPort, stop: threading.Event) -> None:
        try:
            self._talk(desk, port, stop.is_set)
        except LineError as error:
            desk.set_link(Link.LOST, error.what)
        else:
            desk.set_link(Link.WAITING, "no controller is connected")

    def _talk(self, desk: LineDesk, port: TextPort, stopped: Callable[[], bool]) -> None:
        desk.see(PlcInputs(enable=True))
        desk.set_link(Link.UP)
        talk = Conversation(desk, self._options, port.write)
        try:
            while not (stopped() or talk.left):
                talk.hear(port.read(), time.monotonic())
        except OSError as error:
            raise LineError(f"the controller is gone: {cause_at_port(error)}", "Check the cable.") from error
        finally:
            desk.see(PlcInputs())


class Conversation:
    """What is said to a line, and what of oneself; pure but for the desk.

    Args:
        desk: Has seen Enable.
        options: The two templates.
        write: Sends bytes.
    """

    def __init__(self, desk: LineDesk, options: LineOptions, write: Callable[[bytes], None]) -> None:
        self._desk, self._write = desk, write
        self._pattern = trigger_pattern(options.trigger_line)
        self._answer = options.answer_line
        self._buffer = b""
        self._told, self._told_s = "", 0.0
        self.left = False  #: the controller has left in order

    def hear(self, data: bytes, now_s: float) -> None:
        """Take what has come, and tell the oldest result, again after a second without acknowledgement."""
        for line in self._lines(data):
            self._understand(line)
        result = self._desk.outputs().result
        if result is None:
            self._told = ""
        elif result.id != self._told or now_s - self._told_s >= _AGAIN_S:
            self._told, self._told_s = result.id, now_s
            score = "-" if result.score is None else f"{result.score:.4f}"
            self._say(self._answer.format(id=result.id, verdict=result.code.name, score=score))

    def _lines(self, data: bytes) -> Iterator[str]:
        *whole, self._buffer = (self._buffer + data).split(b"\n")
        self._buffer = self._buffer[-_LONGEST:]
        for line in whole:
            text = line[-_LONGEST:].decode("latin-1").strip()
            if text:
                yield "".join(char if char.isprintable() else "?" for char in text)

    def _understand(self, line: str) -> None:
        desk = self._desk
        kind, _, rest = line.partition(" ")
        if line == "?":
            not_ready = desk.outputs().not_ready
            self._say(f"NOT READY {not_ready}" if not_ready else "READY")
        elif line == BYE:
            self.left = True
        elif line == "ALARM ACK":
            desk.see(PlcInputs(enable=True, alarm_ack=True))
            desk.see(PlcInputs(enable=True))
            self._say("ALARM" if desk.outputs().alarm else "NO ALARM")
        elif kind == "RECIPE" and not self._pattern.fullmatch(line):
            why = desk.ask_recipe(rest.strip())
            self._say(f"RECIPE {'REFUSED ' if why else ''}{why or rest.strip()}")
        elif kind == "A":
            result = desk.outputs().result
            if result is not None and result.id == rest.strip():
                desk.see(PlcInputs(enable=True, result_ack=True))
                desk.see(PlcInputs(enable=True))
        elif match := self._pattern.fullmatch(line):
            part, groups = match["id"], match.groupdict()
            missed = desk.outputs().missed
            desk.see(
                PlcInputs(enable=True, trigger=True, trigger_id=part, part_serial=(groups.get("serial") or "").strip())
            )
            taken = desk.outputs().missed == missed
            desk.see(PlcInputs(enable=True))
            self._say(f"{part} {'TAKEN' if taken else 'MISSED'}")
        else:
            self._say(f"! {line}")

    def _say(self, line: str) -> None:
        self._write(line.encode("latin-1", "replace") + b"\r\n")


def trigger_pattern(template: str) -> re.Pattern[str]:
    """Return what matches a trigger's line; fields are ``{id}`` and ``{serial}``, the last may be missing."""
    parts = re.split(r"( ?\{(?:id|serial)\})", template)
    return re.compile("".join(_piece(part) for part in parts))


def _piece(part: str) -> str:
    name = part.strip(" {}")
    if not part.endswith("}") or name not in _FIELD:
        return re.escape(part)
    space = " +" if part.startswith(" ") else ""
    field = f"{space}{_FIELD[name]}"
    return f"(?:{field})? *" if name == "serial" else field


def cause_at_port(error: BaseException) -> str:
    """Return the operating system's reason; pyserial puts it into a text of its own."""
    cause = error.__context__ if isinstance(error, serial.SerialException) and error.errno is None else error
    if cause is None or getattr(cause, "errno", None) == errno.EIO:
        return "the port is gone, as when its adapter is unplugged"
    return cause_of(cause)
