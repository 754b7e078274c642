"""A row of thumbnails with coloured borders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.gui.theme import CURRENT, lively

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage, QPaintEvent

_THUMB_PX = 52
_GAP_PX = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumb:
    """One small picture.

    Args:
        image: Drawn at the strip's height.
        words: Says in the tip what the picture shows.
        state: Colour of its border: "good", "fail" or "idle".
    """

    image: QImage
    words: str
    state: str = "idle"


class ThumbStrip(QWidget):
    """A row of small pictures with coloured borders; what has no room is left out.

    Args:
        name: For screen readers.
        side_px: Height of the pictures.
        counts: Say how many have no room.
    """

    def __init__(
        self, name: str, *, side_px: int = _THUMB_PX, counts: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._side, self._counts = side_px, counts
        self.without_room = 0  #: so many were not drawn
        self.thumbs: list[Thumb] = []
        self.setAccessibleName(name)
        self.setFixedHeight(side_px + 4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_thumbs(self, thumbs: Sequence[Thumb]) -> None:
        """Set the pictures."""
        self.thumbs = list(thumbs)
        self.setVisible(bool(self.thumbs))
        self.setAccessibleDescription(", ".join(thumb.words for thumb in self.thumbs))
        self.setToolTip("\n".join(thumb.words for thumb in self.thumbs))
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        x, widest = 2.0, self.width() - 2
        widths = [self._side * thumb.image.width() / max(1, thumb.image.height()) for thumb in self.thumbs]
        if self._counts and sum(widths) + _GAP_PX * (len(widths) - 1) > widest - x:
            widest -= painter.fontMetrics().horizontalAdvance(f"+{len(widths)}") + _GAP_PX
        for place, (thumb, width) in enumerate(zip(self.thumbs, widths, strict=True)):
            if x + width > widest:
                self.without_room = len(widths) - place
                break
            area = QRectF(x, 2, width, self._side)
            painter.drawImage(area, thumb.image)
            painter.setPen(QPen(lively(CURRENT.theme, thumb.state), 2))
            painter.drawRoundedRect(area, 3, 3)
            x += width + _GAP_PX
        else:
            self.without_room = 0
        if self._counts and self.without_room:
            painter.setPen(QColor(CURRENT.theme.muted))
            rest = QRectF(x, 0, self.width() - x, self.height())
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, f"+{self.without_room}")
