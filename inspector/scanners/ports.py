"""Where a scanner's bytes come from: a serial port, or a connection over TCP."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Protocol

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.domain.scanner import ScannerKind, host_and_port
from inspector.silence import Silence

if TYPE_CHECKING:
    from inspector.settings import Settings

_POLL_S = 0.05
_CONNECT_S = 2.0
_NO_ADDRESS = "the scanner has no address"


class ScannerError(InspectorError):
    """A scanner cannot be reached, or is gone."""


class CodePort(Protocol):
    """An open way to a scanner; used by one thread."""

    def read(self) -> bytes:
        """Return what has come, nothing after a moment.

        Raises:
            ScannerError: If the scanner is gone.
        """
        ...

    def close(self) -> None:
        """Close it."""
        ...


class TcpScanner:
    """A scanner that listens.

    Args:
        address: ``HOST:PORT``.

    Raises:
        ScannerError: If it cannot be connected to.
        ScanError: If the address is none.
    """

    def __init__(self, address: str) -> None:
        host, port = host_and_port(address)
        try:
            self._socket = socket.create_connection((host, port), timeout=_CONNECT_S)
        except OSError as error:
            why = "there was no answer in time" if isinstance(error, TimeoutError) else cause_of(error)
            raise ScannerError(
                f"the scanner at {address} cannot be connected to: {why}", "Check its address, cable and power."
            ) from error
        self._address = address
        self._socket.settimeout(_POLL_S)
        self._silence = Silence(self._socket)

    def read(self) -> bytes:
        """See there."""
        try:
            data = self._received()
        except TimeoutError as error:
            raise self._gone("there was no answer in time") from error
        except OSError as error:
            raise self._gone(cause_of(error)) from error
        if data is None:
            raise self._gone("it has closed the connection")
        return data

    def close(self) -> None:
        """See there."""
        self._socket.close()

    def _received(self) -> bytes | None:
        try:
            return self._socket.recv(4096) or None
        except TimeoutError as error:
            if error.errno is not None:
                raise
            self._silence.look(time.monotonic())
            return b""

    def _gone(self, why: str) -> ScannerError:
        return ScannerError(f"the scanner at {self._address} is gone: {why}", "Check its cable and power.")


class SerialScanner:
    """A scanner at a serial port, 8N1; the port is this program's alone while it is open.

    Args:
        device: As ``COM4`` or ``/dev/ttyUSB0``.
        baud: Bits a second.

    Raises:
        ScannerError: If the port cannot be opened, or pyserial is not installed.
    """

    def __init__(self, device: str, baud: int) -> None:
        try:
            import serial  # an extra
        except ImportError as error:
            raise ScannerError(
                "what reads serial ports is not installed", "Install the extra: pip install 'inspector-station[line]'."
            ) from error
        self._device, self._error = device, serial.SerialException
        try:
            self._port = serial.Serial(device, baud, timeout=_POLL_S, exclusive=True)
        except (OSError, ValueError) as error:
            raise ScannerError(
                f"the scanner's port {device} cannot be opened: {self._why(error)}",
                "Check its name, and whether its cable is plugged in.",
            ) from error

    def read(self) -> bytes:
        """See there."""
        try:
            return bytes(self._port.read(max(1, self._port.in_waiting)))
        except (OSError, TypeError) as error:  # the second where it is closed meanwhile
            raise ScannerError(
                f"the scanner at {self._device} is gone: {self._why(error)}", "Check its cable."
            ) from error

    def close(self) -> None:
        """See there."""
        self._port.close()

    def _why(self, error: BaseException) -> str:
        """Return the operating system's reason; pyserial puts it into a text of its own."""
        if isinstance(error, self._error) and "exclusively lock" in str(error):
            return "another program has it open"
        if isinstance(error, self._error) and error.errno is None:
            return cause_of(error.__context__) if error.__context__ else "its cable was unplugged"
        return cause_of(error)


def open_scanner(settings: Settings) -> CodePort:
    """Connect to the scanner that the settings name.

    Raises:
        ScannerError: If it cannot be reached.
        ScanError: If its address is none.
    """
    if not settings.scanner_address:
        raise ScannerError(_NO_ADDRESS, "Type it under Settings → Scanner.")
    if settings.scanner is ScannerKind.SERIAL:
        return SerialScanner(settings.scanner_address, settings.scanner_baud)
    return TcpScanner(settings.scanner_address)


def try_scanner(settings: Settings) -> str:
    """Connect once; return how it went, as a sentence.

    Raises:
        ScannerError: If it cannot be reached: which step failed, and why.
        ScanError: If its address is none.
    """
    open_scanner(settings).close()
    if settings.scanner is ScannerKind.SERIAL:
        return f"The port {settings.scanner_address} opens, at {settings.scanner_baud:,} baud."
    return f"The scanner at {settings.scanner_address} takes the connection."


def way_to(settings: Settings) -> tuple[ScannerKind, str, int]:
    """Return what the connection to a scanner is made of; another one is another connection."""
    return settings.scanner, settings.scanner_address, settings.scanner_baud
