"""Counters of the recipe's parts in this shift, of the whole shift, and of the lot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from inspector.domain.tally import Tally
from inspector.gui.language.spoken import say
from inspector.gui.widgets.basics import OneLine, card, label, set_tone

if TYPE_CHECKING:
    from inspector.gui.station.events import Counts

_FIGURES = (
    ("Inspected", "inspected", None),
    ("Pass", "passed", "good"),
    ("Fail", "failed", "fail"),
    ("Review", "review", "review"),
    ("Error", "error", "error"),
)


#: What can be counted, in the order of the button.
_SCOPES = ("recipe", "shift", "lot")
_NEXT = {"recipe": "Show all recipes", "shift": "Show lot", "lot": "Show recipe"}


class Counters(QWidget):
    """Counts of the recipe in this shift, of all recipes of the shift, or of the lot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tallies = dict.fromkeys(_SCOPES, Tally())
        self._titles = {"recipe": "THIS SHIFT", "shift": "THIS SHIFT", "lot": "THIS LOT"}
        self._scope, self._read = _SCOPES[0], False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        layout.setContentsMargins(14, 6, 8, 8)
        top = QHBoxLayout()
        self.title = OneLine("heading", frame)
        top.addWidget(self.title, 1)
        self.switch = QPushButton(say(_NEXT[self._scope]), frame)
        self.switch.setProperty("kind", "quiet")
        self.switch.setToolTip(say("This recipe in this shift, all recipes of the shift, or the lot"))
        self.switch.clicked.connect(self._toggle)
        top.addWidget(self.switch)
        layout.addLayout(top)
        grid = QGridLayout()
        grid.setVerticalSpacing(0)
        grid.setHorizontalSpacing(8)
        self._values: dict[str, QLabel] = {}
        for place, (words, field, tone) in enumerate((*_FIGURES, ("Yield", "yield", None))):
            row, column = divmod(place, 3)
            grid.addWidget(label(words, "muted"), 3 * row, column)
            value = label("–", "figure")
            value.setAccessibleName(say(words))
            set_tone(value, tone or "text")
            self._values[field] = value
            grid.addWidget(value, 3 * row + 1, column)
        for column in range(3):
            grid.setColumnStretch(column, 1)
            grid.setColumnMinimumWidth(column, 96)
        grid.setRowMinimumHeight(2, 6)
        layout.addLayout(grid)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._fill()

    def show_counts(self, counts: Counts) -> None:
        """Set the counts."""
        since, self._read = f"SINCE {counts.shift_from:%H:%M}", counts.read
        self._tallies = {"recipe": counts.recipe, "shift": counts.shift, "lot": counts.lot}
        self._titles = {
            "recipe": f"THIS RECIPE {since}",
            "shift": f"ALL RECIPES {since}",
            "lot": f"LOT {counts.lot_name or 'WITHOUT NUMBER'}",  # the number itself stays as it was typed
        }
        self._fill()

    def texts(self) -> dict[str, str]:
        """Return what is shown, by the fields of `Tally`, and as "yield"."""
        return {field: value.text() for field, value in self._values.items()}

    def _toggle(self) -> None:
        self._scope = _SCOPES[(_SCOPES.index(self._scope) + 1) % len(_SCOPES)]
        self.switch.setText(say(_NEXT[self._scope]))
        self._fill()

    def _fill(self) -> None:
        tally = self._tallies[self._scope]
        self.title.say(self._titles[self._scope])
        for _, field, _colour in _FIGURES:
            self._values[field].setText(say(f"{getattr(tally, field):,}") if self._read else "–")
        fraction = tally.first_pass_yield.value if self._read else None
        self._values["yield"].setText("–" if fraction is None else say(f"{100 * fraction:.1f} %"))
