"""What the verdict panel says, and why, from the state of the line alone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from inspector.domain.source import is_live, label_of
from inspector.engine.status import EngineStatus, Pace, RunState, SourceState
from inspector.gui.widgets.verdict import FACES, Face
from inspector.gui.words import sentence

if TYPE_CHECKING:
    from inspector.domain.records import Verdict

#: What an empty picture view says.
EMPTY_VIEW = {
    Face.STOPPED: "Start the line, or drop a picture here to try it",
    Face.NO_CAMERA: "No picture from the camera",
    Face.NO_SOURCE: "No picture from the source",
    Face.FAULT: "The line has stopped with a fault",
    Face.ENDED: "The source has ended",
}


def face_of(status: EngineStatus, last: Verdict | None) -> Face:  # noqa: PLR0911 - one line for each state
    """Say what the verdict panel shows. A verdict is shown only while everything works.

    Args:
        status: How the line is doing.
        last: Verdict of the last part of this run; None where there is none, or it is old.
    """
    if status.state is RunState.FAULT or status.model_fault:
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
    if status.silent:  # whatever was seen before: parts pass now, and nothing looks at them
        return Face.TOO_SLOW
    if status.unseen:
        return Face.STARTING
    if status.pace is Pace.TOO_SLOW:
        return Face.TOO_SLOW
    return Face.WAITING if last is None else FACES[last]


def explained(face: Face, status: EngineStatus, *, by_hand: bool = False) -> str:
    """Say in words what a face means that is no verdict.

    Args:
        face: What the panel shows.
        status: How the line is doing.
        by_hand: Whether parts come by the trigger button only.
    """
    next_part = "Press Trigger (space) when a part is there." if by_hand else "No part for a minute, or none yet."
    words = {
        Face.NO_CAMERA: f"{status.source_message} Nothing is inspected meanwhile.",
        Face.NO_SOURCE: f"{status.source_message} Nothing is inspected meanwhile.",
        Face.FAULT: status.fault or status.model_fault,
        Face.NO_LOG: status.log_fault,
        Face.STARTING: _starting(status),
        Face.TOO_SLOW: f"{status.unseen} {status.pace_message}".strip(),
        Face.STOPPED: "The line does not run. Press Start (F5).",
        Face.ENDED: "The source has ended. Every part is in the log.",
        Face.WAITING: f"The line runs. {next_part}",
    }
    return sentence(words.get(face, ""))


def _starting(status: EngineStatus) -> str:
    """Say what is awaited: the source, the model, or what the trigger needs."""
    if status.source_state is SourceState.CONNECTING:
        model = " and loading the model" if status.model is None else ""
        return f"Connecting {label_of(status.source)}{model} ({datetime.now().astimezone():%H:%M})."
    if status.state is RunState.STARTING:
        return "Loading the model: parts are not inspected yet."
    return status.unseen
