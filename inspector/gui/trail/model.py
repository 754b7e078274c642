"""The events as the table shows them: older ones are read when somebody scrolls to them."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from inspector.outputs.trail_rows import change_words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from inspector.gui.trail.store import TrailAnswer
    from inspector.outputs.trail_rows import TrailRow

Index = QModelIndex | QPersistentModelIndex
_SHOWN = 300


class TrailColumn(IntEnum):
    """The columns."""

    WHEN = 0
    WHO = 1
    WHAT = 2
    ON = 3
    CHANGE = 4


_HEADS = ("when", "who", "what", "on", "change, reason")


class TrailModel(QAbstractTableModel):
    """Holds the events that were read so far."""

    more_wanted = Signal()  #: somebody has scrolled to the oldest that was read

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[TrailRow] = []
        self._more = False

    def rowCount(self, parent: Index | None = None) -> int:
        """So many were read."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """All columns."""
        return 0 if parent is not None and parent.isValid() else len(TrailColumn)

    def canFetchMore(self, parent: Index) -> bool:
        """Whether there are older ones."""
        return self._more and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        """Ask for them; they come later."""
        if self._more and not parent.isValid():
            self._more = False  # until they have come
            self.more_wanted.emit()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - as in Qt
        """Return the text of a cell."""
        if role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        return self.text(index.row(), index.column())

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - as in Qt
        """Return the words over a column."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _HEADS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def text(self, row: int, column: int) -> str:
        """Return what stands in a cell; times are local."""
        event = self.rows[row].event
        if column == TrailColumn.WHEN:
            return f"{event.time.astimezone():%Y-%m-%d %H:%M:%S}"
        if column == TrailColumn.WHO:
            return event.who
        if column == TrailColumn.WHAT:
            return event.kind.title
        if column == TrailColumn.ON:
            return event.on
        pieces = (change_words(event), f"“{event.reason}”" if event.reason else "")
        words = "  ".join(piece for piece in pieces if piece)
        return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"

    def show_answer(self, answer: TrailAnswer) -> None:
        """Show the newest events of another query, or of now."""
        self.beginResetModel()
        self.rows, self._more = list(answer.rows), answer.more
        self.endResetModel()

    def add(self, rows: list[TrailRow], *, more: bool) -> None:
        """Add older ones at the end.

        Args:
            rows: The newest of them first.
            more: Whether there are still older ones.
        """
        self._more = more
        if rows:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows += rows
            self.endInsertRows()
