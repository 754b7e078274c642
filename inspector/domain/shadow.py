"""A candidate beside the model in force: what both say of the same parts, and which of them is right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from inspector.domain.counts import counted, verb
from inspector.domain.records import Verdict
from inspector.domain.review import Truth
from inspector.domain.statistics import clopper_pearson_interval, mcnemar_exact, paired_parts_needed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

#: Verdicts that two models can give the same part, in the order of a table; the model in force has no ERROR in it.
SHOWN = (Verdict.PASS, Verdict.REVIEW, Verdict.FAIL, Verdict.ERROR)


class ShadowEvent(Enum):
    """What happened to a shadow; the value is its name in the record."""

    STARTED = "started"
    STOPPED = "stopped"  #: by somebody
    ENDED = "ended"  #: by itself, with the reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """A candidate that judges, or judged, the live parts of a recipe beside its model in force.

    Args:
        id: Unique.
        recipe: The recipe's name.
        recipe_version: When it was started.
        model: The candidate: its name, or its folder.
        model_sha256: Of its manifest, hex.
        in_force: Name of the model in force.
        in_force_sha256: Of its manifest, hex.
        began: When it was started, UTC.
        who: Started it.
        ended: When it ended; None while it runs.
        ended_by: Who stopped it; “station” where it ended by itself.
        why_ended: In words.
    """

    id: str
    recipe: str
    recipe_version: int
    model: str
    model_sha256: str
    in_force: str
    in_force_sha256: str
    began: datetime
    who: str
    ended: datetime | None = None
    ended_by: str = ""
    why_ended: str = ""

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self.ended is None


def crosses(in_force: Verdict, candidate: Verdict) -> bool:
    """Say whether one of two verdicts passes the part and the other does not: what the line would do differently."""
    return (in_force is Verdict.PASS) is not (candidate is Verdict.PASS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowRight:
    """Which of the two is right, of the parts that only one of them passes and people have judged.

    A verdict is right where a good part passes, or a defective one does not.

    Args:
        judged: All parts that both have judged.
        crossing: Parts that only one of the two passes.
        only_in_force: Of these, parts that the model in force alone judges rightly.
        only_candidate: Of these, parts that the candidate alone judges rightly.
    """

    judged: int
    crossing: int
    only_in_force: int
    only_candidate: int

    @property
    def reviewed(self) -> int:
        """Parts that only one of the two passes, and of which people say what they are."""
        return self.only_in_force + self.only_candidate

    @property
    def p_value(self) -> float:
        """P value of McNemar's exact test, two-sided, 0..1: are both right equally often?"""
        return mcnemar_exact(self.only_in_force, self.only_candidate)

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the share of such parts on which the candidate is right (Clopper and Pearson).

        It leaves out one half exactly where the test says 5 % or less.
        """
        return clopper_pearson_interval(self.only_candidate, self.reviewed)

    @property
    def shown(self) -> bool:
        """Whether the test tells them apart at 5 %."""
        return self.p_value <= 0.05

    @property
    def needed(self) -> int | None:
        """How many parts, those of before among them, would tell them apart; None where no number can be said.

        Of the parts that nobody has judged yet, the same share is taken to be the candidate's.
        """
        if not self.reviewed or self.only_in_force == self.only_candidate:
            return None
        every = round(self.judged * self.reviewed / self.crossing)
        return paired_parts_needed(self.only_in_force, self.only_candidate, max(every, self.reviewed))

    @property
    def words(self) -> str:
        """What can be said of the two, as sentences."""
        if not self.crossing:
            return "The two pass the same parts so far."
        if not self.reviewed:
            return (
                f"Only one of the two passes {counted(self.crossing, 'part')}. Nobody has judged "
                f"{'it' if self.crossing == 1 else 'any of them'} yet: Review says which model is right."
            )
        low, high = self.interval
        said = (
            f"Of {counted(self.reviewed, 'judged part')} that only one of the two passes, the candidate is right on "
            f"{self.only_candidate:,} ({100 * low:.0f} to {100 * high:.0f} %), the model in force on "
            f"{self.only_in_force:,}. "
            f"McNemar's exact test: p = {self.p_value:.3g}."
        )
        if self.shown:
            better = self.only_candidate > self.only_in_force
            return f"{said} The candidate is {'right more often' if better else 'WRONG more often'}; it is no chance."
        needed = self.needed
        if needed is None:
            return f"{said} Both are right equally often so far: no number of parts can be said."
        return (
            f"{said} That can be chance. If they go on differing like that, "
            f"{counted(max(needed, self.judged), 'part')} would tell them apart in four of five cases; "
            f"{self.judged:,} {verb(self.judged, 'was')} judged."
        )


def right_of(judged: int, crossing: int, said: Iterable[tuple[Verdict, Truth | None]]) -> ShadowRight:
    """Count who is right.

    Args:
        judged: All parts that both have judged.
        crossing: Parts that only one of the two passes.
        said: Of these, the verdict of the model in force and what people say of the part.
    """
    right = [
        (verdict is Verdict.PASS) is (truth is Truth.GOOD)
        for verdict, truth in said
        if truth in {Truth.GOOD, Truth.DEFECTIVE}
    ]
    in_force = sum(right)
    return ShadowRight(judged=judged, crossing=crossing, only_in_force=in_force, only_candidate=len(right) - in_force)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowTable:
    """How many parts have which pair of verdicts.

    Args:
        counts: Parts by the verdict in force and the candidate's.
    """

    counts: Mapping[tuple[Verdict, Verdict], int]

    @property
    def judged(self) -> int:
        """All parts that the candidate was shown."""
        return sum(self.counts.values())

    @property
    def same(self) -> int:
        """Parts with one verdict by both."""
        return sum(count for (first, second), count in self.counts.items() if first is second)

    @property
    def differing(self) -> int:
        """Parts with two verdicts."""
        return self.judged - self.same

    @property
    def crossing(self) -> int:
        """Parts that only one of the two passes."""
        return sum(count for pair, count in self.counts.items() if crosses(*pair))

    def count(self, in_force: Verdict, candidate: Verdict) -> int:
        """Return how many parts have a pair of verdicts."""
        return self.counts.get((in_force, candidate), 0)
