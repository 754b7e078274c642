"""A line that is not released: nothing is counted, the challenge's parts are no parts, and what releases it is told."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from inspector.domain.challenge import ChallengePart, ChallengeWay, KnownAs
from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.errors import EngineError
from inspector.domain.records import Part
from inspector.engine.engine import Engine
from inspector.engine.faces import Face, face_of
from inspector.engine.job import LineJob
from inspector.engine.status import RunState
from inspector.release.parts import ReleaseParts
from inspector.release.pictures import ChallengePictures
from tests.engine.fakes import BAD, GOOD, FakeSource, Listener, MemoryLog, frame, make_job
from tests.engine.test_line_triggers import Camera, event
from tests.release.kit import PIM, SHIFTS, ReleaseStation, recipe
from tests.waits import until


class Rig:
    """A line with a challenge, on a camera or on files."""

    def __init__(self, root: Path, mode: TriggerMode = TriggerMode.EXTERNAL, **challenge: object) -> None:
        self.station, self.pictures = ReleaseStation(root), ChallengePictures(root)
        self.log, self.listener, self.engine, self.camera = MemoryLog(), Listener(), Engine(), Camera()
        made = recipe(**challenge)  # type: ignore[arg-type]
        self.recipe = made.model_copy(update={"trigger": TriggerConfig(mode=mode, frame_within_s=60.0)})
        self.engine.subscribe(self.listener)

    def job(self, **changes: object) -> LineJob:
        parts = ReleaseParts(record=self.station.restarted(), pictures=self.pictures, shift_starts=SHIFTS)
        return make_job(self.camera, self.log, recipe=self.recipe, release=parts, **changes)

    def start(self) -> None:
        self.engine.start(self.job())
        until(lambda: self.engine.status().state is RunState.RUNNING and self.engine.status().release.known)

    def asks(self, name: str, grey: int) -> None:
        """Have the line trigger, and show what lies there."""
        self.engine.trigger(event(name))
        self.camera.show(grey)

    def shows(self, *greys: int) -> None:
        for number, grey in enumerate(greys):
            self.asks(f"c{number}", grey)
            self.wait_shown(number + 1)

    def wait_shown(self, count: int) -> None:
        """Wait until so many parts are judged, or the challenge has ended."""

        def judged() -> bool:
            attempt = self.engine.status().release.attempt
            return attempt is None or len(attempt.answers) >= count

        until(judged)


@pytest.fixture
def rig(tmp_path: Path) -> Generator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.engine.stop()


def test_the_line_is_not_ready_and_counts_nothing_until_its_triggers_have_shown_the_parts(rig: Rig) -> None:
    rig.start()
    status = rig.engine.status()
    assert face_of(status, None) is Face.NOT_RELEASED
    assert rig.engine.readiness() == "not released: the challenge has not been passed yet"
    rig.asks("too early", GOOD)
    until(lambda: rig.engine.status().missed_triggers == 1)

    rig.engine.begin_challenge(PIM, ChallengeWay.CAMERA)
    rig.shows(GOOD, BAD)
    until(lambda: not rig.engine.readiness())
    assert face_of(rig.engine.status(), None) is Face.WAITING
    assert rig.log.committed == []

    rig.asks("first", GOOD)
    rig.listener.until(lambda: rig.listener.verdicts == ["PASS"])
    assert [part.trigger_id for part in rig.log.committed] == ["first"]
    kept = list((rig.station.root / "challenges" / "shown").rglob("*.png"))
    assert len(kept) == 2


def test_a_wrong_verdict_is_said_and_the_next_start_is_not_released_either(rig: Rig) -> None:
    rig.start()
    rig.engine.begin_challenge(PIM, ChallengeWay.CAMERA)
    rig.shows(GOOD, GOOD)
    state = rig.engine.status().release
    assert state.last is not None
    assert "“burr” (B-07), is known to be defective and was judged PASS" in state.last.words
    rig.engine.stop()
    rig.start()
    assert "not released" in rig.engine.readiness()


def test_a_trigger_by_hand_shows_a_part_and_none_is_taken_without_a_challenge(tmp_path: Path) -> None:
    rig = Rig(tmp_path, TriggerMode.MANUAL)
    rig.start()
    with pytest.raises(EngineError, match="not released"):
        rig.engine.fire_trigger()
    rig.engine.begin_challenge(PIM, ChallengeWay.CAMERA)
    for number, grey in enumerate((GOOD, BAD)):
        rig.engine.fire_trigger()
        rig.camera.show(grey)
        rig.wait_shown(number + 1)
    until(lambda: not rig.engine.status().release.holds)
    rig.engine.stop()
    assert rig.log.committed == []


def test_the_picture_of_a_challenge_that_was_left_is_nobodys(rig: Rig) -> None:
    rig.start()
    rig.engine.begin_challenge(PIM, ChallengeWay.CAMERA)
    rig.engine.trigger(event("late"))
    rig.engine.leave_challenge()
    rig.engine.begin_challenge(PIM, ChallengeWay.CAMERA)
    rig.camera.show(BAD)  # for the trigger of before
    rig.asks("c0", GOOD)
    rig.wait_shown(1)
    attempt = rig.engine.status().release.attempt
    assert attempt is not None
    assert [answer.verdict.value for answer in attempt.answers] == ["PASS"]
    rig.asks("c1", BAD)
    rig.wait_shown(2)
    rig.engine.stop()
    assert rig.log.committed == []


def test_a_part_that_comes_before_its_trigger_is_taken_is_the_challenges(rig: Rig) -> None:
    rig.start()
    rig.engine.begin_challenge(PIM, ChallengeWay.CAMERA)
    line = rig.engine._line
    assert line is not None
    part = Part(frame=frame(1), region=None, triggered_s=0.0, trigger="external", trigger_id="c0")
    sorted_there: list[object] = []

    def take() -> str:
        sorted_there.append(line.release.sort(part))
        return ""

    assert line.release.ask("c0", take) == ""
    assert sorted_there == [replace(part, challenge=True)]


@pytest.mark.parametrize(("mode", "takes_the_first"), [(TriggerMode.PART_SETTLED, True), (TriggerMode.INTERVAL, False)])
def test_parts_that_pass_unreleased_are_not_taken_and_one_at_a_time_is_the_challenges(
    tmp_path: Path, mode: TriggerMode, *, takes_the_first: bool
) -> None:
    rig = Rig(tmp_path, mode)
    rig.start()
    line = rig.engine._line
    assert line is not None
    part = Part(frame=frame(1), region=None, triggered_s=0.0, trigger=mode.value)
    assert line.release.sort(part) is None
    rig.engine.begin_challenge(PIM, ChallengeWay.CAMERA)
    assert line.release.sort(part) == (replace(part, challenge=True) if takes_the_first else None)
    assert line.release.sort(part) is None  # until the first is answered
    rig.engine.leave_challenge()
    assert rig.engine.status().release.last is not None
    rig.engine.stop()
    assert rig.log.committed == []


def test_files_wait_until_their_pictures_are_replayed(tmp_path: Path) -> None:
    def part(name: str, expected: KnownAs, grey: int) -> ChallengePart:
        path = tmp_path / f"{name}.png"
        cv2.imwrite(str(path), frame(1, grey).image)
        return ChallengePart(name=name, expected=expected, picture=ChallengePictures(tmp_path).take(path))

    parts = (part("g", KnownAs.GOOD, GOOD), part("d", KnownAs.DEFECTIVE, BAD))
    rig = Rig(tmp_path, TriggerMode.EVERY_PICTURE, parts=parts)
    rig.recipe = rig.recipe.model_copy(update={"source": "folder:/f"})
    files = FakeSource([frame(1), frame(2, BAD)])
    rig.camera = files  # type: ignore[assignment]
    rig.start()
    assert rig.log.committed == []
    with pytest.raises(EngineError, match="replay the pictures"):
        rig.engine.begin_challenge(PIM, ChallengeWay.CAMERA)
    rig.engine.begin_challenge(PIM, ChallengeWay.PICTURES)
    rig.listener.until(lambda: rig.listener.verdicts == ["PASS", "FAIL"])
    rig.engine.stop()


def test_a_set_picture_that_was_changed_is_not_replayed(tmp_path: Path) -> None:
    pictures = ChallengePictures(tmp_path)
    cv2.imwrite(str(tmp_path / "a.png"), frame(1).image)
    name = pictures.take(tmp_path / "a.png")
    (tmp_path / "challenges" / "set" / name).write_bytes(b"another one")
    with pytest.raises(Exception, match="not the one that was taken into the set"):
        pictures.of_set(name)
