"""The manual, in the program and offline: F1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QTextDocument
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from inspector.domain.causes import cause_of
from inspector.gui.theme import TARGET_PX, paper
from inspector.paths import docs_dir

if TYPE_CHECKING:
    from pathlib import Path

#: Pages by their words, in order; each a file of the manual.
PAGES = {
    "For the operator": "operator.md",
    "For the quality engineer": "engineer.md",
    "For developers": "developer.md",
}
_PICTURE_PX = 700


class ManualDialog(QDialog):
    """See the module. It stays open beside the window. The page is white in both themes, as it is on paper.

    Args:
        folder: Holds the manual's pages and pictures.
    """

    def __init__(self, folder: Path | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = folder or docs_dir() / "manual"
        self.setWindowTitle("Manual")
        self.setMinimumSize(1000, 700)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 10, 10, 10)
        row.setSpacing(10)
        self.pages = QListWidget(self)
        self.pages.setFixedWidth(200)
        self.pages.setAccessibleName("Pages of the manual")
        for name in PAGES:
            QListWidgetItem(name, self.pages).setSizeHint(QSize(0, TARGET_PX))
        row.addWidget(self.pages)
        self.browser = _Browser(self._folder, self)
        self.browser.setAccessibleName("Manual")
        self.browser.anchorClicked.connect(self._follow)
        row.addWidget(self.browser, 1)
        self.pages.currentRowChanged.connect(self._show)
        self.pages.setCurrentRow(0)

    def show_page(self, file: str) -> None:
        """Show a page by its file's name."""
        self.pages.setCurrentRow(list(PAGES.values()).index(file))

    def _show(self, place: int) -> None:
        path = self._folder / list(PAGES.values())[place]
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            text = f"# The manual is not there\n\n{path} cannot be read: {cause_of(error)}. Install the program again."
        self.browser.document().setBaseUrl(QUrl.fromLocalFile(f"{self._folder}/"))
        self.browser.setMarkdown(text)

    def _follow(self, link: QUrl) -> None:
        if link.isRelative() and link.path() in PAGES.values():
            self.show_page(link.path())
        else:
            QDesktopServices.openUrl(self.browser.document().baseUrl().resolved(link))


class _Browser(QTextBrowser):
    """Shows pictures as wide as a page."""

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self.setOpenLinks(False)
        self.setPalette(paper())
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.document().setDocumentMargin(28)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Read a picture beside the page, and scale it."""
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, QUrl(name))
        image = QImage(str(self._folder / QUrl(name).fileName()))
        if image.width() > _PICTURE_PX:
            image = image.scaledToWidth(_PICTURE_PX, Qt.TransformationMode.SmoothTransformation)
        return image
