"""Fields of who may not change them: shown, not to be typed in, and said why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QScrollArea

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStackedWidget, QWidget


class ReadOnly(QLabel):
    """The word above the fields; owned by the page.

    Args:
        stack: A scrolled area for each section, with its fields.
        beside: What else changes fields.
    """

    def __init__(self, stack: QStackedWidget, beside: QWidget) -> None:
        super().__init__(stack.parentWidget())
        self._stack, self._beside = stack, beside
        self.setProperty("tone", "review")
        self.setWordWrap(True)
        self.hide()

    def show_why(self, why: str) -> None:
        """Let fields be changed, or say why not; what was typed stays.

        Args:
            why: Without its full stop; empty: they may be changed.
        """
        self.setText(f"Read only: {why}. Sign in at the right of the header." if why else "")
        self.setVisible(bool(why))
        for place in range(self._stack.count()):
            area = self._stack.widget(place)
            assert isinstance(area, QScrollArea)
            if (fields := area.widget()) is not None:
                fields.setEnabled(not why)
        self._beside.setEnabled(not why)
