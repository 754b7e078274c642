"""What people say of inspected parts: judgements beside the verdict, never over it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


class Judgement(Enum):
    """What a reviewer says of one part."""

    GOOD = "good"
    DEFECTIVE = "defective"
    UNSURE = "unsure"


class QueueKind(Enum):
    """Where a part came before the reviewer's eyes."""

    FAILURES = "failures"
    REVIEWS = "reviews"
    ERRORS = "errors"
    AUDIT = "audit"  #: the blind audit
    SHADOW = "shadow"  #: the model in force and its shadow say different things
    DIRECT = "direct"  #: looked up by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One row of the record of reviews: a judgement, or the withdrawal of one.

    Args:
        id: Unique (UUID version 7), as text.
        inspection_id: Id of the part's inspection.
        time_utc: When the judgement was made.
        reviewer: Name of the person who judged; not empty.
        judgement: None for a withdrawal.
        defect_type: For a defective part, where it was named; else empty.
        note: In the reviewer's words.
        queue: Where the part came before the reviewer's eyes.
        blind: The reviewer knew neither verdict nor score.
        undoes: The id of the review that is withdrawn; None for a judgement.

    Raises:
        ValueError: If it is neither a judgement nor a withdrawal, or nobody's.
    """

    id: str
    inspection_id: str
    time_utc: datetime
    reviewer: str
    judgement: Judgement | None
    defect_type: str = ""
    note: str = ""
    queue: QueueKind = QueueKind.DIRECT
    blind: bool = False
    undoes: str | None = None

    def __post_init__(self) -> None:
        if not self.reviewer.strip():
            msg = "a review needs the name of its reviewer"
            raise ValueError(msg)
        if (self.judgement is None) != (self.undoes is not None):
            msg = f"a review is a judgement or a withdrawal, got {self.judgement} and undoes={self.undoes}"
            raise ValueError(msg)
        if self.defect_type and self.judgement is not Judgement.DEFECTIVE:
            msg = f"only a defective part has a defect type, got “{self.defect_type}” and {self.judgement}"
            raise ValueError(msg)


class Truth(Enum):
    """What a part is, by all that was said of it."""

    GOOD = "good"
    DEFECTIVE = "defective"
    UNSURE = "unsure"  #: nobody could say
    CONFLICT = "conflict"  #: reviewers contradict one another; neither wins


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All that is said of one part at present, several reviewers beside one another.

    Args:
        inspection_id: Id of the part's inspection.
        reviews: The current judgement of every reviewer, in the order in which they were said.
    """

    inspection_id: str
    reviews: tuple[Review, ...]

    @property
    def truth(self) -> Truth | None:
        """What the part is; None where nothing is said."""
        return truth_of(self.reviews)

    @property
    def blind(self) -> tuple[Review, ...]:
        """Those judgements that were made without knowing the verdict."""
        return tuple(review for review in self.reviews if review.blind)

    @property
    def defect_types(self) -> tuple[str, ...]:
        """The types that were named, each once."""
        return tuple(dict.fromkeys(review.defect_type for review in self.reviews if review.defect_type))

    def of(self, reviewer: str) -> Review | None:
        """Return a reviewer's current judgement."""
        return next((review for review in self.reviews if review.reviewer == reviewer), None)


def truth_of(reviews: Iterable[Review]) -> Truth | None:
    """Return what current judgements make of a part: who is unsure contradicts nobody.

    Args:
        reviews: The current judgement of each reviewer.
    """
    said = {review.judgement for review in reviews}
    if {Judgement.GOOD, Judgement.DEFECTIVE} <= said:
        return Truth.CONFLICT
    for judgement, truth in (
        (Judgement.GOOD, Truth.GOOD),
        (Judgement.DEFECTIVE, Truth.DEFECTIVE),
        (Judgement.UNSURE, Truth.UNSURE),
    ):
        if judgement in said:
            return truth
    return None


def standings(reviews: Sequence[Review]) -> dict[str, Standing]:
    """Return what stands of every part, by its inspection's id: of each reviewer the last judgement not withdrawn.

    Args:
        reviews: All rows of these parts, in the order in which they were committed.
    """
    withdrawn = {review.undoes for review in reviews if review.undoes is not None}
    current: dict[str, dict[str, Review]] = {}
    for review in reviews:
        if review.judgement is None or review.id in withdrawn:
            continue
        of_part = current.setdefault(review.inspection_id, {})
        of_part.pop(review.reviewer, None)
        of_part[review.reviewer] = review
    return {
        part: Standing(inspection_id=part, reviews=tuple(by_reviewer.values())) for part, by_reviewer in current.items()
    }
