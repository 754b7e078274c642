"""Icons, drawn as lines in the colour of the text beside them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPainterPath, QPen, QPixmap

if TYPE_CHECKING:
    from PySide6.QtGui import QColor


def icon(name: str, colour: QColor, size: int = 24) -> QIcon:
    """Return an icon.

    Args:
        name: A page's, as in `PageBar`, or "start", "stop" or "close".
        colour: Colour of the lines.
        size: Side in pixels.

    Raises:
        KeyError: If there is no such icon.
    """
    pixmap = QPixmap(size * 2, size * 2)
    pixmap.setDevicePixelRatio(2.0)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 24, size / 24)
    filled = name in {"start", "stop"}
    painter.setPen(Qt.PenStyle.NoPen if filled else QPen(colour, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    if filled:
        painter.setBrush(colour)
    painter.drawPath(_PATHS[name])
    painter.end()
    return QIcon(pixmap)


def _live() -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(12, 12), 9, 9)
    path.addEllipse(QPointF(12, 12), 3.5, 3.5)
    return path


def _settings() -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(12, 12), 4.5, 4.5)
    for tooth in range(8):
        angle = tooth * math.pi / 4
        path.moveTo(12 + 7 * math.cos(angle), 12 + 7 * math.sin(angle))
        path.lineTo(12 + 9.5 * math.cos(angle), 12 + 9.5 * math.sin(angle))
    return path


def _start() -> QPainterPath:
    path = QPainterPath()
    path.moveTo(7, 4)
    path.lineTo(20, 12)
    path.lineTo(7, 20)
    path.closeSubpath()
    return path


def _stop() -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(5, 5, 14, 14), 2, 2)
    return path


def _close() -> QPainterPath:
    path = QPainterPath()
    path.moveTo(6, 6)
    path.lineTo(18, 18)
    path.moveTo(18, 6)
    path.lineTo(6, 18)
    return path


def _batch() -> QPainterPath:
    """Four pictures in a grid."""
    path = QPainterPath()
    for x in (3.5, 13.5):
        for y in (3.5, 13.5):
            path.addRoundedRect(QRectF(x, y, 7, 7), 1, 1)
    return path


def _review() -> QPainterPath:
    """A remark with a tick in it."""
    path = QPainterPath()
    path.moveTo(3.5, 20.5)
    path.lineTo(3.5, 5.5)
    path.quadTo(3.5, 3.5, 5.5, 3.5)
    path.lineTo(18.5, 3.5)
    path.quadTo(20.5, 3.5, 20.5, 5.5)
    path.lineTo(20.5, 15)
    path.quadTo(20.5, 17, 18.5, 17)
    path.lineTo(7, 17)
    path.closeSubpath()
    path.moveTo(8.5, 10.5)
    path.lineTo(11, 13)
    path.lineTo(15.8, 7.6)
    return path


def _operating() -> QPainterPath:
    """Two humps and the threshold between them."""
    path = QPainterPath()
    path.moveTo(2.5, 20.5)
    path.lineTo(21.5, 20.5)
    path.moveTo(3, 17)
    path.cubicTo(6, 17, 5, 7, 7.5, 7)
    path.cubicTo(10, 7, 9, 17, 12, 17)
    path.cubicTo(15, 17, 14, 10.5, 16.5, 10.5)
    path.cubicTo(19, 10.5, 18, 17, 21, 17)
    path.moveTo(12, 3)
    path.lineTo(12, 12.5)
    return path


def _statistics() -> QPainterPath:
    """Points about the centre line of a control chart."""
    path = QPainterPath()
    path.moveTo(3, 3)
    path.lineTo(3, 20.5)
    path.lineTo(21.5, 20.5)
    path.moveTo(6.5, 14)
    for x, y in ((10, 9), (13.5, 12.5), (17, 5.5), (20.5, 9)):
        path.lineTo(x, y)
    return path


def _operator() -> QPainterPath:
    """A screen with a tick in it, on its foot."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(2.5, 4, 19, 13), 2, 2)
    path.moveTo(8, 20.5)
    path.lineTo(16, 20.5)
    path.moveTo(8.5, 10.5)
    path.lineTo(11, 13)
    path.lineTo(15.8, 7.6)
    return path


_PATHS = {
    "live": _live(),
    "batch": _batch(),
    "review": _review(),
    "operating": _operating(),
    "settings": _settings(),
    "statistics": _statistics(),
    "operator": _operator(),
    "start": _start(),
    "stop": _stop(),
    "close": _close(),
}
