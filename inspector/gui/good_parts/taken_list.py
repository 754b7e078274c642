"""The good parts that were taken, as thumbnails; each can be removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.good_parts.pictures import BETTER, LEAST, MOST
from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.render import to_qimage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.gui.good_parts.pictures import GoodPicture

_THUMB_PX = 84
_WIDTH_PX = 330


class TakenList(QWidget):
    """See the module."""

    removal_wanted = Signal(list)  #: of GoodPicture

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(_WIDTH_PX)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        layout.addWidget(label("GOOD PARTS", "heading"))
        self.count = label("", "title")
        layout.addWidget(self.count)
        self.hint = label("", "muted")
        self.hint.setWordWrap(True)
        layout.addWidget(self.hint)
        self.list = QListWidget(frame)
        self.list.setAccessibleName("Good parts that were taken")
        self.list.setViewMode(QListWidget.ViewMode.IconMode)
        self.list.setMovement(QListWidget.Movement.Static)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setIconSize(QSize(_THUMB_PX, _THUMB_PX))
        self.list.setGridSize(QSize(_THUMB_PX + 8, _THUMB_PX + 8))
        self.list.setUniformItemSizes(True)
        self.list.itemSelectionChanged.connect(self._show_button)
        layout.addWidget(self.list, 1)
        row = QHBoxLayout()
        self.remove_button = QPushButton("Remove", frame)
        self.remove_button.clicked.connect(self._remove)
        row.addWidget(self.remove_button)
        row.addStretch(1)
        layout.addLayout(row)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._remove)
        self._pictures: list[GoodPicture] = []
        self.show_pictures([])

    def show_pictures(self, pictures: Sequence[GoodPicture]) -> None:
        """Set them; a new one comes into sight."""
        known = self._pictures
        self._pictures = list(pictures)
        if self._pictures[: len(known)] != known:
            self.list.clear()
            known = []
        for number, picture in enumerate(self._pictures[len(known) :], len(known) + 1):
            item = QListWidgetItem(QIcon(QPixmap.fromImage(to_qimage(picture.thumb))), "")
            item.setToolTip(f"Good part {number}. Press it, then Remove, where it is not good.")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"Good part {number}")
            self.list.addItem(item)
        if len(self._pictures) > len(known):
            self.list.scrollToBottom()
        count = len(self._pictures)
        self.count.setText(f"{count} of at least {LEAST}" if count < LEAST else f"{count} taken")
        self.hint.setText(_hint(count))
        self._show_button()

    def _show_button(self) -> None:
        chosen = len(self.list.selectedItems())
        self.remove_button.setEnabled(chosen > 0)
        self.remove_button.setText(f"Remove {chosen}" if chosen > 1 else "Remove")

    def _remove(self) -> None:
        rows = sorted(index.row() for index in self.list.selectedIndexes())
        if rows:
            self.removal_wanted.emit([self._pictures[row] for row in rows])


def _hint(count: int) -> str:
    if count < LEAST:
        return f"{BETTER} are better: from then on some are kept for a test. At most {MOST}."
    if count < BETTER:
        return f"Enough to begin. {BETTER} are better: from then on some are kept for a test. At most {MOST}."
    return f"That is a good number. At most {MOST}." if count < MOST else f"{MOST} are enough."
