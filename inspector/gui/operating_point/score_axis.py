"""Scores of labelled parts by P(defective) and, where it is known, strangeness, with thresholds to be dragged."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.domain.records import Thresholds
from inspector.domain.statistics import logits
from inspector.gui.operating_point.score_lanes import ScoreLanes, empty_layer, faint
from inspector.gui.operating_point.score_plane import LEFT_PX, RIGHT_PX, ScorePlane
from inspector.gui.operating_point.threshold_handle import HANDLE_PX, ThresholdHandle
from inspector.gui.theme import CURRENT, TEXT_PX, TINY_PX, font, lively

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QSize
    from PySide6.QtGui import QPaintEvent, QPixmap, QResizeEvent

    from inspector.domain.operating_point import LabelledScores
    from inspector.operating_point.guarding import Guarding

#: The words of the axis; more of them appear the further it reaches.
_TICKS = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999)
#: The axis reaches at least so far; and so far beyond the outermost part, be the model ever so certain of it.
_LEAST_LOGIT, _BEYOND = 4.0, 1.0
_HEAD_PX, _FOOT_PX, _SIDE_PX = 20, 34, 14
_DIGITS = 6
#: By what the guard's rate changes with a step of its line: a tenth of a step is 1.25 times.
_RATE_PER_STEP = 4.46
_ZONES = (("PASS", "good"), ("REVIEW", "review"), ("FAIL", "fail"))


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkInForce:
    """A threshold in force, as it is drawn behind those that are set.

    Args:
        words: Which threshold it is.
        line: Where it is, in the axis's pixels.
        box: Where the words stand.
    """

    words: str
    line: QLineF
    box: QRectF


class ScoreAxis(QWidget):
    """See the module. The axis is linear in the logit, where scores near 0 and 1 lie apart."""

    moved = Signal(object)  #: Thresholds, while a threshold is dragged or moved by keys

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scores: LabelledScores | None = None
        self._lanes = ScoreLanes()
        self._plane: ScorePlane | None = None
        self._dots: tuple[tuple[bool, float, QSize], QPixmap] | None = None
        self._guarding: Guarding | None = None
        self._range = (-_LEAST_LOGIT, _LEAST_LOGIT)
        self._point = Thresholds(fail_at=0.5)
        self._in_force: Thresholds | None = None
        self._marked: tuple[float, float] | None = None
        self._words = ""
        self.setMinimumHeight(190)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Scores of good and defective parts")
        self.review = ThresholdHandle("Review from", "review", self)
        self.fail = ThresholdHandle("Fail from", "fail", self)
        self.strange = ThresholdHandle("Unlike good parts from", "review", self, level=True)
        self.strange.lower()
        for handle in (self.review, self.fail):
            handle.dragged_to.connect(partial(self._dragged, handle))
            handle.stepped.connect(partial(self._stepped, handle))
        self.strange.dragged_to.connect(self._guard_dragged)
        self.strange.stepped.connect(self._guard_stepped)
        self._place()

    # --- what is shown ------------------------------------------------------------------------------------------------

    def show_scores(self, scores: LabelledScores | None, words: str = "", *, guarding: Guarding | None = None) -> None:
        """Set the parts; None for none, and then why.

        Args:
            scores: Drawn in a plane where their strangeness is recorded, else in lanes.
            words: Shown in the place of parts where there are none.
            guarding: How the guard is set; None where that is not known.
        """
        self._scores, self._words, self._marked = scores, words, None
        self._guarding, self._dots = guarding, None
        self.setAccessibleDescription(words)
        self._lanes.show_scores(scores)
        scale = None if guarding is None else guarding.scale
        self._plane = None if scores is None else ScorePlane.of(scores, scale)
        self._set_range()
        self._place()

    def show_point(self, thresholds: Thresholds, in_force: Thresholds | None) -> None:
        """Set the operating point, and the one in force, which is drawn behind it."""
        self._point, self._in_force = thresholds, in_force
        self._place()

    def mark(self, p: float | None, strangeness: float = math.nan) -> None:
        """Point at a part by its P(defective) and strangeness; None at none."""
        self._marked = None if p is None else (p, strangeness)
        self.update()

    @property
    def marked(self) -> float | None:
        """The score that is pointed at."""
        return None if self._marked is None else self._marked[0]

    @property
    def in_plane(self) -> bool:
        """Whether strangeness is shown too."""
        return self._plane is not None

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

    def y_of(self, strangeness: float) -> float:
        """Return where a strangeness lies, in the widget's pixels; only in a plane."""
        assert self._plane is not None
        return self._plane.upwards(self._area()).y_of(strangeness)

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
        self._moved_to(made)

    def _guard_dragged(self, y: float) -> None:
        if self._plane is not None and self._guarding is not None:
            self._moved_to(self._guarding.moved(self._point, self._plane.upwards(self._area()).strangeness_at(y)))

    def _guard_stepped(self, step: float) -> None:
        if self._guarding is not None:
            self._moved_to(self._guarding.stepped(self._point, math.exp(-_RATE_PER_STEP * step)))

    def _moved_to(self, made: Thresholds) -> None:
        if made != self._point:
            self.show_point(made, self._in_force)
            self.moved.emit(made)

    # --- drawing ------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw for another size."""
        super().resizeEvent(event)
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
        if self._plane is None:
            self._draw_lanes(painter)
        else:
            self._draw_plane(painter, self._plane)
        self._draw_zone_words(painter)
        self._draw_axis(painter)
        self._draw_in_force(painter)
        self._draw_mark(painter)

    def _draw_lanes(self, painter: QPainter) -> None:
        area, size = self._area(), (self.size(), self.devicePixelRatioF())
        self._lanes.draw(painter, area, self._range, [(name, zone) for (_, name), zone in self._zones()], size)
        self._lanes.draw_words(painter, area)

    def _draw_plane(self, painter: QPainter, plane: ScorePlane) -> None:
        area, key = self._area(), (CURRENT.theme.dark, self.devicePixelRatioF(), self.size())
        if self._dots is None or self._dots[0] != key:
            layer = empty_layer(self.size(), self.devicePixelRatioF())
            dots = QPainter(layer)
            dots.setRenderHint(QPainter.RenderHint.Antialiasing)
            plane.paint(dots, area, self._range)
            dots.end()
            self._dots = key, layer
        for (_, name), zone in self._zones():
            painter.fillRect(zone, faint(lively(CURRENT.theme, name)))
        plane.draw_words(painter, area, self._lanes.errors)
        painter.drawPixmap(0, 0, self._dots[1])

    def _draw_zone_words(self, painter: QPainter) -> None:
        """Name the verdicts above their zones; beside the guard PASS stands at the foot, where dots are few."""
        top = self._area().top()
        for (words, name), zone in self._zones():
            painter.setPen(lively(CURRENT.theme, name))
            if painter.fontMetrics().horizontalAdvance(words) + 26 < zone.width():
                place = QRectF(zone.left(), 0, zone.width(), _HEAD_PX)
                if zone.top() > top:
                    width = painter.fontMetrics().horizontalAdvance(words) + 8
                    place = QRectF(zone.center().x() - width / 2, zone.bottom() - 18, width, 16)
                    painter.fillRect(place, CURRENT.theme.colour("panel"))
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)

    def _draw_mark(self, painter: QPainter) -> None:
        if self._marked is None or math.isnan(self._marked[0]):
            return
        (p, strangeness), area = self._marked, self._area()
        x = self.x_of(p)
        painter.setPen(QPen(CURRENT.theme.colour("accent"), 2))
        if self._plane is None or math.isnan(strangeness):
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, self.y_of(strangeness)), 9, 9)

    def _draw_axis(self, painter: QPainter) -> None:
        theme, area = CURRENT.theme, self._area()
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

    def _draw_in_force(self, painter: QPainter) -> None:
        pen = QPen(CURRENT.theme.colour("muted"), 1.5, Qt.PenStyle.DashLine)
        for mark in self.marks_in_force():
            painter.setPen(pen)
            painter.drawLine(mark.line)
            painter.fillRect(mark.box, CURRENT.theme.colour("panel"))
            painter.drawText(mark.box, Qt.AlignmentFlag.AlignCenter, mark.words)

    def marks_in_force(self) -> list[MarkInForce]:
        """Return where the thresholds in force are drawn; nothing where they are the ones that are set."""
        point, metrics, area = self._in_force, QFontMetrics(font(TINY_PX), self), self._area()
        if point is None or point == self._point:
            return []
        marks = []
        moved = replace(point, strange_from=self._point.strange_from) != self._point
        for row, (words, p) in enumerate((("fail, in force", point.fail_at), ("review, in force", point.review_from))):
            if p is not None and moved:
                x = self.x_of(p)
                box = self._beside(x, metrics.horizontalAdvance(words) + 6, row)
                marks.append(MarkInForce(words=words, line=QLineF(x, area.top(), x, area.bottom()), box=box))
        if self._plane is not None and point.strange_from not in (None, self._point.strange_from):
            y, words = self.y_of(point.strange_from), "unlike, in force"
            box = QRectF(area.left() + 30, y - 17, metrics.horizontalAdvance(words) + 6, 16)
            marks.append(MarkInForce(words=words, line=QLineF(area.left(), y, self._pass_end(), y), box=box))
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
        left, right = (_SIDE_PX, _SIDE_PX) if self._plane is None else (LEFT_PX, RIGHT_PX)
        return QRectF(self.rect()).adjusted(left, _HEAD_PX, -right, -_FOOT_PX)

    def _pass_end(self) -> float:
        """Where PASS ends by P(defective)."""
        point = self._point
        return self.x_of(point.fail_at if point.review_from is None else point.review_from)

    def _zones(self) -> Iterator[tuple[tuple[str, str], QRectF]]:
        """Each verdict's words, colour and place; in a plane the guard parts that of PASS."""
        area, point = self._area(), self._point
        passed, fail = self._pass_end(), self.x_of(point.fail_at)
        for zone, left, right in zip(_ZONES, (area.left(), passed, fail), (passed, fail, area.right()), strict=True):
            place = QRectF(left, area.top(), right - left, area.height())
            if place.width() <= 0:
                continue
            if zone is _ZONES[0] and self._plane is not None and point.strange_from is not None:
                y = self.y_of(point.strange_from)
                yield _ZONES[1], QRectF(left, area.top(), place.width(), y - area.top())
                place.setTop(y)
            yield zone, place

    def _set_range(self) -> None:
        known = np.concatenate(self._lanes.logits)
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
        self.strange.setVisible(self._plane is not None and point.strange_from is not None)
        if self._plane is not None and point.strange_from is not None:
            left, top = round(area.left()) - 6, round(self.y_of(point.strange_from)) - HANDLE_PX // 2
            self.strange.setGeometry(left, top, max(2 * HANDLE_PX, round(self._pass_end()) - left + 4), HANDLE_PX)
            self.strange.setAccessibleDescription(f"{point.strange_from:.3g}")
        self.update()


def p_of_logit(logit: float) -> float:
    """Return the P(defective) of a logit, as a threshold is written."""
    return round(1.0 / (1.0 + math.exp(-logit)), _DIGITS)
