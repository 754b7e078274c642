"""The verdict as large as its place lets it be: a word, a shape, a colour; filled only while it is of this moment."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.engine.faces import Face
from inspector.gui.language.spoken import say
from inspector.gui.theme import CURRENT, font
from inspector.gui.widgets.verdict import colour_of, draw_shape

_PROBE_PX = 100
#: In heights of a capital letter: a shape, the gap beside or below it, a line of two.
_SHAPE, _GAP, _LINE = 1.25, 0.35, 1.3
_EARLIER = "LAST PART"  #: over a verdict that is no longer that of this moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a face is drawn.

    Args:
        shape: The shape's square.
        lines: Each line of the word, with the left end of its baseline.
        px: Size of the letters.
    """

    shape: QRectF
    lines: tuple[tuple[str, QPointF], ...]
    px: int


def placed(words: str, box: QRectF) -> Placed:
    """Return how a face's words are largest in a box: beside their shape, below it, or in two lines.

    Of two lines the first stands beside the shape.
    """
    metrics = QFontMetricsF(font(_PROBE_PX, QFont.Weight.Bold))
    # all in ems; signs of Chinese are higher than capitals
    capital = max(metrics.capHeight(), -metrics.tightBoundingRect(words).top()) / _PROBE_PX
    first, _, rest = words.rpartition(" ")
    whole, upper, lower = (metrics.horizontalAdvance(text) / _PROBE_PX for text in (words, first, rest))
    shape, gap, line = _SHAPE * capital, _GAP * capital, _LINE * capital
    sizes = {
        "beside": (shape + gap + whole, shape),
        "below": (max(whole, shape), shape + gap + capital),
    }
    if first:
        sizes["broken"] = (max(capital + gap + upper, lower), line + capital)
    fitting = {how: min(box.width() / wide, box.height() / high) for how, (wide, high) in sizes.items()}
    how = max(fitting, key=lambda name: fitting[name])
    px = max(8, int(fitting[how]))
    wide, high = sizes[how]
    left, top = box.center().x() - wide * px / 2, box.center().y() - high * px / 2
    middle = box.center().x()
    if how == "beside":
        word = QPointF(left + (shape + gap) * px, box.center().y() + capital * px / 2)
        return Placed(shape=QRectF(left, top, shape * px, shape * px), lines=((words, word),), px=px)
    if how == "below":
        square = QRectF(middle - shape * px / 2, top, shape * px, shape * px)
        word = QPointF(middle - whole * px / 2, top + high * px)
        return Placed(shape=square, lines=((words, word),), px=px)
    begin = middle - (capital + gap + upper) * px / 2
    above = QPointF(begin + (capital + gap) * px, top + capital * px)
    under = QPointF(middle - lower * px / 2, top + high * px)
    square = QRectF(begin, top, capital * px, capital * px)
    return Placed(shape=square, lines=((first, above), (rest, under)), px=px)


class BigVerdict(QWidget):
    """See the module."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.face = Face.STOPPED
        self.old = False
        self.caption = ""
        self._caption_px = 16
        self.setMinimumSize(320, 100)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(say("Verdict"))
        self.setAccessibleDescription(say(self.face.value))

    def set_caption_px(self, px: int) -> None:
        """Set the size of the letters in its corner."""
        self._caption_px = px
        self.update()

    def show_face(self, face: Face, *, old: bool, caption: str) -> None:
        """Set what is said.

        Args:
            old: The verdict is that of an earlier part: it is drawn in outline, without its colour, and says so.
            caption: Whose verdict it is, in small letters.
        """
        if (face, old, caption) != (self.face, self.old, self.caption):
            self.face, self.old, self.caption = face, old, caption
            self.setAccessibleDescription(say(f"{face.value}{', earlier part' if old else ''}"))
            self.update()

    def sizeHint(self) -> QSize:
        """The least; it grows with what room there is, and takes none from words."""
        return self.minimumSize()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        theme, painter = CURRENT.theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        ink = theme.colour("text" if self.old else "on_verdict")
        painter.setPen(QPen(theme.colour("muted"), 4, Qt.PenStyle.DashLine) if self.old else Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("panel" if self.old else colour_of(self.face)))
        painter.drawRoundedRect(box, 12, 12)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(ink)
        edge = box.height() * 0.06
        room = self._draw_caption(painter, box.adjusted(24, edge, -24, -edge))
        if self.old:
            size = max(14, int(room.height() * 0.14))
            painter.setFont(font(size, QFont.Weight.DemiBold))
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, say(_EARLIER))
            room.adjust(0.2 * room.width(), 1.6 * size, -0.2 * room.width(), 0)
        where = placed(say(self.face.value), room)
        side = where.shape.width()
        painter.setPen(QPen(ink, side / 12, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.MiterJoin))
        draw_shape(painter, self.face, where.shape)
        painter.setPen(ink)
        painter.setFont(font(where.px, QFont.Weight.Bold))
        for text, start in where.lines:
            painter.drawText(start, text)

    def _draw_caption(self, painter: QPainter, room: QRectF) -> QRectF:
        """Draw whose verdict it is, at the bottom, and return the room that is left."""
        if not self.caption:
            return room
        painter.setFont(font(self._caption_px, QFont.Weight.DemiBold))
        metrics = painter.fontMetrics()
        row = QRectF(room.x(), room.bottom() - metrics.height(), room.width(), metrics.height())
        words = metrics.elidedText(say(self.caption), Qt.TextElideMode.ElideRight, int(row.width()))
        painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        return room.adjusted(0, 0, 0, -1.5 * metrics.height())
