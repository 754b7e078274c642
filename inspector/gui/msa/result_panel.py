"""The last step: the figures with their limits in words, what must be said beside them, and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.gui.widgets.basics import card, label, scrolled, set_tone
from inspector.msa.limits import Grade
from inspector.msa.words import limit_words, summary, tables

if TYPE_CHECKING:
    from inspector.gui.msa.desk import ResultShown
    from inspector.msa.words import WordTable

_TONES = {Grade.PASSES: "good", Grade.MARGINAL: "review", Grade.FAILS: "fail", Grade.UNKNOWN: "muted"}


class ResultPanel(QWidget):
    """See the module."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self.summary = label("", "score")
        self.summary.setWordWrap(True)
        layout.addWidget(self.summary)
        self._inside = QWidget(self)
        self._tables = QVBoxLayout(self._inside)
        self._tables.setContentsMargins(0, 0, 8, 0)
        self._tables.setSpacing(10)
        layout.addWidget(scrolled(self._inside, self), 1)
        self.place = label("", "muted")
        self.place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.place.setWordWrap(True)
        layout.addWidget(self.place)
        row = QHBoxLayout()
        self.report_button = QPushButton("Open the report", self)
        self.report_button.setProperty("kind", "primary")
        self.report_button.setToolTip("In the browser, from where it can be printed on A4")
        self.report_button.setAutoDefault(False)
        self.report_button.clicked.connect(self._open)
        row.addWidget(self.report_button)
        row.addStretch(1)
        layout.addLayout(row)
        self._report = ""

    def show_result(self, shown: ResultShown) -> None:
        """Show a result."""
        outcome = shown.outcome
        while (item := self._tables.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.summary.setText(summary(outcome))
        for words in outcome.notes:
            said = label(words, "", self._inside)
            said.setTextFormat(Qt.TextFormat.PlainText)
            said.setWordWrap(True)
            set_tone(said, "review")
            self._tables.addWidget(said)
        for table in tables(outcome):
            self._tables.addWidget(self._table(table))
        limits = label(limit_words(outcome), "muted", self._inside)
        limits.setWordWrap(True)
        self._tables.addWidget(limits)
        self._tables.addStretch(1)
        self._report = str(shown.report)
        self.place.setText(f"Written: {shown.report} and {shown.table.name}, which is signed.")

    def _table(self, table: WordTable) -> QWidget:
        frame, layout = card(self._inside)
        layout.addWidget(label(table.title.upper(), "heading", frame))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        for column, head in enumerate(table.heads):
            words = label(head, "muted", frame)
            words.setWordWrap(True)
            grid.addWidget(words, 0, column)
            grid.setColumnStretch(column, 2 if column else 1)
        for row, cells in enumerate(table.rows, 1):
            for column, cell in enumerate(cells):
                words = label(cell.whole, "", frame)
                words.setTextFormat(Qt.TextFormat.PlainText)
                words.setWordWrap(True)
                if cell.grade is not None:
                    set_tone(words, _TONES[cell.grade])
                grid.addWidget(words, row, column)
        layout.addLayout(grid)
        return frame

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._report))
