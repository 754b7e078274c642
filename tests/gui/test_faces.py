"""What stands under a panel that shows no verdict: what is awaited, or what is too slow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inspector.domain.source import DEMO
from inspector.engine.faces import Face, face_of
from inspector.engine.status import EngineStatus, Pace, RunState, SourceState
from inspector.gui.station.face_words import explained
from tests.outputs.samples import MODEL

LIVE = EngineStatus(state=RunState.RUNNING, source=str(DEMO), source_state=SourceState.LIVE, model=MODEL)
LEARNING = "Learning the empty belt: let it run without parts. They are not seen yet."
GONE = "No picture for 2 s: parts are not seen."
LATE = "Too late: 1.32 s from trigger to verdict, 1.00 s are allowed. Slow the line or use a faster device."


@pytest.mark.parametrize(
    ("changes", "face", "words"),
    [
        ({"unseen": LEARNING}, Face.STARTING, LEARNING),
        (
            {"unseen": LEARNING, "state": RunState.STARTING, "model": None},
            Face.STARTING,
            "Loading the model: parts are not inspected yet.",
        ),
        ({"pace": Pace.TOO_SLOW, "pace_message": LATE}, Face.TOO_SLOW, LATE),
        ({"unseen": GONE, "silent": True}, Face.TOO_SLOW, GONE),
        (
            {"unseen": GONE, "silent": True, "pace": Pace.TOO_SLOW, "pace_message": LATE},
            Face.TOO_SLOW,
            f"{GONE} {LATE}",
        ),
        (
            {"unseen": GONE, "silent": True, "state": RunState.IDLE},
            Face.STOPPED,
            "The line does not run. Press Start (F5).",
        ),
        ({"pace": Pace.STRAINED, "pace_message": "4 of the last 33 pictures were skipped."}, Face.WAITING, None),
    ],
)
def test_what_is_awaited_or_too_slow_is_said(changes: dict[str, object], face: Face, words: str | None) -> None:
    status = replace(LIVE, **changes)  # type: ignore[arg-type]
    assert face_of(status, None) is face
    assert explained(face, status) == (words or "The line runs. No part for a minute, or none yet.")


def test_who_triggers_by_hand_is_told_how() -> None:
    words = "The line runs. Press Trigger (space) when a part is there."
    assert explained(Face.WAITING, LIVE, by_hand=True) == words


@pytest.mark.parametrize(("model", "words"), [(None, " and loading the model"), (MODEL, "")])
def test_a_source_that_is_being_connected_is_named(model: object, words: str) -> None:
    status = replace(LIVE, source_state=SourceState.CONNECTING, state=RunState.STARTING, model=model)  # type: ignore[arg-type]
    assert explained(Face.STARTING, status).startswith(f"Connecting Demo line{words} (")
