"""The gallery of a batch's results: a painted grid of thumbnails with marks; only what is in view exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from inspector.gui.batch.marks import draw_mark
from inspector.gui.batch.rows import NO_VERDICT, Rows
from inspector.gui.batch.words import label_words, score_words, verdict_words
from inspector.gui.theme import CURRENT, TINY_PX, font

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent, QShowEvent

    from inspector.gui.widgets.thumbnails import Thumbnails

CELL_W, CELL_H = 160, 148
#: Size of a thumbnail at most.
PICTURE_W, PICTURE_H = 176, 118
_MARK_PX = 22
_GAP_PX = 4
_CHOSEN_PEN_PX, _SELECTED_PEN_PX = 4, 2


class Gallery(QAbstractScrollArea):
    """See the module; arrow keys walk, a click chooses, with Ctrl or Shift it selects several.

    Args:
        thumbnails: Makes the pictures; asked for what is in view, nearest to the middle first.
    """

    chosen = Signal(int)  #: place in the batch's columns; -1 for none
    selection_changed = Signal()  #: other pictures are selected

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.thumbnails = thumbnails
        self.rows: Rows | None = None
        self._row = self._anchor = -1
        self._selected: set[int] = set()  # rows
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Gallery of results")
        # what is scrolled is moved, not drawn again, where nothing shines through
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.verticalScrollBar().setSingleStep(CELL_H // 2)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._ask())

    @property
    def current(self) -> int:
        """The chosen place in the batch's columns; -1 for none."""
        return int(self.rows.indexes[self._row]) if self.rows is not None and 0 <= self._row < len(self.rows) else -1

    @property
    def selected(self) -> list[int]:
        """The selected places in the batch's columns, in the order of the rows; the chosen one where none is."""
        if self.rows is None:
            return []
        places = [int(self.rows.indexes[row]) for row in sorted(self._selected)]
        return places or [place for place in (self.current,) if place >= 0]

    def show_rows(self, rows: Rows | None) -> None:
        """Set what is shown; the chosen picture stays chosen, and in view if it was."""
        before, place = self.rows, self.current
        top = self.cell(self._row).top() if place >= 0 else 0
        was_seen = place >= 0 and -CELL_H < top < self.viewport().height()
        self.rows = rows
        if rows is not None:
            self.thumbnails.decode_with(rows.bit_depth)
        self._row = -1 if rows is None or before is None else rows.row_of(rows.same_picture(place, before))
        if rows is None or before is None or not rows.continues(before):
            self._select({self._row} if self._row >= 0 else set())
        self._set_range()
        if was_seen and self._row >= 0:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self.cell(self._row).top() - top)
        self._ask()
        self.viewport().update()
        if self.current != place:
            self.chosen.emit(self.current)

    def choose(self, place: int) -> None:
        """Choose a picture and bring it into view."""
        row = self.rows.row_of(place) if self.rows is not None else -1
        if row >= 0:
            self._go_to(row)
            self._select({row})
            self._reveal()

    def poll(self) -> None:
        """Take thumbnails that have been made."""
        fresh, rows = self.thumbnails.take(), self.rows
        if fresh and rows is not None:
            for row in self.in_view():
                if rows.file(int(rows.indexes[row])) in fresh:
                    self.viewport().update(self.cell(row))

    # --- places -------------------------------------------------------------------------------------------------------

    @property
    def columns(self) -> int:
        """How many pictures stand beside one another."""
        return max(1, self.viewport().width() // CELL_W)

    def cell(self, row: int) -> QRect:
        """Return where a row is in the viewport."""
        columns = self.columns
        width = self.viewport().width() // columns
        line, column = divmod(max(0, row), columns)
        return QRect(column * width, line * CELL_H - self.verticalScrollBar().value(), width, CELL_H)

    def in_view(self) -> range:
        """Return the rows that can be seen, also in part."""
        if self.rows is None:
            return range(0)
        columns, scrolled = self.columns, self.verticalScrollBar().value()
        first = scrolled // CELL_H * columns
        last = (-(-(scrolled + self.viewport().height()) // CELL_H)) * columns
        return range(min(first, len(self.rows)), min(last, len(self.rows)))

    def _row_at(self, point: QPoint) -> int:
        row = next((row for row in self.in_view() if self.cell(row).contains(point)), -1)
        return row if self.rows is not None and row < len(self.rows) else -1

    def _set_range(self) -> None:
        lines = 0 if self.rows is None else -(-len(self.rows) // self.columns)
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, max(0, lines * CELL_H - self.viewport().height()))

    def _ask(self) -> None:
        rows = self.rows
        if rows is None or not self.isVisible():
            return
        seen = self.in_view()
        middle = (seen.start + seen.stop) / 2
        nearest = sorted(seen, key=lambda row: abs(row - middle))
        self.thumbnails.want([rows.file(int(rows.indexes[row])) for row in nearest])

    # --- drawing ------------------------------------------------------------------------------------------------------

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Move what is there."""
        self.viewport().scroll(dx, dy)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is in view and not there yet."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), CURRENT.theme.colour("panel"))
        if self.rows is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(TINY_PX))
        for row in self.in_view():
            if self.cell(row).intersects(event.rect()):
                self._draw(painter, self.rows, row)

    def _draw(self, painter: QPainter, rows: Rows, row: int) -> None:
        theme, place = CURRENT.theme, int(rows.indexes[row])
        cell = self.cell(row)
        box = QRectF(cell.x() + _GAP_PX, cell.y() + _GAP_PX, cell.width() - 2 * _GAP_PX, PICTURE_H)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("stage"))
        painter.drawRoundedRect(box, 6, 6)
        image, made = self.thumbnails.get(rows.file(place))
        if image is not None:
            painter.drawImage(_fitted(image, box), image)
        elif made:
            painter.setPen(theme.colour("stage_text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "cannot be shown")
        draw_mark(painter, int(rows.table.verdicts[place]), QRectF(box.x() + 6, box.y() + 6, _MARK_PX, _MARK_PX))
        if rows.other is not None and rows.other.verdicts[place] != NO_VERDICT:
            corner = QRectF(box.right() - 6 - _MARK_PX, box.y() + 6, _MARK_PX, _MARK_PX)
            draw_mark(painter, int(rows.other.verdicts[place]), corner)
        if row == self._row or row in self._selected:
            painter.setPen(QPen(theme.colour("accent"), _CHOSEN_PEN_PX if row == self._row else _SELECTED_PEN_PX))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 6, 6)
        painter.setPen(theme.colour("text" if row == self._row else "muted"))
        words = QRectF(box.x() + 2, box.bottom() + 2, box.width() - 4, CELL_H - PICTURE_H - 2 * _GAP_PX)
        score = score_words(float(rows.table.p_defective[place]))
        wide = painter.fontMetrics().horizontalAdvance(score)
        name = painter.fontMetrics().elidedText(
            rows.table.path(place), Qt.TextElideMode.ElideLeft, int(words.width()) - wide - 8
        )
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, name)
        painter.drawText(words, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, score)

    # --- hand ---------------------------------------------------------------------------------------------------------

    def _go_to(self, row: int) -> None:
        if self.rows is None or not len(self.rows):
            return
        row = min(max(0, row), len(self.rows) - 1)
        if row == self._row:
            return
        self._row = row
        self._reveal()
        self.setAccessibleDescription(self._words(row))
        self.viewport().update()
        self.chosen.emit(self.current)

    def _walk(self, row: int, keys: Qt.KeyboardModifier) -> None:
        """Choose a row as a hand does: with Shift all up to it are selected, with Ctrl it is added or taken out."""
        if self.rows is None or not len(self.rows):
            return
        row = min(max(0, row), len(self.rows) - 1)
        if keys & Qt.KeyboardModifier.ShiftModifier and self._anchor >= 0:
            first, last = sorted((self._anchor, row))
            anchor, rows = self._anchor, set(range(first, last + 1))
        else:
            anchor = row
            rows = self._selected ^ {row} if keys & Qt.KeyboardModifier.ControlModifier else {row}
        self._go_to(row)
        self._select(rows, anchor)

    def _select(self, rows: set[int], anchor: int | None = None) -> None:
        self._anchor = self._row if anchor is None else anchor
        if rows != self._selected:
            self._selected = rows
            self.viewport().update()
            self.selection_changed.emit()

    def _reveal(self) -> None:
        """Scroll as little as needed to bring the chosen picture into view."""
        cell, bar = self.cell(self._row), self.verticalScrollBar()
        if cell.top() < 0:
            bar.setValue(bar.value() + cell.top())
        elif cell.bottom() > self.viewport().height():
            bar.setValue(bar.value() + min(cell.top(), cell.bottom() - self.viewport().height()))

    def _words(self, row: int) -> str:
        assert self.rows is not None
        place, table = int(self.rows.indexes[row]), self.rows.table
        pieces = (
            table.path(place),
            verdict_words(int(table.verdicts[place])),
            f"P(defective) {score_words(float(table.p_defective[place]))}",
            table.defect(place) or label_words(int(table.labels[place])),
            table.reason(place),
        )
        return ", ".join(piece for piece in pieces if piece)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk."""
        page = max(1, self.viewport().height() // CELL_H) * self.columns
        last = len(self.rows) - 1 if self.rows is not None else -1
        steps = {
            Qt.Key.Key_Left: self._row - 1,
            Qt.Key.Key_Right: self._row + 1,
            Qt.Key.Key_Up: self._row - self.columns,
            Qt.Key.Key_Down: self._row + self.columns,
            Qt.Key.Key_PageUp: self._row - page,
            Qt.Key.Key_PageDown: self._row + page,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        wanted = steps.get(Qt.Key(event.key()))
        if event.matches(QKeySequence.StandardKey.SelectAll) and self.rows is not None:
            self._select(set(range(len(self.rows))))
        elif wanted is None:
            super().keyPressEvent(event)
        else:
            self._walk(wanted, event.modifiers())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose."""
        row = self._row_at(event.position().toPoint())
        if row >= 0:
            self._walk(row, event.modifiers())

    def viewportEvent(self, event: QEvent) -> bool:
        """Say more of the picture under the mouse."""
        if event.type() == event.Type.ToolTip:
            row = self._row_at(event.pos())  # type: ignore[attr-defined]
            QToolTip.showText(event.globalPos(), self._words(row) if row >= 0 else "", self)  # type: ignore[attr-defined]
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        self._set_range()
        self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for what is in view."""
        super().showEvent(event)
        self._set_range()
        self._ask()


def _fitted(image: QImage, box: QRectF) -> QRectF:
    """The image in the middle of a box, not enlarged."""
    ratio = image.devicePixelRatio()
    width, height = image.width() / ratio, image.height() / ratio
    scale = min(1.0, (box.width() - 2) / width, (box.height() - 2) / height)
    return QRectF(
        box.center().x() - width * scale / 2, box.center().y() - height * scale / 2, width * scale, height * scale
    )
