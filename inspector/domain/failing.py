"""What parts that did not pass set off: one is held until somebody has seen it, several give an alarm or stop the line.

Only a PASS is good here: FAIL, REVIEW and ERROR count alike, so what was not judged can never look like a good part.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime  # noqa: TC003 - what waits is read from a file by its types
from enum import Enum

from inspector.domain.about import About, check_limits, told
from inspector.domain.counts import counted
from inspector.domain.records import Verdict


class Latch(Enum):
    """After which verdict the station holds the part until somebody acknowledges it."""

    OFF = "off"
    FAIL = "fail"
    NOT_PASSED = "fail-review-error"

    def holds(self, verdict: Verdict) -> bool:
        """Return whether a part with this verdict is held."""
        return verdict in _LATCHED[self]


_LATCHED: dict[Latch, frozenset[Verdict]] = {
    Latch.OFF: frozenset(),
    Latch.FAIL: frozenset({Verdict.FAIL}),
    Latch.NOT_PASSED: frozenset({Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR}),
}


class FailAction(Enum):
    """What a rule does once it holds."""

    ALARM = "alarm"
    STOP = "stop-the-line"  #: and the alarm says why


@dataclass(frozen=True, slots=True, kw_only=True)
class FailConfig:
    """What becomes of the line after parts that did not pass; what each value does stands beside it.

    Raises:
        ValueError: If a value is outside its range.
    """

    latch: Latch = field(
        default=Latch.OFF,
        metadata=told(
            About(
                "Hold the part", description="until it is acknowledged; no trigger of line or hand is taken till then"
            )
        ),
    )
    in_a_row: int = field(
        default=0,
        metadata=told(
            About("Failures in a row", description="so many parts that are no PASS; 0 is off", low=0, high=10_000)
        ),
    )
    in_a_row_does: FailAction = field(default=FailAction.ALARM, metadata=told(About("So many in a row")))
    yield_below: float = field(
        default=0.0,
        metadata=told(
            About(
                "Yield below", unit="%", description="% of the last parts that are PASS; 0 is off", low=0.0, high=100.0
            )
        ),
    )
    yield_over: int = field(
        default=100,
        metadata=told(
            About("Over the last", unit="parts", description="not before so many have come", low=1, high=10_000)
        ),
    )
    yield_does: FailAction = field(default=FailAction.ALARM, metadata=told(About("So low a yield")))
    escapes_above: float = field(
        default=0.0,
        metadata=told(
            About(
                "Escapes above",
                unit="%",
                description="% of the defective parts pass, by the blind audit: takes the model before back; 0 is off",
                low=0.0,
                high=100.0,
            )
        ),
    )
    sound: bool = field(
        default=True, metadata=told(About("Sound", description="every two seconds until it is acknowledged"))
    )

    def __post_init__(self) -> None:
        check_limits(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPart:
    """The part that is held.

    Args:
        number: Running number of what is to be acknowledged.
        part_number: Its number within its lot.
        called: What the line calls it; may be empty.
        verdict: Why it is held.
        since: When it was captured.
        more: Parts since then that would have been held too.
        sound: It is to be heard.
        earlier: It is held since before the program started.
    """

    number: int
    part_number: int
    called: str
    verdict: Verdict
    since: datetime
    more: int = 0
    sound: bool = True
    earlier: bool = False

    @property
    def words(self) -> str:
        """Which part it is and why, as one sentence."""
        name = f" ({self.called})" if self.called else ""
        more = f"; {counted(self.more, 'further part')} did not pass since" if self.more else ""
        at = _time(self.since, earlier=self.earlier)
        return f"part {self.part_number:,}{name} is held: {self.verdict.value} at {at}{more}"


class AlarmKind(Enum):
    """What gave an alarm."""

    IN_A_ROW = "in a row"
    YIELD = "yield"
    CAUSE = "cause"  #: lamp, lens, fixture or process has moved
    UNKNOWN = "unknown"  #: what waited when the program ended cannot be read


@dataclass(frozen=True, slots=True, kw_only=True)
class FailAlarm:
    """An alarm that nobody has acknowledged yet.

    Args:
        number: Running number of what is to be acknowledged.
        since: Of a row, when its first part was captured; of the yield, when its last one was; else when it was found.
        count: Of a row, its parts; of the yield, the parts that passed.
        over: Of the yield, among so many parts.
        below: Of the yield, its limit in %.
        times: How often it came since it was acknowledged last, 1 or more.
        stops: The line was stopped.
        sound: It is to be heard.
        earlier: It was given before the program started.
        said: Of a cause, what has moved, and how.
    """

    number: int
    kind: AlarmKind
    since: datetime
    count: int = 0
    over: int = 0
    below: float = 0.0
    times: int = 1
    stops: bool = False
    sound: bool = True
    earlier: bool = False
    said: str = ""

    @property
    def words(self) -> str:
        """What, how many, since when, as one sentence."""
        at = _time(self.since, earlier=self.earlier)
        if self.kind is AlarmKind.CAUSE:
            return f"{self.said}, since {at}, {counted(self.count, 'part')}"
        if self.kind is AlarmKind.UNKNOWN:
            return (
                "what waited for an acknowledgement when the program ended cannot be read: look at the last parts on "
                "Review"
            )
        if self.kind is AlarmKind.IN_A_ROW:
            what = f"{counted(self.count, 'part')} in a row did not pass, since {at}"
        else:
            rate = 100 * self.count / self.over
            what = (
                f"yield {rate:.1f} %, below {self.below:g} %: {self.count:,} of the last "
                f"{counted(self.over, 'part')} passed, at {at}"
            )
        again = f"; {self.times} times since the last acknowledgement" if self.times > 1 else ""
        return f"{'the line was stopped: ' if self.stops else ''}{what}{again}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """What waits for an acknowledgement.

    Args:
        held: The first part since the last acknowledgement that the recipe holds; None where it holds none.
        alarms: At most one of each kind.
        unkept: Why it would be forgotten if the program ended now; empty where it would not.
    """

    held: HeldPart | None = None
    alarms: tuple[FailAlarm, ...] = ()
    unkept: str = ""

    @property
    def waits(self) -> bool:
        """Whether anything does."""
        return self.held is not None or bool(self.alarms)

    @property
    def newest(self) -> int:
        """Number of the newest that waits; 0 for none."""
        return max((waiting.number for waiting in self._all()), default=0)

    @property
    def words(self) -> tuple[str, ...]:
        """What waits, one sentence each, the gravest first."""
        forgotten = f"; with the program's end this is forgotten: {self.unkept}" if self.unkept else ""
        return tuple(f"{waiting.words}{forgotten}" for waiting in self._all())

    @property
    def sound(self) -> bool:
        """Whether it is to be heard."""
        return any(waiting.sound for waiting in self._all())

    @property
    def no_trigger(self) -> str:
        """Why no trigger is taken, as one sentence; empty where they are."""
        return "" if self.held is None else f"{self.held.words}, and is not acknowledged"

    @property
    def stopped(self) -> str:
        """Why the line was stopped, as one sentence; empty where it was not."""
        return next((alarm.words for alarm in self.alarms if alarm.stops), "")

    @property
    def stopped_now(self) -> bool:
        """Whether the line was stopped since the program started."""
        return any(alarm.stops and not alarm.earlier for alarm in self.alarms)

    def without(self, seen: int) -> Failing:
        """Return what is left once everything up to a number is acknowledged."""
        held = self.held if self.held is not None and self.held.number > seen else None
        return replace(self, held=held, alarms=tuple(alarm for alarm in self.alarms if alarm.number > seen))

    def beside(self, earlier: Failing) -> Failing:
        """Return this, and what was left from before the program started where nothing of the kind waits here."""
        last, kinds = self.newest, {alarm.kind for alarm in self.alarms}
        held = self.held
        if held is None and earlier.held is not None:
            held = replace(earlier.held, number=last + earlier.held.number, earlier=True)
        left = (alarm for alarm in earlier.alarms if alarm.kind not in kinds)
        alarms = (replace(alarm, number=last + alarm.number, earlier=True) for alarm in left)
        return replace(self, held=held, alarms=(*self.alarms, *alarms))

    def _all(self) -> tuple[HeldPart | FailAlarm, ...]:
        held = () if self.held is None else (self.held,)
        return (*sorted(self.alarms, key=lambda alarm: not alarm.stops), *held)


NOTHING_WAITS = Failing()


def _time(when: datetime, *, earlier: bool) -> str:
    """Return a time of the day, with its day where that need not be today."""
    return f"{when.astimezone():%Y-%m-%d %H:%M:%S}" if earlier else f"{when.astimezone():%H:%M:%S}"
