"""Some parts as a row of small pictures with their scores; one can be picked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from inspector.gui.theme import CURRENT, SMALL_PX, font
from inspector.gui.widgets.basics import card, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage

THUMB_PX = 84
_ITEM_PX = QSize(104, 118)
_HAS_PICTURE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PartEntry:
    """One part of the row.

    Args:
        place: Where it is among its parts.
        caption: Text under its picture.
        tip: Text of its tooltip.
    """

    place: int
    caption: str
    tip: str


class PartStrip(QWidget):
    """See the module. Pictures come later, by `show_image`."""

    picked = Signal(int)  #: place of the part
    opened = Signal(int)  #: its place: it is wanted large

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        self.title = label("", "heading")
        layout.addWidget(self.title)
        self.list = QListWidget(frame)
        self.list.setObjectName("parts")
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setFlow(QListView.Flow.LeftToRight)
        self.list.setWrapping(False)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setUniformItemSizes(True)
        self.list.setIconSize(QSize(THUMB_PX, THUMB_PX))
        self.list.setFont(font(SMALL_PX))
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFixedHeight(_ITEM_PX.height() + 16)
        self.list.setAccessibleName("Pictures of the chosen cell")
        self.list.currentItemChanged.connect(self._on_current)
        self.list.itemActivated.connect(lambda item: self.opened.emit(item.data(Qt.ItemDataRole.UserRole)))
        layout.addWidget(self.list)
        self._empty = QPixmap(THUMB_PX, THUMB_PX)

    def show_parts(self, title: str, entries: Sequence[PartEntry]) -> None:
        """Set the parts, without pictures yet; the one that was picked stays so where it is among them."""
        before = self.list.currentItem()
        kept = None if before is None else before.data(Qt.ItemDataRole.UserRole)
        self.title.setText(title)
        self._empty.fill(CURRENT.theme.colour("stage"))
        self.list.blockSignals(True)
        self.list.clear()
        for entry in entries:
            item = QListWidgetItem(QIcon(self._empty), entry.caption, self.list)
            item.setToolTip(entry.tip)
            item.setData(Qt.ItemDataRole.UserRole, entry.place)
            item.setSizeHint(_ITEM_PX)
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            if entry.place == kept:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)

    def changeEvent(self, event: QEvent) -> None:
        """Take the theme's colours when they change."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._empty.fill(CURRENT.theme.colour("stage"))
            for row in range(self.list.count()):
                item = self.list.item(row)
                if not item.data(_HAS_PICTURE):
                    item.setIcon(QIcon(self._empty))

    def show_image(self, place: int, image: QImage | None) -> None:
        """Set the picture of a part; None where there is none any more."""
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item.data(Qt.ItemDataRole.UserRole) == place:
                if image is None:
                    item.setToolTip(f"{item.toolTip()}\nThe picture is not there any more")
                    item.setText(f"{item.text()}\nno picture")
                else:
                    icon = QIcon()
                    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # else the picked one is tinted
                        icon.addPixmap(QPixmap.fromImage(image), mode)
                    item.setIcon(icon)
                    item.setData(_HAS_PICTURE, True)

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.picked.emit(item.data(Qt.ItemDataRole.UserRole))
