"""A station with a challenge: a real log, a real record, a clock and a counter that a test moves."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from inspector.domain.challenge import ChallengeConfig, ChallengePart, ChallengeWay, KnownAs
from inspector.domain.challenge_attempt import Attempt, ChallengeOutcome
from inspector.domain.moment import Moment
from inspector.domain.records import Verdict
from inspector.domain.release import ReleaseStanding, Running
from inspector.outputs.result_log import SqliteResultLog
from inspector.recipes.recipe import Recipe
from inspector.release.attempts import begun, entries
from inspector.release.record import ReleaseRecord, running
from inspector.trail.actor import Doer

PIM = Doer(name="Pim", role="operator")
PARTS = (
    ChallengePart(name="good 1", expected=KnownAs.GOOD),
    ChallengePart(name="burr", expected=KnownAs.DEFECTIVE, serial="B-07"),
)
SHIFTS = (6, 14, 22)
MODEL = "a" * 64
OTHER_MODEL = "b" * 64
#: A Monday, an hour after a shift has begun; the tests' local time is UTC where it matters.
BEGIN = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


def recipe(name: str = "Flange", model: str = "flange", **challenge: object) -> Recipe:
    """Return a recipe that requires the challenge, whatever the time."""
    config = {"required": True, "at_shift_start": False, "parts": PARTS} | challenge
    return Recipe(name=name, source="demo:", model=model, challenge=ChallengeConfig(**config))  # type: ignore[arg-type]


def what(made: Recipe, model: str = MODEL, shifts: tuple[int, ...] = SHIFTS) -> Running:
    return running(made, [model], shifts)


@functools.cache
def _empty_log() -> Path:
    """Return a log without rows, made once."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    SqliteResultLog(folder / "empty.sqlite3").close()
    return folder / "empty.sqlite3"


class ReleaseStation:
    """See the module; each method is something that somebody does."""

    def __init__(self, root: Path, name: str = "S") -> None:
        self.root, self.name = root, name
        self.log = root / "results.sqlite3"
        self.now = Moment(utc=BEGIN, steady_s=1000.0, boot="boot-1")
        self.boots = 1
        root.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_empty_log(), self.log)
        self.record = self.restarted()

    def restarted(self) -> ReleaseRecord:
        """Start the program anew: nothing but the files is left."""
        self.record = ReleaseRecord(self.root, self.log, self.name, now=lambda: self.now)
        return self.record

    def passes(self, hours: float) -> None:
        self.now = replace(
            self.now, utc=self.now.utc + timedelta(hours=hours), steady_s=self.now.steady_s + 3600 * hours
        )

    def sets_clock(self, hours: float) -> None:
        self.now = replace(self.now, utc=self.now.utc + timedelta(hours=hours))

    def switches_on(self) -> None:
        self.boots += 1
        self.now = replace(self.now, steady_s=10.0, boot=f"boot-{self.boots}")

    def starts_line(self, running: Running) -> ReleaseStanding:
        """Start a line, as its interlock does."""
        self.record.note_run(running, 1)
        return self.record.standing(running)

    def shows(
        self, running: Running, *verdicts: Verdict, way: ChallengeWay = ChallengeWay.CAMERA, serial: str = ""
    ) -> Attempt:
        """Show the parts, which are judged so; right, where nothing is said."""
        attempt = begun(running, PIM, way, self.record.now())
        right = {KnownAs.GOOD: Verdict.PASS, KnownAs.DEFECTIVE: Verdict.FAIL}
        judged = verdicts or tuple(right[part.expected] for part in attempt.parts)
        for verdict in judged:
            if attempt.outcome is not ChallengeOutcome.GOING_ON:
                break
            attempt = attempt.answered(verdict, "", serial)
            self.record.add(*entries(attempt, running, 1, serial=serial, p_defective=0.5, pictures=()))
        return attempt
