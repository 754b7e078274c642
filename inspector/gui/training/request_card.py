"""The card with what is asked for: pictures, method, start."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from inspector.gui.training.buttons import TrainColumn
from inspector.gui.training.data import DataColumn
from inspector.gui.training.method import MethodColumn
from inspector.gui.widgets.basics import card


class RequestCard(QWidget):
    """Three columns in a row; the page connects them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        row = QHBoxLayout()
        row.setSpacing(20)
        self.data = DataColumn(frame)
        self.method = MethodColumn(frame)
        self.method.setMinimumWidth(222)
        self.method.setMaximumWidth(230)
        row.addWidget(self.data, 6)
        row.addWidget(self.method, 3)
        self.train = TrainColumn(frame)
        self.train.setMaximumWidth(190)
        row.addWidget(self.train, 3)
        layout.addLayout(row)
