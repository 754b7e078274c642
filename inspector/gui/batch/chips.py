"""Chips: small buttons that choose what a list shows, each with its count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from inspector.domain.counts import counted
from inspector.gui.theme import CURRENT, SMALL_PX, TARGET_PX, font, lively

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

_HEIGHT_PX = 28
_PADDING_PX = 10


class Chip(QAbstractButton):
    """One chip.

    Args:
        words: Name what it chooses; the count follows them.
        state: Colour of its words: a verdict's ("good", "fail", "review", "error"), or "text".
    """

    def __init__(self, words: str, state: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words, self._state = words, state
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFont(font(SMALL_PX))
        self.show_count(0)

    def show_count(self, count: int) -> None:
        """Set how many there are."""
        text = f"{self.words} {count:,}"
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(f"Show {self.words.lower()}: {counted(count, 'picture')}")
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As wide as its words; as high as a finger."""
        width = self.fontMetrics().horizontalAdvance(self.text()) + 2 * _PADDING_PX
        return QSize(max(TARGET_PX, width), TARGET_PX)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        theme = CURRENT.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(1, (self.height() - _HEIGHT_PX) / 2, self.width() - 2, _HEIGHT_PX)
        marked = self.isChecked() or self.hasFocus() or self.underMouse()
        painter.setPen(QPen(theme.colour("accent" if marked else "edge"), 2 if self.hasFocus() else 1.4))
        painter.setBrush(theme.colour("field" if self.isChecked() else "panel"))
        painter.drawRoundedRect(area, _HEIGHT_PX / 2, _HEIGHT_PX / 2)
        painter.setPen(theme.colour("text") if self._state == "text" else lively(theme, self._state))
        painter.setFont(font(SMALL_PX, QFont.Weight.DemiBold if self.isChecked() else QFont.Weight.Normal))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class ChipRow(QWidget):
    """Chips of which one is chosen.

    Args:
        chips: Name, words and state of each, as in `Chip`; the first is chosen.
    """

    chosen = Signal(str)  #: name of a chip, by hand

    def __init__(self, chips: Sequence[tuple[str, str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._group = QButtonGroup(self)
        self.chips: dict[str, Chip] = {}
        for name, words, state in chips:
            chip = Chip(words, state, self)
            chip.clicked.connect(lambda _=False, name=name: self.chosen.emit(name))
            self._group.addButton(chip)
            self.chips[name] = chip
            row.addWidget(chip)
        self.choose(chips[0][0])

    @property
    def current(self) -> str:
        """Name of the chosen chip."""
        return next(name for name, chip in self.chips.items() if chip.isChecked())

    def choose(self, name: str) -> None:
        """Choose a chip; nothing is emitted."""
        self.chips[name].setChecked(True)
