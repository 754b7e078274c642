"""Pictures of a batch and their heatmaps: read and judged again by workers, the newest wanted first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from inspector.batch import find_picture
from inspector.domain.errors import InspectorError
from inspector.gui.batch.heatmaps import Heatmaps
from inspector.gui.widgets.render import to_qimage
from inspector.pictures import read_picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QImage

    from inspector.batch import BatchRun
    from inspector.domain.records import Image, Prediction
    from inspector.gui.station.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureWish:
    """A picture that is to be shown.

    Args:
        name: Its path within the folder.
        stamp: Size and time of its last change when it was judged; -1 where unknown.
        runs: The run, and the one beside it where two are compared: a heatmap of each.
        judged: For each of them whether the network was asked; where it was not, there is no heatmap.
    """

    name: str
    stamp: tuple[int, int]
    runs: tuple[BatchRun, ...]
    judged: tuple[bool, ...]

    @property
    def path(self) -> Path:
        """The file."""
        return find_picture(self.runs[0].pictures, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureReading:
    """What there is of a picture so far.

    Args:
        wanted: Which.
        image: Its pixels; None where it cannot be shown, or has not been read yet.
        why: Why it cannot be shown, and what to do.
        changed: True where the file is not the one that was judged.
        heatmaps: One for each run: the prediction; None while it is computed or not asked for; or why there is none.
    """

    wanted: PictureWish
    image: Image | None = None
    why: str = ""
    changed: bool = False
    heatmaps: tuple[Prediction | str | None, ...] = (None,)


class PictureReader:
    """Gets the picture that is wanted, then its heatmaps; what is no longer wanted is passed over. On the GUI thread.

    Args:
        session: Gives the workers.
        show: Description what there is, whenever there is more.
    """

    def __init__(self, session: Session, show: Callable[[PictureReading], None]) -> None:
        self._show = show
        self._pictures = session.workers.make("pictures")
        self._heatmaps = Heatmaps(session.store)
        self._judging = session.workers.make("heatmaps", self._heatmaps.close)
        self._looked: PictureReading | None = None
        self._number = 0
        self._with_heatmap = True

    def want(self, wanted: PictureWish | None, *, heatmap: bool) -> None:
        """Ask for a picture; None for none.

        Args:
            wanted: Which.
            heatmap: Its heatmap too.
        """
        self._number += 1
        self._with_heatmap = heatmap
        self._looked = None
        if wanted is None:
            return
        number = self._number

        def read() -> PictureReading | None:
            return _read(wanted) if number == self._number else None

        def done(looked: PictureReading | None) -> None:
            if looked is not None and number == self._number:
                self._tell(looked)
                self._judge()

        def failed(error: Exception) -> None:
            done(PictureReading(wanted=wanted, why=str(error)))

        self._pictures.do(read, done, failed)

    def want_heatmap(self, *, heatmap: bool) -> None:
        """Say whether heatmaps are wanted; those of the picture that is shown are computed now."""
        self._with_heatmap = heatmap
        self._judge()

    def _tell(self, looked: PictureReading) -> None:
        self._looked = looked
        self._show(looked)

    def _judge(self) -> None:
        looked = self._looked
        if looked is None or looked.image is None or not self._with_heatmap:
            return
        for place, heatmap in enumerate(looked.heatmaps):
            if heatmap is None:
                self._judge_one(looked.wanted, looked.image, place)

    def _judge_one(self, wanted: PictureWish, image: Image, place: int) -> None:
        number = self._number
        run = wanted.runs[place]

        def judge() -> Prediction | None:
            if number != self._number:
                return None
            return self._heatmaps.make(run, wanted.name, wanted.stamp, image)

        def done(found: Prediction | str | None) -> None:
            if found is not None and number == self._number and self._looked is not None:
                heatmaps = list(self._looked.heatmaps)
                heatmaps[place] = found
                self._tell(replace(self._looked, heatmaps=tuple(heatmaps)))

        self._judging.do(judge, done, lambda error: done(f"No heatmap: {error}"))


def make_thumbnail(file: str, width_px: int, height_px: int) -> QImage | None:
    """Read a picture and make it so small that it fits; None where it cannot be shown. Called on a worker."""
    try:
        image = read_picture(find_picture(Path(file).parent, Path(file).name), at_least=2 * height_px)
    except InspectorError:
        return None
    scale = min(1.0, width_px / image.shape[1], height_px / image.shape[0])
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return to_qimage(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def _read(wanted: PictureWish) -> PictureReading:
    path = wanted.path
    try:
        status = path.stat()
    except OSError:
        words = f"{wanted.name} is not in its folder any more.\nIts row stays; put the file back to see it."
        return PictureReading(wanted=wanted, why=words, heatmaps=tuple(None for _ in wanted.runs))
    changed = -1 not in wanted.stamp and (status.st_size, status.st_mtime_ns) != wanted.stamp
    heatmaps = tuple(None if asked else "No heatmap: the network was not asked." for asked in wanted.judged)
    try:
        return PictureReading(wanted=wanted, image=read_picture(path), changed=changed, heatmaps=heatmaps)
    except InspectorError as error:
        return PictureReading(wanted=wanted, why=f"{wanted.name} cannot be shown.\n{error}", heatmaps=heatmaps)
