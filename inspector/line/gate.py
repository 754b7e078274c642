"""When which verdict is put out: levels, and pulses at a gate downstream. Pure: no socket, thread or clock of its own.

A part passes the camera at a position, and comes to the gate a fixed distance later. Positions are seconds, or an
encoder's counts. Several parts may be between camera and gate: each has its pulse at its own place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass
from math import inf, isinf
from typing import Protocol

from inspector.domain.line_outputs import LateAction
from inspector.line.signals import ResultCode

#: After a line fault the alarm stays so long.
ALARM_S = 5.0
#: A level is low so long at least before the next part's; so two parts with the same verdict can be told apart.
GAP_S = 0.02
#: So much later than its gate's time a part that is not good may meet the OK of the part before.
ROOM_S = 0.02
_HALF, _WHOLE = 1 << 15, 1 << 16
#: So many looks at the encoder are remembered, a minute at the fastest polling.
_TRACK = 16_384
_REJECTS = frozenset(ResultCode) - {ResultCode.NONE, ResultCode.OK}


class BeltWay(Protocol):
    """How far the belt has come."""

    def position_at(self, at_s: float) -> float:
        """Return the position at a time; infinite where it is not known."""
        ...

    def time_at(self, position: float) -> float:
        """Return when a position that lies behind was reached, seconds."""
        ...


class ConstantSpeed:
    """Positions are seconds."""

    def position_at(self, at_s: float) -> float:
        """See there."""
        return at_s

    def time_at(self, position: float) -> float:
        """See there."""
        return position


class Encoder:
    """Positions are counts of a 16-bit counter that begins again; between two looks at it the speed is constant."""

    def __init__(self) -> None:
        self._raw = 0
        self._times: deque[float] = deque(maxlen=_TRACK)
        self._counts: deque[float] = deque(maxlen=_TRACK)

    def see(self, raw: int, now_s: float) -> None:
        """Take what the counter says, 0..65535. The belt may have gone backwards; then it must come again."""
        step = (raw - self._raw) % _WHOLE
        step -= _WHOLE if step >= _HALF else 0
        count = self._counts[-1] + step if self._counts else 0.0
        self._raw = raw
        self._times.append(now_s)
        self._counts.append(count)

    def forget(self) -> None:
        """Begin anew: nobody has looked at the counter for a time."""
        self._times.clear()
        self._counts.clear()

    def position_at(self, at_s: float) -> float:
        """See there; before the first look it is not known."""
        return _between(self._times, self._counts, at_s) if self._times and at_s >= self._times[0] else inf

    def time_at(self, position: float) -> float:
        """See there."""
        for place in range(len(self._counts) - 1, 0, -1):
            before, after = self._counts[place - 1], self._counts[place]
            if before < position <= after:
                share = (position - before) / (after - before)
                return self._times[place - 1] + share * (self._times[place] - self._times[place - 1])
        return self._times[0] if self._times else 0.0


def _between(places: deque[float], values: deque[float], place: float) -> float:
    after = bisect_left(places, place)
    if after in {0, len(places)}:
        return values[-1 if after else 0]
    span = places[after] - places[after - 1]
    share = (place - places[after - 1]) / span if span else 1.0
    return values[after - 1] + share * (values[after] - values[after - 1])


class Edge:
    """Rising edges of an input; a level counts once it has stayed for the time of debouncing.

    Args:
        debounce_s: 0 or more.
    """

    def __init__(self, debounce_s: float) -> None:
        self._debounce_s = debounce_s
        self._level: bool | None = None  # not known: the first level is no edge
        self._since_s: float | None = None

    def see(self, level: bool, now_s: float) -> float | None:  # noqa: FBT001 - a level
        """Take the input's level; return when it has risen, where that is certain now."""
        if self._level is None:
            self._level = level
        if level == self._level:
            self._since_s = None
            return None
        since_s = now_s if self._since_s is None else self._since_s
        self._since_s = since_s
        if now_s - since_s < self._debounce_s:
            return None
        self._level, self._since_s = level, None
        return since_s if level else None

    def forget(self) -> None:
        """The input was not seen for a time: its next level is no edge."""
        self._level = self._since_s = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCounts:
    """Line faults since the start.

    Args:
        late: Parts without a verdict when it was due.
        unserved: Parts not known to be good that got no pulse, or no level, while they could have.
    """

    late: int = 0
    unserved: int = 0


class GateFaults:
    """Counts line faults, and holds the alarm."""

    def __init__(self) -> None:
        self.counts = GateCounts()
        self._why, self._until_s = "", 0.0
        self.fresh: list[str] = []  #: faults in words; whoever has told of them clears it

    def late(self, key: str, now_s: float) -> None:
        """A part had no verdict in time."""
        self.counts = GateCounts(late=self.counts.late + 1, unserved=self.counts.unserved)
        self._raise(f"part {key} had no verdict in time", now_s)

    def unserved(self, key: str, now_s: float) -> None:
        """A part that is not known to be good went on without a signal."""
        self.counts = GateCounts(late=self.counts.late, unserved=self.counts.unserved + 1)
        self._raise(f"part {key} may have gone on without its signal, as the module was not reached in time", now_s)

    def alarm(self, now_s: float) -> str:
        """Return what the alarm is for; empty where there is none."""
        return self._why if now_s < self._until_s else ""

    def _raise(self, why: str, now_s: float) -> None:
        self._why, self._until_s = why, now_s + ALARM_S
        self.fresh.append(why)


class OutputPlan(Protocol):
    """Decides what is put out; used by one thread, `now_s` never runs backwards.

    `due` says what the coils should say now; `written` that they do.
    """

    faults: GateFaults

    @property
    def waiting(self) -> int:
        """Parts that have passed the camera, and are not done with."""
        ...

    def part(self, key: str, at_s: float, now_s: float) -> None:
        """A part has passed the camera at a time."""
        ...

    def result(self, key: str, code: ResultCode, now_s: float) -> bool:
        """Take its verdict; False where it comes too late to count."""
        ...

    def due(self, now_s: float, *, reached: bool = True) -> frozenset[ResultCode]:
        """Return the verdicts that should stand at the coils now.

        Args:
            reached: The module can be written to; else only time passes.
        """
        ...

    def written(self, now_s: float) -> None:
        """What `due` has said last stands at the coils."""
        ...

    def cut(self, now_s: float) -> None:
        """The module is gone: what stood at its coils may stand there no more."""
        ...

    def lose(self, now_s: float) -> None:
        """Where the parts are is not known any more: nobody has looked for a time."""
        ...


@dataclass(slots=True)
class _Part:
    """A part between camera and gate."""

    gate: float
    code: ResultCode = ResultCode.NONE
    late: bool = False


class RejectGate:
    """Pulses: see `OutputPlan` and the module.

    Args:
        way: Gives positions.
        distance: From camera to gate, in positions, 0 or more.
        pulse_s: How long a part is at the gate, and how long the pulse is.
        late: What happens to parts without a verdict at the gate.
    """

    def __init__(self, way: BeltWay, *, distance: float, pulse_s: float, late: LateAction) -> None:
        self.faults = GateFaults()
        self._way, self._distance, self._pulse_s = way, distance, pulse_s
        self._holds = late is LateAction.HOLD
        self._parts: dict[str, _Part] = {}
        self._offered: tuple[str, ...] = ()
        self._until_s: dict[ResultCode, float] = {}
        self._running: dict[str, float] = {}  # until when the pulses of parts last that are not good
        self._written_s = 0.0
        self._said, self._stands = frozenset[ResultCode](), frozenset[ResultCode]()  # by `due`; at the coils
        self._good_until_s = 0.0  # when OK was taken away last
        self._held = False

    @property
    def waiting(self) -> int:
        """See there."""
        return len(self._parts)

    def part(self, key: str, at_s: float, now_s: float) -> None:  # noqa: ARG002 - as levels need it
        """See there."""
        self._parts[key] = _Part(self._way.position_at(at_s) + self._distance)

    def result(self, key: str, code: ResultCode, now_s: float) -> bool:
        """See there; a verdict after the gate's time makes the part late, and leaves it rejected."""
        part = self._parts.get(key)
        if part is None or part.code is not ResultCode.NONE:
            return False
        if isinf(part.gate):
            part.code = code
            self._pass_by(key, part, now_s)
            return False
        if part.gate < self._way.position_at(now_s):
            self._decide_late(key, part, now_s)
            return False
        part.code = code
        return True

    def due(self, now_s: float, *, reached: bool = True) -> frozenset[ResultCode]:
        """See there."""
        offered, position = [], self._way.position_at(now_s)
        for key, part in list(self._parts.items()):
            if part.gate > position:
                continue
            if part.code is ResultCode.NONE:
                self._decide_late(key, part, now_s)
            if now_s - self._way.time_at(part.gate) > self._pulse_s:
                self._pass_by(key, part, now_s)
            elif reached:
                offered.append(key)
        self._offered = tuple(offered)
        codes = {self._parts[key].code for key in offered}
        codes |= {code for code, until_s in self._until_s.items() if now_s < until_s}
        if self._held and not any(not self._parts[key].late for key in offered):
            codes.add(ResultCode.ERROR)
        self._said = frozenset(codes - {ResultCode.OK} if codes & _REJECTS else codes)  # where in doubt, never good
        return self._said

    def written(self, now_s: float) -> None:
        """See there."""
        if ResultCode.OK in self._stands - self._said:
            self._good_until_s = now_s
        self._stands = self._said
        for key in self._offered:
            part = self._parts[key]
            passed_s = self._way.time_at(part.gate)
            if now_s - passed_s > self._pulse_s:  # the module took so long to take it
                self._pass_by(key, part, now_s)
                continue
            del self._parts[key]
            if part.code is ResultCode.OK:  # never longer than the part is there: the next may be another
                self._until_s[part.code] = passed_s + self._pulse_s
            else:
                self._until_s[part.code] = self._running[key] = now_s + self._pulse_s
                if self._good_until_s > passed_s + ROOM_S:  # it met the OK of the part before
                    self.faults.unserved(key, now_s)
                    del self._running[key]
            self._held = self._holds and part.late
        self._offered, self._written_s = (), now_s
        self._running = {key: until_s for key, until_s in self._running.items() if until_s > now_s}

    def cut(self, now_s: float) -> None:
        """See there; a pulse that may have been too short is counted."""
        for key, until_s in self._running.items():
            if until_s > self._written_s:
                self.faults.unserved(key, now_s)
        self._running.clear()

    def lose(self, now_s: float) -> None:
        """See there."""
        for key, part in self._parts.items():
            if part.code is not ResultCode.OK:
                self.faults.unserved(key, now_s)
        self._parts.clear()
        self._offered = ()

    def _decide_late(self, key: str, part: _Part, now_s: float) -> None:
        part.code, part.late = ResultCode.ERROR, True
        self.faults.late(key, now_s)

    def _pass_by(self, key: str, part: _Part, now_s: float) -> None:
        del self._parts[key]
        if part.code is not ResultCode.OK:
            self.faults.unserved(key, now_s)


class Levels:
    """A verdict stands until the next part passes the camera; see `OutputPlan`."""

    def __init__(self) -> None:
        self.faults = GateFaults()
        self._key = ""
        self._code = ResultCode.NONE
        self._low_until_s = 0.0
        self._due, self._shown = False, True  # the verdict should stand at the coils; it stood there

    @property
    def waiting(self) -> int:
        """See there."""
        return int(bool(self._key) and self._code is ResultCode.NONE)

    def part(self, key: str, at_s: float, now_s: float) -> None:  # noqa: ARG002 - as a gate needs it
        """See there; the part before had its time."""
        if self._key and self._code is ResultCode.NONE:
            self.faults.late(self._key, now_s)
            self._key = ""
        self.lose(now_s)
        self._key, self._code, self._shown = key, ResultCode.NONE, False
        self._low_until_s = now_s + GAP_S

    def result(self, key: str, code: ResultCode, now_s: float) -> bool:  # noqa: ARG002 - as a gate needs it
        """See there."""
        if key != self._key or self._code is not ResultCode.NONE:
            return False
        self._code = code
        return True

    def due(self, now_s: float, *, reached: bool = True) -> frozenset[ResultCode]:
        """See there."""
        self._due = reached and self._code is not ResultCode.NONE and now_s >= self._low_until_s
        return frozenset({self._code} if self._due else ())

    def written(self, now_s: float) -> None:  # noqa: ARG002 - as a gate needs it
        """See there."""
        self._shown = self._shown or self._due

    def cut(self, now_s: float) -> None:
        """See there; a verdict that stood is not put out again."""
        self.lose(now_s)

    def lose(self, now_s: float) -> None:
        """See there."""
        if self._key and not self._shown and self._code is not ResultCode.OK:
            self.faults.unserved(self._key, now_s)
        self._key, self._code = "", ResultCode.NONE
