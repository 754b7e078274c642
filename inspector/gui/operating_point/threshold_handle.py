"""A line with a grip, dragged across a picture of scores by mouse or keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from inspector.gui.theme import CURRENT, lively

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent

HANDLE_PX = 24  #: its width; the line is in the middle
_STEP, _LEAP = 0.05, 0.5
_STEPS = {Qt.Key.Key_Left: -1.0, Qt.Key.Key_Right: 1.0, Qt.Key.Key_Down: -1.0, Qt.Key.Key_Up: 1.0}
_FAR = {Qt.Key.Key_Home: -1000.0, Qt.Key.Key_End: 1000.0, Qt.Key.Key_PageDown: -2.0, Qt.Key.Key_PageUp: 2.0}


class ThresholdHandle(QWidget):
    """See the module.

    Args:
        name: For screen readers and the tip.
        colour: Name of a colour of the theme, as "fail".
        level: A level line, which is dragged up and down; else an upright one.
    """

    dragged_to = Signal(float)  #: x, of a level line y, in the parent's pixels
    stepped = Signal(float)  #: by how many logits; for a level line, upwards

    def __init__(self, name: str, colour: str, parent: QWidget, *, level: bool = False) -> None:
        super().__init__(parent)
        self._colour, self._level = colour, level
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SplitVCursor if level else Qt.CursorShape.SplitHCursor)
        self.setAccessibleName(name)
        self.setToolTip(f"{name}: drag it, or use the arrow keys (Shift for larger steps)")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take it."""
        self.setFocus()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag it."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            place = event.position()
            self.dragged_to.emit(self.y() + place.y() if self._level else self.x() + place.x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move it."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            leap = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.stepped.emit(_STEPS[key] * (_LEAP if leap else _STEP))
        elif key in _FAR:
            self.stepped.emit(_FAR[key])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that keys move this one."""
        super().focusInEvent(event)
        self.raise_()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show it no longer."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        theme = CURRENT.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = HANDLE_PX / 2
        if self._level:  # the same drawing, lying on its side: the grip at the left
            painter.translate(0, self.height())
            painter.rotate(-90)
        length = self.width() if self._level else self.height()
        painter.setPen(QPen(theme.colour("text"), 2))
        painter.drawLine(QPointF(middle, 12), QPointF(middle, length - 4))
        grip = QRectF(middle - 6, 1, 12, 22)
        painter.setPen(QPen(theme.colour("accent"), 2.5) if self.hasFocus() else QPen(theme.colour("panel"), 1.5))
        painter.setBrush(lively(theme, self._colour))
        painter.drawRoundedRect(grip, 4, 4)
        painter.setPen(QPen(theme.colour("panel"), 1))
        for x in (-2, 2):
            painter.drawLine(QPointF(middle + x, 8), QPointF(middle + x, 16))
