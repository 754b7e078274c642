"""The filters over a batch's results: which names, labels and probabilities are shown, and in which order."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from inspector.batch import Filter, Sort, SortKey
from inspector.domain.confusion import DEFECTIVE, GOOD, UNLABELLED
from inspector.gui.widgets.inputs import ChoiceBox

if TYPE_CHECKING:
    from inspector.gui.batch.rows import Rows

_SORTS = (
    ("Worst first", Sort(key=SortKey.P_DEFECTIVE, descending=True)),
    ("Best first", Sort(key=SortKey.P_DEFECTIVE)),
    ("By verdict", Sort(key=SortKey.VERDICT)),
    ("By name", Sort(key=SortKey.PATH)),
    ("By label", Sort(key=SortKey.LABEL)),
)
#: The choices of labels that are no defect type: words, and the code of the label.
_LABELS = (("good", GOOD), ("defective", DEFECTIVE), ("no label", UNLABELLED))
#: A filter that is typed is applied when the hand rests.
_REST_MS = 60


class FilterBar(QWidget):
    """See the module."""

    changed = Signal()  #: by hand

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._order = _SORTS[0][1]
        self._filling = False
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.text = self._build_text()
        row.addWidget(self.text, 1)
        self.label = self._build_labels()
        row.addWidget(self.label)
        self.p_from, self.p_to = (self._probability(words) for words in ("P ≥ …", "P ≤ …"))
        row.addWidget(self.p_from)
        row.addWidget(self.p_to)
        self.sort = self._build_sorts()
        row.addWidget(self.sort)
        self._show_order()

    # --- building -----------------------------------------------------------------------------------------------------

    def _build_text(self) -> QLineEdit:
        text = QLineEdit(self)
        text.setPlaceholderText("Name contains…")
        text.setAccessibleName("Filter by name")
        text.setToolTip("Only pictures whose path contains this (Ctrl+F)")
        text.setClearButtonEnabled(True)
        text.textChanged.connect(self._wait)
        return text

    def _build_labels(self) -> QComboBox:
        labels = ChoiceBox(self)
        labels.setAccessibleName("Filter by label")
        labels.setToolTip("Only pictures with this label or defect type")
        labels.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        labels.setMinimumContentsLength(10)
        labels.activated.connect(lambda _: self.changed.emit())
        return labels

    def _build_sorts(self) -> QComboBox:
        sorts = ChoiceBox(self)
        sorts.setAccessibleName("Order")
        sorts.setToolTip("In which order; a click on a column's head sorts too")
        for words, order in _SORTS:
            sorts.addItem(words, order)
        sorts.activated.connect(lambda place: self.sort_by(_SORTS[place][1]) if place < len(_SORTS) else None)
        return sorts

    def _probability(self, words: str) -> QLineEdit:
        """A field for a bound of P(defective); empty, it does not matter."""
        field = QLineEdit(self)
        field.setPlaceholderText(words)
        field.setFixedWidth(74)
        field.setAccessibleName(f"P(defective) {words[2:]}")
        field.setToolTip(
            f"Only pictures with P(defective) {'of at least' if '≥' in words else 'of at most'} this, 0 to 1"
        )
        field.textChanged.connect(self._wait)
        return field

    # --- what is chosen -----------------------------------------------------------------------------------------------

    @property
    def order(self) -> Sort:
        """In which order the rows are wanted."""
        return self._order

    def filter(self) -> Filter:
        """Return which rows are wanted."""
        code, defect = self.label.currentData() or (None, "")
        return Filter(
            labels=None if code is None else frozenset({code}),
            types=frozenset({defect}) if defect else None,
            p_from=_bound(self.p_from),
            p_to=_bound(self.p_to),
            text=self.text.text().strip(),
        )

    def sort_by(self, order: Sort) -> None:
        """Take another order."""
        self._order = order
        self._show_order()
        self.changed.emit()

    # --- showing ------------------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Let all rows through; nothing is emitted."""
        self._filling = True
        self.label.setCurrentIndex(0)
        for field in (self.text, self.p_from, self.p_to):
            field.clear()
        self._filling = False

    def choose_label(self, label: int, defect: str = "") -> None:
        """Choose a label, or a defect type, where it is among the choices; nothing is emitted."""
        wanted = (None, defect) if defect else (label, "")
        for place in range(self.label.count()):
            if self.label.itemData(place) == wanted:
                self.label.setCurrentIndex(place)

    def show_labels(self, rows: Rows) -> None:
        """Offer the labels and defect types that the rows have; the choice stays."""
        present = set(rows.table.labels.tolist()) if len(rows.table) else set()
        types = sorted(name for name in rows.table.type_names if name)
        known = [(words, (code, "")) for words, code in _LABELS if code in present]
        place = sum(code != UNLABELLED for _, (code, _) in known)  # the types stand before “no label”
        choices: list[tuple[str, tuple[int | None, str]]] = [("All labels", (None, "")), *known]
        choices[1 + place : 1 + place] = [(name, (None, name)) for name in types]
        if [self.label.itemData(place) for place in range(self.label.count())] != [data for _, data in choices]:
            before = self.label.currentData()
            self.label.clear()
            for words, data in choices:
                self.label.addItem(words, data)
            self.label.setCurrentIndex(next((n for n, (_, data) in enumerate(choices) if data == before), 0))
        self.label.setVisible(len(choices) > 2)

    def _show_order(self) -> None:
        place = next((n for n, (_, order) in enumerate(_SORTS) if order == self._order), -1)
        self.sort.setCurrentIndex(place)

    def _wait(self) -> None:
        if not self._filling:
            self._rest.start()


def _bound(field: QLineEdit) -> float | None:
    """Read a bound of P(defective); what is no number between 0 and 1 is marked, and does not filter."""
    text = field.text().strip().replace(",", ".")
    try:
        value = float(text) if text else None
    except ValueError:
        value = math.nan
    bad = value is not None and not 0.0 <= value <= 1.0
    if bool(field.property("bad")) != bad:
        field.setProperty("bad", bad)
        field.style().unpolish(field)
        field.style().polish(field)
    return None if bad else value
