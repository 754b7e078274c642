"""The verdict, to be read from three metres: a word, a shape, a colour; and the score under it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from inspector.domain.policy import UNLIKE_GOOD
from inspector.domain.sentence import sentence
from inspector.engine.faces import Face, is_fault
from inspector.gui.language.spoken import say
from inspector.gui.theme import CURRENT, SMALL_PX, VERDICT_PX, font, lively
from inspector.gui.widgets.basics import label

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from inspector.domain.records import Thresholds


_COLOURS = {
    Face.PASS: "good",
    Face.FAIL: "fail",
    Face.REVIEW: "review",
    Face.ERROR: "error",
    Face.NO_CAMERA: "error",
    Face.NO_SOURCE: "error",
    Face.NO_LOG: "error",
    Face.FAULT: "error",
    Face.TOO_SLOW: "error",
    Face.NOT_RELEASED: "error",
}


def colour_of(face: Face) -> str:
    """Return the name of a face's colour in the palette."""
    return _COLOURS.get(face, "idle")


class VerdictPanel(QWidget):
    """Shows one `Face`; a verdict that is no longer that of this moment is dimmed, and says whose it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.face = Face.STOPPED
        self.dimmed = False
        self._trial = False
        self._caption = ""
        self.setMinimumHeight(122)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(say("Verdict"))
        self.setAccessibleDescription(say(self.face.value))

    def show_face(self, face: Face, *, trial: bool = False, dimmed: bool = False, caption: str = "") -> None:
        """Set what is said.

        Args:
            face: The word, with its shape and colour.
            trial: The verdict is on a picture that is not counted; drawn in outline, as a dimmed one.
            dimmed: The verdict is that of an earlier part, and the line waits for the next.
            caption: Whose verdict it is, in small letters.
        """
        if (face, trial, dimmed, caption) != (self.face, self._trial, self.dimmed, self._caption):
            self.face, self._trial, self.dimmed, self._caption = face, trial, dimmed, caption
            more = ", trial, not counted" if trial else ", earlier part" if dimmed else ""
            self.setAccessibleDescription(say(f"{face.value}{more}"))
            self.update()

    @property
    def caption(self) -> str:
        """The small words in its corner."""
        return "trial, not counted" if self._trial else self._caption

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(330, 122)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        theme = CURRENT.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        colour = theme.colour(_COLOURS.get(self.face, "idle"))
        outline = self.dimmed or self._trial
        ink = lively(theme, _COLOURS.get(self.face, "idle")) if outline else theme.colour("on_verdict")
        painter.setPen(QPen(ink, 2) if outline else Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("panel") if outline else colour)
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1) if outline else box, 8, 8)
        side = min(82.0, box.height() - 24)
        shape = QRectF(20, (box.height() - side) / 2, side, side)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, side / 14, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.MiterJoin))
        draw_shape(painter, self.face, shape)
        painter.setPen(ink)
        area = box.adjusted(shape.right() + 18, 0, -12, 0)
        words = say(self.face.value)
        size = min(VERDICT_PX, int(box.height() / 2))
        while size > 16:
            painter.setFont(font(size, QFont.Weight.Bold))
            if painter.fontMetrics().horizontalAdvance(words) <= area.width():
                break
            size -= 2
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        if self.caption:
            painter.setFont(font(SMALL_PX, QFont.Weight.DemiBold))
            place = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            painter.drawText(box.adjusted(0, 0, -14, -8), place, say(self.caption))


def draw_shape(painter: QPainter, face: Face, box: QRectF) -> None:
    """Draw a face's shape with the painter's pen: told apart without colour.

    A circle with a tick, an octagon with a cross, a triangle with a mark, a hatched square; a diamond with a mark where
    it is the line that cannot be trusted; a circle with a bar.
    """
    centre, radius = box.center(), box.width() / 2 - 3

    def at(x: float, y: float) -> QPointF:
        return QPointF(centre.x() + x * radius, centre.y() + y * radius)

    if face is Face.PASS:
        painter.drawEllipse(centre, radius, radius)
        painter.drawPolyline(QPolygonF([at(-0.42, 0.04), at(-0.1, 0.36), at(0.45, -0.32)]))
    elif face is Face.FAIL:
        corners = [math.pi / 8 + step * math.pi / 4 for step in range(8)]
        painter.drawPolygon(QPolygonF([at(1.04 * math.cos(a), 1.04 * math.sin(a)) for a in corners]))
        painter.drawLine(at(-0.33, -0.33), at(0.33, 0.33))
        painter.drawLine(at(0.33, -0.33), at(-0.33, 0.33))
    elif face is Face.REVIEW:
        painter.drawPolygon(QPolygonF([at(0, -1), at(1.02, 0.85), at(-1.02, 0.85)]))
        painter.drawLine(at(0, -0.3), at(0, 0.25))
        painter.drawPoint(at(0, 0.55))
    elif face is Face.ERROR:
        painter.drawPolygon(QPolygonF([at(x, y) for x, y in ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9))]))
        for past in (-0.9, 0.0, 0.9):  # where the stroke crosses the middle
            low, high = max(-0.9, past - 0.9), min(0.9, past + 0.9)
            painter.drawLine(at(low, past - low), at(high, past - high))
    elif is_fault(face):
        painter.drawPolygon(QPolygonF([at(0, -1.05), at(1.05, 0), at(0, 1.05), at(-1.05, 0)]))
        painter.drawLine(at(0, -0.42), at(0, 0.12))
        painter.drawPoint(at(0, 0.42))
    else:
        painter.drawEllipse(centre, radius, radius)
        painter.drawLine(at(-0.4, 0), at(0.4, 0))


class ScoreBar(QWidget):
    """P(defective) on a line from 0 to 1, with the bands of the operating point."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._score: float | None = None
        self._thresholds: Thresholds | None = None
        self.setFixedHeight(22)
        self.setAccessibleName(say("P(defective)"))

    def show_score(self, score: float | None, thresholds: Thresholds | None) -> None:
        """Set the score, 0..1, None for none, and the operating point."""
        self._score, self._thresholds = score, thresholds
        self.setAccessibleDescription(say("none" if score is None else f"{score:.3f}"))
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        theme = CURRENT.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = QRectF(0, 5, self.width(), 12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("edge"))
        painter.drawRoundedRect(bar, 6, 6)
        if self._thresholds is not None:
            fail = self._thresholds.fail_at
            review = self._thresholds.review_from if self._thresholds.review_from is not None else fail
            painter.save()
            ends = QPainterPath()
            ends.addRoundedRect(bar, 6, 6)
            painter.setClipPath(ends)
            painter.setOpacity(0.65)
            for low, high, name in ((0.0, review, "good"), (review, fail, "review"), (fail, 1.0, "fail")):
                if high > low:
                    painter.fillRect(
                        QRectF(low * bar.width(), bar.y(), (high - low) * bar.width(), bar.height()),
                        lively(theme, name),
                    )
            painter.restore()
        if self._score is not None:
            x = min(max(self._score * bar.width(), 3), bar.width() - 3)
            painter.setBrush(theme.colour("text"))
            painter.drawRoundedRect(QRectF(x - 2.5, 1, 5, 20), 2, 2)


class ScoreCard(QFrame):
    """The score under the verdict: number, bar, and the reason in words."""

    def __init__(self, parent: QWidget | None = None, *, framed: bool = True) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        if framed:
            self.setObjectName("card")
            layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(6)
        row = QHBoxLayout()
        row.addWidget(label("P(defective)", "muted"), 1)
        self.number = label("–", "score")
        row.addWidget(self.number)
        layout.addLayout(row)
        self._bar = ScoreBar(self)
        layout.addWidget(self._bar)
        self.reason = label("No part yet.", "muted")
        self.reason.setWordWrap(True)
        self.reason.setMinimumHeight(50)  # three lines: what stands below does not jump
        self.reason.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.strangeness = label("", "muted")
        self.strangeness.setToolTip(say("How unlike good parts it looks"))
        below = QHBoxLayout()
        below.addWidget(self.reason, 1)
        below.addWidget(self.strangeness, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(below)

    def say(
        self, score: float | None, points: Thresholds | None, reason: str, *, strangeness: float | None = None
    ) -> None:
        """Show what was judged.

        Args:
            score: P(defective), 0..1; None for none.
            points: The operating point.
            reason: Where it is empty, the operating point is said.
            strangeness: As in `Decision`.
        """
        self.strangeness.setVisible(strangeness is not None and UNLIKE_GOOD not in reason)  # which says it
        self.strangeness.setText("" if strangeness is None else say(f"strangeness {strangeness:.2f}"))
        self.number.setText("–" if score is None else say(f"{score:.2f}"))
        self._bar.show_score(score, points)
        if not reason and points is not None:
            review = f", review from {points.review_from:g}" if points.review_from is not None else ""
            guard = f"; unlike good parts from {points.strange_from:.3g}" if points.strange_from is not None else ""
            spares = "; review where the heat lies outside the part" if points.spares_outside else ""
            reason = f"Threshold {points.fail_at:.2g}{review}{guard}{spares}."
        words = say(sentence(reason))
        self.reason.setText(words)
        self.reason.setToolTip(words)  # a long one has no room for all its lines in a small window
