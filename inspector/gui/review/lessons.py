"""A recipe's pictures to be learned, read with their thumbnails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inspector.gui.widgets.fitted_picture import read_image

if TYPE_CHECKING:
    import threading

    from PySide6.QtGui import QImage

    from inspector.outputs.reviews import ReviewLog
    from inspector.review.learning import LearningSet
    from inspector.review.lesson import Lesson

THUMBNAIL_PX = 44
_THUMBNAILS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """A recipe's set, as it is now.

    Args:
        recipe: The recipe's name.
        lessons: Pictures that are to be learned, with their labels.
        images: Thumbnails by the picture's name; one that cannot be read is left out.
        left_out: How many were taken out by hand.
        lost: How many pictures were gone before they could be copied.
    """

    recipe: str
    lessons: tuple[Lesson, ...]
    images: dict[str, QImage] = field(default_factory=dict)
    left_out: int = 0
    lost: int = 0

    @property
    def trained(self) -> tuple[Lesson, ...]:
        """Those that a training learns; what was judged blind is kept for the test."""
        return tuple(lesson for lesson in self.lessons if not lesson.for_test)


def read_lessons(
    learning: LearningSet, log: ReviewLog, images: dict[str, QImage], *, confirmed: bool, closing: threading.Event
) -> Lessons:
    """Bring the set in line with what was judged, and read it; called on the figures' thread.

    Args:
        learning: The set that is brought in line.
        log: The record of inspections and reviews.
        images: Thumbnails that are known.
        confirmed: Take failures and reviews too that a reviewer confirms.
        closing: Set when thumbnails are not wanted any more.

    Raises:
        LogError: If the log cannot be read.
        LearningError: If the set cannot be written.
    """
    update = learning.update(log, confirmed=confirmed)
    small: dict[str, QImage] = {}
    for lesson in update.lessons[-_THUMBNAILS:]:
        if closing.is_set():
            break
        image = images.get(lesson.picture) or read_image(learning.pictures / lesson.picture, THUMBNAIL_PX)
        if image is not None:
            small[lesson.picture] = image
    return Lessons(
        recipe=learning.recipe,
        lessons=update.lessons,
        images=small,
        left_out=len(learning.left_out()),
        lost=len(update.lost),
    )
