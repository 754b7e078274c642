"""The list of the sections at the left of the Settings page; a mark shows which has changes, or errors."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyledItemDelegate

from inspector.gui.theme import CURRENT, SMALL_PX, TARGET_PX, font, lively

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

_HINT, _MARK = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_DISC_PX = 16


class Mark(Enum):
    """What a section holds beside what is in force; the value is what a screen reader says."""

    NONE = ""
    CHANGED = "has changes that are not applied"
    FAULTY = "has a field that cannot be used"


class SectionList(QListWidget):
    """See the module."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(204)
        self.setAccessibleName("Sections of the settings")
        self.setItemDelegate(_Marks(self))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the section that is shown in sight, as when a banner comes above the page."""
        super().resizeEvent(event)
        if (item := self.currentItem()) is not None:
            self.scrollToItem(item)

    @property
    def current(self) -> str:
        """Name of the section that is shown."""
        item = self.currentItem()
        return item.text() if item is not None else ""

    @property
    def hint(self) -> str:
        """What stands under that name."""
        item = self.currentItem()
        return str(item.data(_HINT) or "") if item is not None else ""

    def add(self, name: str, hint: str = "") -> None:
        """Add a section at the end."""
        item = QListWidgetItem(name, self)
        item.setSizeHint(QSize(0, TARGET_PX))  # not that of the style sheet, which the list has not heard of yet
        item.setData(_HINT, hint)
        item.setData(_MARK, Mark.NONE)

    def choose(self, name: str) -> None:
        """Show a section by its name."""
        self.setCurrentItem(self._item(name))

    def mark(self, name: str, mark: Mark) -> None:
        """Mark a section."""
        item = self._item(name)
        if item.data(_MARK) is not mark:
            item.setData(_MARK, mark)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, mark.value)
            item.setToolTip(f"This section {mark.value}" if mark.value else "")

    def mark_of(self, name: str) -> Mark:
        """Return how a section is marked."""
        mark: Mark = self._item(name).data(_MARK)
        return mark

    def _item(self, name: str) -> QListWidgetItem:
        return next(item for item in map(self.item, range(self.count())) if item.text() == name)


class _Marks(QStyledItemDelegate):
    """Draws the mark at the right of a section's name: a dot, or a disc with an exclamation mark."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw."""
        super().paint(painter, option, index)
        mark = index.data(_MARK)
        if mark is Mark.NONE:
            return
        theme, area = CURRENT.theme, QRectF(option.rect)
        size = _DISC_PX if mark is Mark.FAULTY else _DISC_PX / 2
        disc = QRectF(area.right() - 6 - _DISC_PX / 2 - size / 2, area.center().y() - size / 2, size, size)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(lively(theme, "fail") if mark is Mark.FAULTY else theme.colour("accent"))
        painter.drawEllipse(disc)
        if mark is Mark.FAULTY:
            painter.setPen(theme.colour("panel"))
            painter.setFont(font(SMALL_PX))
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, "!")
        painter.restore()
