"""The trainings of this station, the newest first, with their figures; one can be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.training.words import figure, state_words
from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.rows import read_in_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.runs.trainings import Training

_COLUMNS = ("Model", "Begun", "State", "Method", "F1", "AUROC", "Escapes", "Overkill")
_ROW_PX = 44
_ROWS_SHOWN = 6


class TrainingHistoryCard(QWidget):
    """See the module."""

    chosen = Signal(str)  #: id of a training

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        row = QHBoxLayout()
        row.addWidget(label("TRAININGS", "heading"), 1)
        self.back_button = QPushButton("Roll back", frame)
        self.back_button.setToolTip("Give the recipe the model back that it had before")
        self.back_button.hide()
        self.way_back = ""  #: the model that a roll-back would bring
        row.addWidget(self.back_button)
        layout.addLayout(row)
        table = self.table = QTableWidget(0, len(_COLUMNS), frame)
        table.setHorizontalHeaderLabels(list(_COLUMNS))
        read_in_rows(table, "Trainings", _ROW_PX)
        table.setFrameShape(QTableWidget.Shape.NoFrame)
        head = table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(table)
        table.itemSelectionChanged.connect(self._selected)
        self._ids: list[str] = []

    def show_trainings(self, trainings: Sequence[Training], selected: str | None) -> None:
        """Set the list, and which of them is shown."""
        self.table.blockSignals(True)
        self._ids = [training.id for training in trainings]
        self.table.setRowCount(len(trainings))
        for row, training in enumerate(trainings):
            for column, text in enumerate(_row(training)):
                item = self.table.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    self.table.setItem(row, column, item)
                if item.text() != text:
                    item.setText(text)
        if selected in self._ids:
            self.table.selectRow(self._ids.index(selected))
        else:
            self.table.clearSelection()
        self.table.blockSignals(False)
        shown = max(1, min(len(trainings), _ROWS_SHOWN))
        self.table.setFixedHeight(self.table.horizontalHeader().sizeHint().height() + shown * _ROW_PX + 2)
        self.setVisible(bool(trainings))

    def show_way_back(self, model: str | None) -> None:
        """Offer the way back to a model; None where there is none."""
        self.way_back = model or ""
        self.back_button.setVisible(model is not None)
        self.back_button.setText(f"Roll back to {model}")

    def _selected(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        if rows and rows[0].row() < len(self._ids):
            self.chosen.emit(self._ids[rows[0].row()])


def _row(training: Training) -> tuple[str, ...]:
    result = training.result
    test = result.test if result is not None else None
    return (
        training.name,
        f"{training.begun.astimezone():%Y-%m-%d %H:%M}",
        state_words(training),
        result.method if result is not None else training.request.method,
        figure(test, "f1", "share"),
        figure(test, "auroc", "share"),
        figure(test, "escape", "rate"),
        figure(test, "overkill", "rate"),
    )
