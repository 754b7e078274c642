"""The picture of the set-up: also draws what the trigger sees, and lets a point be chosen by a click."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen

from inspector.gui.theme import CURRENT
from inspector.gui.widgets.picture import PictureView

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent
    from PySide6.QtWidgets import QWidget

    from inspector.domain.records import Box

_LABEL_TOP_PX = 44


class SetupView(PictureView):
    """See the module."""

    picked = Signal(float, float)  #: a point in the picture's pixels

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, surround="panel")
        self._outlines: tuple[Box, ...] = ()
        self._place: Box | None = None
        self._asks = ""

    def show_outlines(self, boxes: tuple[Box, ...], place: Box | None = None) -> None:
        """Draw thin outlines.

        Args:
            boxes: In the picture's pixels.
            place: Drawn with a strong line; None for none.
        """
        if (boxes, place) != (self._outlines, self._place):
            self._outlines, self._place = boxes, place
            self.update()

    def ask_for_point(self, words: str) -> None:
        """Let the next click choose a point; nothing else can be dragged meanwhile.

        Args:
            words: What is to be clicked at, in the picture; empty asks no more.
        """
        self._asks = words
        if words:
            self.setCursor(Qt.CursorShape.CrossCursor)
            self.setFocus()
        else:
            self.unsetCursor()
        self.update()

    @property
    def asks(self) -> str:
        """What is to be clicked at; empty for nothing."""
        return self._asks

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture, then these marks."""
        super().paintEvent(event)
        if self.shown is None or not (self._outlines or self._place or self._asks):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(self._area())
        for box in self._outlines:
            self._outline(painter, box, 1.2, Qt.PenStyle.DashLine)
        if self._place is not None:
            self._outline(painter, self._place, 2.5, Qt.PenStyle.SolidLine)
        painter.setClipping(False)
        self._draw_label(painter, self._asks, _LABEL_TOP_PX)

    def _outline(self, painter: QPainter, box: Box, width_px: float, style: Qt.PenStyle) -> None:
        """Draw one that is seen on a bright picture, too: a dark line lies under the bright one."""
        for colour, width, line in (
            ("stage", width_px + 1.6, Qt.PenStyle.SolidLine),
            ("stage_text", width_px, style),
        ):
            painter.setPen(QPen(CURRENT.theme.colour(colour), width, line))
            painter.drawRect(self._frame(box))

    def _frame(self, box: Box) -> QRectF:
        return QRectF(self._to_widget(box.x, box.y), self._to_widget(box.x + box.width, box.y + box.height))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a point, where one is asked for."""
        if not self._asks:
            super().mousePressEvent(event)
        elif self.shown is not None and event.button() is Qt.MouseButton.LeftButton:
            self.picked.emit(*self._to_picture(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Leave the cursor as it is while a point is asked for."""
        if not self._asks:
            super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape asks for no point any more."""
        if self._asks and event.key() == Qt.Key.Key_Escape:
            self.ask_for_point("")
        else:
            super().keyPressEvent(event)
