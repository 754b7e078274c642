"""The nodes of the OPC UA server: the values of the register map by their names, its bits as Booleans, and two texts.

The table is the one truth: the server, the simulator and ``inspector line map`` follow it, and docs/line.md names it.
Beside them stand the nodes of OPC 40100-1, which `inspector.line.opcua_model` makes of the specification's own model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inspector.line.registers import STATUS, STATUS_BITS, RegisterKind, outputs_of, registers_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.line.signals import StationOutputs

NAMESPACE = "urn:inspector-station:line"
#: Under “Objects”; a node of it has the id ``ns=2;s=Line.NAME``.
FOLDER = "Line"
#: The model of OPC 40100-1; its index is 3.
VISION_NAMESPACE = "http://opcfoundation.org/UA/MachineVision"
#: Under “Objects”: its system; a node of it has the id ``ns=2;s=VisionSystem.NAME``.
SYSTEM = "VisionSystem"
#: The texts of a call have so many characters at most, as in the register map.
LONGEST = 32


@dataclass(frozen=True, slots=True)
class OpcUaNode:
    """A node of the server.

    Args:
        name: Of the last part of its id, and its browse name.
        type: Of its value, as OPC UA calls it; “Method” for one to be called.
        meaning: In words, with its range; of a method, what it takes and returns.
        folder: Where it lies.
    """

    name: str
    type: str
    meaning: str
    folder: str = FOLDER

    @property
    def id(self) -> str:
        """The node id as text; the index of the namespace is always 2."""
        return f"ns=2;s={self.folder}.{self.name}"


ENABLE = OpcUaNode("enable", "Boolean", "the controller wants to trigger; it may be written, and nothing else")
TRIGGER = OpcUaNode("Trigger", "Method", "(id UInt32, part_serial String, recipe String) → (taken Boolean, why String)")
ACKNOWLEDGE = OpcUaNode("Acknowledge", "Method", "(id UInt32) → (done Boolean): the result with this id was read")
ACKNOWLEDGE_ALARM = OpcUaNode(
    "AcknowledgeAlarm", "Method", "() → (done Boolean): what failures have set off was seen; false where alarm stays"
)
CHANGE_RECIPE = OpcUaNode(
    "ChangeRecipe", "Method", "(recipe String) → (taken Boolean, why String): changes over; ready rises with the recipe"
)
METHODS = (TRIGGER, ACKNOWLEDGE, ACKNOWLEDGE_ALARM, CHANGE_RECIPE)
_TYPES = {RegisterKind.BITS: "UInt16", RegisterKind.WORD: "UInt16", RegisterKind.DOUBLE: "UInt32"}
_VALUES = tuple(OpcUaNode(register.name, _TYPES[register.kind], register.meaning) for register in STATUS)
_BITS = tuple(OpcUaNode(name, "Boolean", f"bit {place} of status") for place, name in enumerate(STATUS_BITS))
_TEXTS = (
    OpcUaNode("reason", "String", "why the result is what it is, in words; empty while Valid is low"),
    OpcUaNode("not_ready", "String", "why Ready is low, in words; empty while it is high"),
)
#: What the station says.
SAID = (*_VALUES, *_BITS, *_TEXTS)
#: What of it says everything, each once.
ENOUGH = (*_VALUES, *_TEXTS)
_STATES = "VisionStateMachine"
_AUTOMATIC = f"{_STATES}.AutomaticModeStateMachine"
_RESULTS = "ResultManagement"
#: What a client of OPC 40100-1 uses.
VISION = tuple(
    OpcUaNode(name, kind, meaning, SYSTEM)
    for name, kind, meaning in (
        ("SystemState", "SystemStateDescription", "production, stand by or down, and why the next job would not start"),
        (f"{_STATES}.CurrentState", "LocalizedText", "Preoperational, Halted, Error or Operational"),
        (f"{_STATES}.Halt", "Method", "(Cause, CauseDescription) → (Error): takes Enable back; Reset ends it"),
        (f"{_STATES}.Reset", "Method", "(Cause, CauseDescription) → (Error): takes Enable back"),
        (f"{_STATES}.SelectModeAutomatic", "Method", "() → (Error): sets Enable"),
        (f"{_AUTOMATIC}.CurrentState", "LocalizedText", "Initialized, Ready or SingleExecution"),
        (
            f"{_AUTOMATIC}.StartSingleJob",
            "Method",
            "(MeasId, PartId, RecipeId, ProductId, Parameters) → (JobId, Error): a trigger",
        ),
        (f"{_AUTOMATIC}.StartContinuous", "Method", "refused: BadNotSupported"),
        (f"{_AUTOMATIC}.Stop", "Method", "refused: BadNotSupported"),
        (f"{_AUTOMATIC}.Abort", "Method", "refused: BadNotSupported"),
        (f"{_RESULTS}.GetResultById", "Method", "(ResultId, Timeout) → (ResultHandle, Result, Error)"),
        (f"{_RESULTS}.GetResultComponentsById", "Method", "the same, each field by itself"),
        (f"{_RESULTS}.GetResultListFiltered", "Method", "the results that are kept, 64 at most"),
        (f"{_RESULTS}.ReleaseResultHandle", "Method", "(ResultHandle) → (Error): Result Ack of what it stands for"),
    )
)


def cleaned(text: str) -> str:
    """Return a controller's text; what cannot be shown becomes a question mark."""
    return "".join(char if char.isprintable() else "?" for char in text).strip()


def values_of(outputs: StationOutputs, heartbeat: int) -> dict[str, bool | int | str]:
    """Return the values of `SAID` by their names."""
    registers = registers_of(outputs, heartbeat)
    values: dict[str, bool | int | str] = {}
    for register in STATUS:
        place = register.address - STATUS[0].address
        values[register.name] = register.value(registers[place : place + register.count])
    values |= {name: bool(getattr(outputs, name)) for name in STATUS_BITS}
    values["reason"] = outputs.result.reason if outputs.result else ""
    values["not_ready"] = outputs.not_ready
    return values


def outputs_of_values(values: Mapping[str, bool | int | str]) -> StationOutputs:
    """Read what the station says; for the simulator.

    Args:
        values: Those of `ENOUGH`.
    """
    registers: list[int] = []
    for register in STATUS:
        registers += register.registers(int(values[register.name]))
    outputs = outputs_of(registers)
    result = outputs.result and replace(outputs.result, reason=str(values["reason"]))
    return replace(outputs, result=result, not_ready=str(values["not_ready"]))
