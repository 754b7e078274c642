"""A part under review as the reviewer may see it, with its pixels; and the few parts that are kept at hand."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.errors import PictureError, ReviewError
from inspector.outputs.kept import kept_prediction, kept_view
from inspector.pictures import read_picture
from inspector.review.queues import Entry, QueueRequest, Skipped, difference_picture, load_entry, pictures_of_views

if TYPE_CHECKING:
    from inspector.domain.records import Image, Prediction
    from inspector.domain.review import QueueKind
    from inspector.outputs.reviews import ReviewLog

#: Pixels a side of the pictures of a part's views.
VIEW_PX = 1024
_PARTS = 6
_BYTES = 300_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReviewPart:
    """One part, ready to be shown.

    Args:
        entry: What the reviewer may see; None where the part cannot be shown.
        skipped: Why it cannot be shown; None where it can.
        image: Its pixels; None where they cannot be read, or nobody asked for them.
        prediction: With the heatmap; None where none was kept, or it is withheld.
        views: Pixels of its views by `Entry.views`, at most about `VIEW_PX` wide and high, None where there are none.
        maps: The heatmaps of `views`; empty where they are withheld, and where it has one view.
        fault: Why there are no pixels; empty where there are, or nobody asked for them.
    """

    inspection_id: str
    entry: Entry | None
    skipped: Skipped | None = None
    image: Image | None = None
    prediction: Prediction | None = None
    views: tuple[Image | None, ...] = ()
    maps: tuple[Prediction | None, ...] = ()
    fault: str = ""

    @property
    def can_be_judged(self) -> bool:
        """False where it cannot be shown, or its picture cannot be read."""
        return self.entry is not None and not self.fault

    def without_pixels(self) -> ReviewPart:
        """Return what is known of it, which takes little memory."""
        return replace(self, image=None, prediction=None, views=(), maps=())


def read_part(log: ReviewLog, request: QueueRequest, inspection_id: str, *, pictures: bool) -> ReviewPart:
    """Read a part of a queue.

    Args:
        log: The record of inspections and reviews.
        request: As `Queue.request`.
        inspection_id: Id of the part's inspection.
        pictures: Whether pixels and heatmap are read too.

    Raises:
        LogError: If the log cannot be read.
    """
    entry = load_entry(log, request, inspection_id)
    if isinstance(entry, Skipped):
        return ReviewPart(inspection_id=inspection_id, entry=None, skipped=entry)
    return part_of(entry, pictures=pictures)


def part_of(entry: Entry, *, pictures: bool) -> ReviewPart:
    """Return the part of an entry, with its pixels where they are asked for and can be read."""
    if not pictures:
        return ReviewPart(inspection_id=entry.inspection_id, entry=entry)
    try:
        image = read_picture(entry.picture)
    except PictureError as error:
        return ReviewPart(inspection_id=entry.inspection_id, entry=entry, fault=str(error))
    prediction = None if entry.inspection is None else kept_prediction(entry.inspection)
    views = tuple(_small(image if path == entry.picture else path) for _, path in entry.views)
    kept = () if entry.inspection is None else tuple(map(kept_view, entry.inspection.views))
    return ReviewPart(
        inspection_id=entry.inspection_id, entry=entry, image=image, prediction=prediction, views=views, maps=kept
    )


def _small(picture: Image | Path | None) -> Image | None:
    """Return a view's picture, small enough that several take little memory; None where it cannot be read."""
    if picture is None:
        return None
    try:
        image = read_picture(picture, at_least=VIEW_PX) if isinstance(picture, Path) else picture
    except PictureError:
        return None
    step = max(1, max(image.shape[:2]) // VIEW_PX)
    return np.ascontiguousarray(image[::step, ::step])


def look_part_up(log: ReviewLog, inspection_id: str, queue: QueueKind, *, pictures: bool) -> ReviewPart:
    """Read any part of the log, with all that is known of it.

    Args:
        log: The record of inspections and reviews.
        inspection_id: Id of the part's inspection.
        queue: Where it came before the reviewer's eyes.
        pictures: Whether pixels and heatmap are read too.

    Raises:
        ReviewError: If there is no such part.
        LogError: If the log cannot be read.
    """
    inspection = log.inspection(inspection_id)
    if inspection is None:
        raise ReviewError(f"there is no inspection {inspection_id} in {log.path}", "Name one of this log's parts.")
    kept = inspection.picture
    picture = kept.path if kept is not None else None
    if picture is None and (copied := difference_picture(log, inspection_id)) is not None:
        picture = copied[0]
    entry = Entry(
        inspection_id=inspection_id,
        time_utc=inspection.time_utc,
        recipe=inspection.recipe,
        lot=inspection.lot,
        part_number=inspection.part_number,
        part_serial=inspection.part_serial,
        queue=queue,
        blind=False,
        picture=picture or Path(),
        inspection=inspection,
        standing=log.standing(inspection_id),
        views=pictures_of_views(inspection),
    )
    if picture is None and pictures:
        return ReviewPart(inspection_id=inspection_id, entry=entry, fault="no picture of this part was kept")
    return part_of(entry, pictures=pictures)


class PartShelf:
    """Parts at hand: a few with their pixels, and of all that were read what is known of them.

    Args:
        parts: How many are kept with their pixels at most.
        nbytes: How much their pixels take at most; the newest part stays, however large it is.
    """

    def __init__(self, parts: int = _PARTS, nbytes: int = _BYTES) -> None:
        self._most, self._most_bytes = parts, nbytes
        self._at_hand: OrderedDict[str, ReviewPart] = OrderedDict()
        self._known: dict[str, ReviewPart] = {}

    def __contains__(self, inspection_id: str) -> bool:
        return inspection_id in self._at_hand

    def get(self, inspection_id: str) -> ReviewPart | None:
        """Return a part with its pixels, and keep it longer than those that were asked for before."""
        part = self._at_hand.get(inspection_id)
        if part is not None:
            self._at_hand.move_to_end(inspection_id)
        return part

    def peek(self, inspection_id: str) -> ReviewPart | None:
        """Return a part with its pixels, and keep it no longer for that."""
        return self._at_hand.get(inspection_id)

    def known(self, inspection_id: str) -> ReviewPart | None:
        """Return what is known of a part, without its pixels."""
        return self._known.get(inspection_id)

    def put(self, part: ReviewPart) -> None:
        """Take a part, and let those go that were looked at longest ago."""
        self.note(part)
        self._at_hand[part.inspection_id] = part
        self._at_hand.move_to_end(part.inspection_id)
        while len(self._at_hand) > 1:
            held = sum(kept.image.nbytes for kept in self._at_hand.values() if kept.image is not None)
            if len(self._at_hand) <= self._most and held <= self._most_bytes:
                return
            self._at_hand.popitem(last=False)

    def note(self, part: ReviewPart) -> None:
        """Take what is known of a part; its pixels are not kept."""
        self._known[part.inspection_id] = part.without_pixels()

    def clear(self) -> None:
        """Let everything go."""
        self._at_hand.clear()
        self._known.clear()
