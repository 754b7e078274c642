"""The pictures of one cell of the confusion matrix, read on the worker, and one of them large."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QDialog, QVBoxLayout

from inspector.gui.operating_point.part_strip import THUMB_PX, PartEntry
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.count_button import VERDICT_WORDS
from inspector.gui.widgets.fitted_picture import FittedPicture, read_image
from inspector.gui.work import Latest

if TYPE_CHECKING:
    from inspector.domain.records import Thresholds, Verdict
    from inspector.gui.operating_point.part_strip import PartStrip
    from inspector.gui.operating_point.score_axis import ScoreAxis
    from inspector.gui.work import Worker
    from inspector.operating_point.parts import LabelledParts
    from inspector.pictures import Place

#: More are not shown: the most surprising ones come first.
SHOWN_AT_MOST = 60
_LARGE_PX = 720
_ORDER = {True: "lowest scores first", False: "highest scores first"}


class CellPictures:
    """See the module; lives on the GUI thread.

    Args:
        worker: Reads the pictures.
        axis: Shows where the picked one's score lies.
    """

    def __init__(self, *, worker: Worker, strip: PartStrip, axis: ScoreAxis) -> None:
        self._strip, self._axis = strip, axis
        self._thumbnails, self._large = Latest(worker), Latest(worker)
        self._parts: LabelledParts | None = None
        self._places: list[int] = []
        self._images: dict[int, QImage | None] = {}
        self.dialog: QDialog | None = None
        strip.picked.connect(self._picked)
        strip.opened.connect(self._open)

    def forget(self) -> None:
        """The parts are others now."""
        self._thumbnails.forget()
        self._parts, self._places = None, []
        self._images.clear()

    def show(self, parts: LabelledParts, point: Thresholds, defective: bool, verdict: Verdict) -> None:  # noqa: FBT001
        """Show the parts of a cell."""
        places = parts.scores.cell(point, defective=defective, verdict=verdict)
        kind = "DEFECTIVE" if defective else "GOOD"
        more = f", {SHOWN_AT_MOST} SHOWN" if len(places) > SHOWN_AT_MOST else ""
        title = f"{kind}, {VERDICT_WORDS[verdict].upper()}: {len(places):,}{more}"
        if len(places) > 1:
            title += f", {_ORDER[defective].upper()}"
        shown = places[:SHOWN_AT_MOST].tolist()
        if parts is self._parts and shown == self._places and self._strip.title.text() == title:
            return
        self._parts, self._places = parts, shown
        self._axis.mark(None)
        self._strip.show_parts(title, [_entry(parts, place) for place in shown])
        self._thumbnails.forget()
        for place in shown:
            if self._images.get(place) is not None:
                self._strip.show_image(place, self._images[place])
            else:
                self._read(parts, place)

    def _read(self, parts: LabelledParts, place: int) -> None:
        file = parts.picture(place)

        def done(image: QImage | None) -> None:
            self._images[place] = image
            self._strip.show_image(place, image)

        self._thumbnails.also(lambda: _thumbnail(file, parts.bit_depth), done)

    def _picked(self, place: int) -> None:
        if self._parts is not None:
            scores = self._parts.scores
            self._axis.mark(float(scores.scores[place]), float(scores.strangeness[place]))

    def _open(self, place: int) -> None:
        """Show a part large."""
        parts = self._parts
        if parts is None or (file := parts.picture(place)) is None:
            return
        words = _entry(parts, place).tip

        def done(image: QImage | None) -> None:
            self.dialog = _dialog(words, image, self._strip)
            self.dialog.open()

        self._large.ask(lambda: read_image(file, _LARGE_PX, bit_depth=parts.bit_depth), done)


def _entry(parts: LabelledParts, place: int) -> PartEntry:
    p = float(parts.scores.scores[place])
    score = "no score" if p != p else f"{p:.4f}"  # noqa: PLR0124 - NaN
    name, strangeness = parts.names[place], float(parts.scores.strangeness[place])
    strange = "" if math.isnan(strangeness) else f", strangeness {strangeness:.2f}"
    return PartEntry(place=place, caption=score, tip=f"{name}\n{parts.types[place]}, P(defective) {score}{strange}")


def _thumbnail(file: Place | None, bit_depth: int | None) -> QImage | None:
    """Read a picture into the middle of a square, so that the row is even; called on the worker."""
    image = None if file is None else read_image(file, THUMB_PX, bit_depth=bit_depth)
    if image is None:
        return None
    if image.width() > THUMB_PX:
        image = image.scaledToWidth(THUMB_PX, Qt.TransformationMode.SmoothTransformation)
    square = QImage(THUMB_PX, THUMB_PX, QImage.Format.Format_ARGB32_Premultiplied)
    square.fill(Qt.GlobalColor.transparent)
    painter = QPainter(square)
    painter.drawImage((THUMB_PX - image.width()) // 2, (THUMB_PX - image.height()) // 2, image)
    painter.end()
    return square


def _dialog(words: str, image: QImage | None, parent: PartStrip) -> QDialog:
    dialog = QDialog(parent)
    dialog.setWindowTitle(words.partition("\n")[0])
    dialog.setMinimumSize(560, 640)
    layout = QVBoxLayout(dialog)
    layout.addWidget(label(words if image is not None else f"{words}\nThe picture is not there any more."))
    picture = FittedPicture("The part", dialog)
    picture.show_image(image)
    layout.addWidget(picture, 1)
    return dialog
