"""The section “Audit trail” of the Settings page: what was done at the station, the newest first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from inspector.files import with_ending
from inspector.gui.trail.details import EventDetails
from inspector.gui.trail.filters import TrailFilters
from inspector.gui.trail.model import TrailColumn, TrailModel
from inspector.gui.trail.store import AT_ONCE
from inspector.gui.widgets.basics import OneLine, card, label
from inspector.gui.widgets.later import Page
from inspector.gui.widgets.rows import read_in_rows
from inspector.gui.work import Latest

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from inspector.gui.trail.store import TrailAnswer, TrailStore
    from inspector.gui.work import Worker
    from inspector.outputs.trail_log import TrailQuery
    from inspector.outputs.trail_rows import TrailRow

_ROW_PX = 30
_WIDTHS_PX = {TrailColumn.WHEN: 176, TrailColumn.WHO: 120, TrailColumn.WHAT: 220, TrailColumn.ON: 170}
_NARROW_PX = 900
_NARROW_WIDTHS_PX = {TrailColumn.WHEN: 172, TrailColumn.WHO: 96, TrailColumn.WHAT: 170, TrailColumn.ON: 120}


class TrailTable(QTableView):
    """The rows; an arrow key walks."""

    def __init__(self, model: TrailModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        read_in_rows(self, "Audit trail", _ROW_PX)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setSectionResizeMode(TrailColumn.CHANGE, QHeaderView.ResizeMode.Stretch)
        self.lay_out(_NARROW_PX)

    def lay_out(self, width_px: int) -> None:
        """Give the columns their widths."""
        for column, width in (_WIDTHS_PX if width_px >= _NARROW_PX else _NARROW_WIDTHS_PX).items():
            self.horizontalHeader().resizeSection(column, width)


class TrailPage(Page):
    """See the module.

    Args:
        store: Reads the trail.
        worker: Used for it alone: an export takes seconds.
    """

    def __init__(self, store: TrailStore, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store, self._worker = store, worker
        self._latest = Latest(worker, lambda error: self._say(str(error)))
        self._query: TrailQuery | None = None
        self._build()
        self.filters.changed.connect(self.refresh)
        self.model.more_wanted.connect(self._read_older)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_details())
        self._show_details()

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        row = QHBoxLayout()
        row.addWidget(label("Audit trail", "title"))
        self.said = OneLine()
        row.addWidget(self.said, 1)
        self.refresh_button = QPushButton("Refresh", self)
        self.refresh_button.setToolTip("Read what has been done meanwhile")
        self.refresh_button.clicked.connect(self.refresh)
        row.addWidget(self.refresh_button)
        self.export_button = QPushButton("Export…", self)
        self.export_button.setToolTip("Write the events of these filters as a table (CSV)")
        self.export_button.clicked.connect(self._ask_export)
        row.addWidget(self.export_button)
        layout.addLayout(row)
        hint = label("What was changed at this station, by whom, when and why. Nothing in it can be changed.", "muted")
        hint.setWordWrap(True)
        layout.addWidget(hint)
        self.filters = TrailFilters(self)
        layout.addWidget(self.filters)
        self.model = TrailModel(self)
        self.table = TrailTable(self.model, self)
        self.details = EventDetails(self)
        split = QSplitter(Qt.Orientation.Vertical, frame)
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(self.details)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setSizes([600, 300])
        layout.addWidget(split, 1)

    def enter(self) -> None:
        """The section is shown: read what is new."""
        self.refresh()

    def refresh(self) -> None:
        """Read the newest events that the filters let through."""
        query = self._query = self.filters.query()
        self.export_button.setEnabled(False)
        self._latest.ask(lambda: self._store.newest(query), self._on_newest)

    def _on_newest(self, answer: TrailAnswer) -> None:
        chosen = self._chosen()
        self.model.show_answer(answer)
        self.filters.show_people(answer.people)
        self.export_button.setEnabled(answer.count > answer.waiting)
        words = f"{answer.count:,} events" if answer.count != 1 else "1 event"
        if not answer.count:
            words = "Nothing was done that these filters let through." if self.filters.restricts else "Nothing yet."
        if answer.waiting:
            words += f"; {answer.waiting} wait to be written into the log"
        self._say(words)
        place = 0
        if chosen is not None:
            place = next((n for n, row in enumerate(answer.rows) if row.event.id == chosen.event.id), 0)
        if answer.rows:
            self.table.setCurrentIndex(self.model.index(place, 0))
        self._show_details()

    def _read_older(self) -> None:
        query, last = self._query, self.model.rows[-1]
        if query is not None and last.number is not None:
            self._latest.ask(lambda: self._store.older(query, last), self._on_older)

    def _on_older(self, rows: list[TrailRow]) -> None:
        self.model.add(rows, more=len(rows) == AT_ONCE)

    def _chosen(self) -> TrailRow | None:
        row = self.table.currentIndex().row()
        return self.model.rows[row] if 0 <= row < len(self.model.rows) else None

    def _show_details(self) -> None:
        self.details.show_row(self._chosen())

    def _ask_export(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Write the events that are shown", "audit trail.csv", "*.csv")
        if chosen:
            self.export(with_ending(Path(chosen), ".csv"))

    def export(self, path: Path) -> None:
        """Write the events of the filters as CSV."""
        query = self.filters.query()
        self._say(f"Writing {path}…")
        self._worker.do(lambda: self._store.export(query, path), self._say, lambda error: self._say(str(error)))

    def _say(self, words: str) -> None:
        self.said.say(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the columns out anew."""
        super().resizeEvent(event)
        self.table.lay_out(event.size().width())
