"""Shows a report in the window, and hands it to what shows pages and PDFs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout

from inspector.gui.language.spoken import say
from inspector.gui.widgets.outside import open_outside
from inspector.gui.widgets.sheet_view import SheetView

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from inspector.reports.files import ReportFiles


class LotReportDialog(QDialog):
    """The report of a lot that has ended.

    Args:
        files: What was written.
        outside: Whether it may be opened outside the window, too; not where that is a kiosk.
    """

    def __init__(self, files: ReportFiles, *, outside: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say(files.report.title))
        self.setMinimumSize(900, 620)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        self.view = SheetView("Report of the lot", self)
        self.view.show_page(files.html)
        layout.addWidget(self.view, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        for words, file in (("Open in the browser", files.page), ("Open the PDF", files.pdf)):
            row.addWidget(_opens(words, file, shown=outside, parent=self))
        close = QPushButton(say("Close"), self)
        close.setProperty("kind", "primary")
        close.clicked.connect(self.accept)
        row.addWidget(close)
        layout.addLayout(row)


def _opens(words: str, file: Path, *, shown: bool, parent: QWidget) -> QPushButton:
    button = QPushButton(say(words), parent)
    button.setToolTip(str(file))
    button.setVisible(shown)
    button.clicked.connect(lambda: open_outside(file))
    return button
