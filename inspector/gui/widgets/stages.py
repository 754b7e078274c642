"""Where the time of the last parts went, stage by stage: bars and numbers, opened from the footer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from inspector.engine.stages import Stage
from inspector.gui.language.spoken import say
from inspector.gui.theme import CURRENT, SMALL_PX, TINY_PX, font
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.over_panel import OverPanel

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from inspector.engine.stages import StageFigure

WORDS = {
    Stage.WAIT: "Waiting for its turn",
    Stage.QUALITY: "Picture quality",
    Stage.PREPROCESS: "Preparing the picture",
    Stage.INFERENCE: "Network and heatmap",
    Stage.DECISION: "Verdict",
    Stage.ARCHIVE: "Keeping the picture",
    Stage.COMMIT: "Writing the log",
    Stage.VERDICT: "Trigger → verdict",
    Stage.TRIGGER: "Before that: capture → trigger",
}
_ROW_PX, _WORDS_PX, _BARS_PX, _NUMBER_PX = 26, 190, 190, 62


class StageBars(QWidget):
    """A row for each stage: its name, its median as a bar with the 99th percentile behind it, both as numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figures: dict[Stage, StageFigure] = {}
        self.setFixedSize(_WORDS_PX + _BARS_PX + 2 * _NUMBER_PX, _ROW_PX * (len(WORDS) + 1) + 10)
        self.setAccessibleName(say("Time of the stages"))

    def show_figures(self, figures: tuple[StageFigure, ...]) -> None:
        """Set the figures; a stage without one shows a dash."""
        self._figures = {figure.stage: figure for figure in figures}
        told = [
            f"{say(WORDS[figure.stage])}: {say(f'{figure.p50_ms:.1f} ms, p99 {figure.p99_ms:.1f} ms')}"
            for figure in figures
        ]
        self.setAccessibleDescription("; ".join(told))
        self.update()

    def sizeHint(self) -> QSize:
        """Fixed."""
        return self.size()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        theme = CURRENT.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("muted"))
        painter.setFont(font(TINY_PX))
        for words, column in (("p50 ms", 0), ("p99 ms", 1)):
            painter.drawText(self._number(0.0, column), Qt.AlignmentFlag.AlignRight, words)
        longest = max((figure.p99_ms for figure in self._figures.values()), default=0.0)
        top = float(_ROW_PX)
        for stage in WORDS:
            if stage is Stage.VERDICT:
                painter.fillRect(QRectF(0, top + 4, self.width(), 1), theme.colour("edge"))
                top += 10
            self._draw_row(painter, stage, top, longest)
            top += _ROW_PX

    def _draw_row(self, painter: QPainter, stage: Stage, top: float, longest: float) -> None:
        theme, figure = CURRENT.theme, self._figures.get(stage)
        whole = stage is Stage.VERDICT
        painter.setFont(font(SMALL_PX, QFont.Weight.DemiBold if whole else QFont.Weight.Normal))
        painter.setPen(theme.colour("muted" if stage is Stage.TRIGGER else "text"))
        left = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, top, _WORDS_PX, _ROW_PX), left, say(WORDS[stage]))
        right = left | Qt.AlignmentFlag.AlignRight
        numbers = ("–", "–") if figure is None else (say(f"{figure.p50_ms:.1f}"), say(f"{figure.p99_ms:.1f}"))
        for column, words in enumerate(numbers):
            painter.drawText(self._number(top, column), right, words)
        if figure is None or longest <= 0.0:
            return
        accent = theme.colour("muted" if stage is Stage.TRIGGER else "accent")
        pale = QColor(accent)
        pale.setAlphaF(0.3)
        painter.setPen(Qt.PenStyle.NoPen)
        for share, colour in ((figure.p99_ms / longest, pale), (figure.p50_ms / longest, accent)):
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(_WORDS_PX, top + 8, max(2.0, share * _BARS_PX), _ROW_PX - 16), 2, 2)

    def _number(self, top: float, column: int) -> QRectF:
        return QRectF(_WORDS_PX + _BARS_PX + column * _NUMBER_PX, top, _NUMBER_PX, _ROW_PX)


class StagePanel(OverPanel):
    """The panel over the footer."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        self.heading = label("", "heading")
        layout.addWidget(self.heading)
        self.bars = StageBars(self)
        layout.addWidget(self.bars)

    def show_figures(self, figures: tuple[StageFigure, ...]) -> None:
        """Set the figures."""
        parts = max((figure.parts for figure in figures), default=0)
        self.heading.setText(say(f"WHERE THE TIME GOES, LAST {parts} PARTS" if parts else "NO PART YET IN THIS RUN"))
        self.bars.show_figures(figures)
