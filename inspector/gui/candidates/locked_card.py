"""The parts that no model may lose: with picture, why, when and by whom; released, or locked again, with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.domain.counts import counted
from inspector.gui.candidates.desk import MOST_LISTED, THUMBNAIL_PX
from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.rows import read_in_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.gui.candidates.desk import LockedRow

_COLUMNS = ("Part", "Locked as", "Confirmed", "By", "State")
_NONE = (
    "Nothing is locked yet. Every part that reviewers confirm as a defect, an escape or an overkill is locked by "
    "itself before the next promotion."
)


class LockedCard(QWidget):
    """See the module; it emits what is wished."""

    release_wanted = Signal(list)  #: ids of inspections
    lock_wanted = Signal(list)  #: likewise
    look_wanted = Signal(str)  #: id of an inspection

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[LockedRow] = []
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        top = QHBoxLayout()
        top.addWidget(label("Locked parts", "title"), 1)
        self.look_button = QPushButton("Show in Review", frame)
        self.look_button.clicked.connect(self._look)
        self.release_button = QPushButton("Release…", frame)
        self.release_button.setToolTip("Take the chosen parts out: they test no model any more, and may be learnt from")
        self.release_button.clicked.connect(lambda: self.release_wanted.emit(self._chosen(released=False)))
        self.lock_button = QPushButton("Lock again…", frame)
        self.lock_button.setToolTip("Take the chosen parts in again that were released")
        self.lock_button.clicked.connect(lambda: self.lock_wanted.emit(self._chosen(released=True)))
        for button in (self.look_button, self.release_button, self.lock_button):
            top.addWidget(button)
        layout.addLayout(top)
        self.words = label("", "muted")
        self.words.setWordWrap(True)
        layout.addWidget(self.words)
        table = self.table = QTableWidget(0, len(_COLUMNS), frame)
        table.setHorizontalHeaderLabels(list(_COLUMNS))
        read_in_rows(table, "Locked parts", THUMBNAIL_PX + 6)
        table.setSelectionMode(QTableWidget.SelectionMode.ExtendedSelection)
        table.setIconSize(QSize(2 * THUMBNAIL_PX, THUMBNAIL_PX))
        table.setFrameShape(QTableWidget.Shape.NoFrame)
        head = table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(len(_COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.itemSelectionChanged.connect(self._show_buttons)
        layout.addWidget(table, 1)
        layout.addStretch(0)
        self.show_parts([])

    def show_parts(self, rows: Sequence[LockedRow]) -> None:
        """List parts; what was chosen stays so."""
        chosen = {row.part.inspection_id for row in self._chosen_rows()}
        self._rows = list(rows)
        self.table.blockSignals(True)
        self.table.clearSelection()
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for column, text in enumerate(_texts(row)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(number, column, item)
                if column == 0 and row.picture is not None:
                    item.setIcon(QIcon(QPixmap.fromImage(row.picture)))
                item.setSelected(row.part.inspection_id in chosen)
        self.table.blockSignals(False)
        self.table.setVisible(bool(rows))
        locked = sum(not row.part.released for row in rows)
        words = f"{counted(locked, 'part')} that no new model may lose" if rows else _NONE
        self.words.setText(words if len(rows) < MOST_LISTED else f"{words}; the first {MOST_LISTED} are listed")
        self._show_buttons()

    def _chosen_rows(self) -> list[LockedRow]:
        chosen = sorted({index.row() for index in self.table.selectionModel().selectedIndexes()})
        return [self._rows[row] for row in chosen if row < len(self._rows)]

    def _chosen(self, *, released: bool) -> list[str]:
        return [row.part.inspection_id for row in self._chosen_rows() if row.part.released is released]

    def _look(self) -> None:
        rows = self._chosen_rows()
        if rows:
            self.look_wanted.emit(rows[0].part.inspection_id)

    def _show_buttons(self) -> None:
        self.look_button.setEnabled(len(self._chosen_rows()) == 1)
        self.release_button.setEnabled(bool(self._chosen(released=False)))
        self.lock_button.setEnabled(bool(self._chosen(released=True)))


def _texts(row: LockedRow) -> tuple[str, ...]:
    part = row.part
    state = f"released by {part.who}: {part.reason}" if part.released else "locked"
    if not part.released and part.reason:
        state = f"locked again by {part.who}: {part.reason}"
    if row.doubted:
        state += "; people do not say so any more"
    missing = "" if row.picture is not None else "picture missing"
    return (
        missing,
        f"{part.kind.value}, {part.defect_type}" if part.defect_type else part.kind.value,
        f"{part.confirmed_utc.astimezone():%Y-%m-%d %H:%M}",
        part.confirmed_by,
        state,
    )
