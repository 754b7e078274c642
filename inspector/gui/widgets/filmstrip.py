"""A short strip of what comes next: thumbnails, the one that is shown, and those that are done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from inspector.gui.theme import CURRENT, TINY_PX, font, lively
from inspector.gui.widgets.basics import covering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QHelpEvent, QImage, QMouseEvent, QPaintEvent, QResizeEvent

_CELL_W, _CELL_H, _GAP = 92, 70, 8
_FOOT_PX = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """One picture of the strip.

    Args:
        key: Id of the inspection.
        words: Text under it.
        tip: What is said of it under the pointer.
        state: Colour of its border, of a verdict: "good", "fail", "review", "error", or "idle".
        done: A tick is laid over it.
    """

    key: str
    words: str
    tip: str
    state: str = "idle"
    done: bool = False


class Filmstrip(QWidget):
    """The stills around the one that is shown. Asked by the page which ones fit, so that only those are drawn."""

    chosen = Signal(str)  #: the key of the still that was pressed
    room_changed = Signal(int)  #: how many stills fit

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stills: list[Still] = []
        self.current = ""
        self._images: dict[str, QImage | None] = {}
        self.setFixedHeight(_CELL_H + _FOOT_PX + 4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What comes next")
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        """One row."""
        return QSize(600, _CELL_H + _FOOT_PX + 4)

    @property
    def room(self) -> int:
        """How many stills fit."""
        return max(1, (self.width() + _GAP - 4) // (_CELL_W + _GAP))

    def show_stills(self, stills: Sequence[Still], current: str) -> None:
        """Set what is shown, and the key of the one that is looked at."""
        self.stills, self.current = list(stills), current
        self._images = {still.key: self._images[still.key] for still in stills if still.key in self._images}
        self.setAccessibleDescription(", ".join(still.words for still in stills))
        self.update()

    def show_image(self, key: str, image: QImage | None) -> None:
        """Set a thumbnail; None where there is no picture any more."""
        if any(still.key == key for still in self.stills):
            self._images[key] = image
            self.update()

    def has_image(self, key: str) -> bool:
        """True where a thumbnail is known, or known to be missing."""
        return key in self._images

    def forget_image(self, key: str) -> None:
        """Let a thumbnail be made anew: more of it may be shown now."""
        self._images.pop(key, None)

    def _box(self, index: int) -> QRectF:
        return QRectF(2 + index * (_CELL_W + _GAP), 2, _CELL_W, _CELL_H)

    def _at(self, point: QPointF) -> Still | None:
        return next((still for index, still in enumerate(self.stills) if self._box(index).contains(point)), None)

    def resizeEvent(self, _: QResizeEvent) -> None:
        """Say how many fit."""
        self.room_changed.emit(self.room)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose."""
        still = self._at(event.position())
        if still is not None and event.button() is Qt.MouseButton.LeftButton:
            self.chosen.emit(still.key)

    def event(self, event: QEvent) -> bool:
        """Say more of the still under the pointer."""
        if event.type() is event.Type.ToolTip:
            help_event: QHelpEvent = event  # type: ignore[assignment]
            still = self._at(QPointF(help_event.pos()))
            QToolTip.showText(help_event.globalPos(), still.tip if still else "", self)
            return True
        return super().event(event)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        theme = CURRENT.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(font(TINY_PX))
        for index, still in enumerate(self.stills):
            box, current = self._box(index), still.key == self.current
            painter.fillRect(box, theme.colour("stage"))
            image = self._images.get(still.key)
            painter.setOpacity(0.45 if still.done and not current else 1.0)
            if image is not None:
                painter.drawImage(box, image, covering(box, image))
            painter.setOpacity(1.0)
            if image is None and still.key in self._images:
                painter.setPen(theme.colour("stage_text"))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "no picture")
            if still.done:
                _draw_tick(painter, box)
            painter.setPen(QPen(theme.colour("accent") if current else lively(theme, still.state), 4 if current else 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 3, 3)
            painter.setPen(theme.colour("text" if current else "muted"))
            foot = QRectF(box.left() - 4, box.bottom() + 2, box.width() + 8, _FOOT_PX - 2)
            words = painter.fontMetrics().elidedText(still.words, Qt.TextElideMode.ElideRight, int(foot.width()))
            painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, words)


def _draw_tick(painter: QPainter, box: QRectF) -> None:
    """A tick in the corner: this one is judged."""
    theme = CURRENT.theme
    middle = QPointF(box.right() - 12, box.top() + 12)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("accent"))
    painter.drawEllipse(middle, 8, 8)
    painter.setPen(QPen(theme.colour("on_accent"), 2))
    tick = [QPointF(-3.4, 0.2), QPointF(-1, 2.8), QPointF(3.6, -2.6)]
    painter.drawPolyline(QPolygonF([middle + point for point in tick]))
