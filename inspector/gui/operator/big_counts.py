"""The counts of the recipe in this shift, with figures that can be read from three metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from inspector.gui.language.spoken import say
from inspector.gui.theme import CURRENT, font, lively
from inspector.gui.widgets.later import soon

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from inspector.domain.tally import Tally

_FIGURES = (
    ("Inspected", "inspected", ""),
    ("Pass", "passed", "good"),
    ("Fail", "failed", "fail"),
    ("Review", "review", "review"),
    ("Error", "error", "error"),
    ("Yield", "yield", ""),
)
#: The widest figure that is shown without being made smaller.
_WIDE = "99,999"


class BigFigure(QWidget):
    """One figure under its word.

    Args:
        name: The word.
        tone: Name of a verdict's colour; empty for that of text.
    """

    def __init__(self, name: str, tone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._tone = name, tone
        self.text = "–"
        self._px, self._name_px = 56, 16
        self._drawn_px, self._drawn_name_px = self._px, self._name_px
        self.setAccessibleName(say(name))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_figure(self, text: str) -> None:
        """Set the figure."""
        if text != self.text:
            self.text = text
            self.setAccessibleDescription(say(text))
            self.update()

    def set_sizes(self, px: int, name_px: int) -> None:
        """Set the size of figure and word."""
        self._px, self._name_px = px, name_px
        self.updateGeometry()
        self.update()

    @property
    def fitting_px(self) -> int:
        """The size at which the figure finds room."""
        wide = QFontMetricsF(self._font(self._px)).horizontalAdvance(say(self.text))
        return self._px if wide <= self.width() else max(8, int(self._px * self.width() / wide))

    @property
    def fitting_name_px(self) -> int:
        """The size at which its word finds room."""
        wide = QFontMetricsF(font(self._name_px)).horizontalAdvance(say(self._name))
        return self._name_px if wide <= self.width() else max(8, int(self._name_px * self.width() / wide))

    def draw_at(self, px: int, name_px: int) -> None:
        """Draw figure and word at a size, so that they are as large as those beside them."""
        if (px, name_px) != (self._drawn_px, self._drawn_name_px):
            self._drawn_px, self._drawn_name_px = px, name_px
            self.update()

    def sizeHint(self) -> QSize:
        """Room for five digits."""
        figure, name = QFontMetricsF(self._font(self._px)), QFontMetricsF(font(self._name_px))
        wide = max(figure.horizontalAdvance(_WIDE), name.horizontalAdvance(say(self._name)))
        return QSize(int(wide) + 8, int(name.height() + 1.3 * figure.capHeight()) + self._below(self._px) + 2)

    def minimumSizeHint(self) -> QSize:
        """Room for its word; the figure becomes smaller."""
        return QSize(
            int(QFontMetricsF(font(self._name_px)).horizontalAdvance(say(self._name))) + 4, self.sizeHint().height()
        )

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        theme, painter = CURRENT.theme, QPainter(self)
        painter.setPen(theme.colour("muted"))
        painter.setFont(font(self._drawn_name_px))
        high = painter.fontMetrics().height()
        painter.drawText(QRectF(0, 0, self.width(), high), Qt.AlignmentFlag.AlignLeft, say(self._name))
        painter.setPen(lively(theme, self._tone) if self._tone else theme.colour("text"))
        painter.setFont(self._font(self._drawn_px))
        painter.drawText(0, self.height() - self._below(self._drawn_px), say(self.text))

    def _below(self, px: int) -> int:
        """The room that a comma takes below the digits, at least 6 pixels."""
        return max(6, int(QFontMetricsF(self._font(px)).tightBoundingRect(",").bottom()) + 2)

    def _font(self, px: int) -> QFont:
        return font(px, QFont.Weight.Bold)


class BigCounts(QWidget):
    """See the module."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self.figures = {field: BigFigure(words, tone, self) for words, field, tone in _FIGURES}
        for figure in self.figures.values():
            row.addWidget(figure, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_tally(self, tally: Tally | None) -> None:
        """Set the counts; None until they are known."""
        fraction = tally.first_pass_yield.value if tally is not None else None
        for field, figure in self.figures.items():
            if field != "yield":
                figure.show_figure(f"{getattr(tally, field):,}" if tally is not None else "–")
        self.figures["yield"].show_figure("–" if fraction is None else f"{100 * fraction:.1f} %")
        self._fit()

    def set_sizes(self, px: int, name_px: int) -> None:
        """Set the size of the figures and of the words over them."""
        for figure in self.figures.values():
            figure.set_sizes(px, name_px)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the figures to the room they have now."""
        super().resizeEvent(event)
        soon(self, 0, self._fit)  # the figures get theirs after this

    def _fit(self) -> None:
        """Draw all figures, and all words, as large as the longest of them can be."""
        px = min(figure.fitting_px for figure in self.figures.values())
        name_px = min(figure.fitting_name_px for figure in self.figures.values())
        for figure in self.figures.values():
            figure.draw_at(px, name_px)
