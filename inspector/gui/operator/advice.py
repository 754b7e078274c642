"""What an operator does now: one plain sentence for each face and for what waits for an acknowledgement."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from inspector.domain.failing import AlarmKind
from inspector.engine.faces import Face

if TYPE_CHECKING:
    from inspector.domain.failing import Failing

#: As the operator's manual has it.
TO_DO = MappingProxyType(
    {
        Face.PASS: "The part is good: nothing to do.",
        Face.FAIL: "The part is defective: take it out.",
        Face.REVIEW: "The station is unsure: set the part aside, it has not passed.",
        Face.ERROR: "The part was not judged: take it out and inspect it again, it is not good.",
        Face.NO_CAMERA: "Look at the camera's cable and the lamp, and restart a camera whose picture stands still.",
        Face.NO_SOURCE: "Look whether the folder or stream that sends the pictures can be reached.",
        Face.NO_LOG: "Hold the belt and call the engineer: results cannot be stored.",
        Face.FAULT: "Press Start (F5) again; if this comes back, call the engineer.",
        Face.TOO_SLOW: "Slow the belt, and take out what has passed.",
        Face.NOT_RELEASED: "Show the challenge parts on Live (F12): nothing is inspected or counted till then.",
        Face.WAITING: "Ready for the next part.",
        Face.STARTING: "Let the belt run empty; take out what passes till then.",
        Face.STOPPED: "Nothing is inspected: press Start (F5).",
        Face.ENDED: "Every part is recorded: press Start (F5) for the next run.",
        Face.WITHHELD: "Judge the part first.",
        Face.NO_PART: "Put a part in front of the camera.",
    }
)
_UNKNOWN = "Call the engineer."
_BY_HAND = "Put a part in front of the camera and press Trigger (space)."
_HELD = "Take the held part out, look at its place, then acknowledge (F8)."
_ALARMS = MappingProxyType(
    {
        AlarmKind.IN_A_ROW: "Look at the last parts, then acknowledge (F8). If it comes back, call the engineer.",
        AlarmKind.YIELD: "Look at the last parts, then acknowledge (F8). If it comes back, call the engineer.",
        AlarmKind.CAUSE: "Tell the engineer what it says, then acknowledge (F8): Statistics shows it in pictures.",
        AlarmKind.UNKNOWN: "Have the last parts looked at on Review, then acknowledge (F8).",
    }
)
_STOPPED = "Mend the cause, acknowledge (F8), then press Start (F5)."


def to_do(face: Face, *, by_hand: bool = False) -> str:
    """Return what to do at a face.

    Args:
        by_hand: Whether parts come by the trigger button only.
    """
    return _BY_HAND if by_hand and face is Face.WAITING else TO_DO.get(face, _UNKNOWN)


def to_acknowledge(failing: Failing) -> str:
    """Return what to do about the gravest that waits for an acknowledgement; empty where nothing does."""
    if failing.stopped:
        return _STOPPED
    if failing.held is not None:
        return _HELD
    return _ALARMS[failing.alarms[0].kind] if failing.alarms else ""
