"""Reads parts under review ahead of the reviewer, on a thread of its own: entry, pixels, heatmap, thumbnails.

What is wanted next is said anew with every step; older wishes that were not begun are forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.gui.station.store import draw_thumbnail
from inspector.gui.work import Errand, Latest, Results, Worker
from inspector.review.carry_out import read_of_queue

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from inspector.outputs.reviews import ReviewLog
    from inspector.review.part import ReviewPart
    from inspector.review.walk import Walk
    from inspector.review.wishes import PartRead, ReadPart

    _Drawn = tuple[PartRead | None, QImage | None]  # what was read for a thumbnail, and the thumbnail

_THUMBNAILS = 200
_END_S = 0.5


class PartReader(QObject):
    """Owned by the walk's runner, on the GUI thread; `poll` hands out what its thread has finished.

    Args:
        walk: Says what is wanted, and gets the parts.
    """

    thumbnail = Signal(str, object)  #: the inspection's id, and QImage or None

    def __init__(self, walk: Walk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._walk = walk
        self._results = Results()
        self._worker = Worker("review", self._results)
        self._latest = Latest(self._worker)
        self._log: ReviewLog | None = None
        self._thumbnails: OrderedDict[str, QImage | None] = OrderedDict()
        self._begun: dict[str, ReviewPart | None] = {}  # by the thread: parts in the works, or read and not taken yet
        self._drawing: set[str] = set()  # by the thread: thumbnails in the works

    def begin(self, log: ReviewLog | None) -> None:
        """Read from another queue from now on; None for none. What is still being read of the old one is not taken."""
        self._latest.forget()
        self._log = log
        self._thumbnails.clear()
        self._begun, self._drawing = {}, set()  # jobs of the old queue know the old ones

    def want(self) -> None:
        """Read what the walk wants, the most urgent first, and then draw the thumbnails of the filmstrip."""
        log, walk = self._log, self._walk
        if log is None or walk.queue is None:
            return
        parts = [self._part_job(log, wish) for wish in walk.wanted() if wish.inspection_id not in self._begun]
        missing = [part for part in walk.stills() if part not in self._thumbnails and part not in self._drawing]
        stills = [self._still_job(log, walk.reading_of(part), walk.at_hand(part)) for part in missing]
        self._latest.want(*parts, *stills)

    def thumbnail_of(self, inspection_id: str) -> tuple[bool, QImage | None]:
        """Return whether a thumbnail is known, and the thumbnail."""
        return inspection_id in self._thumbnails, self._thumbnails.get(inspection_id)

    def forget_thumbnail(self, inspection_id: str) -> None:
        """Draw a thumbnail anew: more of the part may be shown now."""
        self._thumbnails.pop(inspection_id, None)

    def poll(self) -> None:
        """Hand out what is finished."""
        self._results.hand_out()

    def close(self) -> None:
        """End the thread after what it is at; waited for shortly, as decoding must not be torn off."""
        self.begin(None)
        self._worker.close()
        self._worker.join(_END_S)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _part_job(self, log: ReviewLog, wish: ReadPart) -> Errand[PartRead]:
        begun = self._begun

        def read() -> PartRead:
            begun[wish.inspection_id] = None
            outcome = read_of_queue(wish, log, pictures=True)
            begun[wish.inspection_id] = outcome.part
            return outcome

        def take(outcome: PartRead) -> None:
            begun.pop(wish.inspection_id, None)
            self._walk.take(outcome)
            self.want()  # the part is at hand now: its thumbnail needs no second reading

        def fail(error: Exception) -> None:
            begun.pop(wish.inspection_id, None)
            self._walk.fail(wish, str(error))

        return Errand(task=read, done=take, failed=fail)

    def _still_job(self, log: ReviewLog, wish: ReadPart, part: ReviewPart | None) -> Errand[_Drawn]:
        begun, drawing, key = self._begun, self._drawing, wish.inspection_id

        def draw() -> _Drawn:
            drawing.add(key)
            there = part or begun.get(key)
            if there is not None:
                return None, _thumbnail_of(there)
            read = read_of_queue(wish, log, pictures=True)
            return read, _thumbnail_of(read.part)

        def take(drawn: _Drawn) -> None:
            read, image = drawn
            drawing.discard(key)
            if read is not None:
                self._walk.note(read)
            self._keep(key, image)

        def fail(error: Exception) -> None:
            drawing.discard(key)
            self._walk.fail(wish, str(error))

        return Errand(task=draw, done=take, failed=fail)

    def _keep(self, key: str, image: QImage | None) -> None:
        self._thumbnails[key] = image
        while len(self._thumbnails) > _THUMBNAILS:
            self._thumbnails.popitem(last=False)
        self.thumbnail.emit(key, image)


def _thumbnail_of(part: ReviewPart) -> QImage | None:
    return None if part.image is None else draw_thumbnail(part.image, part.prediction)
