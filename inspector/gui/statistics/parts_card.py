"""The parts behind a picked point, a bar or a row, and the way to one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.gui.statistics.store import AT_MOST
from inspector.gui.statistics.tables import PartsTable
from inspector.gui.widgets.basics import OneLine, card

if TYPE_CHECKING:
    from inspector.domain.records import Inspection


class PartsCard(QWidget):
    """See the module."""

    part_wanted = Signal(str)  #: id of a part that is to be looked at

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        row = QHBoxLayout()
        self.title = OneLine()
        row.addWidget(self.title, 1)
        self.open_button = QPushButton("Open in Review", self)
        self.open_button.setToolTip("Look at the chosen part")
        self.open_button.clicked.connect(self._open)
        row.addWidget(self.open_button)
        layout.addLayout(row)
        self.table = PartsTable(self)
        self.table.opened.connect(self.part_wanted)
        self.table.itemSelectionChanged.connect(self._show_open)
        layout.addWidget(self.table, 1)
        self.show_none()

    def show_parts(self, name: str, parts: list[Inspection]) -> None:
        """List parts, the newest first, and choose that one."""
        self.table.show_parts(parts)
        count = f"the newest {AT_MOST}" if len(parts) == AT_MOST else f"{len(parts)}"
        self.title.say(f"{name}: {count} parts" if len(parts) != 1 else f"{name}: 1 part")
        if parts:
            self.table.selectRow(0)
        self._show_open()

    def show_none(self) -> None:
        """Nothing is picked."""
        self.table.show_parts([])
        self.title.say("Pick a point, a bar or a row: its parts are listed here")
        self._show_open()

    def _show_open(self) -> None:
        self.open_button.setEnabled(bool(self.table.chosen_part))

    def _open(self) -> None:
        if part := self.table.chosen_part:
            self.part_wanted.emit(part)
