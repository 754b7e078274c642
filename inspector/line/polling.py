"""Protocols where the controller holds the map and the station asks: one loop, whatever carries the registers."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from inspector.line.adapters import LineError
from inspector.line.desk import Link
from inspector.line.registers import (
    CONTROL_COUNT,
    MAP_VERSION,
    STATUS_BITS,
    STATUS_START,
    inputs_of,
    outputs_of,
    registers_of,
)
from inspector.line.signals import StationOutputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.line.desk import LineDesk

#: Pause between two askings; the shorter one for a while after each part, and not while one is inspected: asking takes
#: processor time.
POLL_S = 0.004
_QUICK_S, _QUICK_FOR_S = 0.0005, 2.0
HEARTBEAT_S = 0.5
#: So long an answer may take: a controller that is gone must be said within a second.
ANSWER_S = 0.5
_HEARTBEAT_PLACE, _VERSION_PLACE = 1, 2
_BUSY, _VALID = (1 << STATUS_BITS.index(name) for name in ("busy", "valid"))
#: A station that has written nothing for so long is gone, for the simulator.
_SILENT_S = 2.0


class Registers(Protocol):
    """The map in a controller, over a connection. Used by one thread."""

    def open(self) -> None:
        """Connect, and see whether the whole map is there.

        Raises:
            LineError: If it is not, or nobody answers.
        """
        ...

    def read(self, start: int, count: int) -> list[int]:
        """Return so many registers of the map that begin at one.

        Raises:
            LineError: If the controller does not answer.
        """
        ...

    def write(self, start: int, registers: Sequence[int]) -> None:
        """Write registers of the map.

        Raises:
            LineError: If the controller does not answer.
        """
        ...

    def close(self) -> None:
        """Disconnect."""
        ...


def follow(registers: Registers, desk: LineDesk, stop: threading.Event) -> None:
    """Read what the controller says and write what the station says, until ``stop``; then every level falls.

    Args:
        registers: Are opened, and closed at the end.

    Raises:
        LineError: If the controller is gone.
    """
    changed = threading.Event()
    unsubscribe = desk.subscribe(changed.set)
    begun_s = time.monotonic()
    status = _Status(registers)
    try:
        registers.open()
        beat, quick_until_s = 0, 0.0
        # a result that was acknowledged meanwhile must not be shown once more; a trigger is taken once the link is up
        said, before = inputs_of(registers.read(0, CONTROL_COUNT)), desk.inputs
        desk.see(replace(said, trigger=before.trigger, trigger_id=before.trigger_id))
        status.write(registers_of(desk.outputs(), beat))  # before it is said to be there, every level has fallen
        desk.set_link(Link.UP)
        while not stop.is_set():
            changed.clear()
            asked_s = time.monotonic()
            desk.see(inputs_of(registers.read(0, CONTROL_COUNT)))
            beat = int((time.monotonic() - begun_s) / HEARTBEAT_S)
            outputs = desk.outputs()
            status.write(registers_of(outputs, beat))
            if outputs.busy:
                quick_until_s = time.monotonic() + _QUICK_FOR_S
            now_s = time.monotonic()
            quick = not outputs.busy and now_s < quick_until_s  # and no more than half of the time
            changed.wait(min(POLL_S, max(_QUICK_S, now_s - asked_s)) if quick else POLL_S)
        status.write(registers_of(StationOutputs(), beat))
    finally:
        unsubscribe()
        registers.close()


class _Status:
    """What stands in the controller of the station's registers."""

    def __init__(self, registers: Registers) -> None:
        self._registers = registers
        self._levels: int | None = None  # what is there is not known yet
        self._values: list[int] = []

    def write(self, wanted: list[int]) -> None:
        """Write what has changed: levels that fall, then the values, then levels that rise; so Valid has its result.

        Busy falls as Valid rises, in one writing: that is a round trip less until the result is there.
        """
        levels, *values = wanted
        if self._levels is None:  # every level falls: what is valid now is not yet among the values that stand there
            self._registers.write(STATUS_START, [0])
            self._levels = 0
        falling = self._levels & ~levels
        if levels & ~self._levels & _VALID:
            falling &= ~_BUSY
        if falling:
            self._levels &= ~falling
            self._registers.write(STATUS_START, [self._levels])
        if values != self._values:
            self._registers.write(STATUS_START + 1, values)
            self._values = values
        if levels != self._levels:
            self._registers.write(STATUS_START, [levels])
            self._levels = levels


class StationSeen:
    """What a controller that holds the map knows of the station; for the simulator.

    Args:
        where: The place of the map, in words.
    """

    def __init__(self, where: str) -> None:
        self._where = where
        self._beat, self._beat_s = -1, 0.0

    def outputs(self, status: Sequence[int]) -> StationOutputs:
        """Return what the station says.

        Args:
            status: The station's registers of the map.

        Raises:
            LineError: If no station has written them, or none writes any more.
        """
        now_s = time.monotonic()
        if status[_HEARTBEAT_PLACE] != self._beat:
            self._beat, self._beat_s = status[_HEARTBEAT_PLACE], now_s
        if status[_VERSION_PLACE] != MAP_VERSION:
            raise LineError(f"no station has written into {self._where}", "Is it running, with this protocol there?")
        if now_s - self._beat_s > _SILENT_S:
            raise LineError(f"the station has written nothing into {self._where} for {_SILENT_S:g} s", "Is it running?")
        return outputs_of(status)


def looked(status: Sequence[int], where: str) -> StationOutputs:
    """Return what a station has written into a controller.

    Args:
        status: The station's registers of the map.
        where: The controller, and the place of the map in it, in words.

    Raises:
        LineError: If none has.
    """
    if status[_VERSION_PLACE] != MAP_VERSION:
        raise LineError(
            f"{where} answers, but no station has written there",
            "Is the station running, with this protocol, address and place of the map?",
        )
    return outputs_of(status)
