"""The groups as a table, and the parts behind a point as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QTableWidget, QTableWidgetItem, QWidget

from inspector.gui.theme import CURRENT, lively
from inspector.gui.widgets.rows import read_in_rows
from inspector.statistics.rules import RULE_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.records import Inspection
    from inspector.statistics.figures import ProcessFigures

_ROW_PX = 30
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_GROUP_HEADS = ("Group", "Parts", "Yield %", "95 %", "Fail", "Review", "Error", "Signals")
_GROUP_WIDTHS_PX = (166, 66, 66, 112, 46, 62, 54)
_PART_HEADS = ("Inspected", "Verdict", "Score", "Lot", "Reason")
_PART_WIDTHS_PX = (146, 80, 62, 90)


class ReadRows(QTableWidget):
    """Rows to be read; one is chosen, an arrow key walks."""

    def __init__(
        self, name: str, heads: Sequence[str], widths_px: Sequence[int], numbers: frozenset[int], parent: QWidget | None
    ) -> None:
        super().__init__(0, len(heads), parent)
        self._numbers = numbers
        read_in_rows(self, name, _ROW_PX)
        for column, words in enumerate(heads):
            item = QTableWidgetItem(words)
            item.setTextAlignment(_RIGHT if column in numbers else _LEFT)
            self.setHorizontalHeaderItem(column, item)
        for column, width in enumerate(widths_px):
            self.setColumnWidth(column, width)
        self.horizontalHeader().setStretchLastSection(True)

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Set all cells."""
        self.clearSelection()
        self.setRowCount(len(rows))
        for row, cells in enumerate(rows):
            for column, words in enumerate(cells):
                item = QTableWidgetItem(words)
                item.setToolTip(words)
                item.setTextAlignment(_RIGHT if column in self._numbers else _LEFT)
                self.setItem(row, column, item)
        self.scrollToTop()


class GroupsTable(ReadRows):
    """Groups of the figures, the newest first."""

    chosen = Signal(int)  #: place in the figures

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Groups", _GROUP_HEADS, _GROUP_WIDTHS_PX, frozenset(range(1, 7)), parent)
        self.cellClicked.connect(lambda row, _: self.chosen.emit(self.rowCount() - 1 - row))
        self.cellActivated.connect(lambda row, _: self.chosen.emit(self.rowCount() - 1 - row))

    def show_figures(self, figures: ProcessFigures) -> None:
        """Set what is shown."""
        head = self.horizontalHeaderItem(0)
        assert head is not None
        head.setText(figures.by.value)
        self.show_rows([_group_cells(figures, place) for place in reversed(range(len(figures.groups)))])

    def mark(self, place: int) -> None:
        """Show which group was picked on the chart."""
        self.selectRow(self.rowCount() - 1 - place)


class PartsTable(ReadRows):
    """Parts behind a point, the newest first."""

    opened = Signal(str)  #: id of a part

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Parts of the point", _PART_HEADS, _PART_WIDTHS_PX, frozenset({2}), parent)
        self.parts: Sequence[Inspection] = ()
        self.cellActivated.connect(lambda row, _: self.opened.emit(self.parts[row].id))

    def show_parts(self, parts: Sequence[Inspection]) -> None:
        """Set the parts."""
        self.parts = parts
        self.show_rows([_part_cells(part) for part in parts])
        for row, part in enumerate(parts):
            verdict, cell = part.decision.verdict.value.lower(), self.item(row, 1)
            assert cell is not None
            cell.setForeground(lively(CURRENT.theme, "good" if verdict == "pass" else verdict))

    @property
    def chosen_part(self) -> str:
        """Id of the chosen part; empty for none."""
        row = self.currentRow()
        return self.parts[row].id if self.selectedItems() and 0 <= row < len(self.parts) else ""


def signals_of(figures: ProcessFigures, place: int) -> list[str]:
    """Return what signals at a group: rules of the control chart, and drift."""
    rules = figures.chart.points[place].rules if figures.chart else ()
    drift = figures.drift.groups[place] if figures.drift else None
    return [RULE_WORDS[rule] for rule in rules] + (["scores drifted"] if drift is not None and drift.drifted else [])


def _group_cells(figures: ProcessFigures, place: int) -> list[str]:
    group = figures.groups[place]
    tally, rate = group.tally, group.tally.first_pass_yield
    low, high = rate.interval
    return [
        *(group.name, f"{tally.inspected:,}", f"{100 * (rate.value or 0.0):.2f}", f"{100 * low:.2f}–{100 * high:.2f}"),
        *(f"{tally.failed:,}", f"{tally.review:,}", f"{tally.error:,}", "; ".join(signals_of(figures, place))),
    ]


def _part_cells(part: Inspection) -> list[str]:
    score = part.decision.p_defective
    return [
        f"{part.time_utc.astimezone():%Y-%m-%d %H:%M}",
        part.decision.verdict.value,
        "" if score is None else f"{score:.3f}",
        part.lot,
        f"{part.called}: {part.decision.reason}" if part.called else part.decision.reason,
    ]
