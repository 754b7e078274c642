"""A controller for commissioning and for tests: it triggers, reads and acknowledges results, as docs/line.md says.

`SimulatedPlc` is pure; `simulate` runs one over a protocol.
"""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.line.adapters import LineError
from inspector.line.signals import LineResult, PlcInputs, StationOutputs

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from inspector.line.adapters import PlcLink

_AGAIN_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class PlcPart:
    """A part as the controller has seen it.

    Args:
        id: As it was triggered; of a result that was waiting from before, as it was read.
        result: What was read; None where the trigger was not taken.
        seen_ms: Trigger written → result read, 0 or more; None where this controller did not trigger it, or it was
            not taken.
    """

    id: str
    result: LineResult | None
    seen_ms: float | None


class SimulatedPlc:
    """Follows the station's levels. Triggering and acknowledging go on beside one another, as in a real program.

    Args:
        ids: Of the parts to be triggered; where they end, no more is.
        every_s: Least time between two triggers, seconds.
        serial: Gives a part's number by its id.
        recipe: That every part asks for; empty for the one in force.
    """

    def __init__(
        self,
        ids: Iterator[str],
        *,
        every_s: float = 0.0,
        serial: Callable[[str], str] = lambda _: "",
        recipe: str = "",
    ) -> None:
        self._ids, self._every_s, self._serial, self._recipe = ids, every_s, serial, recipe
        self._next = next(ids, "")
        self._next_s = 0.0
        self._trigger = ""  # id whose trigger is up
        self._ack = False
        self._triggered: dict[str, float] = {}
        self._missed: int | None = None

    @property
    def finished(self) -> bool:
        """Whether every part has been triggered, and has its result or was missed."""
        return not (self._next or self._trigger or self._triggered or self._ack)

    @property
    def waits(self) -> bool:
        """Whether a part has yet to be triggered."""
        return bool(self._next)

    @property
    def inputs(self) -> PlcInputs:
        """What it holds now."""
        part = self._trigger
        return PlcInputs(
            enable=True,
            trigger=bool(part),
            result_ack=self._ack,
            trigger_id=part,
            part_serial=self._serial(part) if part else "",
            recipe=self._recipe,
        )

    def step(self, outputs: StationOutputs, now_s: float) -> PlcPart | None:
        """Take the station's levels; return the part of which something is known now."""
        part = self._read(outputs, now_s)
        if part is None:  # else both may be new at once, and the trigger that was missed is told of at the next step
            part = self._missed_part(outputs)
            self._missed = outputs.missed
        if self._trigger:
            if outputs.trigger_ack and outputs.trigger_id == self._trigger:
                self._trigger = ""
        elif self._next and outputs.ready and now_s >= self._next_s:
            self._trigger, self._next = self._next, next(self._ids, "")
            self._triggered[self._trigger] = now_s
            self._next_s = now_s + self._every_s
        return part

    def _read(self, outputs: StationOutputs, now_s: float) -> PlcPart | None:
        if self._ack or not outputs.valid or outputs.result is None:
            self._ack = self._ack and outputs.valid
            return None
        self._ack = True
        triggered_s = self._triggered.pop(outputs.result.id, None)
        seen_ms = None if triggered_s is None else 1000 * (now_s - triggered_s)
        return PlcPart(id=outputs.result.id, result=outputs.result, seen_ms=seen_ms)

    def _missed_part(self, outputs: StationOutputs) -> PlcPart | None:
        part = self._trigger
        if not part or outputs.missed == self._missed or outputs.missed_id != part:
            return None
        self._trigger = ""
        del self._triggered[part]
        return PlcPart(id=part, result=None, seen_ms=None)


def one_part(link: PlcLink, part: str, *, ready_s: float, within_s: float) -> PlcPart | None:
    """Trigger one part and read its result, and leave no level up.

    Args:
        ready_s: So long Ready may be low.
        within_s: So long the result may take then.

    Returns:
        The part; None where it had no result within the time, or could not be triggered as Ready was low.

    Raises:
        LineError: If the station cannot be reached.
    """
    plc, pause = SimulatedPlc(iter([part])), threading.Event()
    begun_s = time.perf_counter()

    def stop(seconds: float) -> bool:
        allowed_s = ready_s if plc.waits else ready_s + within_s
        return pause.wait(seconds) or time.perf_counter() > begun_s + allowed_s

    link.look()
    told = simulate(link, plc, stop=stop, say=lambda _: None)
    known = [each for each in told if each.id == part]  # to the end: the result is acknowledged, too
    return known[0] if known else None


def simulate(
    link: PlcLink,
    plc: SimulatedPlc,
    *,
    stop: Callable[[float], bool],
    say: Callable[[str], None],
    poll_s: float = 0.01,
) -> Generator[PlcPart]:
    """Run a controller until it has finished, or is stopped.

    Args:
        stop: Waits so many seconds, and says whether to end.
        say: Gets why the station cannot be reached, and an empty text when it is again.
        poll_s: Pause between two exchanges, seconds.

    Yields:
        Each part, as soon as something is known of it.
    """
    said = ""
    try:
        while not plc.finished:
            try:
                outputs = link.exchange(plc.inputs)
            except LineError as error:
                if str(error) != said:
                    said = str(error)
                    say(said)
                if stop(_AGAIN_S):
                    return
                continue
            if said:
                said = ""
                say(said)
            part = plc.step(outputs, time.perf_counter())
            if part is not None:
                yield part
            if stop(poll_s):
                return
    finally:
        with contextlib.suppress(LineError):
            link.exchange(PlcInputs())  # no level stays up behind it
