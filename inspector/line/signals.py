"""What controller and station say to one another, whatever the protocol."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from inspector.domain.records import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

#: So many results wait for the controller at most; then Ready goes. Cognex In-Sight buffers as many.
DEPTH = 8


class ResultCode(IntEnum):
    """The verdict at the line. Zero is no verdict: what was never written can never mean good."""

    NONE = 0
    OK = 1
    NOK = 2
    REVIEW = 3
    ERROR = 4


#: What the sensor's input is called among the wires of an I/O module.
TRIGGER = "trigger"
#: And that of the button.
ACKNOWLEDGE = "acknowledge"
#: The code of each verdict.
CODES = MappingProxyType(
    {
        Verdict.PASS: ResultCode.OK,
        Verdict.FAIL: ResultCode.NOK,
        Verdict.REVIEW: ResultCode.REVIEW,
        Verdict.ERROR: ResultCode.ERROR,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineResult:
    """What the line is told of one part.

    Args:
        id: Of its trigger, as the controller gave it.
        code: Never `ResultCode.NONE`.
        score: P(defective), 0..1; None where there is none (ERROR).
        reason: Why, in words; empty for a plain OK.
        part_number: As in the part's row; 0 where there is none yet.
        took_ms: Trigger → the result known here, 0 or more.
        recipe: The recipe that it was judged by; empty where it was not judged in time.
        recipe_version: Its version; 0 without one.

    Raises:
        ValueError: If there is no code.
    """

    id: str
    code: ResultCode
    score: float | None = None
    reason: str = ""
    part_number: int = 0
    took_ms: float = 0.0
    recipe: str = ""
    recipe_version: int = 0

    def __post_init__(self) -> None:
        if self.code is ResultCode.NONE:
            msg = f"the result of part {self.id} has no code"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlcInputs:
    """The levels that the controller holds.

    Args:
        enable: It wants to trigger.
        trigger: ↑ asks for an inspection of the part with `trigger_id`; held until Trigger Ack.
        result_ack: ↑ says that the result was read; held until Valid falls.
        alarm_ack: ↑ says that somebody at the line has seen what `StationOutputs.alarm` was given for.
        trigger_id: The next part's, written before Trigger ↑; empty for none.
        part_serial: Its number, where the controller knows it.
        recipe: The recipe that it must be inspected with; empty for the one in force.
    """

    enable: bool = False
    trigger: bool = False
    result_ack: bool = False
    alarm_ack: bool = False
    trigger_id: str = ""
    part_serial: str = ""
    recipe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationOutputs:
    """The levels that the station holds. All of them low and `result` None means: nothing is known, nothing is good.

    Args:
        online: The line runs.
        ready: The next trigger will be taken.
        trigger_ack: The trigger was taken; `trigger_id` is its echo.
        exposed: The picture is taken, the part may move.
        busy: A part is being inspected.
        valid: `result` can be read; falls with Result Ack ↑.
        alarm: A result was not acknowledged in time, or failures wait for an acknowledgement.
        overdue: The first of the two.
        fault: The station cannot inspect: the line is stopped, starting or broken, or its verdicts come too late.
        not_recorded: The log cannot be written.
        missed: Triggers that were not taken, since the start.
        missed_id: Id of the last of them.
        trigger_id: Of the last trigger that was taken.
        result: The oldest that is not acknowledged.
        waiting: Results that are not acknowledged yet, 0..8.
        not_ready: Why `ready` is low, in words; empty while it is high.
    """

    online: bool = False
    ready: bool = False
    trigger_ack: bool = False
    exposed: bool = False
    busy: bool = False
    valid: bool = False
    alarm: bool = False
    overdue: bool = False
    fault: bool = False
    not_recorded: bool = False
    missed: int = 0
    missed_id: str = ""
    trigger_id: str = ""
    result: LineResult | None = None
    waiting: int = 0
    not_ready: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleState:
    """An I/O module and the gate behind it, as the station knows them.

    Args:
        wires: Level of each input and coil that is wired, by its name; none where the module is not reached.
        places: Where each of them is, as “coil 3”.
        waiting: Parts that have passed the camera, and are not done with.
        late: Parts without a verdict when it was due, since the start.
        unserved: Parts not known to be good that got no signal, since the start.
        alarm: What the last of them was, in words, for some seconds; empty for none.
    """

    wires: Mapping[str, bool] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    waiting: int = 0
    late: int = 0
    unserved: int = 0
    alarm: str = ""
