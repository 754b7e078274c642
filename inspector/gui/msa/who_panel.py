"""The third step: how far everybody is, and who judges now."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from inspector.gui.widgets.basics import label, scrolled
from inspector.msa.plan import STATION

if TYPE_CHECKING:
    from inspector.gui.msa.desk import StudyShown


class WhoPanel(QWidget):
    """See the module; what is wished, it emits."""

    judge_wanted = Signal(str)  #: name of the appraiser
    station_wanted = Signal(bool)  #: True: parts are shown to the line
    result_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        self.words = label("", "muted")
        self.words.setWordWrap(True)
        layout.addWidget(self.words)
        self._inside = QWidget(self)
        self._grid = QGridLayout(self._inside)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setColumnStretch(1, 1)
        layout.addWidget(scrolled(self._inside, self), 1)
        row = QHBoxLayout()
        self.result_button = QPushButton("Result", self)
        self.result_button.setProperty("kind", "primary")
        self.result_button.setToolTip("Compute the figures of all who are through, and write the report")
        self.result_button.setAutoDefault(False)
        self.result_button.clicked.connect(self.result_wanted)
        row.addWidget(self.result_button)
        row.addStretch(1)
        layout.addLayout(row)
        self.buttons: dict[str, QPushButton] = {}  #: by appraiser; the station's second one by “Station live”

    def show_study(self, shown: StudyShown) -> None:
        """Show how far everybody is."""
        plan = shown.plan
        defective = sum(part.defective for part in plan.parts)
        self.words.setText(
            f"{len(plan.parts)} parts, {defective} of them defective; {plan.repeats} repeats in another order each. "
            "Nobody sees the reference, a verdict or an earlier answer, and nothing can be taken back. A pause costs "
            "nothing: it goes on at the same part."
        )
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.buttons = {}
        for row, each in enumerate(shown.far):
            name = label(each.name, "", self._inside)
            name.setTextFormat(Qt.TextFormat.PlainText)
            self._grid.addWidget(name, row, 0)
            bar = QProgressBar(self._inside)
            bar.setRange(0, max(1, each.total))
            bar.setValue(each.done)
            bar.setTextVisible(False)
            bar.setFixedHeight(10)
            bar.setAccessibleName(f"Progress of {each.name}")
            self._grid.addWidget(bar, row, 1)
            self._grid.addWidget(label(f"{each.done} of {each.total}", "muted", self._inside), row, 2)
            self._add_buttons(row, each.name, through=each.through)
        self._grid.setRowStretch(len(shown.far), 1)
        self.result_button.setEnabled(any(each.through and each.total for each in shown.far))

    def _add_buttons(self, row: int, name: str, *, through: bool) -> None:
        wishes = [(name, "Judge", partial(self.judge_wanted.emit, name), f"{name} judges now")]
        if name == STATION:
            pictures = partial(self.station_wanted.emit, False)
            live = partial(self.station_wanted.emit, True)
            wishes = [
                (STATION, "From the pictures", pictures, "Judge the study's pictures; repeats are identical by design"),
                (f"{STATION} live", "Show the parts", live, "Show each part to the running line when it is asked for"),
            ]
        for column, (key, words, wish, tip) in enumerate(wishes, 3):
            button = QPushButton(words, self._inside)
            button.setToolTip(tip)
            button.setAccessibleName(f"{name}: {words.lower()}")
            button.setEnabled(not through)
            button.setAutoDefault(False)
            button.clicked.connect(wish)
            self._grid.addWidget(button, row, column)
            self.buttons[key] = button
