"""After an escape: what is asked, how far the search is, and the suspect parts; it holds no process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFormLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.domain.counts import counted
from inspector.domain.text import TextKind
from inspector.domain.thresholds import Thresholds
from inspector.gui.review.foot import Foot
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.inputs import ChoiceBox
from inspector.gui.widgets.text_field import TextField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.replay.process import SuspectsTold

_SINCE = TextKind(called="a date or time", longest=32)
_SCORE = TextKind(called="a threshold", longest=12)
_RECORDED = "The model that judged"
_COLUMNS = ("Time", "Lot", "Part", "That day", "Now", "P(defective) now")


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectWish:
    """What is to be searched.

    Args:
        since: The earliest capture, with its zone.
        model: Its name; empty for the model that judged.
        fail_at: 0..1; None for the model's own, or the recorded one.
    """

    since: datetime
    model: str
    fail_at: float | None


class SuspectsDialog(QDialog):
    """See the module; what is wished, it emits."""

    wanted = Signal(object)  #: SuspectWish
    stop_wanted = Signal()
    chosen = Signal(str)  #: id of the inspection

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("After an escape")
        self.setMinimumSize(720, 520)
        self.resize(860, 600)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(label("Which parts left as good and would not pass now?", "title"))
        self.scope = label("", "muted")
        self.scope.setWordWrap(True)
        layout.addWidget(self.scope)
        layout.addLayout(self._build_form())
        self.fault = label("", "fault")
        self.fault.setWordWrap(True)
        self.fault.hide()
        layout.addWidget(self.fault)
        self.table = self._build_table()
        layout.addWidget(self.table, 1)
        self.words = label("", "muted")
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self.words)
        self.foot = self._build_foot()
        layout.addLayout(self.foot)
        self.show_idle()

    def _build_form(self) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.since = TextField(_SINCE, self)
        self.since.setToolTip("Local date or time, as 2026-01-31 or 2026-01-31 14:00")
        self.model = ChoiceBox(self)
        self.model.addItem(_RECORDED)
        self.model.setToolTip("A model that fails the part which has come back")
        self.fail_at = TextField(_SCORE, self)
        self.fail_at.setPlaceholderText("the model's own")
        self.fail_at.setToolTip("P(defective), 0 to 1; lower finds more")
        for words, field in (("Since", self.since), ("Judged by", self.model), ("Fail from", self.fail_at)):
            field.setAccessibleName(words)
            form.addRow(label(words, "muted"), field)
        return form

    def _build_table(self) -> QTableWidget:
        table = QTableWidget(0, len(_COLUMNS), self)
        table.setAccessibleName("Suspect parts")
        table.setHorizontalHeaderLabels(list(_COLUMNS))
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setToolTip("Press Enter on a part, or twice, to look at it")
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        table.itemActivated.connect(lambda _: self._look())
        table.itemSelectionChanged.connect(self._offer)
        return table

    def _build_foot(self) -> Foot:
        foot = Foot(self, "the search")
        self.look_button = foot.button("Look at it", self._look, "Show the part in Review; this list stays")
        self.start_button = foot.button("Search", self._wish)
        self.start_button.setProperty("kind", "primary")
        kept = "What has been judged is kept; the same search goes on from there"
        self.stop_button = foot.button("Stop", self.stop_wanted.emit, kept)
        self.close_button = foot.button("Close", self.hide)
        return foot

    def show_scope(self, words: str, since: datetime, models: Sequence[str]) -> None:
        """Say of which parts, and offer the models.

        Args:
            words: Of which recipe and lot.
            since: Is proposed, where nothing is typed yet.
            models: Names of all that can judge.
        """
        self.scope.setText(words)
        if not self.since.text():
            self.since.setText(f"{since:%Y-%m-%d}")
        chosen = self.model.currentText()
        self.model.clear()
        self.model.addItems([_RECORDED, *models])
        self.model.setCurrentIndex(max(0, self.model.findText(chosen)))

    def show_progress(self, done: int, total: int, words: str) -> None:
        """It searches; a total of 0 while that is not known."""
        self.fault.hide()
        self.foot.show_progress(done, total, words)
        self.start_button.hide()
        self.stop_button.show()

    def show_idle(self, words: str = "", *, fault: str = "") -> None:
        """It does not search."""
        self.foot.show_end(words)
        self.stop_button.hide()
        self.start_button.show()
        self.fault.setText(fault)
        self.fault.setVisible(bool(fault))
        self._offer()

    def show_answer(self, told: SuspectsTold) -> None:
        """Show the suspect parts."""
        self.table.setRowCount(len(told.suspects))
        for row, part in enumerate(told.suspects):
            score = "–" if part.p_defective_now is None else f"{part.p_defective_now:.3f}"
            name = part.part_serial or f"{part.part_number:,}"
            time = f"{part.time_utc.astimezone():%Y-%m-%d %H:%M:%S}"
            for column, text in enumerate((time, part.lot or "–", name, part.verdict, part.verdict_now, score)):
                item = QTableWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, part.id)
                self.table.setItem(row, column, item)
        judged = f"{told.passes_judged:,} of {counted(told.passes, 'passed part')} judged again."
        self.words.setText(" ".join((judged, told.more_words, *told.notes[:2], f"All: {told.csv}")))
        self.show_idle(counted(len(told.suspects), "suspect part"))

    # --- inside -------------------------------------------------------------------------------------------------------

    def _offer(self) -> None:
        self.look_button.setEnabled(bool(self.table.selectedItems()))

    def _look(self) -> None:
        if items := self.table.selectedItems():
            self.hide()
            self.chosen.emit(items[0].data(Qt.ItemDataRole.UserRole))

    def _wish(self) -> None:
        model = "" if self.model.currentIndex() <= 0 else self.model.currentText()
        try:
            since = datetime.fromisoformat(self.since.text().strip()).astimezone()
        except (ValueError, OverflowError):
            self.show_idle(fault="“Since” is a date or time, as 2026-01-31 or 2026-01-31 14:00.")
            return
        fail_at = None
        if typed := self.fail_at.text().strip():
            try:
                fail_at = Thresholds(fail_at=float(typed)).fail_at
            except ValueError:
                self.show_idle(fault="“Fail from” is a number from 0 to 1, or empty.")
                return
        if not model and fail_at is None:
            self.show_idle(fault="Choose a model that fails the part which has come back, or a lower “Fail from”.")
            return
        self.wanted.emit(SuspectWish(since=since, model=model, fail_at=fail_at))
