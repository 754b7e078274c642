"""Pictures to be learned that were judged outside the record: of a batch, or tried by hand.

They lie with a recipe's other pictures to be learned, in a table of their own, which one thread of the window writes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.domain.errors import FolderAwayError, InspectorError, LearningError
from inspector.domain.ids import new_id
from inspector.domain.review import Judgement
from inspector.files import FileError, write_bytes
from inspector.outputs.rows import time_text
from inspector.pictures.content import digest_of
from inspector.pictures.held import read_held
from inspector.review.lesson import Lesson, Why

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.review.hand_picture import HandPicture
    from inspector.review.learning import LearningSet


@dataclass(frozen=True, slots=True, kw_only=True)
class HandJudgement:
    """What somebody says of such pictures.

    Args:
        pictures: All of which it is said.
        judgement: Good or defective; None takes back what was said.
        defect_type: Of defective ones; empty where it was not named.
        by: Who says so.
        model: The name of the model that judged.
        recipe_version: Of the recipe whose set they come into.
        source: Where they came from: "batch", or "tried by hand".
    """

    pictures: Sequence[HandPicture]
    judgement: Judgement | None
    defect_type: str = ""
    by: str
    model: str
    recipe_version: int
    source: str


def learn_by_hand(learning: LearningSet, said: HandJudgement) -> None:
    """Take pictures into a recipe's set; what was said of the same content before is replaced.

    Those that can be read are taken, whatever the others are.

    Raises:
        LearningError: If one cannot be read, or is no longer what was judged; or the set cannot be written.
    """
    kept = {lesson.sha256: lesson for lesson in learning.by_hand()}
    faults: list[LearningError] = []
    for picture in said.pictures:
        try:
            data = _content(picture)
        except LearningError as error:
            faults.append(error)
            continue
        sha256 = hashlib.sha256(data).hexdigest()
        kept.pop(sha256, None)
        if said.judgement is not None:
            kept[sha256] = lesson = _lesson(said, picture, sha256, learning.recipe)
            try:
                write_bytes(learning.pictures / lesson.picture, data)
            except FileError as error:
                raise LearningError(error.what, error.next_step) from error
    if len(faults) < len(said.pictures):
        learning.keep_by_hand(list(kept.values()))
    if faults and len(said.pictures) > 1:
        what = f"{len(faults)} of {len(said.pictures)} pictures were not taken. The first: {faults[0].what}"
        raise LearningError(what, faults[0].next_step)
    if faults:
        raise faults[0]


def _content(picture: HandPicture) -> bytes:
    try:
        held = read_held(picture.file)
    except FolderAwayError as error:
        raise LearningError(error.what, error.next_step) from error
    content, judged = held.content, picture.judged
    if isinstance(content, InspectorError):
        raise LearningError(content.what, content.next_step)
    if judged is not None and held.stamp is not None and not judged.holds(held.stamp, lambda: digest_of(content)):
        raise LearningError(f"the file {picture.file} has changed since it was judged", "Inspect it again first.")
    return content


def _lesson(said: HandJudgement, picture: HandPicture, sha256: str, recipe: str) -> Lesson:
    now = time_text(datetime.now(UTC))
    return Lesson(
        picture=f"hand-{sha256[:32]}{picture.file.suffix}",
        sha256=sha256,
        label="good" if said.judgement is Judgement.GOOD else "defective",
        defect_type=said.defect_type,
        split="",
        why=Why.BY_HAND.value,
        inspection_id=new_id(),
        time_utc=now,
        verdict=picture.verdict,
        p_defective="" if picture.p_defective is None else f"{picture.p_defective:.6f}",
        model=said.model,
        model_sha256="",
        recipe=recipe,
        recipe_version=str(said.recipe_version),
        source=said.source,
        archived=str(picture.file).encode("utf-8", "backslashreplace").decode("utf-8"),
        reviewers=said.by,
        reviewed_utc=now,
        review_ids="",
    )
