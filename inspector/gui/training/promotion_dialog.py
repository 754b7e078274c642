"""Asks before a promotion: first what the model makes of the locked parts, then why, and who signs for what is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QProgressBar, QVBoxLayout, QWidget

from inspector.domain.regression import LockedState
from inspector.domain.text import REASON
from inspector.gui.training.locked_check import THUMBNAIL_PX
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.question import Question
from inspector.gui.widgets.text_field import TextField

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from inspector.batch.progress import RunProgress
    from inspector.regression.check import CheckedPart, RegressionCheck

_CELL = QSize(150, THUMBNAIL_PX + 44)
_LIST_PX = 170


class PromotionDialog(Question):
    """See the module; it holds no process.

    Args:
        title: The question, as a sentence.
        words: What follows from a yes.
    """

    def __init__(self, title: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(title, words, "Promote", reason="Why? For the record", parent=parent)
        self.check: RegressionCheck | None = None
        self.setMinimumSize(660, 300)
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(label("LOCKED PARTS", "heading"))
        self.words = label("Judging the parts that no model may lose…")
        self.fault = label("", "fault")
        self.notes = label("", "muted")
        for text in (self.words, self.fault, self.notes):
            text.setWordWrap(True)
            text.setVisible(text is self.words)
            column.addWidget(text)
        self.progress = QProgressBar(inside)
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(10)
        self.progress.setAccessibleName("Progress of judging the locked parts")
        column.addWidget(self.progress)
        self.list = QListWidget(inside)
        self.list.setAccessibleName("Locked parts that are not held")
        self.list.setViewMode(QListWidget.ViewMode.IconMode)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setMovement(QListWidget.Movement.Static)
        self.list.setIconSize(QSize(THUMBNAIL_PX, THUMBNAIL_PX))
        self.list.setGridSize(_CELL)
        self.list.setWordWrap(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.list.setFixedHeight(_LIST_PX)
        self.list.hide()
        column.addWidget(self.list)
        self.signature = TextField(REASON, inside)
        self.signature.setPlaceholderText("Why promote it all the same? You sign for this with your name")
        self.signature.setAccessibleName("Reason of the signature")
        self.signature.hide()
        column.addWidget(self.signature)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(1, inside)
        for field in (self.reason, self.signature):
            field.textChanged.connect(lambda _: self._offer())
        self._offer()

    @property
    def why(self) -> str:
        """Reason of the promotion."""
        return self.reason.text().strip()

    @property
    def signed(self) -> str:
        """Reason of who signs for what is lost; empty where nothing need be signed."""
        return self.signature.text().strip() if self.signature.isVisibleTo(self) else ""

    def show_progress(self, progress: RunProgress) -> None:
        """It is being judged."""
        self.progress.setRange(0, progress.total)
        self.progress.setValue(progress.done)
        if progress.total:
            self.words.setText(f"Judging the locked parts by both models: {progress.done:,} of {progress.total:,}")

    def show_check(self, check: RegressionCheck) -> None:
        """Show what the model makes of the locked parts, the lost ones first."""
        self.check = check
        self.progress.hide()
        self.words.setText(check.words)
        self.fault.setText(f"Not without a signature: {check.model} {check.refused}." if check.refused else "")
        self.notes.setText(" ".join(check.notes))
        for text in (self.fault, self.notes):
            text.setVisible(bool(text.text()))
        for part in check.parts:
            if part.candidate is not LockedState.HELD:
                item = QListWidgetItem(_caption(part), self.list)
                item.setData(Qt.ItemDataRole.UserRole, part.inspection_id)
                item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
                item.setToolTip(_tip(part, check))
        self.list.setVisible(self.list.count() > 0)
        self.signature.setVisible(bool(check.refused))
        self.adjustSize()
        self._offer()

    def show_pictures(self, images: dict[str, QImage]) -> None:
        """Show the pictures of those that are not held."""
        for row in range(self.list.count()):
            item = self.list.item(row)
            image = images.get(item.data(Qt.ItemDataRole.UserRole))
            if image is not None:
                item.setIcon(QIcon(QPixmap.fromImage(image)))

    def _offer(self) -> None:
        signed = self.check is not None and (not self.check.refused or bool(self.signature.text().strip()))
        self.yes_button.setEnabled(signed and bool(self.why))


def _caption(part: CheckedPart) -> str:
    what = f"{part.kind.value}, {part.defect_type}" if part.defect_type else part.kind.value
    now = part.candidate.value if part.verdict is None else f"{part.candidate.value}: {part.verdict.value}"
    return f"{what}\n{now}"


def _tip(part: CheckedPart, check: RegressionCheck) -> str:
    words = f"Confirmed by {part.confirmed_by}, {part.confirmed_utc.astimezone():%Y-%m-%d %H:%M}"
    if part.current_verdict is not None:
        words += f"; {check.current} says {part.current_verdict.value}"
    if part.gap:
        words += f"; {part.gap}"
    return words + ("; people do not say so any more" if part.doubted else "")
