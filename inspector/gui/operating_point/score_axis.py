"""Scores of good and defective parts along P(defective), with the two thresholds to be dragged; drawn here."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.domain.records import Thresholds
from inspector.domain.statistics import logits
from inspector.gui.operating_point.score_paths import score_paths
from inspector.gui.operating_point.threshold_handle import HANDLE_PX, ThresholdHandle
from inspector.gui.theme import CURRENT, SMALL_PX, TEXT_PX, TINY_PX, font, lively

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from inspector.domain.operating_point import LabelledScores

#: The words of the axis; more of them appear the further it reaches.
_TICKS = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999)
#: The axis reaches at least so far; and so far beyond the outermost part, be the model ever so certain of it.
_LEAST_LOGIT, _BEYOND = 4.0, 1.0
_HEAD_PX, _FOOT_PX, _SIDE_PX, _GAP_PX = 20, 34, 14, 8
_ZONE_ALPHA = 22
_DIGITS = 6
_ZONES = (("PASS", "good"), ("REVIEW", "review"), ("FAIL", "fail"))


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkInForce:
    """A threshold in force, as it is drawn behind those that are set.

    Args:
        words: Which threshold it is.
        x: Where its line is, in the axis's pixels.
        box: Where the words stand.
    """

    words: str
    x: float
    box: QRectF


class ScoreAxis(QWidget):
    """See the module. The axis is linear in the logit, where scores near 0 and 1 lie apart."""

    moved = Signal(object)  #: Thresholds, while a threshold is dragged or moved by keys

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scores: LabelledScores | None = None
        self._logits: tuple[NDArray[np.float64], NDArray[np.float64]] = (np.empty(0), np.empty(0))
        self._errors = 0
        self._range = (-_LEAST_LOGIT, _LEAST_LOGIT)
        self._layers: dict[str, QPixmap] = {}
        self._layers_of: tuple[bool, float] | None = None
        self._point = Thresholds(fail_at=0.5)
        self._in_force: Thresholds | None = None
        self._marked: float | None = None
        self._words = ""
        self.setMinimumHeight(190)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Scores of good and defective parts")
        self.review = ThresholdHandle("Review from", "review", self)
        self.fail = ThresholdHandle("Fail from", "fail", self)
        for handle in (self.review, self.fail):
            handle.dragged_to.connect(partial(self._dragged, handle))
            handle.stepped.connect(partial(self._stepped, handle))
        self._place()

    # --- what is shown ------------------------------------------------------------------------------------------------

    def show_scores(self, scores: LabelledScores | None, words: str = "") -> None:
        """Set the parts; None for none, and then why."""
        self._scores, self._words, self._marked = scores, words, None
        self.setAccessibleDescription(words)
        self._logits, self._errors = (np.empty(0), np.empty(0)), 0
        if scores is not None:
            scored = ~np.isnan(scores.scores)
            self._errors = int((~scored).sum())
            rows = [scores.scores[scored & (scores.defective == kind)] for kind in (False, True)]
            self._logits = (logits(rows[0]), logits(rows[1]))
        self._set_range()
        self._layers_of = None
        self._place()

    def show_point(self, thresholds: Thresholds, in_force: Thresholds | None) -> None:
        """Set the operating point, and the one in force, which is drawn behind it."""
        self._point, self._in_force = thresholds, in_force
        self._place()

    def mark(self, p: float | None) -> None:
        """Point at a score; None at none."""
        self._marked = p
        self.update()

    @property
    def marked(self) -> float | None:
        """The score that is pointed at."""
        return self._marked

    def x_of(self, p: float) -> float:
        """Return where a P(defective) lies, in the widget's pixels."""
        low, high = self._range
        area = self._area()
        share = (float(logits([p])[0]) - low) / (high - low)
        return area.left() + min(1.0, max(0.0, share)) * area.width()

    def p_of(self, x: float) -> float:
        """Return the P(defective) at a place."""
        low, high = self._range
        area = self._area()
        share = min(1.0, max(0.0, (x - area.left()) / max(1.0, area.width())))
        return p_of_logit(low + share * (high - low))

    # --- hand ---------------------------------------------------------------------------------------------------------

    def _dragged(self, handle: ThresholdHandle, x: float) -> None:
        self._move(handle, self.p_of(x))

    def _stepped(self, handle: ThresholdHandle, step: float) -> None:
        before = self._point.fail_at if handle is self.fail else self._point.review_from
        if before is not None:
            low, high = self._range
            self._move(handle, p_of_logit(min(high, max(low, float(logits([before])[0]) + step))))

    def _move(self, handle: ThresholdHandle, p: float) -> None:
        """Move a threshold; the two never pass each other."""
        point = self._point
        if handle is self.fail:
            made = replace(point, fail_at=max(p, point.review_from or 0.0))
        else:
            made = replace(point, review_from=min(p, point.fail_at))
        if made != point:
            self.show_point(made, self._in_force)
            self.moved.emit(made)

    # --- drawing ------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw for another size."""
        super().resizeEvent(event)
        self._layers_of = None
        self._place()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        theme = CURRENT.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(TINY_PX))
        if self._scores is None:
            painter.setPen(theme.colour("muted"))
            painter.setFont(font(TEXT_PX))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(30, 0, -30, 0), flags, self._words)
            return
        self._draw_zones(painter)
        self._draw_axis(painter)
        self._draw_words(painter)
        self._draw_in_force(painter)
        if self._marked is not None and not math.isnan(self._marked):
            x = self.x_of(self._marked)
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawLine(QPointF(x, self._area().top()), QPointF(x, self._area().bottom()))

    def _draw_zones(self, painter: QPainter) -> None:
        area, layers = self._area(), self._coloured()
        for (words, name), left, right in self._zones():
            zone = QRectF(left, area.top(), right - left, area.height())
            ratio = layers[name].devicePixelRatio()
            source = QRectF(zone.topLeft() * ratio, zone.size() * ratio)
            painter.drawPixmap(zone, layers[name], source)
            painter.setPen(lively(CURRENT.theme, name))
            if painter.fontMetrics().horizontalAdvance(words) + 26 < right - left:
                painter.drawText(QRectF(left, 0, right - left, _HEAD_PX), Qt.AlignmentFlag.AlignCenter, words)

    def _coloured(self) -> dict[str, QPixmap]:
        """Return all parts in each verdict's colour, painted once: while a threshold moves they are only cut anew."""
        ratio, theme = self.devicePixelRatioF(), CURRENT.theme
        if self._layers_of != (theme.dark, ratio):
            self._layers_of = (theme.dark, ratio)
            self._layers = {}
            paths = score_paths(self._logits, self._lanes(), self._range)
            for _, name in _ZONES:
                layer = QPixmap(self.size() * ratio)
                layer.setDevicePixelRatio(ratio)
                layer.fill(_faint(lively(theme, name)))
                painter = QPainter(layer)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(lively(theme, name))
                for path in paths:
                    painter.drawPath(path)
                painter.end()
                self._layers[name] = layer
        return self._layers

    def _draw_axis(self, painter: QPainter) -> None:
        theme, area = CURRENT.theme, self._area()
        painter.setPen(theme.colour("edge"))
        for lane in self._lanes():
            painter.drawLine(lane.bottomLeft(), lane.bottomRight())
        painter.setPen(theme.colour("muted"))
        end = -100.0
        for p in _TICKS:
            if not self._range[0] <= float(logits([p])[0]) <= self._range[1]:
                continue
            x, words = self.x_of(p), f"{p:.6f}".rstrip("0")
            width = painter.fontMetrics().horizontalAdvance(words)
            if x - width / 2 < end:
                continue
            end = x + width / 2 + 8
            painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 4))
            painter.drawText(QPointF(x - width / 2, area.bottom() + 16), words)
        foot = QRectF(area.left(), area.bottom() + 17, area.width(), 16)
        painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, "P(defective), by its logit")

    def _draw_words(self, painter: QPainter) -> None:
        painter.setPen(CURRENT.theme.colour("text"))
        painter.setFont(font(SMALL_PX))
        for lane, rows, words in zip(self._lanes(), self._logits, ("good", "defective"), strict=True):
            painter.drawText(lane.adjusted(8, 6, -8, 0), Qt.AlignmentFlag.AlignLeft, f"{len(rows):,} {words}")
        if self._errors:
            painter.setPen(lively(CURRENT.theme, "error"))
            words = f"{self._errors:,} ERROR, without a score"
            painter.drawText(self._lanes()[0].adjusted(8, 6, -8, 0), Qt.AlignmentFlag.AlignRight, words)
        painter.setFont(font(TINY_PX))

    def _draw_in_force(self, painter: QPainter) -> None:
        area = self._area()
        pen = QPen(CURRENT.theme.colour("muted"), 1.5, Qt.PenStyle.DashLine)
        for mark in self.marks_in_force():
            painter.setPen(pen)
            painter.drawLine(QPointF(mark.x, area.top()), QPointF(mark.x, area.bottom()))
            painter.fillRect(mark.box, CURRENT.theme.colour("panel"))
            painter.drawText(mark.box, Qt.AlignmentFlag.AlignCenter, mark.words)

    def marks_in_force(self) -> list[MarkInForce]:
        """Return where the thresholds in force are drawn; nothing where they are the ones that are set."""
        point, metrics = self._in_force, QFontMetrics(font(TINY_PX), self)
        if point is None or point == self._point:
            return []
        marks = []
        for row, (words, p) in enumerate((("fail, in force", point.fail_at), ("review, in force", point.review_from))):
            if p is not None:
                x = self.x_of(p)
                box = self._beside(x, metrics.horizontalAdvance(words) + 6, row)
                marks.append(MarkInForce(words=words, x=x, box=box))
        return marks

    def _beside(self, x: float, width: float, row: int) -> QRectF:
        """Return where words at a line can be read: beside it, or beside a handle that would lie over them."""
        area = self._area()
        handles = [QRectF(handle.geometry()) for handle in (self.review, self.fail) if not handle.isHidden()]
        lefts = [x + 6, x - 6 - width]
        for handle in sorted(handles, key=lambda place: abs(place.center().x() - x)):
            lefts += [handle.right() + 2, handle.left() - 2 - width]
        boxes = [QRectF(left, area.top() + 4 + 18 * row, width, 16) for left in lefts]
        inside = [box for box in boxes if area.left() <= box.left() and box.right() <= area.right()]
        free = [box for box in inside if not any(box.intersects(handle) for handle in handles)]
        return next(iter(free or inside or boxes))

    # --- places -------------------------------------------------------------------------------------------------------

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_SIDE_PX, _HEAD_PX, -_SIDE_PX, -_FOOT_PX)

    def _lanes(self) -> tuple[QRectF, QRectF]:
        area = self._area()
        height = (area.height() - _GAP_PX) / 2
        upper = QRectF(area.left(), area.top(), area.width(), height)
        return upper, upper.translated(0, height + _GAP_PX)

    def _zones(self) -> Iterator[tuple[tuple[str, str], float, float]]:
        area, point = self._area(), self._point
        fail = self.x_of(point.fail_at)
        review = fail if point.review_from is None else self.x_of(point.review_from)
        edges = (area.left(), review, fail, area.right())
        for number, zone in enumerate(_ZONES):
            if edges[number + 1] > edges[number]:
                yield zone, edges[number], edges[number + 1]

    def _set_range(self) -> None:
        known = np.concatenate(self._logits)
        low = (float(known.min()) if len(known) else 0.0) - _BEYOND
        high = (float(known.max()) if len(known) else 0.0) + _BEYOND
        self._range = (min(-_LEAST_LOGIT, low), max(_LEAST_LOGIT, high))

    def _place(self) -> None:
        area = self._area()
        point = self._point
        self.review.setVisible(point.review_from is not None and self._scores is not None)
        self.fail.setVisible(self._scores is not None)
        for handle, p in ((self.review, point.review_from), (self.fail, point.fail_at)):
            if p is not None:
                left = round(self.x_of(p)) - HANDLE_PX // 2
                handle.setGeometry(left, _HEAD_PX - 6, HANDLE_PX, round(area.height()) + 10)
                handle.setAccessibleDescription(f"{p:.6g}")
        self.update()


def _faint(colour: QColor) -> QColor:
    faint = QColor(colour)
    faint.setAlpha(_ZONE_ALPHA)
    return faint


def p_of_logit(logit: float) -> float:
    """Return the P(defective) of a logit, as a threshold is written."""
    return round(1.0 / (1.0 + math.exp(-logit)), _DIGITS)
