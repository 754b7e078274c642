"""The acceptance criteria of a new dossier; the numbers of the example stand there to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from inspector.domain.text import TextKind
from inspector.dossier.criteria import EXAMPLE, AcceptanceCriteria, DossierError
from inspector.gui.widgets.basics import label, scrolled
from inspector.gui.widgets.inputs import ChoiceBox, NumberBox
from inspector.gui.widgets.path_field import PathField
from inspector.gui.widgets.text_field import TextField
from inspector.json_file import field_fault

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME = TextKind(called="a dossier's name", longest=80, shortest=1)
_TITLE = TextKind(called="a title", longest=200, shortest=1)
_NOT_ASKED = "not asked"
_HINT = (
    "Choose the limits from what the parts need, not from what the model has shown. A limit is met where the exact "
    "95\u00a0% bound is below it: 1\u00a0% takes 299 defective parts without a miss, 5\u00a0% takes 59."
)


class CriteriaForm(QWidget):
    """See the module; it emits what is wished."""

    lock_wanted = Signal()
    file_wanted = Signal(str)  #: a file of criteria
    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(8)
        outer.addWidget(label("New dossier", "title"))
        self.about = label("")
        self.about.setWordWrap(True)
        outer.addWidget(self.about)
        hint = label(_HINT, "muted")
        hint.setWordWrap(True)
        outer.addWidget(hint)
        inside = QWidget(self)
        self._rows = QFormLayout(inside)
        self._rows.setContentsMargins(0, 0, 8, 0)
        self._rows.setSpacing(10)
        self._build(inside)
        outer.addWidget(scrolled(inside, self), 1)
        row = QHBoxLayout()
        row.addStretch(1)
        self.back_button = QPushButton("Back", self)
        self.back_button.clicked.connect(self.back_wanted)
        self.lock_button = QPushButton("Lock the criteria…", self)
        self.lock_button.setProperty("kind", "primary")
        self.lock_button.setToolTip("Sign them, with recipe and model; from then on they cannot be changed")
        self.lock_button.clicked.connect(self.lock_wanted)
        row.addWidget(self.back_button)
        row.addWidget(self.lock_button)
        outer.addLayout(row)
        self.show_criteria(EXAMPLE.model_copy(update={"title": "", "intended_use": ""}))

    def _build(self, inside: QWidget) -> None:
        self.name = TextField(_NAME, inside)
        self.name.setPlaceholderText("as “Line 4 2026”: its folder is called so")
        self._add("Name", self.name)
        self.file = PathField("File of criteria", "empty: as below", "file", inside)
        self.file.settled.connect(lambda: self.file_wanted.emit(self.file.text()))
        self._add("From a file", self.file)
        self.title = TextField(_TITLE, inside)
        self.title.setPlaceholderText(EXAMPLE.title)
        self._add("Title", self.title)
        self.use = QPlainTextEdit(inside)
        self.use.setPlaceholderText(EXAMPLE.intended_use)
        self.use.setTabChangesFocus(True)
        self.use.setFixedHeight(64)
        self._add("Intended use", self.use)
        self.escapes = self._percent("Escapes, at most", "Share of defective parts that pass")
        self.overkill = self._percent("Overkill, at most", "Share of good parts that do not pass")
        self.left_out = self._percent(
            "Unknown types, at most", "Share of a defect type that passes where training did not have it", empty=True
        )
        self.study = ChoiceBox(inside)
        self._add("Study (MSA)", self.study)
        self.challenge = QCheckBox("The challenge was passed with this recipe", inside)
        self.regression = QCheckBox("Every locked part of the recipe is held", inside)
        self._rows.addRow("", self.challenge)
        self._rows.addRow("", self.regression)

    def _add(self, words: str, field: QWidget) -> None:
        told = label(words)
        told.setBuddy(field)
        field.setAccessibleName(words)
        self._rows.addRow(told, field)

    def _percent(self, words: str, tip: str, *, empty: bool = False) -> NumberBox:
        box = NumberBox(self)
        box.setDecimals(3)
        box.setRange(0.0 if empty else 0.001, 99.999)
        box.setSuffix(" %")
        box.setFixedWidth(160)
        box.setToolTip(tip)
        if empty:
            box.setSpecialValueText(_NOT_ASKED)
        self._add(words, box)
        box.setAccessibleDescription(tip)
        return box

    def show_studies(self, names: Sequence[str]) -> None:
        """Offer studies; the one that is chosen stays so."""
        chosen = self.study.currentData() or ""
        offered = [*names] if not chosen or chosen in names else [chosen, *names]
        self.study.clear()
        self.study.addItem(_NOT_ASKED, "")
        for name in offered:
            self.study.addItem(name, name)
        self.study.setCurrentIndex(max(0, self.study.findData(chosen)))

    def show_criteria(self, criteria: AcceptanceCriteria) -> None:
        """Fill in criteria."""
        self.title.setText(criteria.title)
        self.use.setPlainText(criteria.intended_use)
        self.escapes.setValue(100 * criteria.most_escapes)
        self.overkill.setValue(100 * criteria.most_overkill)
        self.left_out.setValue(100 * (criteria.left_out_passes or 0.0))
        if self.study.findData(criteria.msa_study) < 0:
            self.study.addItem(criteria.msa_study or _NOT_ASKED, criteria.msa_study)
        self.study.setCurrentIndex(self.study.findData(criteria.msa_study))
        self.challenge.setChecked(criteria.challenge)
        self.regression.setChecked(criteria.regression)

    def criteria(self) -> AcceptanceCriteria:
        """Return what is filled in.

        Raises:
            DossierError: If a text is missing or too long.
        """
        if not self.name.text().strip():
            raise DossierError("the dossier has no name", "Type one: its folder is called so.")
        if not self.title.text().strip():
            raise DossierError("the dossier has no title", "Say what is validated; it stands on the first page.")
        try:
            return AcceptanceCriteria(
                title=self.title.text().strip(),
                intended_use=self.use.toPlainText().strip(),
                most_escapes=_share(self.escapes),
                most_overkill=_share(self.overkill),
                left_out_passes=_share(self.left_out) or None,
                msa_study=self.study.currentData() or "",
                challenge=self.challenge.isChecked(),
                regression=self.regression.isChecked(),
            )
        except ValidationError as error:
            name, what = field_fault(error.errors()[0])
            raise DossierError(f"{name}: {what}", "Change it.") from error


def _share(box: NumberBox) -> float:
    return round(box.value() / 100, 6)
