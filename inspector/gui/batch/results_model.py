"""The model of a batch's results: what stands in each column, read from arrays when it is asked for."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from inspector.batch.table import SortKey
from inspector.domain.policy import ERROR
from inspector.gui.batch.words import label_words, score_words, verdict_words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from inspector.batch.table import Sort
    from inspector.gui.batch.rows import Rows

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """The columns."""

    PICTURE = 0
    VERDICT = 1
    SCORE = 2
    OTHER_VERDICT = 3
    OTHER_SCORE = 4
    LABEL = 5
    TYPE = 6
    REASON = 7


_HEADS = ("picture", "verdict", "P(defective)", "verdict", "P", "label", "type", "reason")
#: What a click on a column's head sorts by.
SORT_KEYS = {
    Column.PICTURE: SortKey.PATH,
    Column.VERDICT: SortKey.VERDICT,
    Column.SCORE: SortKey.P_DEFECTIVE,
    Column.LABEL: SortKey.LABEL,
    Column.TYPE: SortKey.LABEL,
}
NUMBERS = (Column.SCORE, Column.OTHER_SCORE)


class ResultsModel(QAbstractTableModel):
    """Shows `Rows`; what is asked for is read from the arrays."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: Rows | None = None
        self.short = False  #: there is no room for the reasons: those of errors stand in place of the type

    def rowCount(self, parent: Index | None = None) -> int:
        """So many are shown."""
        return 0 if self.rows is None or (parent is not None and parent.isValid()) else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """All columns; the view hides those that are not needed."""
        return 0 if parent is not None and parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - as in Qt
        """Return the text of a cell."""
        if self.rows is None or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        return self.text(int(self.rows.indexes[index.row()]), index.column())

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - as in Qt
        """Return the words over a column."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._head(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in NUMBERS else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def _head(self, section: int) -> str:
        """The words over a column, with an arrow where the rows are sorted by it."""
        if self.rows is None:
            return _HEADS[section]
        if section == Column.OTHER_VERDICT and self.rows.other is not None:
            return self.rows.other.name
        order = self.rows.order
        if section != _sorted_column(order):
            return _HEADS[section]
        return f"{_HEADS[section]} {'↓' if order.descending else '↑'}"

    def text(self, place: int, column: int) -> str:  # noqa: PLR0911 - one line for each column
        """Return the text of a column at a place of the batch's columns."""
        assert self.rows is not None
        table, other = self.rows.table, self.rows.other
        if column == Column.PICTURE:
            return table.path(place)
        if column == Column.VERDICT:
            return verdict_words(int(table.verdicts[place]))
        if column == Column.SCORE:
            return score_words(float(table.p_defective[place]))
        if column == Column.LABEL:
            return label_words(int(table.labels[place]))
        if column == Column.TYPE:
            reason = self.rows.reason(place) if self.short and table.verdicts[place] == ERROR else ""
            return table.defect(place) or reason
        if column == Column.REASON:
            return self.rows.reason(place)
        if other is None:
            return ""
        if column == Column.OTHER_VERDICT:
            return verdict_words(int(other.verdicts[place]))
        return score_words(float(other.p_defective[place]))

    def show_rows(self, rows: Rows | None) -> bool:
        """Set what is shown.

        Returns:
            True where the rows before are still there at the same places, with others behind them.
        """
        before = self.rows
        if rows is not None and before is not None and rows.continues(before):
            if len(rows) > len(before):
                self.beginInsertRows(QModelIndex(), len(before), len(rows) - 1)
                self.rows = rows
                self.endInsertRows()
            else:
                self.rows = rows
            return True
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()
        return False


def _sorted_column(order: Sort) -> Column:
    return next(column for column, key in SORT_KEYS.items() if key is order.key)
