"""The register map: where each level and each value stands for protocols with numbered 16-bit registers.

The table is the one truth: the adapter, the simulator, ``inspector line map`` and docs/line.md follow it. A value of
two registers has its high word first; text has two characters a register, the first in the high byte, zeros behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from inspector.domain.line_protocol import LineProtocol
from inspector.line.signals import LineResult, PlcInputs, ResultCode, StationOutputs

if TYPE_CHECKING:
    from collections.abc import Sequence

MAP_VERSION = 1
NO_SCORE = 0xFFFF
#: Protocols whose values lie in numbered registers.
_REGISTERS = frozenset({LineProtocol.MODBUS, LineProtocol.MODBUS_CLIENT})
_TEXT = 16


class RegisterKind(Enum):
    """How a value stands in its registers."""

    BITS = "bits"
    WORD = "uint16"
    DOUBLE = "uint32"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Register:
    """A value of the map.

    Args:
        address: Of its first register, from 0.
        name: As the programs of the controller may call it.
        kind: The encoding; it says how many registers there are, text has 16.
        meaning: In words, with its range.
        bits: Names of the bits from bit 0, where it has any.
    """

    address: int
    name: str
    kind: RegisterKind
    meaning: str
    bits: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many registers it takes."""
        return {RegisterKind.DOUBLE: 2, RegisterKind.TEXT: _TEXT}.get(self.kind, 1)

    @property
    def most(self) -> int:
        """The largest number that it can hold; of a text, how many characters."""
        return {RegisterKind.DOUBLE: 0xFFFFFFFF, RegisterKind.TEXT: 2 * _TEXT}.get(self.kind, 0xFFFF)

    def place(self, protocol: LineProtocol, base: int = 0, bit: int | None = None) -> str:
        """Return where it lies for the controller's programmer; empty where names are what counts.

        Args:
            base: Register of the controller with which the map begins.
            bit: One of `bits`, by its number; None for the whole value.
        """
        if protocol is LineProtocol.S7:
            byte = 2 * self.address
            if bit is not None:  # the word's low byte comes second
                return f"DBX{byte + (bit < 8)}.{bit % 8}"
            size = {RegisterKind.TEXT: "B", RegisterKind.DOUBLE: "D"}.get(self.kind, "W")
            return f"DB{size}{byte}"
        if protocol not in _REGISTERS:
            return ""
        return f"{base + self.address}" + ("" if bit is None else f".{bit}")

    def value(self, registers: Sequence[int]) -> int | str:
        """Return what its registers say."""
        if self.kind is RegisterKind.TEXT:
            return _text(registers)
        return _double(registers, 0) if self.kind is RegisterKind.DOUBLE else registers[0]

    def registers(self, value: int | str) -> list[int]:
        """Return the registers that say this.

        Args:
            value: 0 to `most`, or a text of so many characters at most.
        """
        if isinstance(value, str):
            return _letters(value)
        return list(_halves(value)) if self.kind is RegisterKind.DOUBLE else [value]


CONTROL_BITS = ("enable", "trigger", "result_ack", "alarm_ack")
STATUS_BITS = (
    "online",
    "ready",
    "trigger_ack",
    "exposed",
    "busy",
    "valid",
    "fault",
    "not_recorded",
    "alarm",
)
#: The controller writes these, and only these.
CONTROL = (
    Register(0, "control", RegisterKind.BITS, "what the controller wants", CONTROL_BITS),
    Register(1, "reserved_in", RegisterKind.WORD, "write 0"),
    Register(2, "trigger_id", RegisterKind.DOUBLE, "the next part's id, 1 to 4294967295; write it before Trigger ↑"),
    Register(4, "part_serial", RegisterKind.TEXT, "the part's number, 32 characters at most; zeros for none"),
    Register(20, "recipe", RegisterKind.TEXT, "the recipe that must be in force, or that is changed to; zeros for any"),
)
CONTROL_START, CONTROL_COUNT = 0, 36
#: The station writes these.
STATUS = (
    Register(100, "status", RegisterKind.BITS, "what the station says", STATUS_BITS),
    Register(101, "heartbeat", RegisterKind.WORD, "counts up every 500 ms, and begins again after 65535"),
    Register(102, "map_version", RegisterKind.WORD, f"{MAP_VERSION}: this table"),
    Register(
        103, "missed", RegisterKind.WORD, "triggers that were not taken, since the start; begins again after 65535"
    ),
    Register(104, "trigger_echo", RegisterKind.DOUBLE, "id of the last trigger that was taken"),
    Register(106, "result_id", RegisterKind.DOUBLE, "id of the result; 0 while Valid is low"),
    Register(108, "result_code", RegisterKind.WORD, "0 none, 1 OK, 2 NOK, 3 REVIEW, 4 ERROR"),
    Register(109, "score", RegisterKind.WORD, "P(defective) times 10000; 65535 where there is none"),
    Register(110, "waiting", RegisterKind.WORD, "results that are not acknowledged, 0 to 8"),
    Register(111, "took_ms", RegisterKind.WORD, "from the trigger to the result, ms; 65535 for longer"),
    Register(112, "part_number", RegisterKind.DOUBLE, "the part's number within its lot, as in its row"),
    Register(114, "missed_id", RegisterKind.DOUBLE, "id of the last trigger that was not taken"),
)
STATUS_START, STATUS_COUNT = 100, 16


def inputs_of(registers: Sequence[int]) -> PlcInputs:
    """Read what the controller has written.

    Args:
        registers: `CONTROL_COUNT` of them, each 0..65535.
    """
    enable, trigger, result_ack, alarm_ack = _bits(registers[0], len(CONTROL_BITS))
    number = _double(registers, 2)
    return PlcInputs(
        enable=enable,
        trigger=trigger,
        result_ack=result_ack,
        alarm_ack=alarm_ack,
        trigger_id=str(number) if number else "",
        part_serial=_text(registers[4 : 4 + _TEXT]),
        recipe=_text(registers[20 : 20 + _TEXT]),
    )


def registers_of_inputs(inputs: PlcInputs) -> list[int]:
    """Return the `CONTROL_COUNT` registers that say this; for the simulator."""
    return [
        _word([getattr(inputs, name) for name in CONTROL_BITS]),
        0,
        *_halves(_number(inputs.trigger_id)),
        *_letters(inputs.part_serial),
        *_letters(inputs.recipe),
    ]


def registers_of(outputs: StationOutputs, heartbeat: int) -> list[int]:
    """Return the `STATUS_COUNT` registers that say this.

    Args:
        heartbeat: 0 or more; what is above 65535 begins again.
    """
    result = outputs.result
    score = NO_SCORE if result is None or result.score is None else round(10_000 * result.score)
    return [
        _word([getattr(outputs, name) for name in STATUS_BITS]),
        heartbeat & 0xFFFF,
        MAP_VERSION,
        outputs.missed & 0xFFFF,
        *_halves(_number(outputs.trigger_id)),
        *_halves(_number(result.id) if result else 0),
        int(result.code) if result else 0,
        score,
        outputs.waiting,
        min(0xFFFF, round(result.took_ms)) if result else 0,
        *_halves(result.part_number & 0xFFFFFFFF if result else 0),
        *_halves(_number(outputs.missed_id)),
    ]


def outputs_of(registers: Sequence[int]) -> StationOutputs:
    """Read what the station says; for the simulator. Words are not in the map, so reasons are empty.

    Args:
        registers: `STATUS_COUNT` of them, each 0..65535.
    """
    online, ready, ack, exposed, busy, valid, fault, not_recorded, alarm = _bits(registers[0], len(STATUS_BITS))
    result = None
    if valid:
        result = LineResult(
            id=str(_double(registers, 6)),
            code=ResultCode(registers[8]),
            score=None if registers[9] == NO_SCORE else registers[9] / 10_000,
            part_number=_double(registers, 12),
            took_ms=float(registers[11]),
        )
    return StationOutputs(
        online=online,
        ready=ready,
        trigger_ack=ack,
        exposed=exposed,
        busy=busy,
        valid=valid,
        fault=fault,
        not_recorded=not_recorded,
        alarm=alarm,
        missed=registers[3],
        trigger_id=_named(_double(registers, 4)),
        result=result,
        waiting=registers[10],
        missed_id=_named(_double(registers, 14)),
    )


def _bits(word: int, count: int) -> list[bool]:
    return [bool(word >> place & 1) for place in range(count)]


def _word(bits: Sequence[bool]) -> int:
    return sum(1 << place for place, bit in enumerate(bits) if bit)


def _double(registers: Sequence[int], place: int) -> int:
    return registers[place] << 16 | registers[place + 1]


def _halves(number: int) -> tuple[int, int]:
    return number >> 16, number & 0xFFFF


def _number(text: str) -> int:
    """Return an id as a number; 0 for one that is none."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 10 else 0
    return number if number <= 0xFFFFFFFF else 0


def _named(number: int) -> str:
    return str(number) if number else ""


def _text(registers: Sequence[int]) -> str:
    """Read text; what cannot be shown becomes a question mark."""
    raw = b"".join(register.to_bytes(2, "big") for register in registers).partition(b"\0")[0]
    return "".join(char if char.isprintable() else "?" for char in raw.decode("latin-1")).strip()


def _letters(text: str) -> list[int]:
    raw = text.encode("latin-1", "replace")[: 2 * _TEXT].ljust(2 * _TEXT, b"\0")
    return [int.from_bytes(raw[place : place + 2], "big") for place in range(0, len(raw), 2)]
