"""What the labels say against the verdicts: a small table whose numbers are buttons, and the rates with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from inspector.domain.confusion import DEFECTIVE, GOOD, UNLABELLED
from inspector.domain.policy import VERDICTS
from inspector.gui.theme import TARGET_PX
from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.count_button import VERDICT_WORDS, CountButton

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.confusion import Confusion
    from inspector.domain.rates import Rate
    from inspector.domain.tally import Tally

#: Codes of the verdicts in the order of the columns.
_CODES = tuple(VERDICTS.index(verdict) for verdict in VERDICT_WORDS)
#: More can be scrolled to.
_LINES_SHOWN = 4
#: A window of this height shows twice as many.
_TALL_PX = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusionCell:
    """One number of the table.

    Args:
        label: `GOOD`, `DEFECTIVE` or `UNLABELLED`.
        verdict: Code of the verdict.
        defect: The defect type; empty for all.
    """

    label: int
    verdict: int
    defect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line of the table: a label, or a defect type, and what became of its parts."""

    label: int
    tally: Tally
    defect: str = ""

    @property
    def defective(self) -> bool | None:
        """What the label says; None without one."""
        return None if self.label == UNLABELLED else self.label == DEFECTIVE

    @property
    def words(self) -> str:
        """How many, and what they are."""
        words = {GOOD: "good", DEFECTIVE: "defective", UNLABELLED: "without a label"}[self.label]
        return f"{self.tally.inspected:,} {self.defect or words}"


class ConfusionTable(QWidget):
    """See the module."""

    pressed = Signal(object)  #: ConfusionCell whose pictures are wanted

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        layout.setContentsMargins(14, 6, 14, 10)
        layout.setSpacing(2)
        self.cells: dict[ConfusionCell, CountButton] = {}
        self._counts: Confusion | None = None
        self._area = QScrollArea(frame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout.addWidget(self._area)
        row = QHBoxLayout()
        self.words = label("", "muted")
        self.words.setWordWrap(True)
        row.addWidget(self.words, 1)
        self.types_button = QPushButton("By type", frame)
        self.types_button.setCheckable(True)
        self.types_button.setToolTip("Show the defective pictures by type")
        self.types_button.toggled.connect(lambda _: self._fill())
        row.addWidget(self.types_button)
        layout.addLayout(row)
        self.warning = label("", "fault")
        self.warning.setWordWrap(True)
        layout.addWidget(self.warning)
        self.show_confusion(None, "")
        self.show_evidence("", ())

    def show_confusion(self, counts: Confusion | None, why: str) -> None:
        """Set the counts; None where there are none, and why."""
        self._counts = counts
        self._area.setVisible(counts is not None)
        self.types_button.setVisible(counts is not None and bool(counts.types))
        self.words.setText(why if counts is None else _rates(counts))
        if counts is not None:
            self._fill()

    def show_evidence(self, evidence: str, warnings: Sequence[str]) -> None:
        """Say in tips what the counts prove, and in a line of its own what they hide.

        Args:
            evidence: What the defective pictures allow to be claimed.
            warnings: What whoever reads the figures has to know.
        """
        self.words.setToolTip(evidence)
        self.warning.setText(" ".join(warnings))
        self.warning.setVisible(bool(warnings))

    def _fill(self) -> None:
        """Write the numbers; the buttons are made anew only where there are others to be shown."""
        counts = self._counts
        if counts is None:
            return
        lines = self._lines(counts)
        codes = _CODES if any(line.tally.error for line in lines) else _CODES[:3]
        cells = [ConfusionCell(label=line.label, verdict=code, defect=line.defect) for line in lines for code in codes]
        if list(self.cells) != cells:
            self._build(lines, codes)
        shown = min(len(lines), _LINES_SHOWN if self.window().height() < _TALL_PX else 2 * _LINES_SHOWN)
        self._area.setFixedHeight(20 + shown * (TARGET_PX + 2))
        for line, words in zip(lines, self._heads, strict=True):
            words.setText(line.words)
        for cell, line in zip(cells, (line for line in lines for _ in codes), strict=True):
            self.cells[cell].show_count(line.tally.count(VERDICTS[cell.verdict]), line.words)

    def _lines(self, counts: Confusion) -> list[_Line]:
        lines = [_Line(label=GOOD, tally=counts.good)]
        if self.types_button.isChecked() and counts.types:
            lines += [_Line(label=DEFECTIVE, defect=name, tally=tally) for name, tally in counts.types.items()]
        else:
            lines.append(_Line(label=DEFECTIVE, tally=counts.defective))
        if counts.unlabelled.inspected:
            lines.append(_Line(label=UNLABELLED, tally=counts.unlabelled))
        return lines

    def _build(self, lines: list[_Line], codes: Sequence[int]) -> None:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        for column, code in enumerate(codes, 1):
            grid.setColumnMinimumWidth(column, 70)
            head = label(VERDICT_WORDS[VERDICTS[code]], "heading")
            head.setContentsMargins(0, 0, 10, 0)
            grid.addWidget(head, 0, column, Qt.AlignmentFlag.AlignRight)
        self._heads = [label("") for _ in lines]
        self.cells = {}
        for row, (line, words) in enumerate(zip(lines, self._heads, strict=True), 1):
            grid.addWidget(words, row, 0)
            for column, code in enumerate(codes, 1):
                cell = ConfusionCell(label=line.label, verdict=code, defect=line.defect)
                button = CountButton(defective=line.defective, verdict=VERDICTS[code], parent=inside)
                button.clicked.connect(lambda _=False, cell=cell: self.pressed.emit(cell))
                grid.addWidget(button, row, column)
                self.cells[cell] = button
        self._area.setWidget(inside)


def _rates(counts: Confusion) -> str:
    words = f"Escapes {rate_words(counts.escapes)}, overkill {rate_words(counts.overkill)}, 95 % Wilson."
    return f"{words} Press a number to see its pictures."


def rate_words(rate: Rate) -> str:
    """Return a rate with its interval, in percent: “1.6 % (0.3 to 8.5)”; a dash of nothing."""
    if rate.value is None:
        return "–"
    low, high = rate.interval
    return f"{100 * rate.value:.1f} % ({100 * low:.1f} to {100 * high:.1f})"
