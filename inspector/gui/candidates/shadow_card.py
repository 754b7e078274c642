"""The candidate that judges beside the model in force: started, looked at, promoted, ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.domain.records import Verdict
from inspector.domain.shadow import SHOWN
from inspector.gui.widgets.basics import card, label, set_tone
from inspector.gui.widgets.inputs import ChoiceBox
from inspector.gui.widgets.rows import read_in_rows

if TYPE_CHECKING:
    from inspector.domain.shadow import Shadow
    from inspector.gui.candidates.desk import CandidatesState

_HINT = (
    "A candidate judges the live parts after the line has, beside the model in force. The line does not wait for it, "
    "and does nothing of what it says. Where the two differ, the part waits in Review."
)
_ROW_PX = 32
_IN_FORCE = tuple(verdict for verdict in SHOWN if verdict is not Verdict.ERROR)


class ShadowCard(QWidget):
    """See the module; it emits what is wished."""

    start_wanted = Signal(str)  #: the candidate's name
    stop_wanted = Signal()
    promote_wanted = Signal(str)  #: the candidate's name
    back_wanted = Signal()
    differences_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._candidate = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        layout.addWidget(label("Shadow", "title"))
        hint = label(_HINT, "muted")
        hint.setWordWrap(True)
        layout.addWidget(hint)
        layout.addLayout(self._build_buttons(frame))
        self.words, self.seen, self.agreement, self.right = label(), label(), label(), label()
        for words in (self.words, self.seen):
            layout.addWidget(words)
        self.table = self._build_table(frame)
        layout.addWidget(self.table, 0, Qt.AlignmentFlag.AlignLeft)
        for words in (self.agreement, self.right):
            layout.addWidget(words)
        for words in (self.words, self.seen, self.agreement, self.right):
            words.setWordWrap(True)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addStretch(1)
        self.show_way_back(None)

    def _build_buttons(self, frame: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        self.model = ChoiceBox(frame)
        self.model.setAccessibleName("Candidate")
        self.model.setMinimumWidth(220)
        self.start_button = QPushButton("Start as shadow", frame)
        self.start_button.setToolTip("It judges the live parts from now on; the line takes no notice")
        self.start_button.clicked.connect(lambda: self.start_wanted.emit(self.model.currentText()))
        self.stop_button = QPushButton("End the shadow", frame)
        self.stop_button.setToolTip("What it has said stays in the record")
        self.stop_button.clicked.connect(self.stop_wanted)
        self.look_button = QPushButton("Judge the differences", frame)
        self.look_button.setToolTip("Review, the parts of which the two say different things")
        self.look_button.clicked.connect(self.differences_wanted)
        self.promote_button = QPushButton("Promote…", frame)
        self.promote_button.setProperty("kind", "primary")
        self.promote_button.setToolTip("Give the candidate to the recipe, after the locked parts were judged by it")
        self.promote_button.clicked.connect(lambda: self.promote_wanted.emit(self._candidate))
        self.back_button = QPushButton(frame)
        self.back_button.setToolTip("Give the recipe the model back that it had before")
        self.back_button.clicked.connect(self.back_wanted)
        for widget in (self.model, self.start_button, self.stop_button, self.look_button, self.promote_button):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.back_button)
        return row

    def _build_table(self, frame: QWidget) -> QTableWidget:
        table = QTableWidget(len(_IN_FORCE), 1 + len(SHOWN), frame)
        read_in_rows(table, "Parts by the verdict in force and the candidate's", _ROW_PX)
        table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        table.setHorizontalHeaderLabels(["", *(f"candidate {verdict.value}" for verdict in SHOWN)])
        table.setFrameShape(QTableWidget.Shape.NoFrame)
        head = table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setDefaultSectionSize(150)
        table.setFixedSize(760, head.sizeHint().height() + len(_IN_FORCE) * _ROW_PX + 4)
        for row, verdict in enumerate(_IN_FORCE):
            table.setItem(row, 0, QTableWidgetItem(f"in force {verdict.value}"))
            for column in range(1, 1 + len(SHOWN)):
                item = QTableWidgetItem("")
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                table.setItem(row, column, item)
        return table

    def show_state(self, state: CandidatesState, recipe: str) -> None:
        """Show what there is of the recipe of that name."""
        if [self.model.itemText(index) for index in range(self.model.count())] != list(state.models):
            chosen = self.model.currentText()
            self.model.clear()
            self.model.addItems(list(state.models))
            self.model.setCurrentIndex(max(0, self.model.findText(chosen)))
        running, report = state.running, state.report
        for widget in (self.model, self.start_button):
            widget.setVisible(running is None)
        self.start_button.setEnabled(bool(state.models))
        self.stop_button.setVisible(running is not None)
        self._candidate = report.shadow.model if report is not None else ""
        self.promote_button.setVisible(report is not None and self._candidate in state.models)
        self.look_button.setVisible(report is not None and report.table.differing > 0)
        self.seen.setVisible(report is not None)
        for shown in (self.table, self.agreement, self.right):
            shown.setVisible(report is not None and report.table.judged > 0)
        self.words.setText(_words(state, recipe))
        if report is None:
            return
        self.look_button.setText(f"Judge the differences ({report.waiting:,})")
        self.seen.setText(report.seen)
        self.agreement.setText(report.agreement)
        self.right.setText(report.right.words)
        worse = report.right.shown and report.right.only_in_force > report.right.only_candidate
        set_tone(self.right, "fail" if worse else "text")
        for row, first in enumerate(_IN_FORCE):
            for column, second in enumerate(SHOWN, 1):
                item = self.table.item(row, column)
                if item is not None:
                    item.setText(f"{report.table.count(first, second):,}")

    def show_way_back(self, model: str | None) -> None:
        """Offer the way back to a model; None where there is none."""
        self.back_button.setVisible(model is not None)
        self.back_button.setText(f"Roll back to {model}")


def _words(state: CandidatesState, recipe: str) -> str:
    running, report = state.running, state.report
    if running is not None and running.recipe != recipe:
        return f"{running.model} is the shadow of the recipe {running.recipe}; there is one at a time."
    if report is None:
        return "" if state.models else "There is no other model than the one in force. Train one first."
    return _said(report.shadow)


def _said(shadow: Shadow) -> str:
    words = f"{shadow.model} beside {shadow.in_force}, since {shadow.began.astimezone():%Y-%m-%d %H:%M} by {shadow.who}"
    if shadow.ended is None:
        return f"{words}."
    why = f": {shadow.why_ended}" if shadow.why_ended else ""
    return f"{words}, ended {shadow.ended.astimezone():%Y-%m-%d %H:%M} by {shadow.ended_by}{why}."
