"""A challenge that is under way, and the rows that each of its answers makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.challenge_attempt import Attempt, ChallengeOutcome
from inspector.domain.ids import new_id
from inspector.domain.release import StepKind
from inspector.trail.actor import Doer

if TYPE_CHECKING:
    from inspector.domain.challenge import ChallengeWay
    from inspector.domain.moment import Moment
    from inspector.domain.release import Running
    from inspector.release.pictures import ShownPicture
    from inspector.release.record import ReleaseEntry

_ENDS = {ChallengeOutcome.PASSED: StepKind.PASSED, ChallengeOutcome.FAILED: StepKind.FAILED}


def begun(running: Running, who: Doer, way: ChallengeWay, now: Moment) -> Attempt:
    """Return a challenge that begins now."""
    return Attempt(id=new_id(), who=who.name, role=who.role, begun=now, way=way, parts=running.challenge.parts)


def entries(
    attempt: Attempt,
    running: Running,
    recipe_version: int,
    *,
    serial: str,
    p_defective: float | None,
    pictures: tuple[ShownPicture, ...],
) -> tuple[ReleaseEntry, ...]:
    """Return what the newest answer of a challenge adds to the record, and its end where that was the last.

    Args:
        serial: What was read on the part; empty for nothing.
        p_defective: The score; None for none.
        pictures: Of the part.
    """
    from inspector.release.record import ReleaseEntry  # SQLAlchemy

    who, answer = Doer(name=attempt.who, role=attempt.role), attempt.answers[-1]
    part = ReleaseEntry(
        kind=StepKind.PART,
        running=running,
        recipe_version=recipe_version,
        who=who,
        words=answer.words,
        attempt=attempt.id,
        begun=attempt.begun,
        way=attempt.way,
        answer=answer,
        serial=serial,
        p_defective=None if p_defective is None else float(p_defective),
        pictures=pictures,
    )
    end = _ENDS.get(attempt.outcome)
    if end is None:
        return (part,)
    passed = end is StepKind.PASSED
    words = f"all {len(attempt.parts)} parts were judged rightly" if passed else answer.words
    return (part, ending(attempt, running, recipe_version, end, words))


def ending(attempt: Attempt, running: Running, recipe_version: int, kind: StepKind, words: str) -> ReleaseEntry:
    """Return what a challenge's end adds to the record."""
    from inspector.release.record import ReleaseEntry  # SQLAlchemy

    return ReleaseEntry(
        kind=kind,
        running=running,
        recipe_version=recipe_version,
        who=Doer(name=attempt.who, role=attempt.role),
        words=words,
        attempt=attempt.id,
        begun=attempt.begun,
        way=attempt.way,
    )
