"""What people say of the release beside a challenge: lens or lamp were changed, a challenge is no longer needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.challenge import ChallengeConfig
from inspector.domain.release import Running, StepKind
from inspector.release.pictures import ChallengeError
from inspector.release.record import ReleaseEntry

if TYPE_CHECKING:
    from inspector.release.record import ReleaseRecord
    from inspector.trail.actor import Doer

#: Lens and lamp are the station's, whatever it runs.
_STATION = Running(recipe="", identity="", models=(), challenge=ChallengeConfig(), shift_starts=())


def optics_changed(record: ReleaseRecord, who: Doer, words: str) -> None:
    """Record that lens or lamp were changed: what was released is not any more.

    Raises:
        LogError: If it could not be written.
    """
    record.add(ReleaseEntry(kind=StepKind.OPTICS, running=_STATION, recipe_version=0, who=who, words=words))


def withdraw(record: ReleaseRecord, running: Running, recipe_version: int, who: Doer, reason: str) -> None:
    """Record that a recipe is meant to run without a challenge, as it is now; for engineers.

    Raises:
        ChallengeError: If there is nothing to withdraw.
        LogError: If it could not be written.
    """
    standing = record.standing(running)
    if not standing.withdrawable:
        why = "it asks for one by itself" if running.challenge.required else "none is needed"
        raise ChallengeError(
            f"no challenge of the recipe {running.recipe} can be withdrawn: {why}",
            "Take “A challenge is required” away in Settings first." if running.challenge.required else "",
        )
    record.add(
        ReleaseEntry(kind=StepKind.WITHDRAWN, running=running, recipe_version=recipe_version, who=who, words=reason)
    )
