"""What a record releases, and how a challenge goes: both pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.domain.challenge import ChallengeConfig, ChallengePart, ChallengeWay, KnownAs
from inspector.domain.challenge_attempt import Attempt, ChallengeOutcome
from inspector.domain.moment import Moment
from inspector.domain.records import Verdict
from inspector.domain.release import ReleaseStep, Running, StepKind, standing

PARTS = tuple(
    ChallengePart(name=f"{kind.value} {number}", expected=kind, serial=f"S{number}" if number else "", picture="p.png")
    for number in range(2)
    for kind in KnownAs
)
BEGIN = Moment(utc=datetime(2026, 3, 2, 7, 0, tzinfo=UTC), steady_s=1000.0, boot="boot")
RUNNING = Running(
    recipe="R",
    identity="i",
    models=("m",),
    challenge=ChallengeConfig(required=True, at_shift_start=False, parts=PARTS),
    shift_starts=(6, 14, 22),
)
FREE_OTHER = replace(RUNNING, recipe="Other", identity="o", challenge=ChallengeConfig())


def step(number: int, kind: StepKind, **changes: object) -> ReleaseStep:
    way = ChallengeWay.CAMERA if kind is StepKind.PASSED else None
    made = ReleaseStep(number=number, kind=kind, recipe="R", identity="i", models=("m",), begun=BEGIN, way=way)
    return replace(made, **changes)  # type: ignore[arg-type]


PASSED = step(1, StepKind.PASSED)


def later(hours: float, **changes: object) -> Moment:
    moved = replace(BEGIN, utc=BEGIN.utc + timedelta(hours=hours), steady_s=BEGIN.steady_s + 3600 * hours)
    return replace(moved, **changes)  # type: ignore[arg-type]


def asks(**changes: object) -> Running:
    return replace(RUNNING, challenge=replace(RUNNING.challenge, **changes))  # type: ignore[arg-type]


TIMED = asks(every_h=8.0)
SHIFTED = replace(asks(at_shift_start=True), shift_starts=tuple(range(24)))  # in whatever zone the test runs

CASES = [
    ("passed", RUNNING, [PASSED], later(1), True),
    ("nothing was shown", RUNNING, [], later(1), False),
    ("another station's", RUNNING, [replace(PASSED, ours=False)], later(1), False),
    ("another recipe of the same content", RUNNING, [replace(PASSED, recipe="Q")], later(1), False),
    ("other content", RUNNING, [replace(PASSED, identity="j")], later(1), False),
    ("lens or lamp", RUNNING, [PASSED, step(2, StepKind.OPTICS, identity="")], later(1), False),
    ("lens or lamp before it", RUNNING, [step(1, StepKind.OPTICS), step(2, StepKind.PASSED)], later(1), True),
    ("failed since", RUNNING, [PASSED, step(2, StepKind.FAILED)], later(1), False),
    ("another one failed since", RUNNING, [PASSED, step(2, StepKind.FAILED, identity="j")], later(1), True),
    ("left since", RUNNING, [PASSED, step(2, StepKind.DROPPED)], later(1), True),
    ("changeover", RUNNING, [PASSED, step(2, StepKind.RAN, identity="j")], later(1), False),
    ("started again", RUNNING, [PASSED, step(2, StepKind.RAN)], later(1), True),
    ("no matter", asks(after_changeover=False), [PASSED, step(2, StepKind.RAN, identity="j")], later(1), True),
    ("7 of 8 h", TIMED, [PASSED], later(7), True),
    ("8 of 8 h", TIMED, [PASSED], later(8), False),
    ("8 h, clock set back", TIMED, [PASSED], later(8, utc=BEGIN.utc), False),
    ("8 h, clock set back before it", TIMED, [PASSED], later(8, utc=BEGIN.utc - timedelta(days=9)), False),
    ("switched on since", TIMED, [PASSED], later(1, boot="another"), False),
    ("switched on, start without an id", TIMED, [PASSED], later(1, steady_s=1.0), False),
    ("switched on, no matter", RUNNING, [PASSED], later(1, boot="another"), True),
    ("same shift", SHIFTED, [PASSED], later(0.9), True),
    ("next shift", SHIFTED, [PASSED], later(1.1), False),
    ("next shift, clock set back", SHIFTED, [PASSED], later(1.1, utc=BEGIN.utc), False),
    ("pictures count", asks(pictures_count=True), [replace(PASSED, way=ChallengeWay.PICTURES)], later(1), True),
    ("pictures, and they do not", RUNNING, [replace(PASSED, way=ChallengeWay.PICTURES)], later(1), False),
    (
        "pictures after lens or lamp",
        asks(pictures_count=True),
        [step(1, StepKind.OPTICS), step(2, StepKind.PASSED, way=ChallengeWay.PICTURES)],
        later(1),
        False,
    ),
    ("no challenge, none before", FREE_OTHER, [], later(1), True),
    ("challenge taken out of the file", replace(FREE_OTHER, recipe="R"), [step(1, StepKind.GUARDED)], later(1), False),
    ("copy without it, same model", FREE_OTHER, [step(1, StepKind.GUARDED)], later(1), False),
    ("another model", replace(FREE_OTHER, models=("n",)), [step(1, StepKind.GUARDED)], later(1), True),
    (
        "withdrawn",
        FREE_OTHER,
        [step(1, StepKind.GUARDED), step(2, StepKind.WITHDRAWN, recipe="Other", identity="o")],
        later(1),
        True,
    ),
    (
        "withdrawn, then changed",
        FREE_OTHER,
        [step(1, StepKind.GUARDED), step(2, StepKind.WITHDRAWN, recipe="Other", identity="p")],
        later(1),
        False,
    ),
    (
        "withdrawn at another station",
        FREE_OTHER,
        [step(1, StepKind.GUARDED), step(2, StepKind.WITHDRAWN, recipe="Other", identity="o", ours=False)],
        later(1),
        False,
    ),
]


@pytest.mark.parametrize(
    ("running", "steps", "now", "released"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_what_the_record_releases(running: Running, steps: list[ReleaseStep], now: Moment, released: bool) -> None:
    said = standing(running, steps, now)
    assert said.released is released
    assert bool(said.why) is not released


def test_a_record_that_is_broken_releases_nothing() -> None:
    assert standing(RUNNING, [PASSED], later(1), broken="a row is missing").why == "a row is missing"


@given(st.lists(st.floats(-100, 100), max_size=6), st.floats(0, 12), st.integers(-12 * 3600, 12 * 3600))
def test_no_setting_of_clock_or_zone_makes_a_release_longer(jumps: list[float], hours: float, zone_s: int) -> None:
    """Within one start of the computer, 8 h of its counter end it, whatever was set."""
    now = later(hours, utc=BEGIN.utc + timedelta(hours=hours + sum(jumps)), zone_s=zone_s)
    assert not (standing(TIMED, [PASSED], now).released and hours >= 8)


# --- a challenge --------------------------------------------------------------------------------------------------------

RIGHT = {KnownAs.GOOD: Verdict.PASS, KnownAs.DEFECTIVE: Verdict.FAIL}
ATTEMPT = Attempt(id="a", who="Pim", role="", begun=BEGIN, way=ChallengeWay.CAMERA, parts=PARTS)


def test_all_parts_judged_rightly_is_passed() -> None:
    attempt = ATTEMPT
    for place, part in enumerate(PARTS):
        assert (attempt.outcome, attempt.wanted, attempt.done) == (ChallengeOutcome.GOING_ON, part, place)
        attempt = attempt.answered(RIGHT[part.expected], "", part.serial)
    assert (attempt.outcome, attempt.wanted) == (ChallengeOutcome.PASSED, None)


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.REVIEW])
def test_a_part_that_is_judged_wrongly_ends_it_and_is_named(verdict: Verdict) -> None:
    attempt = ATTEMPT.answered(verdict, "", "")
    assert attempt.outcome is ChallengeOutcome.FAILED
    assert f"part 1 of 4, “good 0”, is known to be good and was judged {verdict.value}. Look whether" in attempt.words


def test_a_defective_part_that_goes_to_review_is_not_caught() -> None:
    attempt = ATTEMPT.answered(Verdict.PASS, "", "").answered(Verdict.REVIEW, "", "")
    assert attempt.outcome is ChallengeOutcome.FAILED


def test_what_could_not_be_judged_or_is_another_part_is_shown_again() -> None:
    attempt = ATTEMPT.answered(Verdict.ERROR, "too dark", "")
    assert (attempt.outcome, attempt.done) == (ChallengeOutcome.GOING_ON, 0)
    assert attempt.words == "part 1 of 4, “good 0”, could not be judged: too dark. Show it again"
    attempt = attempt.answered(Verdict.PASS, "", "").answered(Verdict.FAIL, "", "").answered(Verdict.PASS, "", "X9")
    assert (attempt.done, attempt.words) == (2, "this is part X9; show part 3 of 4, “good 1” (S1)")


@given(st.lists(st.tuples(st.sampled_from(Verdict), st.sampled_from(["", "S1", "X"])), max_size=12))
def test_it_is_passed_only_by_right_verdicts_for_all_parts(shown: list[tuple[Verdict, str]]) -> None:
    attempt = ATTEMPT
    for verdict, serial in shown:
        attempt = attempt.answered(verdict, "", serial)
    counted = [answer for answer in attempt.answers if answer.counts]
    right = [answer.verdict is RIGHT[answer.part.expected] for answer in counted]
    assert (attempt.outcome is ChallengeOutcome.PASSED) == (len(counted) == len(PARTS) and all(right))
    assert (attempt.outcome is ChallengeOutcome.FAILED) == (not all(right))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"parts": PARTS[:1]}, "no defective one"),
        ({"parts": ()}, "no good and no defective one"),
        ({"parts": (*PARTS, PARTS[0])}, "twice there is good 0"),
        ({"parts": (replace(PARTS[0], picture=""), PARTS[1]), "pictures_count": True}, "without are good 0"),
        ({"parts": PARTS, "every_h": -1.0}, "every_h must be between"),
    ],
)
def test_a_challenge_that_cannot_be_shown_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ChallengeConfig(required=True, **changes)  # type: ignore[arg-type]
