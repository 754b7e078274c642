"""The results of a batch: chips and filters over a table or a gallery of the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.batch.chips import ChipRow
from inspector.gui.batch.filters import FilterBar
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
_TITLE = "Judge a folder of pictures"
_EMPTY = (
    "Drop a folder onto this page or choose one, and press Inspect. Every picture in it, and in the folders inside it, "
    "gets a verdict and a heatmap; the line goes on meanwhile.\n\n"
    "Where a folder is called “good” and those beside it are named after defects, the verdicts are held against them: "
    "escapes and overkill, with intervals."
)
_READABLE_PX = 520


class ResultsCard(QWidget):
    """See the module; table and gallery share the chosen picture.

    Args:
        thumbnails: For the gallery.
    """

    chosen = Signal(int)  #: place in the batch's columns; -1 for none
    selection_changed = Signal()  #: other pictures are selected
    query_changed = Signal()  #: other rows are wanted

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        self.filters = FilterBar(self._tools)
        tools.addWidget(self.filters)
        layout.addWidget(self._tools)
        self.table = ResultsTable(frame)
        self.gallery = Gallery(thumbnails, frame)
        self._nothing = self._build_nothing(frame)
        self._stack = QStackedWidget(frame)
        for view in (self.table, self.gallery, self._nothing):
            self._stack.addWidget(view)
        layout.addWidget(self._stack, 1)
        self.filters.changed.connect(self.query_changed)
        self.table.chosen.connect(self._chosen_in_table)
        self.gallery.chosen.connect(self._chosen_in_gallery)
        for view in (self.table, self.gallery):
            view.selection_changed.connect(self.selection_changed)
        self.table.sort_wanted.connect(self.filters.sort_by)
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
        for words in (self.empty_title, self.empty):
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.browse_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        return nothing

    # --- showing ------------------------------------------------------------------------------------------------------

    def query(self, run: str, other: str) -> Query:
        """Return what is wanted of a run, and of the one beside it."""
        chip, order = self.chips.current, self.filters.order
        return Query(run=run, other=other, which=self.filters.filter(), chip=chip, order=order)

    def show_reading(self, reading: Reading | None) -> None:
        """Show what was read; None for no run."""
        rows = reading.rows if reading is not None else None
        self._tools.setVisible(rows is not None)
        for name, chip in self.chips.chips.items():
            chip.show_count(reading.counts.get(name, 0) if reading is not None else 0)
        self._show_chips(rows, reading)
        if rows is not None:
            self.filters.show_labels(rows)
        for view in (self.table, self.gallery):
            view.show_rows(rows if view is self._view else None)
        if rows is None or not len(rows):
            self.say(*((_TITLE, _EMPTY) if rows is None else _words_when_empty(rows)))
            self._stack.setCurrentWidget(self._nothing)
        else:
            self._stack.setCurrentWidget(self._view)

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
    def selected(self) -> list[int]:
        """The selected places, the chosen one among them or alone."""
        return self._view.selected

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
        self.chips.choose("all")
        self.filters.clear()

    def show_chip(self, name: str) -> None:
        """Show what a chip chooses."""
        self.clear_filters()
        self.chips.choose(name)
        self.query_changed.emit()

    def show_cell(self, cell: ConfusionCell) -> None:
        """Show the pictures behind a number of the table of right and wrong."""
        self.clear_filters()
        self.filters.choose_label(cell.label, cell.defect)
        self.chips.choose(next(name for name, code in VERDICT_CHIPS.items() if code == cell.verdict))
        self.query_changed.emit()

    def _show_chips(self, rows: Rows | None, reading: Reading | None) -> None:
        labelled = reading is not None and reading.confusion is not None
        flips = rows is not None and rows.other is not None
        for name, wanted in (("wrong", labelled), ("flips", flips)):
            if not wanted and self.chips.current == name:
                self.chips.choose("all")
            self.chips.chips[name].setVisible(wanted)

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
        self.selection_changed.emit()

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
