"""The last judgements: who, when, what, against which verdict; pressed, the part is shown again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from inspector.gui.review.words import agrees, clock, said
from inspector.gui.theme import CURRENT, lively
from inspector.gui.widgets.basics import card, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.records import Inspection
    from inspector.domain.review import Review
    from inspector.outputs.base import LogQuery
    from inspector.outputs.reviews import ReviewLog

_LIMIT = 50
_ROW_PX = 52
_STATE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPart:
    """One judgement beside the verdict.

    Args:
        review: What was said of the part.
        inspection: What the line said of it.
    """

    review: Review
    inspection: Inspection

    @property
    def against(self) -> bool:
        """True where the judgement contradicts the verdict."""
        review = self.review
        return review.judgement is not None and agrees(review.judgement, self.inspection.decision.verdict) is False


def last_judged(
    log: ReviewLog, query: LogQuery, *, judged_by: str | None = None, limit: int = _LIMIT
) -> list[JudgedPart]:
    """Return the last judgements that stand, newest first; called on a worker.

    Args:
        log: The record of inspections and reviews.
        query: Recipe, lot and time.
        judged_by: Only of parts that this reviewer has judged: a second opinion must not see the first; None for all.
        limit: Largest number of parts.

    Raises:
        LogError: If the log cannot be read.
    """
    standings = log.standings(query).values()
    shown = [standing for standing in standings if judged_by is None or standing.of(judged_by) is not None]
    reviews = [review for standing in shown for review in standing.reviews]
    newest = sorted(reviews, key=lambda review: (review.time_utc, review.id), reverse=True)[:limit]
    parts = log.inspections([review.inspection_id for review in newest])
    return [
        JudgedPart(review=review, inspection=parts[review.inspection_id])
        for review in newest
        if review.inspection_id in parts
    ]


class RecentCard(QWidget):
    """See the module."""

    chosen = Signal(str)  #: id of the inspection

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        layout.addWidget(label("LAST JUDGEMENTS", "heading"))
        self.empty = label("Nothing is judged yet. What you and others say of parts is listed here.", "muted")
        self.empty.setWordWrap(True)
        self.empty.hide()  # until they were read
        layout.addWidget(self.empty)
        self.list = QListWidget(frame)
        self.list.setAccessibleName("Last judgements")
        self.list.setToolTip("Press one to look at its part again")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.list.itemActivated.connect(self._chosen)
        self.list.itemClicked.connect(self._chosen)
        layout.addWidget(self.list, 1)

    def show_judged(self, parts: Sequence[JudgedPart]) -> None:
        """Set the judgements, newest first."""
        self.empty.setVisible(not parts)
        self.list.clear()
        for part in parts:
            item = QListWidgetItem(_words(part), self.list)
            item.setData(Qt.ItemDataRole.UserRole, part.inspection.id)
            item.setSizeHint(QSize(0, _ROW_PX))
            if part.review.note:
                item.setToolTip(part.review.note)
            if part.against:
                state = "fail" if part.inspection.decision.verdict.value == "PASS" else "review"
                item.setData(_STATE, state)
        self._colour()

    def changeEvent(self, event: QEvent) -> None:
        """Take the theme's colours when they change."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._colour()

    def _colour(self) -> None:
        for row in range(self.list.count()):
            item = self.list.item(row)
            if state := item.data(_STATE):
                item.setForeground(lively(CURRENT.theme, state))

    def _chosen(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))


def _words(part: JudgedPart) -> str:
    review, inspection = part.review, part.inspection
    judgement, verdict = review.judgement, inspection.decision.verdict
    agreed = agrees(judgement, verdict) if judgement is not None else None
    words = review.defect_type or said(judgement)
    beside = {True: f", as {verdict.value}", False: f" against {verdict.value}", None: f"; {verdict.value}"}[agreed]
    how = " · blind" if review.blind else ""
    return f"{words}{beside}\n{review.reviewer} · {clock(review.time_utc)} · part {inspection.part_number:,}{how}"
