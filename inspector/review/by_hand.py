"""Pictures to be learned that were judged outside the record: of a batch, or tried by hand.

They lie with a recipe's other pictures to be learned, in a table of their own, which one thread of the window writes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.errors import LearningError, PictureError
from inspector.domain.ids import new_id
from inspector.domain.review import Judgement
from inspector.files import FileError, write_bytes
from inspector.outputs.rows import time_text
from inspector.pictures import StorePath
from inspector.review.lesson import Lesson, Why

if TYPE_CHECKING:
    from inspector.pictures import Place
    from inspector.review.learning import LearningSet


@dataclass(frozen=True, slots=True, kw_only=True)
class HandJudgement:
    """What somebody says of a picture that stands in no record.

    Args:
        picture: Its file.
        judgement: Good or defective; None takes back what was said.
        defect_type: Of a defective one; empty where it was not named.
        by: Who says so.
        verdict: What was said of it by the model.
        p_defective: The model's score; None where the picture could not be judged.
        model: That model's name.
        recipe_version: Of the recipe whose set it comes into.
        source: Where it came from: "batch", or "tried by hand".
    """

    picture: Place
    judgement: Judgement | None
    defect_type: str = ""
    by: str
    verdict: str
    p_defective: float | None
    model: str
    recipe_version: int
    source: str


def learn_by_hand(learning: LearningSet, said: HandJudgement) -> None:
    """Take a picture into a recipe's set; what was said of the same content before is replaced.

    Raises:
        LearningError: If it cannot be read, or the set cannot be written.
    """
    try:
        data = _content(said.picture)
    except OSError as error:
        raise LearningError(
            f"the picture {said.picture} cannot be read: {cause_of(error)}", "Judge one that is there."
        ) from error
    except PictureError as error:
        raise LearningError(error.what, error.next_step) from error
    sha256 = hashlib.sha256(data).hexdigest()
    kept = [lesson for lesson in learning.by_hand() if lesson.sha256 != sha256]
    if said.judgement is not None:
        lesson = _lesson(said, sha256, learning.recipe)
        try:
            write_bytes(learning.pictures / lesson.picture, data)
        except FileError as error:
            raise LearningError(error.what, error.next_step) from error
        kept.append(lesson)
    learning.keep_by_hand(kept)


def _content(picture: Place) -> bytes:
    return picture.read()[1] if isinstance(picture, StorePath) else picture.read_bytes()


def _lesson(said: HandJudgement, sha256: str, recipe: str) -> Lesson:
    now = time_text(datetime.now(UTC))
    return Lesson(
        picture=f"hand-{sha256[:32]}{said.picture.suffix}",
        sha256=sha256,
        label="good" if said.judgement is Judgement.GOOD else "defective",
        defect_type=said.defect_type,
        split="",
        why=Why.BY_HAND.value,
        inspection_id=new_id(),
        time_utc=now,
        verdict=said.verdict,
        p_defective="" if said.p_defective is None else f"{said.p_defective:.6f}",
        model=said.model,
        model_sha256="",
        recipe=recipe,
        recipe_version=str(said.recipe_version),
        source=said.source,
        archived=str(said.picture).encode("utf-8", "backslashreplace").decode("utf-8"),
        reviewers=said.by,
        reviewed_utc=now,
        review_ids="",
    )
