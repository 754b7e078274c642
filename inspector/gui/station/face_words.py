"""Why the verdict panel says what is no verdict, and what an empty picture view says."""

from __future__ import annotations

from datetime import datetime

from inspector.domain.sentence import sentence
from inspector.domain.source import label_of
from inspector.engine.faces import Face
from inspector.engine.status import EngineStatus, RunState, SourceState

#: What an empty picture view says.
EMPTY_VIEW = {
    Face.STOPPED: "Start the line, or drop a picture here to try it",
    Face.NO_CAMERA: "No picture from the camera",
    Face.NO_SOURCE: "No picture from the source",
    Face.FAULT: "The line has stopped with a fault",
    Face.ENDED: "The source has ended",
}
#: The same in a kiosk, where nothing can be dropped.
EMPTY_IN_KIOSK = {Face.STOPPED: "Press Start to start the line"}


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
        Face.FAULT: status.fault or status.model_fault or status.view_fault,
        Face.NO_LOG: status.log_fault,
        Face.NOT_RELEASED: f"{status.release.why}. Nothing is counted.",
        Face.STARTING: _starting(status),
        Face.TOO_SLOW: f"{status.unseen} {status.pace_message}".strip(),
        Face.STOPPED: f"{status.failing.stopped or 'The line does not run'}. Press Start (F5).",
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
