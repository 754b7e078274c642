"""How a line's controller (PLC) talks to the station."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from inspector.domain.errors import InspectorError
from inspector.domain.line_outputs import IoOptions
from inspector.domain.listening import MODBUS, OPC_UA, TEXT_LINES


class LineProtocol(StrEnum):
    """The protocols; `inspector/line/adapters.py` makes what speaks them."""

    OFF = "off"
    MODBUS = "modbus"
    MODBUS_CLIENT = "modbus-client"
    S7 = "s7"
    TEXT = "text"
    SERIAL = "serial"
    OPCUA = "opcua"
    OPCUA_CLIENT = "opcua-client"
    IO = "io"

    @property
    def words(self) -> str:
        """Its name for people."""
        return {
            LineProtocol.OFF: "none",
            LineProtocol.MODBUS: "Modbus TCP",
            LineProtocol.MODBUS_CLIENT: "Modbus TCP, as client",
            LineProtocol.S7: "S7",
            LineProtocol.TEXT: "text over TCP",
            LineProtocol.SERIAL: "text over a serial port",
            LineProtocol.OPCUA: "OPC UA",
            LineProtocol.OPCUA_CLIENT: "OPC UA, as client",
            LineProtocol.IO: "Modbus I/O module",
        }[self]

    @property
    def port(self) -> int:
        """The port where none is set: to listen below 1024 a program needs rights that the station should not have."""
        listens = {value: doorway.port for doorway in (MODBUS, TEXT_LINES, OPC_UA) for value in doorway.values}
        asks = {"modbus-client": 502, "s7": 102, "io": 502, "opcua-client": OPC_UA.port}
        return (listens | asks).get(self.value, 0)

    @property
    def address_words(self) -> str:
        """Whose the address is, for people; of `OFF` there is none."""
        if self is LineProtocol.SERIAL:
            return "serial port, as COM3 or /dev/ttyUSB0"
        if self is LineProtocol.IO:
            return "of the I/O module, which the station asks"
        if self.asks:
            return "of the controller, which the station asks"
        return "of this computer, where the controller asks; at 127.0.0.1 only one on this computer can"

    @property
    def asks(self) -> bool:
        """Whether the station asks the controller; else it waits to be asked."""
        return self in {LineProtocol.S7, LineProtocol.MODBUS_CLIENT, LineProtocol.OPCUA_CLIENT, LineProtocol.IO}


TRIGGER_LINE = "T {id} {serial}"
ANSWER_LINE = "{id} {verdict} {score}"
#: NodeId of a value of the map in a controller.
NODE_ID = "ns=2;s=Inspector.{name}"
_FIELDS = re.compile(r"\{(\w+)\}")
_NODE = re.compile(r"(ns=\d{1,5};)?s=[^{}]*\{name\}[^{}]*")


class TemplateError(InspectorError, ValueError):
    """A template of a line cannot be used."""


def checked_trigger_line(template: str) -> str:
    """Return a template of a line that triggers.

    Raises:
        TemplateError: If it lacks ``{id}``, has other fields, or would match what acknowledges or asks.
    """
    if template.partition(" ")[0] in {"A", "?"}:
        raise TemplateError("a line that triggers cannot begin with A or ?", "They acknowledge and ask.")
    return _checked(template, needed={"id"}, known={"id", "serial"})


def checked_answer_line(template: str) -> str:
    """Return a template of a line that tells a verdict.

    Raises:
        TemplateError: If it lacks ``{id}`` or ``{verdict}``, or has other fields.
    """
    return _checked(template, needed={"id", "verdict"}, known={"id", "verdict", "score"})


def checked_node_id(template: str) -> str:
    """Return a template of the controller's NodeIds.

    Raises:
        TemplateError: If it is no NodeId with a text and ``{name}`` in it, once.
    """
    if not _NODE.fullmatch(template) or not template.isprintable() or len(template) > 200:
        raise TemplateError(
            f"“{template[:100]}” is no template of a NodeId", f"It must be like {NODE_ID}, with {{name}} once."
        )
    return template


def _checked(template: str, *, needed: set[str], known: set[str]) -> str:
    fields = _FIELDS.findall(template)
    rest = _FIELDS.sub("", template)
    wrong = "{" in rest or "}" in rest or not needed <= set(fields) <= known or len(fields) != len(set(fields))
    if wrong or not template.isprintable() or len(template) > 100:
        fits = ", ".join(f"{{{name}}}" for name in sorted(known))
        raise TemplateError(
            f"“{template[:100]}” is no template of a line",
            f"Each of {', '.join(f'{{{name}}}' for name in sorted(needed))} once; there are {fits}.",
        )
    return template


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOptions:
    """What only some protocols need to know.

    Args:
        block: Number of the data block that holds the map, 1..65535; for S7.
        slot: Of the controller's processor in its rack, 0..31; for S7.
        unit: Modbus unit number of whom the station asks, 0..255.
        base: Holding register with which the map begins, 0..65420; for Modbus as client.
        baud: Of the serial port, bits a second.
        trigger_line: Template of a line that triggers; ``{id}``, ``{serial}``.
        answer_line: Template of a line that tells a verdict; ``{id}``, ``{verdict}``, ``{score}``.
        io: The wiring of an I/O module.
        certificates: Folder with those of this side; empty for none; for OPC UA.
        nodes: Template of the controller's NodeIds; ``{name}``; for OPC UA as client.
    """

    block: int = 1
    slot: int = 1
    unit: int = 1
    base: int = 0
    baud: int = 115_200
    trigger_line: str = TRIGGER_LINE
    answer_line: str = ANSWER_LINE
    certificates: str = ""
    nodes: str = NODE_ID
    io: IoOptions = field(default_factory=IoOptions)
