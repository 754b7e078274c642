"""The views of one part side by side: a tile for each, with its name, its picture and its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from inspector.domain.records import Verdict
from inspector.gui.language.spoken import say
from inspector.gui.theme import CURRENT, TINY_PX, font, lively

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage, QPaintEvent

_HEIGHT_PX, _WORDS_PX, _LEAST_PX, _WIDEST_PX = 112, 20, 96, 190
_STATES = {Verdict.PASS: "good", Verdict.FAIL: "fail", Verdict.REVIEW: "review", Verdict.ERROR: "error"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewTile:
    """One view.

    Args:
        name: The view's.
        image: A small picture; None where there is none.
        verdict: On this view alone; None while there is none, or it is withheld.
        reason: Why; in the tip.
    """

    name: str
    image: QImage | None = None
    verdict: Verdict | None = None
    reason: str = ""


class TileButton(QAbstractButton):
    """One tile."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tile = ViewTile(name="")
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumWidth(_LEAST_PX)
        self.setMaximumWidth(_WIDEST_PX)
        self.setFixedHeight(_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_tile(self, tile: ViewTile) -> None:
        """Set what is shown."""
        self.tile = tile
        verdict = tile.verdict.value if tile.verdict is not None else ""
        words = " · ".join(filter(None, (tile.name, say(verdict))))
        self.setText(words)
        self.setAccessibleName(f"{say('View')} {words}")
        self.setToolTip(f"{words}: {say(tile.reason)}" if tile.reason else words)
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(_WIDEST_PX, _HEIGHT_PX)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the picture, a frame in the verdict's colour, name and verdict."""
        theme, tile = CURRENT.theme, self.tile
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(2, 2, self.width() - 4, self.height() - _WORDS_PX - 4)
        painter.fillRect(box, theme.colour("stage"))
        if tile.image is not None:
            size = tile.image.size().scaled(box.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(box.center())
            painter.drawImage(place, tile.image)
        else:
            painter.setPen(theme.colour("stage_text"))
            painter.setFont(font(TINY_PX))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, say("no picture"))
        state = _STATES[tile.verdict] if tile.verdict is not None else "idle"
        strong = self.isChecked() or self.hasFocus() or self.underMouse()
        painter.setPen(QPen(lively(theme, state), 4 if strong else 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 3, 3)
        words = QRectF(2, self.height() - _WORDS_PX, self.width() - 4, _WORDS_PX)
        painter.setFont(font(TINY_PX))
        painter.setPen(lively(theme, state) if tile.verdict not in (None, Verdict.PASS) else theme.colour("muted"))
        elided = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, round(words.width()))
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, elided)


class ViewStrip(QWidget):
    """The tiles in a row; hidden where a part has one view."""

    chosen = Signal(int)  #: place of the tile that was clicked, 0 for the first

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._row.addStretch(1)
        self.tiles: list[TileButton] = []
        self.setAccessibleName(say(name))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_views(self, views: Sequence[ViewTile], shown: int = 0) -> None:
        """Set the tiles; fewer than two hide the strip.

        Args:
            shown: Place of the view that is shown large.
        """
        wanted = views if len(views) > 1 else ()
        while len(self.tiles) < len(wanted):
            tile = TileButton(self)
            tile.clicked.connect(partial(self._clicked, len(self.tiles)))
            self._row.insertWidget(len(self.tiles), tile, 4)
            self.tiles.append(tile)
        while len(self.tiles) > len(wanted):
            tile = self.tiles.pop()
            self._row.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        for place, (tile, view) in enumerate(zip(self.tiles, wanted, strict=True)):
            tile.show_tile(view)
            tile.setChecked(place == shown)
        self.setVisible(bool(wanted))

    def _clicked(self, place: int) -> None:
        self.chosen.emit(place)
