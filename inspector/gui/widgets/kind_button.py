"""The button that goes through the kinds of heatmap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QPushButton

from inspector.domain.heatmap import HeatmapKind
from inspector.gui.language.spoken import say

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_HINT = (
    "What the heatmap shows: where the defect is, what the classifier looked at (Grad-CAM), or what is unlike good "
    "parts; a model without a memory of good has Grad-CAM only (M)"
)


class KindButton(QPushButton):
    """Says which kind of heatmap is wanted; pressed, it goes on to the next. The picture says which one it shows.

    Args:
        short: Say the kind alone: where there is little room.
    """

    changed = Signal(object)  #: HeatmapKind

    def __init__(self, parent: QWidget | None = None, *, short: bool = False) -> None:
        super().__init__(parent)
        self.kind = HeatmapKind.DEFECT
        self._short = short
        self.setToolTip(say(_HINT))
        self.clicked.connect(self._next)
        self._say()

    def sizeHint(self) -> QSize:
        """Room for the longest of its texts, so that nothing moves when it is pressed."""
        hint, metrics = super().sizeHint(), self.fontMetrics()
        longest = max(metrics.horizontalAdvance(self._words(kind)) for kind in HeatmapKind)
        return QSize(hint.width() + longest - metrics.horizontalAdvance(self.text()), hint.height())

    def minimumSizeHint(self) -> QSize:
        """Likewise."""
        return self.sizeHint()

    def choose(self, kind: HeatmapKind) -> None:
        """Set the kind."""
        if kind is not self.kind:
            self.kind = kind
            self._say()
            self.changed.emit(kind)

    def _next(self) -> None:
        order = list(HeatmapKind)
        self.choose(order[(order.index(self.kind) + 1) % len(order)])

    def _say(self) -> None:
        self.setText(self._words(self.kind))

    def _words(self, kind: HeatmapKind) -> str:
        return say(kind.words[0].upper() + kind.words[1:] if self._short else f"Shows: {kind.words}")
