"""A report's page on paper: laid out as rich text, as the window shows it, and printed as a PDF of A4 sheets.

The line at the foot of each sheet says what it is of, and which of how many. Headings stay with what follows them;
small tables are not torn apart, and no row of a table is.
"""

from __future__ import annotations

import base64
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PySide6.QtCore import QBuffer, QEventLoop, QIODevice, QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextOption,
    QTextTable,
)
from PySide6.QtSvg import QSvgRenderer

from inspector.domain.palette import LIGHT
from inspector.files import write_bytes
from inspector.gui.theme import load_typeface

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: An inch, in the pixels of a page.
_INCH_PX = 96
_MARGIN_MM, _FOOT_MM = 15.0, 12.0
_PRINTED_DPI = 300
#: A drawing has so many pixels for each of the page's.
_FINE = 3
#: A table of at most this share of a sheet is not torn apart.
_KEPT_TOGETHER = 0.34
_ROUNDS = 400
_BEFORE = QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore


class SheetDocument(QTextDocument):
    """Rich text whose pictures are inside it; they are read without Qt's plug-ins, which a package lacks."""

    def loadResource(self, kind: int, name: QUrl | str) -> Any:  # noqa: ANN401 - Qt's
        """Return a picture of the page."""
        address = name.toString() if isinstance(name, QUrl) else name
        head, comma, data = address.partition(";base64,")
        if not comma or not head.startswith("data:image/"):
            return super().loadResource(kind, name)
        content = base64.b64decode(data)
        image = _drawing(content) if head.endswith("svg+xml") else _picture(content)
        self.addResource(QTextDocument.ResourceType.ImageResource, QUrl(address), image)
        return image


@contextmanager
def without_window() -> Iterator[None]:
    """Let a command lay out and print: as long as it does so, there is an application of Qt without a window."""
    if QGuiApplication.instance() is not None:
        yield
        return
    platform = ["-platform", "offscreen"] if sys.platform == "linux" else []
    application = QGuiApplication([sys.argv[0], *platform])
    load_typeface()
    try:
        yield
    finally:
        application.shutdown()


class Paper:
    """A page laid out on sheets of A4; used on one thread.

    Args:
        html: The page, see `inspector.reports.sheet`; in light colours.
        foot: Stands at the foot of each sheet, before its number.
    """

    def __init__(self, html: str, foot: str) -> None:
        self._foot = foot
        size = QPageSize(QPageSize.PageSizeId.A4).size(QPageSize.Unit.Millimeter)
        self.width_px = (size.width() - 2 * _MARGIN_MM) / 25.4 * _INCH_PX
        self.height_px = (size.height() - 2 * _MARGIN_MM) / 25.4 * _INCH_PX
        self._foot_px = _FOOT_MM / 25.4 * _INCH_PX
        self.document = SheetDocument()
        self.document.setDocumentMargin(0)
        self.document.setDefaultFont(_font(12))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)  # hashes are one long word
        self.document.setDefaultTextOption(option)
        self.document.setHtml(html)
        self.document.setPageSize(QSizeF(self.width_px, self.height_px - self._foot_px))
        self._whole_until: dict[int, int] = {}  # by table: the rows before this one are not torn
        self._keep_together()

    @property
    def sheets(self) -> int:
        """How many there are."""
        return self.document.pageCount()

    def paint(self, painter: QPainter, sheet: int) -> None:
        """Paint one sheet, from the upper left corner of what is printed on it, 96 pixels to the inch.

        Args:
            sheet: From 0.
        """
        height = self.document.pageSize().height()
        painter.save()
        painter.translate(0, -sheet * height)
        self.document.drawContents(painter, QRectF(0, sheet * height, self.width_px, height))
        painter.restore()
        painter.setFont(_font(9))
        painter.setPen(QColor(LIGHT.muted))
        foot = QRectF(0, self.height_px - self._foot_px, self.width_px, self._foot_px)
        bottom = Qt.AlignmentFlag.AlignBottom
        number = f"page {sheet + 1} of {self.sheets}"
        room = self.width_px - painter.fontMetrics().horizontalAdvance(number) - 12
        words = painter.fontMetrics().elidedText(self._foot, Qt.TextElideMode.ElideMiddle, int(room))
        painter.drawText(foot, bottom | Qt.AlignmentFlag.AlignLeft, words)
        painter.drawText(foot, bottom | Qt.AlignmentFlag.AlignRight, number)

    def _keep_together(self) -> None:
        """Begin a new sheet before what would be torn apart: a heading from what follows, a small table, a row."""
        _timers = QEventLoop()  # the layout starts one where it changes; a worker's thread has nothing for it by itself
        for _ in range(_ROUNDS):
            begin = self._torn()
            if begin is None:
                return
            if isinstance(begin, _TornRow):
                begin.push_down()
            elif begin.table is None:
                form = QTextBlockFormat()
                form.setPageBreakPolicy(_BEFORE)
                QTextCursor(begin.block).mergeBlockFormat(form)
            else:
                table_form = begin.table.format()
                table_form.setPageBreakPolicy(_BEFORE)
                begin.table.setFormat(table_form)

    def _torn(self) -> _Piece | _TornRow | None:
        """Return the first piece or row before which a sheet must begin; None where nothing is torn."""
        height = self.document.pageSize().height()
        headings: list[_Piece] = []
        for piece in self._pieces():
            first, last = int(piece.box.top() // height), int((piece.box.bottom() - 1) // height)
            whole = piece.table is None or piece.box.height() <= _KEPT_TOGETHER * height
            parted = bool(headings) and int(headings[0].box.top() // height) != first
            begin = headings[0] if headings else piece
            if (parted or (whole and first != last)) and not begin.begins_sheet and piece.box.height() <= height:
                return begin
            if piece.table is not None and first != last and (row := self._torn_row(piece.table)) is not None:
                if not row.first:
                    return row
                if not begin.begins_sheet:
                    return begin
            headings = [*headings, piece] if piece.is_heading else []
        return None

    def _torn_row(self, table: QTextTable) -> _TornRow | None:
        """Return the first row of a table that begins on one sheet and ends on the next; None where none does."""
        height, heads = self.document.pageSize().height(), table.format().headerRowCount()
        head = sum(self._row_box(table, row).height() for row in range(heads))
        for row in range(self._whole_until.get(table.objectIndex(), heads), table.rows()):
            box = self._row_box(table, row)
            top, bottom = box.top(), box.bottom() - 1
            if top // height != bottom // height and bottom - top < height - head:
                return _TornRow(table=table, row=row, first=row == heads, by=height - top % height)
            self._whole_until[table.objectIndex()] = row  # rows above stay where they are
        return None

    def _row_box(self, table: QTextTable, row: int) -> QRectF:
        """Return where the words and pictures of a row lie."""
        layout, box = self.document.documentLayout(), QRectF()
        for column in range(table.columns()):
            cell = table.cellAt(row, column)
            block, last = cell.firstCursorPosition().block(), cell.lastCursorPosition().block()
            while True:
                box = box.united(layout.blockBoundingRect(block))
                if block == last or not block.isValid():
                    break
                block = block.next()
        return box

    def _pieces(self) -> Iterator[_Piece]:
        """Iterate over blocks and tables in their order."""
        layout, block = self.document.documentLayout(), self.document.begin()
        while block.isValid():
            table: QTextTable | None = QTextCursor(block).currentTable()
            if table is None:
                yield _Piece(block=block, table=None, box=layout.blockBoundingRect(block))
                block = block.next()
                continue
            yield _Piece(block=block, table=table, box=layout.frameBoundingRect(table))
            block = self.document.findBlock(table.lastPosition()).next()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A paragraph or heading, or a table with its first block, and where it lies on the endless sheet."""

    block: QTextBlock
    table: QTextTable | None
    box: QRectF

    @property
    def is_heading(self) -> bool:
        return self.table is None and bool(self.block.blockFormat().headingLevel())

    @property
    def begins_sheet(self) -> bool:
        policy = (
            self.block.blockFormat().pageBreakPolicy() if self.table is None else self.table.format().pageBreakPolicy()
        )
        return bool(policy & _BEFORE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _TornRow:
    """A row of a table that would be torn apart.

    Args:
        first: Whether it is the first after the heads: they go with it.
        by: So far below its top the sheet ends, pixels.
    """

    table: QTextTable
    row: int
    first: bool
    by: float

    def push_down(self) -> None:
        """Let the row before reach to the end of the sheet; Qt begins the next sheet then, with the heads."""
        at_once = self.table.firstCursorPosition()
        at_once.beginEditBlock()  # or all is laid out anew after each cell
        for column in range(self.table.columns()):
            cell = self.table.cellAt(self.row - 1, column)
            form = cell.format().toTableCellFormat()
            form.setBottomPadding(form.bottomPadding() + self.by)
            cell.setFormat(form)
        at_once.endEditBlock()


def print_pdf(html: str, path: Path, *, title: str, foot: str) -> int:
    """Write a page as a PDF of A4 sheets.

    Args:
        html: The page, see `inspector.reports.sheet`; in light colours.
        path: The file; an older one is replaced.
        title: Of the document.
        foot: Stands at the foot of each sheet, before its number.

    Returns:
        How many sheets it has.

    Raises:
        FileError: If it cannot be written.
    """
    paper = Paper(html, foot)
    content = QBuffer()
    content.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(content)
    writer.setTitle(title)
    writer.setCreator("Inspector")
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter
        )
    )
    writer.setResolution(_PRINTED_DPI)
    painter = QPainter(writer)
    painter.scale(_PRINTED_DPI / _INCH_PX, _PRINTED_DPI / _INCH_PX)
    for sheet in range(paper.sheets):
        if sheet:
            writer.newPage()
        paper.paint(painter, sheet)
    painter.end()
    write_bytes(path, bytes(content.data().data()))
    return paper.sheets


def _font(pixels: int) -> QFont:
    font = QFont("Inter")
    font.setPixelSize(pixels)
    return font


def _drawing(content: bytes) -> QImage:
    renderer = QSvgRenderer(content)
    image = QImage(renderer.defaultSize() * _FINE, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.panel))
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    return image


def _picture(content: bytes) -> QImage:
    """Return a picture as Qt's; an empty one where it is none."""
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        return QImage()
    height, width = pixels.shape[:2]
    rgb = np.ascontiguousarray(pixels[..., ::-1])
    return QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
