"""Counters of the shift and of the lot."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from inspector.domain.tally import Tally
from inspector.gui.theme import CURRENT, lively
from inspector.gui.widgets.basics import card, label

_FIGURES = (
    ("Inspected", "inspected", None),
    ("Pass", "passed", "good"),
    ("Fail", "failed", "fail"),
    ("Review", "review", "review"),
    ("Error", "error", "error"),
)


class Counters(QWidget):
    """Counts of the shift, or of the lot."""

    scope_changed = Signal(str)  #: "shift" or "lot"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tallies = {"shift": Tally(), "lot": Tally()}
        self._scope = "shift"
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        layout.setContentsMargins(14, 6, 8, 8)
        top = QHBoxLayout()
        self._title = label("THIS SHIFT", "heading")
        top.addWidget(self._title, 1)
        self._switch = QPushButton("Show lot", frame)
        self._switch.setToolTip("Switch between the counts of the shift and of the lot")
        self._switch.clicked.connect(self._toggle)
        top.addWidget(self._switch)
        layout.addLayout(top)
        grid = QGridLayout()
        grid.setVerticalSpacing(0)
        grid.setHorizontalSpacing(8)
        self._values: dict[str, QLabel] = {}
        for place, (words, field, _) in enumerate((*_FIGURES, ("Yield", "yield", None))):
            row, column = divmod(place, 3)
            grid.addWidget(label(words, "muted"), 3 * row, column)
            value = label("0", "figure")
            value.setAccessibleName(words)
            self._values[field] = value
            grid.addWidget(value, 3 * row + 1, column)
        for column in range(3):
            grid.setColumnStretch(column, 1)
            grid.setColumnMinimumWidth(column, 96)
        grid.setRowMinimumHeight(2, 6)
        layout.addLayout(grid)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.recolour()
        self._fill()

    def show_tallies(self, shift: Tally, lot: Tally, *, shift_title: str, lot_title: str) -> None:
        """Set both counts and their titles."""
        self._tallies = {"shift": shift, "lot": lot}
        self._titles = {"shift": shift_title, "lot": lot_title}
        self._fill()

    def texts(self) -> dict[str, str]:
        """Return what is shown, by the fields of `Tally`, and as "yield"."""
        return {field: value.text() for field, value in self._values.items()}

    def recolour(self) -> None:
        """Take the theme's colours."""
        for _, field, colour in _FIGURES:
            if colour:
                self._values[field].setStyleSheet(f"color: {lively(CURRENT.theme, colour).name()};")

    def _toggle(self) -> None:
        self._scope = "lot" if self._scope == "shift" else "shift"
        self._switch.setText("Show shift" if self._scope == "lot" else "Show lot")
        self._fill()
        self.scope_changed.emit(self._scope)

    def _fill(self) -> None:
        tally = self._tallies[self._scope]
        titles = getattr(self, "_titles", {"shift": "THIS SHIFT", "lot": "THIS LOT"})
        self._title.setText(titles[self._scope].upper())
        for _, field, _colour in _FIGURES:
            self._values[field].setText(f"{getattr(tally, field):,}")
        fraction = tally.first_pass_yield.value
        self._values["yield"].setText("–" if fraction is None else f"{100 * fraction:.1f} %")
