"""One picture to be learned: what follows from the reviews of a part."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING

from inspector.domain.records import Verdict
from inspector.domain.review import Truth, standings
from inspector.outputs.rows import time_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.records import Inspection
    from inspector.domain.review import Review

#: The part of the data that a model is tested with.
TEST = "test"


class Why(Enum):
    """Why a picture is in the set."""

    DISAGREEMENT = "disagreement"  #: the reviewers say otherwise than the verdict
    DECIDED = "decided"  #: the station could not say, the reviewers say that it is defective
    CONFIRMED = "confirmed"  #: a failure that the reviewers confirm; on wish
    AUDIT = "audit"  #: judged blind: for the test only
    BY_HAND = "by hand"  #: judged outside the record: of a batch, or tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One picture to be learned, or to be tested with: a row of ``learning.csv``, every field as text.

    Args:
        picture: Its file in ``pictures``.
        sha256: Checksum of the file, hex.
        label: What the reviewers say: "good" or "defective".
        defect_type: Where it was named.
        split: "test" for what was judged blind; empty for what may be trained on.
        why: Why it is in the set: a value of `Why`.
        inspection_id: Id of the part's inspection.
        time_utc: When it was captured.
        verdict: The station's verdict.
        p_defective: Of the station; empty where there was none.
        model: Name of the model that judged.
        model_sha256: Checksum of that model's manifest, hex.
        recipe: The recipe's name.
        recipe_version: Version of that recipe, as a number.
        source: Where the picture came from, with the file where there was one.
        archived: The archive's file of which it is a copy.
        reviewers: Who judges it so, with "; " between them.
        reviewed_utc: When the last of them did.
        review_ids: Their rows in the record of reviews, with "; " between them.
    """

    picture: str
    sha256: str
    label: str
    defect_type: str
    split: str
    why: str
    inspection_id: str
    time_utc: str
    verdict: str
    p_defective: str
    model: str
    model_sha256: str
    recipe: str
    recipe_version: str
    source: str
    archived: str
    reviewers: str
    reviewed_utc: str
    review_ids: str

    @property
    def for_test(self) -> bool:
        """True where it is tested with, never trained on."""
        return self.split == TEST


COLUMNS = tuple(field.name for field in fields(Lesson))


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonCounts:
    """How many pictures there are to be learned.

    Args:
        to_learn: Those that may be trained on.
        for_test: Pictures that are for the test only.
        good: Of both, those that are good.
        defective: Of both, those that are defective.
    """

    to_learn: int
    for_test: int
    good: int
    defective: int

    @classmethod
    def of(cls, lessons: Sequence[Lesson]) -> LessonCounts:
        """Count lessons."""
        labels = Counter(lesson.label for lesson in lessons)
        tests = sum(lesson.for_test for lesson in lessons)
        return cls(to_learn=len(lessons) - tests, for_test=tests, good=labels["good"], defective=labels["defective"])


def lesson_of(part: Inspection, rows: Sequence[Review], *, confirmed: bool) -> Lesson | None:
    """Return what is to be learned of a part; None where nothing is.

    Args:
        part: What the line recorded of it.
        rows: All that was said of it, in the order in which it was committed.
        confirmed: Also where the verdict is confirmed.
    """
    standing = standings(rows).get(part.id)
    if standing is None or standing.truth not in {Truth.GOOD, Truth.DEFECTIVE} or part.picture is None:
        return None
    defective = standing.truth is Truth.DEFECTIVE
    if defective and part.views:  # nobody says which view shows the defect: the main one may be that of a good part
        return None
    why = _why(part.decision.verdict, defective=defective, blind=any(row.blind for row in rows))
    if why is None or (why is Why.CONFIRMED and not confirmed):
        return None
    picture, model, score = part.picture, part.model, part.decision.p_defective
    decided = [review for review in standing.reviews if review.judgement and review.judgement.value != "unsure"]
    types = standing.defect_types
    return Lesson(
        picture=part.id + picture.path.suffix,
        sha256=picture.sha256,
        label="defective" if defective else "good",
        defect_type=types[-1] if types else "",
        split=TEST if why is Why.AUDIT else "",
        why=why.value,
        inspection_id=part.id,
        time_utc=time_text(part.time_utc),
        verdict=part.decision.verdict.value,
        p_defective="" if score is None else f"{score:.6f}",
        model=model.name if model else "",
        model_sha256=model.sha256 if model else "",
        recipe=part.recipe,
        recipe_version=str(part.recipe_version),
        source=_text(f"{part.source} {part.source_path or ''}".strip()),
        archived=_text(str(picture.path)),
        reviewers=_text("; ".join(review.reviewer for review in decided)),
        reviewed_utc=time_text(max(review.time_utc for review in decided)),
        review_ids="; ".join(review.id for review in decided),
    )


def _why(verdict: Verdict, *, defective: bool, blind: bool) -> Why | None:
    if verdict is Verdict.ERROR:
        return None
    if blind:
        return Why.AUDIT
    if (verdict is Verdict.PASS) == defective:
        return Why.DISAGREEMENT
    if not defective:
        return None
    return Why.DECIDED if verdict is Verdict.REVIEW else Why.CONFIRMED


def _text(text: str) -> str:
    """Return a text for one line of the table; bytes of file names that are no text are spelled out."""
    return " ".join(text.encode("utf-8", "backslashreplace").decode("utf-8").split("\n"))
