"""The second step: parts with a known reference, appraisers and repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.text import TextKind
from inspector.gui.first_start.parts import asked
from inspector.gui.msa.desk import StudyOrder
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.inputs import ChoiceBox, NumberBox
from inspector.gui.widgets.path_field import PathField
from inspector.gui.widgets.text_field import TextField
from inspector.msa.plan import DEFAULT_PARTS, DEFAULT_REPEATS, MOST_PARTS, MOST_REPEATS, STUDY_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

_LABELLED = "Pictures of a folder, with sub-folders good and defect types"
_REVIEWED = "Parts of the record that people have judged in Review"
_PEOPLE = TextKind(called="names", longest=800)


class PlanPanel(QWidget):
    """See the module; what is wished, it emits."""

    planned = Signal(object)  #: StudyOrder

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        self.name = TextField(STUDY_NAME, self)
        self.name.setAccessibleName("Name of the study")
        asked(layout, "Name", self.name)
        layout.addWidget(label("Parts whose reference is known"))
        self.source = ChoiceBox(self)
        self.source.addItems([_LABELLED, _REVIEWED])
        self.source.setAccessibleName("Parts whose reference is known")
        layout.addWidget(self.source)
        self.folder = PathField("Folder of labelled pictures", "Folder", "folder", self)
        layout.addWidget(self.folder)
        self.source.currentTextChanged.connect(lambda words: self.folder.setVisible(words == _LABELLED))
        numbers = QHBoxLayout()
        numbers.setSpacing(10)
        self.parts = self._number("Parts at most", DEFAULT_PARTS, 2, MOST_PARTS)
        self.repeats = self._number("Repeats", DEFAULT_REPEATS, 1, MOST_REPEATS)
        for words, box in (("Parts, at most", self.parts), ("Repeats by each appraiser", self.repeats)):
            numbers.addWidget(label(words, "muted"))
            numbers.addWidget(box)
        numbers.addStretch(1)
        layout.addLayout(numbers)
        self.people = TextField(_PEOPLE, self)
        self.people.setAccessibleName("Appraisers")
        self.people.setPlaceholderText("Ada, Ben")
        asked(layout, "Appraisers, with commas between them", self.people)
        self.station = QCheckBox("The station is an appraiser too", self)
        self.station.setChecked(True)
        layout.addWidget(self.station)
        layout.addStretch(1)
        row = QHBoxLayout()
        self.plan_button = QPushButton("Plan the study", self)
        self.plan_button.setProperty("kind", "primary")
        self.plan_button.setToolTip("Draw the parts, copy their pictures, fix everything: it cannot be changed later")
        self.plan_button.clicked.connect(lambda: self.planned.emit(self.order()))
        self.plan_button.setAutoDefault(False)
        row.addWidget(self.plan_button)
        row.addStretch(1)
        layout.addLayout(row)

    def _number(self, name: str, value: int, low: int, high: int) -> NumberBox:
        box = NumberBox(self)
        box.setDecimals(0)
        box.setRange(low, high)
        box.setValue(value)
        box.setAccessibleName(name)
        return box

    def show_people(self, names: Sequence[str]) -> None:
        """Propose appraisers, where nobody is named yet."""
        if not self.people.text().strip():
            self.people.setText(", ".join(names))

    def order(self) -> StudyOrder:
        """Return what is to be planned."""
        people = tuple(name for name in (" ".join(each.split()) for each in self.people.text().split(",")) if name)
        return StudyOrder(
            name=self.name.text().strip(),
            folder=self.folder.text() if self.source.currentText() == _LABELLED else "",
            parts=int(self.parts.value()),
            people=people,
            repeats=int(self.repeats.value()),
            station=self.station.isChecked(),
        )

    def fault(self) -> str:
        """Say what is missing; empty where nothing is."""
        order = self.order()
        if not order.name:
            return "Give the study a name."
        if self.source.currentText() == _LABELLED and not order.folder:
            return "Choose the folder of labelled pictures, or parts of the record."
        return "" if order.people or order.station else "Name somebody who judges."
