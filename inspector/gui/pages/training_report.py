"""The report of a training, read in the window; a browser prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout

from inspector.gui.theme import paper

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

REPORT_FILE = "report/report.html"
_PAPER_PX = 740


class ReportDialog(QDialog):
    """See the module. The page is white in both themes, as it is on paper.

    Args:
        title: Of the window.
        html: The report's page; it holds its pictures.
        path: Its file, for a browser.
    """

    def __init__(self, title: str, html: str, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self.setWindowTitle(title)
        self.setMinimumSize(_PAPER_PX + 40, 680)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 12)
        layout.setSpacing(12)
        self.browser = QTextBrowser(self)
        self.browser.setAccessibleName("Report")
        self.browser.setOpenLinks(False)  # a link leads to a picture's file, not to another page
        self.browser.setPalette(paper())
        self.browser.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.browser.document().setDocumentMargin(28)
        self.browser.setHtml(html)
        self.browser.anchorClicked.connect(QDesktopServices.openUrl)
        layout.addWidget(self.browser, 1)
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 16, 0)
        self.outside = QPushButton("Open in browser, to print", self)
        self.outside.clicked.connect(self._open_outside)
        row.addWidget(self.outside)
        row.addStretch(1)
        close = QPushButton("Close", self)
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row.addWidget(close)
        layout.addLayout(row)

    def _open_outside(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path)))


def read_report(bundle: Path) -> str:
    """Read a bundle's report; called on the worker.

    Raises:
        OSError: If it cannot be read.
    """
    return (bundle / REPORT_FILE).read_text(encoding="utf-8")
