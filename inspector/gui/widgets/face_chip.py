"""The verdict of this moment in the header of every page: small, and never without its word and shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from inspector.engine.faces import Face
from inspector.gui.language.spoken import say
from inspector.gui.theme import CURRENT, SMALL_PX, TARGET_PX, font
from inspector.gui.widgets.verdict import colour_of, draw_shape

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QWidget

_HIGH_PX, _SHAPE_PX, _GAP_PX = 32, 20, 8


class FaceChip(QAbstractButton):
    """Pressed, it leads to the operator view. A verdict of an earlier part is drawn in outline."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.face, self.old = Face.STOPPED, False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(say("Verdict; press for the operator view"))
        self.show_face(Face.STOPPED, old=False)

    def show_face(self, face: Face, *, old: bool, caption: str = "") -> None:
        """Set what is said.

        Args:
            old: It is the verdict of an earlier part.
            caption: Whose verdict it is.
        """
        if (face, old) != (self.face, self.old):
            self.face, self.old = face, old
            self.updateGeometry()
        said = f"{face.value}, earlier part" if old else face.value
        self.setAccessibleDescription(say(said))
        self.setToolTip(say("\n".join(filter(None, [said, caption, "Operator view (F12)"]))))
        self.update()

    def sizeHint(self) -> QSize:
        """Room for its word."""
        wide = QFontMetrics(font(SMALL_PX, QFont.Weight.Bold)).horizontalAdvance(say(self.face.value))
        return QSize(wide + _SHAPE_PX + 3 * _GAP_PX + 4, TARGET_PX)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        theme, painter = CURRENT.theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(1, (self.height() - _HIGH_PX) / 2, self.width() - 2, _HIGH_PX).adjusted(0.5, 0.5, -0.5, -0.5)
        ink = theme.colour("text" if self.old else "on_verdict")
        edge = "accent" if self.hasFocus() else "edge"
        bare = not self.old and not self.hasFocus()
        painter.setPen(Qt.PenStyle.NoPen if bare else QPen(theme.colour(edge), 2))
        painter.setBrush(theme.colour("panel" if self.old else colour_of(self.face)))
        painter.drawRoundedRect(box, 8, 8)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, 1.7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.MiterJoin))
        shape = QRectF(box.x() + _GAP_PX, box.center().y() - _SHAPE_PX / 2, _SHAPE_PX, _SHAPE_PX)
        draw_shape(painter, self.face, shape)
        painter.setPen(ink)
        painter.setFont(font(SMALL_PX, QFont.Weight.Bold))
        area = box.adjusted(_SHAPE_PX + 2 * _GAP_PX, 0, -4, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, say(self.face.value))
