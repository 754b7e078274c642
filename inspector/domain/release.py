"""Whether a station is released: decided from what its record says and from the time, from nothing else.

`standing` is asked again and again with the steps of the record. It is pure: no clock, no file, no memory of what was
decided before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import TYPE_CHECKING

from inspector.domain.challenge import ChallengeConfig, ChallengePart, ChallengeWay
from inspector.domain.shifts import shift_start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.challenge_attempt import Attempt
    from inspector.domain.moment import Moment


class StepKind(Enum):
    """What a row of the record is about."""

    PART = "part"  #: a challenge part was judged
    PASSED = "passed"
    FAILED = "failed"
    DROPPED = "dropped"  #: the challenge was left before its end
    OPTICS = "optics"  #: somebody said that lens or lamp were changed
    RAN = "ran"  #: a line started with other content than the one before
    GUARDED = "guarded"  #: from now on this recipe, and what has its models, needs a challenge
    WITHDRAWN = "withdrawn"  #: an engineer has taken that back


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseStep:
    """A row of the record that says something of the release.

    Args:
        number: In the order of the commits.
        identity: Hash over the recipe's content, its models, and the shifts of the station.
        models: Hashes of the models.
        begun: When the challenge began; what is released ends counted from then.
        way: How the parts were shown; None where none were.
        ours: This very station has signed it, and it is as it was signed.
    """

    number: int
    kind: StepKind
    recipe: str
    identity: str
    models: tuple[str, ...]
    begun: Moment
    way: ChallengeWay | None = None
    ours: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What is to run.

    Args:
        identity: As in `ReleaseStep`.
        models: As in `ReleaseStep`.
        shift_starts: Hours of the station's shifts.
        camera: Whether its source is one; files cannot be shown, so their pictures count.
    """

    recipe: str
    identity: str
    models: tuple[str, ...]
    challenge: ChallengeConfig
    shift_starts: tuple[int, ...]
    camera: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseStanding:
    """Whether a station is released.

    Args:
        needed: Whether it must be; else the release is nobody's concern.
        released: Whether parts may be inspected.
        why: Why not, as one sentence without its full stop; empty where they may.
        until: When the release ends by the clock; None where it does not.
        camera_only: Pictures do not count this time.
        withdrawable: The recipe itself asks for no challenge: an engineer may say that this is meant so.
    """

    needed: bool = False
    released: bool = True
    why: str = ""
    until: datetime | None = None
    camera_only: bool = False
    withdrawable: bool = False


FREE = ReleaseStanding()


def standing(running: Running, steps: Sequence[ReleaseStep], now: Moment, *, broken: str = "") -> ReleaseStanding:
    """Decide whether a station is released.

    Args:
        running: What is to run.
        steps: All of the record, in the order of the commits.
        now: By clock and counter, see `Moment`.
        broken: Why the record since the newest pass cannot be trusted; empty where it can.
    """
    if not running.challenge.required:
        return _without_challenge(running, steps)
    optics = _newest(steps, StepKind.OPTICS)
    own = [step for step in steps if step.ours and step.identity == running.identity and step.recipe == running.recipe]
    camera = _newest([step for step in own if step.way is ChallengeWay.CAMERA], StepKind.PASSED)
    camera_only = running.camera and (not running.challenge.pictures_count or _after(optics, camera))
    counted = _shown(own) if camera_only else own
    passed = _newest(counted, StepKind.PASSED)
    why = broken or _lapsed(running, steps, passed, now)
    if passed is None or why:
        return ReleaseStanding(needed=True, released=False, why=why, camera_only=camera_only)
    return ReleaseStanding(needed=True, until=_until(running, passed), camera_only=camera_only)


def guards(running: Running, steps: Sequence[ReleaseStep]) -> bool:
    """Return whether the record says already that what runs needs a challenge."""
    own = _newest_guard(steps, running.recipe)
    return own is not None and own.kind is StepKind.GUARDED and set(own.models) == set(running.models)


def _without_challenge(running: Running, steps: Sequence[ReleaseStep]) -> ReleaseStanding:
    """Decide for a recipe that asks for no challenge: it must not be the way round one."""
    own = _newest_guard(steps, running.recipe)
    if own is not None and own.kind is StepKind.GUARDED:
        why = (
            f"the recipe {running.recipe} asks for no challenge any more, and by the record it must; an engineer may "
            "require it again in Settings, or withdraw it here"
        )
        return ReleaseStanding(needed=True, released=False, why=why, withdrawable=True)
    if own is not None and own.identity == running.identity:
        return FREE
    for name in dict.fromkeys(step.recipe for step in steps if step.kind is StepKind.GUARDED):
        guard = _newest_guard(steps, name)
        if guard is not None and guard.kind is StepKind.GUARDED and set(guard.models) & set(running.models):
            why = (
                f"its model needs a challenge with the recipe {name}, and the recipe {running.recipe} has none; an "
                "engineer may give it one in Settings, or withdraw it here"
            )
            return ReleaseStanding(needed=True, released=False, why=why, withdrawable=True)
    return FREE


def _lapsed(running: Running, steps: Sequence[ReleaseStep], passed: ReleaseStep | None, now: Moment) -> str:  # noqa: PLR0911 - a line each
    """Say why there is no release, or why it has ended; empty where it holds."""
    wanted = running.challenge
    if optics_since(steps, passed):
        return "lens or lamp were changed" + ("; the parts must be shown to the camera" if running.camera else "")
    if passed is None:
        before = any(step.kind is StepKind.PASSED and step.ours and step.recipe == running.recipe for step in steps)
        return (
            "recipe, model or shifts are not those with which the challenge was passed"
            if before
            else "the challenge has not been passed yet"
        )
    after = [step for step in steps if step.number > passed.number]
    if any(step.kind is StepKind.FAILED and step.identity == running.identity for step in after):
        return "a challenge part was judged wrongly since"
    if wanted.after_changeover and any(
        step.kind is StepKind.RAN and step.identity != running.identity for step in after
    ):
        return "another recipe or model has run since the challenge was passed"
    if not wanted.limits_time:
        return ""
    if not passed.begun.same_start(now):
        return "the computer was switched on since the challenge was passed: how long ago that was is not certain"
    if now.utc < passed.begun.utc - timedelta(seconds=2) and not passed.begun.boot:
        return "the computer's clock was set back since the challenge was passed"
    until = _until(running, passed)
    return "" if until is None or passed.begun.seen_from(now) < until else _ended(running, passed, until)


def optics_since(steps: Sequence[ReleaseStep], passed: ReleaseStep | None) -> bool:
    """Return whether lens or lamp were changed since a pass; False where they never were."""
    return _after(_newest(steps, StepKind.OPTICS), passed)


def _ended(running: Running, passed: ReleaseStep, until: datetime) -> str:
    hours = running.challenge.every_h
    if hours and until == passed.begun.utc + timedelta(hours=hours):
        return f"the challenge was passed more than {hours:g} h ago"
    return "a shift has begun since the challenge was passed"


def _until(running: Running, passed: ReleaseStep) -> datetime | None:
    """Return when a release ends by the clock, at the earliest."""
    wanted, begun = running.challenge, passed.begun.utc
    ends = [begun + timedelta(hours=wanted.every_h)] if wanted.every_h else []
    if wanted.at_shift_start:
        # by the zone of then and by that of now: setting the zone moves no shift
        zones = (None, timezone(timedelta(seconds=passed.begun.zone_s)))
        ends += [_next_shift(begun, running.shift_starts, zone) for zone in zones]
    return min(ends, default=None)


def _next_shift(begun: datetime, starts: tuple[int, ...], zone: timezone | None) -> datetime:
    """Return when the first shift starts after a moment; shifts start at whole hours of the local time."""
    running = shift_start(begun, starts, zone)
    local = begun.astimezone(zone)
    until = local.replace(minute=0, second=0, microsecond=0)
    for _ in range(26):
        until += timedelta(hours=1)
        at = shift_start(until.astimezone(zone) if zone else until.astimezone(), starts, zone)
        if at != running:
            return at
    return until


def _newest(steps: Sequence[ReleaseStep], kind: StepKind) -> ReleaseStep | None:
    return next((step for step in reversed(steps) if step.kind is kind), None)


def _newest_guard(steps: Sequence[ReleaseStep], recipe: str) -> ReleaseStep | None:
    """Return what the record says last of whether a recipe needs a challenge; to take it back, it must be ours."""
    return next(
        (
            step
            for step in reversed(steps)
            if step.recipe == recipe
            and (step.kind is StepKind.GUARDED or (step.kind is StepKind.WITHDRAWN and step.ours))
        ),
        None,
    )


def _shown(steps: Sequence[ReleaseStep]) -> list[ReleaseStep]:
    return [step for step in steps if step.way is ChallengeWay.CAMERA]


def _after(later: ReleaseStep | None, earlier: ReleaseStep | None) -> bool:
    return later is not None and (earlier is None or later.number > earlier.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseState:
    """What is shown of the release.

    Args:
        standing: By the record.
        known: The record was asked; before that nothing is inspected where a challenge is required.
        attempt: The challenge that is under way; None for none.
        last: The one before, while nothing else has begun.
        fault: Why the record could not be asked or written; empty where it could.
        parts: Those of the recipe's challenge.
    """

    standing: ReleaseStanding = FREE
    known: bool = True
    attempt: Attempt | None = None
    last: Attempt | None = None
    fault: str = ""
    parts: tuple[ChallengePart, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing is inspected: not released, or a challenge is under way."""
        return self.attempt is not None or not self.known or not self.standing.released

    @property
    def why(self) -> str:
        """Why nothing is inspected, as one sentence without its full stop; empty where parts are."""
        if not self.holds:
            return ""
        if self.fault:
            return f"not released: {self.fault}"
        if self.attempt is not None:
            return (
                f"not released: a challenge is under way, {self.attempt.done} of {len(self.attempt.parts)} parts done"
            )
        return "not released: the record is being asked" if not self.known else f"not released: {self.standing.why}"

    @property
    def concerns(self) -> bool:
        """Whether there is anything to show."""
        return self.holds or self.standing.needed


#: Nothing asks for a challenge.
RELEASED = ReleaseState()
