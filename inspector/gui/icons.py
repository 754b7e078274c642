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
        name: "live", "settings", "start", "stop" or "close".
        colour: Of its lines.
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


_PATHS = {"live": _live(), "settings": _settings(), "start": _start(), "stop": _stop(), "close": _close()}
