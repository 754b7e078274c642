"""The manual, in the program and offline: F1."""

from __future__ import annotations

import html
import posixpath
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QKeySequence, QShortcut, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QTextBrowser,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.about import LICENCE_LINK, about_page, licence_of_link
from inspector.gui.manual_text import PAGES, ManualText, anchor_of, blocks
from inspector.gui.theme import CURRENT, TARGET_PX
from inspector.gui.widgets.basics import label
from inspector.paths import docs_dir

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.gui.manual_text import ManualHit

#: The last entry of the list; no file of the manual.
ABOUT = "About and licences"
_PICTURE_PX = 600
_LEFT_PX = 280
_SHORTEST = 2
_HEADING_PX, _PARAGRAPH_PX, _ITEM_PX = 14, 8, 4
#: As links of the other pages call the folder.
_FOLDER = "manual"


class ManualDialog(QDialog):
    """See the module. It stays open beside the window, in its colours.

    Args:
        folder: Holds the manual's pages and pictures.
    """

    def __init__(self, folder: Path | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ManualText(folder or docs_dir() / "manual")
        self.hits: tuple[ManualHit, ...] = ()
        self.setWindowTitle("Manual")
        self.setMinimumSize(1000, 700)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 10, 10, 10)
        row.setSpacing(10)
        row.addLayout(self._build_left())
        self.browser = _Browser(self._text.folder, self)
        self.browser.setAccessibleName("Manual")
        self.browser.anchorClicked.connect(self._follow)
        row.addWidget(self.browser, 1)
        self._file = ""
        self.pages.currentRowChanged.connect(self._show_row)
        self.pages.setCurrentRow(0)
        self.search.setFocus()
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)

    def show_page(self, file: str, anchor: str = "") -> None:
        """Show a page by its file's name.

        Args:
            anchor: Of the heading to begin with; empty for the first line.
        """
        files = list(PAGES.values())
        if file in files and not self.search.text():
            self.pages.setCurrentRow(files.index(file))
        self._show(file)
        for block in blocks(self.browser.document()) if anchor else ():
            if block.blockFormat().headingLevel() and anchor_of(block.text()) == anchor:
                self.browser.go_to(block.blockNumber())
                break

    # --- inside -------------------------------------------------------------------------------------------------------

    def _build_left(self) -> QVBoxLayout:
        left = QVBoxLayout()
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search the manual")
        self.search.setAccessibleName("Search the manual")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(_LEFT_PX)
        self.search.textChanged.connect(self._seek)
        self.search.returnPressed.connect(self._next_hit)
        left.addWidget(self.search)
        self.said = label("", "muted")
        self.said.hide()
        left.addWidget(self.said)
        self.pages = _list(self, "Pages of the manual")
        for name in (*PAGES, ABOUT):
            QListWidgetItem(name, self.pages).setSizeHint(QSize(0, TARGET_PX))
        left.addWidget(self.pages, 1)
        self.places = _list(self, "Where it stands")
        self.places.setWordWrap(True)
        self.places.setSpacing(4)
        self.places.hide()
        self.places.currentRowChanged.connect(self._show_hit)
        left.addWidget(self.places, 1)
        return left

    def _show_row(self, place: int) -> None:
        if place == len(PAGES):
            self._file = ""
            self.browser.setMarkdown(about_page())
        elif place >= 0:
            self._show(list(PAGES.values())[place])

    def _show(self, file: str) -> None:
        """Show a page from its first line; the one that is shown stays where it is."""
        if file == self._file:
            return
        self._file = file
        self.browser.document().setBaseUrl(QUrl.fromLocalFile(f"{(self._text.folder / file).parent}/"))
        self.browser.setMarkdown(self._text.markdown(file))
        self.browser.space()
        self.browser.moveCursor(QTextCursor.MoveOperation.Start)

    # --- search -------------------------------------------------------------------------------------------------------

    def _seek(self, sought: str) -> None:
        """List where the words stand; the pages again without any."""
        seeks = len(sought.strip()) >= _SHORTEST
        self.hits = tuple(self._text.hits(sought)) if seeks else ()
        self.places.clear()
        for hit in self.hits:
            heading = "" if hit.heading == hit.words else f" · {hit.heading}"
            item = QListWidgetItem(f"{hit.page}{heading}\n{hit.words}", self.places)
            item.setToolTip(hit.heading)
        for shown, widget in ((seeks, self.places), (seeks, self.said), (not seeks, self.pages)):
            widget.setVisible(shown)
        pages = len({hit.file for hit in self.hits})
        self.said.setText(
            f"{len(self.hits):,} on {pages} page{'s' * (pages != 1)}" if self.hits else "Nothing. Try fewer words."
        )
        if self.hits:
            self.places.setCurrentRow(0)
        else:
            self.browser.mark([])

    def _next_hit(self) -> None:
        if self.hits:
            self.places.setCurrentRow((self.places.currentRow() + 1) % len(self.hits))

    def _show_hit(self, place: int) -> None:
        if not 0 <= place < len(self.hits):
            return
        hit = self.hits[place]
        self._show(hit.file)
        self.browser.go_to(hit.block)
        self.browser.mark(self.search.text().split())

    # --- links --------------------------------------------------------------------------------------------------------

    def _follow(self, link: QUrl) -> None:
        there = posixpath.join(_FOLDER, posixpath.dirname(self._file), link.path())
        target = posixpath.relpath(there, _FOLDER)
        if link.toString().startswith(LICENCE_LINK):
            self._show_licence(licence_of_link(link.toString()))
        elif link.isRelative() and not link.path():
            self.show_page(self._file, link.fragment())
        elif link.isRelative() and target.endswith(".md") and (self._text.folder / target).is_file():
            self.show_page(target, link.fragment())
        else:
            QDesktopServices.openUrl(self.browser.document().baseUrl().resolved(link))

    def _show_licence(self, text: str | None) -> None:
        """Show the text of a licence as it is written, with the way back; the list where there is none."""
        self._file = ""
        if text is None:
            self.browser.setMarkdown(about_page())
            return
        back = f'<p><a href="{LICENCE_LINK}">All packages</a></p>'
        self.browser.setHtml(f'{back}<pre style="white-space: pre-wrap">{html.escape(text)}</pre>')


class _Browser(QTextBrowser):
    """Shows pictures as wide as a page, and marks words."""

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.document().setDocumentMargin(28)

    def space(self) -> None:
        """Put room between the paragraphs, which Markdown as Qt reads it has not."""
        for block in blocks(self.document()):
            cursor, room = QTextCursor(block), block.blockFormat()
            if cursor.currentTable() is not None:
                continue
            heading = bool(room.headingLevel())
            room.setTopMargin(_HEADING_PX if heading else 0)
            room.setBottomMargin(_ITEM_PX if block.textList() is not None else _PARAGRAPH_PX)
            cursor.setBlockFormat(room)

    def go_to(self, block: int) -> None:
        """Show a paragraph by its number, with the one before it above."""
        self.moveCursor(QTextCursor.MoveOperation.End)
        self.setTextCursor(QTextCursor(self.document().findBlockByNumber(max(0, block - 1))))
        self.ensureCursorVisible()

    def mark(self, words: list[str]) -> None:
        """Mark every place of these words; none unmarks all."""
        marks = []
        for word in words:
            cursor = self.document().find(word, 0)
            while not cursor.isNull():
                mark = QTextEdit.ExtraSelection()
                mark.cursor = cursor
                mark.format.setBackground(CURRENT.theme.colour("accent"))
                mark.format.setForeground(CURRENT.theme.colour("panel"))
                marks.append(mark)
                cursor = self.document().find(word, cursor)
        self.setExtraSelections(marks)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Read a picture beside the page, and scale it."""
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, QUrl(name))
        image = QImage(str(self._folder / QUrl(name).fileName()))
        if image.width() > _PICTURE_PX:
            image = image.scaledToWidth(_PICTURE_PX, Qt.TransformationMode.SmoothTransformation)
        return image


def _list(parent: QWidget, called: str) -> QListWidget:
    made = QListWidget(parent)
    made.setFixedWidth(_LEFT_PX)
    made.setAccessibleName(called)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setResizeMode(QListWidget.ResizeMode.Adjust)
    return made
