"""The register map as plain nodes of an OPC UA server: one node for each of its values, named by a template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.line.adapters import LineError
from inspector.line.registers import CONTROL, STATUS, RegisterKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.line.registers import Register

#: Of this the controller needs no node.
_UNUSED = "reserved_in"
_TYPES = {
    RegisterKind.BITS: "UInt16",
    RegisterKind.WORD: "UInt16",
    RegisterKind.DOUBLE: "UInt32",
    RegisterKind.TEXT: "String",
}
#: Types that hold every value of a kind.
_WORDS = frozenset({"UInt16", "UInt32", "UInt64", "Int32", "Int64"})
_DOUBLES = frozenset({"UInt32", "UInt64", "Int64"})
_FIT = {
    RegisterKind.BITS: _WORDS,
    RegisterKind.WORD: _WORDS,
    RegisterKind.DOUBLE: _DOUBLES,
    RegisterKind.TEXT: frozenset({"String"}),
}


@dataclass(frozen=True, slots=True)
class PlainNode:
    """A value of the map in a controller.

    Args:
        register: Where it stands in the map.
        id: Its NodeId, as text.
    """

    register: Register
    id: str

    @property
    def type(self) -> str:
        """Its type, as OPC UA calls it; wider ones do as well."""
        return _TYPES[self.register.kind]

    def fits(self, kind: str) -> bool:
        """Return whether a type holds every value of this node."""
        return kind in _FIT[self.register.kind]

    def registers(self, value: object) -> list[int]:
        """Return the registers that say what the node says.

        Raises:
            LineError: If that is nothing that the map can hold; nothing is cut off.
        """
        most = self.register.most
        if self.register.kind is RegisterKind.TEXT:
            if not isinstance(value, str) or len(value) > most:
                raise LineError(f"{self.id} holds {value!r:.60}", f"It must be a text of {most} characters at most.")
            return self.register.registers(value)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise LineError(f"{self.id} holds {value!r:.60}", f"It must be a whole number from 0 to {most}.")
        return self.register.registers(value)


def control_nodes(template: str) -> tuple[PlainNode, ...]:
    """Return what the controller writes, `control` first.

    Args:
        template: A NodeId with ``{name}`` in it.
    """
    return _nodes(CONTROL, template)


def status_nodes(template: str) -> tuple[PlainNode, ...]:
    """Return what the station writes, `status` first; as `control_nodes`."""
    return _nodes(STATUS, template)


def registers_of_nodes(nodes: Sequence[PlainNode], values: Sequence[object], count: int) -> list[int]:
    """Return a block of registers that says what the nodes say; zeros where no node is.

    Args:
        nodes: In the order of the map, its first register first.
        values: What each node holds, in the same order.
        count: Of the registers.

    Raises:
        LineError: See `PlainNode.registers`.
    """
    block = [0] * count
    for node, value in zip(nodes, values, strict=True):
        place = node.register.address - nodes[0].register.address
        block[place : place + node.register.count] = node.registers(value)
    return block


def values_of_nodes(nodes: Sequence[PlainNode], registers: Sequence[int], start: int) -> list[int | str]:
    """Return the values of nodes.

    Args:
        registers: Those of the map from ``start`` on, which hold all of them.
    """
    places = ((node.register, node.register.address - start) for node in nodes)
    return [register.value(registers[place : place + register.count]) for register, place in places]


def _nodes(table: Sequence[Register], template: str) -> tuple[PlainNode, ...]:
    return tuple(
        PlainNode(register, template.replace("{name}", register.name)) for register in table if register.name != _UNUSED
    )
