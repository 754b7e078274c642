"""Shows the page of a report in the window, as on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QTextBrowser

from inspector.gui.paper import SheetDocument

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class SheetView(QTextBrowser):
    """See the module.

    Args:
        name: What it shows, for those who cannot see it.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setAccessibleName(name)
        self._document = SheetDocument(self)
        self._document.setDocumentMargin(16)
        self.setDocument(self._document)

    def show_page(self, html: str) -> None:
        """Show a page of `inspector.reports.sheet`."""
        self._document.setHtml(html)
        self.moveCursor(QTextCursor.MoveOperation.Start)  # else it begins with its last line
