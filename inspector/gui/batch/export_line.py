"""Exports as the Batch page shows them: the menu of what can be written, where to, how far it is, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QPushButton, QWidget

from inspector.files import with_ending
from inspector.gui.batch.exporter import ExportKind
from inspector.gui.widgets.basics import OneLine

if TYPE_CHECKING:
    from inspector.gui.batch.exporter import ExportState


@dataclass(frozen=True, slots=True, kw_only=True)
class _Export:
    """One entry of the menu.

    Args:
        words: Text of the menu's entry.
        title: Of the dialog that asks where to.
        suffix: What the file's name ends in; empty for a folder.
    """

    words: str
    title: str
    suffix: str


_ENTRIES = {
    ExportKind.CSV: _Export(words="Rows shown as a table (CSV)…", title="Write the rows that are shown", suffix=".csv"),
    ExportKind.EXCEL: _Export(
        words="Rows shown as an Excel file…", title="Write the rows that are shown", suffix=".xlsx"
    ),
    ExportKind.COPIES: _Export(
        words="Copies of the pictures shown, sorted by verdict…",
        title="Choose an empty folder for the copies",
        suffix="",
    ),
    ExportKind.REPORT: _Export(words="Report of the whole run (HTML)…", title="Write the report", suffix=".html"),
}


class ExportMenu(QMenu):
    """What can be written."""

    wanted = Signal(object)  #: ExportKind

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        for kind, entry in _ENTRIES.items():
            action = self.addAction(entry.words)
            action.triggered.connect(lambda _=False, kind=kind: self.wanted.emit(kind))


class ExportLine(QWidget):
    """How far an export is, or what came of it; hidden where there is none."""

    cancelled = Signal()  #: what is being written is not wanted any more

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._made: Path | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.words = OneLine()
        row.addWidget(self.words, 1)
        self.cancel_button = QPushButton("Cancel", self)
        self.cancel_button.setToolTip("End the export")
        self.cancel_button.clicked.connect(self.cancelled)
        self.open_button = QPushButton("Open", self)
        self.open_button.setToolTip("Open what was written with the program that is meant for it")
        self.open_button.clicked.connect(self._open)
        self.close_button = QPushButton("Dismiss", self)
        self.close_button.setToolTip("Remove this line")
        self.close_button.clicked.connect(self.hide)
        for button in (self.cancel_button, self.open_button, self.close_button):
            row.addWidget(button)
        self.hide()

    def ask_target(self, kind: ExportKind, name: str) -> Path | None:
        """Ask where to write; None where the hand thinks better of it.

        Args:
            kind: Decides on the file's suffix; copies go to a folder.
            name: Proposed for the file, without a suffix.
        """
        entry = _ENTRIES[kind]
        if not entry.suffix:
            chosen = QFileDialog.getExistingDirectory(self, entry.title)
            return Path(chosen) if chosen else None
        chosen, _ = QFileDialog.getSaveFileName(self, entry.title, f"{name}{entry.suffix}", f"*{entry.suffix}")
        return with_ending(Path(chosen), entry.suffix) if chosen else None

    def show_state(self, state: ExportState) -> None:
        """Say how far it is, and what can be done: cancelled while it runs, opened when it is made."""
        self._made = state.made
        self.words.say(state.words)
        self.cancel_button.setVisible(state.running)
        self.open_button.setVisible(state.made is not None)
        self.close_button.setVisible(not state.running)
        self.show()

    def forget(self) -> None:
        """Remove what came of an export when other pictures are looked at; one that still runs stays."""
        if not self.cancel_button.isVisibleTo(self):
            self.hide()

    def _open(self) -> None:
        if self._made is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._made)))
