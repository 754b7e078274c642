"""What is shown of the line in one word, from its state alone: in the window, and to those who look from elsewhere."""

from __future__ import annotations

from enum import Enum

from inspector.domain.records import Verdict
from inspector.domain.source import is_live
from inspector.engine.status import EngineStatus, Pace, RunState, SourceState


class Face(Enum):
    """What can be said."""

    PASS = "PASS"  # noqa: S105 - a verdict
    FAIL = "FAIL"
    REVIEW = "REVIEW"
    ERROR = "ERROR"
    NO_CAMERA = "NO CAMERA"
    NO_SOURCE = "NO SOURCE"
    NO_LOG = "NOT RECORDED"
    FAULT = "LINE FAULT"
    NOT_RELEASED = "NOT RELEASED"
    TOO_SLOW = "TOO SLOW"
    WAITING = "READY"
    STARTING = "STARTING"
    STOPPED = "STOPPED"
    ENDED = "END OF SOURCE"
    WITHHELD = "BLIND"  #: in an audit, until the part has been judged
    NO_PART = "NO PART"


#: The face of each verdict.
FACES = {
    Verdict.PASS: Face.PASS,
    Verdict.FAIL: Face.FAIL,
    Verdict.REVIEW: Face.REVIEW,
    Verdict.ERROR: Face.ERROR,
}
_FAULTS = frozenset({Face.NO_CAMERA, Face.NO_SOURCE, Face.NO_LOG, Face.FAULT, Face.TOO_SLOW, Face.NOT_RELEASED})


def is_fault(face: Face) -> bool:
    """Return whether a face says that the line cannot be trusted now."""
    return face in _FAULTS


def face_of(status: EngineStatus, last: Verdict | None) -> Face:  # noqa: C901, PLR0911 - one line for each state
    """Say what the verdict panel shows. A verdict is shown only while everything works.

    Args:
        status: How the line is doing.
        last: Verdict of the last part of this run; None where there is none, or it is old.
    """
    runs = status.state is RunState.RUNNING
    if status.state is RunState.FAULT or status.model_fault or (runs and status.view_fault):
        return Face.FAULT
    if status.source_state is SourceState.ENDED and status.state is not RunState.STARTING:
        return Face.ENDED if last is None else FACES[last]
    if status.state in (RunState.IDLE, RunState.STOPPING):
        return Face.STOPPED
    if status.log_fault:
        return Face.NO_LOG
    if status.source_state is SourceState.LOST:
        return Face.NO_CAMERA if is_live(status.source) else Face.NO_SOURCE
    if status.state is RunState.STARTING or status.source_state is SourceState.CONNECTING:
        return Face.STARTING
    if status.release.holds:
        return Face.NOT_RELEASED
    if status.silent:  # whatever was seen before: parts pass now, and nothing looks at them
        return Face.TOO_SLOW
    if status.unseen:
        return Face.STARTING
    if status.pace is Pace.TOO_SLOW:
        return Face.TOO_SLOW
    return Face.WAITING if last is None else FACES[last]
