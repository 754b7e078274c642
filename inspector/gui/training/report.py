"""The report of a training, read in the window; a browser prints it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout

from inspector.gui.theme import paper

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from inspector.runs.trainings import Training

REPORT_FILE = "report/report.html"
_PAPER_PX = 740


class ReportDialog(QDialog):
    """See the module. The page is white in both themes, as it is on paper.

    Args:
        title: Stands in the title bar.
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


class Reports:
    """Opens reports for a page.

    Args:
        do: Runs a task on the session's worker, and what follows on the GUI thread.
        parent: The dialogs' parent.
    """

    def __init__(self, do: Callable[[Callable[[], Any], Callable[[Any], None]], None], parent: QWidget) -> None:
        self._do = do
        self._parent = parent
        self.dialog: ReportDialog | None = None

    def show(self, training: Training | None) -> None:
        """Read a training's report and show it; nothing happens where it has none."""
        if training is None or training.result is None:
            return
        path = Path(training.result.bundle) / REPORT_FILE
        title = f"Report of {training.name}"

        def opened(html: str) -> None:
            self.dialog = ReportDialog(title, html, path, self._parent)
            self.dialog.open()

        self._do(lambda: path.read_text(encoding="utf-8"), opened)
