"""Exports of a batch from the window: what is written, how far it is, what came of it; one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from inspector.batch import CopyStep, Step, export_csv, export_excel, sorted_copies, write_report
from inspector.gui.batch.heatmaps import HeatmapError, load_judge
from inspector.gui.widgets.basics import OneLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QMenu

    from inspector.batch import BatchRun
    from inspector.gui.batch.rows import Rows
    from inspector.gui.station.session import Session
    from inspector.gui.station.store import Store

#: Kind, words of the menu, title of the dialog, what a file's name ends in.
_KINDS = (
    ("csv", "Rows shown as a table (CSV)…", "Write the rows that are shown", ".csv"),
    ("excel", "Rows shown as an Excel file…", "Write the rows that are shown", ".xlsx"),
    ("copies", "Copies of the pictures shown, sorted by verdict…", "Choose an empty folder for the copies", ""),
    ("report", "Report of the whole run (HTML)…", "Write the report", ".html"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One export; all that it needs, so that the page may show something else meanwhile."""

    kind: str
    path: Path
    run: BatchRun
    rows: Rows
    store: Store


class ExportLine(QWidget):
    """How far an export is, or what came of it; hidden where there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.words = OneLine()
        row.addWidget(self.words, 1)
        self.cancel_button = QPushButton("Cancel", self)
        self.cancel_button.setToolTip("End the export")
        self.open_button = QPushButton("Open", self)
        self.open_button.setToolTip("Open what was written with the program that is meant for it")
        self.close_button = QPushButton("Dismiss", self)
        self.close_button.setToolTip("Remove this line")
        self.close_button.clicked.connect(self.hide)
        for button in (self.cancel_button, self.open_button, self.close_button):
            row.addWidget(button)
        self.hide()

    def say(self, words: str, *, running: bool, made: bool = False) -> None:
        """Set the words, and what can be done: cancelled while it runs, opened when it is made."""
        self.words.say(words)
        self.cancel_button.setVisible(running)
        self.open_button.setVisible(made)
        self.close_button.setVisible(not running)
        self.show()


class Exporter(QObject):
    """Writes exports on a worker of its own.

    Args:
        session: Gives the worker.
        line: Where it is said how far it is.
        menu: Gets the entries.
    """

    wanted = Signal(str)  #: kind: "csv", "excel", "copies" or "report"

    def __init__(self, session: Session, line: ExportLine, menu: QMenu) -> None:
        super().__init__(line)
        self._session = session
        self._worker = session.workers.make("exports")
        self._line = line
        self._step: Step | CopyStep | None = None
        self._running = self._cancelled = False
        self._made: Path | None = None
        line.cancel_button.clicked.connect(self.cancel)
        line.open_button.clicked.connect(self._open)
        self.actions = {kind: menu.addAction(words) for kind, words, _, _ in _KINDS}
        for kind, action in self.actions.items():
            action.triggered.connect(lambda _=False, kind=kind: self.wanted.emit(kind))

    @property
    def running(self) -> bool:
        """True while something is being written."""
        return self._running

    def ask(self, kind: str, run: BatchRun, rows: Rows) -> None:
        """Ask where to, and write."""
        _, _, title, suffix = next(one for one in _KINDS if one[0] == kind)
        if suffix:
            name, _ = QFileDialog.getSaveFileName(self._line, title, f"{run.pictures.name}{suffix}", f"*{suffix}")
        else:
            name = QFileDialog.getExistingDirectory(self._line, title)
        if name:
            path = Path(name)
            self.write(kind, path.with_suffix(suffix) if suffix and not path.suffix else path, run, rows)

    def write(self, kind: str, path: Path, run: BatchRun, rows: Rows) -> None:
        """Write an export, unless one is being written."""
        if self._running:
            return
        self._running, self._cancelled, self._step, self._made = True, False, None, path
        job = _Job(kind=kind, path=path, run=run, rows=rows, store=self._session.store)
        self._line.say(f"Writing {path}…", running=True)
        self._worker.do(lambda: self._work(job), self._done, self._failed)

    def cancel(self) -> None:
        """End what is being written; a file that was there before stays as it was."""
        self._cancelled = True

    def poll(self) -> None:
        """Say how far it is."""
        step = self._step
        if self._running and step is not None and step.total:
            self._line.say(f"Writing {self._made}: {step.done:,} of {step.total:,}", running=True)

    def _work(self, job: _Job) -> str:
        """Write; return what came of it. On the worker."""
        if job.kind == "report":
            return self._report(job)
        if job.kind == "copies":
            steps: Iterator[Step | CopyStep] = sorted_copies(
                job.rows.table, job.run.pictures, job.path, indexes=job.rows.indexes
            )
        elif job.kind == "excel":
            steps = export_excel(job.rows.table, job.path, job.run.record, indexes=job.rows.indexes)
        else:
            steps = export_csv(job.rows.table, job.path, indexes=job.rows.indexes)
        last = self._through(steps)
        return _came(job, last) if last is not None else ""

    def _report(self, job: _Job) -> str:
        """Write the report, with heatmaps where the model is still there."""
        classifier, fault = None, ""
        try:
            classifier = load_judge(job.run, job.store)
        except HeatmapError as error:
            fault = f" It has no heatmaps: {error.what}."
        try:
            last = self._through(
                write_report(
                    job.rows.table,
                    job.path,
                    pictures=job.run.pictures,
                    record=job.run.record,
                    classifier=classifier,
                )
            )
        finally:
            if classifier is not None:
                classifier.close()
        return f"Report written to {job.path}.{fault}" if last is not None else ""

    def _through(self, steps: Iterator[Step | CopyStep]) -> Step | CopyStep | None:
        """Go through an export; None where it was cancelled."""
        last = None
        for step in steps:
            if self._cancelled or self._session.closing:
                return None
            self._step = last = step
        return last

    def _done(self, words: str) -> None:
        self._running = False
        self._line.say(words or "Cancelled.", running=False, made=bool(words))

    def _failed(self, error: Exception) -> None:
        self._running = False
        self._line.say(str(error), running=False)

    def _open(self) -> None:
        if self._made is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._made)))


def _came(job: _Job, last: Step | CopyStep) -> str:
    if not isinstance(last, CopyStep):
        return f"{last.total:,} rows written to {job.path}."
    words = f"{last.copied:,} pictures copied to {job.path}"
    for count, what in (
        (last.there, "were there already"),
        (len(last.missing), "are not in their folder any more"),
        (len(last.changed), "have changed since and were not copied"),
    ):
        words += f"; {count:,} {what}" if count else ""
    return f"{words}."
