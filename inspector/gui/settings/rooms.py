"""Sections of the Settings page that are pages of their own, as the trainings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QWidget

    from inspector.gui.widgets.later import Page


class Rooms(QStackedWidget):
    """Shows one of them, or is hidden.

    Args:
        pages: By the names of their sections, in order.
    """

    def __init__(self, pages: Mapping[str, Page], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages = dict(pages)
        for page in self._pages.values():
            self.addWidget(page)

    def choose(self, section: str) -> bool:
        """Show the page of a section; False where it has none."""
        page = self._pages.get(section)
        self.setVisible(page is not None)
        if page is not None:
            self.setCurrentWidget(page)
            page.enter()
        return page is not None

    def enter(self) -> None:
        """The Settings page is shown, and with it what it showed before."""
        for page in self._pages.values():
            if self.isVisibleTo(self.window()) and page is self.currentWidget():
                page.enter()

    def poll(self) -> None:
        """See `Page.poll`."""
        for page in self._pages.values():
            page.poll()

    def release(self) -> None:
        """See `Page.release`."""
        for page in self._pages.values():
            page.release()
