"""Where the engine's threads and the adapter's meet: triggers go in, results wait, and neither waits for the other."""

from __future__ import annotations

import logging
import queue
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from inspector.domain.trigger_event import TriggerEvent
from inspector.engine.status import RunState, SourceState
from inspector.line.changeover import Changeover
from inspector.line.handshake import Condition, Deadlines, HandShake
from inspector.line.signals import CODES, DEPTH, LineResult, ModuleState, PlcInputs, StationOutputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.records import Frame
    from inspector.engine.status import EngineStatus, PartInspected

_log = logging.getLogger(__name__)
#: Results in the hand-over; more than can be outstanding, so it fills only where nobody comes. Then the parts' deadline
#: makes them an ERROR at the line.
_MOST_WAITING = 4 * DEPTH
#: So old the engine's own word on its readiness may be.
_CONDITION_S = 0.02


class TriggerTaker(Protocol):
    """What the desk needs of the engine; `inspector.engine.engine.Engine` has it."""

    def trigger(self, event: TriggerEvent) -> None:
        """Take a trigger; it becomes exactly one row. Any thread, never blocks."""
        ...

    def readiness(self) -> str:
        """Return why no trigger can be taken; empty where one can. Any thread, never blocks."""
        ...

    def acknowledge(self, by: str, seen: int | None = None) -> tuple[str, ...]:
        """Take away what failures have set off, as far as it was seen. Any thread, never blocks."""
        ...

    def status(self) -> EngineStatus:
        """Return a snapshot."""
        ...


class Link(Enum):
    """How the way to the controller is."""

    STARTING = "starting"  #: the adapter is not ready to serve yet
    DOWN = "down"  #: the adapter cannot serve, or hangs
    WAITING = "waiting"  #: no controller has come yet
    LOST = "lost"  #: it was there, and is gone
    UP = "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSurvey:
    """The line at one moment, whether or not the controller is there.

    Args:
        held_back: Why no trigger would be taken if it were; empty where one would.
        results: Those that are not acknowledged, the oldest first; `outputs` shows one at a time.
        broken: The line could not start, or has died.
    """

    outputs: StationOutputs
    held_back: str
    results: tuple[LineResult, ...]
    broken: bool


class LineDesk:
    """A listener of the engine on one side, what an adapter asks on the other. Any thread may call any method.

    The listener's methods only put something down. Whoever comes next takes it up: the adapter when the controller
    asks, or the service's watch, every 20 ms.

    Args:
        engine: Takes the triggers.
        now_s: A clock that does not jump, seconds; that of `Frame.origin`.
    """

    def __init__(self, engine: TriggerTaker, *, now_s: Callable[[], float] = time.perf_counter) -> None:
        self._engine, self._now_s = engine, now_s
        self._lock = threading.Lock()
        self._shake = HandShake()
        self._keys: dict[str, int] = {}  # the hand-shake's, by the ids of parts whose result has not come
        self._exposing_s = 0.0  # when the part was triggered whose picture is awaited
        self._results: queue.Queue[LineResult] = queue.Queue(_MOST_WAITING)
        self._stopped = threading.Event()  # the line was seen not to run
        self._frame_s = 0.0
        self._condition_s = -1.0
        self._alarms_told = 0  # number of the newest that the line was told of
        self._held = ""
        self._changeover = Changeover()
        self._link = Link.STARTING, "it is being started"
        self._wakes: tuple[Callable[[], None], ...] = ()
        self._inputs = PlcInputs()
        self._times: dict[str, datetime] = {}
        self._shown = StationOutputs()
        self._module: ModuleState | None = None
        self._hears: Callable[[PartInspected], None] | None = None

    # --- the engine's listener: engine threads, nothing waits ---------------------------------------------------------

    def on_part(self, event: PartInspected) -> None:
        """Put a result down, after its commit."""
        inspection = event.inspection
        if self._hears is not None:
            self._hears(event)
            self._wake()
        if not inspection.trigger_id or event.missed:
            return
        decision = inspection.decision
        result = LineResult(
            id=inspection.trigger_id,
            code=CODES[decision.verdict],
            score=decision.p_defective,
            reason=decision.reason,
            part_number=inspection.part_number,
            recipe=inspection.recipe,
            recipe_version=inspection.recipe_version,
        )
        try:
            self._results.put_nowait(result)
        except queue.Full:
            _log.error("nobody takes results to the line: that of part %s is lost for it", result.id)
        self._wake()

    def on_status(self, status: EngineStatus) -> None:
        """Note that the line has stopped, however short."""
        if status.state is not RunState.RUNNING:
            self._stopped.set()
        self._condition_s = -1.0
        self._wake()

    def on_frame(self, frame: Frame) -> None:
        """Note when the newest picture was taken."""
        self._frame_s = frame.origin.captured_s
        if self._shake.exposing:
            self._wake()

    # --- the adapter --------------------------------------------------------------------------------------------------

    def see(self, inputs: PlcInputs, *, at_s: float | None = None, by: str = "the controller") -> None:
        """Take the controller's levels; where Trigger or Alarm Ack has risen, the engine gets it.

        Args:
            at_s: When it has risen, on the desk's clock; None for now.
            by: Who acknowledges, where Alarm Ack has risen.
        """
        now_s, event = self._now_s(), None
        if inputs.alarm_ack and not self._inputs.alarm_ack:
            self._engine.acknowledge(by, self._alarms_told)
            self._condition_s = -1.0
        with self._lock:
            self._note_inputs(inputs)
            self._changeover.hold(inputs.recipe, now_s)
            if inputs.trigger or self._changeover.wanted:
                self._condition_s = -1.0
            self._look(now_s)
            wanted = self._shake.see(inputs, now_s)
            if wanted is not None:
                event = TriggerEvent(
                    id=inputs.trigger_id or "none",
                    at_s=now_s if at_s is None else at_s,
                    time_utc=datetime.now(UTC),
                    part_serial=inputs.part_serial,
                    recipe=inputs.recipe or self._changeover.expected,
                    missed=wanted.missed,
                )
                if wanted.key:
                    self._keys[event.id], self._exposing_s = wanted.key, event.at_s
        if event is not None:
            self._engine.trigger(event)
        if wanted is not None:
            self._wake()

    def outputs(self) -> StationOutputs:
        """Return the station's levels at this moment."""
        with self._lock:
            self._look(self._now_s())
            outputs = self._shake.outputs()
            self._note_outputs(outputs)
            return outputs

    def survey(self) -> LineSurvey:
        """Return what the levels do not tell, for a protocol whose controller may be silent for long."""
        broken = self._engine.status().state is RunState.FAULT
        with self._lock:
            self._look(self._now_s())
            return LineSurvey(
                outputs=self._shake.outputs(),
                held_back=self._shake.held_back,
                results=self._shake.results,
                broken=broken,
            )

    def ask_recipe(self, name: str) -> str:
        """Take the controller's request for another recipe; return why it cannot be followed, empty where it can."""
        with self._lock:
            self._condition_s = -1.0
            return self._changeover.ask(name, self._now_s())

    def set_link(self, link: Link, why: str = "") -> None:
        """Say how the way to the controller is.

        Args:
            why: In words, unless it is `Link.UP`.
        """
        with self._lock:
            self._link = link, why
            self._shake.link(why)
        self._wake()

    def hear(self, hears: Callable[[PartInspected], None]) -> None:
        """Tell of every part, whoever has triggered it, after its commit and on the engine's thread.

        Args:
            hears: Must return at once.
        """
        self._hears = hears

    def set_module(self, state: ModuleState) -> None:
        """Say how the I/O module is."""
        with self._lock:
            before = self._module.wires if self._module is not None else {}
            changed = [f"wire {name}" for name, level in state.wires.items() if before.get(name) != level]
            if changed:
                self._times |= dict.fromkeys(changed, datetime.now(UTC))
            self._module = state

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call this, on any thread, when the levels may have changed; it must return at once.

        Returns:
            What ends it.
        """
        with self._lock:
            self._wakes = (*self._wakes, wake)

        def unsubscribe() -> None:
            with self._lock:
                self._wakes = tuple(known for known in self._wakes if known is not wake)

        return unsubscribe

    # --- the service --------------------------------------------------------------------------------------------------

    def use_deadlines(self, deadlines: Deadlines) -> None:
        """Wait so long from now on."""
        with self._lock:
            self._shake.deadlines = deadlines

    def follow_recipes(self, *, follows: bool, in_force: str) -> None:
        """Say whether the controller may change the recipe, and which one is in force."""
        with self._lock:
            changeover = self._changeover
            if (changeover.follows, changeover.in_force) == (follows, in_force):
                return
            changeover.follows, self._condition_s = follows, -1.0
            if changeover.in_force != in_force:
                changeover.use(in_force)

    def recipe_due(self) -> str:
        """Return, once for each wish of the controller, the recipe to change to; empty for none."""
        with self._lock:
            now_s = self._now_s()
            self._look(now_s)
            idle = not self._inputs.trigger and not self._shake.outputs().busy
            return self._changeover.due(now_s, idle=idle)

    def refuse_recipe(self, name: str, why: str) -> None:
        """Say why the controller's wish is not followed."""
        with self._lock:
            self._changeover.refuse(name, why)
            self._condition_s = -1.0

    def hold(self, why: str) -> None:
        """Take no trigger for this reason; empty to take them again."""
        with self._lock:
            self._held, self._condition_s = why, -1.0

    @property
    def held(self) -> str:
        """Why no trigger is taken at the moment, as `hold` was told."""
        return self._held

    @property
    def link(self) -> tuple[Link, str]:
        """How the way to the controller is, and why."""
        return self._link

    @property
    def module(self) -> ModuleState | None:
        """How the I/O module is; None where there is none."""
        return self._module

    @property
    def late(self) -> int:
        """How many results came too late for the line."""
        return self._shake.late

    @property
    def inputs(self) -> PlcInputs:
        """What the controller has said last."""
        return self._inputs

    @property
    def times(self) -> dict[str, datetime]:
        """When each level changed last, UTC; by its name in `PlcInputs` and `StationOutputs`.

        The two have one name in common: `StationOutputs.trigger_id` is called ``trigger_echo``. Those of an I/O module
        have “wire ” before their name.
        """
        with self._lock:
            return dict(self._times)

    # --- inside; the lock is held -------------------------------------------------------------------------------------

    def _look(self, now_s: float) -> None:
        """Take up what the engine's threads have put down, and look at the clock."""
        if self._stopped.is_set():
            self._stopped.clear()
            self._shake.condition(Condition())
            self._condition_s = -1.0
        if now_s - self._condition_s > _CONDITION_S or self._condition_s < 0:
            self._condition_s = now_s
            self._shake.condition(self._condition())
        if self._frame_s >= self._exposing_s:
            self._shake.exposed(self._shake.exposing)
        while True:
            try:
                result = self._results.get_nowait()
            except queue.Empty:
                break
            self._shake.result(self._keys.pop(result.id, 0), result, now_s)
        self._shake.tick(now_s)
        for part in list(self._keys)[: -4 * DEPTH]:  # of lines that have stopped
            del self._keys[part]

    def _condition(self) -> Condition:
        status, not_ready = self._engine.status(), self._engine.readiness()
        self._alarms_told = status.failing.newest
        running = status.state is RunState.RUNNING
        broken = status.model_fault or status.view_fault
        inspects = running and status.source_state is SourceState.LIVE and not broken
        return Condition(
            not_ready=self._held or self._changeover.not_ready or not_ready,
            online=running,
            fault=not inspects,
            not_recorded=bool(status.log_fault),
            alarm=status.failing.waits,
        )

    def _note_inputs(self, inputs: PlcInputs) -> None:
        self._note(self._inputs, inputs)
        self._inputs = inputs

    def _note_outputs(self, outputs: StationOutputs) -> None:
        self._note(self._shown, outputs)
        self._shown = outputs

    def _note(self, before: PlcInputs | StationOutputs, after: PlcInputs | StationOutputs) -> None:
        if before == after:
            return
        now = datetime.now(UTC)
        for name in after.__slots__:
            if getattr(before, name) != getattr(after, name):
                echo = name == "trigger_id" and isinstance(after, StationOutputs)
                self._times["trigger_echo" if echo else name] = now

    def _wake(self) -> None:
        for wake in self._wakes:
            wake()
