"""The card with what is asked for: pictures, method, start, and where."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from inspector.gui.training.buttons import TrainColumn
from inspector.gui.training.data import DataColumn
from inspector.gui.training.method import MethodColumn
from inspector.gui.widgets.basics import card
from inspector.gui.widgets.cluster_line import ClusterLine


class RequestCard(QWidget):
    """Three columns in a row, and under them the cluster; the page connects them."""

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
        self.cluster = ClusterLine(
            "Train on the cluster",
            "What Automatic tries, folds and types never seen are trained side by side, one on each worker. Each must "
            "see pictures and backbone under the same path. The model is the same; one training alone is no quicker",
            frame,
        )
        layout.addWidget(self.cluster)
