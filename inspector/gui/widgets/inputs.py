"""Choices, numbers and sliders that a wheel turned in passing leaves alone: it scrolls the page instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSlider

if TYPE_CHECKING:
    from PySide6.QtGui import QWheelEvent


class ChoiceBox(QComboBox):
    """A list of choices: the wheel chooses in the open list only, so that a choice stays when the page scrolls on."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()


class NumberBox(QDoubleSpinBox):
    """A number that is typed, or changed with the arrow keys."""

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
