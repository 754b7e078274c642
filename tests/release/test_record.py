"""What stands in the record is what releases; the ways round it fail."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from inspector.domain.challenge import ChallengeWay
from inspector.domain.records import Verdict
from inspector.domain.release import Running, StepKind
from inspector.outputs.chain import install
from inspector.outputs.trail_log import TrailLog, TrailQuery
from inspector.release.record import ReleaseEntry
from tests.release.kit import MODEL, OTHER_MODEL, PIM, SHIFTS, ReleaseStation, recipe, what


@pytest.fixture
def station(tmp_path: Path) -> ReleaseStation:
    return ReleaseStation(tmp_path)


def optics(station: ReleaseStation) -> None:
    station.record.add(
        ReleaseEntry(kind=StepKind.OPTICS, running=what(recipe()), recipe_version=1, who=PIM, words="lamp")
    )


def test_a_challenge_that_is_passed_releases_and_is_in_record_chain_and_trail(station: ReleaseStation) -> None:
    running = what(recipe())
    assert station.starts_line(running).why == "the challenge has not been passed yet"
    station.shows(running)
    assert station.record.standing(running).released
    assert station.restarted().standing(running).released
    with sqlite3.connect(station.log) as log:
        rows = log.execute("SELECT kind, part, expected, verdict, who, role FROM challenges ORDER BY number").fetchall()
        chained = log.execute("SELECT count(*) FROM chain WHERE source = 'challenges'").fetchone()
    assert rows[-3:] == [
        ("part", "good 1", "good", "PASS", "Pim", "operator"),
        ("part", "burr", "defective", "FAIL", "Pim", "operator"),
        ("passed", None, None, None, "Pim", "operator"),
    ]
    assert chained == (len(rows),)
    told = [event.event for event in TrailLog(station.log, read_only=True).read(TrailQuery(), limit=9)]
    assert [(event.kind.value, event.on, event.after["challenge"], event.who) for event in told[:1]] == [
        ("release", "Flange", "passed", "Pim")
    ]


def test_it_is_not_released_by_a_part_that_was_judged_wrongly(station: ReleaseStation) -> None:
    running = what(recipe())
    station.shows(running)
    station.shows(running, Verdict.PASS, Verdict.PASS)
    assert station.record.standing(running).why == "a challenge part was judged wrongly since"
    station.shows(running)
    assert station.record.standing(running).released


def test_after_lens_or_lamp_only_the_camera_counts(station: ReleaseStation) -> None:
    made = recipe(pictures_count=True, parts=tuple(_pictured()))
    running = what(made)
    station.shows(running, way=ChallengeWay.PICTURES)
    assert station.record.standing(running).released
    optics(station)
    station.shows(running, way=ChallengeWay.PICTURES)
    standing = station.record.standing(running)
    assert (standing.released, standing.camera_only) == (False, True)
    station.shows(running)
    assert station.record.standing(running).released


def _pictured() -> Any:
    from dataclasses import replace

    from tests.release.kit import PARTS

    return (replace(part, picture=f"{'0' * 64}.png") for part in PARTS)


def tampered(station: ReleaseStation, *statements: str) -> None:
    """Change the log as somebody does who knows SQLite, and takes the triggers away."""
    with sqlite3.connect(station.log) as log:
        install(log)
        for (name,) in log.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            log.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            log.execute(statement)
    log.close()


BY_HAND: dict[str, Callable[[ReleaseStation], None]] = {
    "a later row deleted": lambda s: tampered(s, "DELETE FROM challenges WHERE kind = 'optics'"),
    "a later row and its entry deleted": lambda s: tampered(
        s,
        "DELETE FROM chain WHERE source = 'challenges' AND row_key = "
        "(SELECT number FROM challenges WHERE kind = 'optics')",
        "DELETE FROM challenges WHERE kind = 'optics'",
    ),
    "a later row changed": lambda s: tampered(s, "UPDATE challenges SET kind = 'dropped' WHERE kind = 'optics'"),
    "the pass moved to the end": lambda s: tampered(s, "UPDATE challenges SET number = 99 WHERE kind = 'passed'"),
    "the pass copied": lambda s: tampered(
        s,
        "CREATE TEMP TABLE t AS SELECT * FROM challenges WHERE kind = 'passed'",
        "UPDATE t SET number = 99",
        "INSERT INTO challenges SELECT * FROM t",
    ),
    "a failure made a pass": lambda s: tampered(s, "UPDATE challenges SET kind = 'passed' WHERE kind = 'optics'"),
}


@pytest.mark.parametrize("way", BY_HAND)
def test_a_record_that_was_changed_by_hand_releases_nothing(station: ReleaseStation, way: str) -> None:
    running = what(recipe())
    station.shows(running)
    optics(station)
    station.record.note_run(running, 1)
    assert not station.record.standing(running).released
    BY_HAND[way](station)
    assert not station.restarted().standing(running).released


def test_rows_can_be_neither_changed_nor_deleted(station: ReleaseStation) -> None:
    station.shows(what(recipe()))
    with sqlite3.connect(station.log) as log:
        install(log)
        for statement in ("DELETE FROM challenges", "UPDATE challenges SET kind = 'dropped'"):
            with pytest.raises(sqlite3.IntegrityError, match="a challenge is never changed or deleted"):
                log.execute(statement)
    log.close()


# --- ways round it ------------------------------------------------------------------------------------------------------

_NAMES = ("Flange", "Flange copy", "Lid")
_MODELS = (MODEL, OTHER_MODEL)


class WaysRound(RuleBasedStateMachine):
    """Whatever is done, in whatever order: released is only what has been challenged as it runs, and not too long ago.

    The machine keeps a book of its own, in the simplest words, and never reads the record.
    """

    @initialize()
    def begin(self) -> None:
        import tempfile

        memory = Path("/dev/shm")  # noqa: S108 - where there is one, a commit waits for no disk
        self.folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        self.station, self.other = ReleaseStation(self.folder / "one"), ReleaseStation(self.folder / "two")
        self.recipe, self.model = recipe(every_h=8.0), MODEL
        self.shifts: tuple[int, ...] = SHIFTS
        self.passed: tuple[Running, float] | None = None  # what, and when by the counter that nobody sets
        self.required: set[str] = set()  # models and recipes that a challenge was asked of
        self._starts()

    def _starts(self) -> None:
        running = what(self.recipe, self.model, self.shifts)
        self.station.starts_line(running)
        if running.challenge.required:
            self.required |= {self.recipe.name, self.model}
        if self.passed is not None and self.passed[0].identity != running.identity:
            self.passed = None  # another one has run

    @rule()
    def restarts_the_program(self) -> None:
        self.station.restarted()
        self._starts()

    @rule()
    def switches_the_computer_off_and_on(self) -> None:
        self.station.switches_on()
        self.station.restarted()
        self.passed = None
        self._starts()

    @rule(hours=st.sampled_from((-1000.0, -24.0, -8.0, -1.0, 1.0, 24.0)))
    def sets_the_clock(self, hours: float) -> None:
        self.station.sets_clock(hours)

    @rule(hours=st.sampled_from((0.5, 3.0, 9.0)))
    def lets_time_pass(self, hours: float) -> None:
        self.station.passes(hours)

    @rule(name=st.sampled_from(_NAMES))
    def copies_or_renames_the_recipe(self, name: str) -> None:
        self.recipe = self.recipe.model_copy(update={"name": name})
        self._starts()

    @rule(required=st.booleans(), hours=st.sampled_from((8.0, 1000.0)))
    def edits_the_recipe(self, required: bool, hours: float) -> None:
        self.recipe = recipe(self.recipe.name, self.recipe.model, required=required, every_h=hours)
        self._starts()

    @rule(fail_at=st.sampled_from((0.5, 0.99)))
    def edits_the_thresholds(self, fail_at: float) -> None:
        from inspector.domain.records import Thresholds

        self.recipe = self.recipe.model_copy(update={"thresholds": Thresholds(fail_at=fail_at)})
        self._starts()

    @rule(model=st.sampled_from(_MODELS))
    def puts_another_model_in_its_place(self, model: str) -> None:
        self.model = model
        self._starts()

    @rule(source=st.sampled_from(("demo:", "camera:0")))
    def runs_it_from_the_command_line(self, source: str) -> None:
        self.recipe = self.recipe.model_copy(update={"source": source, "version": self.recipe.version + 1})
        self._starts()

    @rule(shifts=st.sampled_from((SHIFTS, (0,))))
    def edits_the_shifts(self, shifts: tuple[int, ...]) -> None:
        self.shifts = shifts
        self._starts()

    @rule()
    def takes_the_record_of_another_station(self) -> None:
        """Its challenge of the very same content was passed at the very same moment."""
        self.other.now = self.station.now
        self.other.shows(what(self.recipe, self.model, self.shifts))
        for ending in ("", "-wal", "-shm"):
            target = Path(f"{self.station.log}{ending}")
            target.unlink(missing_ok=True)
            if Path(f"{self.other.log}{ending}").exists():
                shutil.copyfile(f"{self.other.log}{ending}", target)
        self.station.restarted()
        self.passed = None
        self.required = set()  # who deletes the log, and edits recipes, is not held by it
        self._starts()

    @rule(verdict=st.sampled_from((Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR)))
    def shows_wrong_parts(self, verdict: Verdict) -> None:
        running = what(self.recipe, self.model, self.shifts)
        attempt = self.station.shows(running, verdict, verdict)
        if any(answer.counts and not answer.right for answer in attempt.answers):
            self.passed = None

    @rule()
    def shows_them_and_stops_before_the_last(self) -> None:
        self.station.shows(what(self.recipe, self.model, self.shifts), Verdict.PASS)

    @rule()
    def changes_the_lamp(self) -> None:
        optics(self.station)
        self.passed = None

    @rule()
    def passes_the_challenge(self) -> None:
        running = what(self.recipe, self.model, self.shifts)
        self.station.shows(running)
        self.passed = (running, self.station.now.steady_s)

    @invariant()
    def is_released_only_by_a_challenge(self) -> None:
        if not hasattr(self, "station"):
            return
        running = what(self.recipe, self.model, self.shifts)
        standing = self.station.record.standing(running)
        if not standing.released:
            return
        if not running.challenge.required:
            assert not {self.recipe.name, self.model} & self.required, "its challenge was taken away by hand"
            return
        assert self.passed is not None
        assert self.passed[0].identity == running.identity
        assert self.station.now.steady_s - self.passed[1] < 3600 * running.challenge.every_h

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder, ignore_errors=True)


TestWaysRound = WaysRound.TestCase
#: 25 runs of 8 attempts: 200.
TestWaysRound.settings = settings(max_examples=25, stateful_step_count=8, deadline=None)
