"""A simulated I/O module with a conveyor: a sensor at the camera, a gate downstream, and what it does with each part.

`Belt` knows the time only by what it is told; `ModuleServed` puts it behind a Modbus server.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pymodbus.simulator import DataType, SimData, SimDevice

from inspector.domain.line_outputs import Coil, OutputKind
from inspector.line.io_module import uses_encoder
from inspector.line.modbus_served import ModbusServed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from inspector.domain.line_outputs import IoOptions

#: Counts a second of the simulated encoder.
SPEED = 1000
_SENSOR_S = 0.04
#: A level is waited for so long.
_LEVEL_S = 10.0
_VERDICTS = (Coil.OK, Coil.NOK, Coil.REVIEW, Coil.ERROR)
_DISCRETE, _COILS_READ, _INPUT = 2, 1, 4


@dataclass(slots=True)
class BeltPart:
    """A part on the belt.

    Args:
        number: From 1.
        triggered_s: When it came to the sensor.
        seen: Coils of verdicts that were high while it was at the gate.
    """

    number: int
    triggered_s: float
    seen: set[Coil] = field(default_factory=set)

    @property
    def gate(self) -> str:
        """What the gate was told of it: ``REVIEW``, ``OK`` …; ``none`` for nothing. Not good is heard before good."""
        return next((coil.name for coil in reversed(_VERDICTS) if coil in self.seen), "none")


class Belt:
    """Parts come one after the other, once the station says Ready. Used by one thread at a time.

    Args:
        io: The wiring, and where the gate is.
        every_s: Between two parts, seconds.
        parts: How many; None for no end.
    """

    def __init__(self, io: IoOptions, *, every_s: float, parts: int | None) -> None:
        self._io, self._every_s, self._left = io, every_s, parts
        self._names = {place: coil for coil, place in io.coils.items()}
        self._high: set[Coil] = set()
        self._on_belt: list[BeltPart] = []
        self._number, self._next_s = 0, 0.0
        self._sensor_s = _SENSOR_S + io.debounce_ms / 1000
        counts = uses_encoder(io) is not None
        self._delay_s = io.delay_counts / SPEED if counts else io.delay_ms / 1000
        self._levels = io.kind is OutputKind.LEVEL

    @property
    def finished(self) -> bool:
        """Whether the last part has left the gate."""
        return self._left == 0 and not self._on_belt

    def sensor(self, now_s: float) -> bool:
        """Return the level of the sensor at the camera."""
        return any(0 <= now_s - part.triggered_s < self._sensor_s for part in self._on_belt)

    def wrote(self, place: int, level: bool, now_s: float) -> None:  # noqa: FBT001 - a level
        """The station has written a coil."""
        coil = self._names.get(place)
        if coil is None or level == (coil in self._high):
            return
        self._see(now_s)
        if level:
            self._high.add(coil)
        else:
            self._high.discard(coil)
        if self._levels and level and coil in _VERDICTS and self._on_belt:  # a level that stood before is another's
            self._on_belt[-1].seen.add(coil)
        self._see(now_s)

    def step(self, now_s: float) -> list[BeltPart]:
        """Move on; return the parts that have left the gate."""
        self._see(now_s)
        gone = [part for part in self._on_belt if self._has_left(part, now_s)]
        self._on_belt = [part for part in self._on_belt if part not in gone]
        ready = Coil.READY not in self._io.coils or Coil.READY in self._high
        free = not self._levels or not self._on_belt
        if self._left != 0 and ready and free and now_s >= self._next_s:
            self._number += 1
            self._left = None if self._left is None else self._left - 1
            self._next_s = now_s + self._every_s
            self._on_belt.append(BeltPart(self._number, now_s))
        return gone

    def _see(self, now_s: float) -> None:
        if self._levels:
            return
        for part in self._on_belt:
            if 0 <= now_s - part.triggered_s - self._delay_s <= self._io.pulse_ms / 1000:
                part.seen |= self._high & set(_VERDICTS)

    def _has_left(self, part: BeltPart, now_s: float) -> bool:
        on_s = now_s - part.triggered_s
        if self._levels:
            return on_s > (self._sensor_s if part.seen else _LEVEL_S)
        return on_s > self._delay_s + self._io.pulse_ms / 1000


class ModuleServed:
    """See the module.

    Args:
        belt: What the inputs tell of, and the coils drive.
        io: The wiring.
        host: The address of this computer on which it listens.
    """

    def __init__(self, belt: Belt, io: IoOptions, host: str, port: int) -> None:
        self._belt, self._io = belt, io
        self._lock, self._begun_s = threading.Lock(), time.perf_counter()
        blocks = (
            [_bits(max(io.coils.values(), default=0))],
            [_bits(max(io.trigger or 0, io.acknowledge or 0))],
            [_words(0)],
            [_words(uses_encoder(io) or 0)],
        )
        device = SimDevice(id=0, simdata=blocks, use_bit_addressing=True, action=self._on_request)
        self._served = ModbusServed("a Modbus I/O module", host, port, device)

    def start(self) -> None:
        """Listen.

        Raises:
            LineError: If nothing can listen there.
        """
        self._served.start()

    def run(self, stop: Callable[[float], bool], poll_s: float = 0.002) -> Generator[BeltPart]:
        """Let the belt run until its last part has left the gate, or it is stopped.

        Args:
            stop: Waits so many seconds, and says whether to end.

        Yields:
            Each part, as it has left the gate.
        """
        try:
            while not self._belt.finished:
                with self._lock:
                    gone = self._belt.step(time.perf_counter())
                yield from gone
                if stop(poll_s):
                    return
        finally:
            self._served.stop()

    async def _on_request(
        self,
        function: int,
        _start: int,
        address: int,
        _count: int,
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> None:
        """Answer of this moment. Coils and inputs are bits; their addresses count bits, the registers have 16 each."""
        now_s = time.perf_counter()
        with self._lock:
            if function == _DISCRETE and self._io.trigger is not None:
                place, bit = divmod(self._io.trigger, 16)
                registers[place] = int(self._belt.sensor(now_s)) << bit
            elif function == _INPUT and (encoder := uses_encoder(self._io)) is not None:
                registers[encoder] = int((now_s - self._begun_s) * SPEED) & 0xFFFF
            elif function != _COILS_READ and values is not None:
                for number, level in enumerate(values):
                    self._belt.wrote(address + number, bool(level), now_s)


def _bits(last: int) -> SimData:
    return SimData(0, values=[False] * (16 * (last // 16 + 1)), datatype=DataType.BITS)


def _words(last: int) -> SimData:
    return SimData(0, count=last + 1, values=0, datatype=DataType.REGISTERS)
