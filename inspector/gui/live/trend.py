"""Yield by the minute over the last hour, and under it how many parts there were; drawn here, without a library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from inspector.domain.throughput import WINDOW_S
from inspector.gui.language.spoken import say
from inspector.gui.theme import CURRENT, TINY_PX, font
from inspector.gui.widgets.basics import card, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from inspector.outputs.base import YieldPoint

_MINUTES = 60.0
#: Rates from here on are told without a decimal.
_WHOLE_FROM = 9.95
#: Where the scale may begin, in percent: as near to the lowest minute as leaves it room.
_FLOORS = (95, 90, 80, 50, 0)
_AXIS_PX, _FOOT_PX, _RATE_SHARE = 30, 18, 0.22


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """One minute of the chart.

    Args:
        ago: Its middle in minutes before now, 0..60.
        yield_percent: First-pass yield, 0..100.
        parts: How many were inspected.
    """

    ago: float
    yield_percent: float
    parts: int


def minutes_of(points: Sequence[YieldPoint], now_s: float) -> list[Minute]:
    """Return the minutes of the last hour that had a part, oldest first; ``now_s`` is the present as POSIX time."""
    minutes = []
    for point in points:
        ago = (now_s - point.start.timestamp() - 30) / 60
        fraction = point.tally.first_pass_yield.value
        if fraction is not None and ago <= _MINUTES:
            minutes.append(Minute(ago=max(0.0, ago), yield_percent=100 * fraction, parts=point.tally.inspected))
    return minutes


def floor_of(minutes: Sequence[Minute]) -> int:
    """Return where the scale begins, in percent."""
    lowest = min((minute.yield_percent for minute in minutes), default=100.0)
    return next(floor for floor in _FLOORS if lowest >= floor + 0.1 * (100 - floor) or floor == 0)


class YieldChart(QWidget):
    """The drawing; see `Trend`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._minutes: list[Minute] = []
        self._read = False
        self.setAccessibleName(say("Yield over the last hour"))

    def show_minutes(self, minutes: list[Minute] | None) -> None:
        """Set what is drawn; None until it is known."""
        self._minutes, self._read = minutes or [], minutes is not None
        none = "Not read yet." if minutes is None else "no part yet"
        told = f"{minutes[-1].yield_percent:.1f} % in the last minute with parts" if minutes else none
        self.setAccessibleDescription(say(told))
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        theme = CURRENT.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(TINY_PX))
        painter.setPen(theme.colour("muted"))
        if not self._minutes:
            words = "No part in the last hour" if self._read else "Not read yet."
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, say(words))
            return
        area = QRectF(0.5, 6.5, self.width() - _AXIS_PX, self.height() - _FOOT_PX - 7)
        floor = floor_of(self._minutes)
        self._draw_scale(painter, area, floor)
        self._draw_rate(painter, area)
        self._draw_yield(painter, area, floor)

    def _draw_scale(self, painter: QPainter, area: QRectF, floor: int) -> None:
        theme = CURRENT.theme
        left = Qt.AlignmentFlag.AlignVCenter
        for percent in (100, floor):
            y = area.bottom() if percent == floor else area.top()
            painter.fillRect(QRectF(area.left(), y, area.width(), 1), theme.colour("edge"))
            box = QRectF(area.right() + 6, y - 8, _AXIS_PX, 16)
            painter.drawText(box, left, f"{percent}" if percent == floor else "100")
        foot = QRectF(area.left(), area.bottom() + 2, area.width(), _FOOT_PX - 2)
        for words, side in (("−60 min", "AlignLeft"), ("−30", "AlignHCenter"), ("now", "AlignRight")):
            painter.drawText(foot, left | Qt.AlignmentFlag[side], say(words))

    def _draw_rate(self, painter: QPainter, area: QRectF) -> None:
        most = max(minute.parts for minute in self._minutes)
        width = area.width() / _MINUTES
        for minute in self._minutes:
            height = _RATE_SHARE * area.height() * minute.parts / most
            x = area.right() - minute.ago * width - width / 2
            bar = QRectF(max(area.left(), x), area.bottom() - height, width * 0.7, height)
            painter.fillRect(bar.intersected(area), CURRENT.theme.colour("edge"))

    def _draw_yield(self, painter: QPainter, area: QRectF, floor: int) -> None:
        """Draw a line through minutes that follow one another; it breaks where there was no part."""
        path, before = QPainterPath(), None
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(CURRENT.theme.colour("accent"))
        for minute in self._minutes:
            share = (minute.yield_percent - floor) / (100 - floor)
            point = QPointF(area.right() - minute.ago / _MINUTES * area.width(), area.bottom() - share * area.height())
            if before is None or before - minute.ago > 2.5:
                path.moveTo(point)
                painter.drawEllipse(point, 2.0, 2.0)
            else:
                path.lineTo(point)
            before = minute.ago
        painter.drawEllipse(point, 2.5, 2.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(CURRENT.theme.colour("accent"), 1.8, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPath(path)


class Trend(QWidget):
    """The card with heading, rate and chart."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        layout.setContentsMargins(14, 10, 14, 6)
        layout.setSpacing(4)
        outer.addWidget(frame)
        top = QHBoxLayout()
        top.addWidget(label("YIELD %, LAST HOUR", "heading"), 1)
        self.rate = label("", "heading")
        self.rate.setToolTip(say(f"Parts of the last {WINDOW_S / 60:.0f} minutes, or since the start"))
        top.addWidget(self.rate)
        layout.addLayout(top)
        self.chart = YieldChart(frame)
        layout.addWidget(self.chart, 1)
        self.setMinimumHeight(110)

    def show_points(self, points: Sequence[YieldPoint] | None, now_s: float) -> None:
        """Set the minutes, None until they are known; ``now_s`` is the present as a POSIX time."""
        self.chart.show_minutes(minutes_of(points, now_s) if points is not None else None)

    def show_rate(self, per_minute: float | None) -> None:
        """Set the rate of the running line; None while none runs."""
        digits = 0 if per_minute is None or per_minute >= _WHOLE_FROM else 1
        self.rate.setText("" if per_minute is None else say(f"{per_minute:.{digits}f} PARTS/MIN"))
