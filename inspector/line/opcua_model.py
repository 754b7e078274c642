"""OPC 40100-1's own model in the server: its nodeset, its data types, and the nodes of one VisionSystem."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from asyncua import ua
from asyncua.common.instantiate_util import instantiate

from inspector import __version__
from inspector.line.opcua_nodes import SYSTEM, VISION_NAMESPACE
from inspector.line.signals import LineResult, ResultCode
from inspector.line.vision import ResultState, VisionJob, VisionResult
from inspector.paths import resources_dir

if TYPE_CHECKING:
    from asyncua import Node, Server
    from asyncua.server.address_space import AttributeValue

#: The OPC Foundation's nodeset, version 1.0.0 of 2019-07-11, as it comes.
NODESET: Final = resources_dir() / "opcua" / "Opc.Ua.MachineVision.NodeSet2.xml"
#: What stands for the configuration of which a result came; the station has one.
CONFIGURATION: Final = "station"
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SYSTEM_TYPE, _RESULTS_TYPE, _BASE_TYPE = 1003, 1007, 3019
#: Types whose states, transitions and methods are asked for by name.
_NAMED_IN: Final = (1017, 1021, _RESULTS_TYPE)
#: Types of the model that add no field to one that they extend: the library would send the other's name.
_SAME_FIELDS: Final = {
    "RecipeIdExternalDataType": (3002, 5002),
    "RecipeIdInternalDataType": (3013, 5268),
    "ConfigurationIdDataType": (3008, 5090),
}
#: Parts that the specification leaves open, and the station has.
_AUTOMATIC_MODE, _SELECT_MODE, _SYSTEM_STATE, _RELEASE = 5100, 7053, 6049, 7090


class VisionModel:
    """The nodes of the model, by their names.

    Args:
        index: Of the model's namespace in this server.
        own: Of the station's.
    """

    def __init__(self, server: Server, index: int, own: int) -> None:
        self.index, self._own = index, own
        self._server = server
        self._named: dict[str, ua.NodeId] = {}
        self._kinds: dict[str, type] = {}

    def type_id(self, number: int) -> ua.NodeId:
        """Return the node id of a node of the nodeset."""
        return ua.NodeId(number, self.index)

    def node(self, path: str = "") -> Node:
        """Return a node of the system.

        Args:
            path: Names below the system with dots, as `VisionStateMachine.Halt`; empty for the system.
        """
        return self._server.get_node(ua.NodeId(f"{SYSTEM}.{path}" if path else SYSTEM, self._own))

    def place(self, path: str) -> AttributeValue:
        """Return where the library keeps the value of a variable."""
        return self._server.iserver.aspace[self.node(path).nodeid].attributes[ua.AttributeIds.Value]

    def record(self, kind: str, **fields: object) -> ua.ExtensionObject:
        """Return a value of one of the model's data types; what is not named is empty or absent."""
        return self._kinds.get(kind, getattr(ua, kind))(**fields)

    def identity(self, kind: str, text: str) -> ua.ExtensionObject:
        """Return an id of one of the model's data types, as an argument or a field."""
        return self.record(kind, Id=text)

    def declared(self, name: str) -> ua.NodeId:
        """Return the node id of a state, a transition or a method, as its type has it."""
        return self._named[name]

    async def define(self) -> None:
        """Say which fields the types have that add none to another.

        The nodeset does not: the library would send the other's name, and clients could not read them.
        """
        base = self.type_id(_BASE_TYPE)
        fields = await self._server.get_node(base).read_data_type_definition()
        for data_type, encoding in _SAME_FIELDS.values():
            same = replace(fields, DefaultEncodingId=self.type_id(encoding), BaseDataType=base)
            await self._server.get_node(self.type_id(data_type)).write_data_type_definition(same)
        await self._server.load_data_type_definitions()
        self._kinds = {name: ua.get_type(self.type_id(kind)) for name, (kind, _) in _SAME_FIELDS.items()}

    async def make(self) -> None:
        """Make the system's nodes: what is mandatory, and of the rest what the station has."""
        objects = self._server.nodes.objects
        name = ua.QualifiedName(SYSTEM, self._own)
        system = await objects.add_object(
            self.node().nodeid, name, objecttype=self.type_id(_SYSTEM_TYPE), instantiate_optional=False
        )
        machine = self.node("VisionStateMachine")
        automatic = f"{SYSTEM}.VisionStateMachine.AutomaticModeStateMachine"
        await self._part(machine, _AUTOMATIC_MODE, automatic)
        await self._part(machine, _SELECT_MODE, f"{SYSTEM}.VisionStateMachine.SelectModeAutomatic")
        await self._part(system, _SYSTEM_STATE, f"{SYSTEM}.SystemState")
        results = ua.NodeId(f"{SYSTEM}.ResultManagement", self._own)
        kind = self.type_id(_RESULTS_TYPE)
        await system.add_object(
            results, ua.QualifiedName("ResultManagement", self.index), objecttype=kind, instantiate_optional=False
        )
        await self._part(self.node("ResultManagement"), _RELEASE, f"{SYSTEM}.ResultManagement.ReleaseResultHandle")
        operational, sub = self.node("VisionStateMachine.Operational"), ua.ObjectIds.HasSubStateMachine
        await operational.add_reference(ua.NodeId(automatic, self._own), sub, bidirectional=False)
        await self._server.nodes.server.add_reference(system, ua.ObjectIds.HasNotifier, bidirectional=False)
        for node in (self._server.nodes.server, system):
            await node.set_event_notifier([ua.EventNotifier.SubscribeToEvents])
        for number in _NAMED_IN:
            for child in await self._server.get_node(self.type_id(number)).get_children_descriptions():
                self._named[child.BrowseName.Name] = child.NodeId

    async def _part(self, parent: Node, declared: int, name: str) -> None:
        """Make one optional part as its type declares it."""
        node = self._server.get_node(self.type_id(declared))
        made, *_ = await instantiate(
            parent,
            node,
            nodeid=ua.NodeId(name, self._own),
            bname=await node.read_browse_name(),
            instantiate_optional=False,
        )
        if await node.read_node_class() is not ua.NodeClass.Method:  # the library takes the declaration for the type
            kind, typed = await node.read_type_definition(), ua.ObjectIds.HasTypeDefinition
            await made.delete_reference(await made.read_type_definition(), typed, bidirectional=False)
            await made.add_reference(kind, typed, bidirectional=False)

    def result(self, result: VisionResult) -> ua.ExtensionObject:
        """Return a result as the model's ResultDataType, which leaves out what is empty."""
        job, fields = result.job, self.fields(result)
        optional = {"MeasId": job.meas_id, "PartId": job.part_id, "ExternalRecipeId": job.recipe_id}
        return self.record(
            "ResultDataType", **{name: value for name, value in fields.items() if optional.get(name, "given")}
        )

    def empty_fields(self) -> dict[str, Any]:
        """Return the fields of no result."""
        job = VisionJob(id="", trigger_id="")
        nothing = LineResult(id="", code=ResultCode.ERROR)
        fields = self.fields(VisionResult(job=job, result=nothing, created=_NEVER))
        content: list[ua.Variant] = []
        nowhere = self.record("ConfigurationIdDataType")
        state = int(ResultState.UNDEFINED)
        return {**fields, "ResultState": state, "ResultContent": content, "InternalConfigurationId": nowhere}

    def fields(self, result: VisionResult) -> dict[str, Any]:
        """Return the fields of a result by their names, as its event has them."""
        job, told = result.job, result.result
        return {
            "ResultId": self.identity("ResultIdDataType", job.id),
            "IsPartial": False,
            "ResultState": int(result.state),
            "MeasId": self.identity("MeasIdDataType", job.meas_id),
            "PartId": self.identity("PartIdDataType", job.part_id),
            "ExternalRecipeId": self.identity("RecipeIdExternalDataType", job.recipe_id),
            "InternalRecipeId": self.record(
                "RecipeIdInternalDataType", Id=told.recipe, Version=str(told.recipe_version or "")
            ),
            "InternalConfigurationId": self.record("ConfigurationIdDataType", Id=CONFIGURATION, Version=__version__),
            "JobId": self.identity("JobIdDataType", job.id),
            "CreationTime": result.created,
            "ProcessingTimes": self.record(
                "ProcessingTimesDataType",
                StartTime=result.started,
                EndTime=result.created,
                ProcessingDuration=told.took_ms,
            ),
            "ResultContent": [_variant(value) for value in result.content],
        }


class ToldValues:
    """Values of variables that are set at once, and told to subscribers after that."""

    def __init__(self) -> None:
        self._places: dict[str, AttributeValue] = {}  # where the library keeps them
        self._untold: dict[str, None] = {}

    def know(self, name: str, place: AttributeValue) -> None:
        """Set a value by this name from now on.

        Args:
            place: As the library's address space has it.
        """
        self._places[name] = place

    def put(self, name: str, value: ua.Variant | None, bad: int = 0) -> None:
        """Set a value.

        Args:
            value: With its type; None beside a status that says why.
            bad: The status code that says why there is none.
        """
        now = datetime.now(UTC)
        told = ua.DataValue(value, ua.StatusCode(bad), SourceTimestamp=now, ServerTimestamp=now)
        self._places[name].value = told
        self._untold[name] = None

    async def tell(self) -> None:
        """Tell subscribers of what has changed."""
        while self._untold:
            place = self._places[self._untold.popitem()[0]]
            for handle, callback in list(place.datachange_callbacks.items()):
                await callback(handle, place.value)


async def load_model(server: Server, own: int) -> VisionModel:
    """Import the nodeset into the server, and make the system's nodes.

    Args:
        own: Index of the station's namespace.
    """
    await server.import_xml(NODESET)
    model = VisionModel(server, await server.get_namespace_index(VISION_NAMESPACE), own)
    await model.define()
    await model.make()
    return model


def _variant(value: str | float | None) -> ua.Variant:
    """Return one value of a result's content; a Null where there is none."""
    kinds = {str: ua.VariantType.String, float: ua.VariantType.Double, int: ua.VariantType.UInt32}
    return ua.Variant() if value is None else ua.Variant(value, kinds[type(value)])
