"""A Modbus TCP I/O module at the line: an input is the sensor's trigger, coils are verdicts, a gate, lamps.

The station asks the module every few ms. What is put out when is decided by `inspector.line.gate`; this carries it.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from typing import TYPE_CHECKING

from inspector.domain.line_outputs import Coil, OutputKind
from inspector.line.adapters import LineError
from inspector.line.desk import Link
from inspector.line.gate import ConstantSpeed, Edge, Encoder, Levels, RejectGate
from inspector.line.modbus_asked import ModbusAsked
from inspector.line.polling import HEARTBEAT_S, POLL_S
from inspector.line.signals import ACKNOWLEDGE, CODES, TRIGGER, ModuleState, PlcInputs, ResultCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.domain.line_outputs import IoOptions
    from inspector.domain.line_protocol import LineOptions
    from inspector.engine.status import PartInspected
    from inspector.line.desk import LineDesk
    from inspector.line.gate import BeltWay, OutputPlan

_log = logging.getLogger(__name__)
_AGAIN_S = 1.0
_LOOK_S = 0.05
#: So often the button is read, and so long it must be held: a hand is slow, and each reading is a request.
_BUTTON_S = 0.05
_COIL_OF = {
    ResultCode.OK: Coil.OK,
    ResultCode.NOK: Coil.NOK,
    ResultCode.REVIEW: Coil.REVIEW,
    ResultCode.ERROR: Coil.ERROR,
}


class IoAdapter:
    """The client; see `inspector.line.adapters.LineAdapter`.

    Args:
        host: The module's.
        options: Its unit and wiring.
    """

    def __init__(self, host: str, port: int, options: LineOptions) -> None:
        self._host, self._port, self._options = host, port, options

    def run(self, desk: LineDesk, stop: threading.Event) -> None:
        """Follow the module; see there. With ``stop`` every coil falls."""
        module = IoModule(self._host, self._port, self._options)
        changed = threading.Event()
        unsubscribe = desk.subscribe(changed.set)
        station = _IoStation(desk, self._options.io)
        said = ""
        try:
            while not stop.is_set():
                try:
                    station.reached(module.open())
                    said = ""
                    desk.set_link(Link.UP)
                    _follow(module, station, stop, changed)
                except LineError as error:
                    why = str(error)
                    if why != said:
                        _log.warning("the line is not told: %s", why)
                        said = why
                    station.gone()
                    desk.set_link(Link.LOST, why)
                    module.close()
                    _wait(station, stop)
        finally:
            unsubscribe()
            module.close()
            station.end()


def _follow(module: IoModule, station: _IoStation, stop: threading.Event, changed: threading.Event) -> None:
    """Ask and tell until ``stop``; then every coil falls."""
    button_s = -_BUTTON_S
    while not stop.is_set():
        changed.clear()
        level, count = module.read()
        now_s = time.perf_counter()
        if now_s - button_s >= _BUTTON_S:
            button_s = now_s
            station.press(module.button(), now_s)
        levels = station.look(level, count, now_s)
        module.write(levels)
        station.written(level, levels, time.perf_counter())
        changed.wait(POLL_S)
    module.write({})


def _wait(station: _IoStation, stop: threading.Event) -> None:
    """Let time pass without the module."""
    end_s = time.monotonic() + _AGAIN_S
    while time.monotonic() < end_s and not stop.is_set():
        station.without(time.perf_counter())
        stop.wait(_LOOK_S)


class IoModule:
    """The module: its inputs are read, its coils are written where they change. Used by one thread.

    Args:
        options: Its unit and wiring.

    Raises:
        LineError: If the wiring cannot be used.
    """

    def __init__(self, host: str, port: int, options: LineOptions) -> None:
        self._io = options.io
        if self._io.wrong:
            raise LineError(f"the wiring cannot be used: {self._io.wrong}", "Change it: Settings → Line.")
        self._asked = ModbusAsked("the I/O module", host, port, options.unit)
        self.where = self._asked.where
        self._runs = runs_of(self._io.coils)
        self._levels: dict[int, list[bool]] = {}  # what stands at the coils, by the first of each run

    def open(self) -> dict[str, bool]:
        """Connect, see whether everything that is wired is there, and let every coil fall.

        Returns:
            The level of each input.

        Raises:
            LineError: If something is not there, or nobody answers.
        """
        self._asked.open()
        for start, names in self._runs:
            self._asked.coils(start, len(names))
        level, _ = self.read()
        inputs = inputs_of(self._io, trigger=level, acknowledge=self.button())
        self._levels = {}
        self.write({})
        return inputs

    def read(self) -> tuple[bool, int]:
        """Return the level of the trigger input, and what the encoder counts; low and 0 where they are not wired.

        Raises:
            LineError: If the module does not answer.
        """
        level = self._io.trigger is not None and self._asked.discrete_input(self._io.trigger)
        counts = uses_encoder(self._io)
        return level, self._asked.input_registers(counts, 1)[0] if counts is not None else 0

    def button(self) -> bool:
        """Return the level of the acknowledge input; low where it is not wired.

        Raises:
            LineError: If the module does not answer.
        """
        return self._io.acknowledge is not None and self._asked.discrete_input(self._io.acknowledge)

    def write(self, levels: Mapping[Coil, bool]) -> None:
        """Write the coils that are not as they should be; those that are not named are low.

        Raises:
            LineError: If the module does not answer.
        """
        for start, names in self._runs:
            wanted = [levels.get(name, False) for name in names]
            if self._levels.get(start) != wanted:
                self._levels.pop(start, None)
                self._asked.write_coils(start, wanted)
                self._levels[start] = wanted

    def coils(self) -> dict[Coil, bool]:
        """Return what stands at the coils.

        Raises:
            LineError: If the module does not answer.
        """
        return {
            name: level
            for start, names in self._runs
            for name, level in zip(names, self._asked.coils(start, len(names)), strict=True)
        }

    def look(self) -> dict[str, bool]:
        """Connect, and return the level of each input and coil that is wired; nothing is written.

        Raises:
            LineError: As `open`.
        """
        self._asked.open()
        levels = {coil.value: level for coil, level in self.coils().items()}
        level, _ = self.read()
        return inputs_of(self._io, trigger=level, acknowledge=self.button()) | levels

    def close(self) -> None:
        """Disconnect."""
        self._asked.close()


class _IoStation:
    """What goes on whether or not the module is reached: triggers, verdicts, and when they are put out."""

    def __init__(self, desk: LineDesk, io: IoOptions) -> None:
        self._desk, self._io = desk, io
        self._edge, self._button, self._pressed = Edge(io.debounce_ms / 1000), Edge(_BUTTON_S), False
        self._encoder = Encoder() if uses_encoder(io) is not None else None
        self._plan = plan_of(io, self._encoder)
        self._parts: queue.SimpleQueue[PartInspected] = queue.SimpleQueue()
        self._number = 0
        self._places = {coil.value: f"coil {place}" for coil, place in io.coils.items()}
        for name, place in ((TRIGGER, io.trigger), (ACKNOWLEDGE, io.acknowledge)):
            if place is not None:
                self._places[name] = f"input {place}"
        if io.trigger is None:
            desk.hear(self._parts.put)
        self._tell({}, time.perf_counter())
        desk.see(PlcInputs(enable=True))

    def reached(self, inputs: Mapping[str, bool]) -> None:
        """The module answers: these are its inputs, and every coil is low."""
        self._tell(self._wires(inputs, {}), time.perf_counter())

    def look(self, level: bool, count: int, now_s: float) -> dict[Coil, bool]:  # noqa: FBT001 - a level
        """Take the module's inputs; return what the coils should say."""
        if self._encoder is not None:
            self._encoder.see(count, now_s)
        edge_s = self._edge.see(level, now_s)
        if edge_s is not None:
            self._trigger(edge_s, now_s)
        self._take_results(now_s)
        return self._levels(self._plan.due(now_s), now_s)

    def press(self, level: bool, now_s: float) -> None:  # noqa: FBT001 - a level
        """Take the level of the button: its rise, and no button that is held for long, is an acknowledgement."""
        self._pressed = level
        if self._button.see(level, now_s) is not None:
            self._desk.see(PlcInputs(enable=True, alarm_ack=True), by="the button at the machine")
            self._desk.see(PlcInputs(enable=True))

    def written(self, level: bool, levels: Mapping[Coil, bool], now_s: float) -> None:  # noqa: FBT001 - a level
        """These stand at the coils."""
        self._plan.written(now_s)
        inputs = inputs_of(self._io, trigger=level, acknowledge=self._pressed)
        self._tell(self._wires(inputs, levels), now_s)

    def gone(self) -> None:
        """The module is not reached any more."""
        now_s = time.perf_counter()
        self._edge.forget()
        self._button.forget()
        self._plan.cut(now_s)
        if self._encoder is not None:
            self._plan.lose(now_s)
            self._encoder.forget()
        self._tell({}, now_s)

    def without(self, now_s: float) -> None:
        """Time passes without the module."""
        self._take_results(now_s)
        self._plan.due(now_s, reached=False)
        self._tell({}, now_s)

    def end(self) -> None:
        """Nothing is put out any more."""
        now_s = time.perf_counter()
        self._take_results(now_s)
        self._plan.lose(now_s)
        self._tell({}, now_s)
        self._desk.see(PlcInputs())

    def _trigger(self, edge_s: float, now_s: float) -> None:
        """Have a part inspected; one that is not taken is put out as ERROR."""
        self._number = max(self._number + 1, time.time_ns() // 1_000_000)
        part = str(self._number)
        self._plan.part(part, edge_s, now_s)
        missed = self._desk.outputs().missed
        self._desk.see(PlcInputs(enable=True, trigger=True, trigger_id=part), at_s=edge_s)
        if self._desk.outputs().missed != missed:
            self._plan.result(part, ResultCode.ERROR, now_s)
        self._desk.see(PlcInputs(enable=True))

    def _take_results(self, now_s: float) -> None:
        while (result := self._desk.outputs().result) is not None:
            self._plan.result(result.id, result.code, now_s)
            self._desk.see(PlcInputs(enable=True, result_ack=True))
            self._desk.see(PlcInputs(enable=True))
        while not self._parts.empty():
            event = self._parts.get()
            inspection = event.inspection
            part = f"{inspection.part_number} of {inspection.time_utc:%H:%M:%S.%f}"
            self._plan.part(part, event.captured_s, now_s)
            self._plan.result(part, CODES[inspection.decision.verdict], now_s)

    def _levels(self, codes: frozenset[ResultCode], now_s: float) -> dict[Coil, bool]:
        outputs, wired = self._desk.outputs(), self._io.coils
        well = outputs.online and not outputs.fault and not outputs.not_recorded
        said = {_COIL_OF[code] for code in codes}
        levels = {coil: True for coil in said if coil in wired}
        if said - set(wired) - {Coil.OK}:
            levels[Coil.NOK] = True
        return levels | {
            Coil.READY: well if self._io.trigger is None else outputs.ready,
            Coil.BUSY: outputs.busy,
            Coil.FAULT: outputs.fault or outputs.not_recorded,
            Coil.ALARM: outputs.alarm or bool(self._plan.faults.alarm(now_s)),
            Coil.HEARTBEAT: bool(int(now_s / HEARTBEAT_S) & 1),
        }

    def _wires(self, inputs: Mapping[str, bool], levels: Mapping[Coil, bool]) -> dict[str, bool]:
        wired = self._io.coils
        return dict(inputs) | {coil.value: levels.get(coil, False) for coil in Coil if coil in wired}

    def _tell(self, wires: Mapping[str, bool], now_s: float) -> None:
        faults = self._plan.faults
        for fault in faults.fresh:
            _log.warning("at the line's gate: %s", fault)
        faults.fresh.clear()
        self._desk.set_module(
            ModuleState(
                wires=wires,
                places=self._places,
                waiting=self._plan.waiting,
                late=faults.counts.late,
                unserved=faults.counts.unserved,
                alarm=faults.alarm(now_s),
            )
        )


def plan_of(io: IoOptions, encoder: Encoder | None) -> OutputPlan:
    """Return what decides when which verdict is put out."""
    if io.kind is OutputKind.LEVEL:
        return Levels()
    way: BeltWay = ConstantSpeed() if encoder is None else encoder
    distance = io.delay_ms / 1000 if encoder is None else io.delay_counts
    return RejectGate(way, distance=distance, pulse_s=io.pulse_ms / 1000, late=io.late)


def inputs_of(io: IoOptions, *, trigger: bool, acknowledge: bool) -> dict[str, bool]:
    """Return the levels of the inputs that are wired, by their names."""
    levels = {TRIGGER: (io.trigger, trigger), ACKNOWLEDGE: (io.acknowledge, acknowledge)}
    return {name: level for name, (place, level) in levels.items() if place is not None}


def uses_encoder(io: IoOptions) -> int | None:
    """Return the encoder's register; None where none is needed."""
    return io.encoder if io.kind is OutputKind.PULSE else None


def runs_of(coils: Mapping[Coil, int]) -> list[tuple[int, list[Coil]]]:
    """Return the coils that lie beside one another, which are read and written together."""
    runs: list[tuple[int, list[Coil]]] = []
    for coil, place in sorted(coils.items(), key=lambda pair: pair[1]):
        if runs and runs[-1][0] + len(runs[-1][1]) == place:
            runs[-1][1].append(coil)
        else:
            runs.append((place, [coil]))
    return runs
