"""A challenge that is under way: which part is to be shown, and what the answers so far make of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from inspector.domain.challenge import KnownAs
from inspector.domain.records import Verdict

if TYPE_CHECKING:
    from inspector.domain.challenge import ChallengePart, ChallengeWay
    from inspector.domain.moment import Moment


class ChallengeOutcome(Enum):
    """How a challenge stands."""

    GOING_ON = "going on"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeAnswer:
    """What the station said of a part that was shown.

    Args:
        place: Of the part in the set, from 0.
        counts: Whether it answers; a part that could not be judged, or was another one, is shown again.
        words: What came of it, as one sentence without its full stop.
    """

    place: int
    part: ChallengePart
    verdict: Verdict
    right: bool
    counts: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A challenge that is under way, or has just ended.

    Args:
        id: Of all its rows.
        who: Name of who shows the parts.
        role: Theirs as the trail has it; may be empty.
        answers: In their order.
        fault: Why the newest answer could not be kept; then the part is shown again.
    """

    id: str
    who: str
    role: str
    begun: Moment
    way: ChallengeWay
    parts: tuple[ChallengePart, ...]
    answers: tuple[ChallengeAnswer, ...] = ()
    fault: str = ""

    @property
    def outcome(self) -> ChallengeOutcome:
        """How it stands."""
        counted = [answer for answer in self.answers if answer.counts]
        if any(not answer.right for answer in counted):
            return ChallengeOutcome.FAILED
        return ChallengeOutcome.PASSED if len(counted) == len(self.parts) else ChallengeOutcome.GOING_ON

    @property
    def done(self) -> int:
        """How many parts were judged rightly."""
        return sum(answer.counts and answer.right for answer in self.answers)

    @property
    def wanted(self) -> ChallengePart | None:
        """Which part is to be shown now; None where none is."""
        return self.parts[self.done] if self.outcome is ChallengeOutcome.GOING_ON else None

    @property
    def words(self) -> str:
        """What is to be said of it now, as one sentence without its full stop."""
        if self.fault:
            return self.fault
        return self.answers[-1].words if self.answers else ""

    def answered(self, verdict: Verdict, reason: str, serial: str) -> Attempt:
        """Return the challenge with what the station says of the part that was to be shown.

        Args:
            reason: Of the verdict; empty for none.
            serial: What was read on the part, or said of it; empty for nothing.
        """
        part = self.wanted
        if part is None:
            return self
        right, counts = part.expected.is_met_by(verdict), True
        name = f"part {self.done + 1} of {len(self.parts)}, {part.called}"
        if part.serial and serial and serial != part.serial:
            counts, words = False, f"this is part {serial}; show {name}"
        elif verdict is Verdict.ERROR:
            counts, words = False, f"{name}, could not be judged: {reason or 'no reason is known'}. Show it again"
        elif right:
            words = f"{name}: {verdict.value}, right"
        else:
            words = (
                f"{name}, is known to be {part.expected.value} and was judged {verdict.value}. {_advice(part, verdict)}"
            )
        answer = ChallengeAnswer(place=self.done, part=part, verdict=verdict, right=right, counts=counts, words=words)
        return replace(self, answers=(*self.answers, answer), fault="")


def _advice(part: ChallengePart, verdict: Verdict) -> str:
    """Say what to do where a part was judged wrongly."""
    first = "Look whether this part was shown, and lay as it should; clean lens and lamp; then begin again"
    if verdict is Verdict.REVIEW:
        return f"{first}. If it stays so, an engineer must look at light, model and thresholds, or replace the part"
    if part.expected is KnownAs.DEFECTIVE:
        return f"{first}. If it stays so, defects pass: an engineer must look at light, model and thresholds"
    return f"{first}. If it stays so, the part may be damaged: an engineer may replace it, or must look at the model"
