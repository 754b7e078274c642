"""The text of the manual's pages, and where words stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QTextDocument

from inspector.domain.causes import cause_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from PySide6.QtGui import QTextBlock

#: Pages by their words, in order; each a file of the manual.
PAGES = {
    "For the operator": "operator.md",
    "For the quality engineer": "engineer.md",
    "Triggers": "triggers.md",
    "Cameras": "cameras.md",
    "Several views of a part": "views.md",
    "Measurement system": "msa.md",
    "For the auditor": "auditor.md",
    "Validation": "validation.md",
    "Users": "people.md",
    "For the PLC programmer": "../line.md",
    "Code scanners": "../scanner.md",
    "Settings and recipes": "../reference.md",
    "Commands": "../commands.md",
    "For developers": "developer.md",
    "For the IT department": "it.md",
}
_AROUND = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualHit:
    """A paragraph that holds all the words.

    Args:
        file: Of the page.
        page: The page's words.
        heading: Above the paragraph; empty before the first.
        block: Its number in the document that the page's Markdown makes, from 0.
        words: The paragraph around the first of the words, about a line.
    """

    file: str
    page: str
    heading: str
    block: int
    words: str


class ManualText:
    """Lives on the GUI thread. Pages are read when they are wanted.

    Args:
        folder: Holds the manual's pages and pictures.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._documents: dict[str, QTextDocument] = {}

    def markdown(self, file: str) -> str:
        """Return a page; what is wrong with it, as a page, where it cannot be read."""
        path = self.folder / file
        try:
            return path.read_text(encoding="utf-8")
        except OSError as error:
            return f"# The manual is not there\n\n{path} cannot be read: {cause_of(error)}. Install the program again."

    def hits(self, sought: str) -> list[ManualHit]:
        """Return where all the words of a text stand in one paragraph, in the order of the pages; none of no word."""
        words = sought.casefold().split()
        return [hit for page, file in PAGES.items() for hit in self._in_page(page, file, words)] if words else []

    def _in_page(self, page: str, file: str, words: list[str]) -> Iterable[ManualHit]:
        heading = ""
        for block in blocks(self._document(file)):
            text = block.text()
            folded = text.casefold()
            if block.blockFormat().headingLevel():
                heading = text
            if all(word in folded for word in words):
                begins = max(0, folded.find(words[0]) - _AROUND)
                ends = begins + 3 * _AROUND
                shown = f"{'…' * (begins > 0)}{text[begins:ends].strip()}{'…' * (ends < len(text))}"
                yield ManualHit(file=file, page=page, heading=heading, block=block.blockNumber(), words=shown)

    def _document(self, file: str) -> QTextDocument:
        if file not in self._documents:
            self._documents[file] = document = QTextDocument()
            document.setMarkdown(self.markdown(file))
        return self._documents[file]


def blocks(document: QTextDocument) -> Iterable[QTextBlock]:
    """Return the paragraphs of a document, in order."""
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def anchor_of(heading: str) -> str:
    """Return what links to a heading are called, as GitHub has it."""
    kept = "".join(char for char in heading.lower() if char.isalnum() or char in " -_")
    return kept.strip().replace(" ", "-")
