"""A panel over the window, opened by a widget: a press elsewhere, or Esc, closes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

_GAP_PX = 10


class OverPanel(QFrame):
    """See the module; what it holds is its subclasses' affair."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._opener: QWidget | None = None
        self.clear_px = _GAP_PX  #: so much of the window's right side stays in sight
        self.setObjectName("card")
        self.hide()

    def open_over(self, widget: QWidget) -> None:
        """Show it in the widget's window, beside the widget and wholly in sight."""
        window = widget.window()
        self._opener = widget
        self.setParent(window)
        self.adjustSize()
        corner = widget.mapTo(window, QPoint(0, 0))
        under = corner.y() + widget.height() + _GAP_PX
        fits = under + self.height() <= window.height()
        top = under if fits else max(0, corner.y() - self.height() - _GAP_PX)
        right = window.width() - self.width() - self.clear_px
        self.move(max(0, min(corner.x() + _GAP_PX, right)), top)
        self.show()
        self.raise_()

    def showEvent(self, event: QShowEvent) -> None:
        """Watch what else is pressed, as long as it is open."""
        super().showEvent(event)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def hideEvent(self, event: QHideEvent) -> None:
        """Watch no longer."""
        super().hideEvent(event)
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close on Esc, and on a press outside; that press does nothing else where it would open the panel again."""
        kind = event.type()
        if kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
            if escape and kind == QEvent.Type.KeyPress:
                self.hide()
            elif escape:
                event.accept()  # it is no shortcut of the page then
            return escape
        # the window system's own window sees a press before the widget does
        if kind == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget) and self._outside(event):
            self.hide()
            return watched is self._opener
        return False

    def _outside(self, event: QEvent) -> bool:
        """Look at the place: what a child does not take is passed on to its parents, which are not the panel."""
        assert isinstance(event, QMouseEvent)
        return not self.rect().contains(self.mapFromGlobal(event.globalPosition().toPoint()))
