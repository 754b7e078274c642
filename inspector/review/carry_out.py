"""Carries the wishes of a walk out: on the disk, on whatever thread calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.outputs.kept import kept_prediction
from inspector.review.part import look_part_up, part_of, read_part
from inspector.review.queues import first_queue
from inspector.review.wishes import (
    Commit,
    LookedUp,
    LookUp,
    PartRead,
    QueueRead,
    ReadPart,
    ReadQueue,
    Withdraw,
    Withdrawn,
    Written,
)

if TYPE_CHECKING:
    from inspector.outputs.reviews import ReviewLog
    from inspector.review.population import PolicyOf
    from inspector.review.wishes import Wish, WishOutcome


def carry_out(wish: Wish, log: ReviewLog, policy_of: PolicyOf, *, pictures: bool) -> WishOutcome:
    """Do what a walk wishes, and return what came of it.

    Args:
        log: The record of inspections and reviews.
        policy_of: What each version of a recipe kept of its pictures.
        pictures: Whether pixels and heatmaps are read too.

    Raises:
        LogError: If the log cannot be read or written; a wish to write can be carried out again.
        ReviewError: If it does not fit the record.
    """
    match wish:
        case ReadQueue():
            return QueueRead(wish=wish, queue=first_queue(log, wish.request, policy_of, instead=wish.instead))
        case ReadPart():
            return read_of_queue(wish, log, pictures=pictures)
        case LookUp():
            return LookedUp(wish=wish, part=look_part_up(log, wish.inspection_id, wish.queue, pictures=pictures))
        case Commit():
            return _commit(wish, log, pictures=pictures)
        case Withdraw():
            log.add(wish.withdrawal)
            return Withdrawn(wish=wish)


def read_of_queue(wish: ReadPart, log: ReviewLog, *, pictures: bool) -> PartRead:
    """Read a part of a queue; of one that was judged in this walk only the pixels.

    Args:
        log: The record of inspections and reviews.
        pictures: Whether pixels and heatmap are read too.

    Raises:
        LogError: If the log cannot be read.
    """
    if wish.entry is not None:
        return PartRead(wish=wish, part=part_of(wish.entry, pictures=pictures))
    return PartRead(wish=wish, part=read_part(log, wish.request, wish.inspection_id, pictures=pictures))


def _commit(wish: Commit, log: ReviewLog, *, pictures: bool) -> Written:
    review, part = wish.review, wish.part
    assert part.entry is not None
    log.add(review)
    inspection = part.entry.inspection or log.inspection(review.inspection_id)
    assert inspection is not None  # its row is there: the judgement would have been refused
    others = tuple(row for row in log.standing(review.inspection_id).reviews if row.reviewer != review.reviewer)
    known = part.entry.standing.reviews if part.entry.standing is not None else ()
    withheld = part.entry.inspection is None
    return Written(
        wish=wish,
        inspection=inspection,
        others=others,
        prediction=kept_prediction(inspection) if withheld and pictures else part.prediction,
        meanwhile=() if withheld else tuple(row for row in others if row not in known),
    )
