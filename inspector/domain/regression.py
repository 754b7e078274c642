"""The regression set: what a model once got wrong or must never miss, and when a candidate for promotion is refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from inspector.domain.counts import counted
from inspector.domain.records import Verdict
from inspector.domain.review import Truth

if TYPE_CHECKING:
    from collections.abc import Sequence


class LockedKind(Enum):
    """What people confirmed of a part; the value is its name in the record."""

    ESCAPE = "escape"  #: it passed, and is defective
    DEFECT = "defect"  #: it did not pass, and is defective
    OVERKILL = "overkill"  #: it failed, and is good

    @property
    def defective(self) -> bool:
        """Whether the part is defective."""
        return self is not LockedKind.OVERKILL

    def holds(self, verdict: Verdict) -> bool:
        """Say whether a verdict is right enough: a defective part does not pass, a good one does not fail."""
        return verdict is not (Verdict.PASS if self.defective else Verdict.FAIL)


def kind_of(verdict: Verdict, truth: Truth | None) -> LockedKind | None:
    """Return what a part is locked as; None where it is not: it was judged rightly, or nobody could say.

    Args:
        verdict: The station's.
        truth: What people say of it.
    """
    if verdict is Verdict.ERROR or truth not in {Truth.GOOD, Truth.DEFECTIVE}:
        return None
    if truth is Truth.GOOD:
        return LockedKind.OVERKILL if verdict is Verdict.FAIL else None
    return LockedKind.ESCAPE if verdict is Verdict.PASS else LockedKind.DEFECT


class LockedState(Enum):
    """What became of a locked part under a model."""

    HELD = "held"
    LOST = "lost"
    LEARNT = "learnt"  #: the model has learnt from it, so its verdict says nothing
    NOT_JUDGED = "not judged"  #: its picture is missing, altered or unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedResult:
    """One locked part under a candidate and under the model in force.

    Args:
        current: None where no model in force could judge.
    """

    kind: LockedKind
    candidate: LockedState
    current: LockedState | None

    @property
    def refuses(self) -> bool:
        """Whether the candidate may not be promoted for it, unless somebody signs.

        It loses a defect, or an overkill that the model in force holds; or nothing can be said of it.
        """
        if self.candidate is LockedState.LOST:
            return self.kind.defective or self.current is LockedState.HELD
        return self.candidate is not LockedState.HELD


def why_refused(results: Sequence[LockedResult]) -> str:
    """Return why a candidate is refused, as a clause; empty where it is not."""
    bad = [result for result in results if result.refuses]
    lost = [result.kind for result in bad if result.candidate is LockedState.LOST]
    kinds = ", ".join(counted(lost.count(kind), f"locked {kind.value}") for kind in LockedKind if kind in lost)
    clauses = [f"loses {kinds}"] if kinds else []
    if learnt := sum(result.candidate is LockedState.LEARNT for result in bad):
        clauses.append(f"has learnt from {counted(learnt, 'locked part')}, so that nothing is shown by {_them(learnt)}")
    if missing := sum(result.candidate is LockedState.NOT_JUDGED for result in bad):
        clauses.append(f"could not be judged by {counted(missing, 'locked part')}: pictures are missing or altered")
    return ", ".join(clauses)


def _them(count: int) -> str:
    return "it" if count == 1 else "them"
