"""OPC UA: the station is a server, the controller reads its nodes and calls its methods."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from asyncua import ua

from inspector.line.adapters import LOOK_S, SILENT_S, look_at_port, no_server
from inspector.line.desk import Link
from inspector.line.opcua_access import access_of, hush, url_of
from inspector.line.opcua_model import ToldValues
from inspector.line.opcua_nodes import (
    ACKNOWLEDGE,
    ACKNOWLEDGE_ALARM,
    CHANGE_RECIPE,
    ENABLE,
    FOLDER,
    LONGEST,
    NAMESPACE,
    SAID,
    TRIGGER,
    cleaned,
    values_of,
)
from inspector.line.opcua_secured import guarded_server, secure_server
from inspector.line.opcua_vision import VisionSystem
from inspector.line.signals import PlcInputs

if TYPE_CHECKING:
    import threading

    from asyncua.server.address_space import NodeData

    from inspector.line.desk import LineDesk
    from inspector.line.opcua_access import OpcUaAccess
    from inspector.line.opcua_nodes import OpcUaNode

_NAME = "Inspector"
_HEARTBEAT_S = 0.5
_MOST_ID = 0xFFFFFFFF


class OpcUaAdapter:
    """The server; see `inspector.line.adapters.LineAdapter`.

    What a controller calls is acted upon before it has the answer; what it reads is of that moment.

    Args:
        host: The address of this computer on which it listens.
        certificates: The folder of `inspector.line.opcua_access`; may be empty for loopback only.
    """

    def __init__(self, host: str, port: int, certificates: str = "") -> None:
        self._host, self._port, self._certificates = host, port, certificates
        hush()

    def run(self, desk: LineDesk, stop: threading.Event) -> None:
        """Serve; see there. The library takes seconds to make its nodes before it listens."""
        access = access_of(self._host, self._certificates)
        look_at_port("OPC UA", self._host, self._port)
        asyncio.run(_NodeServer(desk, access).serve(self._host, self._port, stop))


class _NodeServer:
    """The nodes of one server; lives on its event loop.

    Args:
        desk: As for the adapter.
    """

    def __init__(self, desk: LineDesk, access: OpcUaAccess | None) -> None:
        self._desk, self._access = desk, access
        self._server = guarded_server(access)
        self._begun_s = self._asked_s = time.monotonic()
        self._up = self._lost = False
        self._inputs = PlcInputs()
        self._answered = 0, False, ""  # the last trigger's id, and what was said of it
        self._values: dict[str, bool | int | str] = {}
        self._told = ToldValues()
        self._vision = VisionSystem(self._server, desk, self)
        self._patient = False  # the controller is one of OPC 40100: it may be silent while it is connected

    async def serve(self, host: str, port: int, stop: threading.Event) -> None:
        await self._server.init()
        await self._make_nodes()
        await secure_server(self._server, self._access, self._asked)
        self._server.set_server_name(_NAME)
        self._server.set_endpoint(url_of(host, port))
        self._server.socket_address = host, port
        if stop.is_set():
            return
        try:
            await self._server.start()
        except OSError as error:
            raise no_server("OPC UA", host, port, "another program has taken it meanwhile") from error
        self._desk.set_link(Link.WAITING, "no controller has asked yet")
        changed, loop = asyncio.Event(), asyncio.get_running_loop()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(changed.set)

        unsubscribe = self._desk.subscribe(wake)
        try:
            while not stop.is_set():
                self._look_for_silence()
                self._refresh()
                await self._told.tell()
                await self._vision.tell()
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), LOOK_S)
                changed.clear()
        finally:
            unsubscribe()
            await self._server.stop()

    async def _make_nodes(self) -> None:
        index = await self._server.register_namespace(NAMESPACE)
        line = await self._server.nodes.objects.add_object(ua.NodeId(FOLDER, index), ua.QualifiedName(FOLDER, index))
        self._values = {ENABLE.name: False, **values_of(self._desk.outputs(), 0)}
        for node in (ENABLE, *SAID):
            variable = await line.add_variable(
                ua.NodeId.from_string(node.id), ua.QualifiedName(node.name, index), _variant(node, self._values)
            )
            if node is ENABLE:
                await variable.set_writable()
                space = self._server.iserver.aspace
                space.set_attribute_value_setter(variable.nodeid, ua.AttributeIds.Value, self._enabled)
            place = self._server.iserver.aspace[variable.nodeid].attributes[ua.AttributeIds.Value]
            self._told.know(node.name, place)
        number, text, yes = ua.ObjectIds.UInt32, ua.ObjectIds.String, ua.ObjectIds.Boolean
        for node, called, takes, returns in (
            (
                TRIGGER,
                self._trigger,
                {"id": number, "part_serial": text, "recipe": text},
                {"taken": yes, "why": text},
            ),
            (ACKNOWLEDGE, self._acknowledge, {"id": number}, {"done": yes}),
            (ACKNOWLEDGE_ALARM, self._acknowledge_alarm, {}, {"done": yes}),
            (CHANGE_RECIPE, self._change_recipe, {"recipe": text}, {"taken": yes, "why": text}),
        ):
            await line.add_method(
                ua.NodeId.from_string(node.id),
                ua.QualifiedName(node.name, index),
                called,
                [_argument(name, kind) for name, kind in takes.items()],
                [_argument(name, kind) for name, kind in returns.items()],
            )
        await self._vision.make(index)

    # --- a controller's requests --------------------------------------------------------------------------------------

    def _asked(self, *, acts: bool) -> None:
        """Note that a controller is there, and bring the nodes up to this moment; called before each request."""
        self._asked_s = time.monotonic()
        if not self._up and (self._lost or acts):  # who only reads is no controller, unless it was one
            self._up = True
            self._desk.set_link(Link.UP)
        self._refresh()

    def _look_for_silence(self) -> None:
        """Say that nobody asks any more; one that has taken Enable back has gone in order."""
        connected = self._patient and bool(self._server.bserver and self._server.bserver.clients)
        if self._up and not connected and time.monotonic() - self._asked_s > SILENT_S:
            self._up, self._lost = False, self._desk.inputs.enable
            since = datetime.now().astimezone() - timedelta(seconds=SILENT_S)
            link = Link.LOST if self._lost else Link.WAITING
            self._desk.set_link(link, f"the controller has asked nothing since {since:%H:%M:%S}")

    def _enabled(self, node: NodeData, attribute: ua.AttributeIds, value: ua.DataValue) -> None:
        node.attributes[attribute].value = value
        self._patient = False
        self._see(replace(self._inputs, enable=bool(value.Value and value.Value.Value)))

    async def _trigger(self, _: ua.NodeId, *given: ua.Variant) -> ua.StatusCode | list[ua.Variant]:
        """Take a trigger. The id of the call before has its answer again: a call may be repeated when in doubt."""
        number, *texts = values = [argument.Value for argument in given] or [None]
        if (
            len(values) != 3
            or not _is_number(number)
            or not all(text is None or isinstance(text, str) for text in texts)
        ):
            return ua.StatusCode(ua.StatusCodes.BadInvalidArgument)
        serial, recipe = (cleaned(text or "") for text in texts)
        if max(len(serial), len(recipe)) > LONGEST:
            return ua.StatusCode(ua.StatusCodes.BadOutOfRange)
        self._patient = False
        known, taken, why = self._answered
        if not number or number != known:
            taken, why = self.take(number, serial, recipe)
            self._answered = number, taken, why
        return [ua.Variant(taken, ua.VariantType.Boolean), ua.Variant(why, ua.VariantType.String)]

    async def _acknowledge(self, _: ua.NodeId, *given: ua.Variant) -> ua.StatusCode | list[ua.Variant]:
        """Take the acknowledgement of the result that is shown; False where that is another part's, or none."""
        if len(given) != 1 or not _is_number(given[0].Value):
            return ua.StatusCode(ua.StatusCodes.BadInvalidArgument)
        self._patient = False
        done = self.acknowledge(str(given[0].Value))
        return [ua.Variant(done, ua.VariantType.Boolean)]

    async def _acknowledge_alarm(self, _: ua.NodeId, *given: ua.Variant) -> ua.StatusCode | list[ua.Variant]:
        """Take the acknowledgement of what failures have set off."""
        if given:
            return ua.StatusCode(ua.StatusCodes.BadInvalidArgument)
        inputs = self._inputs
        self._see(replace(inputs, alarm_ack=True))
        self._see(inputs)
        return [ua.Variant(not self._desk.outputs().alarm, ua.VariantType.Boolean)]

    async def _change_recipe(self, _: ua.NodeId, *given: ua.Variant) -> ua.StatusCode | list[ua.Variant]:
        """Take the request for another recipe."""
        name = given[0].Value if len(given) == 1 else None
        if not isinstance(name, str):
            return ua.StatusCode(ua.StatusCodes.BadInvalidArgument)
        if len(name) > LONGEST:
            return ua.StatusCode(ua.StatusCodes.BadOutOfRange)
        self._patient = False
        why = self._desk.ask_recipe(cleaned(name))
        return [ua.Variant(not why, ua.VariantType.Boolean), ua.Variant(why, ua.VariantType.String)]

    # --- what both kinds of nodes do ----------------------------------------------------------------------------------

    @property
    def enabled(self) -> bool:
        """See `VisionLine`."""
        return self._inputs.enable

    def set_enable(self, *, level: bool) -> None:
        """See `VisionLine`."""
        self._told.put(ENABLE.name, ua.Variant(level, ua.VariantType.Boolean))
        self._see(replace(self._inputs, enable=level))

    def by_vision(self) -> None:
        """See `VisionLine`."""
        self._patient = True

    def take(self, number: int, serial: str, recipe: str, meas_id: str | None = None) -> tuple[bool, str]:
        """See `VisionLine`."""
        part, before = str(number) if number else "", self._desk.outputs().not_ready
        asked = replace(self._inputs, trigger_id=part, part_serial=serial, recipe=recipe)
        self._see(replace(asked, trigger=True))
        outputs = self._desk.outputs()
        taken = outputs.trigger_ack and outputs.trigger_id == part
        if taken:
            self._vision.start(part, serial, recipe, meas_id)
        self._see(asked)
        why = before or self._desk.outputs().not_ready or "a part needs an id, and one whose result is acknowledged"
        return taken, "" if taken else why

    def acknowledge(self, part: str) -> bool:
        """See `VisionLine`."""
        result, inputs = self._desk.outputs().result, self._inputs
        if result is None or result.id != part:
            return False
        self._see(replace(inputs, result_ack=True))
        self._see(inputs)
        return True

    def _see(self, inputs: PlcInputs) -> None:
        self._inputs = inputs
        self._desk.see(inputs)

    # --- the nodes ----------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        """Set all values at once: no request is answered in between."""
        beat = int((time.monotonic() - self._begun_s) / _HEARTBEAT_S)
        new = values_of(self._desk.outputs(), beat)
        for node in SAID:
            if new[node.name] != self._values[node.name]:
                self._told.put(node.name, _variant(node, new))
        self._values |= new
        self._vision.look()


def _variant(node: OpcUaNode, values: dict[str, bool | int | str]) -> ua.Variant:
    return ua.Variant(values[node.name], ua.VariantType[node.type])


def _argument(name: str, kind: int) -> ua.Argument:
    return ua.Argument(Name=name, DataType=ua.NodeId(kind), ValueRank=-1)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_ID
