"""The wiring of a Modbus I/O module at the line: which input triggers, which coil says what, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from inspector.domain.about import About, check_limits, told

if TYPE_CHECKING:
    from collections.abc import Mapping


class OutputKind(StrEnum):
    """How a verdict stands at the coils."""

    LEVEL = "level"  #: until the next part's trigger
    PULSE = "pulse"  #: for a time, when the part is at the gate


class LateAction(StrEnum):
    """What the gate does with a part that has no verdict when it comes there; it never passes as good."""

    REJECT = "reject"  #: this part gets the pulse of an ERROR
    HOLD = "hold"  #: and the coil stays high until a part comes that was decided in time


class Coil(StrEnum):
    """What a coil can say."""

    OK = "ok"
    NOK = "nok"
    REVIEW = "review"
    ERROR = "error"
    READY = "ready"
    BUSY = "busy"
    FAULT = "fault"
    ALARM = "alarm"
    HEARTBEAT = "heartbeat"


def _coil(title: str, description: str, *, empty: str = "not wired", default: int | None = None) -> int | None:
    about = About(title, low=0, high=65535, empty=empty, description=description)
    value: int | None = field(default=default, metadata=told(about))
    return value


def _pulse(title: str, *, unit: str = "", low: float, high: float, description: str) -> Mapping[str, About]:
    return told(About(title, unit=unit, low=low, high=high, description=description, only=(OutputKind.PULSE,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class IoOptions:
    """The wiring; what each field does stands beside it. Coils and inputs are counted from 0.

    Raises:
        ValueError: If a value is outside its range.
    """

    trigger: int | None = field(
        default=0,
        metadata=told(
            About(
                "Trigger input",
                low=0,
                high=65535,
                empty="none: the recipe's own trigger",
                description="discrete input of the sensor; its rising edge is a part",
            )
        ),
    )
    debounce_ms: int = field(
        default=0,
        metadata=told(About("Debounce", unit="ms", low=0, high=1000, description="so long the input must stay high")),
    )
    acknowledge: int | None = field(
        default=None,
        metadata=told(
            About(
                "Acknowledge input",
                low=0,
                high=65535,
                empty="not wired",
                description="discrete input of a button at the machine; it acknowledges what failures have set off",
            )
        ),
    )
    kind: OutputKind = field(
        default=OutputKind.LEVEL,
        metadata=told(About("Verdict", description="a level until the next part, or a pulse at a gate downstream")),
    )
    pulse_ms: int = field(
        default=100, metadata=_pulse("Pulse", unit="ms", low=10, high=10_000, description="how long the gate is driven")
    )
    delay_ms: int = field(
        default=1000,
        metadata=_pulse(
            "Gate delay", unit="ms", low=0, high=600_000, description="from trigger to gate, where there is no encoder"
        ),
    )
    encoder: int | None = field(
        default=None,
        metadata=told(
            About(
                "Encoder register",
                low=0,
                high=65535,
                empty="none: the belt's speed never changes",
                description="input register with the (low) word of an encoder's count",
                only=(OutputKind.PULSE,),
            )
        ),
    )
    delay_counts: int = field(
        default=1000,
        metadata=_pulse("Gate distance", unit="counts", low=0, high=1_000_000, description="of the encoder"),
    )
    late: LateAction = field(
        default=LateAction.REJECT,
        metadata=told(
            About(
                "No verdict at the gate",
                description="reject that part, or hold the coil until one comes that was decided in time",
                only=(OutputKind.PULSE,),
            )
        ),
    )
    ok: int | None = _coil("OK coil", "the part is good", default=0)
    nok: int | None = _coil("NOK coil", "the part fails", default=1)
    review: int | None = _coil("REVIEW coil", "the part is doubtful", empty="the NOK coil")
    error: int | None = _coil("ERROR coil", "the part could not be judged, or not in time", empty="the NOK coil")
    ready: int | None = _coil("Ready coil", "the next part will be inspected", default=2)
    busy: int | None = _coil("Busy coil", "a part is being inspected; needs a trigger input")
    fault: int | None = _coil("Fault coil", "the station cannot inspect or record")
    alarm: int | None = _coil("Alarm coil", "failures wait for somebody, or a part had no verdict or signal (5 s)")
    heartbeat: int | None = _coil("Heartbeat coil", "changes every 500 ms while the station lives")

    def __post_init__(self) -> None:
        check_limits(self)

    @property
    def coils(self) -> dict[Coil, int]:
        """Each coil that is wired."""
        places = ((coil, getattr(self, coil.value)) for coil in Coil)
        return {coil: place for coil, place in places if place is not None}

    @property
    def wrong(self) -> str:
        """Why the wiring cannot be used, in words; empty where it can."""
        coils = self.coils
        by_place: dict[int, list[str]] = {}
        for coil, place in coils.items():
            by_place.setdefault(place, []).append(coil.name)
        for place, names in by_place.items():
            if len(names) > 1:
                return f"coil {place} cannot say {' and '.join(names)}"
        if self.acknowledge is not None and self.acknowledge == self.trigger:
            return f"input {self.trigger} cannot be trigger and acknowledge"
        lost = [coil.name for coil in (Coil.REVIEW, Coil.ERROR) if coil not in coils]
        if Coil.NOK not in coils:
            return f"no coil says {', '.join(['NOK', *lost])}"
        return ""
