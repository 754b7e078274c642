"""The results of a batch: chips and filters over a table or a gallery of the same rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.batch import Filter, Sort, SortKey
from inspector.batch.labels import DEFECTIVE, GOOD, UNLABELLED
from inspector.gui.batch.chips import ChipRow
from inspector.gui.batch.gallery import Gallery
from inspector.gui.batch.results_table import ResultsTable
from inspector.gui.batch.store import VERDICT_CHIPS, Query
from inspector.gui.widgets.basics import card, label

if TYPE_CHECKING:
    from inspector.gui.batch.confusion_table import ConfusionCell
    from inspector.gui.batch.rows import Rows
    from inspector.gui.batch.store import Reading
    from inspector.gui.widgets.thumbnails import Thumbnails

_CHIPS = (
    ("all", "All", "text"),
    ("fail", "Fail", "fail"),
    ("review", "Review", "review"),
    ("pass", "Pass", "good"),
    ("error", "Error", "error"),
    ("wrong", "Wrong", "text"),
    ("flips", "Flips", "text"),
)
_SORTS = (
    ("Worst first", Sort(key=SortKey.P_DEFECTIVE, descending=True)),
    ("Best first", Sort(key=SortKey.P_DEFECTIVE)),
    ("By verdict", Sort(key=SortKey.VERDICT)),
    ("By name", Sort(key=SortKey.PATH)),
    ("By label", Sort(key=SortKey.LABEL)),
)
_TITLE = "Judge a folder of pictures"
_EMPTY = (
    "Drop a folder onto this page or choose one, and press Inspect. Every picture in it, and in the folders inside it, "
    "gets a verdict and a heatmap; the line goes on meanwhile.\n\n"
    "Where a folder is called “good” and those beside it are named after defects, the verdicts are held against them: "
    "escapes and overkill, with intervals."
)
_READABLE_PX = 520
#: A filter that is typed is applied when the hand rests.
_REST_MS = 60


class ResultsCard(QWidget):
    """See the module; table and gallery share the chosen picture.

    Args:
        thumbnails: Of the folder that is shown.
    """

    chosen = Signal(int)  #: place in the batch's columns; -1 for none
    query_changed = Signal()  #: other rows are wanted

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._order = _SORTS[0][1]
        self._filling = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        layout.setContentsMargins(12, 6, 6, 6)
        layout.setSpacing(2)
        self._tools = QWidget(frame)
        tools = QVBoxLayout(self._tools)
        tools.setContentsMargins(0, 0, 6, 0)
        tools.setSpacing(2)
        tools.addLayout(self._build_chips())
        tools.addLayout(self._build_filters())
        layout.addWidget(self._tools)
        self.table = ResultsTable(frame)
        self.gallery = Gallery(thumbnails, frame)
        self._nothing = self._build_nothing(frame)
        self._stack = QStackedWidget(frame)
        for view in (self.table, self.gallery, self._nothing):
            self._stack.addWidget(view)
        layout.addWidget(self._stack, 1)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self.query_changed)
        self.table.chosen.connect(self._chosen_in_table)
        self.gallery.chosen.connect(self._chosen_in_gallery)
        self.table.sort_wanted.connect(self.sort_by)
        self.show_reading(None)

    # --- building -----------------------------------------------------------------------------------------------------

    def _build_chips(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.chips = ChipRow(_CHIPS, self)
        self.chips.chosen.connect(lambda _: self.query_changed.emit())
        row.addWidget(self.chips)
        row.addStretch(1)
        self.table_button, self.gallery_button = QPushButton("Table", self), QPushButton("Gallery", self)
        self._views = QButtonGroup(self)
        for button, tip in ((self.table_button, "As a table"), (self.gallery_button, "As pictures")):
            button.setCheckable(True)
            button.setProperty("kind", "mode")
            button.setToolTip(f"{tip} (Ctrl+G)")
            self._views.addButton(button)
            row.addWidget(button)
        self.table_button.setChecked(True)
        self._views.buttonClicked.connect(lambda _: self._show_view())
        return row

    def _build_nothing(self, frame: QWidget) -> QWidget:
        """What is said where there is no table."""
        nothing = QWidget(frame)
        column = QVBoxLayout(nothing)
        column.setSpacing(12)
        column.addStretch(2)
        self.empty_title = label("", "title")
        self.empty = label("")
        self.empty.setWordWrap(True)
        self.empty.setFixedWidth(_READABLE_PX)
        self.browse_button = QPushButton("Choose a folder…", nothing)
        self.browse_button.setToolTip("Choose the folder whose pictures are to be judged")
        for one in (self.empty_title, self.empty):
            one.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(one, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.browse_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        return nothing

    def _build_filters(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.text = QLineEdit(self)
        self.text.setPlaceholderText("Name contains…")
        self.text.setAccessibleName("Filter by name")
        self.text.setToolTip("Only pictures whose path contains this (Ctrl+F)")
        self.text.setClearButtonEnabled(True)
        self.text.textChanged.connect(self._wait)
        row.addWidget(self.text, 1)
        self.label = QComboBox(self)
        self.label.setAccessibleName("Filter by label")
        self.label.setToolTip("Only pictures with this label or defect type")
        self.label.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.label.setMinimumContentsLength(10)
        self.label.activated.connect(lambda _: self.query_changed.emit())
        row.addWidget(self.label)
        self.p_from, self.p_to = (self._probability(words) for words in ("P ≥ …", "P ≤ …"))
        row.addWidget(self.p_from)
        row.addWidget(self.p_to)
        self.sort = QComboBox(self)
        self.sort.setAccessibleName("Order")
        self.sort.setToolTip("In which order; a click on a column's head sorts too")
        for words, order in _SORTS:
            self.sort.addItem(words, order)
        self.sort.activated.connect(lambda place: self.sort_by(_SORTS[place][1]) if place < len(_SORTS) else None)
        row.addWidget(self.sort)
        return row

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

    def _bound(self, field: QLineEdit) -> float | None:
        """Read such a field; what is no number between 0 and 1 is marked, and does not filter."""
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

    # --- showing ------------------------------------------------------------------------------------------------------

    def query(self, run: str, other: str) -> Query:
        """Return what is wanted of a run, and of the one beside it."""
        kind, name = self.label.currentData() or ("", "")
        labels = {"good": GOOD, "defective": DEFECTIVE, "none": UNLABELLED}
        which = Filter(
            labels=frozenset({labels[kind]}) if kind in labels else None,
            types=frozenset({name}) if kind == "type" else None,
            p_from=self._bound(self.p_from),
            p_to=self._bound(self.p_to),
            text=self.text.text().strip(),
        )
        return Query(run=run, other=other, which=which, chip=self.chips.current, order=self._order)

    def show_reading(self, reading: Reading | None) -> None:
        """Show what was read; None for no run."""
        rows = reading.rows if reading is not None else None
        self._tools.setVisible(rows is not None)
        for name, chip in self.chips.chips.items():
            chip.show_count(reading.counts.get(name, 0) if reading is not None else 0)
        self._show_chips(rows, reading)
        if rows is not None:
            self._fill_labels(rows)
        view: Any = self.gallery if self.gallery_button.isChecked() else self.table
        for one in (self.table, self.gallery):
            one.show_rows(rows if one is view else None)
        self._show_order()
        if rows is None or not len(rows):
            self.say(*((_TITLE, _EMPTY) if rows is None else _words_when_empty(rows)))
            self._stack.setCurrentWidget(self._nothing)
        else:
            self._stack.setCurrentWidget(view)

    def say(self, title: str, words: str) -> None:
        """Set what is said where there is no table."""
        self.empty_title.setText(title)
        self.empty.setText(words)
        self.empty.setFixedHeight(self.empty.heightForWidth(_READABLE_PX))  # a layout that centres does not ask
        self.browse_button.setVisible(title == _TITLE)

    @property
    def rows(self) -> Rows | None:
        """What is shown."""
        return self._view.rows

    @property
    def current(self) -> int:
        """The chosen place in the batch's columns; -1 for none."""
        return self._view.current

    @property
    def _view(self) -> ResultsTable | Gallery:
        return self.gallery if self.gallery_button.isChecked() else self.table

    def choose(self, place: int) -> None:
        """Choose a picture."""
        self._view.choose(place)

    def step(self, by: int) -> None:
        """Walk so many rows down, or up."""
        rows, here = self.rows, self.current
        if rows is None or not len(rows):
            return
        row = rows.row_of(here) + by if here >= 0 else 0
        self.choose(int(rows.indexes[min(max(0, row), len(rows) - 1)]))

    def clear_filters(self) -> None:
        """Show all rows: another run is looked at."""
        self._filling = True
        self.chips.choose("all")
        self.label.setCurrentIndex(0)
        for field in (self.text, self.p_from, self.p_to):
            field.clear()
        self._filling = False

    def show_chip(self, name: str) -> None:
        """Show what a chip chooses."""
        self.clear_filters()
        self.chips.choose(name)
        self.query_changed.emit()

    def show_cell(self, cell: ConfusionCell) -> None:
        """Show the pictures behind a number of the table of right and wrong."""
        self.clear_filters()
        kinds = {GOOD: "good", DEFECTIVE: "defective", UNLABELLED: "none"}
        wanted = ("type", cell.defect) if cell.defect else (kinds[cell.label], "")
        for place in range(self.label.count()):
            if self.label.itemData(place) == wanted:
                self.label.setCurrentIndex(place)
        self.chips.choose(next(name for name, code in VERDICT_CHIPS.items() if code == cell.verdict))
        self.query_changed.emit()

    def _show_chips(self, rows: Rows | None, reading: Reading | None) -> None:
        labelled = reading is not None and reading.confusion is not None
        flips = rows is not None and rows.other is not None
        for name, wanted in (("wrong", labelled), ("flips", flips)):
            if not wanted and self.chips.current == name:
                self.chips.choose("all")
            self.chips.chips[name].setVisible(wanted)

    def _fill_labels(self, rows: Rows) -> None:
        present = set(rows.table.labels.tolist()) if len(rows.table) else set()
        wanted: list[tuple[str, tuple[str, str]]] = [("All labels", ("", ""))]
        wanted += [("good", ("good", ""))] if GOOD in present else []
        wanted += [("defective", ("defective", ""))] if DEFECTIVE in present else []
        wanted += [(name, ("type", name)) for name in sorted(one for one in rows.table.type_names if one)]
        wanted += [("no label", ("none", ""))] if UNLABELLED in present else []
        if [self.label.itemData(place) for place in range(self.label.count())] != [data for _, data in wanted]:
            before = self.label.currentData()
            self.label.clear()
            for words, data in wanted:
                self.label.addItem(words, data)
            self.label.setCurrentIndex(max(0, next((n for n, (_, one) in enumerate(wanted) if one == before), 0)))
        self.label.setVisible(len(wanted) > 2)

    def _show_order(self) -> None:
        place = next((n for n, (_, order) in enumerate(_SORTS) if order == self._order), -1)
        self.sort.setCurrentIndex(place)

    # --- hand ---------------------------------------------------------------------------------------------------------

    def toggle_view(self) -> None:
        """Go from table to gallery, or back."""
        (self.table_button if self.gallery_button.isChecked() else self.gallery_button).click()

    def _show_view(self) -> None:
        """Hand the rows and the chosen picture to the other view."""
        there: tuple[ResultsTable | Gallery, ResultsTable | Gallery] = (self.table, self.gallery)
        new = self._view
        old = there[0] if new is there[1] else there[1]
        rows, place = old.rows, old.current
        if rows is None:
            return
        for view in there:
            view.blockSignals(True)  # the picture stays the same
        new.show_rows(rows)
        if place >= 0:
            new.choose(place)
        old.show_rows(None)
        for view in there:
            view.blockSignals(False)
        if len(rows):
            self._stack.setCurrentWidget(new)
            if place >= 0:
                new.choose(place)
            new.setFocus()

    def _wait(self) -> None:
        if not self._filling:
            self._rest.start()

    def sort_by(self, order: Sort) -> None:
        """Take another order."""
        self._order = order
        self._show_order()
        self.query_changed.emit()

    def _chosen_in_table(self, place: int) -> None:
        if self._view is self.table:
            self.chosen.emit(place)

    def _chosen_in_gallery(self, place: int) -> None:
        if self._view is self.gallery:
            self.chosen.emit(place)


def _words_when_empty(rows: Rows) -> tuple[str, str]:
    if len(rows.table):
        return "No picture is like that", "Take a filter back, or press “All”."
    return "No picture has been judged yet", "They appear here as they are judged."
