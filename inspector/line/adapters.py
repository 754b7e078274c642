"""The seam to the protocols: what an adapter is, and who makes which. A protocol is one file beside this one."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Protocol

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.domain.line_protocol import LineOptions, LineProtocol

if TYPE_CHECKING:
    import threading

    from inspector.line.desk import LineDesk
    from inspector.line.signals import PlcInputs, StationOutputs


_PLAIN = LineOptions()
#: A controller that has asked nothing for so long is gone; this must be said, and seen in the window, within a second.
SILENT_S = 0.8
#: So often it is looked whether it is.
LOOK_S = 0.05


class LineError(InspectorError):
    """The line's controller, or its protocol, cannot be used: which address, and why."""


class LineAdapter(Protocol):
    """Speaks one protocol between a controller and the desk.

    Where the controller asks, it calls `LineDesk.see` with what was written and answers with `LineDesk.outputs`. Where
    the station must tell, `LineDesk.subscribe` says when.
    """

    def run(self, desk: LineDesk, stop: threading.Event) -> None:
        """Serve until ``stop``, on a thread of its own, which it may block; it looks at ``stop`` ten times a second.

        It tells `LineDesk.set_link` of a controller that comes and goes, within a second. It may be called again.

        Args:
            desk: Takes the controller's levels, gives the station's.

        Raises:
            LineError: If it cannot serve; the service says so and calls again after a second.
        """
        ...


class PlcLink(Protocol):
    """The other end of a protocol: a controller's, for the simulator and for “Test connection”."""

    def exchange(self, inputs: PlcInputs) -> StationOutputs:
        """Write the controller's levels, and read the station's after that.

        Raises:
            LineError: If the station cannot be reached, or answers with something else; it is connected again at the
                next call.
        """
        ...

    def look(self) -> StationOutputs:
        """Read the station's levels, and write nothing.

        Raises:
            LineError: As `exchange`.
        """
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


def make_adapter(protocol: LineProtocol, host: str, port: int, options: LineOptions = _PLAIN) -> LineAdapter:
    """Return what speaks a protocol; its library is imported now.

    Args:
        host: Where it listens, or which controller it asks.
        options: For protocols that need them.

    Raises:
        LineError: If the library is not installed, or the protocol is none.
    """
    try:
        if protocol is LineProtocol.MODBUS:
            from inspector.line.modbus import ModbusAdapter

            return ModbusAdapter(host, port)
        if protocol is LineProtocol.MODBUS_CLIENT:
            from inspector.line.modbus_client import ModbusClientAdapter

            return ModbusClientAdapter(host, port, options)
        if protocol is LineProtocol.S7:
            from inspector.line.s7 import S7Adapter

            return S7Adapter(host, port, options)
        if protocol in {LineProtocol.TEXT, LineProtocol.SERIAL}:
            from inspector.line.text import TextAdapter

            return TextAdapter(protocol, host, port, options)
        if protocol in {LineProtocol.OPCUA, LineProtocol.OPCUA_CLIENT}:
            return _opcua_adapter(protocol, host, port, options)
        if protocol is LineProtocol.IO:
            from inspector.line.io_module import IoAdapter

            return IoAdapter(host, port, options)
    except ImportError as error:
        raise _absent(protocol, error) from error
    raise LineError("no protocol of the line is set", "Choose one: Settings → Line.")


def connect(protocol: LineProtocol, host: str, port: int, options: LineOptions = _PLAIN) -> PlcLink:
    """Return a controller's end of a protocol; it connects at the first exchange.

    Args:
        host: Where the station, or what stands between, listens; where the station asks, where this controller does.
        options: For protocols that need them.

    Raises:
        LineError: If the library is not installed, or the protocol is none.
    """
    try:
        if protocol is LineProtocol.MODBUS:
            from inspector.line.modbus import ModbusLink

            return ModbusLink(host, port)
        if protocol is LineProtocol.MODBUS_CLIENT:
            from inspector.line.modbus_client import ModbusServerLink

            return ModbusServerLink(host, port, options)
        if protocol is LineProtocol.S7:
            from inspector.line.s7 import S7Link

            return S7Link(host, port, options)
        if protocol is LineProtocol.OPCUA:
            from inspector.line.opcua_link import OpcUaLink

            return OpcUaLink(host, port, options.certificates)
        if protocol is LineProtocol.OPCUA_CLIENT:
            from inspector.line.opcua_served import OpcUaServerLink

            return OpcUaServerLink(host, port, options)
        if protocol in {LineProtocol.TEXT, LineProtocol.SERIAL}:
            from inspector.line.text_link import TextLink

            return TextLink(protocol, host, port, options)
    except ImportError as error:
        raise _absent(protocol, error) from error
    if protocol is LineProtocol.IO:
        raise LineError("an I/O module is no controller", "Use `inspector line simulate` and `inspector line test`.")
    raise LineError("no protocol of the line is named", "Name one.")


def _opcua_adapter(protocol: LineProtocol, host: str, port: int, options: LineOptions) -> LineAdapter:
    if protocol is LineProtocol.OPCUA:
        from inspector.line.opcua import OpcUaAdapter

        return OpcUaAdapter(host, port, options.certificates)
    from inspector.line.opcua_client import OpcUaClientAdapter

    return OpcUaClientAdapter(host, port, options)


def look_at_port(protocol: str, host: str, port: int) -> None:
    """Find out why nothing can listen there; the server's library only says that.

    Args:
        protocol: Its name for people.

    Raises:
        LineError: If nothing can.
    """
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise no_server(protocol, host, port, cause_of(error)) from error
    except OverflowError as error:
        raise no_server(protocol, host, port, "there is no such port") from error


def no_server(protocol: str, host: str, port: int, why: str) -> LineError:
    """Return the error that says why nothing can listen there."""
    return LineError(f"{protocol} cannot listen on {host}:{port}: {why}", "Choose another address: Settings → Line.")


def _absent(protocol: LineProtocol, error: ImportError) -> LineError:
    return LineError(
        f"{protocol.words} needs a package that is not installed here ({error.name})",
        "Install the extra: pip install inspector-station[line].",
    )
