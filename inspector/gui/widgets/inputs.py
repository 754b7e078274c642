"""Choices, numbers and sliders that a wheel turned in passing leaves alone: it scrolls the page instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QListView, QSlider

if TYPE_CHECKING:
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QWidget


#: Of an entry in an open list, at each side.
_PADDING_PX = 12


class ChoiceBox(QComboBox):
    """A list of choices: the wheel chooses in the open list only, so that a choice stays when the page scrolls on.

    Its open list has rows as tall as the field, which Qt's own list for it leaves to the system.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setView(QListView(self))

    def showPopup(self) -> None:
        """Open the list, as wide as its longest entry: names of recipes and models may be longer than the field."""
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 2 * _PADDING_PX)
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()


class NumberBox(QDoubleSpinBox):
    """A number that is typed, or changed with the arrow keys; written the same everywhere: with a point."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(QLocale.c())
        self.lineEdit().setTextMargins(8, 0, 4, 0)  # of its padding Qt takes no notice

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()


class SlideBar(QSlider):
    """A slider; the wheel moves it only while it has the focus."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move, or leave the wheel to the page."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
