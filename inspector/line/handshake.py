"""The hand-shake between controller and station: pure, without sockets, threads or a clock of its own."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from inspector.line.signals import DEPTH, LineResult, PlcInputs, ResultCode, StationOutputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long the two sides wait for one another.

    Args:
        verdict_s: Trigger → result known; a later one is an ERROR at the line.
        acknowledge_s: Valid → Result Ack ↑; then the alarm is given and Ready goes. The result stays.
    """

    verdict_s: float = 1.0
    acknowledge_s: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How the station is, as far as the line must know.

    Args:
        not_ready: Why no trigger can be taken, in words; empty where one can.
        online: The line runs.
        fault: As in `StationOutputs`.
        not_recorded: The log cannot be written.
        alarm: Failures wait for an acknowledgement; whether triggers are taken meanwhile, `not_ready` says.
    """

    not_ready: str = "the line does not run"
    online: bool = False
    fault: bool = True
    not_recorded: bool = False
    alarm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerWanted:
    """A trigger of the controller, which becomes exactly one row.

    Args:
        key: Of the part that is inspected now; 0 where it is not taken. No two parts of one hand-shake have the same.
        inputs: Id, number and recipe of the part.
        missed: Why it was not taken; empty where it was.
    """

    key: int
    inputs: PlcInputs
    missed: str = ""


@dataclass(slots=True)
class _InFlight:
    """A part between trigger and result."""

    id: str
    triggered_s: float


class HandShake:
    """See the module, and docs/line.md for the timing. Used by one thread at a time; `now_s` never runs backwards.

    Args:
        deadlines: See there; may be changed at any time, and hold for the next trigger and the next result.
    """

    def __init__(self, deadlines: Deadlines | None = None) -> None:
        self.deadlines = deadlines or Deadlines()
        self.late = 0  #: results that came too late: the line was told ERROR before
        self._condition = Condition()
        self._inputs = PlcInputs()
        self._link_fault = "no controller is connected"
        self._key = 0
        self._in_flight: dict[int, _InFlight] = {}  # by key, the oldest first
        self._overdue: dict[int, str] = {}  # key and id of parts of which the line was told that they are late
        self._exposing = 0  # key of the part that must not move yet
        self._acked = self._exposed = False
        self._results: deque[LineResult] = deque()
        self._shown = False  # the oldest result is valid
        self._asked_s = 0.0  # since then the controller should acknowledge
        self._alarm = False
        self._missed, self._missed_id, self._echo = 0, "", ""

    # --- from the controller ------------------------------------------------------------------------------------------

    def see(self, inputs: PlcInputs, now_s: float) -> TriggerWanted | None:
        """Take the controller's levels; return the trigger where it has risen."""
        before, self._inputs = self._inputs, inputs
        wanted = None
        if inputs.trigger and not before.trigger:
            wanted = self._take(inputs, now_s)
        if before.trigger and not inputs.trigger:
            self._acked = False
        if inputs.result_ack:  # nothing is shown while it is high, so this is its rise
            self._acknowledged(now_s)
        self._show(now_s)
        return wanted

    def link(self, fault: str) -> None:
        """Say why the controller cannot be reached; empty where it can. What waits for it goes on waiting."""
        self._link_fault = fault

    # --- from the station ---------------------------------------------------------------------------------------------

    def condition(self, condition: Condition) -> None:
        """Take how the station is."""
        if not condition.online:  # what the line has not committed by now never comes
            self._overdue.clear()
        self._condition = condition

    @property
    def exposing(self) -> int:
        """Key of the part whose picture is awaited; 0 for none."""
        return self._exposing

    def exposed(self, key: int) -> None:
        """The part's picture is taken."""
        if key and key == self._exposing:
            self._exposing, self._exposed = 0, True

    def result(self, key: int, result: LineResult, now_s: float) -> bool:
        """Take a part's result, after its commit.

        Returns:
            False where the line does not get it: it was told ERROR before, as the result came too late, or there is no
            such part.
        """
        self.tick(now_s)
        if self._overdue.pop(key, None) is not None:
            self.late += 1
            return False
        part = self._in_flight.pop(key, None)
        if part is None:
            return False
        self._put(key, replace(result, id=part.id, took_ms=_ms(now_s - part.triggered_s)), now_s)
        return True

    def tick(self, now_s: float) -> None:
        """Look at the clock."""
        limit_s = self.deadlines.verdict_s
        for key, part in list(self._in_flight.items()):
            waited_s = now_s - part.triggered_s
            if waited_s >= limit_s:
                del self._in_flight[key]
                self._overdue[key] = part.id
                why = f"no verdict within {limit_s:g} s"
                late = LineResult(id=part.id, code=ResultCode.ERROR, reason=why, took_ms=_ms(waited_s))
                self._put(key, late, now_s)
        if self._results and now_s - self._asked_s >= self.deadlines.acknowledge_s:
            self._alarm = True

    # --- to the controller --------------------------------------------------------------------------------------------

    def outputs(self) -> StationOutputs:
        """Return the station's levels."""
        not_ready = self._not_ready()
        condition = self._condition
        return StationOutputs(
            online=condition.online,
            ready=not not_ready,
            trigger_ack=self._acked,
            exposed=self._exposed,
            busy=bool(self._in_flight),
            valid=self._shown,
            alarm=self._alarm or condition.alarm,
            overdue=self._alarm,
            fault=condition.fault or bool(self._overdue),
            not_recorded=condition.not_recorded,
            missed=self._missed,
            missed_id=self._missed_id,
            trigger_id=self._echo,
            result=self._results[0] if self._shown else None,
            waiting=len(self._results),
            not_ready=not_ready,
        )

    @property
    def results(self) -> tuple[LineResult, ...]:
        """The results that are not acknowledged, the oldest first; `outputs` shows one at a time."""
        return tuple(self._results)

    @property
    def held_back(self) -> str:
        """Why the next trigger would not be taken, whether or not the controller is there; empty where it would."""
        outstanding = len(self._in_flight) + len(self._results)
        reasons = (
            (self._condition.not_ready, self._condition.not_ready),
            (self._exposing, "the picture of the part before is not taken yet"),
            (self._overdue, f"the verdict of part {next(iter(self._overdue.values()), '')} is overdue"),
            (self._alarm, f"the result of part {self._results[0].id if self._results else ''} is not acknowledged"),
            (outstanding >= DEPTH, f"{outstanding} parts have no result that is acknowledged"),
            (not self._inputs.enable, "the controller has not set Enable"),
        )
        return next((words for holds, words in reasons if holds), "")

    # --- inside -------------------------------------------------------------------------------------------------------

    def _not_ready(self) -> str:
        """Say why the next trigger would not be taken, whatever its id."""
        if self._inputs.trigger:
            return "Trigger has not fallen since the last part"
        return self._cannot_take()

    def _cannot_take(self) -> str:
        return self._link_fault or self.held_back

    def _take(self, inputs: PlcInputs, now_s: float) -> TriggerWanted:
        self.tick(now_s)
        why = self._cannot_take() or self._refused(inputs.trigger_id)
        if why:
            self._missed += 1
            self._missed_id = inputs.trigger_id
            return TriggerWanted(key=0, inputs=inputs, missed=why)
        self._key += 1
        self._in_flight[self._key] = _InFlight(inputs.trigger_id, now_s)
        self._exposing, self._exposed = self._key, False
        self._acked, self._echo = True, inputs.trigger_id
        return TriggerWanted(key=self._key, inputs=inputs)

    def _refused(self, trigger_id: str) -> str:
        """Say why this id would not be taken: two results could not be told apart."""
        if not trigger_id:
            return "the trigger has no id"
        known = {part.id for part in self._in_flight.values()} | {result.id for result in self._results}
        return f"part {trigger_id} has no result that is acknowledged" if trigger_id in known else ""

    def _put(self, key: int, result: LineResult, now_s: float) -> None:
        self.exposed(key)
        if not self._results:
            self._asked_s = now_s
        self._results.append(result)
        self._show(now_s)

    def _acknowledged(self, now_s: float) -> None:
        if self._shown:
            self._results.popleft()
            self._shown = self._alarm = False
            self._asked_s = now_s

    def _show(self, now_s: float) -> None:
        """Show the oldest result, once the acknowledgement of the one before has fallen."""
        if self._results and not self._shown and not self._inputs.result_ack:
            self._shown = True
            self._asked_s = now_s


def _ms(seconds: float) -> float:
    return max(0.0, 1000 * seconds)
