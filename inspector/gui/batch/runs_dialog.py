"""The runs of this station, the newest first: one can be shown, laid beside another, or deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.batch.words import begun_words, named, state_words
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.rows import read_in_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.batch import BatchRun

_COLUMNS = ("Begun", "Folder", "Judged by", "Pictures", "State", "By")
_ROW_PX = 44


class RunsDialog(QDialog):
    """See the module.

    Args:
        title: Stands over the list.
        hint: Stands under the title: what the list is for, or what is missing.
        action: The words of the button that takes a run.
        deletes: Whether a run can be deleted here.
    """

    taken = Signal(object)  #: BatchRun
    delete_wanted = Signal(object)  #: BatchRun

    def __init__(
        self,
        title: str,
        hint: str,
        runs: Sequence[BatchRun],
        action: str,
        *,
        deletes: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumSize(860, 460)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(label(title, "title"))
        words = label(hint, "muted")
        words.setWordWrap(True)
        layout.addWidget(words)
        self.table = self._build_table()
        layout.addWidget(self.table, 1)
        row = QHBoxLayout()
        self.delete_button = QPushButton("Delete…", self)
        self.delete_button.setToolTip("Remove the results of this run; the pictures stay")
        self.delete_button.clicked.connect(self._delete)
        self.delete_button.setVisible(deletes)
        row.addWidget(self.delete_button)
        row.addStretch(1)
        close = QPushButton("Close", self)
        close.clicked.connect(self.reject)
        row.addWidget(close)
        self.take_button = QPushButton(action, self)
        self.take_button.setProperty("kind", "primary")
        self.take_button.setDefault(True)
        self.take_button.clicked.connect(self._take)
        row.addWidget(self.take_button)
        layout.addLayout(row)
        self.table.itemSelectionChanged.connect(self._show_buttons)
        self.table.itemDoubleClicked.connect(lambda _: self._take())
        self.show_runs(runs)

    def _build_table(self) -> QTableWidget:
        table = QTableWidget(0, len(_COLUMNS), self)
        table.setHorizontalHeaderLabels(list(_COLUMNS))
        read_in_rows(table, "Runs", _ROW_PX)
        table.setFrameShape(QTableWidget.Shape.NoFrame)
        head = table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        return table

    def show_runs(self, runs: Sequence[BatchRun]) -> None:
        """Set the list; the first is chosen."""
        self._runs = list(runs)
        self.table.setRowCount(len(runs))
        for row, run in enumerate(runs):
            survey = run.record.survey
            total = run.progress.total or (survey.pictures if survey is not None else 0)
            cells = (begun_words(run), run.record.folder, named(run), f"{total:,}", state_words(run), run.record.who)
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(row, column, item)
        if runs:
            self.table.selectRow(0)
        self._show_buttons()

    def _chosen(self) -> BatchRun | None:
        rows = self.table.selectionModel().selectedRows()
        return self._runs[rows[0].row()] if rows else None

    def _show_buttons(self) -> None:
        run = self._chosen()
        self.take_button.setEnabled(run is not None)
        self.delete_button.setEnabled(run is not None and not run.active)

    def _take(self) -> None:
        if (run := self._chosen()) is not None:
            self.taken.emit(run)
            self.accept()

    def _delete(self) -> None:
        if (run := self._chosen()) is not None:
            self.delete_wanted.emit(run)
