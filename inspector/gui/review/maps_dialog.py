"""The deep look: methods and layers side by side for one picture, computed by a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QDialog,
    QGridLayout,
    QLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.review.foot import Foot
from inspector.gui.theme import CURRENT, SMALL_PX, font
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.fitted_picture import FittedPicture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage, QPaintEvent

_LEAST_PX = 96
_FOOT_PX = 22


class MapCell(QAbstractButton):
    """One map: the picture with the heatmap over it; pressed, it is shown large.

    Args:
        words: Its method and layer, which stand under it.
    """

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = words
        self.image: QImage | None = None
        self._state = "waits"
        self.setAccessibleName(words)
        self.setMinimumSize(_LEAST_PX, _LEAST_PX + _FOOT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setEnabled(False)

    def sizeHint(self) -> QSize:
        """A square with a line of words under it."""
        return QSize(200, 200 + _FOOT_PX)

    def show_image(self, image: QImage, tip: str) -> None:
        """Set the map."""
        self.image = image
        self.setToolTip(tip)
        self.setEnabled(True)
        self.update()

    def show_state(self, words: str) -> None:
        """Say why there is none yet, or will be none."""
        if self.image is None:
            self._state = words
            self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        theme = CURRENT.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(font(SMALL_PX))
        box = QRectF(2, 2, self.width() - 4, self.height() - _FOOT_PX - 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("stage"))
        painter.drawRoundedRect(box, 6, 6)
        if self.image is None:
            painter.setPen(theme.colour("stage_text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._state)
        else:
            size = self.image.size().scaled(box.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            area = QRectF(0, 0, size.width(), size.height())
            area.moveCenter(box.center())
            painter.drawImage(area, self.image)
        if self.hasFocus() or (self.underMouse() and self.isEnabled()):
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 6, 6)
        painter.setPen(theme.colour("muted"))
        foot = QRectF(0, self.height() - _FOOT_PX, self.width(), _FOOT_PX)
        painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, self.words)


class MapsDialog(QDialog):
    """The grid of maps, with what is being computed; it holds no process.

    Args:
        title: Number and time of the part.
        words: Which model explains, and what is to be known of that.
    """

    cancel_wanted = Signal()
    again_wanted = Signal()

    def __init__(self, title: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Deep look")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(900, 600)
        self.resize(1120, 700)
        layout = QVBoxLayout(self)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # the window stays as large as it is
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(label(title, "title"))
        self.words = label(words, "muted")
        self.words.setWordWrap(True)
        layout.addWidget(self.words)
        self.pages = QStackedWidget(self)
        layout.addWidget(self.pages, 1)
        self.maps = QWidget(self)
        self._grid = QGridLayout(self.maps)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        self.pages.addWidget(self.maps)
        self.large = FittedPicture("Map", self)
        self.pages.addWidget(self.large)
        self.cells: dict[tuple[str, str], MapCell] = {}
        self.fault = label("", "fault")
        self.fault.setWordWrap(True)
        self.fault.hide()
        layout.addWidget(self.fault)
        self.foot = self._build_foot()
        layout.addLayout(self.foot)

    def _build_foot(self) -> Foot:
        foot = Foot(self, "the deep look")
        foot.stage.setText("Starting")
        self.grid_button = foot.button("All maps", self.show_grid, "Back to the grid (Esc)")
        self.grid_button.hide()
        self.again_button = foot.button("Try again", self.again_wanted.emit)
        self.again_button.hide()
        self.cancel_button = foot.button("Cancel", self.cancel_wanted.emit, "End the computation; what is there stays")
        self.close_button = foot.button("Close", self.accept)
        return foot

    def show_plan(self, rows: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> None:
        """Lay the grid out.

        Args:
            rows: For each row its layer, and the keys and names of its maps.
        """
        for cell in self.cells.values():
            self._grid.removeWidget(cell)
            cell.deleteLater()
        self.cells = {}
        for place, (layer, maps) in enumerate(rows):
            for column, (key, words) in enumerate(maps):
                cell = MapCell(words, self.maps)
                cell.clicked.connect(lambda _=False, cell=cell: self._enlarge(cell))
                self._grid.addWidget(cell, place, column)
                self.cells[layer, key] = cell
        self.large.hide()

    def show_map(self, layer: str, key: str, image: QImage, tip: str) -> None:
        """Set one map."""
        cell = self.cells.get((layer, key))
        if cell is not None:
            cell.show_image(image, tip)

    def show_progress(self, done: int, total: int, words: str) -> None:
        """Say how far it is; a total of 0 while that is not known."""
        self.foot.show_progress(done, total, words)

    def show_running(self) -> None:
        """It computes."""
        self.fault.hide()
        self.again_button.hide()
        self.cancel_button.show()
        self.foot.progress.show()

    def show_end(self, words: str, *, fault: str = "") -> None:
        """It has ended, as wanted or with a fault."""
        self.foot.show_end(words)
        self.cancel_button.hide()
        self.fault.setText(fault)
        self.fault.setVisible(bool(fault))
        self.again_button.setVisible(bool(fault))
        for cell in self.cells.values():
            cell.show_state("not computed")

    def show_grid(self) -> None:
        """Back to all maps."""
        self.pages.setCurrentWidget(self.maps)
        self.grid_button.hide()

    def reject(self) -> None:
        """Escape leads back to the grid first."""
        if self.pages.currentWidget() is self.large:
            self.show_grid()
        else:
            super().reject()

    def _enlarge(self, cell: MapCell) -> None:
        self.large.show_image(cell.image)
        self.pages.setCurrentWidget(self.large)
        self.grid_button.show()
        self.grid_button.setFocus()
