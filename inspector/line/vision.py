"""What OPC 40100-1 (machine vision) makes of the hand-shake: its states and transitions, and what a result says.

Names and numbers are those of the specification, version 1.0. Pure: nothing here knows a library of OPC UA.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from inspector.line.signals import LineResult, ResultCode

if TYPE_CHECKING:
    from inspector.line.desk import LineSurvey

_MOST_ID = 0xFFFFFFFF


class VisionState(Enum):
    """A state of the VisionStateMachine; the last three are those of its automatic mode, within Operational."""

    PREOPERATIONAL = "Preoperational"
    HALTED = "Halted"
    ERROR = "Error"
    INITIALIZED = "Initialized"
    READY = "Ready"
    SINGLE = "SingleExecution"

    @property
    def top(self) -> str:
        """The state of the VisionStateMachine."""
        return "Operational" if self.automatic else self.value

    @property
    def automatic(self) -> str:
        """The state of the AutomaticModeStateMachine; empty where that is not active."""
        return self.value if self in _AUTOMATIC else ""


_AUTOMATIC = frozenset({VisionState.INITIALIZED, VisionState.READY, VisionState.SINGLE})


class SystemState(IntEnum):
    """SystemStateDataType, as far as the station tells one from another."""

    PRODUCTION = 1
    STAND_BY = 2
    UNSCHEDULED_DOWN = 5
    NON_SCHEDULED = 6


class ResultState(IntEnum):
    """ResultStateDataType. Nothing but OK is Completed: who looks no further cannot take another part for good.

    Values below zero are the application's own.
    """

    UNDEFINED = 0
    COMPLETED = 1
    FAILED = 4
    NOK = -2
    REVIEW = -3


#: The state of each verdict's result.
RESULT_STATES = MappingProxyType(
    {
        ResultCode.OK: ResultState.COMPLETED,
        ResultCode.NOK: ResultState.NOK,
        ResultCode.REVIEW: ResultState.REVIEW,
        ResultCode.ERROR: ResultState.FAILED,
    }
)

_SYSTEM_STATES = MappingProxyType(
    {
        VisionState.PREOPERATIONAL: SystemState.NON_SCHEDULED,
        VisionState.HALTED: SystemState.NON_SCHEDULED,
        VisionState.ERROR: SystemState.UNSCHEDULED_DOWN,
        VisionState.INITIALIZED: SystemState.STAND_BY,
        VisionState.READY: SystemState.STAND_BY,
        VisionState.SINGLE: SystemState.PRODUCTION,
    }
)


@dataclass(frozen=True, slots=True)
class VisionStep:
    """One transition of a state machine.

    Args:
        before: The state that it leaves.
        after: The state that it leads to.
        transition: Its name in the specification.
    """

    before: VisionState
    after: VisionState
    transition: str

    @property
    def of(self) -> str:
        """The state machine: “VisionStateMachine” or “AutomaticModeStateMachine”."""
        inside = self.before.automatic and self.after.automatic
        return "AutomaticModeStateMachine" if inside else "VisionStateMachine"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionJob:
    """A part that was triggered.

    Args:
        id: Unique among all jobs of this station.
        trigger_id: As in the part's row.
        meas_id: The client's id of the run; empty for none.
        part_id: The part's serial number; empty for none.
        recipe_id: The recipe that was asked for; empty for any.
    """

    id: str
    trigger_id: str
    meas_id: str = ""
    part_id: str = ""
    recipe_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionResult:
    """A result as the specification has it; its id is the job's, which has no other.

    Args:
        created: When it was known, UTC.
    """

    job: VisionJob
    result: LineResult
    created: datetime

    @property
    def state(self) -> ResultState:
        """Whether the job was carried out; COMPLETED for OK only."""
        return RESULT_STATES[self.result.code]

    @property
    def started(self) -> datetime:
        """When the part was triggered, UTC."""
        return self.created - timedelta(milliseconds=self.result.took_ms)

    @property
    def content(self) -> tuple[str, float | None, str, int, str]:
        """Verdict (OK, NOK, REVIEW, ERROR), P(defective) or None, the reason, the part's number, its trigger id."""
        result = self.result
        return result.code.name, result.score, result.reason, result.part_number, result.id


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFilter:
    """What results are asked for; empty texts and the state 0 stand for any."""

    state: int = 0
    meas_id: str = ""
    part_id: str = ""
    recipe_id: str = ""
    recipe: str = ""
    job_id: str = ""

    def takes(self, result: VisionResult) -> bool:
        """Whether the result is among them."""
        job = result.job
        pairs = (
            (self.meas_id, job.meas_id),
            (self.part_id, job.part_id),
            (self.recipe_id, job.recipe_id),
            (self.recipe, result.result.recipe),
            (self.job_id, job.id),
        )
        return self.state in {0, result.state} and all(not wanted or wanted == has for wanted, has in pairs)


def state_of(survey: LineSurvey, *, enable: bool, halted: bool) -> VisionState:
    """Return the state that the line is in.

    Args:
        enable: The controller wants to trigger.
        halted: It has called Halt, and not Reset.
    """
    outputs = survey.outputs
    if halted:
        return VisionState.HALTED
    if survey.broken or (outputs.online and (outputs.fault or outputs.not_recorded)):
        return VisionState.ERROR
    if not outputs.online or not enable:
        return VisionState.PREOPERATIONAL
    if not survey.held_back:
        return VisionState.READY
    return VisionState.SINGLE if outputs.busy else VisionState.INITIALIZED


def system_state(state: VisionState) -> SystemState:
    """Return what the SystemState says."""
    return _SYSTEM_STATES[state]


def steps(before: VisionState, after: VisionState, cause: str = "") -> tuple[VisionStep, ...]:
    """Return the transitions that lead from a state to another; the specification has no others.

    Args:
        cause: The method that was called: Halt, Reset, SelectModeAutomatic or StartSingleJob; empty where the station
            does it of itself.
    """
    passed, result = before, []
    while passed is not after:
        following = _following(passed, after)
        result.append(VisionStep(passed, following, _transition(passed, following, cause)))
        passed = following
    return tuple(result)


def _following(now: VisionState, goal: VisionState) -> VisionState:
    """Return the next state on the way."""
    if goal.automatic and now in {VisionState.HALTED, VisionState.PREOPERATIONAL}:
        return VisionState.PREOPERATIONAL if now is VisionState.HALTED else VisionState.INITIALIZED
    if now is VisionState.HALTED:
        return VisionState.PREOPERATIONAL
    inside = now.automatic and goal.automatic
    return VisionState.READY if inside and VisionState.READY not in {now, goal} else goal


def _transition(before: VisionState, after: VisionState, cause: str) -> str:
    """Return the name of a transition; of itself where the method does not cause this one."""
    if before.automatic and after.automatic:
        called = cause == "StartSingleJob" and after is VisionState.SINGLE
        return f"{before.value}To{after.value}{'' if called else 'Auto'}"
    if before is VisionState.PREOPERATIONAL and after is VisionState.INITIALIZED:
        return f"PreoperationalToInitialized{'' if cause == 'SelectModeAutomatic' else 'Auto'}"
    causes = {VisionState.HALTED: "Halt", VisionState.PREOPERATIONAL: "Reset"}
    called = bool(cause) and causes.get(after) == cause
    return f"{before.top}To{after.top}{'' if called else 'Auto'}"


def trigger_number(meas_id: str) -> int | None:
    """Return the trigger id that the client's MeasId is: a number from 1 to 4294967295; None for any other text."""
    number = int(meas_id) if meas_id.isascii() and meas_id.isdecimal() and len(meas_id) <= len(str(_MOST_ID)) else 0
    return number if 1 <= number <= _MOST_ID else None
