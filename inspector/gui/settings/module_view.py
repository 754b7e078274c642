"""What stands at the inputs and coils of an I/O module at this moment, and what its gate has missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from inspector.domain.line_outputs import Coil
from inspector.gui.widgets.basics import label, set_tone
from inspector.line.signals import ACKNOWLEDGE, TRIGGER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from inspector.line.signals import ModuleState

#: Coils whose high says that something is wrong.
_BAD = frozenset({Coil.FAULT.value, Coil.ALARM.value})
_NAMES = {Coil.OK.value: "OK", Coil.NOK.value: "NOK", Coil.REVIEW.value: "REVIEW", Coil.ERROR.value: "ERROR"}
_COUNTS = ("between camera and gate", "without a verdict in time", "without their signal")


class ModuleView(QWidget):
    """See the module. Lives on the GUI thread."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, tuple[QLabel, ...]] = {}  #: place, name, level and its last change, of each wire
        self.counts: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 8, 4)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(2, 1)
        grid.addWidget(label("The module", "muted"), 0, 0, 1, 4)
        for name in (TRIGGER, ACKNOWLEDGE, *(coil.value for coil in Coil)):
            cells = label("", "muted"), label(_NAMES.get(name, name)), label("–"), label("", "muted")
            for column, cell in enumerate(cells):
                grid.addWidget(cell, grid.rowCount() - (column > 0), column)
            self.rows[name] = cells
        grid.addWidget(label("Parts", "muted"), grid.rowCount(), 0, 1, 4)
        for words in _COUNTS:
            row = grid.rowCount()
            self.counts[words] = label("–")
            grid.addWidget(label(words), row, 0, 1, 2)
            grid.addWidget(self.counts[words], row, 2)
        grid.setRowStretch(grid.rowCount(), 1)

    def show_state(self, state: ModuleState, times: Mapping[str, datetime]) -> None:
        """Show this; levels of a module that is not reached are not known.

        Args:
            times: As in `LineStatus.times`.
        """
        for name, cells in self.rows.items():
            place, _, value, since = cells
            for cell in cells:
                cell.setVisible(name in state.places)
            place.setText(state.places.get(name, ""))
            level = state.wires.get(name)
            value.setText("–" if level is None else "● high" if level else "○ low")
            set_tone(value, "muted" if not level else "fail" if name in _BAD else "text")
            changed = times.get(f"wire {name}") if level is not None else None
            since.setText(changed.astimezone().strftime("%H:%M:%S.%f")[:-5] if changed else "")
        for words, count in zip(_COUNTS, (state.waiting, state.late, state.unserved), strict=True):
            self.counts[words].setText(f"{count:,}")
            set_tone(self.counts[words], "fail" if count and words != _COUNTS[0] else "text")
