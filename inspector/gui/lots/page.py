"""The section “Lots”: the lots of the record, and the report of the one that is chosen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton

from inspector.domain.counts import counted
from inspector.domain.records import Verdict
from inspector.domain.text import LOT
from inspector.gui.language.spoken import say
from inspector.gui.widgets.basics import OneLine, card, label
from inspector.gui.widgets.later import Page
from inspector.gui.widgets.outside import open_outside
from inspector.gui.widgets.sheet_view import SheetView
from inspector.gui.widgets.text_field import TextField
from inspector.gui.work import Latest
from inspector.outputs.lot_reads import recorded_lots

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from inspector.gui.station.session import Session
    from inspector.gui.work import Worker
    from inspector.outputs.lot_reads import RecordedLot
    from inspector.reports.files import ReportFiles

_SHOWN = 500
_NAME = Qt.ItemDataRole.UserRole


class LotsPage(Page):
    """See the module.

    Args:
        session: Tells which lot is in force, and ends it.
        log: Where the result log is now.
        write: Writes the report of a lot; called on the worker.
        worker: For it alone: a large lot takes seconds.
    """

    def __init__(
        self,
        session: Session,
        *,
        log: Callable[[], Path],
        write: Callable[[str], ReportFiles],
        worker: Worker,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._log, self._write = session, log, write
        self._listing = Latest(worker, lambda error: self.said.say(str(error)))
        self._writing = Latest(worker, lambda error: self.said.say(str(error)))
        self._lots: list[RecordedLot] = []
        self.files: ReportFiles | None = None  #: of the report that is shown
        self._build()
        session.lot_changed.connect(lambda _: self._show_lot())

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        left, column = card(self)
        left.setFixedWidth(290)
        row.addWidget(left)
        column.addWidget(label("Lots", "title"))
        self.search = TextField(LOT, left)
        self.search.setPlaceholderText(say("Find a lot"))
        self.search.setAccessibleName(say("Find a lot"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _: self._fill())
        column.addWidget(self.search)
        self.list = QListWidget(left)
        self.list.setAccessibleName(say("Lots, that with the newest part first"))
        self.list.setWordWrap(True)
        self.list.currentRowChanged.connect(lambda _: self._show_lot())
        column.addWidget(self.list, 1)
        self.none = label("No part has a lot yet. Type a lot number at the top of the window.", "muted")
        self.none.setWordWrap(True)
        self.none.hide()  # until the record was read
        column.addWidget(self.none)
        right, layout = card(self)
        row.addWidget(right, 1)
        self.title = label("", "title")
        layout.addWidget(self.title)
        top = QHBoxLayout()
        self.end_button = QPushButton(say("End this lot"), self)
        self.end_button.setToolTip(say("Parts from now on have no lot; its report is written and shown"))
        self.end_button.clicked.connect(lambda: self._session.set_lot(""))
        self.report_button = QPushButton(say("Write its report"), self)
        self.report_button.setProperty("kind", "primary")
        self.report_button.setToolTip(say("As a page, a PDF, JSON and a table, into the data folder"))
        self.report_button.clicked.connect(self._wanted)
        self.open_button = QPushButton(say("Open in the browser"), self)
        self.open_button.clicked.connect(self._open)
        self.pdf_button = QPushButton(say("Open the PDF"), self)
        self.pdf_button.clicked.connect(self._open_pdf)
        self.folder_button = QPushButton(say("Open the folder"), self)
        self.folder_button.clicked.connect(self._open_folder)
        for button in (self.end_button, self.report_button, self.open_button, self.pdf_button, self.folder_button):
            top.addWidget(button)
        top.addStretch(1)
        layout.addLayout(top)
        self.said = OneLine()
        layout.addWidget(self.said)
        self.view = SheetView("Report of the lot", self)
        self.view.setPlaceholderText(say("No report of this lot is shown yet."))
        layout.addWidget(self.view, 1)

    @property
    def chosen(self) -> str:
        """The lot that is chosen; empty for none."""
        item = self.list.currentItem()
        return str(item.data(_NAME)) if item is not None else ""

    def enter(self) -> None:
        """The section is shown: read what there is."""
        self._listing.ask(self._read, self._on_lots)

    def _read(self) -> list[RecordedLot]:
        return recorded_lots(self._log()) if self._log().is_file() else []

    def _on_lots(self, lots: list[RecordedLot]) -> None:
        self._lots = lots
        self._fill()

    def _fill(self) -> None:
        chosen, words = self.chosen, self.search.text().strip().casefold()
        self.list.blockSignals(True)
        self.list.clear()
        for lot in [lot for lot in self._lots if words in lot.name.casefold()][:_SHOWN]:
            when = f"{lot.last_utc.astimezone():%Y-%m-%d %H:%M}"
            item = QListWidgetItem(f"{lot.name}\n{when} · {counted(lot.inspected, 'part')} · {', '.join(lot.recipes)}")
            item.setData(_NAME, lot.name)
            self.list.addItem(item)
            if lot.name == chosen:
                self.list.setCurrentItem(item)
        if self.list.currentItem() is None and self.list.count():
            self.list.setCurrentRow(0)
        self.list.blockSignals(False)
        none = "No part has a lot yet. Type a lot number at the top."
        self.none.setText(say("No lot is called like that." if self._lots else none))
        self.none.setVisible(not self.list.count())
        self._show_lot()

    def _show_lot(self) -> None:
        lot = self.chosen
        if self.files is not None and self.files.report.span.lot != lot:
            self.files = None
            self.view.clear()
        self.title.setText(say(f"Lot {lot}") if lot else "")
        self.report_button.setVisible(bool(lot))
        self.end_button.setVisible(bool(lot) and lot == self._session.lot)
        for button in (self.open_button, self.pdf_button, self.folder_button):
            button.setVisible(self.files is not None)
        if self.files is None:
            known = next((known for known in self._lots if known.name == lot), None)
            self.said.say(_facts(known) if known is not None else "")

    def _wanted(self) -> None:
        lot = self.chosen
        self.said.say("Checking the record and writing the report…")
        self._writing.ask(partial(self._write, lot), self.show_report)

    def show_report(self, files: ReportFiles) -> None:
        """Show a report that was written."""
        if files.report.span.lot != self.chosen:
            return
        self.files = files
        self.view.show_page(files.html)
        self.said.say(f"Written to {files.folder}")
        self._show_lot()

    def _open(self) -> None:
        if self.files is not None:
            open_outside(self.files.page)

    def _open_pdf(self) -> None:
        if self.files is not None:
            open_outside(self.files.pdf)

    def _open_folder(self) -> None:
        if self.files is not None:
            open_outside(self.files.folder)


def _facts(lot: RecordedLot) -> str:
    counted_as = ((verdict.value, lot.parts.get(verdict.value, 0)) for verdict in Verdict)
    counts = ", ".join(f"{count:,} {name}" for name, count in counted_as if count)
    return f"{counts} · from {lot.first_utc.astimezone():%Y-%m-%d %H:%M} to {lot.last_utc.astimezone():%Y-%m-%d %H:%M}"
