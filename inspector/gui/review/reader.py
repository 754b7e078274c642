"""Reads parts under review ahead of the reviewer, on a thread of its own: entry, pixels, heatmap, thumbnails.

What is wanted next is said anew with every step; the newest wishes are done first, older ones are forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.domain.errors import InspectorError, PictureError
from inspector.domain.review import QueueKind
from inspector.gui.station.store import draw_thumbnail
from inspector.gui.work import Results, Worker
from inspector.outputs.kept import kept_prediction
from inspector.pictures import read_picture
from inspector.review.queues import Entry, QueueRequest, Skipped, load_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QImage

    from inspector.domain.records import Image, Prediction
    from inspector.outputs.reviews import ReviewLog

#: How many full pictures are kept at most, and of how many bytes; the one that is shown always is.
_PICTURES = 6
_BYTES = 300_000_000
_THUMBNAILS = 200
_END_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """One part, ready to be shown.

    Args:
        inspection_id: Of the part.
        entry: As the reviewer may see it; None where it cannot be shown.
        skipped: Why it cannot; None where it can.
        image: The kept pixels; None where they cannot be read.
        prediction: With the heatmap; None in a blind entry, and where there is none.
        fault: Why there are no pixels; empty where there are.
    """

    inspection_id: str
    entry: Entry | None
    skipped: Skipped | None = None
    image: Image | None = None
    prediction: Prediction | None = None
    fault: str = ""


def load_part(log: ReviewLog, request: QueueRequest, inspection_id: str) -> Loaded:
    """Read a part of a queue, with its pixels; called on the reader's thread.

    Raises:
        LogError: If the log cannot be read.
    """
    found = load_entry(log, request, inspection_id)
    if isinstance(found, Skipped):
        return Loaded(inspection_id=inspection_id, entry=None, skipped=found)
    return _with_pixels(found)


def load_again(known: Loaded) -> Loaded:
    """Read the pixels of a part that was shown before; called on the reader's thread."""
    assert known.entry is not None
    return _with_pixels(known.entry)


def load_direct(log: ReviewLog, inspection_id: str) -> Loaded:
    """Read any part that was looked up by hand, with all that is known of it; called on the reader's thread.

    Raises:
        InspectorError: If there is no such part, or the log cannot be read.
    """
    inspection = log.inspection(inspection_id)
    if inspection is None:
        raise InspectorError(f"the part {inspection_id} is not in this log", "Another log may be open by now.")
    picture = inspection.picture
    entry = Entry(
        inspection_id=inspection_id,
        time_utc=inspection.time_utc,
        recipe=inspection.recipe,
        lot=inspection.lot,
        part_number=inspection.part_number,
        queue=QueueKind.DIRECT,
        blind=False,
        picture=picture.path if picture is not None else Path(),
        inspection=inspection,
        standing=log.standing(inspection_id),
    )
    if picture is None:
        return Loaded(inspection_id=inspection_id, entry=entry, fault="no picture of this part was kept")
    return _with_pixels(entry)


def _with_pixels(entry: Entry) -> Loaded:
    try:
        image = read_picture(entry.picture)
    except PictureError as error:
        return Loaded(inspection_id=entry.inspection_id, entry=entry, fault=str(error))
    prediction = None if entry.inspection is None else kept_prediction(entry.inspection)
    return Loaded(inspection_id=entry.inspection_id, entry=entry, image=image, prediction=prediction)


class Reader(QObject):
    """Owned by the desk, on the GUI thread; `poll` hands out what its thread has finished."""

    loaded = Signal(object)  #: Loaded
    thumbnail = Signal(str, object)  #: the inspection's id, and QImage or None
    failed = Signal(str, str)  #: the inspection's id, and why it could not be read at all

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._results = Results()
        self._worker = Worker("review", self._results)
        self._pictures: OrderedDict[str, Loaded] = OrderedDict()
        self._thumbnails: OrderedDict[str, QImage | None] = OrderedDict()
        self._known: dict[str, Loaded] = {}  # without pixels
        self._wishes: list[tuple[str, str]] = []  # what ("part", "thumbnail") and of which inspection
        self._load: Callable[[str], Loaded] | None = None
        self._generation = 0
        self._busy = False

    def begin(self, loader: Callable[[str], Loaded] | None) -> None:
        """Read from another queue from now on; None for none."""
        self._load = loader
        self._generation += 1
        self._pictures.clear()
        self._thumbnails.clear()
        self._known.clear()
        self._wishes = []

    def get(self, inspection_id: str) -> Loaded | None:
        """Return a part that has been read."""
        found = self._pictures.get(inspection_id)
        if found is not None:
            self._pictures.move_to_end(inspection_id)
        return found

    def known(self, inspection_id: str) -> Loaded | None:
        """Return what is known of a part that was read or of which a thumbnail was drawn, without its pixels."""
        return self._known.get(inspection_id)

    def put(self, found: Loaded) -> None:
        """Take a part as it may be shown from now on; its thumbnail is drawn anew."""
        self._pictures[found.inspection_id] = found
        self._known[found.inspection_id] = replace(found, image=None, prediction=None)
        self._thumbnails.pop(found.inspection_id, None)

    def thumbnail_of(self, inspection_id: str) -> tuple[bool, QImage | None]:
        """Return whether a thumbnail is known, and the thumbnail."""
        return inspection_id in self._thumbnails, self._thumbnails.get(inspection_id)

    def want(self, parts: Sequence[str], thumbnails: Sequence[str]) -> None:
        """Say which parts are wanted, the most urgent first, and then which thumbnails."""
        self._wishes = [("part", one) for one in parts if one not in self._pictures]
        self._wishes += [("thumbnail", one) for one in thumbnails if one not in self._thumbnails]
        self._go_on()

    def poll(self) -> None:
        """Hand out what is finished."""
        self._results.hand_out()

    def close(self) -> None:
        """End the thread after what it is at; waited for shortly, as decoding must not be torn off."""
        self._wishes, self._load = [], None
        self._worker.close()
        self._worker.join(_END_S)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _go_on(self) -> None:
        if self._busy or not self._wishes or self._load is None:
            return
        kind, wanted = self._wishes.pop(0)
        loader, generation, known = self._load, self._generation, self._pictures.get(wanted)
        self._busy = True

        def task() -> tuple[Loaded, QImage | None]:
            found = known or loader(wanted)
            return found, _draw(found) if kind == "thumbnail" else None

        def done(value: tuple[Loaded, QImage | None]) -> None:
            self._busy = False
            if generation == self._generation:
                self._take(kind, *value)
            self._go_on()

        def failed(error: Exception) -> None:
            self._busy = False
            if generation == self._generation:
                self.failed.emit(wanted, str(error))
            self._go_on()

        self._worker.do(task, done, failed)

    def _take(self, kind: str, found: Loaded, thumbnail: QImage | None) -> None:
        key = found.inspection_id
        self._known[key] = replace(found, image=None, prediction=None)
        if kind == "part":
            self._pictures[key] = found
            self._bound()
            self.loaded.emit(found)
            return
        self._thumbnails[key] = thumbnail
        while len(self._thumbnails) > _THUMBNAILS:
            self._thumbnails.popitem(last=False)
        self.thumbnail.emit(key, thumbnail)

    def _bound(self) -> None:
        """Let the pictures go that were looked at longest ago."""
        while len(self._pictures) > 1:
            held = sum(one.image.nbytes for one in self._pictures.values() if one.image is not None)
            if len(self._pictures) <= _PICTURES and held <= _BYTES:
                return
            self._pictures.popitem(last=False)


def _draw(found: Loaded) -> QImage | None:
    return None if found.image is None else draw_thumbnail(found.image, found.prediction)
