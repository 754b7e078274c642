"""The picture of scores in one direction: a lane for good parts and one for defective, in their verdict's colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from inspector.domain.statistics import logits
from inspector.gui.operating_point.score_paths import score_paths
from inspector.gui.theme import CURRENT, SMALL_PX, TINY_PX, font, lively

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QSize

    from inspector.domain.operating_point import LabelledScores

_GAP_PX = 8
_ZONE_ALPHA = 22


class ScoreLanes:
    """See the module; a `ScoreAxis` owns it."""

    def __init__(self) -> None:
        self.logits = (np.empty(0), np.empty(0))  #: of good and of defective parts with a score
        self.errors = 0
        self._layers: dict[str, QPixmap] = {}
        self._layers_of: tuple[bool, float, QSize] | None = None

    def show_scores(self, scores: LabelledScores | None) -> None:
        """Set the parts; None for none."""
        self.logits, self.errors, self._layers_of = (np.empty(0), np.empty(0)), 0, None
        if scores is not None:
            scored = ~np.isnan(scores.scores)
            self.errors = int((~scored).sum())
            rows = [scores.scores[scored & (scores.defective == kind)] for kind in (False, True)]
            self.logits = (logits(rows[0]), logits(rows[1]))

    def draw(
        self,
        painter: QPainter,
        area: QRectF,
        reach: tuple[float, float],
        zones: Sequence[tuple[str, QRectF]],
        size: tuple[QSize, float],
    ) -> None:
        """Draw the parts of each verdict in its colour.

        Args:
            painter: Of the widget.
            area: Of the parts, in the widget's pixels.
            reach: The ends of the axis.
            zones: Colour's name and place of each verdict.
            size: Of the widget, and how many of the screen's pixels one of it has.
        """
        layers = self._coloured(area, reach, size)
        for name, zone in zones:
            ratio = layers[name].devicePixelRatio()
            painter.drawPixmap(zone, layers[name], QRectF(zone.topLeft() * ratio, zone.size() * ratio))

    def draw_words(self, painter: QPainter, area: QRectF) -> None:
        """Draw what each lane holds, and the lanes' ends."""
        lanes = _lanes(area)
        painter.setPen(CURRENT.theme.colour("edge"))
        for lane in lanes:
            painter.drawLine(lane.bottomLeft(), lane.bottomRight())
        painter.setPen(CURRENT.theme.colour("text"))
        painter.setFont(font(SMALL_PX))
        for lane, rows, words in zip(lanes, self.logits, ("good", "defective"), strict=True):
            painter.drawText(lane.adjusted(8, 6, -8, 0), Qt.AlignmentFlag.AlignLeft, f"{len(rows):,} {words}")
        if self.errors:
            painter.setPen(lively(CURRENT.theme, "error"))
            words = f"{self.errors:,} ERROR, without a score"
            painter.drawText(lanes[0].adjusted(8, 6, -8, 0), Qt.AlignmentFlag.AlignRight, words)
        painter.setFont(font(TINY_PX))

    def _coloured(self, area: QRectF, reach: tuple[float, float], size: tuple[QSize, float]) -> dict[str, QPixmap]:
        """Return all parts in each verdict's colour, painted once: while a threshold moves they are only cut anew."""
        theme = CURRENT.theme
        key = (theme.dark, size[1], size[0])
        if self._layers_of != key:
            self._layers_of, self._layers = key, {}
            paths = score_paths(self.logits, _lanes(area), reach)
            for name in ("good", "review", "fail"):
                layer = empty_layer(*size)
                layer.fill(faint(lively(theme, name)))
                painter = QPainter(layer)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(lively(theme, name))
                for path in paths:
                    painter.drawPath(path)
                painter.end()
                self._layers[name] = layer
        return self._layers


def empty_layer(size: QSize, ratio: float) -> QPixmap:
    """Return a transparent layer of a widget."""
    layer = QPixmap(size * ratio)
    layer.setDevicePixelRatio(ratio)
    layer.fill(Qt.GlobalColor.transparent)
    return layer


def faint(colour: QColor) -> QColor:
    """Return a verdict's colour as the ground behind parts."""
    pale = QColor(colour)
    pale.setAlpha(_ZONE_ALPHA)
    return pale


def _lanes(area: QRectF) -> tuple[QRectF, QRectF]:
    height = (area.height() - _GAP_PX) / 2
    upper = QRectF(area.left(), area.top(), area.width(), height)
    return upper, upper.translated(0, height + _GAP_PX)
