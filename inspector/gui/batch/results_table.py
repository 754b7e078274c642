"""The table of a batch's results: a view of arrays, painted row by row, that grows without jumping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyledItemDelegate, QTableView, QWidget

from inspector.batch.table import Sort, SortKey
from inspector.domain.confusion import UNLABELLED
from inspector.domain.policy import ERROR
from inspector.gui.batch.marks import colour_of
from inspector.gui.batch.results_model import NUMBERS, SORT_KEYS, Column, Index, ResultsModel
from inspector.gui.batch.rows import NO_VERDICT, Rows
from inspector.gui.theme import CURRENT, TEXT_PX, font, lively
from inspector.gui.widgets.rows import read_in_rows

if TYPE_CHECKING:
    from PySide6.QtCore import QItemSelection
    from PySide6.QtGui import QPaintEvent, QResizeEvent
    from PySide6.QtWidgets import QStyleOptionViewItem

ROW_PX = 34
_PAD_PX = 8
_MARK_PX = 3


_WIDTHS_PX = {
    Column.VERDICT: 82,
    Column.SCORE: 116,
    Column.OTHER_VERDICT: 98,
    Column.OTHER_SCORE: 72,
    Column.LABEL: 86,
    Column.TYPE: 116,
}
_LEAST_NAME_PX, _LEAST_REASON_PX, _REASON_SHARE = 170, 84, 0.42
#: In less room there is no column of reasons.
_WIDE_PX = 800
_LONG = (Column.PICTURE, Column.TYPE, Column.REASON)
_TO_THE_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_TO_THE_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class _Painter(QStyledItemDelegate):
    """Paints a cell from the arrays: two dozen rows in a few milliseconds."""

    def __init__(self, model: ResultsModel, table: ResultsTable) -> None:
        super().__init__(table)
        self._model, self._table = model, table
        self._plain, self._bold = font(TEXT_PX), font(TEXT_PX, QFont.Weight.Bold)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint."""
        rows = self._model.rows
        if rows is None:
            return
        place, column = int(rows.indexes[index.row()]), index.column()
        theme, rect = CURRENT.theme, option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(rect, theme.colour("edge" if theme.dark else "ground"))
            if column == Column.PICTURE and index.row() == self._table.currentIndex().row():
                painter.fillRect(rect.x(), rect.y(), _MARK_PX, rect.height(), theme.colour("accent"))
        painter.setPen(theme.colour("edge"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        text = self._model.text(place, column)
        if not text:
            return
        verdict = column in (Column.VERDICT, Column.OTHER_VERDICT)
        painter.setFont(self._bold if verdict else self._plain)
        painter.setPen(self._ink(rows, place, column))
        area = rect.adjusted(_PAD_PX, 0, -_PAD_PX, 0)
        if column in _LONG:  # the others always fit, and measuring takes as long as drawing
            mode = Qt.TextElideMode.ElideMiddle if column == Column.PICTURE else Qt.TextElideMode.ElideRight
            text = painter.fontMetrics().elidedText(text, mode, area.width())
        side = _TO_THE_RIGHT if column in NUMBERS else _TO_THE_LEFT
        painter.drawText(area, side, text)

    def _ink(self, rows: Rows, place: int, column: int) -> Any:  # noqa: ANN401 - a QColor
        theme = CURRENT.theme
        if column == Column.VERDICT:
            return colour_of(int(rows.table.verdicts[place]))
        if column == Column.OTHER_VERDICT and rows.other is not None:
            code = int(rows.other.verdicts[place])
            return theme.colour("muted") if code == NO_VERDICT else colour_of(code)
        if column in (Column.LABEL, Column.TYPE):
            wrong = rows.table.labels[place] != UNLABELLED and bool(rows.table.wrong[place])
            return lively(theme, "fail") if wrong else theme.colour("muted")
        return theme.colour("muted" if column == Column.REASON else "text")


class ResultsTable(QTableView):
    """The view: one row is looked at, several can be selected, arrow keys walk, a click on a head sorts."""

    chosen = Signal(int)  #: place in the batch's columns; -1 for none
    selection_changed = Signal()  #: other pictures are selected
    sort_wanted = Signal(object)  #: Sort

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._order = Sort()
        self._quiet = False
        self.model_ = ResultsModel(self)
        self.setModel(self.model_)
        self.setItemDelegate(_Painter(self.model_, self))
        read_in_rows(self, "Results", ROW_PX)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        # what is scrolled is moved, not drawn again, where nothing shines through
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self._set_heads()

    def _set_heads(self) -> None:
        head = self.horizontalHeader()
        head.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        head.setSectionsClickable(True)
        head.setMinimumSectionSize(60)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for column, width in _WIDTHS_PX.items():
            head.resizeSection(column, width)
        head.sectionClicked.connect(self._head_clicked)
        for column in (Column.OTHER_VERDICT, Column.OTHER_SCORE):
            self.setColumnHidden(column, True)

    @property
    def rows(self) -> Rows | None:
        """What is shown."""
        return self.model_.rows

    @property
    def current(self) -> int:
        """The chosen place in the batch's columns; -1 for none."""
        index = self.currentIndex()
        rows = self.model_.rows
        return int(rows.indexes[index.row()]) if rows is not None and index.isValid() else -1

    @property
    def selected(self) -> list[int]:
        """The selected places in the batch's columns, in the order of the rows; the chosen one where none is."""
        rows = self.model_.rows
        if rows is None:
            return []
        chosen = sorted(index.row() for index in self.selectionModel().selectedRows())
        places = [int(rows.indexes[row]) for row in chosen]
        return places or [place for place in (self.current,) if place >= 0]

    def show_rows(self, rows: Rows | None) -> None:
        """Set what is shown; the chosen picture stays chosen, and what was in view stays in view."""
        before, place = self.model_.rows, self.current
        held = self._hold(place)
        self._quiet = True
        auto = self.hasAutoScroll()
        self.setAutoScroll(False)
        if not self.model_.show_rows(rows) and rows is not None and before is not None:
            self._put_back(rows, before, place, held)
        self.setAutoScroll(auto)
        self._quiet = False
        if rows is not None:
            self._show_columns(rows)
            if rows.order != self._order:
                self._order = rows.order
                self.model_.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Column) - 1)
        self.viewport().update()
        if self.current != place:
            self.chosen.emit(self.current)
        self.selection_changed.emit()

    def choose(self, place: int) -> None:
        """Choose a picture and bring it into view."""
        row = self.model_.rows.row_of(place) if self.model_.rows is not None else -1
        if row >= 0:
            self.setCurrentIndex(self.model_.index(row, 0))

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Say which picture is chosen."""
        super().currentChanged(current, previous)
        if not self._quiet and current.row() != previous.row():
            self.chosen.emit(self.current)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Say that other pictures are selected."""
        super().selectionChanged(selected, deselected)
        if not self._quiet:
            self.selection_changed.emit()

    # --- what stays where it is ---------------------------------------------------------------------------------------

    def _hold(self, place: int) -> tuple[int, int] | None:
        """Return a place in the columns and how far from the top its row is; None at the top without a choice."""
        rows = self.model_.rows
        if rows is None or not len(rows):
            return None
        current = self.currentIndex()
        if current.isValid():
            top = self.rowViewportPosition(current.row())
            if -ROW_PX < top < self.viewport().height():
                return place, top
        scrolled = self.verticalScrollBar().value()
        if scrolled == 0:
            return None
        first = min(scrolled // ROW_PX, len(rows) - 1)
        return int(rows.indexes[first]), first * ROW_PX - scrolled

    def _put_back(self, rows: Rows, before: Rows, place: int, held: tuple[int, int] | None) -> None:
        row = rows.row_of(rows.same_picture(place, before)) if place >= 0 else -1
        if row >= 0:
            self.setCurrentIndex(self.model_.index(row, 0))
        kept = rows.row_of(rows.same_picture(held[0], before)) if held is not None else -1
        self.updateGeometries()  # the bar's range is that of the new rows
        self.verticalScrollBar().setValue(kept * ROW_PX - held[1] if held is not None and kept >= 0 else 0)

    # --- columns ------------------------------------------------------------------------------------------------------

    def _show_columns(self, rows: Rows) -> None:
        comparing, wide = rows.other is not None, self.viewport().width() >= _WIDE_PX
        self.model_.short = comparing or not wide
        short_of_reasons = not comparing and not wide and bool((rows.table.verdicts == ERROR).any())
        labelled = bool((rows.table.labels != UNLABELLED).any())
        for column, wanted in (
            (Column.OTHER_VERDICT, comparing),
            (Column.OTHER_SCORE, comparing),
            (Column.LABEL, labelled),
            (Column.TYPE, (labelled and bool(rows.table.type_names) and (wide or not comparing)) or short_of_reasons),
            (Column.REASON, not self.model_.short),
        ):
            self.setColumnHidden(column, not wanted)
        self._lay_out()

    def _lay_out(self) -> None:
        """Give what is left to the names and the reasons."""
        head = self.horizontalHeader()
        fixed = sum(width for column, width in _WIDTHS_PX.items() if not self.isColumnHidden(column))
        left = self.viewport().width() - fixed
        reason = 0 if self.isColumnHidden(Column.REASON) else max(_LEAST_REASON_PX, round(_REASON_SHARE * left))
        head.resizeSection(Column.PICTURE, max(_LEAST_NAME_PX, left - reason))
        if reason:
            head.resizeSection(Column.REASON, max(60, left - head.sectionSize(Column.PICTURE)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw, on the card's own colour."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), CURRENT.theme.colour("panel"))
        painter.end()
        super().paintEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the columns out anew."""
        super().resizeEvent(event)
        if self.model_.rows is not None:
            self._show_columns(self.model_.rows)

    def _head_clicked(self, section: int) -> None:
        key = SORT_KEYS.get(Column(section))
        if key is None:
            return
        first = key is SortKey.P_DEFECTIVE  # the worst ones first
        self.sort_wanted.emit(Sort(key=key, descending=not self._order.descending if key is self._order.key else first))
