"""Two runs of the same folder beside one another: where they differ, which of them is right, and what that proves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.batch.compare import comparison_warning
from inspector.gui.widgets.basics import OneLine, card, label

if TYPE_CHECKING:
    from inspector.batch import Comparison
    from inspector.domain.agreement import Agreement

#: What a two-sided test must go below before a difference is called one.
_SIGNIFICANCE = 0.05


#: Widest head of a column.
_HEAD_PX = 84


class ComparisonCard(QWidget):
    """See the module."""

    ended = Signal()
    flips_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        layout.setContentsMargins(14, 8, 14, 10)
        layout.setSpacing(4)
        row = QHBoxLayout()
        self.title = OneLine("heading")
        row.addWidget(self.title, 1)
        self.flips_button = QPushButton("Show flips", frame)
        self.flips_button.setToolTip("Only the pictures whose verdicts differ")
        self.flips_button.clicked.connect(self.flips_wanted)
        row.addWidget(self.flips_button)
        self.end_button = QPushButton("End", frame)
        self.end_button.setToolTip("Show one run again (Esc)")
        self.end_button.clicked.connect(self.ended)
        row.addWidget(self.end_button)
        layout.addLayout(row)
        self._grid = QWidget(frame)
        grid = QGridLayout(self._grid)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        right = Qt.AlignmentFlag.AlignRight
        self._heads = [label("", "heading") for _ in range(4)]
        for column, head in enumerate(self._heads, 1):
            grid.addWidget(head, 0, column, right)
        self._cells = {}
        for line, words in enumerate(("good", "defective", "all"), 1):
            grid.addWidget(label(words, "muted"), line, 0)
            cells = [label("", "score" if words == "all" else "") for _ in range(4)]
            for column, cell in enumerate(cells, 1):
                grid.addWidget(cell, line, column, right)
            self._cells[words] = cells
        layout.addWidget(self._grid)
        self.words = label("", "muted")
        self.words.setWordWrap(True)
        layout.addWidget(self.words)
        self.warning = label("", "fault")
        self.warning.setWordWrap(True)
        layout.addWidget(self.warning)

    def show_comparison(self, comparison: Comparison, names: tuple[str, str]) -> None:
        """Show what came of comparing two runs.

        Args:
            comparison: Of the run that is shown with the other one.
            names: Of the recipe or model that judges in each run.
        """
        flips = int(comparison.flips.sum())
        self.title.say(f"{flips:,} OF {len(comparison.first):,} VERDICTS DIFFER")
        self.flips_button.setEnabled(flips > 0)
        labelled = comparison.all_parts.total > 0
        self._grid.setVisible(labelled)
        heads = ("both right", f"only {names[0]}", f"only {names[1]}", "both wrong")
        for head, words in zip(self._heads, heads, strict=True):
            head.setText(head.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, _HEAD_PX))
            head.setToolTip(words)
        for line, part in (
            ("good", comparison.good),
            ("defective", comparison.defective),
            ("all", comparison.all_parts),
        ):
            for cell, number in zip(self._cells[line], _numbers(part), strict=True):
                cell.setText(f"{number:,}")
        pieces = [
            _verdict(comparison.all_parts, names) if labelled else "Without labels nobody knows which of them is right."
        ]
        pieces += _left_out(comparison)
        self.words.setText(" ".join(pieces))
        self.warning.setText(comparison_warning(comparison, names))
        self.warning.setVisible(bool(self.warning.text()))

    def numbers(self, line: str) -> list[str]:
        """Return what a line ("good", "defective", "all") shows."""
        return [cell.text() for cell in self._cells[line]]


def _numbers(part: Agreement) -> tuple[int, int, int, int]:
    return part.both_right, part.only_first, part.only_second, part.both_wrong


def _verdict(part: Agreement, names: tuple[str, str]) -> str:
    """Say what the counts allow to be claimed."""
    p = part.p_value
    test = f"McNemar's exact test: p = {p:.2g}"
    if part.only_first == part.only_second:
        return f"Neither is right more often. {test}."
    better = names[0] if part.only_first > part.only_second else names[1]
    if p < _SIGNIFICANCE:
        return f"{better} is right more often. {test}."
    return f"{better} is right more often here, but so few pictures do not prove it. {test}."


def _left_out(comparison: Comparison) -> list[str]:
    pieces = []
    if len(comparison.changed):
        pieces.append(f"{len(comparison.changed):,} changed between the runs and are not compared.")
    missing = len(comparison.only_first) + len(comparison.only_second)
    if missing:
        pieces.append(f"{missing:,} are in one run only.")
    return pieces
