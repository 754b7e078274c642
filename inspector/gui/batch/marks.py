"""The marks of verdicts by their code in a batch's table: colour and shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPen

from inspector.domain.policy import VERDICTS
from inspector.engine.faces import FACES
from inspector.gui.theme import CURRENT, lively
from inspector.gui.widgets.verdict import draw_shape

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QColor, QPainter

#: Colours of the theme by code of the verdict, a place in `inspector.domain.policy.VERDICTS`.
STATES = ("good", "fail", "review", "error")


def colour_of(verdict: int) -> QColor:
    """Return a verdict's colour for text and lines on a panel."""
    return lively(CURRENT.theme, STATES[verdict])


def draw_mark(painter: QPainter, verdict: int, box: QRectF) -> None:
    """Draw a small mark on a picture: the verdict's shape on its colour."""
    theme = CURRENT.theme
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(STATES[verdict]))
    painter.drawRoundedRect(box, 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ink = QPen(theme.colour("on_verdict"), 1.6)
    ink.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(ink)
    draw_shape(painter, FACES[VERDICTS[verdict]], box)
