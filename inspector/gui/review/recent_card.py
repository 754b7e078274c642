"""The last judgements: who, when, what, against which verdict; pressed, the part is shown again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One judgement beside the verdict.

    Args:
        review: The judgement.
        inspection: The part.
    """

    review: Review
    inspection: Inspection

    @property
    def against(self) -> bool:
        """True where the judgement contradicts the verdict."""
        review = self.review
        return review.judgement is not None and agrees(review.judgement, self.inspection.decision.verdict) is False


def last_said(log: ReviewLog, query: LogQuery, *, judged_by: str | None = None, limit: int = _LIMIT) -> list[Said]:
    """Return the last judgements that stand, newest first; called on a worker.

    Args:
        log: The record.
        query: Recipe, lot and time.
        judged_by: Only of parts that this reviewer has judged: a second opinion must not see the first; None for all.
        limit: At most so many.

    Raises:
        LogError: If the log cannot be read.
    """
    seen = [one for one in log.standings(query).values() if judged_by is None or one.of(judged_by) is not None]
    standing = [review for one in seen for review in one.reviews]
    newest = sorted(standing, key=lambda one: (one.time_utc, one.id), reverse=True)[:limit]
    parts = log.inspections([one.inspection_id for one in newest])
    return [Said(review=one, inspection=parts[one.inspection_id]) for one in newest if one.inspection_id in parts]


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

    def show_said(self, said_of: Sequence[Said]) -> None:
        """Set the judgements, newest first."""
        self.empty.setVisible(not said_of)
        self.list.clear()
        for one in said_of:
            item = QListWidgetItem(_words(one), self.list)
            item.setData(Qt.ItemDataRole.UserRole, one.inspection.id)
            item.setSizeHint(QSize(0, _ROW_PX))
            if one.review.note:
                item.setToolTip(one.review.note)
            if one.against:
                state = "fail" if one.inspection.decision.verdict.value == "PASS" else "review"
                item.setForeground(lively(CURRENT.theme, state))

    def _chosen(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))


def _words(one: Said) -> str:
    review, inspection = one.review, one.inspection
    judgement, verdict = review.judgement, inspection.decision.verdict
    found = agrees(judgement, verdict) if judgement is not None else None
    words = review.defect_type or said(judgement)
    beside = {True: f", as {verdict.value}", False: f" against {verdict.value}", None: f"; {verdict.value}"}[found]
    how = " · blind" if review.blind else ""
    return f"{words}{beside}\n{review.reviewer} · {clock(review.time_utc)} · part {inspection.part_number:,}{how}"
