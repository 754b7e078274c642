"""The picture of scores in two directions: P(defective) across, strangeness upwards, a dot for each part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath, QPen, QPolygonF

from inspector.domain.statistics import logits
from inspector.gui.operating_point.strange_scale import StrangeScale
from inspector.gui.theme import CURRENT, lively

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from inspector.domain.operating_point import LabelledScores
    from inspector.domain.strangeness import GoodScale

#: Left of the plane stands the strangeness, right of it the share of good parts; below it parts without one.
LEFT_PX, RIGHT_PX, STRIP_PX = 40, 50, 20
#: How classes are drawn, by shape and colour: good, defective.
SHAPES = (("●", "good"), ("◆", "fail"))
#: Of more parts each is a small dot, and those that would lie on one another are one.
_LARGE_AT_MOST, _LARGE_PX, _SMALL_PX = 2000, 9.0, 4.0


@dataclass(frozen=True, slots=True)
class ScorePlane:
    """Where the parts lie.

    Args:
        groups: (N,) logit and (N,) strangeness of the good and of the defective parts; NaN where it is not recorded.
        scale: Of good parts.
    """

    groups: tuple[tuple[NDArray[np.float64], NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]]
    scale: GoodScale

    @staticmethod
    def of(scores: LabelledScores, scale: GoodScale | None) -> ScorePlane | None:
        """Return the plane of labelled scores; None where no strangeness is recorded, or the model has no memory."""
        scored = ~np.isnan(scores.scores)
        if scale is None or not (scored & ~np.isnan(scores.strangeness)).any():
            return None
        good, bad = (
            (logits(scores.scores[chosen]), scores.strangeness[chosen])
            for chosen in (scored & ~scores.defective, scored & scores.defective)
        )
        return ScorePlane((good, bad), scale)

    @property
    def unmeasured(self) -> int:
        """How many parts have no strangeness."""
        return sum(int(np.isnan(strange).sum()) for _, strange in self.groups)

    def room(self, area: QRectF) -> QRectF:
        """Return what of the area is left for parts with a strangeness."""
        return area.adjusted(0, 0, 0, -STRIP_PX) if self.unmeasured else area

    def upwards(self, area: QRectF) -> StrangeScale:
        """Return the scale of the strangeness in an area."""
        known = np.concatenate([strange[~np.isnan(strange)] for _, strange in self.groups])
        room = self.room(area)
        return StrangeScale.of(known, self.scale, bottom=room.bottom(), top=room.top())

    def paint(self, painter: QPainter, area: QRectF, reach: tuple[float, float]) -> None:
        """Draw all parts: defective ones over good ones, as an escape must be seen.

        Args:
            painter: Of a layer that is kept.
            area: In its pixels.
            reach: The ends of P(defective), in logits.
        """
        upwards = self.upwards(area)
        large = sum(len(across) for across, _ in self.groups) <= _LARGE_AT_MOST
        for number, (across, strange) in enumerate(self.groups):
            known = ~np.isnan(strange)
            x = area.left() + (across - reach[0]) / (reach[1] - reach[0]) * area.width()
            y = np.full(len(x), area.bottom() - STRIP_PX / 2)
            y[known] = upwards.ys_of(strange[known])
            (_draw_large if large else _draw_small)(painter, x, y, number)

    def draw_words(self, painter: QPainter, area: QRectF, errors: int) -> None:
        """Draw the two upright axes, and below what the shapes mean.

        Args:
            painter: Of the widget.
            area: In its pixels.
            errors: Parts without a score.
        """
        theme, upwards, room = CURRENT.theme, self.upwards(area), self.room(area)
        painter.setPen(theme.colour("edge"))
        painter.drawRect(area)
        if self.unmeasured:
            painter.drawLine(room.bottomLeft(), room.bottomRight())
        painter.setPen(theme.colour("muted"))
        right, left = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
        for y, words in upwards.ticks():
            painter.drawText(QRectF(0, y - 8, area.left() - 9, 16), right | Qt.AlignmentFlag.AlignVCenter, words)
        for y, words in upwards.shares(self.scale):
            painter.drawLine(QPointF(area.right(), y), QPointF(area.right() + 4, y))
            place = QRectF(area.right() + 7, y - 8, RIGHT_PX, 16)
            painter.drawText(place, left | Qt.AlignmentFlag.AlignVCenter, words)
        painter.drawText(QRectF(2, 0, area.left() + 60, 16), left, "strangeness")
        painter.drawText(QRectF(area.right() - 90, 0, 90 + RIGHT_PX - 2, 16), right, "good parts above")
        if self.unmeasured:
            place = QRectF(area.left() + 8, room.bottom() + 2, area.width(), 16)
            painter.drawText(place, left, f"{self.unmeasured:,} without a strangeness")
        self._draw_legend(painter, QRectF(area.left(), area.bottom() + 17, area.width(), 16), errors)

    def _draw_legend(self, painter: QPainter, place: QRectF, errors: int) -> None:
        for (shape, name), (across, _), words in zip(SHAPES, self.groups, ("good", "defective"), strict=True):
            for text, colour in ((f"{shape} ", lively(CURRENT.theme, name)), (f"{len(across):,} {words}   ", None)):
                painter.setPen(colour or CURRENT.theme.colour("text"))
                painter.drawText(place, Qt.AlignmentFlag.AlignLeft, text)
                place = place.adjusted(painter.fontMetrics().horizontalAdvance(text), 0, 0, 0)
        if errors:
            painter.setPen(lively(CURRENT.theme, "error"))
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft, f"{errors:,} ERROR, without a score")


def _draw_large(painter: QPainter, x: NDArray[np.float64], y: NDArray[np.float64], group: int) -> None:
    path, half = QPainterPath(), _LARGE_PX / 2
    path.setFillRule(Qt.FillRule.WindingFill)
    for left, top in zip(x.tolist(), y.tolist(), strict=True):
        place = QPointF(left, top)
        if group == 0:
            path.addEllipse(place, half, half)
        else:
            path.addPolygon(QPolygonF([place + QPointF(*way) for way in _diamond(half + 1)]))
    painter.setPen(QPen(CURRENT.theme.colour("panel"), 1))
    painter.setBrush(lively(CURRENT.theme, SHAPES[group][1]))
    painter.drawPath(path)


def _diamond(half: float) -> tuple[tuple[float, float], ...]:
    return ((0.0, -half), (half, 0.0), (0.0, half), (-half, 0.0), (0.0, -half))


def _draw_small(painter: QPainter, x: NDArray[np.float64], y: NDArray[np.float64], group: int) -> None:
    places = np.unique(np.round(np.stack([x, y], axis=1)), axis=0)
    pen = QPen(lively(CURRENT.theme, SHAPES[group][1]), _SMALL_PX)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap if group == 0 else Qt.PenCapStyle.SquareCap)
    painter.setPen(pen)
    painter.drawPoints(QPolygonF([QPointF(left, top) for left, top in places.tolist()]))
