"""A judgement on its way to the disk, and what may be shown of its part afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.gui.store import prediction_of

if TYPE_CHECKING:
    from inspector.domain.records import Inspection, Prediction
    from inspector.domain.review import Review
    from inspector.gui.pages.review_reader import Loaded
    from inspector.outputs.reviews import ReviewLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A judgement that is on the disk, and what may be shown of its part now.

    Args:
        review: As it was committed.
        inspection: The whole record.
        others: What colleagues say of the part at present.
        prediction: With the heatmap.
        meanwhile: What colleagues have said since the part was shown.
    """

    review: Review
    inspection: Inspection
    others: tuple[Review, ...]
    prediction: Prediction | None
    meanwhile: tuple[Review, ...]


def commit(log: ReviewLog, review: Review, found: Loaded) -> Written:
    """Write a judgement, and read what may be shown afterwards; called on the worker.

    Args:
        log: The record.
        review: The judgement.
        found: Its part, as it was shown.

    Raises:
        LogError: If it could not be written; it can be tried again with the same judgement.
        ReviewError: If it does not fit the record.
    """
    assert found.entry is not None
    log.add(review)
    inspection = found.entry.inspection or log.inspection(review.inspection_id)
    assert inspection is not None  # its row is there: the judgement would have been refused
    others = tuple(one for one in log.standing(review.inspection_id).reviews if one.reviewer != review.reviewer)
    known = found.entry.standing.reviews if found.entry.standing is not None else ()
    blind = found.entry.inspection is None
    return Written(
        review=review,
        inspection=inspection,
        others=others,
        prediction=prediction_of(inspection) if blind else found.prediction,
        meanwhile=() if blind else tuple(one for one in others if one not in known),
    )
