"""OPC UA with the roles changed: a controller with the map in plain nodes, for the simulator."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import TimeoutError as NotInTime
from typing import TYPE_CHECKING

from asyncua import ua

from inspector.line.adapters import look_at_port, no_server
from inspector.line.opcua_access import access_of, hush, url_of
from inspector.line.opcua_client import ControllersNodes
from inspector.line.opcua_secured import guarded_server, secure_server
from inspector.line.plain_nodes import control_nodes, registers_of_nodes, status_nodes, values_of_nodes
from inspector.line.polling import StationSeen, looked
from inspector.line.registers import (
    CONTROL_START,
    STATUS_COUNT,
    STATUS_START,
    registers_of_inputs,
)

if TYPE_CHECKING:
    from asyncua.common.node import Node

    from inspector.domain.line_protocol import LineOptions
    from inspector.line.opcua_access import OpcUaAccess
    from inspector.line.signals import PlcInputs, StationOutputs

_WHAT = "an OPC UA controller"
_URI = "urn:inspector-station:simulated-controller"
#: The library takes seconds to make its own nodes; beside other work it took 15 s.
_START_S = 60.0
_ANSWER_S = 2.0
_END_S = 3.0


class OpcUaServerLink:
    """A controller with the nodes in it; see `inspector.line.adapters.PlcLink`. Used by one thread.

    Args:
        host: The address of this computer on which the controller listens; to `look`, that of any controller.
        options: The nodes, and the folder of certificates; the station's is among the trusted there.
    """

    def __init__(self, host: str, port: int, options: LineOptions) -> None:
        hush()
        self._host, self._port, self._options = host, port, options
        self._station = StationSeen(f"the nodes {options.nodes.replace('{name}', '…')} at {host}:{port}")
        self._served: _Served | None = None

    def exchange(self, inputs: PlcInputs) -> StationOutputs:
        """Put the levels into the nodes, and take what the station has last written there."""
        if self._served is None:
            served = _Served(self._host, self._port, self._options)
            served.start()
            self._served = served
        return self._station.outputs(self._served.exchange(registers_of_inputs(inputs)))

    def look(self) -> StationOutputs:
        """Ask the controller that listens there for what the station has written."""
        nodes = ControllersNodes(self._host, self._port, self._options, threading.Event())
        try:
            nodes.open()
            status = nodes.read(STATUS_START, STATUS_COUNT)
        finally:
            nodes.close()
        return looked(status, nodes.where)

    def close(self) -> None:
        """Listen no more."""
        if self._served is not None:
            self._served.stop()


class _Served:
    """The server, on a thread of its own with its event loop."""

    def __init__(self, host: str, port: int, options: LineOptions) -> None:
        self._host, self._port = host, port
        self._access: OpcUaAccess | None = access_of(host, options.certificates)
        self._control, self._status = control_nodes(options.nodes), status_nodes(options.nodes)
        self._variables: dict[str, Node] = {}
        self._loop = asyncio.new_event_loop()
        self._stop, self._listens = asyncio.Event(), threading.Event()
        self._failed: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="simulated OPC UA server", daemon=True)

    def start(self) -> None:
        """Listen.

        Raises:
            LineError: If nothing can listen there, or the certificates cannot be used.
        """
        look_at_port(_WHAT, self._host, self._port)
        self._thread.start()
        if not self._listens.wait(_START_S):
            raise no_server(_WHAT, self._host, self._port, "the library does not get ready")
        if isinstance(self._failed, OSError):
            raise no_server(_WHAT, self._host, self._port, "another program has taken it meanwhile") from self._failed
        if self._failed is not None:
            raise self._failed

    def exchange(self, control: list[int]) -> list[int]:
        """Write the controller's registers, control last; return the station's.

        Raises:
            LineError: If the server has ended.
        """
        swapped = asyncio.run_coroutine_threadsafe(self._swap(control), self._loop)
        try:
            return swapped.result(_ANSWER_S)
        except NotInTime as error:
            raise no_server(_WHAT, self._host, self._port, "it has ended") from error

    def stop(self) -> None:
        """Listen no more."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(_END_S)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except Exception as error:  # noqa: BLE001 - who waits for it says it
            self._failed = error
        finally:
            self._listens.set()
            self._loop.close()

    async def _serve(self) -> None:
        server = guarded_server(self._access)
        await server.init()
        await server.register_namespace(_URI)
        place = await server.nodes.objects.add_object(ua.NodeId("Simulated", 2), ua.QualifiedName("Simulated", 2))
        for node in (*self._control, *self._status):
            empty = "" if node.type == "String" else 0
            variable = await place.add_variable(
                ua.NodeId.from_string(node.id),
                ua.QualifiedName(node.register.name, 2),
                ua.Variant(empty, ua.VariantType[node.type]),
            )
            if node in self._status:
                await variable.set_writable()
            self._variables[node.id] = variable
        await secure_server(server, self._access, uri=_URI)
        server.set_endpoint(url_of(self._host, self._port))
        server.socket_address = self._host, self._port
        await server.start()
        self._listens.set()
        try:
            await self._stop.wait()
        finally:
            await server.stop()

    async def _swap(self, control: list[int]) -> list[int]:
        values = values_of_nodes(self._control, control, CONTROL_START)
        for node, value in reversed(list(zip(self._control, values, strict=True))):
            await self._variables[node.id].write_value(ua.DataValue(ua.Variant(value, ua.VariantType[node.type])))
        said = [await self._variables[node.id].read_value() for node in self._status]
        return registers_of_nodes(self._status, said, STATUS_COUNT)
