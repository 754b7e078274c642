"""A client of OPC 40100-1 in a process of its own: asyncua's client and the names of the specification's model.

``python -m tests.line.vision_client PORT``; it takes a JSON list a line, answers with a line ``{"answer": …}``, and
prints each event as a line ``{"event": …}``.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from typing import Any

from asyncua import Client, Node, ua

MODEL = "http://opcfoundation.org/UA/MachineVision"
SYSTEM_TYPE = 1003
#: So often a state is read whose text and id are not of one moment.
_TIMES = 50
EVENTS = {
    1013: "JobStarted",
    1018: "StateChanged",
    1019: "Error",
    1020: "ErrorResolved",
    1023: "Ready",
    1024: "ResultReady",
    1025: "AcquisitionDone",
}


def say(**told: Any) -> None:
    print(json.dumps(told, default=str), flush=True)


def plain(value: Any) -> Any:
    """A value as JSON can have it: of an id its text."""
    if isinstance(value, ua.Variant):
        return plain(value.Value)
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, ua.LocalizedText):
        return value.Text
    if hasattr(value, "ResultId"):
        return (
            {name: plain(part) for name, part in vars(value).items()} if hasattr(value, "__dict__") else fields(value)
        )
    return value.Id if hasattr(value, "Id") else value


def fields(value: Any) -> dict[str, Any]:
    return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__ if name != "Encoding"}


class VisionClient:
    """What the lines ask for."""

    def __init__(self, client: Client, index: int) -> None:
        self._client, self._index = client, index
        self._system: Node

    def event_notification(self, event: Any) -> None:
        told = {
            name: plain(getattr(event, name, None))
            for name in ("JobId", "ResultState", "MeasId", "PartId", "ExternalRecipeId", "InternalRecipeId")
        }
        transition = plain(event.Transition) if hasattr(event, "Transition") else None
        content = plain(getattr(event, "ResultContent", None))
        kind = EVENTS[event.EventType.Identifier]
        say(event=kind, of=event.SourceName, transition=transition, content=content, partial=event.IsPartial, **told)

    async def begin(self) -> None:
        """Find the system by its type, and subscribe."""
        kind = ua.NodeId(SYSTEM_TYPE, self._index)
        objects = await self._client.nodes.objects.get_children()
        systems = [node for node in objects if await node.read_type_definition() == kind]
        (self._system,) = systems
        subscription = await self._client.create_subscription(20, self)
        kinds = [self._client.get_node(ua.NodeId(number, self._index)) for number in EVENTS]
        await subscription.subscribe_events(self._system, kinds)

    async def node(self, path: str) -> Node:
        """A node below the system by its browse names, those of OPC UA itself with a 0: before."""
        names = [name if ":" in name else f"{self._index}:{name}" for name in path.split("/") if path]
        return await self._system.get_child(names) if names else self._system

    async def call(self, path: str, *arguments: list[Any]) -> Any:
        """Call a method; the answer, or the name of the status that refused it."""
        parent, _, name = path.rpartition("/")
        try:
            answer = await (await self.node(parent)).call_method(f"{self._index}:{name}", *map(argument, arguments))
        except ua.UaStatusCodeError as error:
            return type(error).__name__
        return plain(answer)

    async def call_as_declared(self, path: str, number: int, *arguments: list[Any]) -> Any:
        """Call a method of the node by the id that its type has for it."""
        method = ua.NodeId(number, self._index)
        try:
            return plain(await (await self.node(path)).call_method(method, *map(argument, arguments)))
        except ua.UaStatusCodeError as error:
            return type(error).__name__

    async def state(self) -> list[Any]:
        """The two states, the system's, and why it is so."""
        paths = ("VisionStateMachine", "VisionStateMachine/AutomaticModeStateMachine")
        told = [await self._state_of(path) for path in paths]
        system = await (await self.node("SystemState")).read_value()
        return [*told, int(system.State), system.StateDescription]

    async def _state_of(self, path: str) -> str:
        """Name of a state: that of its text and that of its id, which may change one after the other."""
        named = ""
        for _ in range(_TIMES):
            value = await (await self.node(f"{path}/0:CurrentState")).read_data_value(raise_on_bad_status=False)
            number = await (await self.node(f"{path}/0:CurrentState/0:Id")).read_data_value(raise_on_bad_status=False)
            if not value.StatusCode.is_good():
                return str(value.StatusCode.name)
            if number.StatusCode.is_good():
                named = (await self._client.get_node(number.Value.Value).read_browse_name()).Name
            if named == value.Value.Value.Text:
                return str(named)
        raise AssertionError(f"{path} is {value.Value.Value.Text} by its text, and {named} by its id")

    async def missing(self) -> list[str]:
        """Mandatory nodes of the system's types that it lacks, or that hold no value."""
        return [path async for path in self._missing(self._system)] + [
            path
            for part in ("VisionStateMachine/AutomaticModeStateMachine", "ResultManagement")
            for path in [path async for path in self._missing(await self.node(part))]
        ]

    async def _missing(self, instance: Node) -> Any:
        kinds = [self._client.get_node(await instance.read_type_definition())]
        while kinds[-1].nodeid.NamespaceIndex:
            kinds += await kinds[-1].get_referenced_nodes(ua.ObjectIds.HasSubtype, ua.BrowseDirection.Inverse)
        for kind in kinds:
            for declared in await kind.get_children():
                rules = await declared.get_referenced_nodes(ua.ObjectIds.HasModellingRule)
                if [rule.nodeid.Identifier for rule in rules] == [ua.ObjectIds.ModellingRule_Mandatory]:
                    async for path in self._missing_below(instance, declared):
                        yield path

    async def _missing_below(self, parent: Node, declared: Node) -> Any:
        name = await declared.read_browse_name()
        try:
            node = await parent.get_child(name)
        except ua.UaStatusCodeError:
            yield f"{parent.nodeid.Identifier}/{name.Name}"
            return
        if await node.read_node_class() is ua.NodeClass.Variable:
            value = await node.read_data_value(raise_on_bad_status=False)
            if value.Value is None or (value.Value.Value is None and value.StatusCode.is_good()):
                yield f"{node.nodeid.Identifier} holds nothing"
        for child in await declared.get_children():
            rules = await child.get_referenced_nodes(ua.ObjectIds.HasModellingRule)
            if [rule.nodeid.Identifier for rule in rules] == [ua.ObjectIds.ModellingRule_Mandatory]:
                async for path in self._missing_below(node, child):
                    yield path

    async def write(self, path: str, number: int) -> str:
        """Try to write a node."""
        try:
            await (await self.node(path)).write_value(ua.DataValue(ua.Variant(number, ua.VariantType.Int32)))
        except ua.UaStatusCodeError as error:
            return type(error).__name__
        return "written"

    async def kind(self, node_id: str) -> str:
        """Method, or the name of a variable's data type."""
        node = self._client.get_node(node_id)
        if await node.read_node_class() is ua.NodeClass.Method:
            return "Method"
        name = await self._client.get_node(await node.read_data_type()).read_browse_name()
        return str(name.Name).removesuffix("DataType")

    async def children(self, path: str) -> list[str]:
        """Names of what lies below a node."""
        return sorted([(await child.read_browse_name()).Name for child in await (await self.node(path)).get_children()])


def argument(given: list[Any]) -> ua.Variant:
    """An argument: its type's name and value; of the model's types the id."""
    kind, value = given
    if hasattr(ua.VariantType, kind):
        return ua.Variant(value, ua.VariantType[kind], is_array=isinstance(value, list))
    return ua.Variant(getattr(ua, kind)(Id=value), ua.VariantType.ExtensionObject)


async def main(port: int) -> None:
    """Answer until the input ends."""
    logging.disable(logging.CRITICAL)
    loop = asyncio.get_running_loop()
    async with Client(f"opc.tcp://127.0.0.1:{port}", timeout=60) as client:
        await client.load_data_type_definitions()
        vision = VisionClient(client, await client.get_namespace_index(MODEL))
        await vision.begin()
        say(answer="here")
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            name, *given = json.loads(line)
            say(answer=await getattr(vision, name)(*given))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
