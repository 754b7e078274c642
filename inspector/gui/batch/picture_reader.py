"""Pictures of a batch and their heatmaps: read and judged again by workers, the newest wanted first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
from PySide6.QtCore import QObject, Signal

from inspector.batch import find_picture
from inspector.batch.contents import read_judged
from inspector.domain.errors import InspectorError
from inspector.gui.batch.gallery import PICTURE_H, PICTURE_W
from inspector.gui.widgets.render import to_qimage
from inspector.gui.work import Latest
from inspector.pictures import place_of, read_picture

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from inspector.batch import BatchRun
    from inspector.domain.records import Image, Prediction
    from inspector.gui.batch.heatmaps import Heatmaps
    from inspector.gui.work import Worker
    from inspector.pictures import Place
    from inspector.pictures.content import KnownContent


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureWish:
    """A picture that is to be shown.

    Args:
        name: Its path within the folder.
        known: What was judged.
        runs: The run, and the one beside it where two are compared: a heatmap of each.
        judged: For each of them whether the network was asked; where it was not, there is no heatmap.
    """

    name: str
    known: KnownContent
    runs: tuple[BatchRun, ...]
    judged: tuple[bool, ...]

    @property
    def path(self) -> Place:
        """The file."""
        return find_picture(self.runs[0].pictures, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureReading:
    """What there is of a picture so far.

    Args:
        wish: The one that this answers.
        image: Its pixels; None where it cannot be shown, or has not been read yet.
        why: Why it cannot be shown, and what to do.
        changed: True where the file is not the one that was judged.
        heatmaps: One for each run: the prediction; None while it is computed or not asked for; or why there is none.
    """

    wish: PictureWish
    image: Image | None = None
    why: str = ""
    changed: bool = False
    heatmaps: tuple[Prediction | str | None, ...] = (None,)


class PictureReader(QObject):
    """Reads the picture that was wanted last, then computes its heatmaps. Lives on the GUI thread.

    Args:
        heatmaps: Used on the judging worker only.
        reading: Reads pictures.
        judging: Computes heatmaps.
    """

    read = Signal(object)  #: PictureReading, whenever there is more of the picture

    def __init__(self, *, heatmaps: Heatmaps, reading: Worker, judging: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._heatmaps = heatmaps
        self._pictures, self._judging = Latest(reading), Latest(judging)
        self._reading: PictureReading | None = None
        self._with_heatmap = True

    def want(self, wish: PictureWish | None, *, heatmap: bool) -> None:
        """Ask for a picture.

        Args:
            heatmap: Whether the picture's heatmaps are wanted too.
        """
        self._with_heatmap = heatmap
        self._reading = None
        self._judging.forget()
        if wish is None:
            self._pictures.forget()
            return

        def failed(error: Exception) -> None:
            self._tell(PictureReading(wish=wish, why=str(error)))

        self._pictures.ask(lambda: _read(wish), self._on_read, failed)

    def want_heatmap(self, *, heatmap: bool) -> None:
        """Say whether heatmaps are wanted; those of the picture that is shown are computed now."""
        self._with_heatmap = heatmap
        self._judge()

    def _on_read(self, reading: PictureReading) -> None:
        self._tell(reading)
        self._judge()

    def _tell(self, reading: PictureReading) -> None:
        self._reading = reading
        self.read.emit(reading)

    def _judge(self) -> None:
        reading = self._reading
        self._judging.forget()
        if reading is None or reading.image is None or not self._with_heatmap:
            return
        for place, heatmap in enumerate(reading.heatmaps):
            if heatmap is None:
                self._judge_with(reading.wish, reading.image, place)

    def _judge_with(self, wish: PictureWish, image: Image, place: int) -> None:
        """Judge the picture with one of its runs' models."""

        def done(heatmap: Prediction | str) -> None:
            if self._reading is not None:
                heatmaps = list(self._reading.heatmaps)
                heatmaps[place] = heatmap
                self._tell(replace(self._reading, heatmaps=tuple(heatmaps)))

        self._judging.also(
            lambda: self._heatmaps.make(wish.runs[place], wish.name, wish.known, image),
            done,
            lambda error: done(f"No heatmap: {error}"),
        )


def make_thumbnail(file: str, bit_depth: int | None) -> QImage | None:
    """Read a picture and make it so small that it fits the gallery; None where it cannot be shown. On a worker."""
    try:
        place = place_of(file)
        path = find_picture(place.parent, place.name) if isinstance(place, Path) else place
        image = read_picture(path, at_least=2 * PICTURE_H, bit_depth=bit_depth)
    except InspectorError:
        return None
    scale = min(1.0, PICTURE_W / image.shape[1], PICTURE_H / image.shape[0])
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return to_qimage(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def _read(wish: PictureWish) -> PictureReading:
    path = wish.path
    if isinstance(path, Path) and not path.exists():
        words = f"{wish.name} is not in its folder any more.\nIts row stays; put the file back to see it."
        return PictureReading(wish=wish, why=words, heatmaps=tuple(None for _ in wish.runs))
    judge = wish.runs[0].record.judge
    heatmaps = tuple(None if asked else "No heatmap: the network was not asked." for asked in wish.judged)
    try:
        image, changed = read_judged(path, wish.known, bit_depth=judge.bit_depth if judge else None)
        return PictureReading(wish=wish, image=image, changed=changed, heatmaps=heatmaps)
    except InspectorError as error:
        return PictureReading(wish=wish, why=f"{wish.name} cannot be shown.\n{error}", heatmaps=heatmaps)
